"""The first sheet as comma- or tab-separated text."""

from __future__ import annotations

import csv
import io

from ..formulas.calculation import Calculation
from ..spreadsheet import Spreadsheet
from .shown_cells import shown_rows


def export_csv(spreadsheet: Spreadsheet) -> bytes:
    """Write the values as shown; lines end in CRLF, the last one in nothing."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(shown_rows(Calculation(spreadsheet), spreadsheet.sheets[0]))
    return buffer.getvalue().removesuffix("\r\n").encode()


def export_tsv(spreadsheet: Spreadsheet) -> bytes:
    """Write the values as shown; tabs and line breaks in a cell, which the format cannot hold, become spaces."""
    rows = shown_rows(Calculation(spreadsheet), spreadsheet.sheets[0])
    return "\r\n".join(
        "\t".join(" ".join(text.split("\t")) for text in map(_one_line, row)) for row in rows
    ).encode()


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())
