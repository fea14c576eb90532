"""Generated portfolios with rules of every type, as a large organisation's planning would have them."""

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from benchmarks.instances.portfolio import Floats, KpiFloor, Portfolio, SliceLimit, Synergy

PROGRAM_SIZE = 60
"""Candidates of a program, on average; they stand side by side. Rules tie candidates near each other."""
_DEPARTMENTS, _COUNTRIES, _PRODUCTS = 12, 8, 15
_REACH = 20
"""How far apart two candidates of one rule stand at most."""
_WIDER = 0.3
"""In standard deviations of a slice's mean, about: what whole candidates cannot hit is not asked for."""

_Ints = npt.NDArray[np.int64]


def generated_portfolio(size: int, seed: int) -> Portfolio:
    """A problem of `size` candidates (100 or more) and 0.6 rows for each; the same size and seed give the same one.

    How scarce tokens are and how much candidates differ varies with the seed. What is mandatory is taken with all
    that it needs, and caps, pairs and exclusions leave room for that.
    """
    return _Generator(size, seed).portfolio()


class _Generator:
    def __init__(self, size: int, seed: int) -> None:
        self._size = size
        self._seed = seed
        self._dice = np.random.default_rng([size, seed])

    def portfolio(self) -> Portfolio:
        size, dice = self._size, self._dice
        funds, spread = dice.uniform(0.25, 0.45), dice.uniform(0.1, 0.4)
        tokens = np.asarray(np.round(np.clip(dice.lognormal(3.0, 0.7, size), 2, 400)), dtype=np.float64)
        values = np.round(tokens * dice.lognormal(0.0, spread, size) + dice.uniform(0, 5, size), 1)
        kpis = {
            kpi: np.round(dice.gamma(2.0, 3.0, size) * (dice.random(size) < share), 1)
            for kpi, share in (("buyers", 0.5), ("nps", 0.2))
        }
        program = np.sort(dice.integers(max(2, size // PROGRAM_SIZE), size=size))
        department = (program * 7 + dice.integers(3, size=size)) % _DEPARTMENTS
        country = dice.integers(_COUNTRIES, size=size)
        product = dice.integers(_PRODUCTS, size=size)
        slices = {"Program": program, "Department": department, "Country": country, "Product": product}
        bundles = self._bundles()
        prerequisites = tuple((j, i) for i, j in self._near_pairs(0.25))
        needs = _Needs(bundles, prerequisites)
        mandatory = tuple(self._some(0.001).tolist())
        kept = needs.of(mandatory)
        excluded = tuple(i for i in self._some(0.005).tolist() if i not in kept)
        pairs = tuple(
            (i, j)
            for i, j in self._near_pairs(0.06)
            if not {i, j} <= kept and j not in needs.of([i]) and i not in needs.of([j])
        )
        spent = np.zeros(size)
        spent[list(kept)] = tokens[list(kept)]

        def limits(dimension: str, margin: float) -> tuple[SliceLimit, ...]:
            """A share of each slice's tokens: `margin` from what the scenario can fund, more for small slices."""
            numbers = slices[dimension]
            whole, least = np.bincount(numbers, tokens), np.bincount(numbers, spent)
            shares = funds + margin + np.sign(margin) * _WIDER / np.sqrt(np.maximum(np.bincount(numbers), 1))
            return tuple(
                SliceLimit(dimension.lower(), f"{dimension} {number + 1}", float(max(np.round(share * w), m)))
                for number, (share, w, m) in enumerate(zip(shares, whole, least, strict=True))
                if w
            )

        above = 0.04 - _WIDER / np.sqrt(size / _COUNTRIES)
        return Portfolio(
            name=f"generated-{size}-{self._seed}",
            tokens=tokens,
            values=values,
            capacity=float(np.round(funds * tokens.sum())),
            synergies=self._synergies(values),
            prerequisites=prerequisites,
            pairs=pairs,
            bundles=bundles,
            mandatory=mandatory,
            excluded=excluded,
            attributes={
                name.lower(): tuple(f"{name} {number + 1}" for number in numbers.tolist())
                for name, numbers in slices.items()
            },
            caps=(*limits("Department", 0.01), *limits("Program", 0.05)),
            floors=(*limits("Country", -0.01), *limits("Product", -0.02)),
            kpis=kpis,
            kpi_floors=tuple(
                KpiFloor(kpi, float(np.round((funds + above) * whole)), "country", f"Country {number + 1}")
                for kpi, amounts in kpis.items()
                for number, whole in enumerate(np.bincount(country, amounts))
            ),
        )

    def _some(self, share: float) -> _Ints:
        count = max(1, round(share * self._size))
        return np.sort(self._dice.choice(self._size, count, replace=False))

    def _near_pairs(self, share: float) -> list[tuple[int, int]]:
        """Different pairs of candidates that stand near each other, the lower one first, in order."""
        first = self._some(share)
        second = np.minimum(first + self._dice.integers(1, _REACH, size=len(first)), self._size - 1)
        return [(i, j) for i, j in zip(first.tolist(), second.tolist(), strict=True) if i < j]

    def _groups(self, share: float, most: int) -> list[tuple[int, ...]]:
        """Two to `most` different candidates that stand near each other."""
        dice = self._dice
        return [
            tuple(sorted((start + dice.choice(_REACH, dice.integers(2, most + 1), replace=False)).tolist()))
            for start in self._some(share).tolist()
            if start + _REACH <= self._size
        ]

    def _bundles(self) -> tuple[tuple[int, ...], ...]:
        """Groups of which no two share a member."""
        taken: set[int] = set()
        kept = []
        for group in self._groups(0.03, 4):
            if taken.isdisjoint(group):
                taken.update(group)
                kept.append(group)
        return tuple(kept)

    def _synergies(self, values: Floats) -> tuple[Synergy, ...]:
        """Groups that are worth 10 to 60 % more together, and pairs that take 5 to 30 % from each other."""
        bonuses = [(group, 1.0) for group in self._groups(0.08, 4)]
        maluses: list[tuple[tuple[int, ...], float]] = [(pair, -0.5) for pair in self._near_pairs(0.02)]
        shares = self._dice.uniform(0.1, 0.6, len(bonuses) + len(maluses))
        return tuple(
            Synergy(group, float(np.round(sign * share * values[list(group)].sum(), 1)) or sign)
            for (group, sign), share in zip(bonuses + maluses, shares, strict=True)
        )


class _Needs:
    """What has to be funded with a candidate: prerequisites and bundles, transitively."""

    def __init__(self, bundles: tuple[tuple[int, ...], ...], prerequisites: tuple[tuple[int, int], ...]) -> None:
        self._next: defaultdict[int, set[int]] = defaultdict(set)
        for dependent, required in prerequisites:
            self._next[dependent].add(required)
        for bundle in bundles:
            for member in bundle:
                self._next[member].update(bundle)

    def of(self, wanted: tuple[int, ...] | list[int]) -> set[int]:
        """These, and all that they need."""
        found, waiting = set(wanted), list(wanted)
        while waiting:
            for required in self._next.get(waiting.pop(), ()):
                if required not in found:
                    found.add(required)
                    waiting.append(required)
        return found
