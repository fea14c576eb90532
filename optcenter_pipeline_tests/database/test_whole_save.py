"""A workbook as it is read, judged, compiled, saved, and handed to a run."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.errors import RunBlockedError
from optcenter_pipeline.database.inputs import RunInputs, load_run_inputs
from optcenter_pipeline.database.save_scope import WHOLE_WORKBOOK, SaveScope
from optcenter_pipeline.database.statuses import promised_statuses
from optcenter_pipeline.database.sync import SyncReport, sync_save
from optcenter_pipeline.rows.compiled_sets import compile_scenario_default, compile_sets
from optcenter_pipeline.rows.raw import RawTab
from optcenter_pipeline.rows.validated import ValidatedWorkbook
from optcenter_pipeline.rows.validation import validate
from optcenter_pipeline_tests.database.conftest import NOW
from optcenter_pipeline_tests.database.saves import dump
from optcenter_pipeline_tests.support.raw_tabs import raw_tab, raw_tabs

Cells = Mapping[str, Any]

SHEET: dict[str, tuple[Cells, ...]] = {
    "Initiatives": (
        {"initiative_key": "init-1", "title": "Checkout", "country": "UK"},
        {"initiative_key": "INIT-2", "title": "Search", "country": "DE"},
        {"initiative_key": "INIT-3", "title": "Ads"},
    ),
    "Metrics_Config": ({"kpi_key": "GMV", "kpi_level": "north_star"},),
    "KPI_Contributions": (
        {"initiative_key": "INIT-1", "kpi_key": "gmv", "contribution": 9.5},
        {"initiative_key": "INIT-2", "kpi_key": "Gmv", "contribution": 4.0, "low": 1.0, "high": 5.0},
    ),
    "Scenario_Config": ({"scenario_name": "Q2 plan", "period_key": "2026Q2", "capacity_total_tokens": 100.0},),
    "Constraints": (
        {
            "scenario_name": "Q2 Plan",
            "constraint_set_name": "Baseline",
            "constraint_type": "cap",
            "dimension": "country",
            "dimension_key": "UK",
            "max_tokens": 50.0,
        },
        {
            "scenario_name": "q2 plan",
            "constraint_set_name": "stretch",
            "constraint_type": "exclude_pair",
            "dimension": "initiative",
            "dimension_key": "INIT-1|INIT-3",
        },
    ),
    "Targets": (
        {
            "scenario_name": "Q2 plan",
            "constraint_set_name": "baseline",
            "dimension": "all",
            "kpi_key": "gmv",
            "target_value": 5.0,
            "floor_or_goal": "floor",
        },
    ),
    "Candidates": (
        {"initiative_key": "INIT-1", "engineering_tokens": 12.0, "prerequisite_keys": ["INIT-2"]},
        {"initiative_key": "INIT-2", "engineering_tokens": 5.0, "is_selected_for_run": True},
    ),
}


def save(
    database: Database,
    *,
    scope: SaveScope = WHOLE_WORKBOOK,
    now: dt.datetime = NOW,
    unreadable: Iterable[str] = (),
    tabs: Mapping[str, tuple[Cells, ...]] | None = None,
) -> SyncReport:
    read: dict[str, RawTab] = raw_tabs({**SHEET, **(tabs or {})})
    read |= {tab: raw_tab(tab, errors=["there is no such tab"]) for tab in unreadable}
    validated = ValidatedWorkbook.model_validate_json(validate(read).model_dump_json())
    default = compile_scenario_default(validated).compiled
    with database.session() as session:
        return sync_save(
            session,
            validated,
            compile_sets(validated),
            dict.fromkeys(validated.scenario_names, default),
            scope=scope,
            source="pm.save_selected 1",
            now=now,
        )


def load(database: Database, constraint_set: str | None) -> RunInputs:
    with database.reading() as session:
        return load_run_inputs(session, "q2 plan", constraint_set)


def statuses(database: Database) -> dict[tuple[str, int], str]:
    with database.reading() as session:
        return {(status.tab, status.row_num): status.run_status for status in promised_statuses(session)}


def test_what_was_typed_reaches_the_run(database: Database) -> None:
    save(database)
    inputs = load(database, "BASELINE")
    assert (inputs.scenario.scenario_name, inputs.scenario.period_key) == ("Q2 plan", "2026-Q2")
    assert [c.contributions for c in inputs.candidates] == [{"GMV": 9.5}, {"GMV": 4.0}]
    assert inputs.constraint_set.targets[0].kpi_key == "GMV"
    assert inputs.constraint_set.capacity_caps[0].source_rows == ("Constraints!2",)
    assert inputs.constraint_set.prerequisites == load(database, None).constraint_set.prerequisites
    assert load(database, "stretch").known_initiatives == ("INIT-3",)
    assert statuses(database)["Candidates", 2] == "OK"


def test_saving_the_same_sheet_again_changes_no_byte(database: Database) -> None:
    broken = {"Constraints": (*SHEET["Constraints"], {**SHEET["Constraints"][0], "max_tokens": "many"})}
    save(database, tabs=broken)
    before = dump(database)
    assert save(database, now=NOW + dt.timedelta(days=1), tabs=broken).is_unchanged
    assert dump(database) == before


def test_one_bad_row_blocks_its_own_set_alone(database: Database) -> None:
    bad = {**SHEET["Constraints"][0], "constraint_set_name": "broken", "max_tokens": "many"}
    save(database, tabs={"Constraints": (*SHEET["Constraints"], bad)})
    assert load(database, "baseline").candidates
    with pytest.raises(RunBlockedError) as raised:
        load(database, "broken")
    assert [line.split(":")[0] for line in raised.value.lines] == ["Constraints!4 max_tokens"]
    assert statuses(database)["Constraints", 4].startswith("FAILED: max_tokens: 'many'")


def test_a_candidate_in_error_is_left_out_until_it_is_mended(database: Database) -> None:
    save(database)
    bad = {**SHEET["Candidates"][1], "engineering_tokens": "12k"}
    save(database, tabs={"Candidates": (SHEET["Candidates"][0], bad)})
    inputs = load(database, None)
    assert [candidate.initiative_key for candidate in inputs.candidates] == ["INIT-1"]
    assert [row.source_row for row in inputs.rows_left_out] == ["Candidates!3"]
    assert inputs.known_initiatives == ("INIT-2",)
    save(database)
    assert len(load(database, None).candidates) == 2
    assert load(database, None).rows_left_out == ()


@pytest.mark.parametrize("tab", list(SHEET))
def test_a_tab_that_cannot_be_read_changes_no_table_that_depends_on_it(database: Database, tab: str) -> None:
    save(database)
    before = dump(database)
    save(database, unreadable=[tab], now=NOW + dt.timedelta(days=1))
    after = dump(database)
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"tab_states", "row_statuses"}
    assert [row for row in before["row_statuses"] if row[0] == tab] == [
        row for row in after["row_statuses"] if row[0] == tab
    ]
    with pytest.raises(RunBlockedError, match=f"{tab}!1 .*there is no such tab"):
        load(database, "baseline")
    save(database)
    assert load(database, "baseline").candidates


def test_a_key_names_its_rows_in_every_tab(database: Database) -> None:
    save(database)
    changed = {
        "Candidates": tuple({**cells, "engineering_tokens": 1.0} for cells in SHEET["Candidates"]),
        "Constraints": ({**SHEET["Constraints"][0], "max_tokens": 7.0}, SHEET["Constraints"][1]),
    }
    save(database, scope=SaveScope(keys=["init-2"]), tabs=changed)
    assert [c.engineering_tokens for c in load(database, "baseline").candidates] == [12.0, 1.0]
    assert load(database, "baseline").constraint_set.capacity_caps[0].max_tokens == 50
    save(database, scope=SaveScope(keys=["Q2 PLAN / baseline"]), tabs=changed)
    assert load(database, "baseline").constraint_set.capacity_caps[0].max_tokens == 7
