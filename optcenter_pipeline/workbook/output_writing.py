"""Output rows: runs, results, gaps, upserted by key (workbook.md, *Writing*).

One delivery at a time may write to a tab; people may sort, insert, delete and take notes all the while.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from optcenter_pipeline.workbook.action_answers import AnswerPlan, write_with_answers
from optcenter_pipeline.workbook.cell_text import LONGEST_TEXT, output_cell
from optcenter_pipeline.workbook.columns import Owner, Tab
from optcenter_pipeline.workbook.former_rows import RowKey, key_text
from optcenter_pipeline.workbook.header_notes import formulas_left
from optcenter_pipeline.workbook.output_plan import OutputPlan, TabPlan, Whole
from optcenter_pipeline.workbook.tabs import TAB_BY_NAME
from optcenter_pipeline.workbook.workbook import Filled, Workbook
from optcenter_pipeline.workbook.write_back import WriteReport

OutputRows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Tab name → rows, each a system column's name → value; a column that is left out stays as it is."""


def write_outputs(
    workbook: Workbook,
    rows: OutputRows,
    *,
    answers: AnswerPlan | None = None,
    whole: Mapping[str, Whole] | None = None,
) -> WriteReport:
    """Upsert output rows by key, all tabs in one request.

    A key that stands in the sheet keeps its row, wherever people moved it; a new one goes below the last row that
    is used. Only system columns are written, and only cells that differ: repeating it writes nothing, and where
    nothing but updated_source and updated_at would change the row stays as it is. Text is never evaluated.

    Args:
        workbook: where to.
        rows: what to write. None clears a cell. The key's columns must be given.
        answers: to requests; they go out in the same requests, and stand in no report.
        whole: by tab, which rows these are all of: others in the sheet are withdrawn, their keys and notes stay.

    Raises:
        ValueError: a column that is not the system's, or a key that is blank: a mistake of the caller.
        WorkbookError: the workbook could not be read or written.
    """
    plans: dict[str, TabPlan] = {}
    shortened: list[str] = []
    for name, tab_rows in rows.items():
        tab = TAB_BY_NAME[name]
        all_of = (whole or {}).get(name)
        if tab_rows or all_of:
            plans[name] = TabPlan(tab, dict(_output_row(tab, row, shortened) for row in tab_rows), all_of)
    if not plans:
        return WriteReport()
    plan_of_all = OutputPlan(plans)
    tabs = [plan.tab for plan in plans.values()]
    outcome = write_with_answers(workbook, tabs, plan_of_all.cells, plan_of_all.notes, answers)
    errors = [
        f"{name}: people moved rows at every attempt; {count} cells may not be right; deliver again"
        for name, count in outcome.unmended.items()
    ]
    errors += [f"{name}: the workbook has no such tab" for name in plans if name not in outcome.grids]
    errors += [problem for plan in plans.values() for problem in plan.problems]
    unchanged = sum(len(plan.unchanged) for plan in plans.values())
    blocked = sum(len(plan.rows) for name, plan in plans.items() if plan.is_blocked or name not in outcome.grids)
    written = sum(len(plan.rows) for plan in plans.values()) - unchanged - blocked
    return WriteReport(
        written,
        unchanged,
        formulas=formulas_left(outcome),
        shortened=tuple(shortened),
        errors=tuple(errors),
    )


def _output_row(tab: Tab, row: Mapping[str, Any], shortened: list[str]) -> tuple[RowKey, dict[str, Filled]]:
    """A row's key, and its cells; texts that had to be shortened are added to the list."""
    columns = tab.by_name
    cells: dict[str, Filled] = {}
    key = tuple(key_text(output_cell(row.get(name), columns[name].kind)) for name in tab.key_columns)
    if not all(key):
        raise ValueError(f"{tab.name}: a row without {', '.join(tab.key_columns)}")
    for name, value in row.items():
        column = columns.get(name)
        if column is None or column.owner is not Owner.SYSTEM:
            raise ValueError(f"{tab.name}: {name} is not a column of the system's")
        cells[name] = cell = output_cell(value, column.kind)
        if isinstance(value, str) and cell != value and len(value) > LONGEST_TEXT // 2:
            shortened.append(f"{tab.name}: {' / '.join(key)} {name}")
    return key, cells
