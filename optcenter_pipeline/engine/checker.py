"""Is this result a right answer to this snapshot? Checked without the model, without the solver.

Knows the types of snapshot and result and the text of semantics.md, nothing else. Every hard rule is looked at on
the initiatives that were funded, and every number of the result is counted again in exact fractions.

Tolerances, on either side of an exact value v:

- a hard rule's limit, and every reported number: 1e-6 · max(1, |v|);
- a held stage: its own tolerance, and then 1e-6 · max(1, |v|) for the hold and as much again for the solver's rows;
- severities: none, but that both are right within 1e-9 · max(1, |required|) of a threshold, though not on it.

It cannot tell whether a better portfolio exists, nor whether an infeasible run is one.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from optcenter_pipeline.engine.checker_numbers import (
    WHOLE_POOL,
    Recount,
    Slice,
    Stage,
    UncountableError,
    exact,
    located,
    needed_of,
    same_name,
    slice_of,
    source_rows_of,
)
from optcenter_pipeline.engine.result import Gap, Result, SliceCapacity, StageResult
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules.capacity_cap import CapacityCap
from optcenter_pipeline.rules.capacity_floor import CapacityFloor
from optcenter_pipeline.rules.target import Target

TOLERANCE = Fraction(1, 10**6)
_NOISE = Fraction(1, 10**9)
_WARN_UP_TO = Fraction(5, 100)


@dataclass(frozen=True)
class Violation:
    """A rule that is broken, or a number that is wrong."""

    what: str
    """The rule's type, or the number's place in the result."""
    found: str
    expected: str
    source_rows: tuple[str, ...] = ()


def check(snapshot: Snapshot, result: Result) -> tuple[Violation, ...]:
    """Everything that is wrong with a result; nothing, if it is right."""
    snapshot = located(snapshot)
    if not result.has_portfolio:
        return tuple(_without_portfolio(snapshot, result))
    count = Recount(snapshot, frozenset(item.initiative_key for item in result.selected))
    try:
        return tuple(violation for part in _PARTS for violation in part(count, result))
    except UncountableError as error:
        return (Violation("snapshot", f"a portfolio, though {error}", "status invalid"),)


def _room(value: Fraction) -> Fraction:
    return TOLERANCE * max(Fraction(1), abs(value))


def _differs(what: str, found: float | None, expected: Fraction, rows: tuple[str, ...] = ()) -> Iterator[Violation]:
    if found is None or abs(exact(found) - expected) > _room(expected):
        yield Violation(what, str(found), f"{float(expected):.9g}", rows)


def _without_portfolio(snapshot: Snapshot, result: Result) -> Iterator[Violation]:
    for what, part in (("selected", result.selected), ("synergies", result.synergies), ("gaps", result.gaps)):
        if part:
            yield Violation(what, f"{len(part)} of them", f"none, as the run is {result.status}")
    if result.objective.value is not None:
        yield Violation("objective.value", str(result.objective.value), f"none, as the run is {result.status}")
    if result.conflict is None:
        return
    named = {
        *result.conflict.source_rows,
        *(rule.source_row for rule in result.conflict.rules),
        *(change.source_row for repair in result.conflict.repairs for change in repair.changes),
    }
    for row in sorted(named - source_rows_of(snapshot)):
        yield Violation("conflict", row, "a row that the snapshot's rules come from", (row,))
    if result.status != "infeasible":
        yield Violation("conflict", "a conflict", f"none, as the run is {result.status}")


def _membership(count: Recount, result: Result) -> Iterator[Violation]:
    """Selected and rejected together are the pool, each once; ranks run from 1; everyone rejected is told why."""
    listed = Counter(i.initiative_key for i in result.selected) + Counter(i.initiative_key for i in result.rejected)
    for key in sorted(listed.keys() | count.pool):
        if listed[key] != int(key in count.pool):
            where = "once, in selected or in rejected" if key in count.pool else "nowhere: it is outside the pool"
            yield Violation("pool", f"{key} stands in it {listed[key]} times", where)
    ranks = sorted(item.rank for item in result.selected)
    if ranks != list(range(1, len(ranks) + 1)):
        yield Violation("rank", str(ranks), f"1 to {len(ranks)}, each once")
    said = {row for item in result.rejected for row in item.source_rows}
    said |= {row for alert in result.alerts for row in alert.source_rows}
    for row in sorted(said - source_rows_of(count.snapshot)):
        yield Violation("source_rows", row, "a row of the snapshot", (row,))
    for item in result.rejected:
        if not item.reason.strip():
            yield Violation("rejected.reason", f"none for {item.initiative_key}", "why it is rejected")


def _switches(count: Recount, _: Result) -> Iterator[Violation]:
    """The rules that speak of initiatives as such, and eligibility."""
    rules, funded = count.rules, count.funded
    for key, why in sorted(count.ineligible.items()):
        if key in funded:
            row = count.candidates[key].source_row or ""
            yield Violation("eligibility", f"{key} funded", f"not funded: {why}", (row,))
    for must in rules.mandatory:
        if must.initiative_key not in funded:
            yield Violation("mandatory", f"{must.initiative_key} not funded", "funded", must.source_rows)
    for never in rules.exclude_initiatives:
        if never.initiative_key in funded:
            yield Violation("exclude_initiative", f"{never.initiative_key} funded", "not funded", never.source_rows)
    for pair in rules.exclude_pairs:
        if funded.issuperset(pair.members):
            yield Violation("exclude_pair", f"both {' and '.join(pair.members)}", "at most one", pair.source_rows)
    yield from _dependencies(count)


def _dependencies(count: Recount) -> Iterator[Violation]:
    """The rules that tie initiatives to others."""
    rules, funded, pool = count.rules, count.funded, count.pool
    for bundle in rules.bundles:
        part = funded & set(bundle.members)
        if part and part != set(bundle.members):
            yield Violation("bundle_all_or_nothing", f"only {sorted(part)}", "all or nothing", bundle.source_rows)
        if part and not pool.issuperset(bundle.members):
            expected = "nothing: a member is outside the pool"
            yield Violation("blocked_by_bundle", f"{sorted(part)} funded", expected, bundle.source_rows)
    for prerequisite in rules.prerequisites:
        for needed in prerequisite.requires:
            if prerequisite.initiative_key in funded and needed not in funded:
                kind = "require_prereq" if needed in pool else "blocked_by_prerequisite"
                found = f"{prerequisite.initiative_key} without {needed}"
                yield Violation(kind, found, "both, or not the first", prerequisite.source_rows)


def _token_rules(count: Recount, _: Result) -> Iterator[Violation]:
    """Capacity, caps and floors."""
    scenario, rules = count.snapshot.scenario, count.rules
    capacity_row = (scenario.source_row or "",)
    limits: list[tuple[str, Slice, float, tuple[str, ...]]] = []
    limits.append(("scenario_capacity", WHOLE_POOL, scenario.capacity_total_tokens, capacity_row))
    for cap in rules.capacity_caps:
        limits.append(("capacity_cap", slice_of(cap.dimension, cap.dimension_key), cap.max_tokens, cap.source_rows))
    for what, wanted, limit, rows in limits:
        used, most = count.tokens(wanted), exact(limit)
        if used > most + _room(most):
            yield Violation(what, f"{float(used):.9g} tokens", f"at most {limit:.9g}", rows)
    for floor in rules.capacity_floors:
        used, least = count.tokens(slice_of(floor.dimension, floor.dimension_key)), exact(floor.min_tokens)
        if used < least - _room(least):
            found, expected = f"{float(used):.9g} tokens", f"at least {floor.min_tokens:.9g}"
            yield Violation("capacity_floor", found, expected, floor.source_rows)


def _floors(count: Recount, _: Result) -> Iterator[Violation]:
    """Targets that must be reached."""
    for target in count.rules.targets:
        needed = needed_of(target)
        achieved = count.kpi(target.kpi_key, slice_of(target.dimension, target.dimension_key))
        if target.floor_or_goal == "floor" and achieved < needed - _room(needed):
            expected = f"at least {float(needed):.9g}"
            yield Violation("target_floor", f"{float(achieved):.9g}", expected, target.source_rows)


def _items(count: Recount, result: Result) -> Iterator[Violation]:
    """What is said of each funded candidate, and of the synergies."""
    for item in result.selected:
        if item.initiative_key not in count.candidates:
            continue
        what = f"selected.{item.initiative_key}"
        own = count.own[item.initiative_key]
        tokens = exact(count.candidates[item.initiative_key].engineering_tokens)
        yield from _differs(f"{what}.allocated_tokens", item.allocated_tokens, tokens)
        yield from _differs(f"{what}.objective_contribution", item.objective_contribution, count.worth(own))
        told = {same_name(kpi): value for kpi, value in item.contributions.items()}
        for kpi in sorted(told.keys() | {kpi for kpi, value in own.items() if value}):
            yield from _differs(f"{what}.contributions.{kpi}", told.get(kpi), own.get(kpi, Fraction(0)))
    active = [s for s in count.rules.synergy_bonuses if count.funded.issuperset(s.members)]
    found, expected = (
        Counter((tuple(sorted(s.members)), same_name(s.kpi_key), exact(s.value), s.source_rows) for s in synergies)
        for synergies in (result.synergies, active)
    )
    for members, kpi, value, rows in (found - expected) + (expected - found):
        key = (members, kpi, value, rows)
        text = f"{' + '.join(members)} {float(value):+g} {kpi}"
        yield Violation("synergies", f"{text}: {found[key]} times", f"{expected[key]} times", rows)


def _gaps(count: Recount, result: Result) -> Iterator[Violation]:
    """Each target has its row, and each row its right numbers and severity."""
    waiting: dict[object, list[Gap]] = {}
    for row in sorted(result.gaps, key=lambda row: row.required):
        waiting.setdefault(_target_identity(row), []).append(row)
    for target in sorted(count.rules.targets, key=needed_of):
        what = f"gaps.{target.kpi_key} of {target.dimension} {target.dimension_key}"
        rows = waiting.get(_target_identity(target))
        if not rows:
            yield Violation(what, "no row", "a row for every target", target.source_rows)
            continue
        row = rows.pop(0)
        yield from _whole_is_all(what, row, target)
        needed = needed_of(target)
        achieved = count.kpi(target.kpi_key, slice_of(target.dimension, target.dimension_key))
        gap = max(Fraction(0), needed - achieved)
        yield from _differs(f"{what}.required", row.required, needed, target.source_rows)
        yield from _differs(f"{what}.achieved", row.achieved, achieved, target.source_rows)
        yield from _differs(f"{what}.gap", row.gap, gap, target.source_rows)
        yield from _differs(f"{what}.surplus", row.surplus, max(Fraction(0), achieved - needed), target.source_rows)
        right = {_severity(gap + shift, needed) for shift in _shifts(gap, needed)}
        if row.severity not in right:
            yield Violation(f"{what}.severity", row.severity, " or ".join(sorted(right)), target.source_rows)
    for row in (row for rows in waiting.values() for row in rows):
        what = f"gaps.{row.kpi_key} of {row.dimension} {row.dimension_key}"
        yield Violation(what, "a row", "none: no such target, or it has a row already", row.source_rows)


def _target_identity(row: Gap | Target) -> object:
    place = slice_of(row.dimension, row.dimension_key)
    return place, same_name(row.kpi_key), row.floor_or_goal, row.target_value, row.source_rows


def _whole_is_all(
    what: str, row: Gap | SliceCapacity, *rules: Target | CapacityFloor | CapacityCap
) -> Iterator[Violation]:
    """A row on all of the pool says so: the key of all/all is `all`, or what the rule has there."""
    if slice_of(row.dimension, row.dimension_key) == WHOLE_POOL:
        keys = {"all"} | {same_name(rule.dimension_key) for rule in rules}
        if same_name(row.dimension_key) not in keys:
            yield Violation(f"{what}.dimension_key", row.dimension_key, "all")


def _severity(gap: Fraction, needed: Fraction) -> str:
    if gap <= _room(needed):
        return "OK"
    return "WARN" if gap <= _WARN_UP_TO * abs(needed) else "CRITICAL"


def _shifts(gap: Fraction, needed: Fraction) -> tuple[Fraction, ...]:
    """What may be added to a gap before its severity is judged: noise beside a threshold, nothing on it."""
    noise = _NOISE * max(Fraction(1), abs(needed))
    if gap in (0, _WARN_UP_TO * abs(needed)):
        return (Fraction(0),)
    return (-noise, Fraction(0), noise)


def _totals(count: Recount, result: Result) -> Iterator[Violation]:
    """KPIs of the whole portfolio, and tokens by slice."""
    told = {same_name(kpi): value for kpi, value in result.kpis.items()}
    metrics = {same_name(metric.kpi_key): metric.is_active for metric in count.snapshot.metrics}
    for kpi in sorted(told.keys() | {kpi for kpi, active in metrics.items() if active}):
        if kpi not in metrics:
            yield Violation(f"kpis.{kpi}", "a number", "nothing: no such metric")
        else:
            yield from _differs(f"kpis.{kpi}", told.get(kpi), count.kpi(kpi))
    if result.capacity is None:
        yield Violation("capacity", "none", "tokens spent")
        return
    total = exact(count.snapshot.scenario.capacity_total_tokens)
    yield from _differs("capacity.total", result.capacity.total, total)
    yield from _differs("capacity.used", result.capacity.used, count.tokens())
    floors, caps = count.limits
    rows = Counter(slice_of(row.dimension, row.dimension_key) for row in result.capacity.slices)
    for place in rows.keys() | floors.keys() | caps.keys():
        if rows[place] != int(place in floors or place in caps):
            found = f"{rows[place]} rows for {sorted(place)}"
            yield Violation("capacity.slices", found, "one for each slice with a floor or a cap")
    for row in result.capacity.slices:
        place, what = slice_of(row.dimension, row.dimension_key), f"capacity.{row.dimension} {row.dimension_key}"
        yield from _whole_is_all(what, row, *count.rules.capacity_floors, *count.rules.capacity_caps)
        yield from _differs(f"{what}.used", row.used, count.tokens(place))
        for name, limit, expected in (("min", row.min_tokens, floors), ("max", row.max_tokens, caps)):
            if place in expected:
                yield from _differs(f"{what}.{name}_tokens", limit, expected[place])
            elif limit is not None:
                yield Violation(f"{what}.{name}_tokens", str(limit), "none")


def _objective(count: Recount, result: Result) -> Iterator[Violation]:
    """The objective's own numbers, and the scales of a weighted one."""
    objective, mode = result.objective, count.snapshot.scenario.objective_mode
    if objective.mode != mode:
        yield Violation("objective.mode", objective.mode, mode)
    pairs = zip(count.stages, objective.stages, strict=False)
    stage, reported = next(((plan, told) for plan, told in pairs if plan.is_kpi), (None, None))
    if stage is not None and reported is not None:
        value = count.measure(stage)
        yield from _differs("objective.value", objective.value, value)
        yield from _differs("objective.best_possible", objective.best_possible, exact(reported.value))
        yield from _differs("objective.bound", objective.bound, exact(reported.bound))
        yield from _differs("objective.mip_gap", objective.mip_gap, exact(reported.mip_gap))
        if any(plan.name == "goals" for plan in count.stages):
            yield from _differs("objective.goals_cost", objective.goals_cost, exact(reported.value) - value)
        elif objective.goals_cost is not None:
            yield Violation("objective.goals_cost", str(objective.goals_cost), "none: the set has no goals")
    told = {same_name(scale.kpi_key): scale for scale in objective.scales}
    weighed = {kpi for kpi, scale in count.scales.items() if scale.weight}
    if not weighed <= told.keys() <= count.scales.keys() or len(told) < len(objective.scales):
        yield Violation("objective.scales", str(sorted(told)), f"one for each of {sorted(weighed)}")
    for kpi, scale in ((kpi, scale) for kpi, scale in count.scales.items() if kpi in told):
        what, row = f"objective.scales.{kpi}", told[kpi]
        yield from _differs(f"{what}.weight", row.weight, scale.weight)
        yield from _differs(f"{what}.scale", row.scale, scale.scale)
        if row.source != scale.source:
            yield Violation(f"{what}.source", row.source, scale.source)
        if not scale.source_rows.issuperset(row.source_rows) or bool(scale.source_rows) != bool(row.source_rows):
            yield Violation(f"{what}.source_rows", str(row.source_rows), f"of {sorted(scale.source_rows)}")


def _stages(count: Recount, result: Result) -> Iterator[Violation]:
    """The stages are those of the objective, their bounds make sense, and the portfolio keeps what they reached."""
    plan, told = count.stages, result.objective.stages
    if result.status != "optimal":
        plan = plan[: len(told)]
    elif "stage_skipped" in {alert.code for alert in result.alerts}:
        plan = plan[: max(len(told), len(plan) - 1)]  # only the economy may be left out of an optimal run
    names = [(stage.name, stage.second_pass) for stage in plan]
    if [(same_name(stage.name), stage.second_pass) for stage in told] != names:
        yield Violation("objective.stages", str([(s.name, s.second_pass) for s in told]), str(names))
        return
    repeated = any(stage.second_pass for stage in plan)
    for position, (stage, reported) in enumerate(zip(plan, told, strict=True)):
        what = f"objective.stages.{position} ({stage.name})"
        yield from _stage_numbers(count, result, what, stage, reported)
        sign = 1 if stage.is_kpi else -1
        value, bound = sign * exact(reported.value), sign * exact(reported.bound)
        final = sign * count.measure(stage)
        if final < value - stage.tolerance * abs(value) - 2 * _room(value):
            yield Violation(f"{what} held", f"{float(final):.9g}", f"{float(value):.9g} within {stage.tolerance}")
        if stage.name == "economy":
            yield from _differs(f"{what}.value", reported.value, count.tokens())
        loosened = repeated and stage.is_kpi and not stage.second_pass and position > 0
        if final > bound + 2 * _room(bound) and not loosened:
            yield Violation(f"{what}.bound", f"{float(bound):.9g}", f"no better than {float(final):.9g}, reached")


def _stage_numbers(
    count: Recount, result: Result, what: str, stage: Stage, reported: StageResult
) -> Iterator[Violation]:
    value, bound = exact(reported.value), exact(reported.bound)
    sense = "max" if stage.is_kpi else "min"
    if reported.sense != sense:
        yield Violation(f"{what}.sense", reported.sense, sense)
    apart = bound - value if stage.is_kpi else value - bound
    if apart < -_room(value):
        yield Violation(f"{what}.bound", f"{reported.bound:.9g}", f"not on the wrong side of {reported.value:.9g}")
    if value:
        yield from _differs(f"{what}.mip_gap", reported.mip_gap, abs(bound - value) / abs(value))
    elif abs(bound) <= TOLERANCE < abs(exact(reported.mip_gap)):
        yield Violation(f"{what}.mip_gap", f"{reported.mip_gap:.9g}", "0")
    if reported.proven and apart > exact(count.snapshot.solver.mip_gap) * abs(value) + _room(value):
        yield Violation(f"{what}.proven", f"True at {float(apart):.9g} apart", "within the gap that was asked for")
    if result.status == "optimal" and stage.name != "economy" and not reported.proven:
        yield Violation(f"{what}.proven", "False", "True, as the run is optimal")


def _alerts(count: Recount, result: Result) -> Iterator[Violation]:
    """What the pool's rules did is told."""
    told = {(alert.code, alert.initiative_key) for alert in result.alerts}
    wanted = {("pool_extended", key) for key in count.pool - count.in_scope}
    wanted |= {(why, key) for key, why in count.ineligible.items()}
    for rule in count.rules.prerequisites:
        if rule.initiative_key in count.pool and not count.pool.issuperset(rule.requires):
            wanted.add(("blocked_by_prerequisite", rule.initiative_key))
    for code, key in sorted(wanted - told):
        yield Violation("alerts", f"no {code} for {key}", "one")
    codes = {alert.code for alert in result.alerts}
    for bundle in count.rules.bundles:
        outside = set(bundle.members) - count.pool
        if outside and outside != set(bundle.members) and "blocked_by_bundle" not in codes:
            yield Violation("alerts", f"no blocked_by_bundle for {bundle.bundle_key}", "one", bundle.source_rows)


_PARTS = (_membership, _switches, _token_rules, _floors, _items, _gaps, _totals, _objective, _stages, _alerts)
