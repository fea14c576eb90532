"""From a cell as the API gives it to the value that its column's kind asks for.

Nothing is judged here: what will not coerce keeps its text, and validation says what is wrong with it.
"""

import datetime as dt
import json
import math
import re
from typing import Any

from optcenter_pipeline.rows.raw import CellValue
from optcenter_pipeline.rules.row import split_keys
from optcenter_pipeline.workbook.columns import Kind
from optcenter_pipeline.workbook.storable import storable_json
from optcenter_pipeline.workbook.workbook import Filled

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
_TRUE = frozenset({"true", "yes", "y", "t", "on", "1"})
_FALSE = frozenset({"false", "no", "n", "f", "off", "0"})
_EPOCH = dt.date(1899, 12, 30)
_LAST_SERIAL = (dt.date.max - _EPOCH).days
_PLAUSIBLE_YEARS = range(1950, 2151)
"""Serial numbers of other years are no dates: 2026 and 202712 were typed as a year and as a month."""
_NEVER = frozenset({dt.date(2999, 12, 31), dt.date(9999, 12, 31)})
"""Dates that say "no deadline"."""
_ISO_DATE = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?", re.ASCII)
_DOTTED_DATE = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s\-.]+([A-Za-z]{3,9})\.?,?[\s\-]+(\d{4})", re.ASCII)
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.?[\s\-]+(\d{1,2})(?:st|nd|rd|th)?,?[\s\-]+(\d{4})", re.ASCII)
_MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)


def coerce(cell: Filled, kind: Kind) -> CellValue:
    """Coerce one cell that is not blank.

    Args:
        cell: as it came unformatted: text, number (dates are serial numbers), or bool.
        kind: of its column.

    Returns:
        TEXT text · NUMBER int or float, finite · BOOL bool · DATE date · JSON dict or list · KEY_LIST list of
        text · PERIOD text or date; or the cell's text where it will not coerce.
    """
    text = as_text(cell)
    value: CellValue = None
    if kind is Kind.NUMBER:
        value = _number(cell)
    elif kind is Kind.BOOL:
        value = _bool(text)
    elif kind is Kind.DATE:
        value = _date(cell)
    elif kind is Kind.JSON:
        value = _json(text)
    elif kind is Kind.KEY_LIST:
        value = list(split_keys(text))
    elif kind is Kind.PERIOD:
        value = _serial_date(cell)
    return text if value is None else value


def as_text(cell: Filled) -> str:
    """A cell as a person would type it: 12 and not 12.0, TRUE and not True; text is kept as it is."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return number_text(cell) if isinstance(cell, int | float) else cell


def number_text(number: float) -> str:
    """A number without `.0`."""
    if isinstance(number, float) and number.is_integer() and abs(number) < 1e16:
        return str(int(number))
    return str(number)


def _number(cell: Filled) -> int | float | None:
    """A finite number, whole ones as int; None for text that is not plainly one, such as 1,5 or 12k or nan."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, str):
        typed = cell.strip()
        if _WHOLE.fullmatch(typed):
            return int(typed)
        if not _NUMBER.fullmatch(typed):
            return None
        cell = float(typed)
    if not math.isfinite(cell):
        return None
    return int(cell) if float(cell).is_integer() and abs(cell) <= 2**53 else cell


def _bool(text: str) -> bool | None:
    """TRUE or FALSE in the usual spellings."""
    typed = text.strip().casefold()
    return True if typed in _TRUE else False if typed in _FALSE else None


def _serial_date(cell: Filled) -> dt.date | None:
    """The day of a serial number; its time of day is dropped."""
    if isinstance(cell, str | bool) or not 0 < cell < _LAST_SERIAL + 1:
        return None
    day = _EPOCH + dt.timedelta(days=math.floor(cell))
    return day if day.year in _PLAUSIBLE_YEARS or day in _NEVER else None


def _date(cell: Filled) -> dt.date | None:
    """A day, from a serial number or from a text that can be read in one way only (not 03/04/2027)."""
    if not isinstance(cell, str):
        # 20270331 typed without hyphens is a number to the sheet
        return _serial_date(cell) or (None if isinstance(cell, bool) else _date(number_text(cell)))
    typed = cell.strip()
    iso = _ISO_DATE.fullmatch(typed)
    if iso and (iso[2] or len(iso[3] + iso[4]) == 4):
        return _day(iso[1], iso[3], iso[4])
    dotted = _DOTTED_DATE.fullmatch(typed)
    if dotted:
        return _day(dotted[3], dotted[2], dotted[1])
    day_first = _DAY_FIRST.fullmatch(typed)
    if day_first:
        return _day(day_first[3], _month(day_first[2]), day_first[1])
    month_first = _MONTH_FIRST.fullmatch(typed)
    if month_first:
        return _day(month_first[3], _month(month_first[1]), month_first[2])
    return None


def _month(name: str) -> str:
    """Number of a month by its English name or the beginning of it; 0 for none."""
    typed = name.casefold()
    typed = "sep" if typed == "sept" else typed
    return next((str(n) for n, month in enumerate(_MONTHS, 1) if typed in (month, month[:3])), "0")


def _day(year: str, month: str, day: str) -> dt.date | None:
    """A day that exists, or None."""
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _json(text: str) -> dict[str, Any] | list[Any] | None:
    """A JSON object or list; None for anything else, a name given twice and numbers that are none included."""
    try:
        value = json.loads(text, object_pairs_hook=_unique_names, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return storable_json(value) if isinstance(value, dict | list) else None


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name is given twice")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large")
    return number
