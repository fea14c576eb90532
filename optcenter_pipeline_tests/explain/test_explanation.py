"""The whole explanation, whatever a run came to."""

from random import Random

import pytest

from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.base_plan import base_plan
from optcenter_pipeline.explain.capacity_value import value_limits
from optcenter_pipeline.explain.documents import Explanation
from optcenter_pipeline.explain.explanation import explain
from optcenter_pipeline.explain.why import explain_candidates
from optcenter_pipeline_tests.support.mid_size import mid_size
from optcenter_pipeline_tests.support.snapshots import Json, candidate, snapshot

ROWS = [candidate("A", 6, {"gmv": 8}), candidate("B", 5, {"gmv": 5}), candidate("C", 5, {"gmv": 4})]


@pytest.fixture(scope="module")
def question() -> Snapshot:
    return mid_size(Random(7), size=30)


@pytest.fixture(scope="module")
def explained(question: Snapshot) -> Explanation:
    return explain(question)


def timeless(explanation: Explanation) -> Json:
    return explanation.model_dump(mode="json", exclude={"seconds"})


def test_an_explanation_holds_the_analyses_of_the_plan(question: Snapshot, explained: Explanation) -> None:
    result = solve(question)
    plan = base_plan(question, result)
    limits, binding, unsearched = value_limits(plan)
    assert explained.status == "optimal"
    assert (explained.objective_name, explained.objective_value) == ("gmv", result.objective.value)
    assert result.capacity is not None
    assert explained.tokens_used == result.capacity.used
    assert explained.candidates == explain_candidates(plan)
    assert (explained.limits, explained.binding_rows, unsearched) == (limits, binding, ())
    assert (explained.conflict, explained.messages) == (None, ())


def test_the_same_snapshot_has_the_same_explanation(question: Snapshot, explained: Explanation) -> None:
    assert timeless(explain(question)) == timeless(explained)
    assert timeless(explain(question, solve(question))) == timeless(explained)


def test_an_explanation_is_a_document(explained: Explanation) -> None:
    assert Explanation.model_validate_json(explained.model_dump_json(by_alias=True)) == explained


def test_so_many_are_searched_again(question: Snapshot) -> None:
    told = explain(question, exact=0).candidates
    assert any(one.certainty == "bound" for one in told)
    assert not any(one.found_change is not None for one in told)


def test_contradictions_are_told_with_ways_out() -> None:
    rules: Json = {
        "mandatory": [{"initiative_key": "A", "source_rows": ["Constraints!2"]}],
        "exclude_initiatives": [{"initiative_key": "A", "source_rows": ["Constraints!3"]}],
    }
    told = explain(snapshot(ROWS, **rules))
    assert told.status == "infeasible"
    assert told.conflict is not None
    assert set(told.conflict.source_rows) == {"Constraints!2", "Constraints!3"}
    assert told.conflict.repairs
    assert (told.candidates, told.limits, told.binding_rows) == ((), (), ())


def test_what_makes_no_model_is_told_with_its_row() -> None:
    rules: Json = {"mandatory": [{"initiative_key": "NOBODY", "source_rows": ["Constraints!2"]}]}
    told = explain(snapshot(ROWS, **rules))
    assert told.status == "invalid"
    assert len(told.messages) == 1
    assert told.messages[0].startswith("Constraints row 2: ")
    assert "NOBODY" in told.messages[0]


def test_a_person_stops_it(question: Snapshot) -> None:
    told = explain(question, solve(question), cancel=lambda: True)
    assert told.status == "optimal"
    assert {one.certainty for one in told.candidates if one.is_possible} == {"bound"}
    assert any("stopped" in message for message in told.messages)


def test_the_time_limit_of_the_run_is_that_of_the_explanation(question: Snapshot) -> None:
    options = question.solver.model_copy(update={"time_limit_seconds": 1e-9})
    told = explain(question.model_copy(update={"solver": options}), solve(question))
    assert {one.certainty for one in told.candidates if one.is_possible} == {"bound"}
    assert any("time limit of 0.000000001 s" in message for message in told.messages)


def test_a_plan_that_is_not_proven_says_so(question: Snapshot) -> None:
    told = explain(question, solve(question).model_copy(update={"status": "feasible"}), exact=0)
    assert any("not proven" in message for message in told.messages)
