"""Generated portfolios as a quarter's plan has them: sizes on a scale, returns far apart, most rules slack.

Those of `generated` are made to hurt: 45 slices or more, each floor and cap within a few percent of what whole
candidates can hit, and values that follow tokens so closely that portfolios differ by little; proving one to 0.1 %
takes seconds. A quarter's plan is not like that. Teams estimate in sizes (1, 2, 3, 5, 8, …), what an initiative
brings for a token differs several times over, departments get about their share with room around it, and a handful
of floors and targets say what must not be forgotten. Analyses that solve such a plan a hundred times are measured
on these, and on the others to see what hurts.
"""

import numpy as np

from benchmarks.instances.portfolio import Floats, KpiFloor, Portfolio, SliceLimit, Synergy

_SIZES = (1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 40.0)
"""What teams estimate in, in tokens."""
_OFTEN = (0.08, 0.14, 0.2, 0.22, 0.17, 0.11, 0.06, 0.02)
_COUNTRIES, _PRODUCTS = 6, 10
_DEPARTMENT_SIZE = 40
_SPREAD = 0.6
"""Of the logarithm of value for a token: one in six brings twice, one in six half of the usual."""
_FLOORED = 3
"""Countries with a floor."""
_REACH = 15
"""How far apart two candidates of one rule stand at most; a department's stand side by side."""


def planning_portfolio(size: int, seed: int) -> Portfolio:
    """A plan of `size` candidates (50 or more); the same size and seed give the same one.

    Funding everybody in proportion keeps every floor and cap with room to spare, so nearly each seed has a plan.
    """
    dice = np.random.default_rng([size, seed, 2])
    funds = float(dice.uniform(0.35, 0.5))
    tokens = dice.choice(np.array(_SIZES), size, p=np.array(_OFTEN))
    values = np.round(tokens * dice.lognormal(1.0, _SPREAD, size), 1) + 0.1
    kpis = {
        kpi: np.round(tokens * dice.gamma(2.0, 1.0, size) * (dice.random(size) < share), 1)
        for kpi, share in (("buyers", 0.4), ("nps", 0.25))
    }
    departments = max(2, size // _DEPARTMENT_SIZE)
    slices = {
        "department": np.sort(dice.integers(departments, size=size)),
        "country": dice.choice(_COUNTRIES, size, p=_falling(_COUNTRIES)),
        "product": dice.choice(_PRODUCTS, size, p=_falling(_PRODUCTS)),
    }

    def limits(dimension: str, share: float, count: int) -> tuple[SliceLimit, ...]:
        """A share of the tokens of each of a dimension's first slices."""
        whole = np.bincount(slices[dimension], tokens)[:count]
        return tuple(
            SliceLimit(dimension, f"{dimension} {number + 1}", float(np.round(share * slice_tokens)))
            for number, slice_tokens in enumerate(whole)
            if slice_tokens
        )

    def some_pairs(share: float) -> list[tuple[int, int]]:
        """Pairs of which no two share a candidate, the lower one first."""
        first = (
            dice.choice(size // _REACH, max(1, min(round(share * size), size // _REACH)), replace=False) * _REACH
        )
        apart = dice.choice(_REACH - 1, (len(first), 2)) + 1
        return sorted((int(i), int(i + max(steps))) for i, steps in zip(first, apart, strict=True))

    mandatory = tuple(sorted(int(i) for i in dice.choice(size, max(1, size // 100), replace=False)))
    closed = set(mandatory)
    return Portfolio(
        name=f"planning-{size}-{seed}",
        tokens=tokens,
        values=values,
        capacity=float(np.round(funds * tokens.sum())),
        synergies=_synergies(some_pairs(0.03), values, dice),
        prerequisites=tuple((j, i) for i, j in some_pairs(0.06)),
        pairs=tuple(pair for pair in some_pairs(0.03) if closed.isdisjoint(pair)),
        bundles=tuple(some_pairs(0.02)),
        mandatory=mandatory,
        attributes={
            name: tuple(f"{name} {number + 1}" for number in numbers.tolist()) for name, numbers in slices.items()
        },
        caps=limits("department", min(1.0, funds + 0.15), departments),
        floors=limits("country", 0.6 * funds, _FLOORED),
        kpis=kpis,
        kpi_floors=tuple(
            KpiFloor(kpi, float(np.round(0.9 * funds * amounts.sum()))) for kpi, amounts in kpis.items()
        ),
    )


def _falling(count: int) -> Floats:
    """Shares that fall from the first to the last, as home markets and main products do; they add up to 1."""
    weights = 1.0 / np.arange(1, count + 1)
    return np.asarray(weights / weights.sum())


def _synergies(pairs: list[tuple[int, int]], values: Floats, dice: np.random.Generator) -> tuple[Synergy, ...]:
    """Pairs that are worth 10 to 30 % more together."""
    return tuple(
        Synergy(pair, float(np.round(dice.uniform(0.1, 0.3) * values[list(pair)].sum(), 1)) + 0.1) for pair in pairs
    )
