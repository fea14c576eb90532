"""Computes the formulas of a spreadsheet, each at most once and only when asked for."""

from __future__ import annotations

from ..a1 import CellRange
from ..cell import Cell
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from . import operators
from .area import Area, Index
from .functions import FUNCTIONS, Operand
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
        self._areas: dict[tuple[int, Reference], Area | CellError] = {}
        self._indexes: dict[tuple[int, CellRange, bool], Index] = {}

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
        value = self._compute(sheet, cell.formula)
        del self._under_way[key]
        self._known[key] = BAD_REFERENCE if key in self._in_cycle else value
        return self._known[key]

    def _compute(self, sheet: Sheet, formula: str) -> Computed:
        try:
            return _Evaluation(self, sheet).scalar(parse_formula(formula))
        except (FormulaSyntaxError, RecursionError):
            return NOT_PARSED

    def cell(self, sheet: Sheet, reference: Reference) -> Computed:
        """Give the value of the one cell that a reference in a formula on a sheet names."""
        target = self._target(sheet, reference)
        row, column = reference.first.row or 0, reference.first.column or 0
        if target is None or row >= target.row_count or column >= target.column_count:
            return BAD_REFERENCE
        return self.value_at(target, row, column)

    def _target(self, sheet: Sheet, reference: Reference) -> Sheet | None:
        return sheet if not reference.prefix else self._spreadsheet.sheet_by_title(reference.title or "")

    def area(self, sheet: Sheet, reference: Reference) -> Area | CellError:
        """Resolve a reference in a formula on a sheet."""
        key = (sheet.sheet_id, reference)
        found = self._areas.get(key)
        if found is None:
            found = self._areas[key] = self._resolve(sheet, reference)
        return found

    def named_area(self, name: str) -> Area | CellError:
        """Give the cells of a named range."""
        named = self._spreadsheet.named_area(name)
        return UNKNOWN_NAME if named is None else Area(*named, self.value_at, self._indexes)

    def _resolve(self, sheet: Sheet, reference: Reference) -> Area | CellError:
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
        return Area(target, bounds, self.value_at, self._indexes)


class _Evaluation:
    """Evaluates one formula's tree; `functions.Evaluator` is what functions see of it."""

    def __init__(self, calculation: Calculation, sheet: Sheet) -> None:
        self._calculation = calculation
        self._sheet = sheet

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
            values = [self.scalar(operand) for operand in node.operands]
            if len(values) == 1:
                return operators.unary(node.operator, values[0])
            return operators.binary(node.operator, *values)
        return self._call(node)

    def _call(self, node: FunctionCall) -> Operand:
        known = FUNCTIONS.get(node.name)
        if known is None:
            return UNKNOWN_NAME if node.arguments else self._calculation.named_area(node.name)
        function, fewest, most = known
        if not fewest <= len(node.arguments) <= most:
            return NOT_AVAILABLE
        return function(self, node.arguments)
