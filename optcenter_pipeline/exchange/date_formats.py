"""Dates as dates: number formats for cells that get one and would show a bare number."""

from collections.abc import Iterator, Mapping
from typing import Any

from optcenter_pipeline.exchange.file_cells import Moment
from optcenter_pipeline.workbook.template_requests import runs
from optcenter_pipeline.workbook.workbook import Workbook, cell_range

Places = Mapping[tuple[int, int], Moment]
"""0-based (row, column) of a sheet → the date that goes there."""

_FORMATS = (
    "sheets(properties(title),data(startRow,startColumn,rowData(values(userEnteredFormat(numberFormat(type))))))"
)
_SHOW_DATES = frozenset({"DATE", "DATE_TIME", "TIME"})


def date_format_requests(
    workbook: Workbook, dates: Mapping[str, Places], sheet_ids: Mapping[str, int], row_counts: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Requests in Google's shape that make cells show their dates; cells that show dates already are left alone.

    One read, where there is a date at all.

    Args:
        workbook: where the cells stand.
        dates: tab → its cells that get a date.
        sheet_ids: tab → its sheet's id.
        row_counts: tab → rows of its grid; cells below have no format yet.
    """
    ranges = []
    for tab, places in dates.items():
        for column in sorted({column for _, column in places}):
            rows = [row for row, there in places if there == column and row < row_counts[tab]]
            if rows:
                ranges.append(cell_range(tab, min(rows), column, max(rows), column))
    shown = _shown_as_dates(workbook, ranges) if ranges else {}
    requests = []
    for tab, places in dates.items():
        lacking = {place: m for place, m in places.items() if place not in shown.get(tab.casefold(), ())}
        requests += list(_requests(sheet_ids[tab], lacking))
    return requests


def _shown_as_dates(workbook: Workbook, ranges: list[str]) -> dict[str, set[tuple[int, int]]]:
    """Tab, without case → cells of these ranges that have a format for dates."""
    found: dict[str, set[tuple[int, int]]] = {}
    for sheet in workbook.metadata(_FORMATS, ranges).get("sheets", ()):
        cells = found.setdefault(sheet["properties"]["title"].casefold(), set())
        for block in sheet.get("data", ()):
            top, left = block.get("startRow", 0), block.get("startColumn", 0)
            for row, data in enumerate(block.get("rowData", ()), top):
                for column, cell in enumerate(data.get("values", ()), left):
                    if cell.get("userEnteredFormat", {}).get("numberFormat", {}).get("type") in _SHOW_DATES:
                        cells.add((row, column))
    return found


def _requests(sheet_id: int, places: Places) -> Iterator[dict[str, Any]]:
    by_look: dict[tuple[int, str], list[int]] = {}
    for (row, column), moment in places.items():
        by_look.setdefault((column, moment.number_format), []).append(row)
    for (column, pattern), rows in by_look.items():
        kind = "TIME" if pattern.startswith("[") else "DATE_TIME" if ":" in pattern else "DATE"
        cell = {"userEnteredFormat": {"numberFormat": {"type": kind, "pattern": pattern}}}
        for first, last in runs(rows):
            area = {"sheetId": sheet_id, "startRowIndex": first, "endRowIndex": last + 1}
            area |= {"startColumnIndex": column, "endColumnIndex": column + 1}
            yield {"repeatCell": {"range": area, "cell": cell, "fields": "userEnteredFormat.numberFormat"}}
