"""What the page shows: tabs of one spreadsheet with their cells, all of one moment."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from ..cell import Row
from ..formulas.calculation import Calculation
from ..grid_data import spreadsheet_resource
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .cell_view import CellView, cell_view


def view(
    connection: sqlite3.Connection, spreadsheet_id: str, wanted: Mapping[str, str], known_version: int | None
) -> dict[str, Any]:
    """Describe a spreadsheet for the page.

    Args:
        connection: in a transaction.
        spreadsheet_id: the file.
        wanted: the tabs whose cells are wanted, each with the tag of what the page has of it, or nothing.
        known_version: the version that the page shows already: then the version alone is answered.

    Returns:
        ``version``; and ``title``, ``sheets`` (the API's properties and protected ranges of each), ``tags`` (by
        title, what changes with whatever the tab shows), and ``cells``, title → see `_cells`, of the tabs that are
        there and whose tag is another one.

    Raises:
        ApiError: no such spreadsheet.
    """
    spreadsheet = Spreadsheet.open(connection, spreadsheet_id)
    answer: dict[str, Any] = {"version": spreadsheet.version}
    if spreadsheet.version == known_version:
        return answer
    calculation = Calculation(spreadsheet)
    resource = spreadsheet_resource(spreadsheet, calculation, url="")
    tags = _Tags(connection, spreadsheet)
    there = [(sheet, known) for title, known in wanted.items() if (sheet := spreadsheet.sheet_by_title(title))]
    tag_of = {sheet.title: tags.of(sheet) for sheet, _ in there}
    return {
        **answer,
        "title": spreadsheet.properties["title"],
        "sheets": resource["sheets"],
        "tags": tag_of,
        "cells": {
            sheet.title: _cells(calculation, sheet) for sheet, known in there if known != tag_of[sheet.title]
        },
    }


class _Tags:
    """Tells whether a tab shows something else than before, without looking into its cells."""

    def __init__(self, connection: sqlite3.Connection, spreadsheet: Spreadsheet) -> None:
        self._connection = connection
        self._spreadsheet = spreadsheet
        self._digests: dict[int, tuple[str, bool]] = {}

    def of(self, sheet: Sheet) -> str:
        """What changes with the tab; formulas may show something else whenever anything changes anywhere."""
        digest, has_formulas = self._digest(sheet)
        if not has_formulas:
            return digest
        return hashlib.sha256(
            "".join(self._digest(one)[0] for one in self._spreadsheet.sheets).encode()
        ).hexdigest()

    def _digest(self, sheet: Sheet) -> tuple[str, bool]:
        known = self._digests.get(sheet.sheet_id)
        if known is not None:
            return known
        content, has_formulas = hashlib.sha256(json.dumps(sheet.document).encode()), False
        for index, cells in self._connection.execute(
            "SELECT row, cells FROM sheet_rows WHERE spreadsheet_id = ? AND sheet_id = ? ORDER BY row",
            (self._spreadsheet.id, sheet.sheet_id),
        ):
            content.update(f"{index} {cells}".encode())
            has_formulas = has_formulas or '"f":"=' in cells
        self._digests[sheet.sheet_id] = content.hexdigest(), has_formulas
        return self._digests[sheet.sheet_id]


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
