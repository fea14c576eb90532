"""Spreadsheets as files: what ``files.export`` gives, by MIME type."""

from __future__ import annotations

from collections.abc import Callable

from ..spreadsheet import Spreadsheet
from . import delimited, excel, open_document, pdf, web_pages

Export = Callable[[Spreadsheet], bytes]

EXPORTS: dict[str, Export] = {
    "application/pdf": pdf.export,
    "application/vnd.oasis.opendocument.spreadsheet": open_document.export,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": excel.export,
    "application/x-vnd.oasis.opendocument.spreadsheet": open_document.export,
    "application/zip": web_pages.export,
    "text/csv": delimited.export_csv,
    "text/tab-separated-values": delimited.export_tsv,
}
"""How to write a spreadsheet in each format; the plain-text ones hold the first sheet alone, as Google's do."""
