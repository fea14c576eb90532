"""Look-ups: a value's place in a row or column, the cell beside it, and the places of cells themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .area import Area
from .arguments import MANY, Evaluator, Function, Operand, Signature
from .operators import sort_key, to_boolean, to_number
from .parser import Node
from .values import BAD_NUMBER, BAD_REFERENCE, BAD_VALUE, NOT_AVAILABLE, CellError, Computed

_EXACT, _NEXT_SMALLER, _NEXT_LARGER, _WILDCARDS = 0, -1, 1, 2  # XLOOKUP's ways to match


def _position(area: Area, wanted: Computed, sorted_flag: Computed) -> int | CellError:
    """Find a value's row within an area's first column, 0-based."""
    if isinstance(wanted, CellError):
        return wanted
    is_sorted = to_boolean(sorted_flag)
    if isinstance(is_sorted, CellError):
        return is_sorted
    found = area.find_last_not_greater(wanted) if is_sorted else area.find(wanted)
    return NOT_AVAILABLE if found is None else found


def _look_up(*, across: bool) -> Function:
    """VLOOKUP, and HLOOKUP, which is the same with rows and columns swapped."""

    def function(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
        operand = evaluator.operand(arguments[1])
        if not isinstance(operand, Area):
            return operand if isinstance(operand, CellError) else NOT_AVAILABLE
        area = operand.transposed() if across else operand
        index = to_number(evaluator.scalar(arguments[2]))
        if isinstance(index, CellError):
            return index
        if index < 1:
            return BAD_VALUE
        if index >= area.width + 1:
            return BAD_REFERENCE
        sorted_flag = evaluator.scalar(arguments[3]) if len(arguments) > 3 else True
        row = _position(area, evaluator.scalar(arguments[0]), sorted_flag)
        return row if isinstance(row, CellError) else area.value(row, int(index) - 1)

    return function


def _line(evaluator: Evaluator, node: Node) -> Area | CellError:
    """Evaluate an argument that must be one row or one column; gives it as a column."""
    area = evaluator.operand(node)
    if not isinstance(area, Area):
        return area if isinstance(area, CellError) else NOT_AVAILABLE
    if area.width > 1 and area.height > 1:
        return NOT_AVAILABLE
    return area if area.width == 1 else area.transposed()


def _match(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    line = _line(evaluator, arguments[1])
    if isinstance(line, CellError):
        return line
    kind = to_number(evaluator.scalar(arguments[2])) if len(arguments) > 2 else 1.0
    if isinstance(kind, CellError):
        return kind
    wanted = evaluator.scalar(arguments[0])
    if kind < 0:
        if isinstance(wanted, CellError):
            return wanted
        row = line.find_last_not_greater(wanted, descending=True)
        return NOT_AVAILABLE if row is None else float(row + 1)
    found = _position(line, wanted, kind > 0)
    return found if isinstance(found, CellError) else float(found + 1)


def _options(evaluator: Evaluator, nodes: Sequence[Node]) -> tuple[int, int] | CellError:
    """Read how XLOOKUP and XMATCH are to match and in which direction to search."""
    modes = [0, 1]
    for number, node in enumerate(nodes):
        mode = to_number(evaluator.scalar(node))
        if isinstance(mode, CellError):
            return mode
        modes[number] = int(mode) if number == 0 or mode else 1
    if modes[0] not in (_EXACT, _NEXT_SMALLER, _NEXT_LARGER, _WILDCARDS) or modes[1] not in (1, -1, 2, -2):
        return BAD_VALUE
    return modes[0], modes[1]


def _x_position(line: Area, wanted: Computed, match: int, search: int) -> int | None:
    """Find a value in a column: exactly, or the next smaller or larger one, from either end."""
    if search > 0 or match == _WILDCARDS:
        found = line.find(wanted, wild=match == _WILDCARDS)
        if found is not None or match in (_EXACT, _WILDCARDS):
            return found
    wanted_key = sort_key(wanted)
    best: tuple[tuple[int, object], int] | None = None
    for row in range(line.used_height) if search > 0 else reversed(range(line.used_height)):
        value = line.value(row, 0)
        if value is None or isinstance(value, CellError):
            continue
        key = sort_key(value)
        if key == wanted_key:
            return row
        if match == _EXACT or key[0] != wanted_key[0] or (key < wanted_key) != (match == _NEXT_SMALLER):
            continue
        if best is None or (key > best[0] if match == _NEXT_SMALLER else key < best[0]):
            best = key, row
    return None if best is None else best[1]


def _x_lookup(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    wanted = evaluator.scalar(arguments[0])
    area, result = evaluator.operand(arguments[1]), evaluator.operand(arguments[2])
    line = _line(evaluator, arguments[1])
    options = _options(evaluator, arguments[4:])
    for operand in (wanted, line, result, options):
        if isinstance(operand, CellError):
            return operand
    if not (isinstance(line, Area) and isinstance(area, Area) and isinstance(result, Area)):
        return NOT_AVAILABLE
    is_column = area.width == 1
    if (result.height if is_column else result.width) != line.height:
        return BAD_VALUE
    assert isinstance(options, tuple)  # noqa: S101  errors are told above
    assert not isinstance(wanted, CellError)  # noqa: S101  the same
    place = _x_position(line, wanted, *options)
    if place is None:
        return evaluator.operand(arguments[3]) if len(arguments) > 3 else NOT_AVAILABLE
    return result.part(place, None) if is_column else result.part(None, place)


def _x_match(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    wanted = evaluator.scalar(arguments[0])
    line = _line(evaluator, arguments[1])
    options = _options(evaluator, arguments[2:])
    if isinstance(wanted, CellError):
        return wanted
    if isinstance(line, CellError):
        return line
    if isinstance(options, CellError):
        return options
    place = _x_position(line, wanted, *options)
    return NOT_AVAILABLE if place is None else float(place + 1)


def _index(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    area = evaluator.operand(arguments[0])
    if not isinstance(area, Area):
        return area
    places = [to_number(evaluator.scalar(argument)) for argument in arguments[1:3]]
    for place in places:
        if isinstance(place, CellError):
            return place
    row, column = [*(int(place) for place in places if isinstance(place, float)), 0, 0][:2]
    if len(places) == 1 and area.height == 1:
        row, column = 1, row  # in a single row the one index counts columns
    if not (0 <= row <= area.height and 0 <= column <= area.width):
        return BAD_REFERENCE
    return area.part(row - 1 if row else None, column - 1 if column else None)


def _choose(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    number = to_number(evaluator.scalar(arguments[0]))
    if isinstance(number, CellError):
        return number
    return evaluator.operand(arguments[int(number)]) if 1 <= number < len(arguments) else BAD_NUMBER


def _of_area(give: Callable[[Area], int]) -> Function:
    """A whole number about an area; a single value has one row and one column."""

    def function(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
        area = evaluator.operand(arguments[0])
        if isinstance(area, CellError):
            return area
        return float(give(area)) if isinstance(area, Area) else 1.0

    return function


def _place(part: int) -> Function:
    """ROW (part 0) and COLUMN (part 1): of the area given, else of the formula's own cell."""

    def function(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
        if not arguments:
            return float(evaluator.place[part] + 1)
        area = evaluator.operand(arguments[0])
        if not isinstance(area, Area):
            return area if isinstance(area, CellError) else NOT_AVAILABLE
        return float((area.bounds.start_row, area.bounds.start_column)[part] + 1)

    return function


FUNCTIONS: dict[str, Signature] = {
    "CHOOSE": (_choose, 2, MANY),
    "COLUMN": (_place(1), 0, 1),
    "COLUMNS": (_of_area(lambda area: area.width), 1, 1),
    "HLOOKUP": (_look_up(across=True), 3, 4),
    "INDEX": (_index, 1, 3),
    "MATCH": (_match, 2, 3),
    "ROW": (_place(0), 0, 1),
    "ROWS": (_of_area(lambda area: area.height), 1, 1),
    "VLOOKUP": (_look_up(across=False), 3, 4),
    "XLOOKUP": (_x_lookup, 3, 6),
    "XMATCH": (_x_match, 2, 4),
}
