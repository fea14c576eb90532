"""A whole answer: the engine's own where there is a portfolio, else conflict and ways out, in the time given."""

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from optcenter_pipeline.engine import Result, Snapshot, solve
from optcenter_pipeline.engine.checker import check
from optcenter_pipeline.engine.result import Timings
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.explain.answer import answer
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot, snapshots

UK = {"dimension": "country", "dimension_key": "UK"}


def without_times(result: Result) -> dict[str, Any]:
    document = result.model_copy(update={"timings": Timings()}).model_dump(mode="json")
    for stage in document["objective"]["stages"]:
        stage["seconds"] = 0
    return document


def thirds(count: int = 3, **more: Any) -> Snapshot:
    """Of equal candidates that exclude each other in a ring, more is asked for than whole ones give."""
    keys = [f"I-{n}" for n in range(count)]
    rows = [
        candidate(key, 10, {"gmv": 1}, attributes={"country": "UK"}, source_row=f"Candidates!{n + 2}")
        for n, key in enumerate(keys)
    ]
    pairs = [
        {"members": [key, keys[(n + 1) % count]], "source_rows": [f"Constraints!{n + 10}"]}
        for n, key in enumerate(keys)
    ]
    floor = {**UK, "min_tokens": 5.0 * count, "source_rows": ["Constraints!7"]}
    return snapshot(rows, capacity=1000, exclude_pairs=pairs, capacity_floors=[floor]).model_copy(update=more)


def test_a_conflict_that_takes_a_search_is_told_with_its_ways_out() -> None:
    plan = thirds()
    assert solve(plan).conflict is None
    result = answer(plan)
    assert result.status == "infeasible"
    assert result.alerts == ()
    assert result.conflict is not None
    assert set(result.conflict.source_rows) == {f"Constraints!{number}" for number in (7, 10, 11, 12)}
    assert result.conflict.minimal
    texts = [repair.text for repair in result.conflict.repairs]
    assert texts[0] == "Constraints row 7: lower min_tokens from 15 to 10"
    assert texts[1:] == [
        "Constraints row 10: drop the rule (I-0 and I-1 exclude each other)",
        "Constraints row 11: drop the rule (I-1 and I-2 exclude each other)",
        "Constraints row 12: drop the rule (I-2 and I-0 exclude each other)",
    ]
    assert check(plan, result) == ()


def test_the_document_says_it_as_others_read_it() -> None:
    conflict = answer(thirds()).model_dump(mode="json")["conflict"]
    assert conflict["repairs"][0]["changes"] == [
        {"source_row": "Constraints!7", "field": "min_tokens", "from": 15.0, "to": 10.0, "drop": None}
    ]
    assert conflict["repairs"][1]["changes"] == [
        {"source_row": "Constraints!10", "field": None, "from": None, "to": None, "drop": True}
    ]
    assert (conflict["repairs"][0]["cost"], conflict["repairs"][1]["cost"]) == (5.0, 1000.0)


def test_where_all_is_fixed_it_says_so() -> None:
    result = answer(thirds(fixed_rows=("Constraints!7", "Constraints!10", "Constraints!11", "Constraints!12")))
    assert result.conflict is not None
    assert result.conflict.repairs == ()
    (alert,) = result.alerts
    assert (alert.code, alert.source_rows) == ("no_repair", result.conflict.source_rows)
    assert "[fixed]" in alert.message


@settings(max_examples=cases(30), deadline=None, suppress_health_check=list(HealthCheck))
@given(plan=snapshots(tight_percent=60, most=7))
def test_it_is_the_engines_own_answer_but_for_conflicts(plan: Snapshot) -> None:
    result, own = answer(plan), solve(plan)
    assert result.status == own.status == brute_force.solve(plan).status
    assert check(plan, result) == ()
    assert without_times(result) == without_times(answer(plan))
    if own.status != "infeasible":
        assert without_times(result) == without_times(own)
    else:
        assert result.conflict is not None


def test_a_time_limit_that_is_over_leaves_a_moment_for_what_is_plain() -> None:
    plan = thirds(solver=SolverOptions(time_limit_seconds=1e-6))
    floors = plan.constraint_set.capacity_floors
    plain = plan.constraint_set.model_copy(
        update={"exclude_pairs": (), "capacity_floors": (floors[0].model_copy(update={"min_tokens": 31.0}),)}
    )
    result = answer(plan.model_copy(update={"constraint_set": plain}))
    assert result.status == "infeasible"
    assert result.conflict is not None
    assert [repair.text for repair in result.conflict.repairs] == [
        "Constraints row 7: lower min_tokens from 31 to 30"
    ]


def test_a_conflict_that_no_time_is_left_for_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optcenter_pipeline.explain.answer._GRACE_SECONDS", 0.0)
    mandatory = [
        {"initiative_key": key, "source_rows": [f"Constraints!{n}"]} for n, key in enumerate(("A", "B"), 2)
    ]
    pair = {"members": ["A", "B"], "source_rows": ["Constraints!4"]}
    plan = snapshot([candidate("A", 1), candidate("B", 1)], mandatory=mandatory, exclude_pairs=[pair])
    result = answer(plan.model_copy(update={"solver": SolverOptions(time_limit_seconds=1e-6)}))
    assert (result.status, result.conflict) == ("infeasible", None)
    assert [alert.code for alert in result.alerts] == ["conflict_not_found"]
    assert check(plan, result) == ()


def test_who_cancels_is_not_kept_waiting() -> None:
    plan, asked = thirds(25), []

    def cancel() -> bool:
        asked.append(time.perf_counter())
        return len(asked) > 40

    result = answer(plan, cancel=cancel)
    assert result.status in ("infeasible", "cancelled")
    assert check(plan, result) == ()


def test_time_spent_on_ways_out_is_told() -> None:
    began = time.perf_counter()
    timings = answer(thirds()).timings
    assert 0 < timings.extract < time.perf_counter() - began


@pytest.mark.parametrize("field", ["fixed_rows"])
def test_a_hand_written_snapshot_may_fix_rows(field: str) -> None:
    assert Snapshot.model_json_schema(mode="validation")["properties"][field]["type"] == "array"
    document = {**thirds().model_dump(mode="json"), field: None}
    assert Snapshot.model_validate(document).fixed_rows == ()
