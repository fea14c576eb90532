"""Making a workbook ready: every tab, header, note, drop-down and protection of the contract."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optcenter_pipeline.rows.raw import CellValue
from optcenter_pipeline.workbook.errors import WorkbookQuotaError, WorkbookRefusedError, WorkbookUnreachableError
from optcenter_pipeline.workbook.tabs import INPUT_TABS
from optcenter_pipeline.workbook.template_requests import template_requests
from optcenter_pipeline.workbook.template_state import TabState, WorkbookState, read_state
from optcenter_pipeline.workbook.workbook import Cell, RangeWrite, Workbook, cell_range

SampleRows = Mapping[str, Sequence[Mapping[str, CellValue]]]
"""Tab name → rows, each a column name → value; lists are written joined by `|`, dicts as JSON."""

_ATTEMPTS = 4
_EPOCH = dt.date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class InitReport:
    """What `init_workbook` added."""

    created_tabs: tuple[str, ...] = ()
    added_columns: Mapping[str, tuple[str, ...]] | None = None
    """Tab that was there already → columns that it lacked."""
    structural_requests: int = 0
    """Headers, notes, drop-downs, formats, protections and formulas added; 0 if nothing was missing."""
    sample_rows: int = 0
    problems: tuple[str, ...] = ()
    """Tabs that were left as they are, and why; why no sample was written."""

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return bool(self.structural_requests or self.sample_rows)


def init_workbook(workbook: Workbook, sample: SampleRows | None = None) -> InitReport:
    """Add what the workbook lacks of the template; nothing that stands in it is touched, so it may be repeated.

    Args:
        workbook: new, or in use.
        sample: rows to fill the input tabs with, written only if none of them has any row yet.

    Raises:
        WorkbookError: the workbook could not be read or written; running it again completes the work.
    """
    state, requests = _add_what_is_missing(workbook)
    problems = tuple(tab.problem for tab in state.tabs.values() if tab.problem)
    rows = 0
    if sample is not None:
        inputs = [state.tabs[tab.name] for tab in INPUT_TABS]
        in_use = [tab.tab.name for tab in inputs if tab.has_data or tab.problem]
        if in_use:
            problems = (*problems, f"no sample rows written: {', '.join(in_use)} already in use")
        else:
            workbook.batch_update([_sample_write(tab, sample[tab.tab.name]) for tab in inputs])
            rows = sum(len(sample[tab.tab.name]) for tab in inputs)
    tabs = state.tabs.values()
    return InitReport(
        tuple(tab.tab.name for tab in tabs if tab.is_new),
        {tab.tab.name: tuple(c.name for c in tab.missing) for tab in tabs if tab.missing and not tab.is_new},
        requests,
        rows,
        problems,
    )


def _add_what_is_missing(workbook: Workbook) -> tuple[WorkbookState, int]:
    """Look, and write what is missing in one batch; the state before, and the number of requests.

    Such a batch must not be sent twice, so after a failure the workbook is looked at again first.
    """
    policy = workbook.http.policy
    first: WorkbookState | None = None
    attempt = 0
    while True:
        attempt += 1
        state = read_state(workbook)
        first = first or state
        requests = template_requests(state, workbook.account_email)
        try:
            workbook.structural_update(requests, idempotent=False)
        except (WorkbookUnreachableError, WorkbookQuotaError, WorkbookRefusedError) as error:
            # a batch whose answer got lost may be carried out only now, and then the next one is refused
            is_final = attempt == 1 and isinstance(error, WorkbookRefusedError)
            if is_final or attempt >= _ATTEMPTS:
                raise
            policy.sleep(policy.wait(attempt, None))
        else:
            # what came of an attempt whose answer got lost counts as well
            return first, len(template_requests(first, workbook.account_email))


def _sample_write(state: TabState, rows: Sequence[Mapping[str, CellValue]]) -> RangeWrite:
    """The sample's rows of one tab, below whatever notes stand there; cells that are not the PM's are skipped."""
    positions = state.positions
    width = max(positions.values()) + 1
    values: list[list[Cell]] = []
    for row in rows:
        cells: list[Cell] = [None] * width
        for name, value in row.items():
            cells[positions[name]] = _typed(value)
        values.append(cells)
    top = max(1, len(state.grid.rows))
    return RangeWrite(cell_range(state.sheet.title, top, 0, top + len(rows) - 1, width - 1), values)


def _typed(value: CellValue) -> Cell:
    """A value as a person's typing would leave it in the sheet."""
    if isinstance(value, dt.date):
        return (value - _EPOCH).days
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "|".join(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value
