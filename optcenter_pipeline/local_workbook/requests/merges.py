"""Requests that merge cells and part them again."""

from __future__ import annotations

from typing import Any

from ..a1 import CellRange
from ..anchored import area_of
from ..cell import Cell
from ..errors import InvalidArgumentError
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import grid_range, range_message

_TYPES = ("MERGE_ALL", "MERGE_COLUMNS", "MERGE_ROWS")


def merge_cells(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Merge a range as one, by columns or by rows; the first filled cell of each merge gives its content."""
    sheet, area = grid_range(spreadsheet, body.get("range"), whole=True)
    kind = body.get("mergeType") or "MERGE_ALL"
    if kind not in _TYPES:
        raise InvalidArgumentError(f"mergeType must be one of {', '.join(_TYPES)}.")
    _part(sheet, area)
    merges = sheet.document.setdefault("merges", [])
    for part in _parts(area, kind):
        check_frozen(sheet, part, "You can't merge frozen and non-frozen {}.")
        if len(part.rows) > 1 or len(part.columns) > 1:
            _keep_first_content(sheet, part)
            merges.append(range_message(sheet, part))
    if not merges:
        del sheet.document["merges"]


def unmerge_cells(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Part every merge in a range."""
    sheet, area = grid_range(spreadsheet, body.get("range"), whole=True)
    _part(sheet, area)


def check_frozen(sheet: Sheet, area: CellRange, refusal: str) -> None:
    """Refuse a merge that the edge of the frozen rows or columns would cut; `refusal` names them by ``{}``."""
    grid = sheet.document["properties"]["gridProperties"]
    for name, lines, word in (
        ("frozenRowCount", area.rows, "rows"),
        ("frozenColumnCount", area.columns, "columns"),
    ):
        if lines.start < int(grid.get(name) or 0) < lines.stop:
            raise InvalidArgumentError(refusal.format(word))


def _parts(area: CellRange, kind: str) -> list[CellRange]:
    if kind == "MERGE_COLUMNS":
        return [CellRange(area.start_row, column, area.end_row, column + 1) for column in area.columns]
    if kind == "MERGE_ROWS":
        return [CellRange(row, area.start_column, row + 1, area.end_column) for row in area.rows]
    return [area]


def _part(sheet: Sheet, area: CellRange) -> None:
    """Take the merges inside of an area away.

    Raises:
        InvalidArgumentError: where one lies across its edge.
    """
    kept = merges_outside(sheet, area, "You must select all cells in a merged range to merge or unmerge them.")
    sheet.document["merges"] = kept
    if not kept:
        del sheet.document["merges"]


def merges_outside(sheet: Sheet, area: CellRange, refusal: str) -> list[dict[str, Any]]:
    """Give the merges that have no cell in an area.

    Raises:
        InvalidArgumentError: with the refusal, where one lies across its edge.
    """
    kept = []
    for merge in sheet.document.get("merges", []):
        merged = area_of(merge)
        if not merged.overlaps(area):
            kept.append(merge)
        elif not area.contains(merged):
            raise InvalidArgumentError(refusal)
    return kept


def _keep_first_content(sheet: Sheet, area: CellRange) -> None:
    """Move the first filled cell's content to the merge's first cell and clear the others."""
    filled: list[Cell] = []
    for index, row in sheet.rows(area.start_row, area.end_row).items():
        for column in sorted(row):
            if column in area.columns and row[column].has_content:
                filled.append(row[column])
                sheet.changed((index,))
    if filled:
        value, formula = filled[0].value, filled[0].formula
        for cell in filled:
            cell.clear_content()
        first = sheet.cell(area.start_row, area.start_column)
        first.value, first.formula = value, formula
