"""A snapshot in canonical form, so that neither spelling nor the order of rows ever changes an answer.

KPI names take the metric's own spelling, the period its canonical one; candidates stand in order of
`initiative_key`, rules in order of what they say; and a rule without a source row is named after its place.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, TypeVar

from optcenter_pipeline.engine.objective_rules import lexicographic_stages
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.validity import RULE_FIELDS
from optcenter_pipeline.rules.commitment import Commitments
from optcenter_pipeline.rules.constraint_set import ConstraintSetCompiled
from optcenter_pipeline.rules.names import Rule, fold
from optcenter_pipeline.rules.period import canonical_period
from optcenter_pipeline.rules.portfolio import GOALS, Candidate, LexicographicStage, ObjectiveWeights, Scenario
from optcenter_pipeline.rules.synergy import SynergyBonus
from optcenter_pipeline.rules.target import Target

SCENARIO_ROW = "scenario"
"""Name of the scenario's capacity where the scenario has no source row."""

Amount = TypeVar("Amount")
SortKey = tuple[Any, ...]

_ORDER: Mapping[str, Callable[[Any], SortKey]] = {
    "capacity_floors": lambda rule: (fold(rule.dimension), fold(rule.dimension_key), rule.min_tokens),
    "capacity_caps": lambda rule: (fold(rule.dimension), fold(rule.dimension_key), rule.max_tokens),
    "targets": lambda rule: (
        fold(rule.dimension),
        fold(rule.dimension_key),
        fold(rule.kpi_key),
        rule.floor_or_goal,
        rule.target_value,
        rule.baseline_value or 0.0,
    ),
    "mandatory": lambda rule: (rule.initiative_key,),
    "exclude_initiatives": lambda rule: (rule.initiative_key,),
    "exclude_pairs": lambda rule: (sorted(rule.members),),
    "bundles": lambda rule: (sorted(rule.members), fold(rule.bundle_key)),
    "prerequisites": lambda rule: (rule.initiative_key, sorted(rule.requires)),
    "synergy_bonuses": lambda rule: (fold(rule.kpi_key), sorted(rule.members), rule.value),
}
"""What each list is sorted by; equal rules keep the order of their source rows."""


def canonical_snapshot(snapshot: Snapshot) -> Snapshot:
    """The same question in canonical form.

    Args:
        snapshot: one in which `find_problems` found nothing.
    """
    spelling = {fold(metric.kpi_key): metric.kpi_key for metric in snapshot.metrics}
    exact = frozenset(spelling.values())
    named = (c if c.source_row else _named(c, f"candidates[{i}]") for i, c in enumerate(snapshot.candidates))
    spelt = (c if _is_exact(c, exact) else _spelt(c, spelling) for c in named)
    candidates = sorted(spelt, key=attrgetter("initiative_key"))
    return snapshot.model_copy(
        update={
            "scenario": _canonical_scenario(snapshot.scenario, spelling),
            "constraint_set": _canonical_set(snapshot.constraint_set, spelling),
            "candidates": tuple(candidates),
            "commitments": _canonical_commitments(snapshot.commitments),
        }
    )


def _canonical_commitments(commitments: Commitments | None) -> Commitments | None:
    if commitments is None:
        return None
    lists = {name: tuple(sorted(set(getattr(commitments, name)))) for name in ("selected", "locked_in")}
    return commitments.model_copy(update=lists)


def _named(candidate: Candidate, place: str) -> Candidate:
    return candidate.model_copy(update={"source_row": place})


def _is_exact(candidate: Candidate, exact: frozenset[str]) -> bool:
    """Whether its KPIs are in the metrics' own spelling already."""
    return candidate.contributions.keys() <= exact and candidate.contribution_ranges.keys() <= exact


def _spelt(candidate: Candidate, spelling: Mapping[str, str]) -> Candidate:
    """The candidate with its KPIs in the metrics' own spelling."""
    return candidate.model_copy(
        update={
            "contributions": _respelt(candidate.contributions, spelling),
            "contribution_ranges": _respelt(candidate.contribution_ranges, spelling),
        }
    )


def _respelt(by_kpi: dict[str, Amount], spelling: Mapping[str, str]) -> dict[str, Amount]:
    return {spelling[fold(kpi)]: amount for kpi, amount in by_kpi.items()}


def _canonical_scenario(scenario: Scenario, spelling: Mapping[str, str]) -> Scenario:
    period = canonical_period(scenario.period_key) if scenario.period_key is not None else None
    return scenario.model_copy(
        update={
            "period_key": period,
            "objective_weights": _canonical_weights(scenario, spelling),
            "source_row": scenario.source_row or SCENARIO_ROW,
        }
    )


def _canonical_weights(scenario: Scenario, spelling: Mapping[str, str]) -> ObjectiveWeights | None:
    """Weights in the metrics' spelling; None in mode north_star, which reads none."""
    weights = scenario.objective_weights
    if scenario.objective_mode == "weighted_kpis" and isinstance(weights, dict):
        return {spelling[fold(kpi)]: weight for kpi, weight in weights.items()}
    if scenario.objective_mode == "lexicographic":
        return [_spelt_stage(stage, spelling) for stage in lexicographic_stages(scenario)]
    return None


def _spelt_stage(stage: LexicographicStage, spelling: Mapping[str, str]) -> LexicographicStage:
    name = GOALS if fold(stage.kpi) == GOALS else spelling[fold(stage.kpi)]
    return stage.model_copy(update={"kpi": name})


def _canonical_set(constraint_set: ConstraintSetCompiled, spelling: Mapping[str, str]) -> ConstraintSetCompiled:
    lists: dict[str, tuple[Rule, ...]] = {}
    for field in RULE_FIELDS:
        order = _ORDER[field]
        rules = [
            _canonical_rule(r, f"constraint_set.{field}[{i}]", spelling)
            for i, r in enumerate(getattr(constraint_set, field))
        ]
        lists[field] = tuple(sorted(rules, key=lambda rule: (order(rule), rule.source_rows)))
    return constraint_set.model_copy(update=lists)


def _canonical_rule(rule: Rule, place: str, spelling: Mapping[str, str]) -> Rule:
    """The rule with a source row, and its KPI (if it has one) in the metric's own spelling."""
    changes: dict[str, object] = {}
    if not rule.source_rows:
        changes["source_rows"] = (place,)
    if isinstance(rule, (Target, SynergyBonus)) and spelling[fold(rule.kpi_key)] != rule.kpi_key:
        changes["kpi_key"] = spelling[fold(rule.kpi_key)]
    return rule.model_copy(update=changes) if changes else rule
