"""The neutral form of every rule: linear rows over numbered columns, each with its source rows.

Nothing that reads these rows (the Pyomo model, certificates, export) asks what type a rule is.
Column numbers: candidate i of the pool is column i (x_i); behind the candidates stand the synergies (y)
and then the goals' shortfalls (s), in the order in which the pool lists them.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from operator import mul
from typing import Protocol

from optcenter_pipeline.rules.names import SourceRow, fold
from optcenter_pipeline.rules.portfolio import Candidate
from optcenter_pipeline.rules.slices import SliceId

INFINITY = math.inf


@dataclass(frozen=True, slots=True)
class Terms:
    """`constant + sum(coefficients[j] * column(columns[j]))`; columns distinct, coefficients not 0."""

    columns: tuple[int, ...]
    coefficients: tuple[float, ...]
    constant: float = 0.0

    def value(self, values: Sequence[float]) -> float:
        """The expression at a point, summed exactly (`math.fsum`)."""
        products = map(mul, self.coefficients, map(values.__getitem__, self.columns))
        return math.fsum(chain(products, (self.constant,)) if self.constant else products)


@dataclass(frozen=True, slots=True)
class LinearRow:
    """`lower <= terms <= upper`, and the sheet rows that ask for it. `family` is the rule's type.

    A constant among the terms goes into the bounds: no row keeps one.
    """

    family: str
    terms: Terms
    source_rows: tuple[SourceRow, ...]
    text: str
    lower: float = -INFINITY
    upper: float = INFINITY

    def __post_init__(self) -> None:
        constant = self.terms.constant
        if constant:
            for name, value in (
                ("terms", replace(self.terms, constant=0.0)),
                ("lower", self.lower - constant),
                ("upper", self.upper - constant),
            ):
                object.__setattr__(self, name, value)


class SynergyColumn(Protocol):
    """What a KPI needs to know of a synergy: who is in it, which KPI, how much."""

    @property
    def members(self) -> tuple[str, ...]:
        """Keys of its members."""
        ...

    @property
    def kpi_key(self) -> str:
        """The KPI that it adds to."""
        ...

    @property
    def value(self) -> float:
        """What it adds, in the KPI's unit."""
        ...


class LinearRule(Protocol):
    """What every rule type gives."""

    @property
    def source_rows(self) -> tuple[SourceRow, ...]:
        """The sheet rows that it comes from."""
        ...

    def initiatives_named(self) -> Iterable[tuple[str, str]]:
        """(field, initiative_key) of every initiative that it speaks of."""
        ...

    def linear_rows(self, pool: "PoolColumns") -> Iterable[LinearRow]:
        """The rule as rows over the pool's columns; none where it does not touch the pool."""
        ...

    def in_words(self) -> str:
        """The rule as a person would say it."""
        ...


@dataclass(frozen=True)
class PoolColumns:
    """A pool as numbered columns.

    Args:
        candidates: the pool, in order of `initiative_key`.
        synergies: the synergies whose members are all in the pool; `synergies[j]` is column n + j.
        goals: the goal targets; `goals[t]` has its shortfall in column n + m + t.
    """

    candidates: tuple[Candidate, ...]
    synergies: tuple[SynergyColumn, ...] = ()
    goals: tuple[object, ...] = ()
    _slices: dict[SliceId, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _tokens_of: dict[SliceId, Terms] = field(default_factory=dict, init=False, repr=False, compare=False)
    _kpis_of: dict[tuple[str, SliceId], Terms] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """initiative_key → column."""
        return {candidate.initiative_key: i for i, candidate in enumerate(self.candidates)}

    @cached_property
    def _columns_by_attribute(self) -> Mapping[tuple[str, str], frozenset[int]]:
        """(dimension, folded key) → columns: a slice is read from here, not by walking the pool for each rule.

        Names and values are folded, blanks left out; of two names that are one the last counts. Many candidates
        have the same attributes: those are folded once.
        """
        alike: dict[tuple[tuple[str, str | None], ...], list[int]] = {}
        for column, candidate in enumerate(self.candidates):
            alike.setdefault(tuple(candidate.attributes.items()), []).append(column)
        found: dict[tuple[str, str], list[int]] = {}
        for typed, columns in alike.items():
            for pair in {fold(name): text for name, value in typed if value and (text := fold(value))}.items():
                found.setdefault(pair, []).extend(columns)
        return {pair: frozenset(columns) for pair, columns in found.items()}

    @cached_property
    def _tokens(self) -> tuple[float, ...]:
        """Each candidate's tokens."""
        return tuple(candidate.engineering_tokens for candidate in self.candidates)

    @cached_property
    def _amounts_by_kpi(self) -> Mapping[str, Mapping[int, float]]:
        """KPI → column → what that candidate adds, where it is not 0; columns in order."""
        found: dict[str, dict[int, float]] = {}
        for column, candidate in enumerate(self.candidates):
            for kpi, amount in candidate.contributions.items():
                if amount != 0:
                    found.setdefault(kpi, {})[column] = amount
        return found

    @cached_property
    def _synergies_by_kpi(self) -> Mapping[str, tuple[tuple[int, SynergyColumn], ...]]:
        """KPI → (position, synergy) of the synergies on it that are worth anything."""
        found: dict[str, list[tuple[int, SynergyColumn]]] = {}
        for position, synergy in enumerate(self.synergies):
            if synergy.value != 0:
                found.setdefault(synergy.kpi_key, []).append((position, synergy))
        return {kpi: tuple(entries) for kpi, entries in found.items()}

    @cached_property
    def _synergy_positions(self) -> Mapping[int, int]:
        """id(synergy) → position: two synergies may say the same."""
        return {id(synergy): position for position, synergy in enumerate(self.synergies)}

    def synergy_column(self, position: int) -> int:
        """Column of `synergies[position]`."""
        return len(self.candidates) + position

    def column_of_synergy(self, synergy: object) -> int | None:
        """Column of this very synergy, by identity; None where it has no effect in this pool."""
        position = self._synergy_positions.get(id(synergy))
        return None if position is None else self.synergy_column(position)

    def shortfall_column(self, goal: object) -> int:
        """Column of this goal's shortfall, by identity: two goals may say the same.

        Raises:
            ValueError: the goal is not one of the pool's.
        """
        for position, known in enumerate(self.goals):
            if known is goal:
                return len(self.candidates) + len(self.synergies) + position
        raise ValueError("this goal is not one of the pool's")

    def slice_members(self, wanted: SliceId) -> tuple[int, ...]:
        """Columns of the candidates in a slice."""
        if wanted not in self._slices:
            self._slices[wanted] = self._find_members(wanted)
        return self._slices[wanted]

    def _find_members(self, wanted: SliceId) -> tuple[int, ...]:
        if not wanted:
            return tuple(range(len(self.candidates)))
        parts = (self._columns_by_attribute.get(pair, frozenset()) for pair in wanted)
        return tuple(sorted(frozenset.intersection(*parts)))

    def token_terms(self, wanted: SliceId = ()) -> Terms:
        """sum of c_i x_i over a slice."""
        if wanted not in self._tokens_of:
            members = self.slice_members(wanted)
            self._tokens_of[wanted] = Terms(members, tuple(map(self._tokens.__getitem__, members)))
        return self._tokens_of[wanted]

    def kpi_terms(self, kpi_key: str, wanted: SliceId = ()) -> Terms:
        """KPI_k(S) = sum of a_ik x_i over S + sum of b·y over the synergies on k that lie wholly in S."""
        if (kpi_key, wanted) not in self._kpis_of:
            self._kpis_of[kpi_key, wanted] = self._find_kpi_terms(kpi_key, wanted)
        return self._kpis_of[kpi_key, wanted]

    def _find_kpi_terms(self, kpi_key: str, wanted: SliceId) -> Terms:
        members = self.slice_members(wanted)
        amounts = self._amounts_by_kpi.get(kpi_key, {})
        columns = list(filter(amounts.__contains__, members)) if wanted else list(amounts)
        coefficients = list(map(amounts.__getitem__, columns))
        synergies = self._synergies_by_kpi.get(kpi_key, ())
        inside = frozenset(members) if wanted and synergies else frozenset()
        for position, synergy in synergies:
            if not wanted or inside.issuperset(map(self.index.__getitem__, synergy.members)):
                columns.append(self.synergy_column(position))
                coefficients.append(synergy.value)
        return Terms(tuple(columns), tuple(coefficients))


def fixed_row(family: str, column: int, value: float, source_rows: tuple[SourceRow, ...], text: str) -> LinearRow:
    """x = value, as a row of its own so that it keeps its source."""
    return LinearRow(family, Terms((column,), (1.0,)), source_rows, text, lower=value, upper=value)
