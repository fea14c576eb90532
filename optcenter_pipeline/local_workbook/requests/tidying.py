"""Requests that tidy the rows of a range: duplicates out, white space off, order shuffled."""

from __future__ import annotations

import random
import re
from typing import Any

from ..a1 import CellRange
from ..cell import Cell
from ..errors import InvalidArgumentError
from ..formulas.calculation import Calculation
from ..formulas.values import CellError, Computed
from ..spreadsheet import Spreadsheet
from .arguments import grid_range, integer
from .arrangement import arrange_rows


def delete_duplicates(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Remove a range's rows that repeat an earlier one in the compared columns; letter case does not count."""
    sheet, area = grid_range(spreadsheet, body.get("range"))
    columns = _compared_columns(body, area)
    calculation = Calculation(spreadsheet)
    seen: set[tuple[Any, ...]] = set()
    kept: list[int] = []
    for index in area.rows:
        row = sheet.row(index)
        key = tuple(
            _comparable(calculation.value(sheet, index, column, row.get(column, Cell()))) for column in columns
        )
        if key not in seen:
            seen.add(key)
            kept.append(index)
    removed = len(area.rows) - len(kept)
    if removed:
        arrange_rows(sheet, area, kept)
    return {"duplicatesRemovedCount": removed} if removed else {}


def _compared_columns(body: dict[str, Any], area: CellRange) -> list[int]:
    spans = body.get("comparisonColumns") or []
    if not spans:
        return list(area.columns)
    columns: set[int] = set()
    for span in spans:
        if span.get("dimension") != "COLUMNS":
            raise InvalidArgumentError("comparisonColumns.dimension must be COLUMNS.")
        start, end = integer(span, "startIndex", 0), integer(span, "endIndex", area.closed_end_column)
        if start < area.start_column or end > area.closed_end_column or end <= start:
            raise InvalidArgumentError("comparisonColumns must be inside of the range.")
        columns.update(range(start, end))
    return sorted(columns)


def _comparable(value: Computed) -> Any:
    if isinstance(value, str):
        return value.lower()
    if isinstance(value, CellError):
        return (CellError, value.code)
    return (type(value), value)


def trim_whitespace(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Trim texts, and make each run of white space in them one space; formulas are left alone."""
    sheet, area = grid_range(spreadsheet, body.get("range"))
    count = 0
    for index, row in sheet.rows(area.start_row, area.closed_end_row).items():
        for column, cell in row.items():
            if column in area.columns and isinstance(cell.value, str):
                trimmed = re.sub(r"\s+", " ", cell.value).strip()
                if trimmed != cell.value:
                    cell.value = trimmed or None
                    sheet.changed((index,))
                    count += 1
    return {"cellsChangedCount": count} if count else {}


def randomize_range(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Shuffle a range's rows."""
    sheet, area = grid_range(spreadsheet, body.get("range"))
    order = list(area.rows)
    random.SystemRandom().shuffle(order)
    arrange_rows(sheet, area, order)
