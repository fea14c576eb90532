"""Row statuses: what validation says of each input row, written beside it (workbook.md, *Writing*)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.workbook.cell_text import fitting_text
from optcenter_pipeline.workbook.cell_writing import CellMap, same, write_until_right
from optcenter_pipeline.workbook.grid import TabGrid
from optcenter_pipeline.workbook.tabs import STAMPS, TAB_BY_NAME
from optcenter_pipeline.workbook.workbook import Filled, Workbook

_STAMP_NAMES = tuple(column.name for column in STAMPS)
_Stamps = tuple[Filled, ...]
_BLANK: _Stamps = ("", "", "")


class RowStatus(NamedTuple):
    """The verdict on one row's content. The row is found by its content, wherever it stands by now."""

    tab: str
    row_num: int
    """Where it stood; of rows with equal content the first verdict goes to the first row."""
    key: str
    """For reports."""
    content_hash: str
    run_status: str
    updated_source: str
    updated_at: str

    @property
    def stamps(self) -> _Stamps:
        """The three cells."""
        return (fitting_text(self.run_status), self.updated_source, self.updated_at)


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What a write-back did."""

    written: int = 0
    """Rows that got new cells."""
    unchanged: int = 0
    """Rows that said the same already."""
    edited: tuple[str, ...] = ()
    """Rows whose content changed since it was judged, `Tab: key`; they got nothing."""
    gone: tuple[str, ...] = ()
    """Rows that are no longer there."""
    shortened: tuple[str, ...] = ()
    """Texts that a cell cannot hold, `Tab: key column`."""
    errors: tuple[str, ...] = ()
    """Tabs that could not be written, and why."""


def write_statuses(workbook: Workbook, statuses: Sequence[RowStatus]) -> WriteReport:
    """Write the three system columns of the judged rows, and nothing else.

    A row that was edited since gets nothing, and what lands on a wrong row because somebody moved rows at that
    moment is mended. Repeating it writes nothing.

    Raises:
        WorkbookError: the workbook could not be read or written.
    """
    plan = _StatusPlan(statuses)
    tabs = [TAB_BY_NAME[name] for name in dict.fromkeys(status.tab for status in statuses)]
    if not tabs:
        return WriteReport()
    outcome = write_until_right(workbook, tabs, plan.cells)
    errors = [
        f"{name}: people moved rows at every attempt; {count} cells may not be right; save again"
        for name, count in outcome.unmended.items()
    ]
    edited: list[str] = []
    gone: list[str] = []
    found = 0
    for name, expected in plan.expected.items():
        grid = outcome.grids.get(name)
        problem = f"{name}: the workbook has no such tab" if grid is None else _problem(grid)
        if grid is None or problem:
            errors.append(problem)
            continue
        verdicts = (_verdict(expected, content, turn) for _, content, turn in _turns(grid))
        paired = {id(status) for status in verdicts if status is not None}
        found += len(paired)
        keys = {fold(grid.row_key(row)) for row in range(1, len(grid.rows))}
        for status in (s for same_content in expected.values() for s in same_content if id(s) not in paired):
            (edited if fold(status.key) in keys else gone).append(f"{name}: {status.key}")
    unchanged = min(plan.unchanged, found)
    shortened = [f"{s.tab}: {s.key} run_status" for s in statuses if s.stamps[0] != s.run_status]
    return WriteReport(found - unchanged, unchanged, tuple(edited), tuple(gone), tuple(shortened), tuple(errors))


class _StatusPlan:
    """Which stamps have to be written, asked before the first write and after each."""

    def __init__(self, statuses: Sequence[RowStatus]) -> None:
        self.expected: dict[str, dict[str, list[RowStatus]]] = {}
        for status in sorted(statuses, key=lambda s: s.row_num):
            self.expected.setdefault(status.tab, {}).setdefault(status.content_hash, []).append(status)
        self.unchanged = 0
        """Rows that said the same already at the first look."""
        self._marks = {(status.tab, status.stamps[1:]) for status in statuses}
        self._former: dict[str, dict[str, list[_Stamps]]] = {}

    def cells(self, grids: Mapping[str, TabGrid], written: Mapping[str, CellMap]) -> dict[str, CellMap]:
        """See `Plan`."""
        usable = {name: grid for name, grid in grids.items() if not _problem(grid)}
        return {name: self._tab_cells(name, grid, name in written) for name, grid in usable.items()}

    def _tab_cells(self, name: str, grid: TabGrid, is_look_back: bool) -> CellMap:
        former = self._former.get(name)
        if former is None:
            former = self._former[name] = _stamps_by_content(grid)
            is_first = True
        else:
            is_first = False
        cells: CellMap = {}
        for row, content, turn in _turns(grid):
            there = _stamps(grid, row)
            status = _verdict(self.expected[name], content, turn)
            if status is not None:
                wanted = status.stamps
                self.unchanged += is_first and _equal(there, wanted)
            elif is_look_back and (name, there[1:]) in self._marks:
                # ours, on content that we did not judge: it landed wrong, or the row was edited since
                known = [] if grid.is_blank_row(row) else former.get(content, [])
                wanted = known[turn] if turn < len(known) else _BLANK
            else:
                continue
            if not _equal(there, wanted):
                places = [grid.layout.positions[column] for column in _STAMP_NAMES]
                cells.update({(row, place): value for place, value in zip(places, wanted, strict=True)})
        return cells


def _turns(grid: TabGrid) -> Iterator[tuple[int, str, int]]:
    """Every row below the header with its content's hash, and how many rows above have the same."""
    turns: dict[str, int] = {}
    for row in range(1, len(grid.rows)):
        content = grid.content_hash(row)
        turns[content] = turns.get(content, -1) + 1
        yield row, content, turns[content]


def _verdict(expected: Mapping[str, list[RowStatus]], content: str, turn: int) -> RowStatus | None:
    """The verdict on a row; of rows with equal content the first verdict is the first row's."""
    verdicts = expected.get(content, ())
    return verdicts[turn] if turn < len(verdicts) else None


def _stamps_by_content(grid: TabGrid) -> dict[str, list[_Stamps]]:
    """What the rows said before anything was written."""
    stamps: dict[str, list[_Stamps]] = {}
    for row, content, _ in _turns(grid):
        stamps.setdefault(content, []).append(_stamps(grid, row))
    return stamps


def _stamps(grid: TabGrid, row: int) -> _Stamps:
    return tuple(grid.named(row, name) for name in _STAMP_NAMES)


def _equal(there: _Stamps, wanted: _Stamps) -> bool:
    return all(same(cell, value) for cell, value in zip(there, wanted, strict=True))


def _problem(grid: TabGrid) -> str:
    """Why a tab cannot take statuses; empty if it can."""
    if grid.layout.error:
        return f"{grid.tab.name}: {grid.layout.error}"
    lacking = [name for name in _STAMP_NAMES if name not in grid.layout.positions]
    if lacking:
        return f"{grid.tab.name}: no column {', '.join(lacking)}; run `optcenter workbook init` to add it"
    return ""
