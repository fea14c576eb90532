"""A cell as the text of a CSV field, and back, exactly.

A CSV file has no types. So a field that looks like a number, TRUE or FALSE, or (where a date may stand) a date is
one; and a *text* that looks like it, or that a spreadsheet program would evaluate, gets an apostrophe in front, as
people type it to say "this is text". Reading takes that one apostrophe away again.
"""

import datetime as dt
import math
import re

from optcenter_pipeline.exchange.file_cells import FileCell, Moment, moment_of, plain_number
from optcenter_pipeline.workbook.columns import Column, Kind
from optcenter_pipeline.workbook.shared_columns import NOTES

_EVALUATED = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""Spreadsheet programs take such a field for a formula, full-width signs and blanks in front included."""
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d{3})?)?", re.ASCII)
_BOOLS = {"TRUE": True, "FALSE": False}


def field_of(cell: FileCell, column: Column | None) -> str:
    """The field that `cell_of` reads as this cell.

    Args:
        cell: any but a number that is not finite.
        column: where it stands; None for a column that is not ours.
    """
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, Moment):
        shown = cell.isoformat() if _may_be_date(column) else None
        return shown if shown and _moment(shown) == cell else _number_text(cell.serial)
    if not isinstance(cell, str):
        return _number_text(cell)
    return f"'{cell}" if _needs_apostrophe(cell, column) else cell


def cell_of(text: str, column: Column | None) -> FileCell:
    """The cell that a field stands for: typed where it plainly is, else the text as it is."""
    if text.startswith("'") and _needs_apostrophe(text[1:], column):
        return text[1:]
    typed = _typed(text, column)
    return text if typed is None else typed


def _needs_apostrophe(text: str, column: Column | None) -> bool:
    """Whether a text would be evaluated or taken for another type, or would lose an apostrophe of its own."""
    bare = text.lstrip("'")
    return _EVALUATED.match(bare) is not None or _typed(bare, column) is not None


def _typed(text: str, column: Column | None) -> bool | int | float | Moment | None:
    """The number, bool or date that a field is; None for text, `007` and `1e5` and 20 digits among it."""
    if text in _BOOLS:
        return _BOOLS[text]
    if _NUMBER.fullmatch(text):
        number = plain_number(float(text))
        return number if math.isfinite(number) and _number_text(number) == text else None
    return _moment(text) if _may_be_date(column) and _MOMENT.fullmatch(text) else None


def _moment(text: str) -> Moment | None:
    """The date, with or without a time, if it exists and is written in the one way that is ours."""
    try:
        moment = moment_of(dt.datetime.fromisoformat(text))
    except ValueError:
        return None
    return moment if moment.isoformat() == text else None


def _may_be_date(column: Column | None) -> bool:
    """Whether a date may stand there: elsewhere its number would be read as the text."""
    return column is None or column.kind in (Kind.DATE, Kind.PERIOD) or column.name == NOTES.name


def _number_text(number: float) -> str:
    """The shortest text that is this very number."""
    return repr(plain_number(number))
