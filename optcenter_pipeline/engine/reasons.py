"""Why each candidate is in or out, in a PM's words, with the rows behind it.

The first reason that holds is given: what forbids the candidate, what it lacks, that it adds nothing, what it
does not fit under, and last that others bring more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from optcenter_pipeline.engine.commitments import unwanted_change
from optcenter_pipeline.engine.figures import stability
from optcenter_pipeline.engine.linear_model import LinearModel, Point
from optcenter_pipeline.engine.objective import Plan
from optcenter_pipeline.engine.pool import Pool
from optcenter_pipeline.engine.result import Stability
from optcenter_pipeline.engine.room import Room
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules import capacity_floor
from optcenter_pipeline.rules.linear import LinearRow
from optcenter_pipeline.rules.names import MOST_LISTED, listed
from optcenter_pipeline.rules.numbers import amount, change
from optcenter_pipeline.rules.prerequisite import Prerequisite
from optcenter_pipeline.rules.source_rows import in_brackets, in_words
from optcenter_pipeline.rules.synergy import SynergyBonus
from optcenter_pipeline.rules.units import Units

_FARTHEST = 200
"""How many initiatives are followed from one that is not funded to what forbids it."""

Reason = tuple[str, tuple[str, ...]]
"""A text, and the source rows behind it."""


@dataclass(frozen=True)
class Reasons:
    """Reads the reasons out of a finished portfolio."""

    snapshot: Snapshot
    pool: Pool
    model: LinearModel
    plan: Plan
    point: Point

    def of_selected(self, column: int) -> str:
        """Why a funded candidate is funded."""
        candidate = self.model.columns.candidates[column]
        key = candidate.initiative_key
        tied = key in self._tied
        parts = [*self._mandates(key), *self._needed_by(key), *self._bundle_company(key)] if tied else []
        brings = [f"{amount(added)} {self._units.named(kpi)}" for kpi, added in self._brings(column)]
        if brings:
            parts.append(f"adds {', '.join(brings)}")
        if tied:
            parts.extend(self._synergy_texts(key))
        if not parts:
            parts = [f"counts towards: {row.text}" for row, columns in self._floors if column in columns]
        return "; ".join(parts) or "part of the best portfolio found"

    def of_rejected(self, column: int) -> Reason:
        """Why a pool member is not funded."""
        key = self.model.columns.candidates[column].initiative_key
        tied = key in self._tied
        for reasons in (
            self._forbidden(key) if tied or key in self._own_bans else (),
            self._partner_funded(key) if tied else (),
            self._adds_nothing(column),
            self._lacks(key) if tied else (),
            self._room.lacking(column),
            unwanted_change(self.snapshot, self._changes, key, self._worth.get(column, 0.0)),
        ):
            for reason in reasons:
                return reason
        text = "the best portfolio found does without it: with it, other rules or goals would have to give more"
        return text, ()

    @cached_property
    def _tied(self) -> frozenset[str]:
        """The initiatives that a rule names; the others have no company to speak of."""
        return frozenset(
            chain(
                self._mandatory,
                self._dependents,
                self._prerequisites,
                self._companions,
                self._pairs,
                self._synergies_of,
                self.snapshot.commitments.locked_in if self.snapshot.commitments else (),
            )
        )

    @cached_property
    def _units(self) -> Units:
        return Units(self.snapshot.metrics)

    @cached_property
    def _room(self) -> Room:
        return Room(self.model, self.point)

    @cached_property
    def _changes(self) -> Stability | None:
        return stability(self.snapshot, self.model, self.point)

    @cached_property
    def _worth(self) -> dict[int, float]:
        """What each column brings to the first KPI stage."""
        terms = self.plan.kpi_stages[0].own_terms
        return dict(zip(terms.columns, terms.coefficients, strict=True))

    def _funded(self, key: str) -> bool:
        column = self.model.columns.index.get(key)
        return column is not None and bool(self.point[column])

    @cached_property
    def _mandatory(self) -> dict[str, list[tuple[str, ...]]]:
        found: dict[str, list[tuple[str, ...]]] = {}
        for rule in self.snapshot.constraint_set.mandatory:
            found.setdefault(rule.initiative_key, []).append(rule.source_rows)
        return found

    @cached_property
    def _own_bans(self) -> dict[str, Reason]:
        """What forbids a candidate by itself: excluded, ineligible, blocked by somebody outside the pool."""
        bans: dict[str, Reason] = {}
        for rule in self.snapshot.constraint_set.exclude_initiatives:
            bans.setdefault(rule.initiative_key, (f"excluded by {in_words(rule.source_rows)}", rule.source_rows))
        for entry in self.pool.ineligible:
            bans.setdefault(entry.candidate.initiative_key, (entry.sentence, entry.source_rows))
        for alert in self.pool.alerts:
            if alert.code in ("blocked_by_prerequisite", "blocked_by_bundle") and alert.initiative_key:
                bans.setdefault(alert.initiative_key, (alert.message, alert.source_rows))
        return bans

    @cached_property
    def _prerequisites(self) -> dict[str, list[Prerequisite]]:
        found: dict[str, list[Prerequisite]] = {}
        for rule in self.snapshot.constraint_set.prerequisites:
            found.setdefault(rule.initiative_key, []).append(rule)
        return found

    @cached_property
    def _companions(self) -> dict[str, list[tuple[str, tuple[str, ...], tuple[str, ...]]]]:
        """initiative → (bundle's name, its members, source rows) of its bundles."""
        found: dict[str, list[tuple[str, tuple[str, ...], tuple[str, ...]]]] = {}
        for bundle in self.snapshot.constraint_set.bundles:
            entry = (bundle.bundle_key, tuple(dict.fromkeys(bundle.members)), bundle.source_rows)
            for member in entry[1]:
                found.setdefault(member, []).append(entry)
        return found

    @cached_property
    def _dependents(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for rule in self.snapshot.constraint_set.prerequisites:
            for required in rule.requires:
                found.setdefault(required, []).append(rule.initiative_key)
        return found

    def _mandates(self, key: str) -> Iterator[str]:
        yield from (f"mandatory{in_brackets(sources)}" for sources in self._mandatory.get(key, ()))
        if self.snapshot.commitments is not None and key in self.snapshot.commitments.locked_in:
            yield f"locked in by run {self.snapshot.commitments.run_id}"

    def _needed_by(self, key: str) -> Iterator[str]:
        funded = [dependent for dependent in self._dependents.get(key, ()) if self._funded(dependent)]
        if funded:
            yield f"needed by {', '.join(dict.fromkeys(funded))}"

    def _bundle_company(self, key: str) -> Iterator[str]:
        for name, members, _ in self._companions.get(key, ()):
            yield f"in bundle {name} with {_others(members, key)}" if len(members) > 1 else f"in bundle {name}"

    def _brings(self, column: int) -> Iterator[tuple[str, float]]:
        """What a candidate by itself adds to each KPI that the run wants more of."""
        contributions = self.model.columns.candidates[column].contributions
        for kpi in self._wanted_kpis:
            if contributions.get(kpi, 0.0) > 0:
                yield kpi, contributions[kpi]

    @cached_property
    def _wanted_kpis(self) -> tuple[str, ...]:
        """KPIs of the objective (of weight above 0), then those of targets."""
        targets = (target.kpi_key for target in self.snapshot.constraint_set.targets)
        return tuple(dict.fromkeys((*self.plan.objective_kpis, *targets)))

    @cached_property
    def _synergies_of(self) -> dict[str, list[tuple[SynergyBonus, tuple[str, ...], bool]]]:
        """initiative → (synergy, its members, whether it took effect) of its synergies."""
        found: dict[str, list[tuple[SynergyBonus, tuple[str, ...], bool]]] = {}
        for position, synergy in enumerate(self.model.synergies):
            in_effect = bool(self.point[self.model.columns.synergy_column(position)])
            entry = (synergy, tuple(dict.fromkeys(synergy.members)), in_effect)
            for member in entry[1]:
                found.setdefault(member, []).append(entry)
        return found

    def _synergy_texts(self, key: str) -> Iterator[str]:
        for synergy, members, in_effect in self._synergies_of.get(key, ()):
            if in_effect:
                more = f"{change(synergy.value)} {self._units.named(synergy.kpi_key)}"
                yield f"together with {_others(members, key)} brings {more}"

    @cached_property
    def _floors(self) -> tuple[tuple[LinearRow, frozenset[int]], ...]:
        """(row, its columns) of every floor on tokens."""
        rows = (row for row in self.model.rows if row.family == capacity_floor.FAMILY)
        return tuple((row, frozenset(row.terms.columns)) for row in rows)

    def _forbidden(self, key: str) -> Iterator[Reason]:
        """A ban of its own, or of the nearest initiative that it hangs on."""
        queue: list[tuple[str, Reason]] = [(key, ("", ()))]
        seen = {key}
        for initiative, (way, rows) in queue:  # grows while it is walked: breadth first
            if initiative in self._own_bans:
                text, ban_rows = self._own_bans[initiative]
                yield f"{way}: {text}" if way else text, (*rows, *ban_rows)
                return
            for other, how, sources in self._ties(initiative):
                if len(seen) >= _FARTHEST:
                    break
                if other not in seen and not self._funded(other):
                    seen.add(other)
                    queue.append((other, (f"{way}, and {how}" if way else how, (*rows, *sources))))

    def _ties(self, key: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """(other initiative, how this one hangs on it, source rows)."""
        for rule in self._prerequisites.get(key, ()):
            for required in rule.requires:
                yield required, f"{key} needs {required}", rule.source_rows
        for name, members, sources in self._companions.get(key, ()):
            for other in members:
                if other != key:
                    yield other, f"{key} is in bundle {name} with {other}", sources

    def _partner_funded(self, key: str) -> Iterator[Reason]:
        for pair in self._pairs.get(key, ()):
            other, sources = pair
            if self._funded(other):
                yield f"{other} is funded, and the two exclude each other", sources

    @cached_property
    def _pairs(self) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
        found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for rule in self.snapshot.constraint_set.exclude_pairs:
            first, second = rule.members
            found.setdefault(first, []).append((second, rule.source_rows))
            found.setdefault(second, []).append((first, rule.source_rows))
        return found

    def _adds_nothing(self, column: int) -> Iterator[Reason]:
        candidate = self.model.columns.candidates[column]
        for kpi in self._wanted_kpis:
            if candidate.contributions.get(kpi, 0.0) > 0:
                return
        key = candidate.initiative_key
        in_synergy = any(synergy.value > 0 for synergy, _, _ in self._synergies_of.get(key, ()))
        if not in_synergy and not self._companions.get(key):
            yield f"adds nothing to {', '.join(self._wanted_kpis)}", ()

    def _lacks(self, key: str) -> Iterator[Reason]:
        for other, how, sources in self._ties(key):
            if not self._funded(other):
                yield f"{how}, which is not funded: what was chosen brings more", sources


def _others(members: Sequence[str], key: str) -> str:
    """All members but one, as a text names them; of very many, in the time that the few named ones take."""
    return listed([member for member in members[: MOST_LISTED + 1] if member != key], count=len(members) - 1)
