"""Computes the formulas of a spreadsheet, each at most once and only when asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ..a1 import CellRange
from ..cell import Cell
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from . import operators
from .area import Area, Index
from .arguments import Array, Elementwise, Operand, broadcast
from .functions import FUNCTIONS
from .parser import FormulaSyntaxError, FunctionCall, Literal, Lookup, Node, Operation, parse_formula
from .references import Reference
from .values import (
    BAD_REFERENCE,
    BAD_VALUE,
    NOT_AVAILABLE,
    NOT_PARSED,
    UNKNOWN_NAME,
    CellError,
    Computed,
)

_MAX_DEPTH = 20  # formulas that ask for formulas, before the rest is computed from below
_MAX_ARRAY_CELLS = 1_000_000


class _TooDeepError(Exception):
    """A chain of formulas is longer than the stack should be; carries the cell to compute first."""

    def __init__(self, sheet: Sheet, row: int, column: int) -> None:
        super().__init__()
        self.place = (sheet, row, column)


class Calculation:
    """The values of one state of a spreadsheet; make a new one after a change.

    Values are computed lazily: what no reader asks for costs nothing. A formula that depends on itself is
    ``#REF!``.
    """

    def __init__(self, spreadsheet: Spreadsheet) -> None:
        self._spreadsheet = spreadsheet
        self._known: dict[tuple[int, int, int], Computed] = {}
        # in the order of asking, so that a cell asked for again tells which cells form a cycle
        self._under_way: dict[tuple[int, int, int], None] = {}
        self._in_cycle: set[tuple[int, int, int]] = set()
        # not the areas themselves: they hold this calculation, and so all rows until the collector comes by
        self._places: dict[tuple[int, Reference], tuple[Sheet, CellRange] | CellError] = {}
        self._indexes: dict[tuple[int, CellRange, bool], Index] = {}
        # one moment for all of its cells
        self.now = datetime.now(UTC).astimezone(ZoneInfo(spreadsheet.properties["timeZone"])).replace(tzinfo=None)

    def value(self, sheet: Sheet, row: int, column: int, cell: Cell) -> Computed:
        """Give the value that a cell shows, None for an empty one."""
        if cell.formula is None:
            return cell.value
        pending = [(sheet, row, column)]
        while pending:
            try:
                self.value_at(*pending[-1])
                pending.pop()
            except _TooDeepError as deep:
                self._under_way.clear()
                if deep.place in pending:  # a cycle longer than the stack
                    self._known[(deep.place[0].sheet_id, *deep.place[1:])] = BAD_REFERENCE
                else:
                    pending.append(deep.place)
        return self._known[(sheet.sheet_id, row, column)]

    def value_at(self, sheet: Sheet, row: int, column: int) -> Computed:
        """Give a cell's value while a formula is computed."""
        cell = sheet.row(row).get(column)
        if cell is None or cell.formula is None:
            return None if cell is None else cell.value
        key = (sheet.sheet_id, row, column)
        if key in self._known:
            return self._known[key]
        if key in self._under_way:
            asked = list(self._under_way)
            self._in_cycle.update(asked[asked.index(key) :])
            return BAD_REFERENCE
        if len(self._under_way) >= _MAX_DEPTH:
            raise _TooDeepError(sheet, row, column)
        self._under_way[key] = None
        value = self._compute(sheet, row, column, cell.formula)
        del self._under_way[key]
        self._known[key] = BAD_REFERENCE if key in self._in_cycle else value
        return self._known[key]

    def _compute(self, sheet: Sheet, row: int, column: int, formula: str) -> Computed:
        try:
            return _Evaluation(self, sheet, (row, column)).scalar(parse_formula(formula))
        except (FormulaSyntaxError, RecursionError) as error:
            is_too_deep = isinstance(error.__cause__ or error, RecursionError)
            if is_too_deep and len(self._under_way) > 1:  # those that asked for it hold part of the stack
                raise _TooDeepError(sheet, row, column) from None
            return NOT_PARSED

    def cell(self, sheet: Sheet, reference: Reference) -> Computed:
        """Give the value of the one cell that a reference in a formula on a sheet names."""
        target = self._target(sheet, reference)
        row, column = reference.first.row or 0, reference.first.column or 0
        if target is None or row >= target.row_count or column >= target.column_count:
            return BAD_REFERENCE
        return self.value_at(target, row, column)

    def _target(self, sheet: Sheet, reference: Reference) -> Sheet | None:
        if reference.is_lost:
            return None
        return sheet if not reference.prefix else self._spreadsheet.sheet_by_title(reference.title or "")

    def area(self, sheet: Sheet, reference: Reference) -> Area | CellError:
        """Resolve a reference in a formula on a sheet."""
        key = (sheet.sheet_id, reference)
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = self._resolve(sheet, reference)
        return found if isinstance(found, CellError) else Area(*found, self.value_at, self._indexes)

    def named_area(self, name: str) -> Area | CellError:
        """Give the cells of a named range."""
        named = self._spreadsheet.named_area(name)
        return UNKNOWN_NAME if named is None else Area(*named, self.value_at, self._indexes)

    def _resolve(self, sheet: Sheet, reference: Reference) -> tuple[Sheet, CellRange] | CellError:
        target = self._target(sheet, reference)
        if target is None:
            return BAD_REFERENCE
        first, last = reference.first, reference.last or reference.first
        rows = sorted((first.row or 0, target.row_count - 1 if last.row is None else last.row))
        columns = sorted((first.column or 0, target.column_count - 1 if last.column is None else last.column))
        if rows[0] >= target.row_count or columns[0] >= target.column_count:
            return BAD_REFERENCE
        bounds = CellRange(
            rows[0],
            columns[0],
            min(rows[1] + 1, target.row_count),
            min(columns[1] + 1, target.column_count),
        )
        return target, bounds


class _Evaluation:
    """Evaluates one formula's tree; `arguments.Evaluator` is what functions see of it."""

    def __init__(self, calculation: Calculation, sheet: Sheet, place: tuple[int, int]) -> None:
        self._calculation = calculation
        self._sheet = sheet
        self.place = place

    def now(self) -> datetime:
        return self._calculation.now

    def scalar(self, node: Node) -> Computed:
        if isinstance(node, Lookup) and node.reference.last is None:
            return self._calculation.cell(self._sheet, node.reference)
        operand = self.operand(node)
        if not isinstance(operand, Area):
            return operand
        return operand.value(0, 0) if operand.height == operand.width == 1 else BAD_VALUE

    def operand(self, node: Node) -> Operand:
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Lookup):
            return self._calculation.area(self._sheet, node.reference)
        if isinstance(node, Operation):
            return self._operation(node)
        return self._call(node)

    def _operation(self, node: Operation) -> Computed:
        # 1+1+1+… leans to the left as deep as it is long: its spine is gone along, not down
        spine: list[Operation] = [node]
        while isinstance(below := spine[-1].operands[0], Operation):
            spine.append(below)
        value = self.scalar(spine[-1].operands[0])
        for operation in reversed(spine):
            if len(operation.operands) == 1:
                value = operators.unary(operation.operator, value)
            else:
                value = operators.binary(operation.operator, value, self.scalar(operation.operands[1]))
        return value

    def array(self, node: Node) -> Array | CellError:
        if isinstance(node, Operation):
            symbol = node.operator
            return self._each(
                lambda values: (
                    operators.unary(symbol, *values) if len(values) == 1 else operators.binary(symbol, *values)
                ),
                node.operands,
            )
        if isinstance(node, FunctionCall) and isinstance(
            function := FUNCTIONS.get(node.name, (None,))[0], Elementwise
        ):
            return self._each(function.of, node.arguments)
        operand = self.operand(node)
        if not isinstance(operand, Area):
            return [[operand]]
        if operand.size > _MAX_ARRAY_CELLS:
            return BAD_REFERENCE
        return [[operand.value(row, column) for column in range(operand.width)] for row in range(operand.height)]

    def _each(self, compute: Callable[[Sequence[Computed]], Computed], nodes: Sequence[Node]) -> Array | CellError:
        arrays: list[Array] = []
        for node in nodes:
            array = self.array(node)
            if isinstance(array, CellError):
                return array
            arrays.append(array)
        return broadcast(compute, arrays)

    def _call(self, node: FunctionCall) -> Operand:
        known = FUNCTIONS.get(node.name)
        if known is None:
            return UNKNOWN_NAME if node.arguments else self._calculation.named_area(node.name)
        function, fewest, most = known
        if not fewest <= len(node.arguments) <= most:
            return NOT_AVAILABLE
        return function(self, node.arguments)
