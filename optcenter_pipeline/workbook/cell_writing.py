"""Writing cells while people work in the sheet: find, write, read back, mend until right.

Finding a row and writing it are two requests, and a person can sort, insert or delete between them. So a plan
says from a fresh read which cells are not as they should be; what it says is written in one request; and the
plan is asked again on what then stands there, until it has nothing more to say.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from optcenter_pipeline.workbook.columns import Tab
from optcenter_pipeline.workbook.errors import WorkbookRefusedError
from optcenter_pipeline.workbook.grid import TabGrid, read_grids
from optcenter_pipeline.workbook.stray_cells import stray_cells
from optcenter_pipeline.workbook.workbook import Cell, Filled, RangeWrite, Workbook, cell_range

CellMap = dict[tuple[int, int], Filled]
"""Cells of one tab by 0-based (row, column) → what they should hold; `""` for nothing."""

Plan = Callable[[Mapping[str, TabGrid], Mapping[str, CellMap]], dict[str, CellMap]]
"""(tabs as they stand, what was written so far by this call) → what has to be written, by tab."""

ATTEMPTS = 6
_SPARE_ROWS = 100
_WIDEST_GAP = 20
"""Rows of one range may lie so far apart; the cells between are skipped, not written."""


@dataclass(frozen=True)
class Outcome:
    """How a write ended."""

    grids: Mapping[str, TabGrid]
    """The tabs as they stood at the last look."""
    writes: int
    """Requests that wrote cells."""
    unmended: Mapping[str, int] = field(default_factory=dict)
    """Tab → cells that are still not right: people kept moving rows at every attempt."""


def write_until_right(workbook: Workbook, tabs: Sequence[Tab], plan: Plan) -> Outcome:
    """Carry out a plan; with nobody interfering two reads and one write, or one read where all is right already.

    Raises:
        WorkbookError: the workbook could not be read or written.
    """
    grids = read_grids(workbook, tabs)
    written: dict[str, CellMap] = {}
    writes = 0
    cells = _filled(plan(grids, written))
    while cells and writes < ATTEMPTS:
        before = grids
        writes += 1
        try:
            _grow(workbook, grids, cells)
            workbook.batch_update(
                [write for name, planned in cells.items() for write in ranges_of(grids[name].tab.name, planned)]
            )
        except WorkbookRefusedError:
            # rows or a whole tab that were there at the last look may be gone by now
            if writes == ATTEMPTS:
                raise
            grids = read_grids(workbook, tabs)
            cells = _filled(plan(grids, written))
            continue
        for name, planned in cells.items():
            written.setdefault(name, {}).update(planned)
        grids = read_grids(workbook, tabs)
        strays = {
            name: stray_cells(before[name], grids[name], planned)
            for name, planned in cells.items()
            if name in grids
        }
        wanted = plan(grids, written)
        cells = _filled({name: {**strays.get(name, {}), **wanted.get(name, {})} for name in {**strays, **wanted}})
    return Outcome(grids, writes, {name: len(planned) for name, planned in cells.items()})


def _filled(cells: Mapping[str, CellMap]) -> dict[str, CellMap]:
    """Without the tabs that need nothing."""
    return {name: planned for name, planned in cells.items() if planned}


def _grow(workbook: Workbook, grids: Mapping[str, TabGrid], cells: Mapping[str, CellMap]) -> None:
    """Add rows to grids that are too short, in one request.

    Rows are appended and never set to a number: a number from a look that is no longer fresh would cut off what
    somebody added since. Repeating it adds blank rows, which nobody minds.
    """
    lacking = {name: max(row for row, _ in planned) + 1 - grids[name].row_count for name, planned in cells.items()}
    lacking = {name.casefold(): rows for name, rows in lacking.items() if rows > 0}
    if not lacking:
        return
    requests = [
        {
            "appendDimension": {
                "sheetId": sheet.sheet_id,
                "dimension": "ROWS",
                "length": lacking[sheet.title.casefold()],
            }
        }
        for sheet in workbook.sheets()
        if sheet.title.casefold() in lacking
    ]
    workbook.structural_update(requests, idempotent=True)


def rows_to_add(grid: TabGrid, cells: CellMap) -> int:
    """How many rows the grid has to grow by for these cells, with some to spare; 0 if they fit."""
    needed = max((row + 1 for row, _ in cells), default=0)
    return needed - grid.row_count + _SPARE_ROWS if needed > grid.row_count else 0


def ranges_of(title: str, cells: CellMap) -> list[RangeWrite]:
    """The cells as ranges: one for each block of neighbouring columns and rows that lie close together."""
    by_columns: dict[tuple[int, int], list[int]] = {}
    columns = sorted({column for _, column in cells})
    for _, group in groupby(enumerate(columns), lambda pair: pair[1] - pair[0]):
        run = [column for _, column in group]
        inside = set(run)
        by_columns[run[0], run[-1]] = sorted({row for row, column in cells if column in inside})
    ranges = []
    for (first, last), rows in by_columns.items():
        start = 0
        for end in range(1, len(rows) + 1):
            if end == len(rows) or rows[end] - rows[end - 1] > _WIDEST_GAP:
                block = range(rows[start], rows[end - 1] + 1)
                values: list[list[Cell]] = [
                    [cells.get((row, column)) for column in range(first, last + 1)] for row in block
                ]
                ranges.append(RangeWrite(cell_range(title, block[0], first, block[-1], last), values))
                start = end
    return ranges


def same(cell: Filled, wanted: Filled) -> bool:
    """Whether a cell already holds what it should; numbers to the 15 digits that a sheet keeps."""
    if isinstance(cell, bool) or isinstance(wanted, bool):
        return cell is wanted
    if isinstance(cell, str) or isinstance(wanted, str):
        return (
            isinstance(cell, str)
            and isinstance(wanted, str)
            and (cell == wanted or cell.replace("\r\n", "\n") == wanted.replace("\r\n", "\n"))
        )
    return abs(cell - wanted) <= 1e-14 * max(abs(cell), abs(wanted))
