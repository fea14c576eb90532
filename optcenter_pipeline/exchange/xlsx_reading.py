"""An Excel book as tabs, through calamine: typed cells, dates of both calendars, errors as their text."""

import datetime as dt
import io
import lzma
import re
import secrets
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from optcenter_pipeline.exchange.errors import ExchangeError
from optcenter_pipeline.exchange.file_cells import FileCell, FileTab, moment_of, plain_number
from optcenter_pipeline.workbook.workbook import column_letters

_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IS_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\b[^<>]*?\bt=)(?:"e"|'e')""")
_FORMULA_WITHOUT_VALUE = re.compile(
    rb"""<((?:\w+:)?)c\b([^<>]*)>\s*(<\1f\b[^<>]*(?:/>|>[^<]*</\1f\s*>))\s*(<\1v\b[^<>]*(?:/>|>\s*</\1v\s*>))?\s*</\1c\s*>"""
)
_TYPE = re.compile(rb"""\st=(?:"([^"]*)"|'([^']*)')""")
_UNCALCULATED = f"formula without a value {secrets.token_hex(16)}"
"""Stands in such cells while calamine reads them; no book holds it."""
_FILLED_CELL = re.compile(rb"""<(?:\w+:)?c\b[^<>]*?\br=["']([A-Z]{1,3})([0-9]+)["'][^<>]*(?<!/)>""")
_MOST_CELLS = 10_000_000
"""Of a sheet's used rectangle: more than a workbook holds, and more than memory should be given to."""
_NO_ZIP = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, RuntimeError, EOFError, ValueError)
"""What the standard library says of a damaged, encrypted or exotic archive."""
_CRASH = "PanicException"
"""What calamine raises where it did not expect a cell, such as a date far before 1900; it is no `Exception`."""
_LARGEST = 1 << 30
"""Bytes of a book, unpacked."""


def read_xlsx(path: Path) -> list[FileTab]:
    """Every worksheet of a book, hidden ones too, in the book's order.

    Raises:
        ExchangeError: it is no Excel book, has a password, is damaged, or is far too large.
        OSError: it cannot be read.
    """
    content = _readable(path, path.read_bytes())
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return [
                _file_tab(sheet, book) for sheet in book.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet
            ]
    except (CalamineError, OSError) as error:
        raise _damaged(path, str(error)) from error
    except BaseException as error:
        if type(error).__name__ != _CRASH:
            raise
        raise _damaged(path, f"a cell says what cannot be ({error})") from error


def _readable(path: Path, content: bytes) -> bytes:
    """The book with text in cells for which calamine gives nothing, and which a person shall see.

    These are errors such as `#REF!`, and formulas that the program that wrote the book never calculated.
    """
    if content.startswith(_OLD_OR_LOCKED):
        raise ExchangeError(
            [f"{path}: it has a password, or is of the old format .xls; save it as .xlsx without a password"]
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            if sum(member.file_size for member in book.infolist()) > _LARGEST:
                raise ExchangeError([f"{path}: unpacked it is larger than 1 GB, which no planning workbook is"])
            sheets = {name: book.read(name) for name in book.namelist() if _IS_SHEET.fullmatch(name)}
            for name, xml in sheets.items():
                _check_size(path, name, xml)
            changed = {name: _with_text(xml) for name, xml in sheets.items()}
            if changed == sheets:
                return content
            copy = io.BytesIO()
            with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as target:
                for name in book.namelist():
                    target.writestr(name, changed.get(name) or book.read(name))
            return copy.getvalue()
    except _NO_ZIP as error:
        raise _damaged(path, str(error)) from error


def _with_text(xml: bytes) -> bytes:
    return _FORMULA_WITHOUT_VALUE.sub(_marked, _ERROR_CELL.sub(rb'\1"str"', xml))


def _marked(cell: re.Match[bytes]) -> bytes:
    prefix, attributes, formula, value = cell.groups()
    found = _TYPE.search(attributes)
    if value is not None and found is not None and b"str" in found.groups():
        return cell[0]  # calculated: a text without a character
    attributes = _TYPE.sub(b"", attributes)
    return b'<%bc%b t="str">%b<%bv>%b</%bv></%bc>' % (
        prefix,
        attributes,
        formula,
        prefix,
        _UNCALCULATED.encode(),
        prefix,
        prefix,
    )


def _damaged(path: Path, reason: str) -> ExchangeError:
    return ExchangeError([f"{path}: this is no Excel book (.xlsx), or it is damaged: {reason}"])


def _check_size(path: Path, name: str, xml: bytes) -> None:
    """Refuse a sheet with a stray cell far away: every cell of the rectangle up to it would take memory."""
    last_row, last_column = 0, 0
    for cell in _FILLED_CELL.finditer(xml):
        column = 0
        for letter in cell[1]:
            column = column * 26 + letter - 64
        last_row, last_column = max(last_row, int(cell[2])), max(last_column, column)
    if last_row * last_column > _MOST_CELLS:
        raise ExchangeError(
            [
                f"{path}: {Path(name).stem} has cells as far as {column_letters(last_column - 1)}{last_row}; "
                "delete the stray ones below and to the right of the table"
            ]
        )


def _file_tab(metadata: SheetMetadata, book: CalamineWorkbook) -> FileTab:
    sheet = book.get_sheet_by_name(metadata.name)
    rows = [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    remarks = list(_merged(sheet))
    if metadata.visible is not SheetVisibleEnum.Visible:
        remarks.append("the sheet is hidden in the file; it was read all the same")
    uncalculated = [
        (number, column)
        for number, row in enumerate(rows)
        for column, cell in enumerate(row)
        if cell == _UNCALCULATED
    ]
    for number, column in uncalculated:
        rows[number][column] = ""
    return FileTab(metadata.name, rows, remarks, uncalculated)


def _cell(value: object) -> FileCell:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return plain_number(value)
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return moment_of(value)
    raise TypeError(f"calamine gave a {type(value).__name__}")


def _merged(sheet: CalamineSheet) -> Iterator[str]:
    """A remark on cells that look filled and are not."""
    areas = [f"{_a1(start)}:{_a1(end)}" for start, end in sheet.merged_cell_ranges or ()]
    if areas:
        shown = ", ".join(areas[:5]) + (" …" if len(areas) > 5 else "")
        yield f"merged cells ({shown}) have their value in the first cell alone"


def _a1(corner: tuple[int, int]) -> str:
    row, column = corner
    return f"{column_letters(column)}{row + 1}"
