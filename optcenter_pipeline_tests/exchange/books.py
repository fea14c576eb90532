"""Excel books as other programs write them, and tabs as an export gives them."""

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from optcenter_pipeline.exchange.file_cells import FileCell
from optcenter_pipeline.exchange.workbook_copy import TabCopy
from optcenter_pipeline.workbook.columns import Tab
from optcenter_pipeline.workbook.layout import read_layout


def book(path: Path, fill: Callable[[Any], None], **options: Any) -> Path:
    """A book that `fill` puts together."""
    with xlsxwriter.Workbook(str(path), options) as file:
        fill(file)
    return path


def book_of(path: Path, sheets: dict[str, Sequence[Sequence[Any]]]) -> Path:
    """A book of plain rows; None is a blank cell."""

    def fill(file: Any) -> None:
        for title, rows in sheets.items():
            sheet = file.add_worksheet(title)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(number, column, cell)
                    elif cell is not None:
                        sheet.write(number, column, cell)

    return book(path, fill)


def csv_files(folder: Path, files: dict[str, str]) -> Path:
    """A folder of CSV files in UTF-8."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    return folder


def tab_copy(tab: Tab, rows: Sequence[Sequence[FileCell]], header: Sequence[str] = ()) -> TabCopy:
    """A tab with these rows below its header."""
    names = list(header) or [column.name for column in tab.columns]
    return TabCopy(tab, [list(names), *[list(row) for row in rows]], read_layout(tab, names))


def with_xml(path: Path, change: Callable[[str], str]) -> Path:
    """The book with the XML of its sheets changed, as programs write it that xlsxwriter does not imitate."""
    sheets = parts(path.read_bytes())
    with zipfile.ZipFile(path, "w") as file:
        for name, xml in sheets.items():
            file.writestr(name, change(xml) if name.startswith("xl/worksheets/") else xml)
    return path


def parts(content: bytes) -> dict[str, str]:
    """The XML of a book, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}
