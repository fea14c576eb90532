"""The neutral form of every rule: linear rows over numbered columns, each with its source rows.

Nothing that reads these rows (the Pyomo model, certificates, export) asks what type a rule is.
Column numbers: candidate i of the pool is column i (x_i); behind the candidates stand the synergies (y)
and then the goals' shortfalls (s), in the order in which the pool lists them.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from optcenter_pipeline.rules.names import SourceRow, fold
from optcenter_pipeline.rules.portfolio import Candidate
from optcenter_pipeline.rules.slices import SliceId, in_slice

INFINITY = math.inf


@dataclass(frozen=True, slots=True)
class Terms:
    """A linear expression: `sum(coefficients[j] * column(columns[j]))`; columns distinct, coefficients not 0."""

    columns: tuple[int, ...]
    coefficients: tuple[float, ...]

    def value(self, values: Sequence[float]) -> float:
        """The expression at a point, summed exactly (`math.fsum`)."""
        return math.fsum(a * values[j] for j, a in zip(self.columns, self.coefficients, strict=True))


@dataclass(frozen=True, slots=True)
class LinearRow:
    """`lower <= terms <= upper`, and the sheet rows that ask for it. `family` is the rule's type."""

    family: str
    terms: Terms
    source_rows: tuple[SourceRow, ...]
    text: str
    lower: float = -INFINITY
    upper: float = INFINITY


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

    @cached_property
    def index(self) -> Mapping[str, int]:
        """initiative_key → column."""
        return {candidate.initiative_key: i for i, candidate in enumerate(self.candidates)}

    @cached_property
    def folded_attributes(self) -> tuple[Mapping[str, str], ...]:
        """Each candidate's attributes, names and values folded, blanks left out."""
        return tuple(
            {fold(name): fold(text) for name, text in c.attributes.items() if text and text.strip()}
            for c in self.candidates
        )

    @cached_property
    def _columns_by_attribute(self) -> Mapping[tuple[str, str], tuple[int, ...]]:
        """(dimension, folded key) → columns: a slice is read from here, not by walking the pool for each rule."""
        found: dict[tuple[str, str], list[int]] = {}
        for column, attributes in enumerate(self.folded_attributes):
            for pair in attributes.items():
                found.setdefault(pair, []).append(column)
        return {pair: tuple(columns) for pair, columns in found.items()}

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
        nearest = min((self._columns_by_attribute.get(pair, ()) for pair in wanted), key=len)
        return tuple(i for i in nearest if in_slice(self.folded_attributes[i], wanted))

    def token_terms(self, wanted: SliceId = ()) -> Terms:
        """sum of c_i x_i over a slice."""
        members = self.slice_members(wanted)
        return Terms(members, tuple(self.candidates[i].engineering_tokens for i in members))

    def kpi_terms(self, kpi_key: str, wanted: SliceId = ()) -> Terms:
        """KPI_k(S) = sum of a_ik x_i over S + sum of b·y over the synergies on k that lie wholly in S."""
        members = self.slice_members(wanted)
        pairs = [
            (i, amount) for i in members if (amount := self.candidates[i].contributions.get(kpi_key, 0.0)) != 0.0
        ]
        synergies = self._synergies_by_kpi.get(kpi_key, ())
        inside = frozenset(members) if synergies else frozenset()
        pairs += [
            (self.synergy_column(j), synergy.value)
            for j, synergy in synergies
            if all(self.index[m] in inside for m in synergy.members)
        ]
        return Terms(tuple(i for i, _ in pairs), tuple(a for _, a in pairs))


def fixed_row(family: str, column: int, value: float, source_rows: tuple[SourceRow, ...], text: str) -> LinearRow:
    """x = value, as a row of its own so that it keeps its source."""
    return LinearRow(family, Terms((column,), (1.0,)), source_rows, text, lower=value, upper=value)
