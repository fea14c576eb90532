"""The request that fills cells by what stands beside them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ..a1 import CellRange
from ..cell import Cell
from ..errors import InvalidArgumentError
from ..formulas.references import moved_formula
from ..number_format import is_date_format
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import grid_range

_ENOUGH_FOR_A_SERIES = 2


def auto_fill(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Go on with a series of numbers, or repeat what stands in the source; formulas' references move along.

    Two or more numbers at equal steps, and a single date, make a series; ``useAlternateSeries`` makes one of a
    single number, and repeats what would be one otherwise.
    """
    if "range" in body:
        sheet, area = grid_range(spreadsheet, body["range"])
        source, by_rows = _find_source(sheet, area)
        targets = range(source.closed_end_row, area.closed_end_row) if by_rows else range(0)
        if not by_rows:
            targets = range(source.closed_end_column, area.closed_end_column)
    else:
        sheet, source, by_rows, targets = _explicit(spreadsheet, body.get("sourceAndDestination") or {})
    lines = source.columns if by_rows else source.rows
    for line in lines:
        _fill_line(sheet, source, line, targets, by_rows=by_rows, alternate=bool(body.get("useAlternateSeries")))


def _explicit(spreadsheet: Spreadsheet, body: dict[str, Any]) -> tuple[Sheet, CellRange, bool, range]:
    sheet, source = grid_range(spreadsheet, body.get("source"), whole=True)
    length, dimension = body.get("fillLength", 0), body.get("dimension")
    if dimension is None or not length:
        raise InvalidArgumentError("sourceAndDestination.dimension and fillLength must be specified.")
    by_rows = dimension == "ROWS"
    start, end = (
        (source.start_row, source.closed_end_row) if by_rows else (source.start_column, source.closed_end_column)
    )
    targets = range(end, end + length) if length > 0 else range(start - 1, start - 1 + length, -1)
    last = max(targets[0], targets[-1])
    if min(targets[0], targets[-1]) < 0 or last >= (sheet.row_count if by_rows else sheet.column_count):
        raise InvalidArgumentError("The fill would leave the grid.")
    return sheet, source, by_rows, targets


def _find_source(sheet: Sheet, area: CellRange) -> tuple[CellRange, bool]:
    """Find the part of a range that holds data: its first rows, else its first columns."""
    filled = [
        (index, column)
        for index, row in sheet.rows(area.start_row, area.closed_end_row).items()
        for column, cell in row.items()
        if column in area.columns and cell.has_content
    ]
    if not filled:
        raise InvalidArgumentError("The range has no data to fill from.")
    last_row, last_column = max(index for index, _ in filled), max(column for _, column in filled)
    by_rows = last_row + 1 < area.closed_end_row
    if by_rows:
        return CellRange(area.start_row, area.start_column, last_row + 1, area.closed_end_column), True
    return CellRange(area.start_row, area.start_column, area.closed_end_row, last_column + 1), False


def _fill_line(
    sheet: Sheet, source: CellRange, line: int, targets: range, *, by_rows: bool, alternate: bool
) -> None:
    indexes = source.rows if by_rows else source.columns
    cells = [sheet.row(index if by_rows else line).get(line if by_rows else index, Cell()) for index in indexes]
    step = _step(sheet, cells, alternate=alternate)
    for target in targets:
        offset = target - indexes.start
        model = cells[offset % len(cells)]
        distance = target - (indexes.start + offset % len(cells))
        cell = sheet.cell(*((target, line) if by_rows else (line, target)))
        cell.value, cell.formula, cell.format_key = model.value, model.formula, model.format_key
        if model.formula is not None:
            cell.formula = moved_formula(model.formula, *((distance, 0) if by_rows else (0, distance)))
        elif step is not None and isinstance(cells[0].value, float):
            cell.value = float(f"{cells[0].value + step * offset:.15g}")


def _step(sheet: Sheet, cells: list[Cell], *, alternate: bool) -> float | None:
    """Give a series' step, None where the cells are to be repeated."""
    numbers = [cell.value for cell in cells if cell.formula is None and isinstance(cell.value, float)]
    if len(numbers) < len(cells):
        return None
    if len(numbers) < _ENOUGH_FOR_A_SERIES:
        is_date = is_date_format(sheet.format_of(cells[0]).get("numberFormat"))
        return 1.0 if is_date != alternate else None
    step = numbers[1] - numbers[0]
    tolerance = 1e-9 * max(abs(number) for number in numbers)
    is_even = all(abs(after - before - step) <= tolerance for before, after in pairwise(numbers))
    return step if is_even and not alternate else None
