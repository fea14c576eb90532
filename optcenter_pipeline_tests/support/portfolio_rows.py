"""A small sound workbook, row by row, for tests that plant one fault into it."""

import copy
from collections.abc import Mapping
from typing import Any

from optcenter_pipeline.rows import validate
from optcenter_pipeline.rows.validated import ValidatedWorkbook
from optcenter_pipeline_tests.support.raw_tabs import raw_tabs

Rows = dict[str, list[dict[str, Any]]]

_SOUND: Rows = {
    "Initiatives": [
        {
            "initiative_key": "INIT-1",
            "title": "Checkout",
            "country": "UK",
            "product": "Payments",
            "department": "A",
        },
        {"initiative_key": "INIT-2", "title": "Wallet", "country": "UK", "product": "Wallet", "department": "B"},
        {"initiative_key": "INIT-3", "title": "Search", "country": "DE", "product": "Search", "department": "A"},
        {"initiative_key": "INIT-4", "title": "Ranking", "country": "DE", "product": "Search", "department": "B"},
        {"initiative_key": "INIT-5", "title": "Loyalty", "country": "FR", "product": "Wallet", "department": "A"},
        {"initiative_key": "INIT-6", "title": "Archive", "country": "FR", "lifecycle_status": "done"},
    ],
    "Metrics_Config": [
        {"kpi_key": "GMV", "kpi_level": "north_star", "unit": "EUR"},
        {"kpi_key": "nps", "kpi_level": "strategic", "is_active": True},
        {"kpi_key": "old", "kpi_level": "supporting", "is_active": False},
    ],
    "KPI_Contributions": [
        {"initiative_key": "INIT-1", "kpi_key": "gmv", "contribution": 10.0, "low": 7, "high": 12.0},
        {"initiative_key": "init-2", "kpi_key": "gmv", "contribution": 8},
        {"initiative_key": "INIT-3", "kpi_key": "nps", "contribution": -2.5},
    ],
    "Scenario_Config": [
        {"scenario_name": "Q2 plan", "period_key": "2026-Q2", "capacity_total_tokens": 100.0},
        {"scenario_name": "Q3 plan", "period_key": "2026-Q3", "capacity_total_tokens": 80},
    ],
    "Constraints": [],
    "Targets": [],
    "Candidates": [{"initiative_key": f"INIT-{i}", "engineering_tokens": 10.0 * i} for i in range(1, 6)],
}


def sound_rows() -> Rows:
    """A fresh copy; Constraints and Targets are empty."""
    return copy.deepcopy(_SOUND)


def constraint(constraint_type: str, **cells: Any) -> dict[str, Any]:
    """A row of Constraints of set `base` of scenario `Q2 plan`."""
    names = {"scenario_name": "Q2 plan", "constraint_set_name": "base"}
    return {**names, "constraint_type": constraint_type, **cells}


def target(**cells: Any) -> dict[str, Any]:
    """A row of Targets of set `base` of scenario `Q2 plan`."""
    names = {"scenario_name": "Q2 plan", "constraint_set_name": "base"}
    rest = {"kpi_key": "gmv", "target_value": 5.0, "floor_or_goal": "floor"}
    return {**names, **rest, **cells}


def judged(rows: Mapping[str, list[dict[str, Any]]]) -> ValidatedWorkbook:
    """Validate these rows, row 2 the first of each tab."""
    return validate(raw_tabs(rows))


def lines(validated: ValidatedWorkbook) -> list[str]:
    """All findings, `TAB!ROW column: text`; warnings are marked."""
    return [line for message in validated.messages for line in message.lines()]


def findings_of(tab: str, *rows: dict[str, Any]) -> list[str]:
    """What is found when these rows stand in one tab of the sound workbook (below its own, if it has some)."""
    book = sound_rows()
    book[tab] += rows
    return lines(judged(book))
