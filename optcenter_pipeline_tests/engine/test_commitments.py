"""Runs with commitments against enumeration, and what is told of them."""

from pathlib import Path
from typing import Any

import highspy
import pytest
from hypothesis import HealthCheck, assume, given, seed, settings

from optcenter_pipeline.engine import solve, write_mps
from optcenter_pipeline.engine.checker import check
from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.reading import load_snapshot
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.answer import answer
from optcenter_pipeline_tests.engine.test_brute_force import funded, near, same_answer
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.commitments import committed_snapshots
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

RUN = "20261123T054200-3f2a9c"
EXAMPLES = cases(70)
WORTH = {"A": 10, "B": 9, "C": 8, "D": 7}


@pytest.mark.parametrize("share", range(4))
def test_the_engine_answers_as_enumeration_does(share: int) -> None:
    @seed(share)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(question=committed_snapshots())
    def put(question: Snapshot) -> None:
        answer = brute_force.solve(question)
        assume(answer.decided)
        result = solve(question)
        same_answer(result, answer)
        assert check(question, result) == ()

    put()


def test_a_conflict_names_commitments_as_it_names_rows() -> None:
    @seed(7)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(question=committed_snapshots(tight_percent=40))
    def put(question: Snapshot) -> None:
        assume(solve(question).status == "infeasible")
        result = answer(question)
        assert result.conflict is not None
        rows = set(result.conflict.source_rows)
        assert not brute_force.satisfiable(question, rows)
        assert not result.conflict.minimal or all(brute_force.satisfiable(question, rows - {row}) for row in rows)

    put()


def asked(commitments: dict[str, Any], **more: Any) -> Snapshot:
    """Four of 5 tokens each that bring 10, 9, 8 and 7; two fit; C and D were the plan."""
    rows = [candidate(key, 5, {"gmv": gmv}, **more.pop(key, {})) for key, gmv in WORTH.items()]
    base = snapshot(rows, capacity=10, **more)
    kept = {"run_id": RUN, "selected": ["c", "D"], **commitments}
    return Snapshot.model_validate({**base.model_dump(), "commitments": kept})


def solved(question: Snapshot) -> Result:
    result = solve(question)
    assert check(question, result) == ()
    return result


@pytest.mark.parametrize(
    ("commitments", "portfolio", "value", "priced", "changes"),
    [
        ({}, "AB", 19, 19, 4),
        ({"max_changes": 4}, "AB", 19, 19, 4),
        ({"max_changes": 3}, "AC", 18, 18, 2),
        ({"max_changes": 0}, "CD", 15, 15, 0),
        ({"locked_in": ["d"]}, "AD", 17, 17, 2),
        ({"price_per_change": 0.4}, "AB", 19, 17.4, 4),
        ({"price_per_change": 0.6}, "AC", 18, 16.8, 2),
        ({"price_per_change": 1.6}, "CD", 15, 15, 0),
        ({"price_per_change": 0.6, "locked_in": ["B"]}, "AB", 19, 16.6, 4),
    ],
)
def test_what_is_kept_is_told_in_the_units_of_the_kpi(
    commitments: dict[str, Any], portfolio: str, value: float, priced: float, changes: int
) -> None:
    result = solved(asked(commitments))
    assert funded(result) == set(portfolio)
    objective, stability = result.objective, result.stability
    assert (objective.value, objective.best_possible, objective.bound) == (value, value, value)
    assert objective.stages[0].value == near(priced)
    assert stability is not None
    assert stability.changes == changes == len(stability.added) + len(stability.dropped)
    assert stability.price == near(value - priced)
    assert [item.objective_contribution for item in result.selected] == sorted(
        (WORTH[key] for key in portfolio), reverse=True
    )


def test_goals_take_their_share_of_the_priced_best() -> None:
    goal = {"kpi_key": "nps", "floor_or_goal": "goal", "target_value": 4}
    rows = [candidate("A", 5, {"gmv": 100}), candidate("B", 5, {"gmv": 97, "nps": 4})]
    base = snapshot(rows, capacity=5, metrics={"gmv": "north_star", "nps": "supporting"}, targets=[goal])
    kept = {"run_id": RUN, "selected": ["A"], "price_per_change": 0.5}
    question = Snapshot.model_validate({**base.model_dump(), "commitments": kept})
    result = solved(question)
    same_answer(result, brute_force.solve(question))
    assert (result.objective.value, result.objective.best_possible, result.objective.goals_cost) == (97, 101, 4)


def test_locked_in_and_ineligible_is_a_conflict_of_the_two() -> None:
    question = asked({"locked_in": ["A"]}, A={"lifecycle_status": "Done", "source_row": "Candidates!2"})
    result = answer(question)
    assert result.status == "infeasible"
    assert result.conflict is not None
    assert set(result.conflict.source_rows) == {f"run {RUN} locked_in A", "Candidates!2"}
    assert f"A is locked in: run {RUN} funds it" in {rule.text for rule in result.conflict.rules}


def test_what_is_outside_the_pool_is_told_and_no_change() -> None:
    scope = {"scope_type": "selected", "initiative_keys": ["A", "B", "D"]}
    question = asked({"locked_in": ["D", "GONE"], "selected": ["C", "D", "OLD"], "max_changes": 1}, scope=scope)
    result = solved(question)
    assert funded(result) == {"A", "D"}
    told = [(alert.code, alert.initiative_key) for alert in result.alerts]
    assert told == [("locked_in_outside_pool", "GONE"), ("commitment_outside_pool", None)]
    assert result.alerts[-1].message == f"run {RUN} funds C, OLD, which are not in the pool: no change is counted"


def test_what_is_locked_in_joins_the_pool_with_all_that_it_needs() -> None:
    question = asked(
        {"locked_in": ["C", "GONE"]},
        scope={"scope_type": "selected", "initiative_keys": []},
        prerequisites=[
            {"initiative_key": "C", "requires": ["A"], "source_rows": ["Constraints!2"]},
            {"initiative_key": "GONE", "requires": ["D"], "source_rows": ["Constraints!3"]},
        ],
        known=["GONE"],
    )
    result = solved(question)
    assert funded(result) == {"A", "C"}
    extended = [alert for alert in result.alerts if alert.code == "pool_extended"]
    assert [(alert.initiative_key, alert.source_rows) for alert in extended] == [
        ("A", ("Constraints!2",)),
        ("C", (f"run {RUN} locked_in C",)),
    ]
    assert extended[-1].message == (
        f"C is outside the run's scope and joined the pool: it is locked in by run {RUN}"
    )


def test_reasons_speak_of_commitments() -> None:
    result = solved(asked({"locked_in": ["C"], "max_changes": 1}, mandatory=[{"initiative_key": "D"}]))
    assert result.selected[0].reason.startswith(f"locked in by run {RUN}; adds 8 gmv")
    free = solved(asked({"max_changes": 1}, exclude_initiatives=[{"initiative_key": "D"}]))
    assert {item.initiative_key: (item.reason, item.source_rows) for item in free.rejected}["A"] == (
        f"did not fit: at most 1 change against run {RUN}, and they are made",
        (f"run {RUN} max_changes",),
    )
    dear = solved(asked({"price_per_change": 11}, exclude_initiatives=[{"initiative_key": "D"}]))
    reasons = {item.initiative_key: item.reason for item in dear.rejected}
    assert reasons["A"] == "adds 10, no more than the 11 that a change costs"


def test_spelling_and_order_of_commitments_mean_nothing() -> None:
    one = asked({"selected": ["C", "D"], "locked_in": ["D", "C"]})
    other = asked({"selected": [" d", "c", "D"], "locked_in": ["c", "d"]})
    assert build_question(one).snapshot == build_question(other).snapshot


@pytest.mark.parametrize(
    ("commitments", "message"),
    [
        ({"max_changes": -1}, "commitments.max_changes: -1 must be 0 or more"),
        ({"max_changes": 1.5}, "commitments.max_changes: 1.5 is not a whole number"),
        ({"price_per_change": -0.1}, "commitments.price_per_change: -0.1 must be 0 or more"),
        ({"price_per_change": 1e16}, "commitments.price_per_change: 1e+16 is not between 1e-100 and"),
        ({"run_id": " "}, "commitments.run_id: must not be blank"),
        ({"keep": True}, "commitments.keep: is not a field here"),
    ],
)
def test_unusable_commitments_are_invalid(commitments: dict[str, Any], message: str) -> None:
    document = asked({}).model_dump(mode="json")
    document["commitments"] |= commitments
    loaded = load_snapshot(document)
    result = loaded if isinstance(loaded, Result) else solve(loaded)
    assert result.status == "invalid"
    assert result.alerts[0].message.startswith(message)


@pytest.mark.parametrize(
    "lie",
    [
        {"changes": 1},
        {"added": ["B"]},
        {"dropped": []},
        {"price": 0.0},
        {"run_id": "another"},
        {"max_changes": 9},
    ],
)
def test_the_checker_counts_changes_again(lie: dict[str, Any]) -> None:
    question = asked({"max_changes": 2, "price_per_change": 0.6})
    result = solved(question)
    assert result.stability is not None
    wrong = result.model_copy(update={"stability": result.stability.model_copy(update=lie)})
    assert [violation.what for violation in check(question, wrong)] == [f"stability.{next(iter(lie))}"]
    assert check(question, result.model_copy(update={"stability": None}))


def test_the_checker_holds_a_portfolio_to_what_was_committed() -> None:
    result = solved(asked({}))
    locked = asked({"locked_in": ["D"]})
    assert "locked_in" in {violation.what for violation in check(locked, result)}
    few = asked({"max_changes": 3})
    assert "max_changes" in {violation.what for violation in check(few, result)}
    priced = asked({"price_per_change": 0.1})
    assert "objective.best_possible" in {violation.what for violation in check(priced, result)}


def test_the_exported_model_has_the_price_of_changes(tmp_path: Path) -> None:
    question = asked({"price_per_change": 0.6, "max_changes": 3})
    write_mps(question, tmp_path / "model.mps")
    reader: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    reader.silent()
    reader.readModel(str(tmp_path / "model.mps"))
    reader.run()
    best = solved(question).objective.stages[0].value
    assert reader.getObjectiveValue() == near(best)
    assert best == near(16.8)
