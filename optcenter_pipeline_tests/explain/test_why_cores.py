"""Cores of one candidate the other way: what they call the best is the best of all, and what they bound is."""

import math
from random import Random

import pytest
from hypothesis import assume, reject

from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain import why_cores
from optcenter_pipeline.explain.base_plan import BasePlan, base_plan
from optcenter_pipeline.explain.why import explain_candidates
from optcenter_pipeline.explain.why_cores import Cores
from optcenter_pipeline.explain.why_flips import is_strict
from optcenter_pipeline.explain.why_relaxation import TightRelaxation
from optcenter_pipeline_tests.engine.test_brute_force import for_random, near
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.mid_size import mid_size
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot


def planned(question: Snapshot) -> BasePlan:
    result = solve(question)
    if result.status != "optimal":
        reject()
    return base_plan(question, result)


def cores_of(plan: BasePlan) -> Cores:
    return Cores(plan, TightRelaxation(plan.question), None, lambda: None, lambda: False)


def reach_what_the_oracle_says(question: Snapshot) -> None:
    plan = planned(question)
    assume(is_strict(plan.question.plan))
    cores = cores_of(plan)
    for column, member in enumerate(plan.question.model.columns.candidates):
        value = 1.0 - plan.point[column]
        reached = cores.search(column, value, None)
        if reached is None:
            continue
        answer = brute_force.solve(question, forced={member.initiative_key: bool(value)})
        assume(answer.decided)
        if answer.status == "infeasible":
            assert reached.point is None
            continue
        best = max(answer.first_values)
        assert best <= reached.bound + 1e-6 * max(1.0, abs(reached.bound))
        if reached.point is not None:
            assert reached.point[column] == value
            assert plan.stage.terms.value(reached.point) <= best + 1e-6 * max(1.0, abs(best))
        if reached.is_whole:
            assert reached.point is not None
            assert plan.stage.terms.value(reached.point) == near(best)
            assert frozenset(plan.question.keys_of(reached.point)) in answer.portfolios


@pytest.mark.parametrize("smallest", [1, 3])
def test_a_core_that_is_whole_has_the_best_portfolio_of_all(smallest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(why_cores, "_SMALLEST", smallest)
    for_random(reach_what_the_oracle_says, 630 + smallest, 15, spoilt_percent=0, most=9)


@pytest.mark.parametrize(("seed", "mode"), [(0, "north_star"), (5, "lexicographic")])
def test_whole_numbers_are_rounded_behind_what_a_core_leaves_out(
    seed: int, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relaxation of 41.9 less .9 is 41, which 41 less .9 is not."""
    monkeypatch.setattr(why_cores, "_SMALLEST", 2)
    question = whole_numbers(Random(seed), mode)
    plan = planned(question)
    said: list[tuple[float, float]] = []

    def noted(value: float, bound: float) -> bool:
        said.append((value, bound))
        return False

    cores = Cores(plan, TightRelaxation(plan.question), noted, lambda: None, lambda: False)
    for column, member in enumerate(plan.question.model.columns.candidates):
        value = 1.0 - plan.point[column]
        said.clear()
        reached = cores.search(column, value, None)
        assert reached is not None
        answer = brute_force.solve(question, forced={member.initiative_key: bool(value)})
        best = max(answer.first_values)
        assert all(bound >= best - 1e-6 for _, bound in said)
        assert reached.is_whole
        assert reached.point is not None
        assert frozenset(plan.question.keys_of(reached.point)) in answer.portfolios


def whole_numbers(dice: Random, mode: str) -> Snapshot:
    """Eleven candidates of unlike size, worth whole numbers that many sums have in common."""
    tokens, worth = (3, 5, 7, 8, 11, 13, 17, 19), (2, 3, 4, 5, 6, 8, 9, 11)
    rows = [
        candidate(f"I-{n:02d}", dice.choice(tokens), {"gmv": dice.choice(worth), "nps": dice.randint(0, 9)})
        for n in range(11)
    ]
    return snapshot(
        rows,
        capacity=round(0.45 * sum(row["engineering_tokens"] for row in rows)),
        metrics={"gmv": "north_star", "nps": "supporting"},
        scenario={"objective_mode": mode, "objective_weights": ["gmv", "nps"] if mode == "lexicographic" else None},
    )


def test_cores_say_what_searches_of_the_whole_say(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(mid_size(Random(1)))
    by_cores = explain_candidates(plan)
    monkeypatch.setattr("optcenter_pipeline.explain.why_flips.Cores.search", lambda *_: None)
    anew = explain_candidates(plan)
    assert {told.certainty for told in by_cores} == {"exact"}
    for core, whole in zip(by_cores, anew, strict=True):
        assert core.is_possible == whole.is_possible
        if core.objective_change is not None:
            assert core.objective_change == near(whole.objective_change or 0.0)
            assert core.tokens_change == near(whole.tokens_change or 0.0)


def test_a_core_is_smaller_than_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside it is nothing as good: what a part of the columns shows holds for all of them."""
    plan = planned(mid_size(Random(1)))
    monkeypatch.setattr(why_cores, "_SMALLEST", 15)
    widths = []
    honest = Cores._core

    def noted(self: Cores, *args: object) -> object:
        core, outside = honest(self, *args)  # type: ignore[arg-type]
        widths.append((int(core.sum()), outside))
        return core, outside

    monkeypatch.setattr(Cores, "_core", noted)
    cores = cores_of(plan)
    whole = []
    for column in range(12):
        reached = cores.search(column, 1.0 - plan.point[column], None)
        whole.append(reached is not None and reached.is_whole and math.isfinite(widths[-1][1]))
    assert any(whole)
    assert min(width for width, _ in widths) < cores._model.width - 1


def test_what_is_enough_ends_it() -> None:
    plan = planned(mid_size(Random(1)))
    column = next(column for column, value in enumerate(plan.point) if not value)
    cores = Cores(plan, TightRelaxation(plan.question), lambda value, bound: True, lambda: None, lambda: False)
    reached = cores.search(column, 1.0, None)
    assert reached is not None
    assert reached.point is not None
    assert not cores.is_spent
