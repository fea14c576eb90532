"""The rows of an output tab as they stood before anything was written, and how they are known again."""

from collections.abc import Mapping
from dataclasses import dataclass

from optcenter_pipeline.workbook.cell_writing import same
from optcenter_pipeline.workbook.coercion import as_text
from optcenter_pipeline.workbook.grid import TabGrid, is_blank
from optcenter_pipeline.workbook.workbook import Filled

RowKey = tuple[str, ...]


def key_text(cell: Filled) -> str:
    """A part of a key in the form in which parts are compared: line 1, 1.0 and '1' are one."""
    return as_text(cell).strip()


@dataclass(frozen=True)
class FormerRow:
    """A row as it stood before anything was written, or, without a grid, a blank one."""

    key: RowKey
    grid: TabGrid | None = None
    row: int = 0

    @property
    def system(self) -> dict[str, Filled]:
        """Its cells of the system's, by column."""
        places = self.grid.system_positions.items() if self.grid else ()
        return {name: self.grid.entered(self.row, column) for name, column in places if self.grid}

    @property
    def rest(self) -> tuple[Filled, ...]:
        """Its cells that are not the system's, in the sheet's order."""
        return rest_of(self.grid, self.row) if self.grid else ()

    def stands_in(self, grid: TabGrid, row: int) -> bool:
        """Whether a row of another look at the tab is the same cell by cell; TRUE is not 1."""
        if self.grid is None or self.grid.layout.positions != grid.layout.positions:
            return False
        before, now = self.grid.rows[self.row], grid.rows[row]
        return before == now and [*map(type, before)] == [*map(type, now)]


def rest_of(grid: TabGrid, row: int) -> tuple[Filled, ...]:
    """The row's cells that are not the system's."""
    return tuple(grid.value(row, column) for column in grid.others_positions)


def likeness(grid: TabGrid, row: int, cells: Mapping[str, Filled]) -> int:
    """How many of the row's cells say the same, blank ones apart."""
    return sum(1 for name, cell in cells.items() if not is_blank(cell) and same(grid.named(row, name), cell))


def trimmed(cells: tuple[Filled, ...]) -> tuple[Filled, ...]:
    """Without blank cells at the end: looks differ in width."""
    end = max((n + 1 for n, cell in enumerate(cells) if not is_blank(cell)), default=0)
    return cells[:end]
