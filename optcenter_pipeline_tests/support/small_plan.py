"""A small sound plan in a real template, quick to copy; and cells without what differs from run to run."""

import json
from collections.abc import Sequence
from typing import Any

from optcenter_pipeline.workbook.template import init_workbook
from optcenter_pipeline.workbook.workbook import RangeWrite, Workbook, cell_range, whole_sheet
from optcenter_pipeline_tests.support.portfolio_rows import constraint, sound_rows, target

SCENARIO, CONSTRAINT_SET = "Q2 plan", "base"

_VARY = frozenset({"updated_at", "created_at", "started_at", "finished_at", "solve_seconds"})


def settled(rows: Sequence[Sequence[Any]], ids: Sequence[str]) -> list[list[Any]]:
    """A tab's cells with times and ids as placeholders; blank rows at the end are nobody's."""
    header = [str(cell) for cell in rows[0]]
    rest = []
    for row in rows:
        cells = []
        for name, cell in zip(header, row, strict=False):
            text = str(cell)
            for number, one in enumerate(ids):
                text = text.replace(one, f"id {number}")
            if name in _VARY and cell not in ("", name):
                text = "some"
            cells.append(text if isinstance(cell, str) or text != str(cell) else cell)
        while cells and cells[-1] == "":
            cells.pop()
        rest.append(cells)
    while rest and not rest[-1]:
        rest.pop()
    return rest


def fill(book: Workbook) -> None:
    """A small plan in a template whose tabs are short, so that a trial is quick."""
    init_workbook(book)
    shorter = [
        {
            "deleteDimension": {
                "range": {
                    "sheetId": sheet.sheet_id,
                    "dimension": "ROWS",
                    "startIndex": 14,
                    "endIndex": sheet.row_count,
                }
            }
        }
        for sheet in book.sheets()
    ]
    book.structural_update(shorter, idempotent=False)
    rows = sound_rows()
    rows["Constraints"] = [
        constraint("cap", dimension="country", dimension_key="UK", max_tokens=25),
        constraint("mandatory", dimension="initiative", dimension_key="INIT-3"),
        constraint("cap", dimension="country", dimension_key="DE", max_tokens="many"),
    ]
    rows["Constraints"][2]["constraint_set_name"] = "wrong"
    rows["Targets"] = [target(dimension="all", target_value=12.0, floor_or_goal="goal")]
    writes = []
    for tab, tab_rows in rows.items():
        header = book.batch_get([f"{whole_sheet(tab)}!1:1"])[0].rows[0]
        cells = [[_typed(row.get(str(name))) for name in header] for row in tab_rows]
        if cells:
            writes.append(RangeWrite(cell_range(tab, 1, 0, len(cells), len(header) - 1), cells))
    book.batch_update(writes)


def _typed(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value
