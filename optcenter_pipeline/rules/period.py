"""Planning periods: `2026`, `2026-H1`, `2026-Q2`, `2026-03`, `2026-W07` (ISO week)."""

import datetime as dt
import re

PERIOD_FORMS = "YYYY, YYYY-Hn, YYYY-Qn, YYYY-MM or YYYY-Www"

_CANONICAL = re.compile(r"(?P<year>[0-9]{4})(?:-(?:(?P<month>[0-9]{2})|(?P<kind>[HQW])(?P<number>[0-9]{1,2})))?")
_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})[\s_/.\-]*(?P<kind>[HQW])[\s_\-]*(?P<number>[0-9]{1,2})")
_YEAR_LAST = re.compile(r"(?P<kind>[HQW])[\s_\-]*(?P<number>[0-9]{1,2})[\s_/.\-]*(?P<year>[0-9]{4})")
_MONTH_FIRST = re.compile(r"(?P<month>[0-9]{1,2})[_/.\-](?P<year>[0-9]{4})")
_MONTH_LAST = re.compile(r"(?P<year>[0-9]{4})[_/.\-](?P<month>[0-9]{1,2})(?:-01)?")
_LAST_NUMBER = {"H": 2, "Q": 4}


class UnknownPeriodError(ValueError):
    """The text is not a period in any spelling that we know."""


def canonical_period(text: str) -> str:
    """Normalise a spelling: `Q2_2026`, `2026Q2`, `2026-3`, `2026-03-01` → `2026-Q2`, `2026-03`.

    Raises:
        UnknownPeriodError: no such spelling, or no such half, quarter, month or week in that year.
    """
    typed = text.strip().upper()
    if re.fullmatch(r"[0-9]{4}", typed):
        return _checked(typed, None, None)
    for form in (_CANONICAL, _YEAR_FIRST, _YEAR_LAST, _MONTH_LAST, _MONTH_FIRST):
        match = form.fullmatch(typed)
        if match:
            parts = match.groupdict()
            if parts.get("month"):
                return _checked(parts["year"], "M", int(parts["month"]))
            return _checked(parts["year"], parts.get("kind"), int(parts["number"]))
    raise UnknownPeriodError(f"{text!r} is not a period; give {PERIOD_FORMS}")


def _checked(year: str, kind: str | None, number: int | None) -> str:
    """The canonical spelling of a period that exists."""
    if int(year) < 1:
        raise UnknownPeriodError(f"there is no year {year}; give {PERIOD_FORMS}")
    if kind is None or number is None:
        return year
    last = 12 if kind == "M" else _LAST_NUMBER.get(kind) or dt.date(int(year), 12, 28).isocalendar().week
    if not 1 <= number <= last:
        name = {"M": "month", "H": "half", "Q": "quarter", "W": "week"}[kind]
        raise UnknownPeriodError(f"{year} has no {name} {number}; give {PERIOD_FORMS}")
    return (
        f"{year}-{number:02d}"
        if kind == "M"
        else f"{year}-{kind}{number:02d}"
        if kind == "W"
        else f"{year}-{kind}{number}"
    )


def first_day(period_key: str) -> dt.date:
    """First day of a period in any spelling; a week begins on its ISO Monday.

    Raises:
        UnknownPeriodError: as `canonical_period`.
    """
    period = canonical_period(period_key)
    year, _, rest = period.partition("-")
    if not rest:
        return dt.date(int(year), 1, 1)
    if rest[0] == "W":
        return dt.date.fromisocalendar(int(year), int(rest[1:]), 1)
    months_each = {"H": 6, "Q": 3}.get(rest[0])
    month = (int(rest[1:]) - 1) * months_each + 1 if months_each else int(rest)
    return dt.date(int(year), month, 1)
