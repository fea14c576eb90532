"""Tabs as an Excel book, through XlsxWriter: typed cells, and the looks of the workbook's template."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from optcenter_pipeline.exchange.errors import ExchangeError
from optcenter_pipeline.exchange.excel_limits import MOST_ROWS, excel_problems, is_markup
from optcenter_pipeline.exchange.file_cells import FileCell, Moment, plain_number
from optcenter_pipeline.exchange.workbook_copy import TabCopy
from optcenter_pipeline.workbook.columns import Column, Kind, Owner

_HEADER_COLORS = {Owner.PM: "#D9EAD3", Owner.FORMULA: "#FFF2CC", Owner.SYSTEM: "#DEDEDE"}
_STATUS_COLORS = (("FAILED", "#F4C7C3"), ("OK (warning", "#FCE8B2"), ("OK", "#D9EAD3"))
"""The first that fits; beginnings of run_status."""
_DEFAULT_PIXELS = 100
_TEXT_FORMAT = "@"
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
_LONGEST_HINT = 255


class _Exact(float):
    """A number that is written with all its digits: XlsxWriter formats to 16, which is not every float."""

    def __format__(self, spec: str) -> str:
        return repr(plain_number(float(self)))


def xlsx_bytes(tabs: Sequence[TabCopy]) -> bytes:
    """The book as a file's content: a sheet a tab, every cell with its type, nothing a formula or a link.

    Raises:
        ExchangeError: an Excel file cannot hold a cell; the lines name all of them.
    """
    problems = excel_problems(tabs)
    if problems:
        raise ExchangeError(problems)
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, dict(_OPTIONS)) as book:
        writer = _BookWriter(book)
        for copy in tabs:
            writer.add(copy)
    return content.getvalue()


class _BookWriter:
    """Sheets of one book, which share their formats."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._plain = book.add_format()
        self._formats: dict[str, Any] = {}
        self._status_formats = [(start, book.add_format({"bg_color": color})) for start, color in _STATUS_COLORS]
        self._header_formats = {
            owner: book.add_format({"bold": True, "bg_color": color}) for owner, color in _HEADER_COLORS.items()
        }
        self._other_header = book.add_format({"bold": True})

    def add(self, copy: TabCopy) -> None:
        """One tab as a sheet."""
        sheet = self._book.add_worksheet(copy.tab.name)
        sheet.freeze_panes(1, 0)
        # keys that look like numbers are text on purpose
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS}"})
        columns = {position: copy.tab.by_name[name] for name, position in copy.layout.positions.items()}
        for position, column in columns.items():
            self._add_column(sheet, position, column)
        for row, cells in enumerate(copy.rows):
            for position, cell in enumerate(cells):
                if cell != "":
                    known = columns.get(position)
                    header = self._header_formats[known.owner] if known else self._other_header
                    self._write(sheet, row, position, cell, None if row else header)

    def _add_column(self, sheet: Any, position: int, column: Column) -> None:
        """Width, format for what will be typed, the header's note, drop-down, colours."""
        shown_as = self._format(_TEXT_FORMAT) if _is_text(column) else None
        if column.kind is Kind.DATE:
            shown_as = self._format("yyyy-mm-dd")
        sheet.set_column_pixels(position, position, column.width or _DEFAULT_PIXELS, shown_as)
        sheet.write_comment(0, position, column.note)
        if column.choices:
            options = {
                "validate": "list",
                "source": list(column.choices),
                "input_message": column.note[:_LONGEST_HINT],
                "error_type": "warning",  # as in the workbook: aliases and old spellings may be typed
                "error_message": f"Usual here: {', '.join(column.choices)}"[:_LONGEST_HINT],
            }
            sheet.data_validation(1, position, MOST_ROWS - 1, position, options)
        if column.name == "run_status":
            for start, color in self._status_formats:
                rule = {"type": "text", "criteria": "begins with", "value": start, "format": color}
                sheet.conditional_format(1, position, MOST_ROWS - 1, position, {**rule, "stop_if_true": True})

    def _write(self, sheet: Any, row: int, column: int, cell: FileCell, look: Any) -> None:
        """One cell by its type.

        Raises:
            ExchangeError: XlsxWriter did not take it.
        """
        if isinstance(cell, bool):
            answer = sheet.write_boolean(row, column, cell, look)
        elif isinstance(cell, Moment):
            shown_as = self._format(cell.number_format) if cell.is_exact() else self._plain
            answer = sheet.write_number(row, column, _Exact(cell.serial), look or shown_as)
        elif not isinstance(cell, str):
            # without a look of its own a number in a column of dates would become one
            answer = sheet.write_number(row, column, _Exact(cell), look or self._plain)
        elif is_markup(cell):
            # given in pieces it is escaped; whole it would be written as markup
            pieces = (self._plain, cell[:3], self._plain, cell[3:])
            answer = sheet.write_rich_string(row, column, *pieces, look or self._plain)
        else:
            answer = sheet.write_string(row, column, cell, look)
        if answer:
            raise ExchangeError(
                [f"{sheet.get_name()}!{row + 1}: cell {column + 1} cannot be written to an Excel file"]
            )

    def _format(self, number_format: str) -> Any:
        if number_format not in self._formats:
            self._formats[number_format] = self._book.add_format({"num_format": number_format})
        return self._formats[number_format]


def _is_text(column: Column) -> bool:
    """Columns where 2027-03 and 007 have to stay what was typed, as in the workbook's template."""
    is_typed_key = column.is_key and column.kind is Kind.TEXT
    return column.owner is Owner.PM and (column.kind in (Kind.PERIOD, Kind.KEY_LIST, Kind.JSON) or is_typed_key)
