"""A rectangle of cells as functions see it, with exact look-ups through an index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..a1 import CellRange
from ..sheet import Sheet
from .criteria import has_wildcards, wildcard_pattern
from .operators import sort_key
from .values import CellError, Computed

CellValue = Callable[[Sheet, int, int], Computed]
Index = dict[tuple[int, Any], int]


@dataclass(frozen=True, slots=True)
class Area:
    """A closed rectangle on a sheet.

    `value_of` computes a cell. `indexes` are the calculation's own, so that two thousand look-ups into one column
    read it once.
    """

    sheet: Sheet
    bounds: CellRange
    value_of: CellValue
    indexes: dict[tuple[int, CellRange, bool], Index]
    is_transposed: bool = False

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.bounds.columns if self.is_transposed else self.bounds.rows)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.bounds.rows if self.is_transposed else self.bounds.columns)

    @property
    def size(self) -> int:
        """How many cells there are."""
        return self.height * self.width

    @property
    def used_height(self) -> int:
        """How many rows there are down to the last one that holds anything."""
        if self.is_transposed:
            return self.height
        start = self.bounds.start_row
        return max((row - start + 1 for row in self.sheet.rows(start, self.bounds.end_row)), default=0)

    def transposed(self) -> Area:
        """Give the same cells with rows and columns swapped."""
        return replace(self, is_transposed=not self.is_transposed)

    def value(self, row: int, column: int) -> Computed:
        """Give the value of a cell by its place within the area."""
        if self.is_transposed:
            row, column = column, row
        return self.value_of(self.sheet, self.bounds.start_row + row, self.bounds.start_column + column)

    def part(self, row: int | None, column: int | None) -> Area:
        """Give one cell, one row or one column of the area; None means all of them."""
        top = self.bounds.start_row + (row or 0)
        left = self.bounds.start_column + (column or 0)
        bottom = self.bounds.closed_end_row if row is None else top + 1
        right = self.bounds.closed_end_column if column is None else left + 1
        return replace(self, bounds=CellRange(top, left, bottom, right))

    def filled(self) -> Iterator[Computed]:
        """Give the values of the cells that hold anything."""
        bounds = self.bounds
        for index, row in self.sheet.rows(bounds.start_row, bounds.end_row).items():
            for column in sorted(row):
                if column in bounds.columns and row[column].has_content:
                    value = self.value_of(self.sheet, index, column)
                    if value is not None:
                        yield value

    def cells(self) -> Iterator[Computed]:
        """Give the values of all cells, row by row."""
        return (self.value(row, column) for row in range(self.height) for column in range(self.width))

    def find(self, wanted: Computed, *, wild: bool = True) -> int | None:
        """Find the first row whose first cell equals a value, whatever its case.

        Args:
            wanted: the value.
            wild: ``*`` and ``?`` stand for any characters and for any one.
        """
        if wanted is None:
            return None
        index = self._index()
        if wild and isinstance(wanted, str) and has_wildcards(wanted):
            pattern = wildcard_pattern(wanted)
            rows = [row for (kind, text), row in index.items() if kind == 1 and pattern.fullmatch(str(text))]
            return min(rows, default=None)
        return index.get(sort_key(wanted))

    def find_last_not_greater(self, wanted: Computed, *, descending: bool = False) -> int | None:
        """Find in a sorted first column the last row whose value, of the same type, is not greater.

        In a descending one: the last whose value is not smaller.
        """
        kind, key = sort_key(wanted)
        found = None
        for row in range(self.height):
            value = self.value(row, 0)
            if value is None or isinstance(value, CellError) or sort_key(value)[0] != kind:
                continue
            found_key = sort_key(value)[1]
            if found_key < key if descending else found_key > key:
                break
            found = row
        return found

    def _index(self) -> Index:
        """Give, for each value of the first column, the first row it stands in."""
        line = self.part(0, None) if self.is_transposed else self.part(None, 0)
        key = (self.sheet.sheet_id, line.bounds, self.is_transposed)
        index = self.indexes.get(key)
        if index is None:
            index = {}
            if self.is_transposed:
                places = [(column, 0) for column in range(self.height)]
            else:
                start, end = self.bounds.start_row, self.bounds.end_row
                places = [(row - start, 0) for row in self.sheet.rows(start, end)]
            for row, column in places:
                value = self.value(row, column)
                if value is not None and not isinstance(value, CellError):
                    index.setdefault(sort_key(value), row)
            self.indexes[key] = index
        return index
