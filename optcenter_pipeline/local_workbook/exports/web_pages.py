"""Every sheet as a web page, in one archive."""

from __future__ import annotations

import html
import io
import re
import zipfile

from ..formulas.calculation import Calculation
from ..spreadsheet import Spreadsheet
from .shown_cells import shown_rows


def export(spreadsheet: Spreadsheet) -> bytes:
    """Write a zip archive with a page of one table a sheet, named after it."""
    calculation = Calculation(spreadsheet)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        names: set[str] = set()
        for sheet in spreadsheet.sheets:
            archive.writestr(_file_name(sheet.title, names), _page(sheet.title, shown_rows(calculation, sheet)))
    return buffer.getvalue()


def _file_name(title: str, taken: set[str]) -> str:
    """Give a name that no file system reads as a path, and that no sheet before has."""
    base = re.sub(r"[^\w .()-]", "_", title).strip(" .") or "sheet"
    name, number = base, 1
    while name.lower() in taken:
        number += 1
        name = f"{base} ({number})"
    taken.add(name.lower())
    return f"{name}.html"


def _page(title: str, rows: list[list[str]]) -> str:
    lines = "\n".join("<tr>" + "".join(f"<td>{_escaped(text)}</td>" for text in row) + "</tr>" for row in rows)
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{html.escape(title)}</title></head>\n'
        f"<body><table>\n{lines}\n</table></body></html>\n"
    )


def _escaped(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")
