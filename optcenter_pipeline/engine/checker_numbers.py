"""The numbers of a run, counted again from the snapshot alone: pool, slices, sums, scales and stages.

In fractions of the decimal numbers that people typed.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from optcenter_pipeline.engine.checker_words import (
    WHOLE_POOL,
    Slice,
    exact,
    needed_of,
    period_begins,
    same_name,
    slice_of,
    total,
)
from optcenter_pipeline.engine.result import StageKind
from optcenter_pipeline.engine.snapshot import Snapshot

_CLOSED = {"done", "cancelled", "archived", "rejected"}


@dataclass(frozen=True)
class Scale:
    """scale_k of a weighted objective."""

    weight: Fraction
    scale: Fraction
    source: str
    source_rows: frozenset[str]


@dataclass(frozen=True)
class Stage:
    """A stage that the run has to have, and how much of its best the final portfolio may lack."""

    kind: StageKind
    name: str
    """Its KPI, folded; for other kinds what the result calls it. A KPI may have one of those names."""
    second_pass: bool = False
    tolerance: Fraction = Fraction(0)

    @property
    def is_kpi(self) -> bool:
        """Whether it maximises KPIs."""
        return self.kind in ("kpi", "weighted")


class Recount:
    """Everything that can be said of a snapshot, given the initiatives that are funded."""

    def __init__(self, snapshot: Snapshot, funded: frozenset[str]) -> None:
        self.snapshot = snapshot
        self.rules = snapshot.constraint_set
        self.candidates = {candidate.initiative_key: candidate for candidate in snapshot.candidates}
        self.funded = funded & self.candidates.keys()
        self.own = {
            key: {same_name(kpi): exact(value) for kpi, value in candidate.contributions.items()}
            for key, candidate in self.candidates.items()
            if key in self.funded
        }

    @cached_property
    def in_scope(self) -> frozenset[str]:
        """The candidates of the scope, before the mandatory ones join."""
        scope = self.snapshot.scope
        keys = frozenset(self.candidates)
        return keys if scope.scope_type == "all" else keys & frozenset(scope.initiative_keys or ())

    @cached_property
    def pool(self) -> frozenset[str]:
        """Scope, what is mandatory or locked in, and transitively their prerequisites and bundles."""
        needs: dict[str, list[tuple[str, ...]]] = {}
        for prerequisite in self.rules.prerequisites:
            needs.setdefault(prerequisite.initiative_key, []).append(prerequisite.requires)
        for bundle in self.rules.bundles:
            for member in bundle.members:
                needs.setdefault(member, []).append(bundle.members)
        waiting = [rule.initiative_key for rule in self.rules.mandatory]
        if self.snapshot.commitments is not None:
            waiting += [key for key in self.snapshot.commitments.locked_in if key in self.candidates]
        joined: set[str] = set()
        while waiting:
            key = waiting.pop()
            if key not in joined:
                joined.add(key)
                for keys in needs.get(key, ()):
                    waiting += keys
        return self.in_scope | (joined & self.candidates.keys())

    @cached_property
    def ineligible(self) -> dict[str, str]:
        """Pool members that no plan may fund, and why."""
        period = self.snapshot.scenario.period_key
        begins = period_begins(period) if period else None
        found: dict[str, str] = {}
        for key in self.pool:
            candidate = self.candidates[key]
            if same_name(candidate.lifecycle_status or "") in _CLOSED:
                found[key] = "lifecycle_closed"
            if begins and candidate.deadline_date and candidate.deadline_date < begins:
                found[key] = "deadline_before_period"
        return found

    def _inside(self, wanted: Slice) -> Set[str]:
        """The funded initiatives of a slice."""
        if not wanted:
            return self._spent.keys()
        return frozenset.intersection(*(self._funded_having.get(pair, frozenset()) for pair in wanted))

    @cached_property
    def _funded_having(self) -> dict[tuple[str, str], frozenset[str]]:
        """(dimension, folded key) → the funded initiatives that have it."""
        having: dict[tuple[str, str], list[str]] = {}
        for key in self._spent:
            for name, text in self.candidates[key].attributes.items():
                if text:
                    having.setdefault((same_name(name), same_name(text)), []).append(key)
        return {pair: frozenset(keys) for pair, keys in having.items()}

    def tokens(self, wanted: Slice = WHOLE_POOL) -> Fraction:
        """Tokens spent on a slice."""
        return total(map(self._spent.__getitem__, self._inside(wanted)))

    def kpi(self, kpi_key: str, wanted: Slice = WHOLE_POOL) -> Fraction:
        """KPI_k(S): own contributions, and the synergies whose members all lie in the slice."""
        name = same_name(kpi_key)
        if (name, wanted) not in self._counted:
            inside, brought = self._inside(wanted), self._brought.get(name, {})
            own = total(brought[key] for key in inside if key in brought)
            bonuses = total(bonus for keys, bonus in self._bonuses.get(name, ()) if inside >= keys)
            self._counted[name, wanted] = own + bonuses
        return self._counted[name, wanted]

    @cached_property
    def _counted(self) -> dict[tuple[str, Slice], Fraction]:
        """KPIs of slices that were counted already."""
        return {}

    @cached_property
    def _spent(self) -> dict[str, Fraction]:
        """The tokens of each funded candidate."""
        return {
            key: exact(candidate.engineering_tokens)
            for key, candidate in self.candidates.items()
            if key in self.funded
        }

    @cached_property
    def _brought(self) -> dict[str, dict[str, Fraction]]:
        """By folded KPI: what each funded candidate adds."""
        found: dict[str, dict[str, Fraction]] = {}
        for key, own in self.own.items():
            for kpi, amount in own.items():
                found.setdefault(kpi, {})[key] = amount
        return found

    @cached_property
    def _bonuses(self) -> dict[str, list[tuple[frozenset[str], Fraction]]]:
        """By folded KPI: members and value of each synergy whose members are all funded."""
        found: dict[str, list[tuple[frozenset[str], Fraction]]] = {}
        for synergy in self.rules.synergy_bonuses:
            if self.funded.issuperset(synergy.members):
                bonus = (frozenset(synergy.members), exact(synergy.value))
                found.setdefault(same_name(synergy.kpi_key), []).append(bonus)
        return found

    @cached_property
    def limits(self) -> tuple[dict[Slice, Fraction], dict[Slice, Fraction]]:
        """The floor and the cap of each slice that has one: of two floors the larger, of two caps the smaller."""
        floors: dict[Slice, Fraction] = {}
        caps: dict[Slice, Fraction] = {}
        for floor in self.rules.capacity_floors:
            place, least = slice_of(floor.dimension, floor.dimension_key), exact(floor.min_tokens)
            floors[place] = max(floors.get(place, least), least)
        for cap in self.rules.capacity_caps:
            place, most = slice_of(cap.dimension, cap.dimension_key), exact(cap.max_tokens)
            caps[place] = min(caps.get(place, most), most)
        return floors, caps

    def shortfall(self) -> Fraction:
        """Relative shortfalls of all goals together."""
        lacking = Fraction(0)
        for target in self.rules.targets:
            if target.floor_or_goal == "goal":
                needed = needed_of(target)
                achieved = self.kpi(target.kpi_key, slice_of(target.dimension, target.dimension_key))
                lacking += max(Fraction(0), needed - achieved) / max(abs(needed), Fraction(1))
        return lacking

    @cached_property
    def scales(self) -> dict[str, Scale]:
        """By folded KPI; empty where the objective is not weighted."""
        weights = self.snapshot.scenario.objective_weights
        if self.snapshot.scenario.objective_mode != "weighted_kpis" or not isinstance(weights, dict):
            return {}
        return {same_name(kpi): self._scale(same_name(kpi), exact(weight)) for kpi, weight in weights.items()}

    def _scale(self, kpi: str, weight: Fraction) -> Scale:
        targets = [t for t in self.rules.targets if same_name(t.kpi_key) == kpi and t.target_value != 0]
        whole = [t for t in targets if not slice_of(t.dimension, t.dimension_key)]
        for source, among in (("all_target", whole), ("slice_target", targets)):
            if among:
                largest = max(abs(exact(t.target_value)) for t in among)
                rows = {row for t in among if abs(exact(t.target_value)) == largest for row in t.source_rows}
                return Scale(weight, largest, source, frozenset(rows))
        given = (self.candidates[key].contributions.items() for key in self.pool - self.ineligible.keys())
        own = (exact(value) for amounts in given for name, value in amounts if same_name(name) == kpi)
        positive = total(value for value in own if value > 0)
        source = "positive_contributions" if positive else "unit"
        return Scale(weight, positive or Fraction(1), source, frozenset())

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of the objective in order, with what the final portfolio may lack of each."""
        goal_tolerance = exact(self.snapshot.scenario.goal_tolerance_pct) / 100
        listed = tuple(self._listed_stages())
        if any(target.floor_or_goal == "goal" for target in self.rules.targets):
            if all(stage.is_kpi for stage in listed):
                first = tuple(replace(stage, tolerance=max(stage.tolerance, goal_tolerance)) for stage in listed)
                second = tuple(replace(stage, second_pass=True) for stage in listed)
                listed = (*first, Stage("goals", "goals"), *second)
        else:
            listed = tuple(stage for stage in listed if stage.is_kpi)
        return (*listed, Stage("economy", "economy"))

    def _listed_stages(self) -> Iterator[Stage]:
        scenario = self.snapshot.scenario
        if scenario.objective_mode == "north_star":
            for metric in self.snapshot.metrics:
                if metric.kpi_level == "north_star" and metric.is_active:
                    yield Stage("kpi", same_name(metric.kpi_key))
        elif scenario.objective_mode == "weighted_kpis":
            yield Stage("weighted", "weighted_kpis")
        else:
            for entry in scenario.objective_weights or ():
                name = same_name(entry if isinstance(entry, str) else entry.kpi)
                tolerance = Fraction(0) if isinstance(entry, str) else exact(entry.tolerance_pct) / 100
                yield Stage("goals" if name == "goals" else "kpi", name, tolerance=tolerance)

    @cached_property
    def changed(self) -> tuple[frozenset[str], frozenset[str]]:
        """(funded now and not by the run that is committed to, the other way round), within the pool."""
        commitments = self.snapshot.commitments
        before = frozenset(commitments.selected) if commitments else self.funded
        return (self.funded & self.pool) - before, (before & self.pool) - self.funded

    @property
    def price(self) -> Fraction:
        """What all changes cost in the first KPI stage."""
        commitments = self.snapshot.commitments
        price = commitments.price_per_change if commitments else None
        return exact(price or 0.0) * sum(map(len, self.changed))

    def measure(self, stage: Stage) -> Fraction:
        """What the funded initiatives reach in a stage; the price of changes is off the first about KPIs."""
        first = next((listed.name for listed in self.stages if listed.is_kpi), None)
        off = self.price if stage.is_kpi and stage.name == first else Fraction(0)
        return self.reached(stage) - off

    def reached(self, stage: Stage) -> Fraction:
        """What the funded initiatives bring to a stage, whatever changes cost."""
        match stage.kind:
            case "economy":
                return self.tokens()
            case "goals":
                return self.shortfall()
            case "weighted":
                return sum((s.weight * self.kpi(kpi) / s.scale for kpi, s in self.scales.items()), Fraction(0))
            case "kpi":
                return self.kpi(stage.name)

    def worth(self, own: Mapping[str, Fraction]) -> Fraction:
        """What contributions, alone, bring to the first KPI stage."""
        if self.scales:
            terms = (s.weight * own.get(kpi, Fraction(0)) / s.scale for kpi, s in self.scales.items())
            return sum(terms, Fraction(0))
        first = next((stage.name for stage in self.stages if stage.is_kpi), "")
        return own.get(first, Fraction(0))
