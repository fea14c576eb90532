"""A tab as it stands in the sheet at one moment, every owner's cells, and what its rows are known by."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from json.encoder import encode_basestring_ascii
from typing import TypeVar

from optcenter_pipeline.rules.row import is_formula_error
from optcenter_pipeline.workbook.coercion import as_text
from optcenter_pipeline.workbook.columns import Kind, Owner, Tab
from optcenter_pipeline.workbook.errors import WorkbookRefusedError
from optcenter_pipeline.workbook.layout import Layout, read_layout
from optcenter_pipeline.workbook.workbook import Cell, CellBlock, Filled, Workbook, grid_size, whole_sheet

LookT = TypeVar("LookT")


class Formula(str):
    """A formula as it was typed, to be told from text that begins with `=`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Details:
    """What a full look sees beside the values (see `full_look.py`)."""

    sheet_id: int
    formulas: Mapping[tuple[int, int], Formula]
    """Cells that a formula fills, by 0-based (row, column); empty text where it spills over from another cell."""
    header_notes: Mapping[int, str]
    """Notes on the header row's cells, by 0-based column."""


@dataclass(frozen=True)
class TabGrid:
    """One tab's cells, unformatted. Rows and columns are counted from 0 here; row 0 is the header."""

    tab: Tab
    rows: list[list[Cell]]
    """Ragged: trailing empty cells and rows are not there."""
    row_count: int
    """Of the grid, empty rows included."""
    column_count: int
    render: str = field(default="UNFORMATTED_VALUE")
    details: Details | None = None
    """None where only values were read."""

    @cached_property
    def layout(self) -> Layout:
        """Where the columns stand."""
        return read_layout(self.tab, self.rows[0] if self.rows else ())

    @cached_property
    def pm_positions(self) -> tuple[tuple[str, int], ...]:
        """The PM-owned columns that stand in the sheet, in canonical order, with their positions."""
        places = self.layout.positions
        return tuple((name, places[name]) for name in self.tab.owned_by(Owner.PM) if name in places)

    @cached_property
    def system_positions(self) -> dict[str, int]:
        """The system columns that stand in the sheet, in canonical order."""
        places = self.layout.positions
        return {name: places[name] for name in self.tab.owned_by(Owner.SYSTEM) if name in places}

    @cached_property
    def others_positions(self) -> tuple[int, ...]:
        """The columns that hold anything and are not the system's, whether they have a header or not."""
        ours = set(self.system_positions.values())
        width = max(map(len, self.rows), default=0)
        return tuple(column for column in range(width) if column not in ours)

    @cached_property
    def rows_with_formulas(self) -> frozenset[int]:
        """The rows that have a formula, as far as the look could see."""
        return frozenset(row for row, _ in self.details.formulas) if self.details else frozenset()

    def value(self, row: int, column: int) -> Filled:
        """The cell, `""` where there is none."""
        if row >= len(self.rows) or column >= len(self.rows[row]):
            return ""
        cell = self.rows[row][column]
        return "" if cell is None else cell

    def is_formula(self, row: int, column: int) -> bool:
        """Whether a formula fills the cell, as far as the look could see."""
        return self.details is not None and (row, column) in self.details.formulas

    def entered(self, row: int, column: int) -> Filled:
        """What would have to be written to have the cell as it is: its formula, nothing where one spills to."""
        formula = self.details.formulas.get((row, column)) if self.details else None
        return self.value(row, column) if formula is None else formula

    def named(self, row: int, name: str) -> Filled:
        """The cell of a column by its canonical name, `""` where there is none."""
        position = self.layout.positions.get(name)
        return "" if position is None else self.value(row, position)

    def pm_cells(self, row: int) -> list[tuple[str, Filled]]:
        """The row's PM-owned cells that are not blank, in canonical order."""
        return list(self._pm_cells(row))

    def _pm_cells(self, row: int) -> Iterator[tuple[str, Filled]]:
        line = self.rows[row] if row < len(self.rows) else []
        width = len(line)
        for name, position in self.pm_positions:
            cell = line[position] if position < width else None
            if cell is not None and not is_blank(cell):
                yield name, cell

    def content_hash(self, row: int) -> str:
        """Names the row's content: sha256 of its PM-owned cells as they came.

        The same whatever the order of the columns, the row's place, and what formulas and the system wrote.
        """
        return self._content_hashes[row]

    @cached_property
    def _content_hashes(self) -> list[str]:
        """By row, of its cells as JSON: `[["initiative_key", "INIT-1"], ["engineering_tokens", 12]]`."""
        columns = [(position, f"[{json.dumps(name)}, ") for name, position in self.pm_positions]
        hashes = []
        for line in self.rows:
            width = len(line)
            cells = ", ".join(
                f"{opening}{_json(line[position])}]"
                for position, opening in columns
                if position < width and not is_blank(line[position])
            )
            hashes.append(hashlib.sha256(f"[{cells}]".encode()).hexdigest())
        return hashes

    def is_blank_row(self, row: int) -> bool:
        """Whether its PM-owned cells are blank; a checkbox that nobody ticked (FALSE) is."""
        kinds = self.tab.by_name
        return all(cell is False and kinds[name].kind is Kind.BOOL for name, cell in self._pm_cells(row))

    def is_note(self, row: int) -> bool:
        """Whether it is a note to people: its first cell begins with `#` and is not a formula's error."""
        first = self.value(row, 0)
        return isinstance(first, str) and first.startswith("#") and not is_formula_error(first)

    def has_content(self, row: int) -> bool:
        """Whether any cell of the row says something, whoever owns it."""
        return row < len(self.rows) and not all(is_blank(cell) for cell in self.rows[row])

    def row_key(self, row: int) -> str:
        """The row's key for people, its parts joined by ` / `."""
        parts = (as_text(self.named(row, name)).strip() for name in self.tab.key_columns)
        return " / ".join(part for part in parts if part)


def is_blank(cell: Cell) -> bool:
    """Nothing, or only white space."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def value_key(value: Filled) -> tuple[bool, Filled]:
    """A value as a set can hold it: TRUE is not 1."""
    return isinstance(value, bool), value


def _json(cell: Cell) -> str:
    """The form in which a cell enters the hash: 12 and 12.0 are one number, and never the text '12'."""
    if isinstance(cell, str):
        return encode_basestring_ascii(cell)
    return json.dumps(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)


def read_grids(workbook: Workbook, tabs: Iterable[Tab], *, render: str = "UNFORMATTED_VALUE") -> dict[str, TabGrid]:
    """Read whole tabs in one request; a tab that the workbook does not have is not in the answer.

    One read where every tab is there; two more (metadata, and what is there) where one is missing.
    """

    def read(wanted: list[Tab]) -> dict[str, TabGrid]:
        return grids_of(
            wanted, workbook.batch_get([whole_sheet(tab.name) for tab in wanted], render=render), render
        )

    return of_tabs_that_are_there(workbook, tabs, read)


def of_tabs_that_are_there(workbook: Workbook, tabs: Iterable[Tab], read: Callable[[list[Tab]], LookT]) -> LookT:
    """What `read` gives for the tabs; for those alone that the workbook has, where it refuses to read them all.

    Raises:
        WorkbookRefusedError: every tab is there, and still it refuses.
    """
    wanted = list(tabs)
    try:
        return read(wanted)
    except WorkbookRefusedError:
        there = {sheet.title.casefold() for sheet in workbook.sheets()}
        present = [tab for tab in wanted if tab.name.casefold() in there]
        if len(present) == len(wanted):
            raise
        return read(present)


def grids_of(tabs: Sequence[Tab], blocks: Sequence[CellBlock], render: str) -> dict[str, TabGrid]:
    """Pair tabs with the blocks that were read for them."""
    return {
        tab.name: TabGrid(tab, block.rows, *grid_size(block.range), render)
        for tab, block in zip(tabs, blocks, strict=True)
    }
