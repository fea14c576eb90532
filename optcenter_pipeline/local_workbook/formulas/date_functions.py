"""Functions of dates, which are serial numbers: days since 1899-12-30."""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from ..serial_dates import from_serial, to_serial
from .arguments import Elementwise, Evaluator, Operand, Signature, plain
from .operators import to_number
from .parser import Node
from .values import BAD_NUMBER, BAD_VALUE, Computed


def _today(evaluator: Evaluator, _arguments: Sequence[Node]) -> Operand:
    return float(math.floor(to_serial(evaluator.now())))


def _now(evaluator: Evaluator, _arguments: Sequence[Node]) -> Operand:
    return to_serial(evaluator.now())


def _date(year: float, month: float, day: float) -> Computed:
    # a year below 1900 counts from 1900; months and days past their end run on
    first = _month_start(int(year) + (1900 if 0 <= year < 1900 else 0), int(month) - 1)
    if first is None:
        return BAD_NUMBER
    try:
        serial = to_serial(first + timedelta(days=int(day) - 1))
    except OverflowError:
        return BAD_NUMBER
    return serial if serial >= 0 else BAD_NUMBER


def _month_start(year: int, months_on: int) -> datetime | None:
    """Give the first day of the month so many months after a year's January, None outside of years 1 to 9999."""
    months = year * 12 + months_on
    return datetime(months // 12, months % 12 + 1, 1) if 12 <= months < 120_000 else None


def _time(hour: float, minute: float, second: float) -> Computed:
    seconds = int(hour) * 3600 + int(minute) * 60 + int(second)
    return seconds % 86_400 / 86_400 if seconds >= 0 else BAD_NUMBER


def _part(give: Callable[[datetime], int]) -> Signature:
    def function(serial: float) -> Computed:
        moment = from_serial(serial) if serial >= 0 else None
        return BAD_NUMBER if moment is None else float(give(moment))

    return Elementwise(function, to_number), 1, 1


def _moved(serial: float, months: float) -> datetime | None:
    """Give the first day of the month that is so many months on."""
    moment = from_serial(serial) if serial >= 0 else None
    return None if moment is None else _month_start(moment.year, moment.month - 1 + int(months))


def _months_on(serial: float, months: float) -> Computed:
    first = _moved(serial, months)
    if first is None:
        return BAD_NUMBER
    moment = from_serial(serial) or first
    return to_serial(first.replace(day=min(moment.day, _days_in_month(first))))


def _month_end(serial: float, months: float) -> Computed:
    first = _moved(serial, months)
    return BAD_NUMBER if first is None else to_serial(first.replace(day=_days_in_month(first)))


def _days_in_month(first: datetime) -> int:
    return calendar.monthrange(first.year, first.month)[1]


def _weekday(serial: float, kind: float = 1) -> Computed:
    moment = from_serial(serial) if serial >= 0 else None
    if moment is None or int(kind) not in (1, 2, 3):
        return BAD_NUMBER
    from_monday = moment.weekday()
    return float({1: (from_monday + 1) % 7 + 1, 2: from_monday + 1, 3: from_monday}[int(kind)])


def _date_value(text: Computed) -> Computed:
    number = to_number(text)
    return float(math.floor(number)) if isinstance(text, str | float) and isinstance(number, float) else BAD_VALUE


FUNCTIONS: dict[str, Signature] = {
    "DATE": (Elementwise(_date, to_number), 3, 3),
    "DATEVALUE": (Elementwise(_date_value, plain), 1, 1),
    "DAY": _part(lambda moment: moment.day),
    "DAYS": (Elementwise(lambda end, start: float(math.floor(end) - math.floor(start)), to_number), 2, 2),
    "EDATE": (Elementwise(_months_on, to_number), 2, 2),
    "EOMONTH": (Elementwise(_month_end, to_number), 2, 2),
    "HOUR": _part(lambda moment: moment.hour),
    "MINUTE": _part(lambda moment: moment.minute),
    "MONTH": _part(lambda moment: moment.month),
    "NOW": (_now, 0, 0),
    "SECOND": _part(lambda moment: moment.second),
    "TIME": (Elementwise(_time, to_number), 3, 3),
    "TODAY": (_today, 0, 0),
    "WEEKDAY": (Elementwise(_weekday, to_number), 1, 2),
    "YEAR": _part(lambda moment: moment.year),
}
