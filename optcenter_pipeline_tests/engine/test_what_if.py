"""What-if overrides: the snapshot with them is the one that a sheet with these numbers would give."""

from typing import Any

import pytest

from optcenter_pipeline.engine import InvalidInputError, solve
from optcenter_pipeline.engine.checker import check
from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.what_if import with_overrides
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

RULES: dict[str, Any] = {
    "capacity_floors": [
        {"dimension": "country", "dimension_key": "UK", "min_tokens": 4, "source_rows": ["Constraints!5"]}
    ],
    "capacity_caps": [{"max_tokens": 90, "source_rows": ["Constraints!6"]}],
    "mandatory": [{"initiative_key": "INIT-1", "source_rows": ["Constraints!7"]}],
    "exclude_pairs": [{"members": ["INIT-2", "INIT-3"], "source_rows": ["Constraints!9"]}],
    "bundles": [
        {"bundle_key": "b", "members": ["INIT-2", "INIT-4"], "source_rows": ["Candidates!3", "Candidates!5"]}
    ],
    "synergy_bonuses": [
        {"members": ["INIT-1", "INIT-2"], "kpi_key": "gmv", "value": 5, "source_rows": ["Constraints!12"]}
    ],
    "targets": [
        {"kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 3, "source_rows": ["Targets!2"]},
        {
            "kpi_key": "gmv",
            "floor_or_goal": "goal",
            "target_value": 30,
            "baseline_value": 1,
            "source_rows": ["Targets!3"],
        },
    ],
}
COMMITMENTS = {"run_id": "r-1", "selected": ["INIT-1"], "locked_in": ["INIT-1"], "max_changes": 2}


def asked(**changes: Any) -> Snapshot:
    """The sheet's snapshot; `changes` by the path of what is typed there instead."""
    rows = [
        candidate(
            f"INIT-{n}", 5.0 * n, {"gmv": 10.0 - n}, attributes={"country": "UK"}, source_row=f"Candidates!{n + 1}"
        )
        for n in range(1, 5)
    ]
    document = {**snapshot(rows, capacity=50, **RULES).model_dump(mode="json"), "commitments": dict(COMMITMENTS)}
    for path, value in changes.items():
        *folder, last = path.split("__")
        place: Any = document
        for part in folder:
            place = place[int(part) if isinstance(place, list) else part]
        if value is None and isinstance(place, list):
            del place[int(last)]
        else:
            place[int(last) if isinstance(place, list) else last] = value
    return Snapshot.model_validate(document)


@pytest.mark.parametrize(
    ("overrides", "typed", "message"),
    [
        (
            {"capacity_total_tokens": 12},
            {"scenario__capacity_total_tokens": 12},
            "capacity_total_tokens (Scenario_Config row 2) is 12 instead of 50",
        ),
        (
            {"scenario_config!2.Capacity_Total_Tokens": 12.5},
            {"scenario__capacity_total_tokens": 12.5},
            "capacity_total_tokens (Scenario_Config row 2) is 12.5 instead of 50",
        ),
        (
            {"goal_tolerance_pct": 0},
            {"scenario__goal_tolerance_pct": 0},
            "goal_tolerance_pct (Scenario_Config row 2) is 0 instead of 5",
        ),
        (
            {"Constraints!5.min_tokens": 8},
            {"constraint_set__capacity_floors__0__min_tokens": 8},
            "min_tokens of Constraints row 5 is 8 instead of 4",
        ),
        (
            {" constraints!6.max_tokens ": 9},
            {"constraint_set__capacity_caps__0__max_tokens": 9},
            "max_tokens of Constraints row 6 is 9 instead of 90",
        ),
        (
            {"Targets!2.target_value": -4},
            {"constraint_set__targets__0__target_value": -4},
            "target_value of Targets row 2 is -4 instead of 3",
        ),
        (
            {"Targets!2.baseline_value": 2},
            {"constraint_set__targets__0__baseline_value": 2},
            "baseline_value of Targets row 2 is 2 where none was given",
        ),
        (
            {"Constraints!12.target_value": -1},
            {"constraint_set__synergy_bonuses__0__value": -1},
            "target_value of Constraints row 12 is -1 instead of 5",
        ),
        (
            {"init-4.engineering_tokens": 1},
            {"candidates__3__engineering_tokens": 1},
            "engineering_tokens of INIT-4 (Candidates row 5) is 1 instead of 20",
        ),
        (
            {"Candidates!5.engineering_tokens": 1},
            {"candidates__3__engineering_tokens": 1},
            "engineering_tokens of INIT-4 (Candidates row 5) is 1 instead of 20",
        ),
        (
            {"Constraints!9.drop": True},
            {"constraint_set__exclude_pairs__0": None},
            "Constraints row 9 is dropped (INIT-2 and INIT-3 exclude each other)",
        ),
        (
            {"run r-1 max_changes.max_changes": 4},
            {"commitments__max_changes": 4},
            "max_changes against run r-1 is 4 instead of 2",
        ),
        (
            {"run r-1 max_changes.drop": True},
            {"commitments__max_changes": None},
            "run r-1 max_changes is dropped (at most 2 changes against run r-1)",
        ),
        (
            {"run r-1 locked_in INIT-1.drop": True},
            {"commitments__locked_in": []},
            "run r-1 locked_in INIT-1 is dropped (INIT-1 is locked in)",
        ),
    ],
)
def test_an_override_is_what_the_sheet_would_say(
    overrides: dict[str, float | bool], typed: dict[str, Any], message: str
) -> None:
    changed = with_overrides(asked(), overrides)
    expected = asked(**typed)
    assert build_question(changed).snapshot.model_copy(update={"what_if": {}}) == build_question(expected).snapshot
    (override,) = changed.what_if.values()
    assert override.message == message
    result = solve(changed)
    assert check(changed, result) == ()
    assert [alert.message for alert in result.alerts if alert.code == "what_if"] == [f"what-if: {message}"]
    assert result.objective.value == solve(expected).objective.value


def test_a_rule_of_two_rows_goes_when_both_are_dropped() -> None:
    both = {"Candidates!3.drop": True, "Candidates!5.drop": True}
    assert with_overrides(asked(), both).constraint_set.bundles == ()
    with pytest.raises(InvalidInputError) as error:
        with_overrides(asked(), {"Candidates!3.drop": True})
    assert error.value.messages == (
        "what-if Candidates!3.drop: Candidates row 5 says the same (bundle b (INIT-2, INIT-4) is funded whole or "
        "not at all); drop that as well",
    )


def test_rules_without_rows_are_known_by_their_place() -> None:
    rows = [candidate("A", 1, {"gmv": 1}), candidate("B", 1, {"gmv": 1})]
    plain = snapshot(rows, scenario={"source_row": None}, capacity_caps=[{"max_tokens": 2}, {"max_tokens": 1}])
    changed = with_overrides(
        plain,
        {
            "constraint_set.capacity_caps[1].drop": True,
            "candidates[0].engineering_tokens": 2,
            "goal_tolerance_pct": 1,
        },
    )
    assert [rule.max_tokens for rule in changed.constraint_set.capacity_caps] == [2]
    assert [row.engineering_tokens for row in changed.candidates] == [2, 1]
    result = solve(changed)
    assert result.objective.value == 1
    assert check(changed, result) == ()


def test_nothing_overridden_is_the_same_snapshot() -> None:
    question = asked()
    assert with_overrides(question, {}) is question


def test_an_override_of_an_override_still_tells_what_the_sheet_says() -> None:
    once = with_overrides(asked(), {"capacity_total_tokens": 12})
    twice = with_overrides(once, {"capacity_total_tokens": 20, "Constraints!5.min_tokens": 1})
    assert [override.before for override in twice.what_if.values()] == [50, 4]
    assert twice.scenario.capacity_total_tokens == 20


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("capacity", 3, "no such number; give e.g. capacity_total_tokens, Constraints!7.min_tokens"),
        ("min_tokens", 3, "no such number; give e.g. "),
        ("Constraints!5.tokens", 3, "no such number; give e.g. "),
        ("capacity_total_tokens", 0, "0 is of no use; give tokens above 0"),
        ("capacity_total_tokens", True, "True is not a usable number; give tokens above 0"),
        ("capacity_total_tokens", float("nan"), "nan is not a usable number"),
        ("capacity_total_tokens", 1e16, "1e+16 is not a usable number"),
        ("capacity_total_tokens", 1e-101, "1e-101 is of no use"),
        ("goal_tolerance_pct", 101, "101 is of no use; give a number from 0 to 100"),
        ("Scenario_Config!3.capacity_total_tokens", 9, "the scenario is Scenario_Config!2; give capacity_total"),
        ("Constraints!5.min_tokens", -1, "-1 is of no use; give tokens, 0 or more"),
        (
            "Constraints!55.min_tokens",
            1,
            "no rule of this run comes from Constraints!55; did you mean Constraints!5",
        ),
        ("Constraints!7.min_tokens", 1, "Constraints!7 has no min_tokens (INIT-1 is mandatory); give drop"),
        (
            "Constraints!5.max_tokens",
            1,
            "has no max_tokens (at least 4 tokens on country UK); give min_tokens, drop",
        ),
        ("Constraints!9.drop", False, "False is not true; give true, or leave it out"),
        ("Constraints!9.drop", 1, "1 is not true; give true, or leave it out"),
        ("Results!9.drop", True, "no rule of this run comes from Results!9"),
        ("INIT-44.engineering_tokens", 1, "INIT-44 is not a candidate of this run; did you mean INIT-4"),
        ("run r-2 max_changes.max_changes", 1, "run r-2 max_changes says no max_changes"),
        ("run r-1 max_changes.max_changes", 1.5, "1.5 is of no use; give a whole number, 0 or more"),
    ],
)
def test_what_cannot_be_overridden_is_told_with_what_would_be_right(
    name: str, value: float | bool, message: str
) -> None:
    with pytest.raises(InvalidInputError) as error:
        with_overrides(asked(), {name: value})
    (told,) = error.value.messages
    assert told.startswith(f"what-if {name}: ")
    assert message in told


def test_everything_unusable_is_told_at_once_and_a_number_given_twice_is() -> None:
    with pytest.raises(InvalidInputError) as error:
        with_overrides(
            asked(),
            {
                "x": 1,
                "capacity_total_tokens": 20,
                "Scenario_Config!2.capacity_total_tokens": 30,
                "goal_tolerance_pct": -1,
            },
        )
    assert [message.partition(":")[0] for message in error.value.messages] == [
        "what-if x",
        "what-if Scenario_Config!2.capacity_total_tokens",
        "what-if goal_tolerance_pct",
    ]
    assert "capacity_total_tokens stands twice" in error.value.messages[1]
