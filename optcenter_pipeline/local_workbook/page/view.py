"""What the page shows: tabs of one spreadsheet with their cells, all of one moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from ..cell import Row
from ..formulas.calculation import Calculation
from ..grid_data import spreadsheet_resource
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .cell_view import CellView, cell_view


def view(
    connection: sqlite3.Connection, spreadsheet_id: str, titles: Sequence[str], known_version: int | None
) -> dict[str, Any]:
    """Describe a spreadsheet for the page.

    Args:
        connection: in a transaction.
        spreadsheet_id: the file.
        titles: the tabs whose cells are wanted; one that is not there is left out.
        known_version: the version that the page shows already: then the version alone is answered.

    Returns:
        ``version``; and ``title``, ``sheets`` (the API's properties and protected ranges of each), and ``cells``,
        title → see `_cells`.

    Raises:
        ApiError: no such spreadsheet.
    """
    spreadsheet = Spreadsheet.open(connection, spreadsheet_id)
    answer: dict[str, Any] = {"version": spreadsheet.version}
    if spreadsheet.version == known_version:
        return answer
    calculation = Calculation(spreadsheet)
    resource = spreadsheet_resource(spreadsheet, calculation, url="")
    wanted = [sheet for title in titles if (sheet := spreadsheet.sheet_by_title(title)) is not None]
    return {
        **answer,
        "title": spreadsheet.properties["title"],
        "sheets": resource["sheets"],
        "cells": {sheet.title: _cells(calculation, sheet) for sheet in wanted},
    }


def _cells(calculation: Calculation, sheet: Sheet) -> dict[str, Any]:
    """``rows``: [index, cells] of each row that holds anything; ``columns``: width in pixels, validation rule."""
    rows = sheet.rows()
    shown = [(index, line) for index, row in rows.items() if (line := row_view(calculation, sheet, index, row))]
    width = max((len(line) for _, line in shown), default=0)
    return {"rows": shown, "columns": [_column(sheet, column, rows) for column in range(width)]}


def row_view(calculation: Calculation, sheet: Sheet, index: int, row: Row) -> list[CellView]:
    """Describe a row's cells up to the last one that holds anything."""
    line: list[CellView] = []
    for column in sorted(row):
        seen = cell_view(calculation, sheet, index, column, row[column])
        if seen is not None:
            line.extend([None] * (column - len(line)))
            line.append(seen)
    return line


def _column(sheet: Sheet, column: int, rows: dict[int, Row]) -> dict[str, Any]:
    """A column's width, and the rule of its first cell below the header that has one."""
    described: dict[str, Any] = {}
    pixels = (sheet.document.get("columns") or {}).get(str(column), {}).get("pixelSize")
    if pixels:
        described["width"] = pixels
    for index, row in rows.items():
        rule = sheet.validation_of(row[column]) if index and column in row else None
        if rule:
            described["rule"] = rule
            break
    return described
