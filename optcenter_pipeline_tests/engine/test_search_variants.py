"""The same answer however it is searched: with and without presolve, by cores of any size, or as one whole."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

from optcenter_pipeline.engine import Snapshot, core_search, highs, portfolio_search, solve
from optcenter_pipeline.engine.checker import check
from optcenter_pipeline.engine.presolve import presolve as presolve_module
from optcenter_pipeline.engine.presolve.reduced_model import ReducedModel, unreduced
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.snapshots import snapshots

EXAMPLES = cases(100)


def for_random_snapshots(test: Callable[[Snapshot], None], seeded: int) -> None:
    @seed(seeded)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(question=snapshots(spoilt_percent=0))
    def put(question: Snapshot) -> None:
        test(question)

    put()


def agree(one: Result, other: Result) -> None:
    """What two searches of one question must agree on; portfolios may differ where they are worth the same."""
    assert one.status == other.status
    kinds, others = ([(s.name, s.second_pass, s.proven) for s in r.objective.stages] for r in (one, other))
    assert kinds == others
    values = [stage.value for stage in other.objective.stages]
    assert [s.value for s in one.objective.stages] == pytest.approx(values, rel=1e-6, abs=1e-6)


def test_presolve_changes_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def same(question: Snapshot) -> None:
        with_it = solve(question)
        with monkeypatch.context() as patched:
            patched.setattr(portfolio_search, "presolve", unreduced)
            without = solve(question)
        agree(with_it, without)
        assert check(question, with_it) == check(question, without) == ()

    for_random_snapshots(same, 1)


def test_presolve_reduces_what_it_is_given() -> None:
    smaller = 0

    def counted(question: Snapshot) -> None:
        nonlocal smaller
        size = solve(question).solver
        if size.model and size.presolved:
            assert size.presolved.columns <= size.model.columns
            smaller += size.presolved.columns < size.model.columns

    for_random_snapshots(counted, 2)
    assert smaller > EXAMPLES / 2


def test_cores_change_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cores of a column or two, in models that would otherwise be searched as a whole."""
    searched = 0
    search_core = core_search._StageSearch._search_core

    def counting(*given: Any) -> None:
        nonlocal searched
        searched += 1
        search_core(*given)

    def same(question: Snapshot) -> None:
        whole = solve(question)
        with monkeypatch.context() as patched:
            patched.setattr(portfolio_search, "presolve", unreduced)
            patched.setattr(core_search, "_SMALLEST_CORE", 1)
            patched.setattr(core_search, "_LARGEST_SHARE", 1.0)
            patched.setattr(core_search._StageSearch, "_gap", lambda _: 1e-9)
            patched.setattr(core_search._StageSearch, "_search_core", counting)
            patched.setattr(highs.SolverModel, "is_thorough", lambda *_: True)
            by_cores = solve(question)
        agree(whole, by_cores)

    for_random_snapshots(same, 3)
    assert searched > EXAMPLES / 2


def test_a_reduced_model_is_no_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[ReducedModel, ReducedModel]] = []
    presolve = presolve_module.presolve

    def kept(*given: Any) -> ReducedModel:
        reduced = presolve(*given)
        seen.append((unreduced(*given), reduced))
        return reduced

    monkeypatch.setattr(portfolio_search, "presolve", kept)

    def right(question: Snapshot) -> None:
        seen.clear()
        solve(question)
        for whole, reduced in seen:
            assert reduced.width <= whole.width
            assert reduced.height <= whole.height
            assert reduced.row_origins.shape == (reduced.height, whole.height)
            stands_for = reduced.row_origins != 0  # below 0 where the row's bounds have the slack in them
            assert (stands_for.sum(axis=1) > 0).all()

    for_random_snapshots(right, 4)
