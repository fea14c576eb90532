"""A portfolio problem in plain numbers: what every solver of a comparison gets, each in its own form."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

TOLERANCE = 1e-9
"""Relative: numbers have few decimals, so whatever is summed exactly either keeps a bound or misses it clearly."""


@dataclass(frozen=True)
class SliceLimit:
    """Tokens spent on the candidates whose `dimension` is `key`."""

    dimension: str
    key: str
    tokens: float


@dataclass(frozen=True)
class Synergy:
    """`value` is added when all members (positions of candidates, two or more) are funded."""

    members: tuple[int, ...]
    value: float


@dataclass(frozen=True)
class KpiFloor:
    """What a KPI of a slice has to reach; `all`/`all` is every candidate."""

    kpi_key: str
    required: float
    dimension: str = "all"
    key: str = "all"


@dataclass(frozen=True, eq=False)
class Portfolio:
    """Fund the candidates worth most within the capacity and the rules; candidates are known by their position."""

    name: str
    tokens: Floats
    """(n,), above 0."""
    values: Floats
    """(n,): contributions to the north star."""
    capacity: float
    synergies: tuple[Synergy, ...] = ()
    """All on the north star."""
    prerequisites: tuple[tuple[int, int], ...] = ()
    """(dependent, required)."""
    pairs: tuple[tuple[int, int], ...] = ()
    """At most one of the two."""
    bundles: tuple[tuple[int, ...], ...] = ()
    mandatory: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Dimension → one key a candidate."""
    caps: tuple[SliceLimit, ...] = ()
    floors: tuple[SliceLimit, ...] = ()
    kpis: Mapping[str, Floats] = field(default_factory=dict)
    """Further KPI → contributions (n,)."""
    kpi_floors: tuple[KpiFloor, ...] = ()

    @property
    def size(self) -> int:
        """How many candidates there are."""
        return len(self.tokens)

    def members(self, limit: SliceLimit | KpiFloor) -> npt.NDArray[np.int64]:
        """Positions of the candidates in a limit's slice."""
        if limit.dimension == "all":
            return np.arange(self.size)
        return self._slices.get((limit.dimension, limit.key), np.zeros(0, dtype=np.int64))

    @cached_property
    def _slices(self) -> Mapping[tuple[str, str], npt.NDArray[np.int64]]:
        found: dict[tuple[str, str], list[int]] = {}
        for dimension, listed in self.attributes.items():
            for position, key in enumerate(listed):
                found.setdefault((dimension, key), []).append(position)
        return {pair: np.array(positions) for pair, positions in found.items()}

    def value(self, funded: Sequence[bool] | Bools) -> float:
        """What these candidates (n,) are worth, summed exactly."""
        won = (s.value for s in self.synergies if all(funded[i] for i in s.members))
        return math.fsum([*self.values[np.asarray(funded, dtype=bool)], *won])

    def broken(self, funded: Sequence[bool] | Bools) -> Iterator[str]:
        """The rules that these candidates (n,) break, in words; none for a valid portfolio."""
        chosen = np.asarray(funded, dtype=bool)
        spent = math.fsum(self.tokens[chosen])
        if _more(spent, self.capacity):
            yield f"{spent:.12g} tokens of {self.capacity:.12g}"
        for limit, sign in [*((cap, 1) for cap in self.caps), *((floor, -1) for floor in self.floors)]:
            members = self.members(limit)
            used = math.fsum(self.tokens[members[chosen[members]]])
            if _more(sign * used, sign * limit.tokens):
                yield f"{used:.12g} tokens on {limit}"
        for target in self.kpi_floors:
            members = self.members(target)
            reached = math.fsum(self.kpis[target.kpi_key][members[chosen[members]]])
            if _more(target.required, reached):
                yield f"only {reached:.12g} for {target}"
        yield from (f"{i} without {j}" for i, j in self.prerequisites if chosen[i] and not chosen[j])
        yield from (f"{i} beside {j}" for i, j in self.pairs if chosen[i] and chosen[j])
        yield from (f"a part of bundle {b}" for b in self.bundles if len({bool(chosen[i]) for i in b}) > 1)
        yield from (f"without {i}, which is mandatory" for i in self.mandatory if not chosen[i])
        yield from (f"with {i}, which is excluded" for i in self.excluded if chosen[i])


def _more(one: float, other: float) -> bool:
    return one > other + TOLERANCE * max(1.0, abs(other))
