"""A folder of CSV files, one a tab: `Candidates.csv`, …; see `csv_cells` for what a field says."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from optcenter_pipeline.exchange.atomic_files import write_atomically
from optcenter_pipeline.exchange.csv_cells import cell_of, field_of
from optcenter_pipeline.exchange.errors import ExchangeError
from optcenter_pipeline.exchange.file_cells import FileCell, FileTab
from optcenter_pipeline.exchange.tab_names import tab_named
from optcenter_pipeline.exchange.workbook_copy import TabCopy
from optcenter_pipeline.workbook.cell_text import LONGEST_TEXT
from optcenter_pipeline.workbook.columns import Column, Tab, header_key
from optcenter_pipeline.workbook.layout import read_layout

_SUFFIX = ".csv"
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""In front of the text: without it Excel takes UTF-8 for another encoding."""
_DELIMITERS = ",;\t"
"""The usual one first; spreadsheet programs of some countries write the others."""
_SEPARATOR_LINE = re.compile(r"\"?sep=([,;\t])\"?(?:\r\n|\r|\n|$)", re.IGNORECASE)
"""Excel's own first line, which is no row of the table."""
_OTHER_FILES = {
    codecs.BOM_UTF16_LE: "UTF-16 text (Unicode Text in Excel)",
    codecs.BOM_UTF16_BE: "UTF-16 text (Unicode Text in Excel)",
    b"PK\x03\x04": "an Excel book or another archive, whatever its name; if it is a book, name it .xlsx",
    b"\xd0\xcf\x11\xe0": "an Excel book of the old format .xls, whatever its name",
}
"""How files begin that are often taken for CSV."""


def write_csv_folder(folder: Path, tabs: Sequence[TabCopy]) -> list[str]:
    """Write a file a tab; other files of the folder stay as they are.

    Returns:
        A warning for each file of a tab that is not among these: an import would read it.

    Raises:
        OSError: the folder or a file cannot be written.
    """
    contents = {folder / f"{copy.tab.name}{_SUFFIX}": _encoded(copy) for copy in tabs}
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(contents)
    return [
        f"{path}: left as it was, the workbook has no such tab; an import of the folder would read it"
        for path in _csv_files(folder)
        if path not in contents and tab_named(path.stem)
    ]


def _encoded(copy: TabCopy) -> bytes:
    """One tab as RFC 4180 says, in UTF-8."""
    columns = _columns_by_place(copy.tab, copy.rows[0] if copy.rows else ())
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    width = max((len(row) for row in copy.rows), default=0)
    for number, row in enumerate(copy.rows):
        cells = [*row, *[""] * (width - len(row))]
        writer.writerow([field_of(cell, columns.get(n) if number else None) for n, cell in enumerate(cells)])
    return (_BOM + text.getvalue()).encode()


def read_csv_files(path: Path) -> list[FileTab]:
    """A folder's CSV files, or a single one, in the order of their names.

    Raises:
        ExchangeError: a file is no CSV text in UTF-8.
        OSError: it cannot be read.
    """
    return [_file_tab(file) for file in (_csv_files(path) if path.is_dir() else [path])]


def _csv_files(folder: Path) -> list[Path]:
    """Hidden files are no people's: programs keep locks and drafts in them."""
    files = (path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return sorted(path for path in files if path.suffix.lower() == _SUFFIX)


def _file_tab(path: Path) -> FileTab:
    content = path.read_bytes()
    _check_beginning(path, content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ExchangeError(
            [f"{path} line {line}: this is not UTF-8 text; save it as CSV UTF-8 (in Excel: Save As, CSV UTF-8)"]
        ) from None
    tab = tab_named(path.stem)
    if tab is None:
        return FileTab(path.stem, [])
    said = _SEPARATOR_LINE.match(text)
    text = text[said.end() :] if said else text
    records = _records(path, text, said[1] if said else _delimiter(tab, text), first_line=2 if said else 1)
    columns = _columns_by_place(tab, records[0] if records else ())
    rows = [
        [cell_of(field, columns.get(n) if number else None) for n, field in enumerate(record)]
        for number, record in enumerate(records)
    ]
    return FileTab(path.stem, rows)


def _check_beginning(path: Path, content: bytes) -> None:
    kind = next((kind for mark, kind in _OTHER_FILES.items() if content.startswith(mark)), "")
    if kind:
        raise ExchangeError([f"{path}: this is {kind}; save it as CSV UTF-8 (in Excel: Save As, CSV UTF-8)"])


def _records(path: Path, text: str, delimiter: str, *, first_line: int) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        line = reader.line_num + first_line - 1
        what = f"this is not CSV: {error}"
        if "field larger than" in str(error):
            limit = f"more than {csv.field_size_limit():,} characters, and a cell holds {LONGEST_TEXT:,}"
            what = f"the field that ends here or further down has {limit}; shorten it"
        raise ExchangeError([f"{path} line {line}: {what}; is a quotation mark missing?"]) from None


def _delimiter(tab: Tab, text: str) -> str:
    """The sign that parts the header into most of the tab's columns."""

    def known(delimiter: str) -> int:
        return len(read_layout(tab, next(_first_record(text, delimiter), [])).positions)

    return max(_DELIMITERS, key=known)


def _first_record(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return


def _columns_by_place(tab: Tab, header: Sequence[FileCell]) -> dict[int, Column]:
    """Which column of ours stands where, headers that stand twice included."""
    named = ((place, tab.by_header.get(header_key(str(cell).strip()))) for place, cell in enumerate(header))
    return {place: column for place, column in named if column is not None}
