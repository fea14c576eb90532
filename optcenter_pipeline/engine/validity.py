"""What keeps a snapshot from being a model: every problem of every entry, found in one pass.

Rules that contradict each other are no problem here: such a run is `infeasible`, with its conflict.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import TypeVar

from optcenter_pipeline.engine.commitments import commitment_problems
from optcenter_pipeline.engine.magnitudes import (
    all_in_range,
    candidate_magnitudes,
    rule_magnitudes,
    scenario_magnitudes,
)
from optcenter_pipeline.engine.objective_rules import objective_problems
from optcenter_pipeline.engine.problems import Problem
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules.capacity_cap import CapacityCap
from optcenter_pipeline.rules.capacity_floor import CapacityFloor
from optcenter_pipeline.rules.constraint_set import ConstraintSetCompiled
from optcenter_pipeline.rules.exclude_pair import ExcludePair
from optcenter_pipeline.rules.mandatory import Mandatory
from optcenter_pipeline.rules.names import Rule, fold
from optcenter_pipeline.rules.numbers import amount
from optcenter_pipeline.rules.period import UnknownPeriodError, canonical_period
from optcenter_pipeline.rules.portfolio import Candidate, Metric
from optcenter_pipeline.rules.slices import WHOLE, UnknownSliceError, canonical_dimension, slice_id
from optcenter_pipeline.rules.synergy import SynergyBonus
from optcenter_pipeline.rules.target import Target

RULE_FIELDS = tuple(name for name in ConstraintSetCompiled.model_fields if name != "constraint_set_name")
"""The lists of a constraint set, in the order of the document."""

Entry = TypeVar("Entry")


def find_problems(snapshot: Snapshot) -> tuple[Problem, ...]:
    """Every problem of a snapshot as it was given; empty where it can be solved."""
    return (
        *_metric_problems(snapshot.metrics),
        *_candidate_problems(snapshot),
        *_period_problems(snapshot),
        *scenario_magnitudes(snapshot.scenario),
        *objective_problems(snapshot),
        *_scope_problems(snapshot),
        *_rule_problems(snapshot),
        *commitment_problems(snapshot),
    )


def _metric_problems(metrics: tuple[Metric, ...]) -> Iterator[Problem]:
    for position, first, metric in _repeated((fold(metric.kpi_key), metric) for metric in metrics):
        yield Problem(f"metrics[{position}].kpi_key", f"{metric.kpi_key!r} stands already in metrics[{first}]")


def _candidate_problems(snapshot: Snapshot) -> Iterator[Problem]:
    repeated = _repeated((candidate.initiative_key, candidate) for candidate in snapshot.candidates)
    for position, first, candidate in repeated:
        text = f"{candidate.initiative_key} stands already in candidates[{first}]"
        yield _of_candidate(candidate, f"candidates[{position}].initiative_key", text)
    spelling = {fold(metric.kpi_key): metric.kpi_key for metric in snapshot.metrics}
    exact = frozenset(spelling.values())
    listed = _listed_kpis(snapshot.metrics)
    in_range = all_in_range(snapshot.candidates)
    for position, candidate in enumerate(snapshot.candidates):
        if candidate.contribution_ranges or not candidate.contributions.keys() <= exact:
            yield from _contribution_problems(candidate, f"candidates[{position}]", spelling.keys(), listed)
        if not in_range:
            yield from candidate_magnitudes(candidate, f"candidates[{position}]")


def _contribution_problems(candidate: Candidate, place: str, known: Set[str], listed: str) -> Iterator[Problem]:
    named: tuple[tuple[str, Mapping[str, object]], ...] = (
        ("contributions", candidate.contributions),
        ("contribution_ranges", candidate.contribution_ranges),
    )
    for field, by_kpi in named:
        seen: set[str] = set()
        for kpi in by_kpi:
            if fold(kpi) not in known:
                yield _of_candidate(candidate, f"{place}.{field}", f"{kpi!r} is not in metrics ({listed})")
            elif fold(kpi) in seen:
                yield _of_candidate(candidate, f"{place}.{field}", f"{kpi!r} stands twice (names have no case)")
            seen.add(fold(kpi))
    for kpi, (low, high) in candidate.contribution_ranges.items():
        if low > high:
            text = f"the range of {kpi} runs from {amount(low)} down to {amount(high)}; give low, then high"
            yield _of_candidate(candidate, f"{place}.contribution_ranges", text)


def _of_candidate(candidate: Candidate, place: str, text: str) -> Problem:
    sources = (candidate.source_row,) if candidate.source_row else ()
    return Problem(place, text, sources, candidate.initiative_key)


def _period_problems(snapshot: Snapshot) -> Iterator[Problem]:
    scenario = snapshot.scenario
    if scenario.period_key is None:
        return
    try:
        canonical_period(scenario.period_key)
    except UnknownPeriodError as error:
        yield Problem("scenario.period_key", str(error), (scenario.source_row,) if scenario.source_row else ())


def _scope_problems(snapshot: Snapshot) -> Iterator[Problem]:
    scope = snapshot.scope
    place = "scope.initiative_keys"
    if scope.scope_type == "all":
        if scope.initiative_keys:
            yield Problem(place, "scope 'all' takes no keys; give scope_type 'selected' or no keys")
        return
    if scope.initiative_keys is None:
        yield Problem(place, "scope 'selected' needs the list of candidates to choose from (it may be empty)")
        return
    candidates = {candidate.initiative_key for candidate in snapshot.candidates}
    for position, key in enumerate(scope.initiative_keys):
        if key not in candidates:
            yield Problem(f"{place}[{position}]", f"{key} is not a candidate", initiative_key=key)


def _rule_problems(snapshot: Snapshot) -> Iterator[Problem]:
    candidates = {candidate.initiative_key for candidate in snapshot.candidates}
    initiatives = candidates | set(snapshot.known_initiatives)
    kpis = {fold(metric.kpi_key) for metric in snapshot.metrics}
    listed = _listed_kpis(snapshot.metrics)
    for place, rule in placed_rules(snapshot.constraint_set):
        for field, key in rule.initiatives_named():
            if key not in initiatives:
                text = f"{key} is neither a candidate nor a known initiative"
                yield Problem(f"{place}.{field}", text, rule.source_rows, key)
            elif isinstance(rule, Mandatory) and key not in candidates:
                text = f"{key} is mandatory, and is no candidate: it has no tokens"
                yield Problem(f"{place}.{field}", text, rule.source_rows, key)
        if isinstance(rule, ExcludePair) and rule.members[0] == rule.members[1]:
            text = f"{rule.members[0]} stands twice; a pair needs two initiatives"
            yield Problem(f"{place}.members", text, rule.source_rows, rule.members[0])
        if isinstance(rule, (SynergyBonus, Target)) and fold(rule.kpi_key) not in kpis:
            yield Problem(f"{place}.kpi_key", f"{rule.kpi_key!r} is not in metrics ({listed})", rule.source_rows)
        if isinstance(rule, (CapacityFloor, CapacityCap, Target)):
            yield from _slice_problems(rule, place)
        yield from rule_magnitudes(rule, place)


def _slice_problems(rule: CapacityFloor | CapacityCap | Target, place: str) -> Iterator[Problem]:
    try:
        slice_id(rule.dimension, rule.dimension_key)
    except UnknownSliceError as error:
        yield Problem(f"{place}.dimension", str(error), rule.source_rows)
        return
    if canonical_dimension(rule.dimension) == WHOLE and canonical_dimension(rule.dimension_key) != WHOLE:
        text = f"{rule.dimension_key!r} is a key, and dimension {rule.dimension} has none; give its dimension"
        yield Problem(f"{place}.dimension_key", text, rule.source_rows)


def placed_rules(constraint_set: ConstraintSetCompiled) -> Iterator[tuple[str, Rule]]:
    """Every rule with its path within the snapshot, `constraint_set.capacity_floors[0]`."""
    for field in RULE_FIELDS:
        for position, rule in enumerate(getattr(constraint_set, field)):
            yield f"constraint_set.{field}[{position}]", rule


def _repeated(entries: Iterable[tuple[str, Entry]]) -> Iterator[tuple[int, int, Entry]]:
    """(position, first position, entry) of every entry whose key stood before."""
    first_seen: dict[str, int] = {}
    for position, (key, entry) in enumerate(entries):
        first = first_seen.setdefault(key, position)
        if first != position:
            yield position, first, entry


def _listed_kpis(metrics: tuple[Metric, ...]) -> str:
    return "known: " + ", ".join(sorted(metric.kpi_key for metric in metrics)) if metrics else "which is empty"
