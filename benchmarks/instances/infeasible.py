"""Generated portfolios that no plan satisfies: five whose relaxation has none either, three that only whole
candidates rule out. Everything but the rows that clash is as in `generated_portfolio`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from benchmarks.instances.generated import generated_portfolio
from benchmarks.instances.portfolio import KpiFloor, Portfolio, SliceLimit

_PROGRAMS = 4
_RING = 5
_TOKENS = 20.0


def rival_targets(size: int, seed: int) -> Portfolio:
    """Two KPIs must each reach 98 % of what the capacity alone allows, and there is not enough for both."""
    portfolio = generated_portfolio(size, seed)
    targets = (_share_of_best(portfolio, "buyers", 0.98), _share_of_best(portfolio, "nps", 0.98))
    return replace(portfolio, kpi_floors=(*portfolio.kpi_floors, *targets))


def unreachable_target(size: int, seed: int) -> Portfolio:
    """A KPI must reach 98 % of what the capacity alone allows. Of the other rules each takes a little of that: it
    takes many of them together, and whatever misses one of those lies near to the edge."""
    portfolio = generated_portfolio(size, seed)
    return replace(portfolio, kpi_floors=(*portfolio.kpi_floors, _share_of_best(portfolio, "buyers", 0.98)))


def region_beyond_caps(size: int, seed: int) -> Portfolio:
    """A region made of a few programs must spend more than the caps of those programs add up to."""
    portfolio = generated_portfolio(size, seed)
    caps = [cap for cap in portfolio.caps if cap.dimension == "program"][:_PROGRAMS]
    chosen = {cap.key for cap in caps}
    regions = tuple("North" if program in chosen else "South" for program in portfolio.attributes["program"])
    floor = SliceLimit("region", "North", sum(cap.tokens for cap in caps) + 1.0)
    return replace(
        portfolio,
        attributes={**portfolio.attributes, "region": regions},
        floors=(*portfolio.floors, floor),
    )


def crowded_floors(size: int, seed: int) -> Portfolio:
    """The floors of all products, each of which is easily met, take 2 % more than the capacity together."""
    portfolio = generated_portfolio(size, seed)
    products = np.array(portfolio.attributes["product"])
    share = 1.02 * portfolio.capacity / portfolio.tokens.sum()
    floors = tuple(
        SliceLimit("product", name, float(np.ceil(share * portfolio.tokens[products == name].sum())))
        for name in sorted(set(products.tolist()))
    )
    others = tuple(floor for floor in portfolio.floors if floor.dimension != "product")
    return replace(portfolio, floors=(*others, *floors))


def long_chain(size: int, seed: int) -> Portfolio:
    """Something mandatory needs something that needs something, and so on, one more than a cap has room for."""
    portfolio, members = _with_equal_tokens(size, seed, size // 50)
    chain = members.tolist()
    return replace(
        portfolio,
        attributes={**portfolio.attributes, "region": _marked(size, {"North": members})},
        prerequisites=(*portfolio.prerequisites, *pairwise(chain)),
        mandatory=(*portfolio.mandatory, chain[0]),
        caps=(*portfolio.caps, SliceLimit("region", "North", _TOKENS * (len(chain) - 1))),
    )


def ring_of_pairs(size: int, seed: int) -> Portfolio:
    """Of five equal candidates in a ring, each excludes the next, and two and a half of them are asked for."""
    portfolio, ring = _with_equal_tokens(size, seed, _RING)
    pairs = zip(ring.tolist(), np.roll(ring, -1).tolist(), strict=True)
    floor = SliceLimit("category", "Ring", _TOKENS * _RING / 2)
    return replace(
        portfolio,
        attributes={**portfolio.attributes, "category": _marked(size, {"Ring": ring})},
        pairs=(*portfolio.pairs, *pairs),
        floors=(*portfolio.floors, floor),
    )


def shared_bases(size: int, seed: int) -> Portfolio:
    """Parts of four candidates could share what they all need; whole, one of them and that exceed a cap."""
    portfolio, members = _with_equal_tokens(size, seed, 5)
    base, *tops = members.tolist()
    tokens = portfolio.tokens.copy()
    tokens[base] = _TOKENS + 11.0
    return replace(
        portfolio,
        tokens=tokens,
        attributes={
            **portfolio.attributes,
            "category": _marked(size, {"Top": members[1:]}),
            "region": _marked(size, {"North": members}),
        },
        prerequisites=(*portfolio.prerequisites, *((top, base) for top in tops)),
        caps=(*portfolio.caps, SliceLimit("region", "North", 2.25 * _TOKENS)),
        floors=(*portfolio.floors, SliceLimit("category", "Top", _TOKENS)),
    )


def coarse_tokens(size: int, seed: int) -> Portfolio:
    """Two slices of equal candidates, each with a cap between two of their multiples, and a floor on both together
    that only parts of candidates reach."""
    portfolio, members = _with_equal_tokens(size, seed, 9)
    slices = {"East": members[:5], "West": members[5:]}
    regions = {"North": members}
    caps = (SliceLimit("category", "East", 2.5 * _TOKENS), SliceLimit("category", "West", 1.5 * _TOKENS))
    return replace(
        portfolio,
        attributes={
            **portfolio.attributes,
            "category": _marked(size, slices),
            "region": _marked(size, regions),
        },
        caps=(*portfolio.caps, *caps),
        floors=(*portfolio.floors, SliceLimit("region", "North", 3.5 * _TOKENS)),
    )


LP_INFEASIBLE: Mapping[str, Callable[[int, int], Portfolio]] = {
    "rival_targets": rival_targets,
    "region_beyond_caps": region_beyond_caps,
    "crowded_floors": crowded_floors,
    "long_chain": long_chain,
    "unreachable_target": unreachable_target,
}
"""Name → (size, seed) → a problem whose linear relaxation has no solution."""
INTEGER_INFEASIBLE: Mapping[str, Callable[[int, int], Portfolio]] = {
    "ring_of_pairs": ring_of_pairs,
    "coarse_tokens": coarse_tokens,
    "shared_bases": shared_bases,
}
"""Name → (size, seed) → a problem whose linear relaxation has a solution, and which has none itself."""


def _share_of_best(portfolio: Portfolio, kpi_key: str, share: float) -> KpiFloor:
    """A floor at so much of what a KPI can come to within the capacity, all other rules aside."""
    amounts = portfolio.kpis[kpi_key]
    best_first = np.argsort(-amounts / portfolio.tokens, kind="stable")
    affordable = best_first[np.cumsum(portfolio.tokens[best_first]) <= portfolio.capacity]
    return KpiFloor(kpi_key, float(np.floor(share * amounts[affordable].sum())))


def _with_equal_tokens(size: int, seed: int, count: int) -> tuple[Portfolio, npt.NDArray[np.int64]]:
    """A generated portfolio, and the positions of candidates that no rule ties, of equal tokens."""
    portfolio = generated_portfolio(size, seed)
    groups = (
        *portfolio.prerequisites,
        *portfolio.pairs,
        *portfolio.bundles,
        portfolio.mandatory,
        portfolio.excluded,
    )
    tied = {position for group in groups for position in group}
    tied.update(position for synergy in portfolio.synergies for position in synergy.members)
    members = np.array([position for position in range(size) if position not in tied][:count])
    tokens = portfolio.tokens.copy()
    tokens[members] = _TOKENS
    return replace(portfolio, tokens=tokens), members


def _marked(size: int, slices: Mapping[str, npt.NDArray[np.int64]]) -> tuple[str, ...]:
    """One name a candidate: its slice's, or `Other`."""
    names = np.full(size, "Other", dtype=object)
    for name, members in slices.items():
        names[members] = name
    return tuple(names.tolist())
