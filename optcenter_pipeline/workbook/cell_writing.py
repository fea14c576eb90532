"""Writing cells while people work in the sheet: find, write, read back, mend until right.

Finding a row and writing it are two requests, and a person can sort, insert or delete between them. So a plan
says from a fresh look which cells are not as they should be; what it says is written in one atomic request, with
the rows that the grid lacks and the notes on headers; and the plan is asked again on what then stands there,
until it has nothing more to say. A cell that a formula fills is never written.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from optcenter_pipeline.workbook.columns import Tab
from optcenter_pipeline.workbook.errors import WorkbookRefusedError
from optcenter_pipeline.workbook.full_look import look_at_grids
from optcenter_pipeline.workbook.grid import Formula, TabGrid, read_grids, value_key
from optcenter_pipeline.workbook.stray_cells import has_other_header, misplaced_cells, stray_cells
from optcenter_pipeline.workbook.workbook import Filled, Workbook

CellMap = dict[tuple[int, int], Filled]
"""Cells of one tab by 0-based (row, column) → what they should hold; `""` for nothing."""

NoteMap = dict[int, str]
"""Notes of one tab's header row by 0-based column; `""` for none."""

ATTEMPTS = 6
_SPARE_ROWS = 100
_MANY = 20
"""Cells with one value below each other that are worth a request of their own."""


@dataclass
class Written:
    """What was written into one tab so far by one call."""

    first: TabGrid | None = None
    """The tab before anything was written."""
    cells: CellMap = field(default_factory=dict)
    row_count: int = 0
    """Of the grid after the last write, if nobody else has changed it."""
    notes: set[str] = field(default_factory=set)
    have_columns_moved: bool = False
    """Whether the header row was another at any look since."""

    @property
    def values(self) -> set[tuple[bool, Filled]]:
        """What was written, as `value_key` gives it."""
        return {value_key(value) for value in self.cells.values()}


Grids = Mapping[str, TabGrid]
Plan = Callable[[Grids, Mapping[str, Written]], dict[str, CellMap]]
"""(tabs as they stand, what was written so far) → what has to be written, by tab."""

NotePlan = Callable[[Grids, Mapping[str, Written], Mapping[str, CellMap]], dict[str, NoteMap]]
"""(tabs as a full look sees them, what was written so far, cells that formulas fill) → notes to write, by tab."""


@dataclass(frozen=True)
class Outcome:
    """How a write ended."""

    grids: Grids
    """The tabs as they stood at the last look."""
    writes: int
    """Requests that wrote cells."""
    unmended: Mapping[str, int] = field(default_factory=dict)
    """Tab → cells that are still not right: people kept moving rows at every attempt."""
    formulas: Mapping[str, CellMap] = field(default_factory=dict)
    """Cells that formulas fill, and what should have been written there, by tab."""


def write_until_right(
    workbook: Workbook, tabs: Sequence[Tab], plan: Plan, notes: NotePlan | None = None
) -> Outcome:
    """Carry out a plan; with nobody interfering two reads and one write, or one read where all is right already.

    Raises:
        WorkbookError: the workbook could not be read or written.
    """
    grids = look_at_grids(workbook, tabs)
    written: dict[str, Written] = {}
    writes = 0
    wanted = _Wanted.from_plan(grids, plan, notes, written)
    while not wanted.is_nothing and writes < ATTEMPTS:
        before = grids
        writes += 1
        try:
            workbook.structural_update(wanted.requests(grids), idempotent=True)
        except WorkbookRefusedError:
            # rows or a whole tab that were there at the last look may be gone by now; if not, it stays refused
            grids = look_at_grids(workbook, tabs)
            refused, wanted = wanted, _Wanted.from_plan(grids, plan, notes, written)
            if writes == ATTEMPTS or (wanted == refused and _sizes(grids) == _sizes(before)):
                raise
            continue
        wanted.remember(grids, written)
        if not wanted.notes:
            # values are quick to read and mostly all right; what has to be mended is planned from a full look
            grids = read_grids(workbook, tabs)
            rest = _Wanted.from_plan(grids, plan, None, written, before, wanted.cells)
            if rest.lies_within(wanted.formulas):
                return Outcome(grids, writes, {}, wanted.formulas)
        grids = look_at_grids(workbook, tabs)
        wanted = _Wanted.from_plan(grids, plan, notes, written, before, wanted.cells)
    unmended = {name: len(cells) for name, cells in wanted.cells.items()}
    return Outcome(grids, writes, unmended, wanted.formulas)


@dataclass(frozen=True)
class _Wanted:
    """What has to be written now, by tab; tabs that need nothing are left out."""

    cells: dict[str, CellMap]
    formulas: dict[str, CellMap]
    """What has to stay unwritten, since formulas stand there."""
    notes: dict[str, NoteMap]

    @classmethod
    def from_plan(
        cls,
        grids: Grids,
        plan: Plan,
        notes: NotePlan | None,
        written: Mapping[str, Written],
        before: Grids | None = None,
        last: Mapping[str, CellMap] | None = None,
    ) -> "_Wanted":
        """Ask the plan; cells of the last write that landed in a wrong column are put back as well."""
        moved = {}
        for name, so_far in written.items():
            if name in grids and so_far.first is not None:
                so_far.have_columns_moved |= has_other_header(so_far.first, grids[name])
                if so_far.have_columns_moved:
                    strays = stray_cells(before[name], grids[name], last.get(name, {})) if before and last else {}
                    moved[name] = strays | misplaced_cells(so_far.first, grids[name], so_far.values)
        wanted = plan(grids, written)
        wanted |= {name: {**strays, **wanted.get(name, {})} for name, strays in moved.items()}
        free: dict[str, CellMap] = {}
        formulas: dict[str, CellMap] = {}
        for name, cells in wanted.items():
            details = grids[name].details
            filled = cells.keys() & details.formulas.keys() if details else set()
            if filled:
                formulas[name] = {place: value for place, value in cells.items() if place in filled}
            if len(filled) < len(cells):
                free[name] = {p: v for p, v in cells.items() if p not in filled} if filled else cells
        told = notes(grids, written, formulas) if notes else {}
        return cls(free, formulas, {name: headers for name, headers in told.items() if headers})

    @property
    def is_nothing(self) -> bool:
        """Whether all is right as it stands."""
        return not self.cells and not self.notes

    def lies_within(self, formulas: Mapping[str, CellMap]) -> bool:
        """Whether nothing is wanted but cells that formulas fill."""
        return all(cells.items() <= formulas.get(name, {}).items() for name, cells in self.cells.items())

    def remember(self, grids: Grids, written: dict[str, Written]) -> None:
        """Add to what was written."""
        for name in {**self.cells, **self.notes}:
            so_far = written.setdefault(name, Written(grids[name]))
            cells = self.cells.get(name, {})
            so_far.cells.update(cells)
            so_far.row_count = grids[name].row_count + rows_to_add(grids[name], cells)
            so_far.notes.update(self.notes.get(name, {}).values())

    def requests(self, grids: Grids) -> list[dict[str, Any]]:
        """One batch in Google's shape: rows that the grids lack first, then cells, then notes.

        Rows are appended and never set to a number: a number from a look that is no longer fresh would cut off
        what somebody added since. Repeating the batch adds blank rows, which nobody minds.
        """
        growth, writes = [], []
        for name in {**self.cells, **self.notes}:
            grid = grids[name]
            sheet_id = grid.details.sheet_id if grid.details else 0
            lacking = rows_to_add(grid, self.cells.get(name, {}))
            if lacking:
                rows = {"sheetId": sheet_id, "dimension": "ROWS", "length": lacking}
                growth.append({"appendDimension": rows})
            for block in blocks_of(self.cells.get(name, {})):
                writes += _cell_requests(sheet_id, *block)
            for column, note in self.notes.get(name, {}).items():
                start = {"sheetId": sheet_id, "rowIndex": 0, "columnIndex": column}
                rows_of_notes = [{"values": [{"note": note}]}]
                writes.append({"updateCells": {"start": start, "rows": rows_of_notes, "fields": "note"}})
        return [*growth, *writes]


def _sizes(grids: Grids) -> dict[str, tuple[int, int]]:
    return {name: (grid.row_count, grid.column_count) for name, grid in grids.items()}


def rows_to_add(grid: TabGrid, cells: CellMap) -> int:
    """How many rows the grid has to grow by for these cells, with some to spare; 0 if they fit."""
    needed = max((row + 1 for row, _ in cells), default=0)
    return needed - grid.row_count + _SPARE_ROWS if needed > grid.row_count else 0


def blocks_of(cells: CellMap) -> list[tuple[int, int, list[list[Filled]]]]:
    """The cells as rectangles (first row, first column, values row by row) without any cell between."""
    by_row: dict[int, list[int]] = {}
    for row, column in sorted(cells):
        by_row.setdefault(row, []).append(column)
    blocks: list[tuple[int, int, list[list[Filled]]]] = []
    open_blocks: dict[tuple[int, int], tuple[int, int, list[list[Filled]]]] = {}
    """(first column, its width) → the block that ends in the row above."""
    for row, columns in by_row.items():
        still_open: dict[tuple[int, int], tuple[int, int, list[list[Filled]]]] = {}
        for first, width in _runs(columns):
            block = open_blocks.get((first, width))
            if block is None or block[0] + len(block[2]) != row:
                block = (row, first, [])
                blocks.append(block)
            block[2].append([cells[row, column] for column in range(first, first + width)])
            still_open[first, width] = block
        open_blocks = still_open
    return blocks


def _runs(columns: Sequence[int]) -> list[tuple[int, int]]:
    """First and length of each run of consecutive numbers."""
    runs: list[tuple[int, int]] = []
    for column in columns:
        if runs and sum(runs[-1]) == column:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((column, 1))
    return runs


def _cell_requests(
    sheet_id: int, row: int, column: int, values: Sequence[Sequence[Filled]]
) -> list[dict[str, Any]]:
    """Requests that fill a rectangle; what stands many times below each other is sent once."""
    requests: list[dict[str, Any]] = []
    rest: CellMap = {}
    for place, cells in enumerate(zip(*values, strict=True), start=column):
        above = row
        for (kind, value), alike in groupby(cells, key=lambda cell: (type(cell), cell)):
            below = above + sum(1 for _ in alike)
            if below - above >= _MANY and kind is not Formula:
                requests.append(_repeat_cell(sheet_id, (above, below), place, value))
            else:
                rest.update({(number, place): value for number in range(above, below)})
            above = below
    if not requests:
        return [_update_cells(sheet_id, row, column, values)]
    return [*requests, *(_update_cells(sheet_id, *block) for block in blocks_of(rest))]


def _repeat_cell(sheet_id: int, rows: tuple[int, int], column: int, value: Filled) -> dict[str, Any]:
    area = {
        "sheetId": sheet_id,
        "startRowIndex": rows[0],
        "endRowIndex": rows[1],
        "startColumnIndex": column,
        "endColumnIndex": column + 1,
    }
    return {"repeatCell": {"range": area, "cell": _entered(value), "fields": "userEnteredValue"}}


def _update_cells(sheet_id: int, row: int, column: int, values: Sequence[Sequence[Filled]]) -> dict[str, Any]:
    start = {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column}
    rows = [{"values": [_entered(value) for value in line]} for line in values]
    return {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}


def _entered(value: Filled) -> dict[str, Any]:
    """A value as `CellData`: text stays text whatever it begins with, and nothing clears the cell."""
    if isinstance(value, Formula):
        kind = "formulaValue"
    elif isinstance(value, bool):
        kind = "boolValue"
    else:
        kind = "stringValue" if isinstance(value, str) else "numberValue"
    return {} if value == "" else {"userEnteredValue": {kind: value}}


def same(cell: Filled, wanted: Filled) -> bool:
    """Whether a cell already holds what it should; numbers to the 15 digits that a sheet keeps."""
    if type(cell) is type(wanted) is str and cell == wanted:
        return True
    if isinstance(cell, bool) or isinstance(wanted, bool):
        return cell is wanted
    if isinstance(cell, str) or isinstance(wanted, str):
        return (
            isinstance(cell, str)
            and isinstance(wanted, str)
            and isinstance(cell, Formula) == isinstance(wanted, Formula)
            and (cell == wanted or cell.replace("\r\n", "\n") == wanted.replace("\r\n", "\n"))
        )
    return abs(cell - wanted) <= 1e-14 * max(abs(cell), abs(wanted))
