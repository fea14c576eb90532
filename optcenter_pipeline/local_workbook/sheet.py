"""One sheet inside of a transaction: its properties and its rows of cells."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from .a1 import CellRange, format_range
from .cell import Cell, Row, decode_row, encode_row
from .errors import InvalidArgumentError
from .store import get_definition, put_definition


class Sheet:
    """A grid of cells with its metadata.

    `document` is the sheet's resource without cells, as JSON: ``properties`` (no ``index``: that is the position
    among the spreadsheet's sheets), ``protectedRanges``, ``conditionalFormats``, and ``columns`` and ``rows``, the
    dimensions' own properties by index as text. Rows are read when asked for and written by `flush`.
    """

    def __init__(
        self, connection: sqlite3.Connection, spreadsheet_id: str, sheet_id: int, document: dict[str, Any]
    ) -> None:
        self._connection = connection
        self._spreadsheet_id = spreadsheet_id
        self._rows: dict[int, Row] = {}
        self._all_loaded = False
        self._changed_rows: set[int] = set()
        self._definitions: dict[str, dict[str, Any]] = {}
        self.sheet_id = sheet_id
        self.document = document

    @property
    def title(self) -> str:
        """The text on the sheet's tab."""
        return str(self.document["properties"]["title"])

    @property
    def row_count(self) -> int:
        """The height of the grid."""
        return int(self.document["properties"]["gridProperties"]["rowCount"])

    @property
    def column_count(self) -> int:
        """The width of the grid."""
        return int(self.document["properties"]["gridProperties"]["columnCount"])

    def set_size(self, row_count: int, column_count: int) -> None:
        """Set the grid's size; the caller takes cells outside of it away."""
        grid = self.document["properties"]["gridProperties"]
        grid["rowCount"], grid["columnCount"] = row_count, column_count

    def grow_to(self, row_count: int, column_count: int) -> None:
        """Make the grid at least so large."""
        self.set_size(max(self.row_count, row_count), max(self.column_count, column_count))

    def check_inside(self, area: CellRange, *, whole: bool) -> CellRange:
        """Clip a range to the grid.

        Args:
            area: the range asked for.
            whole: refuse also a range that only ends outside of the grid.

        Raises:
            InvalidArgumentError: where the range exceeds the grid.
        """
        clipped = area.clipped(self.row_count, self.column_count)
        outside = area.start_row >= self.row_count or area.start_column >= self.column_count
        if whole:
            outside = outside or (area.end_row or 0) > self.row_count
            outside = outside or (area.end_column or 0) > self.column_count
        if outside:
            raise InvalidArgumentError(
                f"Range ({format_range(self.title, area)}) exceeds grid limits. "
                f"Max rows: {self.row_count}, max columns: {self.column_count}"
            )
        return clipped

    def rows(self, start: int = 0, end: int | None = None) -> dict[int, Row]:
        """Give the rows that hold anything, by index; a row's cells may be changed if `changed` is told."""
        end = self.row_count if end is None else end
        if not self._all_loaded:
            found = self._connection.execute(
                "SELECT row, cells FROM sheet_rows"
                " WHERE spreadsheet_id = ? AND sheet_id = ? AND row >= ? AND row < ?",
                (self._spreadsheet_id, self.sheet_id, start, end),
            )
            for index, cells in found:
                if index not in self._rows:
                    self._rows[index] = decode_row(cells)
            self._all_loaded = start == 0 and end >= self.row_count
        return {index: self._rows[index] for index in sorted(self._rows) if start <= index < end}

    def prepare(self, area: CellRange) -> None:
        """Load the rows of a closed range at once, before they are asked for one by one."""
        if len(area.rows) > 1:
            self.rows(area.start_row, area.closed_end_row)
            for index in area.rows:
                self._rows.setdefault(index, {})

    def row(self, index: int) -> Row:
        """Give one row, an empty one where nothing stands."""
        row = self._rows.get(index)
        if row is None:
            found = None
            if not self._all_loaded:
                found = self._connection.execute(
                    "SELECT cells FROM sheet_rows WHERE spreadsheet_id = ? AND sheet_id = ? AND row = ?",
                    (self._spreadsheet_id, self.sheet_id, index),
                ).fetchone()
            row = self._rows[index] = {} if found is None else decode_row(found[0])
        return row

    def cell(self, row: int, column: int) -> Cell:
        """Give a cell to change, made where there was none."""
        self._changed_rows.add(row)
        cells = self.row(row)
        cell = cells.get(column)
        if cell is None:
            cell = cells[column] = Cell()
        return cell

    def changed(self, rows: Iterable[int]) -> None:
        """Tell that rows got from `rows` were changed in place."""
        self._changed_rows.update(rows)

    def replace_rows(self, rows: dict[int, Row]) -> None:
        """Put other rows at the given indexes."""
        self._rows.update(rows)
        self._changed_rows.update(rows)

    def copy_rows(self, source: Sheet) -> None:
        """Take over the cells of another sheet, which may be another spreadsheet's."""
        self.replace_rows(
            {index: {column: cell.copy() for column, cell in row.items()} for index, row in source.rows().items()}
        )

    def move_rows(self, start: int, distance: int) -> None:
        """Shift the rows from `start` on by a distance, in the file itself; a negative one must find room."""
        self.flush()
        self._rows.clear()
        self._all_loaded = False
        scope = "spreadsheet_id = ? AND sheet_id = ?"
        keys = (self._spreadsheet_id, self.sheet_id)
        # by way of negative numbers, since the key is checked row by row while the statement runs
        self._connection.execute(
            f"UPDATE sheet_rows SET row = -(row + ?) - 1 WHERE {scope} AND row >= ?",  # noqa: S608
            (distance, *keys, start),
        )
        self._connection.execute(f"UPDATE sheet_rows SET row = -row - 1 WHERE {scope} AND row < 0", keys)  # noqa: S608

    def delete_rows(self, start: int, end: int | None = None) -> None:
        """Take rows away; those below stay where they are."""
        self.flush()
        self._connection.execute(
            "DELETE FROM sheet_rows WHERE spreadsheet_id = ? AND sheet_id = ? AND row >= ? AND row < ?",
            (self._spreadsheet_id, self.sheet_id, start, 2**31 if end is None else end),
        )
        for index in [index for index in self._rows if start <= index and (end is None or index < end)]:
            del self._rows[index]

    def format_of(self, cell: Cell) -> dict[str, Any]:
        """Give the cell's ``userEnteredFormat``, to be changed at its top level only."""
        return dict(self._definition(cell.format_key)) if cell.format_key else {}

    def _definition(self, key: str) -> dict[str, Any]:
        if key not in self._definitions:
            self._definitions[key] = get_definition(self._connection, key)
        return self._definitions[key]

    def set_format(self, cell: Cell, cell_format: dict[str, Any]) -> None:
        """Set the cell's ``userEnteredFormat``."""
        cell.format_key = put_definition(self._connection, cell_format)

    def validation_of(self, cell: Cell) -> dict[str, Any] | None:
        """Give the cell's ``dataValidation`` rule, not to be changed."""
        return self._definition(cell.validation_key) if cell.validation_key else None

    def set_validation(self, cell: Cell, rule: dict[str, Any] | None) -> None:
        """Set or, with None, clear the cell's ``dataValidation`` rule."""
        cell.validation_key = put_definition(self._connection, rule or {})

    def flush(self) -> None:
        """Write the changed rows."""
        key = (self._spreadsheet_id, self.sheet_id)
        emptied: list[tuple[str, int, int]] = []

        def filled() -> Iterator[tuple[str, int, int, str]]:
            for index in sorted(self._changed_rows):
                text = encode_row(self._rows[index])
                if text == "{}":
                    emptied.append((*key, index))
                else:
                    yield *key, index, text

        self._connection.executemany("INSERT OR REPLACE INTO sheet_rows VALUES (?, ?, ?, ?)", filled())
        self._connection.executemany(
            "DELETE FROM sheet_rows WHERE spreadsheet_id = ? AND sheet_id = ? AND row = ?", emptied
        )
        self._changed_rows.clear()

    def save(self, position: int) -> None:
        """Write the changed rows and the document, the sheet standing at a position among its spreadsheet's."""
        self.flush()
        self._connection.execute(
            "INSERT OR REPLACE INTO sheets VALUES (?, ?, ?, ?)",
            (self._spreadsheet_id, self.sheet_id, position, json.dumps(self.document, ensure_ascii=False)),
        )
