"""Row statuses: what validation says of each input row, written beside it (workbook.md, *Writing*)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.workbook.action_answers import AnswerPlan, write_with_answers
from optcenter_pipeline.workbook.cell_text import fitting_text
from optcenter_pipeline.workbook.cell_writing import (
    CellMap,
    Grids,
    NoteMap,
    Written,
    same,
)
from optcenter_pipeline.workbook.grid import Formula, TabGrid, value_key
from optcenter_pipeline.workbook.header_notes import HeaderNotes, formula_lines, formulas_left, newest_stamp
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
    untold: tuple[str, ...] = ()
    """Rows without a key of their own whose content is not there any more; also told in the header's note."""
    formulas: tuple[str, ...] = ()
    """System cells that a formula fills, left as they are; also told in the header's note."""
    shortened: tuple[str, ...] = ()
    """Texts that a cell cannot hold, `Tab: key column`."""
    errors: tuple[str, ...] = ()
    """Tabs that could not be written, and why."""


def write_statuses(
    workbook: Workbook, statuses: Sequence[RowStatus], *, answers: AnswerPlan | None = None
) -> WriteReport:
    """Write the three system columns of the judged rows, and nothing else.

    A row that was edited since gets nothing, and what lands on a wrong row because somebody moved rows at that
    moment is mended. Repeating it writes nothing.

    Args:
        workbook: where to.
        statuses: what the rows are told.
        answers: to requests; they go out in the same requests, and stand in no report.

    Raises:
        WorkbookError: the workbook could not be read or written.
    """
    plan = _StatusPlan(statuses)
    tabs = [TAB_BY_NAME[name] for name in plan.expected]
    if not tabs and answers is None:
        return WriteReport()
    outcome = write_with_answers(workbook, tabs, plan.cells, plan.notes, answers)
    errors = [
        f"{name}: people moved rows at every attempt; {count} cells may not be right; save again"
        for name, count in outcome.unmended.items()
    ]
    lost: list[_Lost] = []
    found = 0
    for name in plan.expected:
        grid = outcome.grids.get(name)
        problem = f"{name}: the workbook has no such tab" if grid is None else _problem(grid)
        if grid is None or problem:
            errors.append(problem)
            continue
        lost_here = plan.lost(grid)
        found += plan.count(name) - len(lost_here)
        lost += lost_here
    unchanged = min(plan.unchanged, found)
    return WriteReport(
        found - unchanged,
        unchanged,
        edited=tuple(row.name for row in lost if row.has_own_key and row.is_there),
        gone=tuple(row.name for row in lost if row.has_own_key and not row.is_there),
        untold=tuple(row.line for row in lost if not row.has_own_key),
        formulas=formulas_left(outcome),
        shortened=tuple(f"{s.tab}: {s.key} run_status" for s in statuses if s.stamps[0] != s.run_status),
        errors=tuple(errors),
    )


@dataclass(frozen=True, slots=True)
class _Lost:
    """A judged row whose content stands nowhere any more."""

    status: RowStatus
    has_own_key: bool
    """Whether its key is neither blank nor another row's."""
    is_there: bool
    """Whether a row has its key: then it was edited."""

    @property
    def name(self) -> str:
        """`Tab: key`."""
        return f"{self.status.tab}: {self.status.key}"

    @property
    def line(self) -> str:
        """For a row that its key does not name."""
        why = f"the key {self.status.key!r} is another row's too" if self.status.key else "its key is blank"
        return (
            f"{self.status.tab}!{self.status.row_num}: edited or removed while it was being judged, and {why}, so "
            "it could not be told which row that is now; give every row a key of its own, then save again"
        )


class _StatusPlan:
    """Which stamps have to be written, asked before the first write and after each."""

    def __init__(self, statuses: Sequence[RowStatus]) -> None:
        self.expected: dict[str, dict[str, list[RowStatus]]] = {}
        for status in sorted(statuses, key=lambda s: s.row_num):
            self.expected.setdefault(status.tab, {}).setdefault(status.content_hash, []).append(status)
        self.unchanged = 0
        """Rows that said the same already at the first look."""
        self._marks = {(status.tab, (status.updated_source, status.updated_at)) for status in statuses}
        self._first: dict[str, TabGrid] = {}
        self._former: dict[str, dict[str, list[_Stamps]]] = {}
        self._keys = Counter((status.tab, fold(status.key)) for status in statuses)
        self._notes = HeaderNotes()

    def cells(self, grids: Grids, written: Mapping[str, Written]) -> dict[str, CellMap]:
        """See `Plan`."""
        usable = {name: grid for name, grid in grids.items() if not _problem(grid)}
        return {name: self._tab_cells(name, grid, written.get(name)) for name, grid in usable.items()}

    def notes(
        self, grids: Grids, written: Mapping[str, Written], formulas: Mapping[str, CellMap]
    ) -> dict[str, NoteMap]:
        """See `NotePlan`."""
        notes = {}
        for name, grid in grids.items():
            if not _problem(grid):
                lines = [row.line for row in self.lost(grid) if not row.has_own_key]
                lines += formula_lines(grid, formulas.get(name, {}))
                head = newest_stamp((s.updated_at, s.updated_source) for s in self._statuses(name))
                notes[name] = self._notes.wanted(grid, written.get(name, Written()), head, lines)
        return notes

    def lost(self, grid: TabGrid) -> list[_Lost]:
        """Statuses of a tab that belong to no row of it."""
        name = grid.tab.name
        verdicts = (_verdict(self.expected[name], content, turn) for _, content, turn in _turns(grid))
        paired = {id(status) for status in verdicts if status is not None}
        unpaired = [status for status in self._statuses(name) if id(status) not in paired]
        there = {fold(grid.row_key(row)) for row in range(1, len(grid.rows))} if unpaired else set()
        return [
            _Lost(s, bool(s.key) and self._keys[name, fold(s.key)] == 1, fold(s.key) in there) for s in unpaired
        ]

    def count(self, name: str) -> int:
        """Statuses of a tab."""
        return sum(map(len, self.expected[name].values()))

    def _statuses(self, name: str) -> Iterator[RowStatus]:
        for same_content in self.expected[name].values():
            yield from same_content

    def _tab_cells(self, name: str, grid: TabGrid, written: Written | None) -> CellMap:
        first = self._first.setdefault(name, grid)
        ours = written.values if written else set()
        places = [grid.layout.positions[column] for column in _STAMP_NAMES]
        had_formulas, has_formulas = _has_formulas(first), _has_formulas(grid)
        cells: CellMap = {}
        for row, content, turn in _turns(grid):
            there = _stamps(grid, row, places)
            status = _verdict(self.expected[name], content, turn)
            if status is not None:
                wanted = status.stamps
                if had_formulas and ours:
                    wanted = _with_formulas(wanted, there, self._was(name, content, turn), ours)
            elif written and ((name, there[1:]) in self._marks or _is_spoilt(there, written, ours)):
                # ours, on content that we did not judge: it landed wrong, or the row was edited since
                wanted = _BLANK if grid.is_blank_row(row) else self._was(name, content, turn)
            else:
                continue
            wrong = [place for place, cell, new in zip(places, there, wanted, strict=True) if not same(cell, new)]
            is_left = not wrong or (has_formulas and all(grid.is_formula(row, place) for place in wrong))
            self.unchanged += first is grid and status is not None and is_left
            # all three or none, so that a stray is known by what stands beside it
            for place, new in zip(places, wanted, strict=True):
                if not is_left or place in wrong:
                    cells[row, place] = new
        return cells

    def _was(self, name: str, content: str, turn: int) -> _Stamps:
        """What a row said before anything was written."""
        if name not in self._former:
            self._former[name] = _stamps_by_content(self._first[name])
        known = self._former[name].get(content, [])
        return known[turn] if turn < len(known) else _BLANK


def _with_formulas(new: _Stamps, there: _Stamps, was: _Stamps, ours: set[tuple[bool, Filled]]) -> _Stamps:
    """The stamps, but a formula that was moved into the way of a write of ours comes back."""
    return tuple(
        old if isinstance(old, Formula) and value_key(cell) in ours else stamp
        for cell, old, stamp in zip(there, was, new, strict=True)
    )


def _turns(grid: TabGrid) -> Iterator[tuple[int, str, int]]:
    """Every row below the header with its content's hash, and how many rows above have the same."""
    turns: dict[str, int] = {}
    for row in range(1, len(grid.rows)):
        content = grid.content_hash(row)
        turns[content] = turns.get(content, -1) + 1
        yield row, content, turns[content]


def _verdict(expected: Mapping[str, list[RowStatus]], content: str, turn: int) -> RowStatus | None:
    """The verdict on a row; of equal rows the first verdict is the first row's, and the last that of all copies."""
    verdicts = expected.get(content)
    return verdicts[min(turn, len(verdicts) - 1)] if verdicts else None


def _is_spoilt(there: _Stamps, written: Written, ours: set[tuple[bool, Filled]]) -> bool:
    """Whether one stamp may have landed in another's column."""
    return written.have_columns_moved and any(cell != "" and value_key(cell) in ours for cell in there)


def _stamps_by_content(grid: TabGrid) -> dict[str, list[_Stamps]]:
    """What the rows of a tab say, formulas as they were typed."""
    places = [grid.layout.positions[column] for column in _STAMP_NAMES]
    stamps: dict[str, list[_Stamps]] = {}
    for row, content, _ in _turns(grid):
        stamps.setdefault(content, []).append(tuple(grid.entered(row, place) for place in places))
    return stamps


def _stamps(grid: TabGrid, row: int, places: Sequence[int]) -> _Stamps:
    if len(grid.rows[row]) <= min(places):
        return _BLANK
    return tuple(grid.value(row, place) for place in places)


def _has_formulas(grid: TabGrid) -> bool:
    """Whether a formula fills a cell of the system's anywhere, as far as the look could see."""
    places = set(grid.system_positions.values())
    return grid.details is not None and any(column in places for _, column in grid.details.formulas)


def _problem(grid: TabGrid) -> str:
    """Why a tab cannot take statuses; empty if it can."""
    if grid.layout.error:
        return f"{grid.tab.name}: {grid.layout.error}"
    lacking = [name for name in _STAMP_NAMES if name not in grid.layout.positions]
    if lacking:
        return f"{grid.tab.name}: no column {', '.join(lacking)}; run `optcenter workbook init` to add it"
    return ""
