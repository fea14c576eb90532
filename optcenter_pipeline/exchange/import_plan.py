"""What an import has to write into one input tab, and what stands in its way."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from optcenter_pipeline.exchange.file_cells import FileCell, Moment, sheet_value
from optcenter_pipeline.exchange.offered_tabs import OfferedTab, own_columns
from optcenter_pipeline.workbook.cell_writing import CellMap, same
from optcenter_pipeline.workbook.grid import TabGrid, is_blank
from optcenter_pipeline.workbook.tabs import STAMPS
from optcenter_pipeline.workbook.workbook import column_letters


@dataclass
class TabImport:
    """One tab's import: the file's rows in the file's order, below the notes that head the sheet's tab.

    Rows are counted from 0, row 0 is the header. What differs is written and nothing else, so repeating it writes
    nothing.
    """

    offered: OfferedTab
    grid: TabGrid
    """The tab as it stands, just read."""

    @property
    def name(self) -> str:
        """The tab's name."""
        return self.offered.tab.name

    @cached_property
    def columns(self) -> dict[int, int | None]:
        """Column of the sheet → column of the file: the PM's, and those of people's own that both have."""
        places = self.offered.layout.positions
        ours: dict[int, int | None] = {position: places.get(name) for name, position in self.grid.pm_positions}
        return ours | {place: self.offered.own[key] for key, place in self._own if key in self.offered.own}

    @cached_property
    def _own(self) -> list[tuple[str, int]]:
        header = [cell if cell is not None else "" for cell in (self.grid.rows[0] if self.grid.rows else [])]
        return list(own_columns(self.offered.tab, header))

    @cached_property
    def _shift(self) -> int:
        """Rows that the file's go down by: notes at the head of the sheet's tab stay, if the file has others."""
        notes = 0
        while self.grid.is_note(notes + 1):
            notes += 1
        heads = range(1, notes + 1)
        is_same = all(self.offered.file.cell(row, 0) == self.grid.value(row, 0) for row in heads)
        return 0 if is_same else notes

    @property
    def rows(self) -> range:
        """Rows of the sheet that the file's rows go to."""
        return range(1 + self._shift, self.offered.row_count + self._shift)

    @property
    def counted_rows(self) -> int:
        """The file's rows that say anything, notes to people aside."""
        return sum(not self.offered.is_note(row - self._shift) and self._says(row) for row in self.rows)

    def _says(self, row: int) -> bool:
        return any(not is_blank(sheet_value(self.wanted(row, column))) for column in self.columns)

    def wanted(self, row: int, column: int) -> FileCell:
        """What a cell of the sheet should hold; `""` below the file's last row."""
        if row not in self.rows:
            return ""
        place, source = self.columns[column], row - self._shift
        if self.offered.is_note(source):
            # the mark that makes it a note belongs in the first column, whichever that is
            place = 0 if column == 0 else None if place == 0 else place
        return "" if place is None else self.offered.file.cell(source, place)

    @cached_property
    def in_use(self) -> tuple[int, ...]:
        """Rows where people typed something already."""
        notes_that_stay = range(1, 1 + self._shift)
        return tuple(
            row
            for row in range(1, len(self.grid.rows))
            if row not in notes_that_stay and (self.grid.is_note(row) or not self.grid.is_blank_row(row))
        )

    def cells(self) -> CellMap:
        """What differs: the PM's cells, and the statuses of rows that get other content."""
        last = max([*self.rows, *self.in_use], default=0)
        stamps = [self.grid.layout.positions[s.name] for s in STAMPS if s.name in self.grid.layout.positions]
        cells: CellMap = {}
        for row in range(1 + self._shift, last + 1):
            changed = self._differences(row)
            cells.update(changed)
            if changed:
                cells.update({(row, place): "" for place in stamps if not is_blank(self.grid.value(row, place))})
        return cells

    def _differences(self, row: int) -> CellMap:
        differences: CellMap = {}
        for column in self.columns:
            wanted = sheet_value(self.wanted(row, column))
            if not same(self.grid.value(row, column), wanted):
                differences[row, column] = wanted
        return differences

    def moments(self) -> dict[tuple[int, int], Moment]:
        """Cells of the file that are dates, by their places in the sheet."""
        cells = ((row, column, self.wanted(row, column)) for row in self.rows for column in self.columns)
        return {(row, column): cell for row, column, cell in cells if isinstance(cell, Moment)}

    def obstacles(self, cells: CellMap, *, replace: bool) -> Iterator[str]:
        """Why these cells may not be written, one a line; nothing where they may."""
        if self.grid.layout.error:
            yield f"{self.name}!1 header: in the workbook, {self.grid.layout.error}"
            return
        if not cells:
            return
        if self.in_use and not replace:
            count = len(self.in_use)
            yield (
                f"{self.name}!{self.in_use[0] + 1} {self.offered.tab.key_columns[0]}: the workbook's tab has "
                f"{count} row{'s' if count > 1 else ''} already; give --replace to put the file's in their place "
                "(`optcenter workbook export` keeps a copy first), or clear the tab"
            )
        yield from self._cells_left_behind(cells)
        yield from self._notes_without_place()

    def _cells_left_behind(self, cells: CellMap) -> Iterator[str]:
        """People's own columns that the file lacks: their cells would stand beside other rows."""
        changed = {row for row, column in cells if column in self.columns}
        known = {*self.columns, *self.grid.layout.positions.values()}
        width = max((len(row) for row in self.grid.rows), default=0)
        for column in (column for column in range(width) if column not in known):
            row = next((r for r in sorted(changed) if not is_blank(self.grid.value(r, column))), None)
            if row is not None:
                header = str(self.grid.value(0, column)).strip() or f"column {column_letters(column)}"
                yield (
                    f"{self.name}!{row + 1} {header}: a column of your own that the file lacks would stand beside "
                    "other rows; add it to the file under the same header, or empty it"
                )

    def _notes_without_place(self) -> Iterator[str]:
        if 0 in self.columns:
            return
        for row in range(1, self.offered.row_count):
            if self.offered.is_note(row):
                yield (
                    f"{self.name}!{row + 1}: this note has no place: the first column of the workbook's tab is not "
                    "yours; move one of yours there, or remove the note from the file"
                )
                return

    def remarks(self, cells: CellMap) -> Iterator[str]:
        """What a person should know of an import that went well."""
        there = {key for key, _ in self._own}
        missing = [
            str(sheet_value(self.offered.file.cell(0, place))).strip()
            for key, place in self.offered.own.items()
            if key not in there
        ]
        if missing:
            names = ", ".join(repr(name) for name in missing)
            yield f"not imported, no columns of the workbook's tab: {names}; add the headers there and import again"
        lost = [
            name
            for name, position in self.grid.pm_positions
            if name not in self.offered.layout.positions
            and any(cells.get((row, position)) == "" for row in self.in_use)
        ]
        if lost:
            yield f"the file has no column {', '.join(lost)}: what stood there in the replaced rows is gone"
