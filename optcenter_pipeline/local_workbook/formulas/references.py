"""References in formulas: read, moved with a copied cell, shifted by inserted and deleted lines."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from ..a1 import CellRange, column_index, column_letters, quote_title
from .tokens import Token, tokenise

_LOST_SHEET = "#REF!"  # in place of a title and its mark
_CORNER = re.compile(r"(?P<ca>\$?)(?P<c>[A-Za-z]{1,3})?(?P<ra>\$?)(?P<r>\d{1,7})?")


@dataclass(frozen=True, slots=True)
class Corner:
    """One end of a reference; a None row or column is open (as in ``A:B``), the flags tell of ``$``."""

    row: int | None
    column: int | None
    row_fixed: bool = False
    column_fixed: bool = False

    def put(self, row: int | None, column: int | None) -> Corner:
        """Give the corner with other lines, but for those that it leaves open."""
        row, column = None if self.row is None else row, None if self.column is None else column
        return replace(self, row=row, column=column)

    def text(self) -> str:
        """Write the corner as in a formula."""
        column = "" if self.column is None else "$" * self.column_fixed + column_letters(self.column)
        return column + ("" if self.row is None else "$" * self.row_fixed + str(self.row + 1))


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as written: the sheet's part with its ``!`` (or empty), and one or two corners."""

    prefix: str
    first: Corner
    last: Corner | None

    @property
    def title(self) -> str | None:
        """The title of the sheet it points at, None for the formula's own."""
        if not self.prefix:
            return None
        name = self.prefix[:-1]
        return name[1:-1].replace("''", "'") if name.startswith("'") else name

    @property
    def is_lost(self) -> bool:
        """Whether the sheet it pointed at was deleted; a sheet that is called so stands in quotes."""
        return self.prefix.upper() == _LOST_SHEET

    def text(self) -> str:
        """Write the reference as in a formula."""
        return self.prefix + self.first.text() + ("" if self.last is None else ":" + self.last.text())


class SpanChange(Protocol):
    """A change of lines as spans of them see it."""

    @property
    def dimension(self) -> str:
        """ROWS or COLUMNS."""

    def moved_span(self, start: int, end: int | None) -> tuple[int, int | None] | None:
        """Give a half-open span's new bounds (an open end stays open), None where nothing is left of it."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Lines inserted or deleted: `count` rows or columns (`dimension` ROWS or COLUMNS) at `start`."""

    dimension: str
    start: int
    count: int
    inserted: bool

    def moved_index(self, index: int) -> int | None:
        """Give a line's new index, None where it was deleted."""
        if index < self.start:
            return index
        if self.inserted:
            return index + self.count
        return None if index < self.start + self.count else index - self.count

    def moved_span(self, start: int, end: int | None) -> tuple[int, int | None] | None:
        """Give a half-open span's new bounds (an open end stays open), None where all of it was deleted."""
        if self.inserted:
            new_start = start + self.count if start >= self.start else start
            new_end = end + self.count if end is not None and end > self.start else end
            return new_start, new_end
        stop = self.start + self.count
        new_start = start if start < self.start else max(self.start, start - self.count)
        if end is None:
            return new_start, None
        new_end = end if end <= self.start else max(self.start, end - self.count)
        return None if new_end <= new_start and (start >= self.start and end <= stop) else (new_start, new_end)


@dataclass(frozen=True, slots=True)
class Move:
    """Lines moved: `count` rows or columns at `start`, to before what stood at `destination`."""

    dimension: str
    start: int
    count: int
    destination: int

    @property
    def new_start(self) -> int:
        """Where the moved lines start afterwards."""
        return self.destination if self.destination <= self.start else self.destination - self.count

    def moved_index(self, index: int) -> int:
        """Give a line's new index."""
        if self.start <= index < self.start + self.count:
            return index - self.start + self.new_start
        without = index if index < self.start else index - self.count
        return without if without < self.new_start else without + self.count

    def moved_span(self, start: int, end: int | None) -> tuple[int, int | None]:
        """Give a span's new bounds: one that lies within the moved lines goes with them.

        Any other loses what of it moves away, and holds what comes between its lines.
        """
        if end is not None and self.start <= start and end <= self.start + self.count:
            return start - self.start + self.new_start, end - self.start + self.new_start
        left = Shift(self.dimension, self.start, self.count, inserted=False).moved_span(start, end)
        assert left is not None  # noqa: S101  it is not within
        moved = Shift(self.dimension, self.new_start, self.count, inserted=True).moved_span(*left)
        assert moved is not None  # noqa: S101  nothing is lost
        return moved


def parse_reference(text: str) -> Reference:
    """Read a token of kind ``reference``."""
    prefix, mark, area = text.rpartition("!")
    first, _, last = area.partition(":")
    return Reference(prefix + mark, _corner(first), _corner(last) if last else None)


def _corner(text: str) -> Corner:
    match = _CORNER.fullmatch(text)
    assert match is not None  # noqa: S101  the tokeniser's grammar
    # in "$5" of "$5:$6" the one dollar belongs to the row
    column_fixed, row_fixed = bool(match["ca"]), bool(match["ra"])
    if match["c"] is None:
        column_fixed, row_fixed = False, column_fixed or row_fixed
    return Corner(
        int(match["r"]) - 1 if match["r"] else None,
        column_index(match["c"]) if match["c"] else None,
        row_fixed,
        column_fixed,
    )


def moved_formula(formula: str, rows: int, columns: int) -> str:
    """Rewrite a formula for a cell that many rows and columns further on: relative references move along.

    A reference that would leave the grid at the top or left becomes ``#REF!``.
    """
    if not rows and not columns:
        return formula

    def move(reference: Reference) -> str:
        corners = [reference.first] if reference.last is None else [reference.first, reference.last]
        moved = [
            Corner(
                corner.row if corner.row is None or corner.row_fixed else corner.row + rows,
                corner.column if corner.column is None or corner.column_fixed else corner.column + columns,
                corner.row_fixed,
                corner.column_fixed,
            )
            for corner in corners
        ]
        if any((corner.row or 0) < 0 or (corner.column or 0) < 0 for corner in moved):
            return reference.prefix + "#REF!"
        return Reference(reference.prefix, moved[0], moved[1] if len(moved) > 1 else None).text()

    return _rewrite(formula, lambda token: move(parse_reference(token.text)))


def followed_formula(
    formula: str, own_title: str, changed_title: str, moved_area: Callable[[CellRange], CellRange | None]
) -> str:
    """Rewrite a formula after cells of a sheet moved; what has lost its place becomes ``#REF!``.

    Args:
        formula: the formula.
        own_title: the sheet that the formula stands on.
        changed_title: the sheet that was changed.
        moved_area: gives where a rectangle of its cells is afterwards, None where nothing is left of it.
    """

    def follow(token: Token) -> str:
        reference = parse_reference(token.text)
        if (reference.title or own_title).lower() != changed_title.lower():
            return token.text
        first, last = reference.first, reference.last or reference.first
        area = moved_area(
            CellRange(
                first.row or 0,
                first.column or 0,
                None if last.row is None else last.row + 1,
                None if last.column is None else last.column + 1,
            )
        )
        if area is None:
            return reference.prefix + "#REF!"
        start = first.put(area.start_row, area.start_column)
        end = last.put(area.end_row and area.end_row - 1, area.end_column and area.end_column - 1)
        return Reference(reference.prefix, start, None if reference.last is None else end).text()

    return _rewrite(formula, follow)


@dataclass(frozen=True, slots=True)
class Relocation:
    """Cells cut from one place and pasted to another: a closed area of a sheet, that far on, on a sheet."""

    source_title: str
    area: CellRange
    target_title: str
    rows: int
    columns: int


def relocated_formula(formula: str, own_title: str, relocation: Relocation) -> str:
    """Rewrite a formula after cells were cut and pasted: references to cells that all moved follow them."""

    def follow(token: Token) -> str:
        reference = parse_reference(token.text)
        last = reference.last or reference.first
        corners = (reference.first.row, reference.first.column, last.row, last.column)
        if (reference.title or own_title).lower() != relocation.source_title.lower() or None in corners:
            return token.text
        rows = sorted((reference.first.row or 0, last.row or 0))
        columns = sorted((reference.first.column or 0, last.column or 0))
        if not relocation.area.contains(CellRange(rows[0], columns[0], rows[1] + 1, columns[1] + 1)):
            return token.text
        stays = relocation.source_title == relocation.target_title
        prefix = reference.prefix if stays else _prefix(relocation.target_title, own_title)
        first = _moved(reference.first, relocation)
        return Reference(prefix, first, None if reference.last is None else _moved(last, relocation)).text()

    return _rewrite(formula, follow)


def anchored_formula(formula: str, title: str) -> str:
    """Rewrite a formula for another sheet: references that named no sheet now name the one where it stood."""

    def name(token: Token) -> str:
        reference = parse_reference(token.text)
        return token.text if reference.prefix else replace(reference, prefix=quote_title(title) + "!").text()

    return _rewrite(formula, name)


def _moved(corner: Corner, relocation: Relocation) -> Corner:
    row, column = (corner.row or 0) + relocation.rows, (corner.column or 0) + relocation.columns
    return Corner(row, column, corner.row_fixed, corner.column_fixed)


def _prefix(title: str, own_title: str) -> str:
    return "" if title.lower() == own_title.lower() else quote_title(title) + "!"


def renamed_formula(formula: str, old_title: str, new_title: str) -> str:
    """Rewrite a formula after a sheet was given another title."""

    def rename(token: Token) -> str:
        reference = parse_reference(token.text)
        if reference.title is None or reference.title.lower() != old_title.lower():
            return token.text
        return replace(reference, prefix=quote_title(new_title) + "!").text()

    return _rewrite(formula, rename)


def orphaned_formula(formula: str, title: str) -> str:
    """Rewrite a formula after a sheet was deleted: references to it become ``#REF!A1``, for good."""

    def lose(token: Token) -> str:
        reference = parse_reference(token.text)
        if reference.title is None or reference.title.lower() != title.lower():
            return token.text
        return replace(reference, prefix=_LOST_SHEET).text()

    return _rewrite(formula, lose)


def _rewrite(formula: str, change: Callable[[Token], str]) -> str:
    return "".join(
        change(token) if token.kind == "reference" and not parse_reference(token.text).is_lost else token.text
        for token in tokenise(formula)
    )
