"""What two snapshots say differently, in the words of the sheet; where a row stands makes no difference."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from optcenter_pipeline.engine.objective_rules import lexicographic_stages
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.comparison_differences import Difference, Group, Kind, listed_keys, shown
from optcenter_pipeline.explain.comparison_rules import rule_differences
from optcenter_pipeline.rules.commitment import Commitments
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.period import UnknownPeriodError, canonical_period
from optcenter_pipeline.rules.portfolio import Candidate, Metric, Scenario

METRICS = "Metrics_Config"
SCOPE = "scope of the run"


def input_differences(before: Snapshot, after: Snapshot) -> tuple[Difference, ...]:
    """Every difference, group by group; how hard to search is none.

    Args:
        before: as it was given, valid or not.
        after: likewise.
    """
    found = [
        *_scenario_differences(before, after),
        *_metric_differences(before, after),
        *_pool_differences(before, after),
        *rule_differences(before.constraint_set, after.constraint_set),
        *_commitment_differences(before.commitments, after.commitments),
        *_candidate_differences(before, after),
    ]
    order = list(Group)
    return tuple(sorted(found, key=lambda difference: order.index(difference.group)))


def search_differences(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """`mip_gap from 0.0001 to 0.001`, for every search option that differs."""
    one, other = before.solver.model_dump(), after.solver.model_dump()
    return tuple(
        f"{name} from {shown(one[name]) or 'none'} to {shown(other[name]) or 'none'}"
        for name in one
        if one[name] != other[name]
    )


def _scenario_differences(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    one, other = before.scenario, after.scenario
    rows = (other.source_row or "scenario",)

    def changed(what: str, was: object, now: object, *, matters: bool = True) -> Difference:
        return Difference(Group.SCENARIO, "changed", what, shown(was), shown(now), rows, matters=matters)

    if fold(one.scenario_name) != fold(other.scenario_name):
        yield changed("scenario_name", one.scenario_name, other.scenario_name, matters=False)
    sets = [side.constraint_set.constraint_set_name for side in (before, after)]
    if fold(sets[0]) != fold(sets[1]):
        yield changed("constraint_set_name", sets[0], sets[1], matters=False)
    if _period(one.period_key) != _period(other.period_key):
        yield changed("period_key", one.period_key, other.period_key)
    for name in ("capacity_total_tokens", "objective_mode", "goal_tolerance_pct"):
        if getattr(one, name) != getattr(other, name):
            yield changed(name, getattr(one, name), getattr(other, name))
    if _weights(one) != _weights(other):
        yield changed("objective_weights_json", _weights_text(one), _weights_text(other))


def _period(typed: str | None) -> str | None:
    """Two spellings of one period are equal; what is no period is itself."""
    if typed is None:
        return None
    try:
        return canonical_period(typed)
    except UnknownPeriodError:
        return typed


def _weights(scenario: Scenario) -> object:
    weights = scenario.objective_weights
    if isinstance(weights, dict):
        return {fold(kpi): weight for kpi, weight in weights.items()}
    return [(fold(stage.kpi), stage.tolerance_pct) for stage in lexicographic_stages(scenario)]


def _weights_text(scenario: Scenario) -> str | None:
    weights = scenario.objective_weights
    if isinstance(weights, dict):
        return ", ".join(f"{kpi} {shown(weight)}" for kpi, weight in sorted(weights.items()))
    stages = lexicographic_stages(scenario)
    tolerances = (f" ({shown(stage.tolerance_pct)} %)" if stage.tolerance_pct else "" for stage in stages)
    return ", ".join(stage.kpi + text for stage, text in zip(stages, tolerances, strict=True)) or None


def _metric_differences(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    one, other = ({fold(metric.kpi_key): metric for metric in side.metrics} for side in (before, after))
    for kpi in sorted(one.keys() | other.keys()):
        yield from _metric(one.get(kpi), other.get(kpi))


def _metric(before: Metric | None, after: Metric | None) -> Iterator[Difference]:
    rows = (METRICS,)
    if before is None or after is None:
        for metric, kind in _of_one_side(before, after):
            yield Difference(Group.SCENARIO, kind, f"KPI {metric.kpi_key}", source_rows=rows)
        return
    for name in ("kpi_level", "is_active", "unit"):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            what, matters = f"{name} of {after.kpi_key}", name != "unit"
            yield Difference(Group.SCENARIO, "changed", what, shown(was), shown(now), rows, matters=matters)


Side = TypeVar("Side")


def _of_one_side(before: Side | None, after: Side | None) -> Iterator[tuple[Side, Kind]]:
    """What only one of two has, and whether that is the later one."""
    if before is not None:
        yield before, "removed"
    if after is not None:
        yield after, "added"


def _pool_differences(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    one, other = _by_key(before), _by_key(after)
    for key in sorted(one.keys() ^ other.keys()):
        for candidate, kind in _of_one_side(one.get(key), other.get(key)):
            rows, whom = _row(candidate), frozenset({key})
            yield Difference(Group.POOL, kind, f"candidate {key}", source_rows=rows, initiatives=whom)
    was, now = before.scope, after.scope
    if was.scope_type != now.scope_type:
        yield Difference(Group.POOL, "changed", "scope_type", was.scope_type, now.scope_type, (SCOPE,))
    elif was.scope_type == "selected":
        were, are = frozenset(was.initiative_keys or ()), frozenset(now.initiative_keys or ())
        for key in sorted(were ^ are):
            known = other.get(key) or one.get(key)
            rows = _row(known) if known else (SCOPE,)
            what, texts = f"is_selected_for_run of {key}", (shown(key in were), shown(key in are))
            yield Difference(Group.POOL, "changed", what, texts[0], texts[1], rows, frozenset({key}))


def _by_key(snapshot: Snapshot) -> Mapping[str, Candidate]:
    return {candidate.initiative_key: candidate for candidate in snapshot.candidates}


def _row(candidate: Candidate) -> tuple[str]:
    return (candidate.source_row or f"candidate {candidate.initiative_key}",)


def _candidate_differences(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    one, other = _by_key(before), _by_key(after)
    for key in sorted(one.keys() & other.keys()):
        if one[key] != other[key]:
            yield from _number_differences(one[key], other[key])
            yield from _contribution_differences(one[key], other[key])


def _number_differences(before: Candidate, after: Candidate) -> Iterator[Difference]:
    def changed(what: str, was: object, now: object, *, matters: bool = True) -> Difference:
        return _of_candidate(Group.NUMBERS, what, shown(was), shown(now), after, matters=matters)

    for name in ("engineering_tokens", "deadline_date"):
        if getattr(before, name) != getattr(after, name):
            yield changed(name, getattr(before, name), getattr(after, name))
    if fold(before.lifecycle_status or "") != fold(after.lifecycle_status or ""):
        yield changed("lifecycle_status", before.lifecycle_status, after.lifecycle_status)
    one, other = ({fold(n): text or "" for n, text in side.attributes.items()} for side in (before, after))
    for name in sorted(one.keys() | other.keys()):
        was, now = one.get(name, ""), other.get(name, "")
        if fold(was) != fold(now):
            yield changed(name, was, now)
    if before.title != after.title:
        yield changed("title", before.title, after.title, matters=False)


def _contribution_differences(before: Candidate, after: Candidate) -> Iterator[Difference]:
    spelling = {
        fold(kpi): kpi for side in (before, after) for kpi in (*side.contributions, *side.contribution_ranges)
    }
    one, other = ({fold(kpi): value for kpi, value in side.contributions.items()} for side in (before, after))
    ranges = [{fold(kpi): r for kpi, r in side.contribution_ranges.items()} for side in (before, after)]
    for kpi in sorted(spelling):
        was, now = one.get(kpi, 0.0), other.get(kpi, 0.0)
        if was != now:
            what = f"contribution to {spelling[kpi]}"
            yield _of_candidate(Group.CONTRIBUTIONS, what, shown(was), shown(now), after)
        texts = [_range_text(side.get(kpi)) for side in ranges]
        if texts[0] != texts[1]:
            what = f"low and high of the contribution to {spelling[kpi]}"
            yield _of_candidate(Group.CONTRIBUTIONS, what, texts[0], texts[1], after, matters=False)


def _range_text(low_and_high: tuple[float, float] | None) -> str | None:
    return None if low_and_high is None else f"{shown(low_and_high[0])} to {shown(low_and_high[1])}"


def _of_candidate(
    group: Group, what: str, was: str | None, now: str | None, candidate: Candidate, *, matters: bool = True
) -> Difference:
    key = candidate.initiative_key
    what = f"{what} of {key}"
    return Difference(group, "changed", what, was, now, _row(candidate), frozenset({key}), matters)


def _commitment_differences(before: Commitments | None, after: Commitments | None) -> Iterator[Difference]:
    if before is None or after is None:
        for only, kind in _of_one_side(before, after):
            rows = (f"run {only.run_id}",)
            yield Difference(Group.COMMITMENTS, kind, only.in_words(), source_rows=rows)
        return
    rows = (f"run {after.run_id}",)
    for name in ("run_id", "selected", "locked_in", "max_changes", "price_per_change"):
        was, now = getattr(before, name), getattr(after, name)
        if isinstance(was, tuple):
            was, now = listed_keys(set(was)), listed_keys(set(now))
        if was != now:
            what = f"{name} of the commitments"
            matters = name != "run_id"
            yield Difference(Group.COMMITMENTS, "changed", what, shown(was), shown(now), rows, matters=matters)
