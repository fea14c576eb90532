"""Who is in the pool, who joined it, who is ineligible, who is blocked, and who is told of it."""

from typing import Any

import pytest

from optcenter_pipeline.engine import Result, solve
from optcenter_pipeline.engine import pool as pool_module
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot


def pool(result: Result) -> set[str]:
    return {item.initiative_key for item in result.selected} | {item.initiative_key for item in result.rejected}


def alerts(result: Result) -> list[tuple[str, str | None, tuple[str, ...]]]:
    return [(alert.code, alert.initiative_key, alert.source_rows) for alert in result.alerts]


def selected(*keys: str) -> dict[str, Any]:
    return {"scope_type": "selected", "initiative_keys": list(keys)}


FOUR = [candidate(key, 1, {"gmv": 1}) for key in "ABCD"]


def test_scope_all_takes_every_candidate() -> None:
    assert pool(solve(snapshot(FOUR))) == set("ABCD")


def test_scope_selected_takes_the_listed_ones() -> None:
    result = solve(snapshot(FOUR, scope=selected(" b ", "D")))
    assert pool(result) == {"B", "D"}
    assert alerts(result) == []


def test_an_empty_selection_is_an_empty_portfolio() -> None:
    result = solve(snapshot(FOUR, scope=selected()))
    assert (result.status, result.selected, result.objective.value) == ("optimal", (), 0)


def test_mandatory_ones_join_with_all_that_they_need() -> None:
    result = solve(
        snapshot(
            FOUR,
            scope=selected("D"),
            mandatory=[{"initiative_key": "A", "source_rows": ["Constraints!2"]}],
            bundles=[{"bundle_key": "x", "members": ["A", "B"], "source_rows": ["Constraints!3"]}],
            prerequisites=[{"initiative_key": "B", "requires": ["C"], "source_rows": ["Constraints!4"]}],
        )
    )
    assert pool(result) == set("ABCD")
    assert alerts(result) == [
        ("pool_extended", "A", ("Constraints!2",)),
        ("pool_extended", "B", ("Constraints!3",)),
        ("pool_extended", "C", ("Constraints!4",)),
    ]


def test_what_is_not_mandatory_brings_nobody_along() -> None:
    result = solve(snapshot(FOUR, scope=selected("A"), prerequisites=[{"initiative_key": "A", "requires": ["B"]}]))
    assert pool(result) == {"A"}
    assert alerts(result) == [("blocked_by_prerequisite", "A", ("constraint_set.prerequisites[0]",))]
    assert result.selected == ()
    assert "B" in result.rejected[0].reason


def test_a_prerequisite_that_is_no_candidate_blocks() -> None:
    rule = {"initiative_key": "A", "requires": ["X"], "source_rows": ["Constraints!9"]}
    result = solve(snapshot(FOUR[:1], known=["x"], prerequisites=[rule]))
    assert alerts(result) == [("blocked_by_prerequisite", "A", ("Constraints!9",))]
    assert result.rejected[0].source_rows == ("Constraints!9",)


def test_a_bundle_with_somebody_outside_is_blocked_whole() -> None:
    rule = {"bundle_key": "x", "members": ["A", "B", "C"], "source_rows": ["Constraints!9"]}
    result = solve(snapshot(FOUR, scope=selected("A", "B", "D"), bundles=[rule]))
    assert [item.initiative_key for item in result.selected] == ["D"]
    assert alerts(result) == [
        ("blocked_by_bundle", "A", ("Constraints!9",)),
        ("blocked_by_bundle", "B", ("Constraints!9",)),
    ]


def test_pairs_and_synergies_with_somebody_outside_do_nothing() -> None:
    result = solve(
        snapshot(
            FOUR,
            scope=selected("A"),
            exclude_pairs=[{"members": ["A", "B"]}],
            exclude_initiatives=[{"initiative_key": "C"}],
            synergy_bonuses=[{"members": ["A", "B"], "kpi_key": "gmv", "value": -9}],
        )
    )
    assert [item.initiative_key for item in result.selected] == ["A"]
    assert (result.alerts, result.synergies) == ((), ())


@pytest.mark.parametrize("status", ["done", " Cancelled ", "ARCHIVED", "rejected"])
def test_a_closed_lifecycle_is_ineligible(status: str) -> None:
    rows = [candidate("A", 1, {"gmv": 1}, lifecycle_status=status, source_row="Candidates!5")]
    result = solve(snapshot(rows))
    assert result.status == "optimal"
    assert alerts(result) == [("lifecycle_closed", "A", ("Candidates!5",))]
    assert result.rejected[0].source_rows == ("Candidates!5",)
    assert status in result.rejected[0].reason


@pytest.mark.parametrize("status", [None, "", "ready", "in progress"])
def test_other_lifecycles_are_eligible(status: str | None) -> None:
    assert len(solve(snapshot([candidate("A", 1, {"gmv": 1}, lifecycle_status=status)])).selected) == 1


@pytest.mark.parametrize(("period", "deadline", "eligible"), [
    ("2026-Q2", "2026-03-31", False),
    ("Q2 2026", "2026-04-01", True),
    ("2026", "2025-12-31", False),
    ("2026-H2", "2026-06-30", False),
    ("2026-W01", "2025-12-29", True),
    ("2026-W01", "2025-12-28", False),
])  # fmt: skip
def test_a_deadline_before_the_period_is_ineligible(period: str, deadline: str, eligible: bool) -> None:
    rows = [candidate("A", 1, {"gmv": 1}, deadline_date=deadline)]
    result = solve(snapshot(rows, scenario={"period_key": period}))
    assert bool(result.selected) is eligible
    assert [alert.code for alert in result.alerts] == ([] if eligible else ["deadline_before_period"])


def test_deadlines_without_a_period_are_not_checked_and_that_is_said() -> None:
    result = solve(snapshot([candidate("A", 1, {"gmv": 1}, deadline_date="1999-01-01")]))
    assert [alert.code for alert in result.alerts] == ["deadlines_not_checked"]
    assert len(result.selected) == 1


def test_rows_left_out_are_told() -> None:
    question = snapshot(FOUR)
    left_out = [{"source_row": "Candidates!9", "message": "engineering_tokens: '12k' is not a number"}]
    question = type(question).model_validate({**question.model_dump(), "rows_left_out": left_out})
    result = solve(question)
    assert alerts(result) == [("row_left_out", None, ("Candidates!9",))]
    assert result.alerts[0].message == left_out[0]["message"]


def test_a_large_bundle_is_followed_once() -> None:
    keys = [f"I{number:03d}" for number in range(200)]
    question = snapshot(
        [candidate(key, 1, {"gmv": 1}) for key in keys],
        capacity=200,
        scope=selected(),
        mandatory=[{"initiative_key": "I100", "source_rows": ["Constraints!2"]}],
        bundles=[{"bundle_key": "all", "members": keys, "source_rows": ["Constraints!3"]}],
    )
    followed: list[str] = []
    asked_for = pool_module._asked_for

    def counted(rule: Any, key: str) -> Any:
        followed.append(key)
        return asked_for(rule, key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool_module, "_asked_for", counted)
        result = solve(question)
    assert pool(result) == set(keys)
    assert followed == ["I100"]
    assert {alert.message for alert in result.alerts if alert.initiative_key == "I007"} == {
        "I007 is outside the run's scope and joined the pool: it is in bundle all with I100"
    }
