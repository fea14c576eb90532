"""Writes numbers the way a sheet shows them: automatic, by a number pattern, or by a date pattern."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from .serial_dates import MONTHS, WEEKDAYS, from_serial

DATE_TYPES = frozenset({"DATE", "TIME", "DATE_TIME"})

_DEFAULT_PATTERNS = {
    "DATE": "m/d/yyyy",
    "TIME": "h:mm:ss am/pm",
    "DATE_TIME": "m/d/yyyy h:mm:ss",
    "NUMBER": "#,##0.00",
    "PERCENT": "0.00%",
    "CURRENCY": "$#,##0.00",
    "SCIENTIFIC": "0.00E+00",
}
_DATE_TOKENS = re.compile(r'"[^"]*"|\\.|am/pm|a/p|y+|m+|d+|h+|s+|\[h+\]|0+|.', re.IGNORECASE | re.DOTALL)
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.[#0?]+)?(?:E[+-]?0+)?", re.IGNORECASE)


def rounded(value: float, places: int) -> Decimal:
    """Round to decimal places (negative ones to tens) as sheets do: 0.285 to 0.29, halves away from 0."""
    with localcontext(prec=700):
        return Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def is_date_format(number_format: dict[str, Any] | None) -> bool:
    """Tell whether a cell's number format shows a date or a time."""
    return bool(number_format) and (number_format or {}).get("type") in DATE_TYPES


def format_number(value: float, number_format: dict[str, Any] | None) -> str:
    """Write a number by a cell's ``numberFormat``; without one, as a sheet's automatic format does."""
    if not number_format or number_format.get("type") == "TEXT":
        return _automatic(value)
    kind = number_format.get("type", "")
    pattern = number_format.get("pattern") or _DEFAULT_PATTERNS.get(kind)
    if pattern is None or pattern in ("General", "@"):
        return _automatic(value)
    return _by_date_pattern(value, pattern) if kind in DATE_TYPES else _by_number_pattern(value, pattern)


def _automatic(value: float) -> str:
    if value == 0:
        return "0"
    if abs(value) >= 1e15 or abs(value) < 1e-10:
        mantissa, exponent = f"{value:.5E}".split("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"
    # a sheet shows at most ten decimals, and no more than fifteen digits in all
    decimals = max(0, min(10, 15 - len(str(int(abs(value))))))
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _by_number_pattern(value: float, pattern: str) -> str:
    sections = pattern.split(";")
    if value < 0 and len(sections) > 1:
        pattern, value = sections[1], -value
    elif value == 0 and len(sections) > 2:
        pattern = sections[2]
    else:
        pattern = sections[0]
    digits = _DIGITS.search(pattern)
    if digits is None:
        return _literal(pattern)
    before, after = _literal(pattern[: digits.start()]), _literal(pattern[digits.end() :])
    if "%" in before + after:
        value = float(f"{value * 100:.15g}")  # 0.285 is 28.5, not 28.499999999999996
    shown = _digits(abs(value), digits[0])
    return ("-" if value < 0 and re.search("[1-9]", shown) else "") + before + shown + after


def _literal(text: str) -> str:
    return re.sub(r'"([^"]*)"|\\(.)|\[[^\]]*\]|_.|\*.', lambda part: part[1] or part[2] or "", text)


def _digits(value: float, pattern: str) -> str:
    mantissa, _, exponent = pattern.upper().partition("E")
    whole, _, fraction = mantissa.partition(".")
    if exponent:
        figure, power = f"{value:.{len(fraction)}E}".split("E")
        sign = "-" if power.startswith("-") else ("+" if exponent.startswith("+") else "")
        return f"{figure}E{sign}{power.lstrip('+-').lstrip('0').zfill(exponent.count('0'))}"
    integer, _, decimals = f"{rounded(value, len(fraction)):f}".partition(".")
    while decimals and len(decimals) > fraction.count("0") and decimals.endswith("0"):
        decimals = decimals[:-1]
    integer = integer.zfill(whole.count("0")) if integer != "0" or "0" in whole else ""
    if "," in whole:
        integer = re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", integer)
    return integer + ("." + decimals if decimals else "")


def _by_date_pattern(value: float, pattern: str) -> str:
    moment = from_serial(value)
    if moment is None:
        return _automatic(value)
    tokens = _DATE_TOKENS.findall(pattern)
    half_day = any(token.lower() in ("am/pm", "a/p") for token in tokens)
    return "".join(
        str(int(value * 24 + 1e-9))
        if token.startswith("[")
        else _date_part(moment, token, minute=_is_minute(tokens, position), half_day=half_day)
        for position, token in enumerate(tokens)
    )


def _date_part(moment: datetime, token: str, *, minute: bool, half_day: bool) -> str:
    """Write one token of a date pattern; texts in quotes and stray characters stand for themselves."""
    letter, length = token[0].lower(), len(token)
    short = min(length, 2)
    hour = (moment.hour % 12 or 12) if half_day else moment.hour
    parts = {
        '"': token.strip('"'),
        "\\": token[1:],
        "a": ("AM" if moment.hour < 12 else "PM")[: 2 if "m" in token.lower() else 1],
        "y": f"{moment.year:04d}" if length > 2 else f"{moment.year % 100:02d}",
        "m": _number_or_name(moment.month, MONTHS[moment.month - 1], length),
        "d": _number_or_name(moment.day, WEEKDAYS[moment.weekday()], length),
        "h": f"{hour:0{short}d}",
        "s": f"{moment.second:0{short}d}",
        "0": f"{moment.microsecond // 1000:03d}"[:length],
    }
    return f"{moment.minute:0{short}d}" if minute else parts.get(letter, token)


def _number_or_name(number: int, name: str, length: int) -> str:
    return f"{number:0{length}d}" if length < 3 else (name[:3] if length == 3 else name)


def _is_minute(tokens: list[str], position: int) -> bool:
    """Tell minutes from months: next to a minute stand hours before it, or seconds after it."""
    if tokens[position][0].lower() != "m":
        return False
    before = [token[0].lower() for token in tokens[:position] if token[0].lower() in "ymdhs["]
    after = [token[0].lower() for token in tokens[position + 1 :] if token[0].lower() in "ymdhs["]
    return bool((before and before[-1] in "h[") or (after and after[0] == "s"))
