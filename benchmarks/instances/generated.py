"""Generated portfolios with rules of every type, as a large organisation's planning would have them."""

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from benchmarks.instances.portfolio import Floats, KpiFloor, Portfolio, SliceLimit, Synergy

PROGRAM_SIZE = 60
"""Candidates of a program, on average; they stand side by side. Rules tie candidates near each other."""
_DEPARTMENTS, _COUNTRIES = 12, 8
_REACH = 20
"""How far apart two candidates of one rule stand at most."""

_Ints = npt.NDArray[np.int64]


def generated_portfolio(size: int, seed: int) -> Portfolio:
    """A problem of `size` candidates (100 or more) and 0.6 rows for each; the same size and seed give the same one.

    It is feasible where floors are: what is mandatory is taken with all that it needs, and caps, pairs and
    exclusions leave room for that.
    """
    return _Generator(size, seed).portfolio()


class _Generator:
    def __init__(self, size: int, seed: int) -> None:
        self._size = size
        self._seed = seed
        self._dice = np.random.default_rng([size, seed])

    def portfolio(self) -> Portfolio:
        size, dice = self._size, self._dice
        tokens: Floats = np.round(np.clip(dice.lognormal(3.0, 0.7, size), 2.0, 400.0))
        values = np.round(tokens * dice.lognormal(0.0, 0.35, size) + dice.uniform(0, 5, size), 1)
        nps = np.round(dice.gamma(2.0, 3.0, size) * (dice.random(size) < 0.3), 1)
        program = np.sort(dice.integers(max(2, size // PROGRAM_SIZE), size=size))
        department = (program * 7 + dice.integers(3, size=size)) % _DEPARTMENTS
        country = dice.integers(_COUNTRIES, size=size)
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
        slices = {"Program": program, "Department": department, "Country": country}

        def limits(dimension: str, share: float) -> tuple[SliceLimit, ...]:
            numbers = slices[dimension]
            whole, least = np.bincount(numbers, tokens), np.bincount(numbers, spent)
            return tuple(
                SliceLimit(dimension.lower(), f"{dimension} {number + 1}", float(max(np.round(share * w), m)))
                for number, (w, m) in enumerate(zip(whole, least, strict=True))
                if w
            )

        return Portfolio(
            name=f"generated-{size}-{self._seed}",
            tokens=tokens,
            values=values,
            capacity=float(np.round(0.35 * tokens.sum())),
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
            caps=(*limits("Department", 0.36), *limits("Program", 0.45)),
            floors=limits("Country", 0.32),
            kpi_floors=(KpiFloor("nps", nps, float(np.round(0.38 * nps.sum()))),),
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
