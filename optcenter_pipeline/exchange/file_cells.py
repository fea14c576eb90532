"""Cells and tabs as files hold them, between the sheet and each kind of file."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from optcenter_pipeline.workbook.coercion import as_text
from optcenter_pipeline.workbook.workbook import Filled, column_letters

_EPOCH = dt.datetime(1899, 12, 30)
_MILLISECONDS = 86_400_000
"""Of a day: files keep moments as exactly as that."""
_FIRST_DATE = 61
"""1900-03-01. Excel and Google count the days before it differently, so numbers below it are spans of time."""
_LAST_DATE = (dt.datetime.max - _EPOCH).days
_DATE_FORMAT = "yyyy-mm-dd"
_MOMENT_FORMAT = "yyyy-mm-dd hh:mm:ss"
_SPAN_FORMAT = "[h]:mm:ss"


@dataclass(frozen=True, slots=True)
class Moment:
    """A number that is shown as a date, a date with a time, or (below 61 days) a span of time."""

    serial: float
    """Days since 1899-12-30, the time of day as the fraction."""

    @property
    def number_format(self) -> str:
        """How it is shown."""
        if self.serial < _FIRST_DATE:
            return _SPAN_FORMAT
        return _DATE_FORMAT if float(self.serial).is_integer() else _MOMENT_FORMAT

    def is_exact(self) -> bool:
        """Whether a file that keeps milliseconds gives the same number back."""
        in_range = 0 <= self.serial < _LAST_DATE + 1
        return in_range and round(self.serial * _MILLISECONDS) / _MILLISECONDS == self.serial

    def isoformat(self) -> str | None:
        """`2027-03-31` or `2027-03-31 14:30:00`; None for a span and for what would not come back the same."""
        if self.serial < _FIRST_DATE or not self.is_exact():
            return None
        moment = _EPOCH + dt.timedelta(milliseconds=round(self.serial * _MILLISECONDS))
        if self.number_format == _DATE_FORMAT:
            return moment.date().isoformat()
        return moment.isoformat(" ", "milliseconds" if moment.microsecond else "seconds")


FileCell = Filled | Moment
"""`""` for nothing."""


@dataclass
class FileTab:
    """One sheet of a book, or one file of a folder."""

    title: str
    rows: Sequence[Sequence[FileCell]]
    """Ragged; row 0 is the header."""
    remarks: list[str] = field(default_factory=list)
    """What a person should know of it, each to stand behind the tab's name."""
    uncalculated: Sequence[tuple[int, int]] = ()
    """(row, column) of blank cells whose formula has a value that the file does not say."""

    def cell(self, row: int, column: int) -> FileCell:
        """The cell, `""` where there is none."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return cells[column] if column < len(cells) else ""


def moment_of(value: dt.date | dt.time | dt.timedelta) -> Moment:
    """A date, a date with a time (without a zone), a time of day, or a span, as a sheet counts it."""
    if isinstance(value, dt.time):
        value = dt.datetime.combine(_EPOCH, value)
    elif isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time())
    span = value if isinstance(value, dt.timedelta) else value - _EPOCH
    return Moment(plain_number(span / dt.timedelta(days=1)))


def sheet_value(cell: FileCell) -> Filled:
    """The cell as the API takes it: a moment is its serial number."""
    return cell.serial if isinstance(cell, Moment) else cell


def plain_number(number: float) -> int | float:
    """A whole number as int, as the API gives it; beyond 2^53 as float, which is what a cell holds."""
    return int(number) if float(number).is_integer() and abs(number) <= 2**53 else float(number)


def utf16_length(text: str) -> int:
    """Length as Excel and Google count it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def place(tab: str, row: int, header: str) -> str:
    """`Candidates!7 notes`, from a 0-based row and a column's header."""
    return f"{tab}!{row + 1} {header}"


def header_name(rows: Sequence[Sequence[FileCell]], column: int) -> str:
    """What a column is called in messages."""
    header = rows[0][column] if rows and column < len(rows[0]) else ""
    return as_text(sheet_value(header)).strip() or f"column {column_letters(column)}"
