"""A cell as the page gets it: what it shows, and what an editor starts from."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any

from ..cell import Cell
from ..formulas.calculation import Calculation
from ..formulas.values import CellError, Computed
from ..number_format import is_date_format
from ..rendering import formatted, json_number
from ..sheet import Sheet
from ..typed_input import parse_typed

CellView = str | bool | dict[str, Any] | None
"""None for an empty cell; a text or a boolean that was typed as it stands; else an object: ``v`` what is shown,
``e`` what an editor starts from (typed again, it gives the same cell), ``k`` the kind (``n`` number, ``b``
boolean, ``e`` error; none for text), ``f`` whether it is a formula, ``n`` the note."""

_MAY_MEAN_MORE = re.compile(r"\d|[=+'-]|\s*(true|false)\s*", re.IGNORECASE)
_SOME_DAY = datetime(2000, 1, 1)


def cell_view(calculation: Calculation, sheet: Sheet, row: int, column: int, cell: Cell) -> CellView:
    """Describe one cell for the page."""
    if cell.value is None and cell.formula is None:
        return {"v": "", "e": "", "n": cell.note} if cell.note else None
    value = calculation.value(sheet, row, column, cell)
    number_format = sheet.format_of(cell).get("numberFormat") if cell.format_key else None
    entered = cell.formula or _entered(value, number_format)
    kind = _kind(value)
    if cell.formula is None and not cell.note and (kind == "b" or (kind == "" and entered == value)):
        return value if isinstance(value, str | bool) else None
    view: dict[str, Any] = {"v": formatted(value, number_format), "e": entered}
    if kind:
        view["k"] = kind
    if cell.formula is not None:
        view["f"] = True
    if cell.note:
        view["n"] = cell.note
    return view


def content(view: CellView) -> tuple[str, str]:
    """What of a view is the cell's own content: its kind, and what was entered."""
    if isinstance(view, dict):
        return str(view.get("k", "")), str(view.get("e", ""))
    if isinstance(view, bool):
        return "b", "TRUE" if view else "FALSE"
    return "", view or ""


def _kind(value: Computed) -> str:
    if isinstance(value, bool):
        return "b"
    if isinstance(value, float):
        return "n"
    return "e" if isinstance(value, CellError) else ""


def _entered(value: Computed, number_format: dict[str, Any] | None) -> str:
    """The text that a person would type to get this value into this cell."""
    if isinstance(value, float):
        if is_date_format(number_format):
            return formatted(value, number_format)
        if number_format and number_format.get("type") == "PERCENT":
            return f"{json_number(float(f'{value * 100:.15g}'))}%"
        return str(json_number(value))
    if isinstance(value, str):
        is_text = bool(number_format) and number_format is not None and number_format.get("type") == "TEXT"
        return value if is_text or _is_typed_as_text(value) else f"'{value}"
    return formatted(value, number_format)


@lru_cache(maxsize=1 << 16)
def _is_typed_as_text(text: str) -> bool:
    if not _MAY_MEAN_MORE.search(text):
        # month names mean a date only with a number beside them
        return True
    return parse_typed(text, today=_SOME_DAY).value == text
