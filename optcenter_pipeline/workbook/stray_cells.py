"""Undoing what landed in a wrong column, because somebody moved columns between our look and our write."""

from collections.abc import Mapping

from optcenter_pipeline.workbook.grid import TabGrid, is_blank
from optcenter_pipeline.workbook.workbook import Filled

_ROWS_OF_A_HEADER = 20
"""A header row that was pushed down is looked for so far."""


def stray_cells(
    before: TabGrid, after: TabGrid, written: Mapping[tuple[int, int], Filled]
) -> dict[tuple[int, int], Filled]:
    """What has to be put back.

    Args:
        before: the tab as it stood when the write was planned.
        after: as it stands now.
        written: the write, by 0-based (row, column).

    Returns:
        Cells of other columns that hold what we wrote → what they held before, formulas included. Nothing where
        the header row is what it was.
    """
    header, header_now = _header(before, 0), _header(after, 0)
    if header == header_now:
        return {}
    pushed_down = _pushed_down(before, after, {column for _, column in written})
    back: dict[tuple[int, int], Filled] = {}
    for (row, column), value in written.items():
        if after.value(row, column) != value:
            continue  # it moved along with its column, or somebody has typed over it
        if row == pushed_down:
            back[row, column] = before.entered(0, column)
        elif pushed_down is None and header.get(column) != header_now.get(column):
            back[row, column] = _former(before, after, row, column)
    return back


def _header(grid: TabGrid, row: int) -> dict[int, Filled]:
    """A row's cells that are not blank, by column."""
    cells = {column: grid.value(row, column) for column in range(len(grid.rows[row]))} if grid.rows else {}
    return {column: cell for column, cell in cells.items() if not is_blank(cell)}


def _pushed_down(before: TabGrid, after: TabGrid, columns: set[int]) -> int | None:
    """The row where the header stands now if rows were inserted above it; our own columns may be spoilt."""
    header = {column: cell for column, cell in _header(before, 0).items() if column not in columns}
    for row in range(1, min(len(after.rows), _ROWS_OF_A_HEADER)):
        if header and all(after.value(row, column) == cell for column, cell in header.items()):
            return row
    return None


def _former(before: TabGrid, after: TabGrid, row: int, column: int) -> Filled:
    """What stood in a cell before we wrote into it; `""` for a column that was not there."""
    title = after.value(0, column)
    place = next((c for c, cell in _header(before, 0).items() if cell == title), None)
    if is_blank(title) or place is None:
        return ""
    name = next((n for n, position in after.layout.positions.items() if position == column), None)
    others = [cell for cell in after.pm_cells(row) if cell[0] != name]
    for candidate in (row, *range(1, len(before.rows))):
        if [cell for cell in before.pm_cells(candidate) if cell[0] != name] == others:
            return before.entered(candidate, place)
    return ""
