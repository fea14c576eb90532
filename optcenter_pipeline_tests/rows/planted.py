"""Rows with one fault each, and the sound workbook that they are planted into."""

from dataclasses import dataclass
from typing import Any

from optcenter_pipeline_tests.support.portfolio_rows import Rows

CONSTRAINTS = "Constraints"
TARGETS = "Targets"
SCENARIOS = "Scenario_Config"
CANDIDATES = "Candidates"
INITIATIVES = "Initiatives"
METRICS = "Metrics_Config"
CONTRIBUTIONS = "KPI_Contributions"
PLAN = "Plan"


@dataclass(frozen=True)
class Planted:
    """A row with what is wrong in it; `{name}` in a text is the source row of the planted row of that name."""

    tab: str
    cells: dict[str, Any]
    found: tuple[str, ...] = ()
    name: str = ""


def rule(constraint_set: str, constraint_type: str, *found: str, name: str = "", **cells: Any) -> Planted:
    names = {"scenario_name": PLAN, "constraint_set_name": constraint_set, "constraint_type": constraint_type}
    return Planted(CONSTRAINTS, {**names, **cells}, found, name)


def aim(constraint_set: str, *found: str, name: str = "", **cells: Any) -> Planted:
    names = {"scenario_name": PLAN, "constraint_set_name": constraint_set}
    rest = {"kpi_key": "gmv", "target_value": 5, "floor_or_goal": "floor"}
    return Planted(TARGETS, {**names, **rest, **cells}, found, name)


def plan(scenario: str, *found: str, **cells: Any) -> Planted:
    rest = {"period_key": "2026", "capacity_total_tokens": 10, "objective_mode": "weighted_kpis"}
    return Planted(
        SCENARIOS, {"scenario_name": scenario, **rest, "objective_weights_json": {"gmv": 1}, **cells}, found
    )


def row(tab: str, *found: str, name: str = "", **cells: Any) -> Planted:
    return Planted(tab, cells, found, name)


NUMBER = "give tokens as a number, 0 or more"
GONE = "already, which stands; change this row or delete it"
PERIODS = "give YYYY, YYYY-Hn, YYYY-Qn, YYYY-MM or YYYY-Www"
THERE = "give an initiative that is there"
KPI_UNIT = "give a number in the KPI's unit"


def sound_part() -> Rows:
    sets = [{"scenario_name": PLAN, "constraint_set_name": name} for name in ("fine", "also fine")]
    return {
        INITIATIVES: [
            {"initiative_key": f"INIT-{i}", "country": "UK" if i % 2 else "DE", "product": "Pay"}
            for i in range(1, 12)
        ],
        METRICS: [
            {"kpi_key": "gmv", "kpi_level": "north_star"},
            {"kpi_key": "nps", "kpi_level": "strategic"},
            {"kpi_key": "old", "kpi_level": "strategic", "is_active": False},
            {"kpi_key": "arpu", "kpi_level": "north_star"},
        ],
        CONTRIBUTIONS: [{"initiative_key": "INIT-1", "kpi_key": "gmv", "contribution": 5, "low": 4, "high": 6}],
        SCENARIOS: [
            {
                "scenario_name": PLAN,
                "period_key": "2026-Q2",
                "capacity_total_tokens": 100,
                "objective_mode": "weighted_kpis",
                "objective_weights_json": {"gmv": 1.0},
            }
        ],
        CONSTRAINTS: [
            {**sets[0], "constraint_type": "cap", "dimension": "all", "max_tokens": 50},
            {**sets[1], "constraint_type": "exclude", "dimension_key": "INIT-2"},
        ],
        TARGETS: [{**sets[0], "dimension": "all", "kpi_key": "nps", "target_value": 2, "floor_or_goal": "goal"}],
        CANDIDATES: [{"initiative_key": f"INIT-{i}", "engineering_tokens": 3} for i in (1, 2, 3)],
    }
