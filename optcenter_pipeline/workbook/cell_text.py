"""Values as a cell can hold them."""

import datetime as dt
import json
import math
from typing import Any

from optcenter_pipeline.workbook.columns import Kind
from optcenter_pipeline.workbook.storable import storable
from optcenter_pipeline.workbook.workbook import Filled

LONGEST_TEXT = 50_000
"""Characters that Google lets a cell hold."""


def fitting_text(text: str) -> str:
    """The text, or as much of it as a cell can hold with a mark that says how much was cut.

    What no cell can hold becomes U+FFFD; see `storable`.
    """
    text = storable(text)
    if _length(text) <= LONGEST_TEXT:
        return text
    room = LONGEST_TEXT - 40
    kept = text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", "ignore")
    return f"{kept}… ({len(text) - len(kept)} characters cut)"


def _length(text: str) -> int:
    """Length as Google counts it, in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def output_cell(value: Any, kind: Kind) -> Filled:
    """A value of the system's as the cell that shows it; `""` for None and for numbers that are none.

    Numbers and bools stay what they are (a whole number that a sheet would round becomes text), dates become ISO
    text, lists of a KEY_LIST column are joined by `|`, other lists and dicts become JSON with sorted names.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        if isinstance(value, float):
            return value if math.isfinite(value) else ""
        return value if abs(value) <= 2**53 else str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        if kind is Kind.KEY_LIST and all(isinstance(part, str) for part in value):
            return fitting_text("|".join(value))
        return fitting_text(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))
    return fitting_text(str(value))
