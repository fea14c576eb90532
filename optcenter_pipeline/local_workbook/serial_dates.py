"""Dates as the serial numbers of a sheet: days since 1899-12-30, the time of day as the fraction."""

from __future__ import annotations

from datetime import datetime, timedelta

EPOCH = datetime(1899, 12, 30)

# spelled out, since the calendar module's names follow the process's locale
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def to_serial(moment: datetime) -> float:
    """Give the serial number of a naive datetime."""
    return (moment - EPOCH) / timedelta(days=1)


def from_serial(serial: float) -> datetime | None:
    """Give the naive datetime of a serial number, rounded to milliseconds; None outside of years 1 to 9999."""
    try:
        return EPOCH + timedelta(milliseconds=round(serial * 86_400_000))
    except OverflowError:
        return None
