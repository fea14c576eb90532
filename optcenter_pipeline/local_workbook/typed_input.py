"""Reads a text as if a person had typed it into a cell (``USER_ENTERED``), in the en_US locale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .cell import Scalar
from .serial_dates import MONTHS, to_serial

_NUMBER = re.compile(
    r"(?P<sign>[+-]?)\s?(?P<currency>[$€£¥]?)\s?(?P<sign2>[+-]?)"
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)?(?P<point>\.(?P<fraction>\d*))?(?P<exponent>[eE][+-]?\d{1,3})?\s?(?P<percent>%?)"
)
_MONTH = "(?P<name>[A-Za-z]{3,9})"
_DATES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), shown)
    for pattern, shown in (
        (r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", "yyyy-mm-dd"),
        (r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})", "yyyy/mm/dd"),
        (r"(?P<m>\d{1,2})[/-](?P<d>\d{1,2})[/-](?P<y>\d{4})", "m/d/yyyy"),
        (r"(?P<m>\d{1,2})[/-](?P<d>\d{1,2})[/-](?P<y>\d{2})", "m/d/yy"),
        (r"(?P<m>\d{1,2})/(?P<d>\d{1,2})", "m/d"),
        (r"(?P<m>\d{1,2})-(?P<d>\d{1,2})", "m-d"),
        (r"(?P<y>\d{4})-(?P<m>\d{1,2})", "yyyy-mm"),
        (_MONTH + r"\.? (?P<d>\d{1,2}),? (?P<y>\d{4})", "mmm d, yyyy"),
        (r"(?P<d>\d{1,2}) " + _MONTH + r" (?P<y>\d{4})", "d mmm yyyy"),
        (r"(?P<d>\d{1,2})-" + _MONTH + r"-(?P<y>\d{4})", "d-mmm-yyyy"),
        (_MONTH + r" (?P<y>\d{4})", "mmm yyyy"),
        (_MONTH + r"\.? (?P<d>\d{1,2})", "mmm d"),
        (r"(?P<d>\d{1,2})-" + _MONTH, "d-mmm"),
        (r"(?P<d>\d{1,2}) " + _MONTH, "d mmm"),
    )
)
_TIME = re.compile(r"(?P<h>\d{1,2}):(?P<min>\d{2})(?::(?P<s>\d{2})(?P<ms>\.\d{1,3})?)?\s?(?P<half>[AaPp][Mm])?")


@dataclass(frozen=True, slots=True)
class TypedInput:
    """What typing a text puts into a cell: a value or a formula, and the number format that the text suggests."""

    value: Scalar | None = None
    formula: str | None = None
    number_format: dict[str, Any] | None = None


def parse_typed(text: str, *, today: datetime, cell_is_text: bool = False) -> TypedInput:
    """Parse what a person typed.

    Args:
        text: the keys typed; not empty.
        today: gives the year to a date typed without one.
        cell_is_text: the cell is formatted as plain text, where everything stays as typed.
    """
    if cell_is_text or text.startswith("'"):
        return TypedInput(value=text if cell_is_text else text[1:])
    if text.startswith("=") and len(text) > 1:
        return TypedInput(formula=text)
    stripped = text.strip()
    if stripped.upper() in ("TRUE", "FALSE"):
        return TypedInput(value=stripped.upper() == "TRUE")
    found = _parse_number(stripped) or _parse_moment(stripped, today)
    if found is None and stripped[:1] in ("+", "-") and len(stripped) > 1:
        # a sheet takes a leading sign that starts no number for the start of a formula
        found = TypedInput(formula="=" + stripped)
    return found or TypedInput(value=text)


def _parse_number(text: str) -> TypedInput | None:
    negative = text.startswith("(") and text.endswith(")")
    match = _NUMBER.fullmatch(text[1:-1] if negative else text)
    if match is None or not (match["whole"] or match["fraction"]) or (match["sign"] and match["sign2"]):
        return None
    if negative and (match["sign"] or match["sign2"] or match["percent"]):
        return None
    digits = (match["whole"] or "0").replace(",", "") + "." + (match["fraction"] or "0")
    value = float(digits + (match["exponent"] or ""))
    if value in (float("inf"), float("-inf")):
        return None
    if match["percent"]:
        value = float(f"{value / 100:.15g}")
    if negative or "-" in (match["sign"], match["sign2"]):
        value = -value
    return TypedInput(value=value, number_format=_number_format(match))


def _number_format(match: re.Match[str]) -> dict[str, Any] | None:
    has_fraction = bool(match["fraction"])
    if match["exponent"]:
        return {"type": "SCIENTIFIC", "pattern": "0.00E+00"}
    if match["percent"]:
        return {"type": "PERCENT", "pattern": "0.00%" if has_fraction else "0%"}
    grouped = "#,##0.00" if has_fraction else "#,##0"
    if match["currency"]:
        return {"type": "CURRENCY", "pattern": match["currency"] + grouped}
    if "," in (match["whole"] or ""):
        return {"type": "NUMBER", "pattern": grouped}
    return None


def _parse_moment(text: str, today: datetime) -> TypedInput | None:
    time_only = _parse_time(text)
    if time_only is not None:
        span, shown = time_only
        return TypedInput(value=span / timedelta(days=1), number_format={"type": "TIME", "pattern": shown})
    date_only = _parse_date(text, today)
    if date_only is not None:
        day, shown = date_only
        return TypedInput(value=to_serial(day), number_format={"type": "DATE", "pattern": shown})
    for space in (found.start() for found in re.finditer(" ", text)):
        date, time = _parse_date(text[:space].rstrip(","), today), _parse_time(text[space + 1 :])
        if date is not None and time is not None:
            pattern = f"{date[1]} {time[1]}"
            return TypedInput(
                value=to_serial(date[0] + time[0]), number_format={"type": "DATE_TIME", "pattern": pattern}
            )
    return None


def _parse_date(text: str, today: datetime) -> tuple[datetime, str] | None:
    for pattern, shown in _DATES:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        parts = match.groupdict()
        month = _month_number(parts["name"]) if parts.get("name") else int(parts["m"])
        year = int(parts["y"]) if parts.get("y") else today.year
        if parts.get("y") and len(parts["y"]) == 2:
            year += 2000 if year < 50 else 1900
        spelled_out = len(parts.get("name") or "") > 3
        try:
            day = datetime(year, month, int(parts.get("d") or 1))
        except ValueError:
            return None
        return day, shown.replace("mmm", "mmmm") if spelled_out else shown
    return None


def _month_number(name: str) -> int:
    """The number of an English month's name or of its first three letters, 0 for any other word."""
    for number, month in enumerate(MONTHS, start=1):
        if name.lower() in (month.lower(), month[:3].lower()):
            return number
    return 0


def _parse_time(text: str) -> tuple[timedelta, str] | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = int(match["h"]), int(match["min"]), int(match["s"] or 0)
    half = (match["half"] or "").lower()
    if minute > 59 or second > 59 or (half and not 1 <= hour <= 12):
        return None
    is_duration = hour > 23
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    hours = "h" if half or len(match["h"]) == 1 else "hh"
    shown = f"{hours}:mm" + (":ss" if match["s"] else "") + (" am/pm" if half else "")
    if is_duration:
        shown = "[h]:mm:ss"
    seconds = second + float(match["ms"] or 0)
    return timedelta(hours=hour, minutes=minute, seconds=seconds), shown
