"""Requests that take texts apart into cells, as if a person had pasted or typed them."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser
from typing import Any

from ..a1 import CellRange
from ..errors import InvalidArgumentError
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from ..values import RangeWriter
from .arguments import grid_range, integer

_DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "PERIOD": ".", "SPACE": " "}
_TYPES_WITHOUT_VALUES = ("PASTE_FORMAT", "PASTE_DATA_VALIDATION", "PASTE_CONDITIONAL_FORMATTING")


def paste_data(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Paste lines of delimited text, or a table in HTML, from a cell on; the grid grows where they need it."""
    coordinate = body.get("coordinate")
    if coordinate is None:
        raise InvalidArgumentError("coordinate must be specified.")
    sheet = spreadsheet.sheet_by_id(integer(coordinate, "sheetId", 0))
    row, column = integer(coordinate, "rowIndex", 0), integer(coordinate, "columnIndex", 0)
    sheet.check_inside(CellRange(row, column, row + 1, column + 1), whole=True)
    data = body.get("data") or ""
    if body.get("html"):
        lines = _table_lines(data)
    elif body.get("delimiter"):
        lines = _delimited_lines(data, body["delimiter"])
    else:
        raise InvalidArgumentError("Either delimiter or html must be specified.")
    if body.get("type") not in _TYPES_WITHOUT_VALUES:
        _type_in(spreadsheet, sheet, row, column, lines)


def _delimited_lines(text: str, delimiter: str) -> list[list[str]]:
    """Take delimited text apart; a field in quotes may hold the delimiter and line breaks."""
    if len(delimiter) == 1 and delimiter not in '"\r\n':
        csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    return [line.split(delimiter) for line in text.splitlines()]


class _Tables(HTMLParser):
    """Collects the texts of all tables' cells by rows."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[str]] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.lines.append([])
        elif tag in ("td", "th"):
            if not self.lines:
                self.lines.append([])
            self.lines[-1].append("")
            self._in_cell = True
        elif tag == "br" and self._in_cell:
            self.lines[-1][-1] += "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.lines[-1][-1] += data


def _table_lines(text: str) -> list[list[str]]:
    tables = _Tables()
    tables.feed(text)
    tables.close()
    return [[cell.strip() for cell in line] for line in tables.lines] or [[text.strip()]]


def text_to_columns(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Split the texts of one column at a delimiter into as many columns as they need."""
    sheet, area = grid_range(spreadsheet, body.get("source"))
    if len(area.columns) != 1:
        raise InvalidArgumentError("source must span exactly one column.")
    column = area.start_column
    texts = {
        index: row[column].value
        for index, row in sheet.rows(area.start_row, area.closed_end_row).items()
        if column in row and isinstance(row[column].value, str)
    }
    delimiter = _delimiter(body, [str(text) for text in texts.values()])
    for index, text in texts.items():
        parts = [part.strip() for part in str(text).split(delimiter)] if delimiter else [str(text)]
        if len(parts) > 1:
            _type_in(spreadsheet, sheet, index, column, [parts])


def _delimiter(body: dict[str, Any], texts: list[str]) -> str:
    """Give the delimiter asked for; of the known ones that which most texts have, where it is to be detected."""
    kind = body.get("delimiterType")
    if kind == "CUSTOM":
        if not body.get("delimiter"):
            raise InvalidArgumentError("delimiter must be specified.")
        return str(body["delimiter"])
    if kind in _DELIMITERS:
        return _DELIMITERS[kind]
    if kind != "AUTODETECT":
        raise InvalidArgumentError("delimiterType must be specified.")
    counts = {delimiter: sum(delimiter in text for text in texts) for delimiter in _DELIMITERS.values()}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    return best if counts[best] else ""


def _type_in(spreadsheet: Spreadsheet, sheet: Sheet, row: int, column: int, lines: list[list[str]]) -> None:
    """Type lines of texts into the cells from one on."""
    width = max(map(len, lines), default=0)
    if not width:
        return
    sheet.grow_to(row + len(lines), column + width)
    spreadsheet.check_size()
    anchor = CellRange(row, column, row + 1, column + 1, is_anchor=True)
    RangeWriter(spreadsheet, "USER_ENTERED").write(sheet, anchor, lines)
