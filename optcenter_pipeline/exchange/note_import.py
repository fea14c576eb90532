"""PM notes beside the system's rows: they follow their rows, wherever these stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from optcenter_pipeline.exchange.file_cells import FileCell, sheet_value
from optcenter_pipeline.exchange.offered_tabs import OfferedTab, blank
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.workbook.cell_writing import CellMap, same
from optcenter_pipeline.workbook.coercion import as_text
from optcenter_pipeline.workbook.grid import TabGrid, is_blank
from optcenter_pipeline.workbook.shared_columns import NOTES


@dataclass
class NoteImport:
    """The notes of one output tab. Nothing else of it is imported: runs come from the database."""

    offered: OfferedTab
    grid: TabGrid
    """The tab as it stands, just read."""

    @property
    def name(self) -> str:
        """The tab's name."""
        return self.offered.tab.name

    @cached_property
    def _offered_notes(self) -> dict[str, tuple[int, FileCell]]:
        """Row key, folded → row of the file, note."""
        notes: dict[str, tuple[int, FileCell]] = {}
        for row in range(1, len(self.offered.file.rows)):
            note = self.offered.named(row, NOTES.name)
            if not blank(note) and not self.offered.is_note(row):
                notes[self._file_key(row)] = (row, note)
        return notes

    def _file_key(self, row: int) -> str:
        parts = (sheet_value(self.offered.named(row, name)) for name in self.offered.tab.key_columns)
        return fold(" / ".join(as_text(part).strip() for part in parts))

    @cached_property
    def _places(self) -> dict[str, int]:
        """Row key, folded → row of the sheet."""
        return {fold(self.grid.row_key(row)): row for row in range(1, len(self.grid.rows))}

    @property
    def counted_rows(self) -> int:
        """Notes that have their row."""
        return sum(key in self._places for key in self._offered_notes)

    def cells(self) -> CellMap:
        """Notes that are not there yet."""
        position = self.grid.layout.positions.get(NOTES.name)
        if position is None:
            return {}
        cells: CellMap = {}
        for key, (_, note) in self._offered_notes.items():
            row = self._places.get(key)
            if row is not None and not same(self.grid.value(row, position), sheet_value(note)):
                cells[row, position] = sheet_value(note)
        return cells

    def obstacles(self, cells: CellMap, *, replace: bool) -> Iterator[str]:
        """Notes that would be lost, one a line."""
        for (row, column), note in cells.items():
            there = self.grid.value(row, column)
            if not is_blank(there) and not replace:
                yield (
                    f"{self.name}!{row + 1} {NOTES.name}: says {_short(there)} already, "
                    f"the file says {_short(note)}; give --replace to take the file's"
                )

    def remarks(self) -> Iterator[str]:
        """What was left out."""
        if len(self.offered.file.rows) > 1:
            yield "the system's rows are not imported; notes follow rows that are there"
        lacking = [row for key, (row, _) in self._offered_notes.items() if key not in self._places]
        if lacking:
            rows = ", ".join(str(row + 1) for row in lacking[:10]) + (" …" if len(lacking) > 10 else "")
            count = f"{len(lacking)} notes were" if len(lacking) > 1 else "1 note was"
            yield f"{count} not imported, the workbook has no such rows (file rows {rows})"


def _short(cell: FileCell) -> str:
    text = as_text(sheet_value(cell))
    return repr(text if len(text) <= 60 else text[:60] + "…")
