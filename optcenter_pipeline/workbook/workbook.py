"""An open workbook: a few batched requests, and nothing that guesses."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gspread.urls import DRIVE_FILES_API_V3_URL
from gspread.utils import rowcol_to_a1

from optcenter_pipeline.workbook.client import SheetsClient
from optcenter_pipeline.workbook.errors import WorkbookUnreachableError
from optcenter_pipeline.workbook.requests_sent import RequestCounts
from optcenter_pipeline.workbook.storable import storable

Filled = str | int | float | bool
"""A cell as the API gives it unformatted; dates are serial numbers, an empty one is `""`."""

Cell = Filled | None
"""A cell to write: None leaves it alone, `""` clears it."""

_GRID_END = re.compile(r"!?\$?[A-Z]*\$?\d*:\$?([A-Z]+)\$?(\d+)$")


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """One sheet of the workbook, without its cells."""

    sheet_id: int
    title: str
    row_count: int
    column_count: int
    frozen_row_count: int = 0


@dataclass(frozen=True, slots=True)
class CellBlock:
    """A range as read: `rows` ragged, trailing empty cells and rows dropped; the range as the server clipped it."""

    range: str
    rows: list[list[Cell]]


@dataclass(frozen=True, slots=True)
class RangeWrite:
    """Values to write from a range's first cell on, row by row; None leaves a cell alone, `""` clears it."""

    range: str
    values: list[list[Cell]]


class Workbook:
    """One Google workbook, or one that is served like it.

    Args:
        http: the transport.
        spreadsheet_id: Google's id of the workbook.
    """

    def __init__(self, http: SheetsClient, spreadsheet_id: str) -> None:
        self.http = http
        self.spreadsheet_id = spreadsheet_id

    @property
    def counts(self) -> RequestCounts:
        """Requests sent so far."""
        return self.http.counts

    @property
    def account_email(self) -> str:
        """The account that reads and writes; empty where it is not known."""
        return self.http.account_email

    def sheets(self) -> tuple[SheetInfo, ...]:
        """Every sheet, in the workbook's order; one read."""
        document = self.metadata("sheets(properties(sheetId,title,gridProperties))")
        return tuple(_sheet_info(sheet["properties"]) for sheet in document.get("sheets", ()))

    def version(self) -> str:
        """Drive's count of the workbook's changes, whoever made them; one read of Drive, none of Sheets."""
        endpoint = f"{DRIVE_FILES_API_V3_URL}/{self.spreadsheet_id}"
        params = {"fields": "version", "supportsAllDrives": "true"}
        response = _answer(self.http.request, "get", endpoint, params=params)
        return str(_answer(response.json)["version"])

    def metadata(self, fields: str, ranges: Sequence[str] = ()) -> dict[str, Any]:
        """`spreadsheets.get` with a field mask, in Google's shape; one read."""
        params: dict[str, Any] = {"fields": fields}
        if ranges:
            params["ranges"] = list(ranges)
        return dict(_answer(self.http.spreadsheets_get, self.spreadsheet_id, params))

    def batch_get(
        self, ranges: Sequence[str], *, render: str = "UNFORMATTED_VALUE", dates: str = "SERIAL_NUMBER"
    ) -> list[CellBlock]:
        """Read ranges in one request, in their order; text comes as it can be stored.

        Args:
            ranges: in A1 notation; a quoted title alone is the whole sheet.
            render: UNFORMATTED_VALUE, or FORMULA for formulas as they were typed.
            dates: SERIAL_NUMBER, or FORMATTED_STRING for dates as they are shown.

        Raises:
            WorkbookRefusedError: one of the ranges names no sheet.
        """
        if not ranges:
            return []
        params = {"valueRenderOption": render, "dateTimeRenderOption": dates}
        answer = _answer(self.http.values_batch_get, self.spreadsheet_id, list(ranges), params)
        return [
            CellBlock(block["range"], _storable_rows(block.get("values", []))) for block in answer["valueRanges"]
        ]

    def batch_update(self, writes: Sequence[RangeWrite]) -> None:
        """Write ranges in one atomic request, every value as it is (RAW); safe to repeat."""
        if not writes:
            return
        data = [{"range": write.range, "majorDimension": "ROWS", "values": write.values} for write in writes]
        body = {"valueInputOption": "RAW", "includeValuesInResponse": False, "data": data}
        _answer(self.http.values_batch_update, self.spreadsheet_id, body)

    def structural_update(self, requests: Sequence[Mapping[str, Any]], *, idempotent: bool) -> list[dict[str, Any]]:
        """`spreadsheets.batchUpdate`, one atomic request; its replies.

        Args:
            requests: in Google's shape.
            idempotent: whether carrying them out twice is the same as once; only then are they retried.
        """
        if not requests:
            return []
        body = {"requests": [dict(request) for request in requests]}
        answer = _answer(self.http.batch_update, self.spreadsheet_id, body, idempotent=idempotent)
        return list(answer.get("replies", []))


def _answer(call: Any, *arguments: Any, **options: Any) -> Any:
    """What a call of the transport answers; an answer that is no JSON is none."""
    try:
        return call(*arguments, **options)
    except ValueError as error:
        raise WorkbookUnreachableError(
            "The workbook's server answered with something that is no JSON (a proxy or a sign-in page?). "
            "It is safe to try again."
        ) from error


def _storable_rows(rows: list[list[Cell]]) -> list[list[Cell]]:
    return [[storable(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]


def _sheet_info(properties: Mapping[str, Any]) -> SheetInfo:
    grid = properties.get("gridProperties", {})
    return SheetInfo(
        properties.get("sheetId", 0),
        properties["title"],
        grid.get("rowCount", 0),
        grid.get("columnCount", 0),
        grid.get("frozenRowCount", 0),
    )


def whole_sheet(title: str) -> str:
    """The range of a whole sheet: its title, always quoted."""
    return "'" + title.replace("'", "''") + "'"


def cell_range(title: str, first_row: int, first_column: int, last_row: int, last_column: int) -> str:
    """A range from 0-based row and column numbers, both ends included."""
    first, last = rowcol_to_a1(first_row + 1, first_column + 1), rowcol_to_a1(last_row + 1, last_column + 1)
    return f"{whole_sheet(title)}!{first}:{last}"


def column_letters(index: int) -> str:
    """Letters of a 0-based column: 0 is A, 26 is AA."""
    return rowcol_to_a1(1, index + 1).removesuffix("1")


def grid_size(whole_range: str) -> tuple[int, int]:
    """Rows and columns of the grid, from a whole sheet's range as the server echoes it, `Runs!A1:Z1000`.

    (0, 0) where the echo has no end, which a grid of one cell has not.
    """
    found = _GRID_END.search(whole_range)
    if found is None:
        return 0, 0
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column
