"""What people write on the page: only into rows that still are what they saw."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from ..a1 import CellRange
from ..cell import Row
from ..errors import ApiError, InvalidArgumentError
from ..formulas.calculation import Calculation
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from ..values import RangeWriter
from .cell_view import cell_view, content
from .view import row_view

Column = Annotated[int, Field(ge=0, lt=18278)]
Index = Annotated[int, Field(ge=0)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    spreadsheet: str
    sheet: int
    header: list[tuple[Column, str]]
    """(column, text) of the first row as the person saw it: columns may move, too."""


class RowEdit(BaseModel):
    """Cells to type into one row; `seen` is what stood in it, (column, view), when the person typed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    row: Index
    seen: list[tuple[Column, JsonValue]]
    cells: list[tuple[Column, str]] = Field(min_length=1)


class Edit(_Body):
    """A cell or a pasted range: written whole, or not at all."""

    rows: list[RowEdit] = Field(min_length=1)


class NewRow(_Body):
    """A row to add below the last one, (column, text), kept as the text that it is."""

    cells: list[tuple[Column, str]] = Field(min_length=1)


BodyType = TypeVar("BodyType", Edit, NewRow)


def parse(kind: type[BodyType], raw: bytes) -> BodyType:
    """Read a request's body.

    Raises:
        InvalidArgumentError: it is not of this kind.
    """
    try:
        return kind.model_validate_json(raw)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(map(str, problem["loc"]))
        raise InvalidArgumentError(f"Invalid body at '{place}': {problem['msg']}") from None


def write_edit(connection: sqlite3.Connection, edit: Edit) -> dict[str, Any]:
    """Type cells into the rows that were seen, as a person would type them.

    A row that was moved meanwhile is found by its content where that is to be found once. The row's place is not
    taken on trust: a row that is no longer what was seen is never written.

    Returns:
        ``rows``: where each row stands (``row``) and what its cells are now (``cells``), in the order asked.

    Raises:
        ApiError: 409 where a row or the header changed, 404 where the tab is gone; nothing was written.
    """
    spreadsheet, sheet = _open(connection, edit)
    seen_rows = _SeenRows(Calculation(spreadsheet), sheet)
    places = [seen_rows.find(row) for row in edit.rows]
    if len(set(places)) < len(places):
        raise _changed(f"Rows of {sheet.title} can no longer be told apart.")
    writer = RangeWriter(spreadsheet, "USER_ENTERED")
    for place, row in zip(places, edit.rows, strict=True):
        _write(writer, sheet, place, row.cells)
    spreadsheet.save()
    calculation = Calculation(spreadsheet)
    lines = [row_view(calculation, sheet, place, sheet.row(place)) for place in places]
    return {"rows": [{"row": place, "cells": line} for place, line in zip(places, lines, strict=True)]}


def write_new_row(connection: sqlite3.Connection, row: NewRow) -> dict[str, Any]:
    """Add a row of texts below the last row that holds anything; the grid grows where it is full.

    Returns:
        ``row``: its index.

    Raises:
        ApiError: 409 where the header is not what was seen, 404 where the tab is gone; nothing was written.
    """
    spreadsheet, sheet = _open(connection, row)
    filled = (index for index, cells in sheet.rows().items() if any(cell.has_content for cell in cells.values()))
    place = max(filled, default=0) + 1
    if place >= sheet.row_count:
        sheet.set_size(place + 1, sheet.column_count)
        spreadsheet.check_size()
    _write(RangeWriter(spreadsheet, "RAW"), sheet, place, row.cells)
    spreadsheet.save()
    return {"row": place}


def _open(connection: sqlite3.Connection, body: _Body) -> tuple[Spreadsheet, Sheet]:
    """Find the tab, and make sure that its columns stand where they were seen."""
    spreadsheet = Spreadsheet.open(connection, body.spreadsheet)
    sheet = next((sheet for sheet in spreadsheet.sheets if sheet.sheet_id == body.sheet), None)
    if sheet is None:
        raise ApiError(404, "This tab was deleted meanwhile. Nothing was written.", "NOT_FOUND")
    calculation, header = Calculation(spreadsheet), sheet.row(0)
    for column, text in body.header:
        if _content(calculation, sheet, 0, header, column)[1] != text:
            raise _changed(f"The columns of {sheet.title} were changed meanwhile.")
    return spreadsheet, sheet


def _write(writer: RangeWriter, sheet: Sheet, row: int, cells: Sequence[tuple[int, str]]) -> None:
    for column, text in cells:
        anchor = CellRange(row, column, row + 1, column + 1, is_anchor=True)
        writer.write(sheet, anchor, [[text]])


def _changed(what: str) -> ApiError:
    return ApiError(409, f"{what} Nothing was written; the page shows now what stands there.", "ABORTED")


def _content(calculation: Calculation, sheet: Sheet, index: int, row: Row, column: int) -> tuple[str, str]:
    cell = row.get(column)
    return ("", "") if cell is None else content(cell_view(calculation, sheet, index, column, cell))


class _SeenRows:
    """Finds rows by what people saw in them."""

    def __init__(self, calculation: Calculation, sheet: Sheet) -> None:
        self._calculation = calculation
        self._sheet = sheet

    def find(self, edit: RowEdit) -> int:
        """Where the row stands now.

        Raises:
            ApiError: nowhere, or nobody can tell which of several it is.
        """
        seen = {column: content(view) for column, view in edit.seen}  # type: ignore[arg-type]
        if self._is(edit.row, self._sheet.row(edit.row), seen):
            return edit.row
        if any(text for _, text in seen.values()):
            found = [index for index, row in self._sheet.rows().items() if self._is(index, row, seen)]
            if len(found) == 1:
                return found[0]
        raise _changed(f"Row {edit.row + 1} of {self._sheet.title} was changed, moved or deleted meanwhile.")

    def _is(self, index: int, row: Row, seen: dict[int, tuple[str, str]]) -> bool:
        return all(
            _content(self._calculation, self._sheet, index, row, column) == was for column, was in seen.items()
        )
