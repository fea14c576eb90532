"""A glance at the farthest portfolio against the search for its proof, on plans too large to enumerate."""

import time

import pytest

from benchmarks.instances.generated import generated_portfolio
from benchmarks.instances.planning import planning_portfolio
from benchmarks.instances.portfolio import Portfolio
from benchmarks.instances.snapshots import to_snapshot
from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.checker import check_portfolio
from optcenter_pipeline.engine.staged import Clock
from optcenter_pipeline.explain.alternatives_search import Differing, within
from optcenter_pipeline.explain.base_plan import BasePlan, base_plan
from optcenter_pipeline.explain.distance_search import DistanceSearch
from optcenter_pipeline.explain.least_count import Least
from optcenter_pipeline.explain.warm_search import Found


def farthest(plan: BasePlan, *, nodes: int, glance: bool) -> Found:
    question = within(plan, 5.0)
    differing = Differing.of(question)
    count = differing.distance(plan.point, 0)
    least = Least((count,), float(len(differing.columns)))
    search = DistanceSearch(
        question,
        (count[0],),
        question.plan.economy,
        least=least,
        options=plan.options,
        clock=Clock(time.perf_counter(), None),
        cancel=lambda: False,
    )
    found = search.farthest(start=plan.point, nodes=nodes, glance=glance)
    assert found.point is not None
    assert found.value == least.value(found.point)
    assert check_portfolio(question.snapshot, question.keys_of(found.point)) == ()
    assert plan.stage.own_terms.value(found.point) >= 0.95 * plan.objective - 1e-6
    return found


@pytest.mark.parametrize(
    ("portfolio", "share"), [(planning_portfolio(150, 1), 0.9), (generated_portfolio(130, 1), 0.1)]
)
def test_a_glance_finds_a_portfolio_far_away_and_a_bound_that_holds(portfolio: Portfolio, share: float) -> None:
    one = to_snapshot(portfolio, mip_gap=1e-3)
    quick = one.model_copy(update={"solver": one.solver.model_copy(update={"node_limit": 50})})
    plan = base_plan(one, solve(quick))
    seen = farthest(plan, nodes=2, glance=True)
    searched = farthest(plan, nodes=20, glance=False)
    assert seen.value is not None
    assert searched.value is not None
    assert seen.value >= share * seen.bound > 0
    assert seen.value <= searched.bound
    assert searched.value <= seen.bound
