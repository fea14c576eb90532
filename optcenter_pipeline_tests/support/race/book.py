"""The small workbook of the race: rows whose statuses name their own content, so that a wrong one is seen."""

from typing import Any

from optcenter_pipeline.workbook.template import init_workbook
from optcenter_pipeline.workbook.workbook import RangeWrite, Workbook, cell_range

ROWS = 70
"""Of every grid at the start: enough blank ones, and moving them stays quick."""

SNAPSHOT: dict[str, Any] = {
    "schema_version": 1,
    "scenario": {"scenario_name": "race", "period_key": "2027-Q1", "capacity_total_tokens": 30},
    "constraint_set": {
        "constraint_set_name": "base",
        "targets": [
            {
                "dimension": "all",
                "dimension_key": "all",
                "kpi_key": "gmv",
                "floor_or_goal": "goal",
                "target_value": 99,
                "source_rows": ["Targets!2"],
            }
        ],
    },
    "candidates": [
        {
            "initiative_key": f"INIT-{n}",
            "title": f"Initiative {n}",
            "engineering_tokens": 3 + n,
            "contributions": {"gmv": 5.0 + 3 * n % 7},
            "source_row": f"Candidates!{n + 1}",
        }
        for n in range(1, 9)
    ],
    "metrics": [{"kpi_key": "gmv", "kpi_level": "north_star", "unit": "EUR", "is_active": True}],
}
"""What the race's runs solve."""


def fill(workbook: Workbook) -> None:
    """Make the workbook ready, with about sixty rows: right ones, wrong ones, and some twice."""
    init_workbook(workbook)
    shorter = []
    for sheet in workbook.sheets():
        properties = {"sheetId": sheet.sheet_id, "gridProperties": {"rowCount": ROWS}}
        shorter.append({"updateSheetProperties": {"properties": properties, "fields": "gridProperties.rowCount"}})
    workbook.structural_update(shorter, idempotent=True)
    for tab, rows in _rows().items():
        header = [str(cell) for cell in workbook.batch_get([f"'{tab}'!1:1"])[0].rows[0]]
        values = [[row.get(name) for name in header] for row in rows]
        workbook.batch_update([RangeWrite(cell_range(tab, 1, 0, len(rows), len(header) - 1), values)])


def _rows() -> dict[str, list[dict[str, Any]]]:
    scenario = {"scenario_name": "race", "constraint_set_name": "base"}
    target = scenario | {"dimension": "all", "kpi_key": "gmv", "floor_or_goal": "goal"}
    return {
        "Initiatives": [
            {"initiative_key": f"INIT-{n}", "title": f"Initiative {n}", "country": "UK", "notes": f"i{n}"}
            for n in range(1, 9)
        ],
        "Metrics_Config": [{"kpi_key": "gmv", "kpi_level": "north_star", "unit": "EUR"}],
        "KPI_Contributions": [
            {"initiative_key": f"INIT-{n}", "kpi_key": "gmv", "contribution": 5 + n} for n in range(1, 9)
        ],
        "Scenario_Config": [
            {"scenario_name": "race", "period_key": "2027-Q1", "capacity_total_tokens": 30},
        ],
        "Constraints": [
            scenario
            | {"constraint_type": "capacity_cap", "dimension": "country", "dimension_key": f"C{n}"}
            | {"max_tokens": n * 3 if n % 2 else f"cap {n}", "notes": f"c{n}"}
            for n in range(1, 9)
        ],
        "Targets": [
            target | {"target_value": 99 if n == 1 else f"target {n}", "notes": f"t{n}"} for n in range(1, 6)
        ],
        "Candidates": [
            {"initiative_key": f"INIT-{n}", "engineering_tokens": n if n < 9 else f"tokens {n}", "notes": f"n{n}"}
            for n in range(1, 13)
        ]
        + [{"initiative_key": "INIT-7", "engineering_tokens": "twice"}] * 2
        + [{"engineering_tokens": f"no key {n % 2}"} for n in range(3)],
        "Actions": [
            {"request_id": f"q{n}", "action": "pm.save_selected", "requested_by": f"person {n}"}
            for n in range(1, 7)
        ],
    }
