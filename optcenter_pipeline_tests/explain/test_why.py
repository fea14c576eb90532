"""Every candidate the other way, against the oracle; bounds, against what was searched in full."""

from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, reject

from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.portfolio_search import Searched
from optcenter_pipeline.engine.refutation import Refutation
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.staged import Staged
from optcenter_pipeline.explain.base_plan import BasePlan, base_plan
from optcenter_pipeline.explain.documents import CandidateExplanation
from optcenter_pipeline.explain.why import explain_candidates
from optcenter_pipeline.explain.why_relaxation import Relaxed, TightRelaxation
from optcenter_pipeline_tests.engine.test_brute_force import for_random, near
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.mid_size import mid_size
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot


def planned(question: Snapshot) -> BasePlan:
    result = solve(question)
    if result.status != "optimal":
        reject()
    return base_plan(question, result)


def funded_there(plan: BasePlan, told: CandidateExplanation) -> frozenset[str]:
    """The portfolio that an explanation tells of."""
    before = frozenset(chosen.initiative_key for chosen in plan.result.selected)
    return (before ^ {told.initiative_key} | {*told.lets_in}) - {*told.displaces}


def answers(question: Snapshot, plan: BasePlan) -> Iterator[tuple[CandidateExplanation, brute_force.Answer]]:
    """Each explanation, and what the oracle says of the same."""
    for told in explain_candidates(plan):
        other_way = {told.initiative_key: not told.is_selected}
        yield told, brute_force.solve(question, forced=other_way)


def explains_as_the_oracle(question: Snapshot) -> None:
    plan = planned(question)
    selected = {chosen.initiative_key for chosen in plan.result.selected}
    keys = []
    for told, answer in answers(question, plan):
        assume(answer.decided)
        keys.append(told.initiative_key)
        assert told.is_selected == (told.initiative_key in selected)
        assert told.is_possible == (answer.status == "optimal")
        if not told.is_possible:
            assert told.certainty == "exact"
            assert (told.objective_change, told.tokens_change, told.lets_in, told.displaces) == (None, None, (), ())
            continue
        assert told.objective_change is not None
        if told.certainty == "bound":  # a shortfall's bound can miss its value by the solver's tolerance
            assert plan.question.model.goals
            assert max(answer.first_values) <= plan.objective + told.objective_change + 1e-6
            continue
        assert any(plan.objective + told.objective_change == near(value) for value in answer.first_values)
        assert told.tokens_change == near((answer.tokens or 0.0) - plan.tokens)
        assert funded_there(plan, told) in answer.portfolios
        assert told.found_change == told.objective_change
    assert keys == sorted(keys)
    assert len(keys) == len(plan.result.selected) + len(plan.result.rejected)


@pytest.mark.parametrize("share", range(4))
def test_every_candidate_is_explained_as_the_oracle_says(share: int) -> None:
    for_random(explains_as_the_oracle, 600 + share, 40, spoilt_percent=0, most=9)


def names_rows_that_forbid(question: Snapshot) -> None:
    plan = planned(question)
    for told in explain_candidates(plan, exact=len(plan.point)):
        if not told.is_possible:
            other_way = {told.initiative_key: not told.is_selected}
            everything = brute_force.sources(question)
            assert brute_force.solve(question, forced=other_way, without=everything).status == "optimal"
            rest = everything - {*told.source_rows}
            assert brute_force.solve(question, forced=other_way, without=rest).status == "infeasible"


@pytest.mark.parametrize("share", range(2))
def test_rows_that_leave_no_other_way_are_enough_for_that(share: int) -> None:
    for_random(names_rows_that_forbid, 620 + share, 60, spoilt_percent=0, tight_percent=60, most=9)


def bounds_what_the_oracle_says(question: Snapshot) -> None:
    plan = planned(question)
    for told in explain_candidates(plan, exact=0):
        answer = brute_force.solve(question, forced={told.initiative_key: not told.is_selected})
        assume(answer.decided)
        if not told.is_possible:
            assert answer.status == "infeasible"
        elif answer.status == "optimal" and told.objective_change is not None:
            bound = plan.objective + told.objective_change
            assert max(answer.first_values) <= bound + 1e-6 * max(1.0, abs(bound))


@pytest.mark.parametrize("share", range(2))
def test_no_plan_is_better_than_a_bound(share: int) -> None:
    for_random(bounds_what_the_oracle_says, 640 + share, 40, spoilt_percent=0, most=9)


@pytest.mark.parametrize("seeded", range(6))
def test_bounds_of_larger_plans_hold_and_say_much(seeded: int) -> None:
    plan = planned(mid_size(Random(seeded)))
    bounds, exact = explain_candidates(plan, exact=0), explain_candidates(plan)
    assert {told.certainty for told in exact} == {"exact"}
    told_apart = 0
    for bound, found in zip(bounds, exact, strict=True):
        assert bound.is_possible or not found.is_possible
        if found.is_possible and bound.certainty == "bound":
            assert found.objective_change is not None
            assert bound.objective_change is not None
            assert found.objective_change <= bound.objective_change + 1e-6
            told_apart += bound.objective_change < 0
    assert told_apart > len(bounds) / 3


def test_some_are_searched_and_the_rest_is_bounded() -> None:
    plan = planned(mid_size(Random(1)))
    everything = explain_candidates(plan)
    some = explain_candidates(plan, exact=5)
    assert some == explain_candidates(plan, exact=5)
    certain = [told for told in some if told.is_possible and told.certainty == "exact"]
    assert 5 <= len(certain) < len(some)
    for told, full in zip(some, everything, strict=True):
        if told.is_possible and told.found_change is not None:
            assert full.objective_change is not None
            assert told.found_change <= full.objective_change + 1e-6
            assert told.certainty == "bound" or told.objective_change == near(full.objective_change)


def test_nobody_has_time() -> None:
    plan = planned(mid_size(Random(2)))
    for stopped in (explain_candidates(plan, cancel=lambda: True), explain_candidates(plan, left=lambda: 0.0)):
        assert {told.certainty for told in stopped if told.is_possible} == {"bound"}
        assert all(told.objective_change == 0 for told in stopped if told.is_possible)


def test_a_plan_that_is_not_proven_makes_nothing_exact() -> None:
    question = mid_size(Random(3))
    result = solve(question).model_copy(update={"status": "feasible"})
    told = explain_candidates(base_plan(question, result))
    assert {one.certainty for one in told if one.is_possible} == {"bound"}


def test_what_is_called_impossible_and_is_not_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relaxation that refutes what a portfolio has: the rows in the way are then not found, and that is seen."""
    plan = planned(mid_size(Random(4)))
    truth = explain_candidates(plan)
    honest = TightRelaxation.flipped
    lied: list[int] = []

    def lying(self: TightRelaxation, column: int, value: float) -> Relaxed | Refutation | None:
        relaxed = honest(self, column, value)
        if isinstance(relaxed, Relaxed) and not lied:
            lied.append(column)
            return Refutation(np.zeros(0), np.zeros(0))
        return relaxed

    monkeypatch.setattr(TightRelaxation, "flipped", lying)
    assert explain_candidates(plan) == truth
    assert lied


def test_what_a_search_calls_impossible_and_is_not_is_no_more_than_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(small())
    infeasible = Searched(Staged("infeasible", None, (), ()), None, 0.0)
    monkeypatch.setattr("optcenter_pipeline.explain.why_flips.search_portfolio", lambda *_, **__: infeasible)
    monkeypatch.setattr("optcenter_pipeline.explain.why_flips.Cores.search", lambda *_: None)
    told = explain_candidates(plan)
    assert [(one.is_possible, one.certainty, one.found_change) for one in told[:3]] == [(True, "bound", None)] * 3
    assert not told[3].is_possible  # by its own row


def reasons(question: Snapshot) -> dict[str, str]:
    return {told.initiative_key: told.reason for told in explain_candidates(planned(question))}


def small(capacity: float = 11, **rules: Any) -> Snapshot:
    rows = [
        candidate("A", 6, {"gmv": 8}, attributes={"country": "UK"}),
        candidate("B", 5, {"gmv": 5}, attributes={"country": "UK"}),
        candidate("C", 5, {"gmv": 4}),
        candidate("D", 3, {"gmv": 1}, lifecycle_status="done", source_row="Candidates!9"),
    ]
    return snapshot(rows, capacity=capacity, **rules)


def test_sentences() -> None:
    assert reasons(small()) == {
        "A": "Funded: without it the plan would bring 4 gmv less (9 instead of 13). C would come in.",
        "B": "Funded: without it the plan would bring 1 gmv less (12 instead of 13). C would come in.",
        "C": "Not funded: with it the plan would bring 1 gmv less (12 instead of 13). It would displace B. "
        "In its way: “the scenario's capacity is 11 tokens” (Scenario_Config row 2).",
        "D": "Cannot be funded: “the lifecycle status of D is done” (Candidates row 9).",
    }


def test_sentences_of_rules() -> None:
    told = reasons(
        small(
            capacity=16,
            mandatory=[{"initiative_key": "B", "source_rows": ["Constraints!2"]}],
            capacity_caps=[
                {"dimension": "country", "dimension_key": "UK", "max_tokens": 9, "source_rows": ["Constraints!3"]}
            ],
            prerequisites=[{"initiative_key": "B", "requires": ["C"], "source_rows": ["Constraints!4"]}],
        )
    )
    assert told["A"] == (
        "Cannot be funded: “at most 9 tokens on country UK” (Constraints row 3) and “B is mandatory” "
        "(Constraints row 2)."
    )
    assert told["B"] == "Cannot be left out: “B is mandatory” (Constraints row 2)."
    assert told["C"] == (
        "Cannot be left out: “B is mandatory” (Constraints row 2) and “B needs C” (Constraints row 4)."
    )


def test_a_gain_has_its_price() -> None:
    rows = [candidate("A", 5, {"gmv": 100}), candidate("B", 5, {"gmv": 96, "nps": 10})]
    goal = [{"kpi_key": "nps", "floor_or_goal": "goal", "target_value": 10}]
    question = snapshot(rows, capacity=5, metrics={"gmv": "north_star", "nps": "supporting"}, targets=goal)
    told = reasons(question)
    assert told["A"].startswith(
        "Not funded: with it the plan would bring 4 gmv more (100 instead of 96), at the price of the goals. "
    )
    assert "The goal for nps of the whole portfolio would be missed by 10 instead of met." in told["A"]
