"""The objective as an ordered list of stages (semantics.md, *Objective: stages*)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from optcenter_pipeline.engine.linear_model import LinearModel
from optcenter_pipeline.engine.objective_rules import lexicographic_stages
from optcenter_pipeline.engine.pool import Pool
from optcenter_pipeline.engine.result import KpiScale, StageKind
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules.linear import Terms
from optcenter_pipeline.rules.portfolio import GOALS
from optcenter_pipeline.rules.slices import slice_id

ECONOMY = "economy"
WEIGHTED = "weighted_kpis"


@dataclass(frozen=True, slots=True)
class Stage:
    """One objective: `terms` over the model's columns, and the part of its best that later stages may take."""

    name: str
    """For people; what a stage is, its kind says: a KPI may be called `economy`."""
    kind: StageKind
    terms: Terms
    tolerance: float = 0.0
    """A fraction of |best|."""
    unpriced: Terms | None = None
    """What it is about, where `terms` have a price of changes taken off."""

    @property
    def own_terms(self) -> Terms:
        """What it is about, by itself: no price of changes taken off."""
        return self.unpriced or self.terms

    @property
    def is_kpi(self) -> bool:
        """Whether it is about a KPI, or about several with weights."""
        return self.kind in ("kpi", "weighted")

    @property
    def sense(self) -> Literal["max", "min"]:
        """KPIs are maximised, shortfalls and tokens minimised."""
        return "max" if self.is_kpi else "min"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run optimises, in order.

    `stages` come first, one after the other. Where `goals` is given, it follows: the KPI stages give way to it
    by `goal_tolerance`, and are optimised once more behind it. Economy is always last.
    """

    stages: tuple[Stage, ...]
    goals: Stage | None
    goal_tolerance: float
    """A fraction of |best|."""
    economy: Stage
    scales: tuple[KpiScale, ...] = ()

    @property
    def first(self) -> Stage:
        """The stage that a run begins with."""
        return self.stages[0]

    @property
    def kpi_stages(self) -> tuple[Stage, ...]:
        """The KPI stages, in order; there is always one."""
        return tuple(stage for stage in self.stages if stage.is_kpi)

    @property
    def objective_kpis(self) -> tuple[str, ...]:
        """The KPIs that the objective wants more of: those of weight above 0, or one a stage."""
        if self.scales:
            return tuple(scale.kpi_key for scale in self.scales if scale.weight > 0)
        return tuple(stage.name for stage in self.kpi_stages)

    @property
    def length(self) -> int:
        """How many runs of the solver the plan takes."""
        behind_goals = 1 + len(self.kpi_stages) if self.goals else 0
        return len(self.stages) + behind_goals + 1


def build_plan(snapshot: Snapshot, pool: Pool, model: LinearModel) -> Plan:
    """The stages of a valid, canonical snapshot; a price of changes is off the first about KPIs."""
    plan = _unpriced_plan(snapshot, pool, model)
    commitments = snapshot.commitments
    if commitments is None or not commitments.price_per_change:
        return plan
    first = plan.kpi_stages[0]
    priced = replace(first, terms=commitments.priced(first.terms, model.columns), unpriced=first.terms)
    return replace(plan, stages=tuple(priced if stage is first else stage for stage in plan.stages))


def _unpriced_plan(snapshot: Snapshot, pool: Pool, model: LinearModel) -> Plan:
    goals = goals_stage(model)
    economy = Stage(ECONOMY, "economy", model.columns.token_terms())
    goal_tolerance = snapshot.scenario.goal_tolerance_pct / 100
    mode = snapshot.scenario.objective_mode
    if mode == "lexicographic":
        stages = tuple(_listed_stages(snapshot, model, goals))
        inline = any(stage.kind == "goals" for stage in stages)
        return Plan(stages, None if inline else goals, goal_tolerance, economy)
    if mode == "weighted_kpis":
        scales = kpi_scales(snapshot, pool)
        stage = Stage(WEIGHTED, "weighted", _weighted_terms(model, scales))
        return Plan((stage,), goals, goal_tolerance, economy, scales)
    north_star = next(m.kpi_key for m in snapshot.metrics if m.kpi_level == "north_star" and m.is_active)
    stage = Stage(north_star, "kpi", model.columns.kpi_terms(north_star))
    return Plan((stage,), goals, goal_tolerance, economy)


def _listed_stages(snapshot: Snapshot, model: LinearModel, goals: Stage | None) -> Iterator[Stage]:
    """The lexicographic list as stages; `goals` in it only where the set has goal targets."""
    for entry in lexicographic_stages(snapshot.scenario):
        tolerance = entry.tolerance_pct / 100
        if entry.kpi != GOALS:
            yield Stage(entry.kpi, "kpi", model.columns.kpi_terms(entry.kpi), tolerance)
        elif goals is not None:
            yield Stage(goals.name, goals.kind, goals.terms, tolerance)


def goals_stage(model: LinearModel) -> Stage | None:
    """min sum of s_t / max(|required_t|, 1); None without goal targets."""
    if not model.goals:
        return None
    columns = tuple(model.columns.shortfall_column(goal) for goal in model.goals)
    return Stage(GOALS, "goals", Terms(columns, tuple(goal.shortfall_weight for goal in model.goals)))


def kpi_scales(snapshot: Snapshot, pool: Pool) -> tuple[KpiScale, ...]:
    """scale_k of every weighted KPI, in the order of the weights' names."""
    weights = snapshot.scenario.objective_weights
    given = sorted(weights.items()) if isinstance(weights, dict) else []
    return tuple(_scale(kpi, weight, snapshot, pool) for kpi, weight in given)


def _scale(kpi: str, weight: float, snapshot: Snapshot, pool: Pool) -> KpiScale:
    """The largest |target| on all/all, else on any slice, else the eligible pool's positive sum, else 1."""
    targets = [t for t in snapshot.constraint_set.targets if t.kpi_key == kpi and t.target_value != 0]
    whole = [target for target in targets if slice_id(target.dimension, target.dimension_key) == ()]
    if targets:
        largest = max(whole or targets, key=lambda target: abs(target.target_value))
        return KpiScale(
            kpi_key=kpi,
            weight=weight,
            scale=abs(largest.target_value),
            source="all_target" if whole else "slice_target",
            source_rows=largest.source_rows,
        )
    ineligible = {entry.candidate.initiative_key for entry in pool.ineligible}
    positive = math.fsum(
        max(0.0, candidate.contributions.get(kpi, 0.0))
        for candidate in pool.columns.candidates
        if candidate.initiative_key not in ineligible
    )
    if positive > 0:
        return KpiScale(kpi_key=kpi, weight=weight, scale=positive, source="positive_contributions")
    return KpiScale(kpi_key=kpi, weight=weight, scale=1.0, source="unit")


def _weighted_terms(model: LinearModel, scales: tuple[KpiScale, ...]) -> Terms:
    """sum over k of w_k / scale_k · KPI_k(all)."""
    by_column: dict[int, list[float]] = {}
    for scale in scales:
        terms = model.columns.kpi_terms(scale.kpi_key)
        for column, amount in zip(terms.columns, terms.coefficients, strict=True):
            by_column.setdefault(column, []).append(scale.weight * amount / scale.scale)
    summed = ((column, math.fsum(parts)) for column, parts in sorted(by_column.items()))
    kept = tuple((column, amount) for column, amount in summed if amount != 0)
    return Terms(tuple(column for column, _ in kept), tuple(amount for _, amount in kept))
