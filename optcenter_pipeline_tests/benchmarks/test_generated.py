import pytest

from benchmarks.compare.record import digest_of
from benchmarks.instances.arrays import natural_arrays
from benchmarks.instances.catalogue import SEEDS
from benchmarks.instances.generated import generated_portfolio
from benchmarks.instances.portfolio import Portfolio
from benchmarks.instances.snapshots import to_snapshot
from optcenter_pipeline.engine.validity import find_problems


def test_the_same_seed_gives_the_same_problem() -> None:
    first, again, other = (digest_of(generated_portfolio(300, seed)) for seed in (4, 4, 5))
    assert first == again != other


@pytest.mark.parametrize("size", [300, 1_000, 10_000])
def test_there_are_rules_of_every_type_and_a_valid_snapshot(size: int) -> None:
    portfolio = generated_portfolio(size, 1)
    rules = {name: len(getattr(to_snapshot(portfolio, mip_gap=1e-3).constraint_set, name)) for name in _FAMILIES}
    assert all(rules.values()), rules
    assert {synergy.value > 0 for synergy in portfolio.synergies} == {True, False}
    assert find_problems(to_snapshot(portfolio, mip_gap=1e-3)) == ()
    assert 0.5 * size < len(natural_arrays(portfolio).row_lower) < size


_FAMILIES = (
    "capacity_floors",
    "capacity_caps",
    "targets",
    "mandatory",
    "exclude_initiatives",
    "exclude_pairs",
    "bundles",
    "prerequisites",
    "synergy_bonuses",
)


@pytest.mark.parametrize(("size", "seed"), [(300, 1), (1_000, 1), *((10_000, seed) for seed in (1, 2, 3))])
def test_what_is_mandatory_leaves_the_other_rules_alone(size: int, seed: int) -> None:
    portfolio = generated_portfolio(size, seed)
    funded = _with_what_they_need(portfolio)
    broken = list(portfolio.broken(funded))
    wanted = len(portfolio.floors) + len(portfolio.kpi_floors)
    assert len(broken) <= wanted, "nothing but floors may ask for more"
    assert all("floor" in text.lower() or "tokens on" in text for text in broken)
    assert seed <= SEEDS[size]


def _with_what_they_need(portfolio: Portfolio) -> list[bool]:
    funded = set(portfolio.mandatory)
    grown = True
    while grown:
        before = len(funded)
        funded |= {required for dependent, required in portfolio.prerequisites if dependent in funded}
        funded |= {member for bundle in portfolio.bundles if funded & set(bundle) for member in bundle}
        grown = len(funded) > before
    return [i in funded for i in range(portfolio.size)]
