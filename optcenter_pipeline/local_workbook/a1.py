"""A1 notation: text to rectangles of cells and back."""

from __future__ import annotations

import re
from dataclasses import dataclass

_AREA = re.compile(
    r"\$?(?P<c1>[A-Za-z]{1,3})?\$?(?P<r1>\d{1,9})?(?P<second>:\$?(?P<c2>[A-Za-z]{1,3})?\$?(?P<r2>\d{1,9})?)?"
)
_R1C1 = re.compile(r"[Rr](\d{1,9})[Cc](\d{1,9})(?::[Rr](\d{1,9})[Cc](\d{1,9}))?")
_PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LOOKS_LIKE_A_REFERENCE = re.compile(r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*|true|false", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CellRange:
    """A rectangle of cells, 0-based and half-open; an end of None is open.

    `is_anchor` tells a single cell ("A1"), from which a write may spread, from a range of one ("A1:A1").
    """

    start_row: int = 0
    start_column: int = 0
    end_row: int | None = None
    end_column: int | None = None
    is_anchor: bool = False

    def clipped(self, row_count: int, column_count: int) -> CellRange:
        """Give the part inside of a grid, with both ends closed."""
        return CellRange(
            self.start_row,
            self.start_column,
            row_count if self.end_row is None else min(self.end_row, row_count),
            column_count if self.end_column is None else min(self.end_column, column_count),
            self.is_anchor,
        )

    @property
    def closed_end_row(self) -> int:
        """The end row of a range known to be closed (after `clipped`)."""
        assert self.end_row is not None  # noqa: S101  an invariant, not input
        return self.end_row

    @property
    def closed_end_column(self) -> int:
        """The end column of a range known to be closed (after `clipped`)."""
        assert self.end_column is not None  # noqa: S101  an invariant, not input
        return self.end_column

    @property
    def rows(self) -> range:
        """The row indexes of a closed range."""
        return range(self.start_row, self.closed_end_row)

    @property
    def columns(self) -> range:
        """The column indexes of a closed range."""
        return range(self.start_column, self.closed_end_column)

    def overlaps(self, other: CellRange) -> bool:
        """Tell whether two closed ranges share a cell."""
        return (
            self.start_row < other.closed_end_row
            and other.start_row < self.closed_end_row
            and self.start_column < other.closed_end_column
            and other.start_column < self.closed_end_column
        )

    def contains(self, other: CellRange) -> bool:
        """Tell whether a closed range holds all of another."""
        return (
            self.start_row <= other.start_row
            and self.start_column <= other.start_column
            and other.closed_end_row <= self.closed_end_row
            and other.closed_end_column <= self.closed_end_column
        )


@dataclass(frozen=True, slots=True)
class RangeText:
    """The parts of a range's text: a sheet's title, and what stands after the exclamation mark."""

    title: str | None
    area: str | None


def column_letters(index: int) -> str:
    """Give the letters of a 0-based column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """Give the 0-based index of a column's letters."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def cell_name(row: int, column: int) -> str:
    """Give the name of a 0-based cell, e.g. B3."""
    return f"{column_letters(column)}{row + 1}"


def split_range(text: str) -> RangeText | None:
    """Split a range's text at its sheet's title; None where the quotes do not match."""
    if text.startswith("'"):
        closing = re.match(r"'((?:[^']|'')*)'", text)
        if closing is None:
            return None
        title, rest = closing[1].replace("''", "'"), text[closing.end() :]
        if not rest:
            return RangeText(title, None)
        return RangeText(title, rest[1:]) if rest[0] == "!" else None
    title, mark, area = text.rpartition("!")
    return RangeText(title, area) if mark else RangeText(None, text)


def parse_area(text: str) -> CellRange | None:
    """Parse ``A1``, ``A1:B2``, ``A:B``, ``1:2``, ``A2:C``, ``B3:3`` or ``R1C1:R2C2``; None for any other text."""
    match = _AREA.fullmatch(text)
    if match is None:
        return _parse_r1c1(text)
    if match["second"] is None:
        if match["c1"] is None or match["r1"] is None:
            return None
        return _rectangle(match["r1"], match["c1"], match["r1"], match["c1"], is_anchor=True)
    if not (match["c1"] or match["r1"]) or not (match["c2"] or match["r2"]):
        return None
    return _rectangle(match["r1"], match["c1"], match["r2"], match["c2"])


def _parse_r1c1(text: str) -> CellRange | None:
    match = _R1C1.fullmatch(text)
    if match is None:
        return None
    rows = (int(match[1]) - 1, int(match[3] or match[1]) - 1)
    columns = (int(match[2]) - 1, int(match[4] or match[2]) - 1)
    if min(rows + columns) < 0:
        return None
    return CellRange(min(rows), min(columns), max(rows) + 1, max(columns) + 1, is_anchor=match[3] is None)


def _rectangle(
    row1: str | None, column1: str | None, row2: str | None, column2: str | None, *, is_anchor: bool = False
) -> CellRange | None:
    rows = [None if row is None else int(row) - 1 for row in (row1, row2)]
    columns = [None if column is None else column_index(column) for column in (column1, column2)]
    if any(index is not None and index < 0 for index in rows + columns):
        return None
    start_row, end_row = _ordered(*rows)
    start_column, end_column = _ordered(*columns)
    return CellRange(start_row, start_column, end_row, end_column, is_anchor)


def _ordered(first: int | None, second: int | None) -> tuple[int, int | None]:
    """Order two inclusive indexes, in whichever corner they stand, into a half-open pair."""
    if first is None or second is None:
        given = first if second is None else (0 if first is None else None)
        if first is None and second is not None:
            return 0, second + 1
        return given or 0, None
    return min(first, second), max(first, second) + 1


def quote_title(title: str) -> str:
    """Write a sheet's title as Google echoes it: quoted unless it is a plain ASCII name, and no reference."""
    if _PLAIN_TITLE.fullmatch(title) and not _LOOKS_LIKE_A_REFERENCE.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def format_area(area: CellRange) -> str:
    """Write a rectangle as text, open ends as in ``A2:C`` and ``151:160``."""
    start_column = column_letters(area.start_column)
    if area.end_row is None and area.end_column is None:
        return cell_name(area.start_row, area.start_column)
    if area.end_row is None:
        row = str(area.start_row + 1) if area.start_row else ""
        return f"{start_column}{row}:{column_letters((area.end_column or 0) - 1)}"
    if area.end_column is None:
        return f"{start_column if area.start_column else ''}{area.start_row + 1}:{area.end_row}"
    first = cell_name(area.start_row, area.start_column)
    last = cell_name(area.end_row - 1, area.end_column - 1)
    return first if first == last else f"{first}:{last}"


def format_range(title: str, area: CellRange) -> str:
    """Write a sheet's title and a rectangle as Google echoes them, e.g. ``'Run log'!A1:B2``."""
    return f"{quote_title(title)}!{format_area(area)}"
