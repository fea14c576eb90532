"""What a real search tells while it works, and how it ends when it is asked to."""

from itertools import pairwise

import pytest

from optcenter_pipeline.engine import Progress, solve
from optcenter_pipeline.engine.checker import check
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline_tests.support.hard_plan import hard_snapshot

HARD = hard_snapshot()


@pytest.fixture(scope="module")
def told() -> tuple[list[Progress], Result]:
    """The progress of a search that is cancelled once it has told of all there is to tell, and its result."""
    seen: list[Progress] = []

    def is_enough() -> bool:
        kinds = [progress.kind for progress in seen]
        return {"incumbent", "bound"} <= set(kinds) and kinds.count("alive") > 2

    return seen, solve(HARD, on_progress=seen.append, cancel=is_enough)


def test_values_rise_and_bounds_fall_each_with_its_time(told: tuple[list[Progress], Result]) -> None:
    seen, _ = told
    *search, end = seen
    assert {progress.kind for progress in search} == {"incumbent", "bound", "alive"}
    assert end.kind == "finished"
    for before, now in pairwise(search):
        assert before.seconds <= now.seconds
        assert (before.value or 0) <= (now.value or 0)
        assert (before.bound or float("inf")) >= (now.bound or float("inf"))
        assert before.nodes <= now.nodes
        if now.kind == "incumbent":
            assert now.value != before.value
            assert now.best_found_at == now.seconds
        if now.kind == "bound":
            assert now.bound != before.bound
            assert now.bound_found_at == now.seconds
        if now.kind == "alive":
            assert (now.value, now.bound, now.best_found_at) == (before.value, before.bound, before.best_found_at)


def test_no_portfolio_is_better_than_any_bound_that_was_told(told: tuple[list[Progress], Result]) -> None:
    seen, result = told
    best = result.objective.value
    assert best is not None
    assert all(progress.bound is None or progress.bound >= best for progress in seen)
    assert all(progress.value is None or progress.value <= seen[-1].bound for progress in seen if seen[-1].bound)
    for progress in seen:
        if progress.value and progress.bound is not None:
            assert progress.gap == pytest.approx((progress.bound - progress.value) / progress.value)


def test_the_best_portfolio_that_was_told_is_the_one_that_is_kept(told: tuple[list[Progress], Result]) -> None:
    seen, result = told
    assert result.status == "cancelled"
    assert check(HARD, result) == ()
    assert result.objective.value == seen[-1].value
    assert seen[-1].value == pytest.approx(max(progress.value or 0 for progress in seen))
