"""Builders of what a save brings: a small workbook as validation yields it, and dumps of what it became."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import text

from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.save_scope import WHOLE_WORKBOOK, SaveScope
from optcenter_pipeline.database.sync import SyncReport, sync_save
from optcenter_pipeline.database.tables import Base
from optcenter_pipeline.rows.messages import CellMessage, SetKey, ValidationMessage
from optcenter_pipeline.rows.registry import ContributionRow, InitiativeRow, MetricRow
from optcenter_pipeline.rows.scenario import ScenarioRow
from optcenter_pipeline.rows.validated import CompiledSet, JudgedRow, NamedSet, SetSourceRow, ValidatedWorkbook
from optcenter_pipeline.rules.candidate import CandidateRow
from optcenter_pipeline.rules.constraint_set import ConstraintSetCompiled
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.row import Row
from optcenter_pipeline_tests.database.conftest import NOW

Cells = Mapping[str, Any]
NO_RULES = ConstraintSetCompiled()

INITIATIVES: tuple[Cells, ...] = (
    {"initiative_key": "INIT-1", "title": "Checkout", "country": "UK", "lifecycle_status": "ready"},
    {"initiative_key": "INIT-2", "title": "Search"},
    {"initiative_key": "INIT-3", "title": "=1+1; DROP TABLE initiatives; -- '\" ☃\n"},
)
METRICS: tuple[Cells, ...] = (
    {"kpi_key": "gmv", "kpi_level": "north_star", "unit": "EUR"},
    {"kpi_key": "NPS", "kpi_level": "supporting", "is_active": False},
)
CONTRIBUTIONS: tuple[Cells, ...] = (
    {"initiative_key": "INIT-1", "kpi_key": "GMV", "contribution": 9.5, "low": 7.0, "high": 12.0},
    {"initiative_key": "INIT-1", "kpi_key": "nps", "contribution": -0.1},
    {"initiative_key": "INIT-2", "kpi_key": "gmv", "contribution": 1 / 3, "high": 1.0},
)
SCENARIOS: tuple[Cells, ...] = (
    {"scenario_name": "Q2 plan", "period_key": "2026-Q2", "capacity_total_tokens": 100.0},
)
CANDIDATES: tuple[Cells, ...] = (
    {"initiative_key": "INIT-2", "engineering_tokens": 5.0, "is_selected_for_run": True},
    {"initiative_key": "INIT-1", "engineering_tokens": 12.5, "prerequisite_keys": ("INIT-2",)},
)
MODELS: dict[str, type[Row]] = {
    "initiatives": InitiativeRow,
    "metrics": MetricRow,
    "contributions": ContributionRow,
    "scenarios": ScenarioRow,
    "candidates": CandidateRow,
}
KEYS = {"contributions": ("initiative_key", "kpi_key"), "metrics": ("kpi_key",), "scenarios": ("scenario_name",)}


def workbook(
    *,
    sets: Iterable[tuple[str, str]] = (("Q2 plan", "baseline"),),
    errors: Mapping[tuple[str, int], tuple[str, str, str]] | None = None,
    unreadable: tuple[str, ...] = (),
    invalid_scenarios: Mapping[str, tuple[str, ...]] | None = None,
    invalid_sets: Mapping[SetKey, tuple[str, ...]] | None = None,
    first_row: int = 2,
    **rows: tuple[Cells, ...],
) -> ValidatedWorkbook:
    """A workbook; `errors` are rows that stand in the sheet in error: (tab, row_num) → key, column, text."""
    given = {
        "initiatives": INITIATIVES,
        "metrics": METRICS,
        "contributions": CONTRIBUTIONS,
        "scenarios": SCENARIOS,
        "candidates": CANDIDATES,
        **rows,
    }
    typed: dict[str, tuple[Row, ...]] = {}
    judged: list[JudgedRow] = []
    for name, model in MODELS.items():
        if model.tab in unreadable:
            continue
        listed = []
        for row_num, cells in enumerate(given[name], first_row):
            listed.append(model.model_validate({"row_num": row_num, **cells}))
            key = " / ".join(str(cells[column]) for column in KEYS.get(name, ("initiative_key",)))
            judged.append(JudgedRow(model.tab, row_num, key, _hash(cells), "OK"))
        typed[name] = tuple(listed)
    messages = [
        ValidationMessage(tab=tab, row_num=row_num, key=key, errors=(CellMessage(column=column, text=words),))
        for (tab, row_num), (key, column, words) in (errors or {}).items()
    ]
    judged += [JudgedRow(m.tab, m.row_num, m.key, _hash([m.key, m.row_num]), m.status()) for m in messages]
    messages += [
        ValidationMessage(
            tab=tab, row_num=1, key="", errors=(CellMessage(column="", text=f"there is no tab {tab}"),)
        )
        for tab in unreadable
    ]
    named = []
    for row_num, (scenario, name) in enumerate(sets, first_row):
        set_key = SetKey(fold(scenario), fold(name))
        cells = {"scenario_name": scenario, "constraint_set_name": name, "constraint_type": "cap"}
        judged.append(JudgedRow("Constraints", row_num, f"{scenario} / {name} / cap", _hash(cells), "OK"))
        named.append(
            NamedSet(
                key=set_key,
                scenario_name=scenario,
                constraint_set_name=name,
                rows=(SetSourceRow("Constraints", row_num, cells),),
                problems=(invalid_sets or {}).get(set_key, ()),
            )
        )
    return ValidatedWorkbook.model_validate(
        {
            **typed,
            "judged": tuple(judged),
            "messages": tuple(messages),
            "unreadable_tabs": unreadable,
            "sets": tuple(named),
            "invalid_scenarios": dict(invalid_scenarios or {}),
        }
    )


def compiled(validated: ValidatedWorkbook, **rules: Any) -> tuple[CompiledSet, ...]:
    """Every set of the workbook with these rules."""
    made = []
    for named in validated.sets:
        rows_json = json.dumps([row._asdict() for row in named.rows], indent=1)
        value = ConstraintSetCompiled.model_validate({"constraint_set_name": named.constraint_set_name, **rules})
        made.append(
            CompiledSet(
                scenario_name=named.scenario_name,
                constraint_set_name=named.constraint_set_name,
                is_valid=not named.problems,
                compiled=None if named.problems else value,
                messages=(),
                rows_json=rows_json,
                content_hash=_hash([rows_json, value.model_dump_json(), named.problems]),
            )
        )
    return tuple(made)


def save(
    database: Database,
    validated: ValidatedWorkbook,
    *,
    scope: SaveScope = WHOLE_WORKBOOK,
    source: str = "pm.save_selected 1",
    now: Any = NOW,
    default: ConstraintSetCompiled | None = NO_RULES,
    **rules: Any,
) -> SyncReport:
    """One save in a transaction of its own."""
    defaults = {fold(row.scenario_name): default for row in validated.scenarios}
    with database.session() as session:
        return sync_save(
            session, validated, compiled(validated, **rules), defaults, scope=scope, source=source, now=now
        )


def dump(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table as it is stored."""
    with database.reading() as session:
        return {
            table.name: sorted(map(tuple, session.execute(text(f"SELECT * FROM {table.name}"))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
