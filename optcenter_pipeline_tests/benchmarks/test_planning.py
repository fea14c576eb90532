"""A quarter's plan, as it is generated: rules of the types that people use, and a portfolio that keeps them."""

import pytest

from benchmarks.compare.record import digest_of
from benchmarks.instances.planning import planning_portfolio
from benchmarks.instances.snapshots import keys, to_snapshot, with_ranges
from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.validity import find_problems

_FAMILIES = (
    "capacity_floors",
    "capacity_caps",
    "targets",
    "mandatory",
    "exclude_pairs",
    "bundles",
    "prerequisites",
    "synergy_bonuses",
)


def test_the_same_seed_gives_the_same_plan() -> None:
    first, again, other = (digest_of(planning_portfolio(200, seed)) for seed in (4, 4, 5))
    assert first == again != other


@pytest.mark.parametrize(("size", "seed"), [(50, 1), (200, 1), (200, 2), (1_000, 1)])
def test_it_has_rules_of_many_types_and_a_portfolio_that_keeps_them(size: int, seed: int) -> None:
    portfolio = planning_portfolio(size, seed)
    snapshot = to_snapshot(portfolio, mip_gap=1e-3)
    rules = {name: len(getattr(snapshot.constraint_set, name)) for name in _FAMILIES}
    assert all(rules.values()), rules
    assert find_problems(snapshot) == ()
    result = solve(snapshot)
    assert result.status == "optimal"
    funded = {chosen.initiative_key for chosen in result.selected}
    assert list(portfolio.broken([key in funded for key in keys(portfolio)])) == []
    assert 0.2 * size < len(funded) < 0.8 * size


def test_ranges_lie_around_each_contribution() -> None:
    snapshot = with_ranges(to_snapshot(planning_portfolio(60, 1), mip_gap=1e-3), 0.7, 1.2)
    assert find_problems(snapshot) == ()
    for candidate in snapshot.candidates:
        assert candidate.contribution_ranges.keys() == candidate.contributions.keys()
        for kpi, (low, high) in candidate.contribution_ranges.items():
            assert low < candidate.contributions[kpi] < high
