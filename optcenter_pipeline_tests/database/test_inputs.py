import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.errors import RunBlockedError
from optcenter_pipeline.database.inputs import RunInputs, load_run_inputs, saved_sets
from optcenter_pipeline.database.pool_inputs import LeftOut
from optcenter_pipeline.database.save_scope import SaveScope
from optcenter_pipeline.rows.messages import SetKey
from optcenter_pipeline.rules.analysis_options import ExplainOptions, FrontierOptions
from optcenter_pipeline.rules.constraint_set import ConstraintSetCompiled
from optcenter_pipeline_tests.database.conftest import NOW
from optcenter_pipeline_tests.database.saves import CANDIDATES, INITIATIVES, SCENARIOS, save, workbook

LATER = NOW + dt.timedelta(hours=1)
RULES: Mapping[str, Any] = {
    "exclude_pairs": ({"members": ("INIT-1", "INIT-3"), "source_rows": ("Constraints!4",)},),
    "capacity_caps": ({"max_tokens": 90.0, "source_rows": ("Constraints!5",)},),
    "mandatory": ({"initiative_key": "INIT-1", "source_rows": ("Constraints!6",)},),
}


def load(database: Database, scenario: str = "Q2 plan", constraint_set: str | None = "baseline") -> RunInputs:
    with database.reading() as session:
        return load_run_inputs(session, scenario, constraint_set)


def blocked(database: Database, *names: str | None) -> tuple[str, ...]:
    with pytest.raises(RunBlockedError) as raised:
        load(database, *names)  # type: ignore[arg-type]
    return raised.value.lines


def test_a_run_gets_all_that_it_needs(database: Database) -> None:
    save(database, workbook(), **RULES)
    inputs = load(database, " q2 PLAN", "BASELINE ")
    assert (inputs.scenario.scenario_name, inputs.scenario.source_row) == ("Q2 plan", "Scenario_Config!2")
    assert inputs.constraint_set.capacity_caps[0].max_tokens == 90
    assert [candidate.initiative_key for candidate in inputs.candidates] == ["INIT-1", "INIT-2"]
    first, second = inputs.candidates
    assert (first.title, first.engineering_tokens, first.source_row) == ("Checkout", 12.5, "Candidates!3")
    assert (first.lifecycle_status, first.attributes["country"], first.attributes["region"]) == (
        "ready",
        "UK",
        None,
    )
    assert first.contributions == {"NPS": -0.1, "gmv": 9.5}
    assert (first.contribution_ranges, second.contribution_ranges) == ({"gmv": (7, 12)}, {"gmv": (1 / 3, 1)})
    assert [(metric.kpi_key, metric.is_active) for metric in inputs.metrics] == [("NPS", False), ("gmv", True)]
    assert inputs.selected_keys == ("INIT-2",)
    assert inputs.known_initiatives == ("INIT-3",)
    assert inputs.rows_left_out == ()


@pytest.mark.parametrize("no_set", [None, "", "  "])
def test_a_run_without_a_set_has_the_candidates_own_rules(database: Database, no_set: str | None) -> None:
    own = ConstraintSetCompiled.model_validate(
        {
            "prerequisites": (
                {"initiative_key": "INIT-1", "requires": ("INIT-2",), "source_rows": ("Candidates!3",)},
            )
        }
    )
    save(database, workbook(), default=own, **RULES)
    assert load(database, "Q2 plan", no_set).constraint_set == own


def test_weights_come_back_as_they_were(database: Database) -> None:
    cells = {
        **SCENARIOS[0],
        "objective_mode": "lexicographic",
        "objective_weights_json": ["gmv", "goals", {"kpi": "nps", "tolerance_pct": 2.5}],
        "goal_tolerance_pct": 0.0,
    }
    save(database, workbook(scenarios=(cells,)))
    scenario = load(database).scenario
    assert (scenario.objective_mode, scenario.goal_tolerance_pct) == ("lexicographic", 0)
    assert scenario.model_dump()["objective_weights"] == ["gmv", "goals", {"kpi": "nps", "tolerance_pct": 2.5}]


def test_an_unknown_scenario_or_set_is_told_with_what_is_near(database: Database) -> None:
    save(database, workbook(sets=[("Q2 plan", "baseline"), ("Q2 plan", "stretch")]))
    assert blocked(database, "Q2 plam", "baseline") == (
        "Scenario_Config!1 scenario_name: there is no scenario 'Q2 plam'; did you mean 'Q2 plan'?",
    )
    assert blocked(database, "Q2 plan", "base line") == (
        "Constraints!1 constraint_set_name: there is no constraint set 'base line' in scenario 'Q2 plan'; "
        "did you mean 'baseline'?",
    )
    [line] = blocked(database, "Q2 plan", "xyz")
    assert line.endswith("there are 'baseline', 'stretch'")


def test_invalid_scenarios_and_sets_block_only_themselves(database: Database) -> None:
    bad_set, bad_plan = "Constraints!3 max_tokens: 'many' is not a number", "Scenario_Config!3 period_key: is blank"
    save(
        database,
        workbook(
            sets=[("Q2 plan", "baseline"), ("Q2 plan", "broken"), ("Bad", "baseline")],
            invalid_sets={SetKey("q2 plan", "broken"): (bad_set,)},
            errors={("Scenario_Config", 3): ("Bad", "period_key", "is blank")},
            invalid_scenarios={"bad": (bad_plan,)},
        ),
    )
    assert load(database).constraint_set.constraint_set_name == "baseline"
    assert blocked(database, "Q2 plan", "broken") == (bad_set,)
    assert blocked(database, "Bad", "baseline") == (bad_plan,)
    with database.reading() as session:
        assert saved_sets(session) == (
            ("Q2 plan", ""),
            ("Bad", ""),
            ("Q2 plan", "baseline"),
            ("Q2 plan", "broken"),
            ("Bad", "baseline"),
        )


def test_a_set_that_left_the_sheet_cannot_run(database: Database) -> None:
    save(database, workbook())
    save(database, workbook(sets=[]), now=LATER)
    assert "none is saved" in blocked(database)[0]
    save(database, workbook(scenarios=()), now=LATER)
    assert "there is no scenario 'Q2 plan'" in blocked(database)[0]
    with database.reading() as session:
        assert saved_sets(session) == ()


def test_an_unreadable_tab_blocks_until_it_is_read_again(database: Database) -> None:
    save(database, workbook())
    save(database, workbook(unreadable=("Candidates",)), now=LATER)
    assert blocked(database) == ("Candidates!1 header: there is no tab Candidates",)
    save(database, workbook(unreadable=("Targets",)), now=LATER)
    assert blocked(database) == ("Targets!1 header: there is no tab Targets",)
    assert load(database, "Q2 plan", None).candidates
    save(database, workbook(), now=LATER)
    assert len(load(database).candidates) == 2


def test_rows_in_error_are_left_out_and_named(database: Database) -> None:
    save(
        database,
        workbook(
            initiatives=INITIATIVES[:2],
            candidates=CANDIDATES[1:],
            errors={
                ("Initiatives", 8): ("init-3", "country", "'#REF!' is a formula error"),
                ("Candidates", 9): ("INIT-2", "engineering_tokens", "'12k' is not a number;\nreally"),
                ("Constraints", 9): ("Q3 / x", "max_tokens", "is blank"),
            },
        ),
        **RULES,
    )
    inputs = load(database)
    assert inputs.rows_left_out == (
        LeftOut("Candidates!9", "engineering_tokens: '12k' is not a number; really"),
        LeftOut("Initiatives!8", "country: '#REF!' is a formula error"),
    )
    assert [candidate.initiative_key for candidate in inputs.candidates] == ["INIT-1"]
    assert inputs.known_initiatives == ("INIT-3",)


def test_a_candidate_whose_initiative_is_in_error_is_left_out_and_named(database: Database) -> None:
    error = {("Initiatives", 3): ("INIT-2", "country", "'#REF!' is a formula error")}
    broken = workbook(initiatives=(INITIATIVES[0],), errors=error)
    save(database, broken)
    lines = [row.source_row for row in load(database).rows_left_out]
    assert lines == ["Candidates!2", "Initiatives!3"]
    save(database, workbook(), now=LATER)
    save(database, broken, scope=SaveScope(tabs=["Initiatives"]), now=LATER)
    inputs = load(database)
    assert [row.source_row for row in inputs.rows_left_out] == lines
    assert [candidate.initiative_key for candidate in inputs.candidates] == ["INIT-1"]


def test_what_is_mandatory_cannot_be_left_out(database: Database) -> None:
    error = {("Initiatives", 2): ("INIT-1", "country", "'#REF!' is a formula error")}
    save(database, workbook(initiatives=INITIATIVES[1:], first_row=3, errors=error), **RULES)
    lines = blocked(database)
    assert lines[0].startswith("Constraints!6 initiative_key: INIT-1 is mandatory")
    assert lines[1].startswith("Candidates!4 initiative_key: 'INIT-1' has no valid saved row in Initiatives")
    assert load(database, "Q2 plan", None).candidates


def test_a_save_of_candidates_alone_brings_their_rules_to_sets_and_scenarios(database: Database) -> None:
    save(database, workbook())
    own = ConstraintSetCompiled.model_validate({"exclude_pairs": ({"members": ("INIT-1", "INIT-2")},)})
    changed = workbook(candidates=({**CANDIDATES[0], "exclusion_keys": ("INIT-1",)}, CANDIDATES[1]))
    report = save(
        database,
        changed,
        scope=SaveScope(tabs=["Candidates"]),
        now=LATER,
        default=own,
        exclude_pairs=own.exclude_pairs,
    )
    assert set(report.tables) == {
        "candidates",
        "optimization_scenarios",
        "optimization_constraint_sets",
        "row_statuses",
    }
    assert load(database, "Q2 plan", None).constraint_set == own
    assert load(database).constraint_set.exclude_pairs == own.exclude_pairs
    save(database, workbook(unreadable=("Candidates",)), now=LATER, default=None)
    save(database, workbook(candidates=()), scope=SaveScope(tabs=["Targets"]), now=LATER)
    assert blocked(database, "Q2 plan", None) == ("Candidates!1 header: there is no tab Candidates",)


def test_a_run_knows_the_analyses_that_its_scenario_asks_for(database: Database) -> None:
    save(database, workbook())
    assert load(database).analyses == ()
    asked = tuple({**cells, "analyses": "frontier(against=gmv, points=20) | explain"} for cells in SCENARIOS)
    save(database, workbook(scenarios=asked))
    assert load(database).analyses == (ExplainOptions(), FrontierOptions(points=20, against="gmv"))
