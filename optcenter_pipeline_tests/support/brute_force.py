"""An oracle of semantics.md: every subset of the pool is looked at, and the best are kept, stage by stage.

Written from the text alone. It uses neither the engine nor its checker, nor what the rules say of themselves as
linear rows. Up to about 15 candidates; sums are in floats, so data should have few decimals.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules.names import Rule
from optcenter_pipeline.rules.target import Target

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Kind = Literal["kpi", "weighted", "goals"]

CLOSED = ("done", "cancelled", "archived", "rejected")
DIMENSIONS = ("country", "region", "segment", "product", "category", "program", "department")
WHOLE = {"all", "global", "total", "company"}
ALIASES = {"market": "country", "team": "department", "program_key": "program"}
HOLD = 1e-6
FLOAT_NOISE = 1e-9


class InvalidSnapshotError(Exception):
    """The inputs cannot make a model."""


@dataclass(frozen=True)
class OracleStage:
    """The best of one stage."""

    kind: Kind
    name: str
    second_pass: bool
    value: float


@dataclass(frozen=True)
class Answer:
    """All that semantics.md says of a snapshot."""

    status: Literal["optimal", "infeasible", "invalid"]
    why: str = ""
    stages: tuple[OracleStage, ...] = ()
    """Without economy."""
    tokens: float | None = None
    portfolios: frozenset[frozenset[str]] = frozenset()
    """Every portfolio that is best in all stages, economy included."""
    pool: frozenset[str] = frozenset()
    first_values: frozenset[float] = frozenset()
    """The first KPI stage's value in each of these."""
    decided: bool = True
    """False where some portfolio lies so near to a held value that floating point may call it either way."""


def folded(name: str) -> str:
    return name.strip().casefold()


def solve(snapshot: Snapshot, *, forced: Mapping[str, bool] | None = None, without: Collection[str] = ()) -> Answer:
    """The answer, by enumeration.

    Args:
        snapshot: the inputs.
        forced: candidates of the pool that are funded, or not, whatever else; the pool stays as it is.
        without: source rows whose rules nobody has to keep; the pool and the objective stay as they are.
    """
    try:
        question = _Question(snapshot)
    except InvalidSnapshotError as error:
        return Answer("invalid", why=str(error))
    return _Search(question).answer(forced or {}, without)


def feasible(snapshot: Snapshot) -> frozenset[frozenset[str]]:
    """Every portfolio that keeps the hard rules of a valid snapshot."""
    search = _Search(_Question(snapshot))
    search.hard_rules()
    return search.portfolios(search.alive)


def satisfiable(snapshot: Snapshot, rows: Collection[str]) -> bool:
    """Whether the rules of these source rows, alone, can be kept by some part of the run's pool.

    Capacity counts as the scenario's row, a candidate's ineligibility as its own. A cannibalisation can be dropped
    like any rule; a bonus stays, as contributions do: nothing becomes easier without it.
    """
    search = _Search(_Question(snapshot))
    search.synergies = [s for s in search.synergies if s.value > 0 or any(row in rows for row in s.source_rows)]
    search.hard_rules(rows)
    return bool(search.alive.any())


def token_sums(snapshot: Snapshot, dimension: str, key: str) -> frozenset[float]:
    """What portfolios, allowed or not, may spend on a slice."""
    return frozenset(np.round(_Search(_Question(snapshot)).tokens(dimension, key), 6).tolist())


def sources(snapshot: Snapshot) -> set[str]:
    """Every source row that a hard rule may come from."""
    rows = {snapshot.scenario.source_row or "", *(c.source_row or "" for c in snapshot.candidates)}
    return rows | {row for rule in snapshot.constraint_set.rules() for row in rule.source_rows}


def first_day(period: str) -> dt.date:
    year, _, part = period.partition("-")
    try:
        if not part:
            return dt.date(int(year), 1, 1)
        if part.startswith("W"):
            return dt.datetime.strptime(f"{year} {int(part[1:])} 1", "%G %V %u").date()
        if part.startswith("Q"):
            return dt.date(int(year), {1: 1, 2: 4, 3: 7, 4: 10}[int(part[1:])], 1)
        if part.startswith("H"):
            return dt.date(int(year), {1: 1, 2: 7}[int(part[1:])], 1)
        return dt.date(int(year), int(part), 1)
    except (ValueError, KeyError) as error:
        raise InvalidSnapshotError(f"period {period!r}") from error


def cut(dimension: str, key: str) -> dict[str, str]:
    """Dimension → wanted value; empty for all/all."""
    if folded(dimension) in WHOLE:
        if folded(key) not in WHOLE:
            raise InvalidSnapshotError(f"slice {dimension!r} {key!r}")
        return {}
    names = [ALIASES.get(folded(name), folded(name)) for name in dimension.split("|")]
    if names == ["country_product"]:
        names = ["country", "product"]
    values = [folded(value) for value in (key.split("|") if len(names) > 1 else [key])]
    if any(name not in DIMENSIONS for name in names) or len(names) != len(values) or len(set(names)) != len(names):
        raise InvalidSnapshotError(f"slice {dimension!r} {key!r}")
    return dict(zip(names, values, strict=True))


@dataclass
class _Question:
    """A snapshot that has been found valid, its pool, and who may be funded at all."""

    snapshot: Snapshot
    pool: list[str] = field(default_factory=list)
    forbidden: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """x = 0: ineligible, excluded, or blocked; with the source rows that say so."""
    eligible: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._validate_names()
        self._validate_objective()
        self._make_pool()
        self._forbid()

    def _validate_names(self) -> None:
        snapshot, rules = self.snapshot, self.snapshot.constraint_set
        keys = [c.initiative_key for c in snapshot.candidates]
        kpis = [folded(m.kpi_key) for m in snapshot.metrics]
        if len(set(keys)) < len(keys) or len(set(kpis)) < len(kpis):
            raise InvalidSnapshotError("duplicate candidate or metric")
        named = {rule.initiative_key for rule in rules.mandatory}
        named |= {rule.initiative_key for rule in rules.exclude_initiatives}
        named |= {key for rule in rules.prerequisites for key in (rule.initiative_key, *rule.requires)}
        named |= {key for pair in rules.exclude_pairs for key in pair.members}
        named |= {key for bundle in rules.bundles for key in bundle.members}
        named |= {key for synergy in rules.synergy_bonuses for key in synergy.members}
        if not named <= {*keys, *snapshot.known_initiatives}:
            raise InvalidSnapshotError("unknown initiative in a rule")
        if not {rule.initiative_key for rule in rules.mandatory} <= set(keys):
            raise InvalidSnapshotError("mandatory initiative that is no candidate")
        used = {folded(k) for c in snapshot.candidates for k in c.contributions}
        used |= {folded(target.kpi_key) for target in rules.targets}
        used |= {folded(synergy.kpi_key) for synergy in rules.synergy_bonuses}
        if not used <= set(kpis):
            raise InvalidSnapshotError("unknown KPI")
        for floor in rules.capacity_floors:
            cut(floor.dimension, floor.dimension_key)
        for cap in rules.capacity_caps:
            cut(cap.dimension, cap.dimension_key)
        for target in rules.targets:
            cut(target.dimension, target.dimension_key)
        if snapshot.scope.scope_type == "selected" and snapshot.scope.initiative_keys is None:
            raise InvalidSnapshotError("nothing selected")

    def _validate_objective(self) -> None:
        scenario = self.snapshot.scenario
        active = {folded(m.kpi_key) for m in self.snapshot.metrics if m.is_active}
        weights = scenario.objective_weights
        self.listed: list[tuple[Kind, str, float]] = []
        if scenario.objective_mode == "north_star":
            stars = [m for m in self.snapshot.metrics if m.kpi_level == "north_star" and m.is_active]
            if len(stars) != 1:
                raise InvalidSnapshotError(f"{len(stars)} active north stars")
            self.listed = [("kpi", folded(stars[0].kpi_key), 0.0)]
        elif scenario.objective_mode == "weighted_kpis":
            if not isinstance(weights, dict) or any(w < 0 for w in weights.values()) or not any(weights.values()):
                raise InvalidSnapshotError("weights")
            if not {folded(kpi) for kpi in weights} <= active:
                raise InvalidSnapshotError("weight on an inactive or unknown KPI")
            self.listed = [("weighted", "weighted_kpis", 0.0)]
        else:
            if not isinstance(weights, list):
                raise InvalidSnapshotError("no list")
            for entry in weights:
                name, tolerance = (entry, 0.0) if isinstance(entry, str) else (entry.kpi, entry.tolerance_pct / 100)
                self.listed.append(("goals" if folded(name) == "goals" else "kpi", folded(name), tolerance))
            names = [name for _, name, _ in self.listed]
            kpis = [name for kind, name, _ in self.listed if kind == "kpi"]
            if not kpis or len(set(names)) < len(names) or not set(kpis) <= active:
                raise InvalidSnapshotError("lexicographic list")
            if "goals" in names and "goals" in {folded(m.kpi_key) for m in self.snapshot.metrics}:
                raise InvalidSnapshotError("a KPI whose name means something else in a list")

    def _make_pool(self) -> None:
        rules, scope = self.snapshot.constraint_set, self.snapshot.scope
        keys = {c.initiative_key for c in self.snapshot.candidates}
        pool = set(keys) if scope.scope_type == "all" else keys & set(scope.initiative_keys or ())
        joined = {rule.initiative_key for rule in rules.mandatory}
        kept = self.snapshot.commitments
        joined |= keys & set(kept.locked_in) if kept is not None else set()
        while True:
            more = {n for rule in rules.prerequisites if rule.initiative_key in joined for n in rule.requires}
            more |= {m for bundle in rules.bundles if joined & set(bundle.members) for m in bundle.members}
            if more <= joined:
                break
            joined |= more
        self.pool = sorted(pool | (joined & keys))

    def _forbid(self) -> None:
        period, rules, pool = self.snapshot.scenario.period_key, self.snapshot.constraint_set, set(self.pool)
        start = first_day(period) if period else None
        for c in self.snapshot.candidates:
            late = start is not None and c.deadline_date is not None and c.deadline_date < start
            if late or folded(c.lifecycle_status or "") in CLOSED:
                self.forbidden.append((c.initiative_key, (c.source_row or "",)))
        self.eligible = pool - {key for key, _ in self.forbidden}
        self.forbidden += [(rule.initiative_key, rule.source_rows) for rule in rules.exclude_initiatives]
        for rule in rules.prerequisites:
            if not set(rule.requires) <= pool:
                self.forbidden.append((rule.initiative_key, rule.source_rows))
        for bundle in rules.bundles:
            if not set(bundle.members) <= pool:
                self.forbidden += [(member, bundle.source_rows) for member in bundle.members]


class _Search:
    """All subsets of a pool, and those still alive."""

    def __init__(self, question: _Question) -> None:
        self.question, self.snapshot = question, question.snapshot
        self.rules = self.snapshot.constraint_set
        self.column = {key: position for position, key in enumerate(question.pool)}
        size = len(self.column)
        self.x: Mask = (np.arange(2**size)[:, None] >> np.arange(size)) % 2 == 1
        self.alive: Mask = np.ones(2**size, dtype=bool)
        self.decided = True
        self.synergies = list(self.rules.synergy_bonuses)
        by_key = {c.initiative_key: c for c in self.snapshot.candidates}
        self.members = [by_key[key] for key in question.pool]
        self.attributes = [
            {folded(name): folded(value) for name, value in c.attributes.items() if value} for c in self.members
        ]
        self.cost: Numbers = np.array([c.engineering_tokens for c in self.members], dtype=float)

    def answer(self, forced: Mapping[str, bool], without: Collection[str]) -> Answer:
        pool = frozenset(self.question.pool)
        self.hard_rules(sources(self.snapshot) - set(without) if without else None)
        for key, is_funded in forced.items():
            self.alive &= self.x[:, self.column[key]] == is_funded
        if not self.alive.any():
            return Answer("infeasible", pool=pool)
        stages = self._stages()
        tokens = self.x @ self.cost
        fewest = float(tokens[self.alive].min())
        final = self.alive & (tokens <= fewest + FLOAT_NOISE)
        kind, name = next((kind, name) for kind, name, _ in self.question.listed if kind != "goals")
        first = frozenset(self.measure(kind, name)[final].tolist())
        return Answer("optimal", "", tuple(stages), fewest, self.portfolios(final), pool, first, self.decided)

    def portfolios(self, which: Mask) -> frozenset[frozenset[str]]:
        keys = np.array(self.question.pool, dtype=object)
        return frozenset(frozenset(keys[row]) for row in self.x[which])

    def inside(self, dimension: str, key: str) -> Mask:
        wanted = cut(dimension, key)
        return np.array(
            [all(own.get(name) == value for name, value in wanted.items()) for own in self.attributes], dtype=bool
        )

    def tokens(self, dimension: str, key: str) -> Numbers:
        return np.asarray(self.x @ (self.cost * self.inside(dimension, key)), dtype=float)

    def kpi(self, name: str, dimension: str = "all", key: str = "all") -> Numbers:
        inside = self.inside(dimension, key)
        own = [sum(v for k, v in c.contributions.items() if folded(k) == name) for c in self.members]
        total = np.asarray(self.x @ (np.array(own, dtype=float) * inside), dtype=float)
        for synergy in self.synergies:
            if folded(synergy.kpi_key) == name and set(synergy.members) <= self.column.keys():
                columns = [self.column[member] for member in synergy.members]
                if inside[columns].all():
                    total = total + synergy.value * self.x[:, columns].all(axis=1)
        return total

    def hard_rules(self, rows: Collection[str] | None = None) -> None:
        """Keep the subsets that break no hard rule; with rows, no rule that comes from one of them."""

        def counts(rule: Rule) -> bool:
            return rows is None or any(row in rows for row in rule.source_rows)

        capacity_row = self.snapshot.scenario.source_row
        if rows is None or capacity_row in rows:
            self.alive &= self.x @ self.cost <= self.snapshot.scenario.capacity_total_tokens + FLOAT_NOISE
        for key, sources in self.question.forbidden:
            if key in self.column and (rows is None or any(row in rows for row in sources)):
                self.alive &= ~self.x[:, self.column[key]]
        self._tie_numbers(counts)
        self._tie_initiatives(counts)
        self._keep_commitments(rows)

    def _keep_commitments(self, rows: Collection[str] | None) -> None:
        kept = self.snapshot.commitments
        if kept is None:
            return
        for key in kept.locked_in:
            if key in self.column and (rows is None or f"run {kept.run_id} locked_in {key}" in rows):
                self.alive &= self.x[:, self.column[key]]
        if kept.max_changes is not None and (rows is None or f"run {kept.run_id} max_changes" in rows):
            self.alive &= self.changes() <= kept.max_changes

    def changes(self) -> Numbers:
        """How many initiatives of the pool are funded in one of a subset and the earlier run's portfolio alone."""
        kept = self.snapshot.commitments
        before = np.array([kept is not None and key in kept.selected for key in self.column], dtype=bool)
        return np.asarray((self.x != before).sum(axis=1), dtype=float)

    def _tie_numbers(self, counts: Callable[[Rule], bool]) -> None:
        for floor in filter(counts, self.rules.capacity_floors):
            self.alive &= self.tokens(floor.dimension, floor.dimension_key) >= floor.min_tokens - FLOAT_NOISE
        for cap in filter(counts, self.rules.capacity_caps):
            self.alive &= self.tokens(cap.dimension, cap.dimension_key) <= cap.max_tokens + FLOAT_NOISE
        for target in filter(counts, self.rules.targets):
            if target.floor_or_goal == "floor":
                self.alive &= self._shortfall(target) <= FLOAT_NOISE

    def _tie_initiatives(self, counts: Callable[[Rule], bool]) -> None:
        x, column, rules = self.x, self.column, self.rules
        for must in filter(counts, rules.mandatory):
            self.alive &= x[:, column[must.initiative_key]]
        for pair in filter(counts, rules.exclude_pairs):
            if set(pair.members) <= column.keys():
                self.alive &= ~(x[:, column[pair.members[0]]] & x[:, column[pair.members[1]]])
        for bundle in filter(counts, rules.bundles):
            funded = x[:, [column[m] for m in bundle.members if m in column]]
            self.alive &= funded.all(axis=1) | ~funded.any(axis=1)
        for prerequisite in filter(counts, rules.prerequisites):
            if prerequisite.initiative_key in column:
                for needed in prerequisite.requires:
                    if needed in column:
                        self.alive &= ~x[:, column[prerequisite.initiative_key]] | x[:, column[needed]]

    @staticmethod
    def _required(target: Target) -> float:
        return target.target_value - (target.baseline_value or 0.0)

    def _shortfall(self, target: Target) -> Numbers:
        achieved = self.kpi(folded(target.kpi_key), target.dimension, target.dimension_key)
        return np.maximum(0.0, self._required(target) - achieved)

    def goals(self) -> Numbers:
        total = np.zeros(len(self.alive))
        for target in self.rules.targets:
            if target.floor_or_goal == "goal":
                total = total + self._shortfall(target) / max(abs(self._required(target)), 1.0)
        return total

    def scale(self, name: str) -> float:
        targets = [t for t in self.rules.targets if folded(t.kpi_key) == name and t.target_value != 0]
        whole = [abs(t.target_value) for t in targets if not cut(t.dimension, t.dimension_key)]
        if whole:
            return max(whole)
        if targets:
            return max(abs(t.target_value) for t in targets)
        eligible = [c for c in self.members if c.initiative_key in self.question.eligible]
        positive = sum(max(v, 0.0) for c in eligible for k, v in c.contributions.items() if folded(k) == name)
        return positive or 1.0

    def measure(self, kind: Kind, name: str) -> Numbers:
        """What is maximised in a KPI stage: changes have their price in the first."""
        kept = self.snapshot.commitments
        price = (kept.price_per_change if kept else None) or 0.0
        is_first = (kind, name) == next((k, n) for k, n, _ in self.question.listed if k != "goals")
        return self.reached(kind, name) - (price * self.changes() if price and is_first else 0.0)

    def reached(self, kind: Kind, name: str) -> Numbers:
        """What portfolios bring to a KPI stage."""
        weights = self.snapshot.scenario.objective_weights
        if kind == "kpi" or not isinstance(weights, dict):
            return self.kpi(name)
        total = np.zeros(len(self.alive))
        for kpi, weight in weights.items():
            total = total + weight * self.kpi(folded(kpi)) / self.scale(folded(kpi))
        return total

    def _stages(self) -> list[OracleStage]:
        listed = self.question.listed
        has_goals = any(target.floor_or_goal == "goal" for target in self.rules.targets)
        stages: list[OracleStage] = []

        def best_of(kind: Kind, name: str, values: Numbers, *, second: bool = False) -> float:
            best = float(values[self.alive].min() if kind == "goals" else values[self.alive].max())
            stages.append(OracleStage(kind, name, second, best))
            return best

        if not has_goals or any(kind == "goals" for kind, _, _ in listed):
            for kind, name, tolerance in listed:
                if kind != "goals":
                    values = self.measure(kind, name)
                    self._hold(values, best_of(kind, name, values), tolerance)
                elif has_goals:
                    shortfall = self.goals()
                    self._hold(-shortfall, -best_of(kind, name, shortfall), tolerance)
            return stages

        allowed = self.alive.copy()
        bests: list[Callable[[], None]] = []
        for kind, name, tolerance in listed:
            values = self.measure(kind, name)
            best = best_of(kind, name, values)
            self._hold(values, best, tolerance)
            loose = max(tolerance, self.snapshot.scenario.goal_tolerance_pct / 100)
            bests.append(lambda v=values, b=best, t=loose: self._hold(v, b, t))  # type: ignore[misc]
        self.alive = allowed
        for hold in bests:
            hold()
        shortfall = self.goals()
        self._hold(-shortfall, -best_of("goals", "goals", shortfall), 0.0)
        for kind, name, tolerance in listed:
            values = self.measure(kind, name)
            self._hold(values, best_of(kind, name, values, second=True), tolerance)
        return stages

    def _hold(self, values: Numbers, best: float, tolerance: float) -> None:
        """Values at least best, less the tolerance, less 1e-6 · max(1, |best|)."""
        unit = HOLD * max(1.0, abs(best))
        least = best - tolerance * abs(best)
        left = values[self.alive] - least
        if ((left < -FLOAT_NOISE) & (left > -4 * unit)).any():
            self.decided = False
        self.alive &= values >= least - unit - FLOAT_NOISE
