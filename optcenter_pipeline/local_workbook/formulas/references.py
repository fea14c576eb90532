"""References in formulas: read, moved with a copied cell, shifted by inserted and deleted lines."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..a1 import column_index, column_letters, quote_title
from .tokens import Token, tokenise

_CORNER = re.compile(r"(?P<ca>\$?)(?P<c>[A-Za-z]{1,3})?(?P<ra>\$?)(?P<r>\d{1,7})?")


@dataclass(frozen=True, slots=True)
class Corner:
    """One end of a reference; a None row or column is open (as in ``A:B``), the flags tell of ``$``."""

    row: int | None
    column: int | None
    row_fixed: bool = False
    column_fixed: bool = False

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

    def text(self) -> str:
        """Write the reference as in a formula."""
        return self.prefix + self.first.text() + ("" if self.last is None else ":" + self.last.text())


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


def shifted_formula(formula: str, own_title: str, changed_title: str, shift: Shift) -> str:
    """Rewrite a formula after lines were inserted into or deleted from a sheet.

    Args:
        formula: the formula.
        own_title: the sheet that the formula stands on.
        changed_title: the sheet that was changed.
        shift: what was inserted or deleted.
    """

    def follow(token: Token) -> str:
        reference = parse_reference(token.text)
        if (reference.title or own_title).lower() != changed_title.lower():
            return token.text
        last = reference.last or reference.first
        rows = shift.dimension == "ROWS"
        start = reference.first.row if rows else reference.first.column
        end = last.row if rows else last.column
        if start is None and end is None:
            return token.text
        moved = shift.moved_span(start or 0, None if end is None else end + 1)
        if moved is None:
            return reference.prefix + "#REF!"
        new_start = None if start is None else moved[0]
        new_end = None if moved[1] is None or end is None else moved[1] - 1
        first = _with(reference.first, new_start, rows=rows)
        return Reference(
            reference.prefix, first, None if reference.last is None else _with(last, new_end, rows=rows)
        ).text()

    return _rewrite(formula, follow)


def renamed_formula(formula: str, old_title: str, new_title: str) -> str:
    """Rewrite a formula after a sheet was given another title."""

    def rename(token: Token) -> str:
        reference = parse_reference(token.text)
        if reference.title is None or reference.title.lower() != old_title.lower():
            return token.text
        return replace(reference, prefix=quote_title(new_title) + "!").text()

    return _rewrite(formula, rename)


def _with(corner: Corner, index: int | None, *, rows: bool) -> Corner:
    row, column = (index, corner.column) if rows else (corner.row, index)
    return Corner(row, column, corner.row_fixed, corner.column_fixed)


def _rewrite(formula: str, change: Callable[[Token], str]) -> str:
    return "".join(change(token) if token.kind == "reference" else token.text for token in tokenise(formula))
