"""Requests that move whole lines, or push the cells of a range down, right, up or left."""

from __future__ import annotations

from typing import Any

from ..a1 import CellRange
from ..anchored import LinesShifted, area_of
from ..cell import Row
from ..errors import InvalidArgumentError
from ..formulas.references import Move, Shift
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import grid_range, integer
from .movements import follow_in


def move_dimension(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Move rows or columns to before the line at an index, counted before they are taken out."""
    source = body.get("source")
    if source is None or source.get("dimension") is None:
        raise InvalidArgumentError("source.dimension must be specified.")
    sheet = spreadsheet.sheet_by_id(integer(source, "sheetId", 0))
    rows = source["dimension"] == "ROWS"
    length = sheet.row_count if rows else sheet.column_count
    start, end = integer(source, "startIndex", 0), integer(source, "endIndex", length)
    destination = integer(body, "destinationIndex", 0)
    if end <= start:
        raise InvalidArgumentError(f"source.endIndex[{end}] must be after source.startIndex[{start}]")
    if end > length or destination > length:
        word = "rows" if rows else "columns"
        raise InvalidArgumentError(f"Cannot move what is outside of the grid: it has {length} {word}.")
    if start < destination < end:
        raise InvalidArgumentError(f"destinationIndex[{destination}] must not be inside of the source.")
    if destination in (start, end):
        return
    _check_whole_merges(sheet, range(start, end), destination, rows=rows)
    move = Move(source["dimension"], start, end - start, destination)
    if rows:
        touched = range(min(start, destination), max(end, destination))
        lines = sheet.rows(touched.start, touched.stop)
        arranged: dict[int, Row] = {index: {} for index in touched}
        arranged.update({move.moved_index(index): row for index, row in lines.items()})
        sheet.replace_rows(arranged)
    else:
        sheet.replace_rows(
            {
                index: {move.moved_index(column): cell for column, cell in row.items()}
                for index, row in sheet.rows().items()
            }
        )
    follow_in(spreadsheet, sheet, LinesShifted(move))


def _check_whole_merges(sheet: Sheet, moved: range, destination: int, *, rows: bool) -> None:
    """Refuse to move a part of a merge, or anything into the middle of one."""
    for merge in sheet.document.get("merges", []):
        lines = area_of(merge).rows if rows else area_of(merge).columns
        is_within = moved.start <= lines.start and lines.stop <= moved.stop
        is_apart = lines.stop <= moved.start or moved.stop <= lines.start
        if not (is_within or is_apart) or lines.start < destination < lines.stop:
            raise InvalidArgumentError("You can't move a part of a merged range, or cells into one.")


class _CellsPushed:
    """The movement of the cells beside a range: those in its columns below it, or in its rows right of it."""

    def __init__(self, area: CellRange, dimension: str, *, inserted: bool) -> None:
        self._area = area
        self._rows = dimension == "ROWS"
        start, count = (area.start_row, len(area.rows)) if self._rows else (area.start_column, len(area.columns))
        self._shift = Shift(dimension, start, count, inserted=inserted)

    def moved_area(self, area: CellRange) -> CellRange | None:
        """Move what lies within the range's columns (or rows) as a whole; anything else stays."""
        mine = self._area
        if self._rows:
            if area.end_column is None or area.start_column < mine.start_column:
                return area
            if area.end_column > mine.closed_end_column:
                return area
            moved = self._shift.moved_span(area.start_row, area.end_row)
            return moved and CellRange(moved[0], area.start_column, moved[1], area.end_column)
        if area.end_row is None or area.start_row < mine.start_row or area.end_row > mine.closed_end_row:
            return area
        moved = self._shift.moved_span(area.start_column, area.end_column)
        return moved and CellRange(area.start_row, moved[0], area.end_row, moved[1])

    def moved_lines(self, dimension: str, start: int, end: int | None) -> tuple[int, int | None]:
        """Leave lines where they are."""
        del dimension
        return start, end

    def moved_index(self, index: int) -> int | None:
        """Give the new index of a row (or column) of the cells that move."""
        return self._shift.moved_index(index)


def insert_range(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Insert empty cells; those in their place move down or right, and the grid grows where they need it."""
    _push(spreadsheet, body, inserted=True)


def delete_range(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Delete cells; those below them move up, or those right of them left."""
    _push(spreadsheet, body, inserted=False)


def _push(spreadsheet: Spreadsheet, body: dict[str, Any], *, inserted: bool) -> None:
    sheet, area = grid_range(spreadsheet, body.get("range"))
    dimension = body.get("shiftDimension")
    if dimension is None:
        raise InvalidArgumentError("shiftDimension must be specified.")
    movement = _CellsPushed(area, dimension, inserted=inserted)
    _check_merges(sheet, area, dimension)
    if dimension == "ROWS":
        _push_rows(sheet, area, movement, inserted=inserted)
    else:
        _push_columns(sheet, area, movement, inserted=inserted)
    spreadsheet.check_size()
    follow_in(spreadsheet, sheet, movement)


def _check_merges(sheet: Sheet, area: CellRange, dimension: str) -> None:
    """Refuse to part a merge: one that only partly lies where cells move."""
    moving = (
        CellRange(area.start_row, area.start_column, sheet.row_count, area.end_column)
        if dimension == "ROWS"
        else CellRange(area.start_row, area.start_column, area.end_row, sheet.column_count)
    )
    for merge in sheet.document.get("merges", []):
        merged = area_of(merge)
        if moving.overlaps(merged) and not moving.contains(merged):
            raise InvalidArgumentError("You can't insert or delete cells in a part of a merged range.")


def _push_rows(sheet: Sheet, area: CellRange, movement: _CellsPushed, *, inserted: bool) -> None:
    rows = sheet.rows(area.start_row)
    arranged: dict[int, Row] = {
        index: {column: cell for column, cell in row.items() if column not in area.columns}
        for index, row in rows.items()
    }
    for index, row in rows.items():
        target = movement.moved_index(index)
        if target is not None:
            moved = {column: cell for column, cell in row.items() if column in area.columns and not cell.is_blank}
            if moved or target in arranged:
                arranged.setdefault(target, {}).update(moved)
    if inserted:
        sheet.grow_to(max((index + 1 for index, row in arranged.items() if row), default=0), 0)
    sheet.replace_rows(arranged)


def _push_columns(sheet: Sheet, area: CellRange, movement: _CellsPushed, *, inserted: bool) -> None:
    arranged: dict[int, Row] = {}
    for index, row in sheet.rows(area.start_row, area.end_row).items():
        places = {column: movement.moved_index(column) for column in row}
        arranged[index] = {place: row[column] for column, place in places.items() if place is not None}
    if inserted:
        filled = (column for row in arranged.values() for column, cell in row.items() if not cell.is_blank)
        sheet.grow_to(0, max(filled, default=-1) + 1)
    sheet.replace_rows(arranged)
