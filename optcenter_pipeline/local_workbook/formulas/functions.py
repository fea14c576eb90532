"""The functions that formulas may call. Any other name is ``#NAME?``.

ABS, AND, AVERAGE, COUNT, COUNTA, FALSE, IF, IFERROR, IFNA, INDEX, ISBLANK, MATCH, MAX, MIN, NOT, OR, ROUND, SUM,
TRUE, VLOOKUP. MATCH and VLOOKUP look for the exact value, or in a sorted column for the last one that is not
greater.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from ..number_format import rounded
from .area import Area
from .operators import finite, to_boolean, to_number
from .parser import Node
from .values import BAD_REFERENCE, BAD_VALUE, DIVISION_BY_ZERO, NOT_AVAILABLE, CellError, Computed

Operand = Computed | Area


class Evaluator(Protocol):
    """What a function may ask of the evaluation it is part of."""

    def operand(self, node: Node) -> Operand:
        """Evaluate an argument that may be an area of cells."""

    def scalar(self, node: Node) -> Computed:
        """Evaluate an argument to one value."""


Function = Callable[[Evaluator, Sequence[Node]], Operand]


def _if(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    condition = to_boolean(evaluator.scalar(arguments[0]))
    if isinstance(condition, CellError):
        return condition
    if condition:
        return evaluator.operand(arguments[1])
    return evaluator.operand(arguments[2]) if len(arguments) > 2 else False


def _if_error(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    value = evaluator.scalar(arguments[0])
    if not isinstance(value, CellError):
        return value
    return evaluator.scalar(arguments[1]) if len(arguments) > 1 else None


def _if_na(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    value = evaluator.scalar(arguments[0])
    return evaluator.scalar(arguments[1]) if value == NOT_AVAILABLE else value


def _not(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    condition = to_boolean(evaluator.scalar(arguments[0]))
    return condition if isinstance(condition, CellError) else not condition


def _is_blank(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    return evaluator.scalar(arguments[0]) is None


def _logical(decide: Callable[[Iterator[bool]], bool]) -> Function:
    def function(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
        conditions: list[bool] = []
        for value in _values(evaluator, arguments):
            condition = to_boolean(value)
            if isinstance(condition, CellError):
                return condition
            conditions.append(condition)
        return decide(iter(conditions))

    return function


def _values(evaluator: Evaluator, arguments: Sequence[Node]) -> Iterator[Computed]:
    """Give every value of the arguments, the filled cells of areas included."""
    for argument in arguments:
        operand = evaluator.operand(argument)
        if isinstance(operand, Area):
            yield from operand.filled()
        else:
            yield operand


def _numbers(evaluator: Evaluator, arguments: Sequence[Node]) -> list[float] | CellError:
    """Give the numbers among the arguments: texts and booleans in cells are passed over, as a sheet does."""
    numbers: list[float] = []
    for argument in arguments:
        operand = evaluator.operand(argument)
        if isinstance(operand, Area):
            for value in operand.filled():
                if isinstance(value, CellError):
                    return value
                if isinstance(value, float):
                    numbers.append(value)
            continue
        number = to_number(operand)
        if isinstance(number, CellError):
            return number
        numbers.append(number)
    return numbers


def _aggregate(compute: Callable[[list[float]], Computed]) -> Function:
    def function(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
        numbers = _numbers(evaluator, arguments)
        return numbers if isinstance(numbers, CellError) else compute(numbers)

    return function


def _count(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    return float(sum(isinstance(value, float) for value in _values(evaluator, arguments)))


def _count_filled(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    return float(sum(value is not None for value in _values(evaluator, arguments)))


def _absolute(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    number = to_number(evaluator.scalar(arguments[0]))
    return number if isinstance(number, CellError) else abs(number)


def _round(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    number = to_number(evaluator.scalar(arguments[0]))
    places = to_number(evaluator.scalar(arguments[1])) if len(arguments) > 1 else 0.0
    if isinstance(number, CellError) or isinstance(places, CellError):
        return number if isinstance(number, CellError) else places
    if abs(places) > 300:
        return BAD_VALUE
    return finite(float(rounded(number, int(places))))


def _position(evaluator: Evaluator, area: Area, wanted: Computed, sorted_flag: Computed) -> int | CellError:
    """Find a value's row within an area's first column, 0-based."""
    if isinstance(wanted, CellError):
        return wanted
    is_sorted = to_boolean(sorted_flag)
    if isinstance(is_sorted, CellError):
        return is_sorted
    found = area.find_last_not_greater(wanted) if is_sorted else area.find(wanted)
    return NOT_AVAILABLE if found is None else found


def _vlookup(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    area = evaluator.operand(arguments[1])
    if not isinstance(area, Area):
        return area if isinstance(area, CellError) else NOT_AVAILABLE
    index = to_number(evaluator.scalar(arguments[2]))
    if isinstance(index, CellError):
        return index
    if index < 1:
        return BAD_VALUE
    if index > area.width:
        return BAD_REFERENCE
    sorted_flag = evaluator.scalar(arguments[3]) if len(arguments) > 3 else True
    row = _position(evaluator, area, evaluator.scalar(arguments[0]), sorted_flag)
    return row if isinstance(row, CellError) else area.value(row, int(index) - 1)


def _match(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    area = evaluator.operand(arguments[1])
    if not isinstance(area, Area):
        return area if isinstance(area, CellError) else NOT_AVAILABLE
    kind = to_number(evaluator.scalar(arguments[2])) if len(arguments) > 2 else 1.0
    if isinstance(kind, CellError):
        return kind
    if kind < 0 or (area.width > 1 and area.height > 1):
        return NOT_AVAILABLE
    line = area if area.width == 1 else area.transposed()
    row = _position(evaluator, line, evaluator.scalar(arguments[0]), kind > 0)
    return row if isinstance(row, CellError) else float(row + 1)


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


# name -> the function, the fewest and the most arguments
FUNCTIONS: dict[str, tuple[Function, int, int]] = {
    "ABS": (_absolute, 1, 1),
    "AND": (_logical(all), 1, 255),
    "AVERAGE": (_aggregate(lambda numbers: sum(numbers) / len(numbers) if numbers else DIVISION_BY_ZERO), 1, 255),
    "COUNT": (_count, 1, 255),
    "COUNTA": (_count_filled, 1, 255),
    "FALSE": (lambda _evaluator, _arguments: False, 0, 0),
    "HYPERLINK": (lambda evaluator, arguments: evaluator.scalar(arguments[-1]), 1, 2),
    "IF": (_if, 2, 3),
    "IFERROR": (_if_error, 1, 2),
    "IFNA": (_if_na, 2, 2),
    "INDEX": (_index, 1, 3),
    "ISBLANK": (_is_blank, 1, 1),
    "MATCH": (_match, 2, 3),
    "MAX": (_aggregate(lambda numbers: max(numbers, default=0.0)), 1, 255),
    "MIN": (_aggregate(lambda numbers: min(numbers, default=0.0)), 1, 255),
    "NOT": (_not, 1, 1),
    "OR": (_logical(any), 1, 255),
    "ROUND": (_round, 1, 2),
    "SUM": (_aggregate(lambda numbers: finite(sum(numbers))), 1, 255),
    "TRUE": (lambda _evaluator, _arguments: True, 0, 0),
    "VLOOKUP": (_vlookup, 3, 4),
}
