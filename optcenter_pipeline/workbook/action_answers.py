"""Answers in the tab Actions: which system cells do not say yet what was promised to their request.

Rows are found by their request_id in the tab as it stands, so that people may sort, insert and delete meanwhile;
every look mends what the one before got wrong.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TypeVar

from optcenter_pipeline.rows.action_request import ENDINGS
from optcenter_pipeline.workbook.actions_tab import request_id_of, request_rows
from optcenter_pipeline.workbook.cell_text import output_cell
from optcenter_pipeline.workbook.cell_writing import (
    CellMap,
    Grids,
    NoteMap,
    NotePlan,
    Outcome,
    Plan,
    Written,
    blocks_of,
    same,
    write_until_right,
)
from optcenter_pipeline.workbook.columns import Kind, Tab
from optcenter_pipeline.workbook.grid import TabGrid, is_blank, value_key
from optcenter_pipeline.workbook.header_notes import HeaderNotes, formula_lines
from optcenter_pipeline.workbook.workbook import Filled, RangeWrite, Workbook, cell_range

_NO_ID = "request_id: is blank; give any text that no other request has, and the row is looked at again"

ValueT = TypeVar("ValueT")

SystemCells = Mapping[str, Filled]
"""System columns of a row, by name."""

Answers = Callable[[Collection[str]], Mapping[str, SystemCells]]
"""request_ids → for those that are known, what their rows should say."""


@dataclass(frozen=True)
class Answer:
    """What the system columns of a request's rows should say; times are ISO 8601 in UTC."""

    status: str = ""
    message: str = ""
    run_id: str = ""
    run_url: str = ""
    started_at: str = ""
    finished_at: str = ""
    run_status: str = ""
    updated_source: str = ""
    updated_at: str = ""

    def cells(self) -> SystemCells:
        """The cells by column."""
        return {name: output_cell(text, Kind.TEXT) for name, text in asdict(self).items()}


_NOTHING = Answer().cells()
_REJECTED = Answer(status="rejected", message=_NO_ID, run_status=f"FAILED: {_NO_ID}").cells()


def shows_an_ending(grid: TabGrid, row: int) -> bool:
    """Whether the row's status says that its request was carried out, or rejected (for more than a blank id)."""
    is_over = str(grid.named(row, "status")).strip().casefold() in ENDINGS
    return is_over and grid.named(row, "message") != _NO_ID


def answer_cells(grid: TabGrid, answers: Mapping[str, SystemCells]) -> CellMap:
    """What has to be written: rows of one request all say the same, rows without a request say nothing.

    A row whose request is not among the answers is left alone, and so is what the system does not own.

    Args:
        grid: the tab as it stands.
        answers: request_id → system cells; columns that the sheet lacks are skipped.
    """
    cells: CellMap = {}
    for row in range(1, len(grid.rows)):
        for name, value in _wanted(grid, row, answers).items():
            column = grid.system_positions.get(name)
            if column is not None and not _says(grid.value(row, column), value):
                cells[row, column] = value
    return cells


def follow_up_cells(grid: TabGrid, shown: Mapping[str, SystemCells], answers: Mapping[str, SystemCells]) -> CellMap:
    """The part of the answers that may be written after a look that cannot tell formulas from values.

    Args:
        grid: the tab as it stands.
        shown: what the same requests were answered before.
        answers: what they are answered now.

    Returns:
        Cells that show, word for word, what was answered before: no formula of somebody's does.
    """
    names = {column: name for name, column in grid.system_positions.items()}
    cells: CellMap = {}
    for (row, column), value in answer_cells(grid, answers).items():
        before = shown.get(request_id_of(grid, row), {}).get(names[column], "")
        if before != "" and same(grid.value(row, column), before):
            cells[row, column] = value
    return cells


def _wanted(grid: TabGrid, row: int, answers: Mapping[str, SystemCells]) -> SystemCells:
    """What the row's system cells should say, as far as that is known."""
    if grid.is_note(row):
        return {}
    if grid.is_blank_row(row):
        return _NOTHING
    request_id = request_id_of(grid, row)
    return answers.get(request_id, {}) if request_id else _REJECTED


def _says(cell: Filled, wanted: Filled) -> bool:
    return same(cell, wanted) or (wanted == "" and is_blank(cell))


class AnswerPlan:
    """The answers as a part of a delivery; see `cell_writing.Plan`."""

    def __init__(self, tab: Tab, answers: Answers) -> None:
        self.tab = tab
        self._answers = answers

    def cells(self, grid: TabGrid, written: Written | None = None) -> CellMap:
        """What has to be written into the tab as it stands, after what was written so far."""
        if grid.layout.error:
            return {}
        ids = {request_id_of(grid, row) for row in request_rows(grid)} - {""}
        answers = self._answers(ids)
        strays = _strays(grid, written.first, written.cells, answers) if written and written.first else {}
        return {**strays, **answer_cells(grid, answers)}


def _strays(grid: TabGrid, first: TabGrid, written: CellMap, answers: Mapping[str, SystemCells]) -> CellMap:
    """Cells of rows that nobody answers which hold what we wrote: back to what they held at the first look."""
    ours: dict[int, set[tuple[bool, Filled]]] = {}
    for (_, column), value in written.items():
        ours.setdefault(column, set()).add(value_key(value))
    former = {tuple(first.pm_cells(row)): row for row in range(1, len(first.rows))}
    cells: CellMap = {}
    for row in range(1, len(grid.rows)):
        if _wanted(grid, row, answers):
            continue
        before = former.get(tuple(grid.pm_cells(row)))
        for name, column in grid.system_positions.items():
            place = first.system_positions.get(name)
            was = "" if before is None or place is None else first.entered(before, place)
            cell = grid.value(row, column)
            if value_key(cell) in ours.get(column, ()) and not same(cell, was):
                cells[row, column] = was
    return cells


def write_with_answers(
    workbook: Workbook, tabs: Sequence[Tab], plan: Plan, notes: NotePlan, answers: AnswerPlan | None
) -> Outcome:
    """Carry out a plan, and the answers in the same requests.

    Returns:
        How it ended; what is still not right in the answers' own tab is left out: the next look at it mends it.

    Raises:
        WorkbookError: the workbook could not be read or written.
    """
    if answers is None:
        return write_until_right(workbook, tabs, plan, notes)
    title = answers.tab.name
    header_notes = HeaderNotes()

    def cells_of_all(grids: Grids, written: Mapping[str, Written]) -> dict[str, CellMap]:
        cells = plan(_without(title, grids), written)
        return {**cells, title: answers.cells(grids[title], written.get(title))} if title in grids else cells

    def all_notes(
        grids: Grids, written: Mapping[str, Written], formulas: Mapping[str, CellMap]
    ) -> dict[str, NoteMap]:
        told = notes(_without(title, grids), written, formulas)
        grid = grids.get(title)
        if grid is None or grid.layout.error:
            return told
        lines = formula_lines(grid, formulas.get(title, {}))
        return {**told, title: header_notes.wanted(grid, written.get(title, Written()), "", lines)}

    outcome = write_until_right(workbook, [*tabs, answers.tab], cells_of_all, all_notes)
    return replace(outcome, unmended=_without(title, outcome.unmended))


def _without(title: str, by_tab: Mapping[str, ValueT]) -> dict[str, ValueT]:
    return {name: value for name, value in by_tab.items() if name != title}


def write_cells(workbook: Workbook, grid: TabGrid, cells: CellMap) -> None:
    """Write cells of the tab in one request, and none where a formula stands; the next look verifies it.

    Raises:
        WorkbookError: it could not be written.
    """
    free = {place: value for place, value in cells.items() if not grid.is_formula(*place)}
    writes = []
    for row, column, values in blocks_of(free):
        area = cell_range(grid.tab.name, row, column, row + len(values) - 1, column + len(values[0]) - 1)
        writes.append(RangeWrite(area, [list(line) for line in values]))
    workbook.batch_update(writes)
