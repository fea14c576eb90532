"""Undoing what landed in people's cells, because somebody moved columns between our look and our write."""

from collections import Counter
from collections.abc import Mapping

from optcenter_pipeline.workbook.columns import Owner
from optcenter_pipeline.workbook.grid import TabGrid, is_blank, value_key
from optcenter_pipeline.workbook.workbook import Filled

Cells = dict[tuple[int, int], Filled]
"""By 0-based (row, column)."""

_ROWS_OF_A_HEADER = 20
"""A header row that was pushed down is looked for so far."""


def stray_cells(before: TabGrid, after: TabGrid, written: Mapping[tuple[int, int], Filled]) -> Cells:
    """What has to be put back right after a write.

    Args:
        before: the tab as it stood when the write was planned.
        after: as it stands now.
        written: the write.

    Returns:
        Cells below other headers that still hold what was written there → what they held before, formulas
        included. Nothing where the header row is what it was.
    """
    header, header_now = _header(before, 0), _header(after, 0)
    if header == header_now:
        return {}
    pushed_down = _pushed_down(before, after, {column for _, column in written})
    back: Cells = {}
    for (row, column), value in written.items():
        if after.value(row, column) != value:
            continue  # it moved along with its column, or somebody has typed over it
        if row == pushed_down:
            back[row, column] = before.entered(0, column)
        elif pushed_down is None and header.get(column) != header_now.get(column):
            back[row, column] = _former(before, after, row, column)
    return back


def misplaced_cells(first: TabGrid, now: TabGrid, values: set[tuple[bool, Filled]]) -> Cells:
    """What has to be put back wherever rows were moved to since.

    Args:
        first: the tab before anything was written.
        now: as it stands.
        values: everything that was written into it, as `value_key` gives it.

    Returns:
        People's cells that hold something written and did not hold it at first → what they held. A row is known
        again by its other cells, else by its key; one that is not known is left alone, unless the system made it.
    """
    columns_first, columns = _peoples_columns(first), _peoples_columns(now)
    named = [name for name in first.system_positions if name in first.tab.key_columns]
    indexes: dict[frozenset[str], _Index] = {}
    back: Cells = {}
    for row in range(1, len(now.rows)):
        suspects = {
            header: column
            for header, column in columns.items()
            if not is_blank(now.value(row, column)) and value_key(now.value(row, column)) in values
        }
        if not suspects:
            continue
        rest = frozenset(columns_first.keys() & columns.keys() - suspects.keys())
        index = indexes.setdefault(rest, _Index(first, columns_first, rest, named))
        former = index.row_like(now, columns, row)
        for header, column in suspects.items():
            if former is None or header not in columns_first:
                was: Filled = ""
            else:
                was = first.entered(former, columns_first[header])
            is_new = header not in columns_first or bool(named) or index.says_nothing(now, columns, row)
            if (former is not None or is_new) and value_key(was) != value_key(now.value(row, column)):
                back[row, column] = was
    return back


class _Index:
    """The rows of a tab by some of their cells."""

    def __init__(
        self, grid: TabGrid, columns: Mapping[str, int], headers: frozenset[str], named: list[str]
    ) -> None:
        self._headers = sorted(headers)
        self._named = named
        self._rows: dict[tuple[Filled, ...], list[int]] = {}
        self._keys: dict[str, int] = {}
        self._asked: Counter[tuple[Filled, ...]] = Counter()
        for row in range(1, len(grid.rows)):
            self._rows.setdefault(self._identity(grid, columns, row), []).append(row)
            self._keys.setdefault(grid.row_key(row), row)

    def row_like(self, grid: TabGrid, columns: Mapping[str, int], row: int) -> int | None:
        """The row with the same cells, the next one of several; else the one with the same key."""
        identity = self._identity(grid, columns, row)
        rows = self._rows.get(identity, [])
        turn = self._asked[identity]
        self._asked[identity] += 1
        if turn < len(rows):
            return rows[turn]
        return self._keys.get(grid.row_key(row)) if grid.row_key(row) else None

    def says_nothing(self, grid: TabGrid, columns: Mapping[str, int], row: int) -> bool:
        """Whether all those cells of a row are blank."""
        return all(is_blank(cell) for cell in self._identity(grid, columns, row))

    def _identity(self, grid: TabGrid, columns: Mapping[str, int], row: int) -> tuple[Filled, ...]:
        cells = (grid.value(row, columns[header]) for header in self._headers)
        return (*cells, *(grid.named(row, name) for name in self._named))


def _peoples_columns(grid: TabGrid) -> dict[str, int]:
    """Header → column of all that is not the system's nor a formula's; `""` for one without a header."""
    owned = {grid.layout.positions.get(c.name) for c in grid.tab.columns if c.owner is not Owner.PM}
    width = max((len(line) for line in grid.rows), default=0)
    return {str(grid.value(0, column)).strip(): column for column in range(width) if column not in owned}


def has_other_header(before: TabGrid, after: TabGrid) -> bool:
    """Whether the header row is not what it was."""
    return _header(before, 0) != _header(after, 0)


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
