"""Are the figures of the portfolio right: what each initiative brings, gaps and severities, totals?"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from optcenter_pipeline.engine.checker_findings import TOLERANCE, Violation, differs
from optcenter_pipeline.engine.checker_numbers import Recount
from optcenter_pipeline.engine.checker_words import WHOLE_POOL, exact, needed_of, same_name, slice_of
from optcenter_pipeline.engine.result import Gap, Result, SliceCapacity
from optcenter_pipeline.rules.capacity_cap import CapacityCap
from optcenter_pipeline.rules.capacity_floor import CapacityFloor
from optcenter_pipeline.rules.target import Target

_NOISE = Fraction(1, 10**9)
_WARN_UP_TO = Fraction(5, 100)


def items(count: Recount, result: Result) -> Iterator[Violation]:
    """What is said of each funded candidate, and of the synergies."""
    for item in result.selected:
        if item.initiative_key not in count.candidates:
            continue
        what = f"selected.{item.initiative_key}"
        own = count.own[item.initiative_key]
        tokens = exact(count.candidates[item.initiative_key].engineering_tokens)
        yield from differs(f"{what}.allocated_tokens", item.allocated_tokens, tokens)
        yield from differs(f"{what}.objective_contribution", item.objective_contribution, count.worth(own))
        told = {same_name(kpi): value for kpi, value in item.contributions.items()}
        for kpi in sorted(told.keys() | {kpi for kpi, value in own.items() if value}):
            yield from differs(f"{what}.contributions.{kpi}", told.get(kpi), own.get(kpi, Fraction(0)))
    active = [s for s in count.rules.synergy_bonuses if count.funded.issuperset(s.members)]
    found, expected = (
        Counter((tuple(sorted(s.members)), same_name(s.kpi_key), exact(s.value), s.source_rows) for s in synergies)
        for synergies in (result.synergies, active)
    )
    for members, kpi, value, rows in (found - expected) + (expected - found):
        key = (members, kpi, value, rows)
        text = f"{' + '.join(members)} {float(value):+g} {kpi}"
        yield Violation("synergies", f"{text}: {found[key]} times", f"{expected[key]} times", rows)


def gaps(count: Recount, result: Result) -> Iterator[Violation]:
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
        yield from differs(f"{what}.required", row.required, needed, target.source_rows)
        yield from differs(f"{what}.achieved", row.achieved, achieved, target.source_rows)
        terms, surplus = (needed, achieved), max(Fraction(0), achieved - needed)
        yield from differs(f"{what}.gap", row.gap, gap, target.source_rows, terms=terms)
        yield from differs(f"{what}.surplus", row.surplus, surplus, target.source_rows, terms=terms)
        right = {_severity(gap + shift, needed) for shift in _shifts(gap, needed, achieved)}
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
    if gap <= TOLERANCE * abs(needed):
        return "OK"
    return "WARN" if gap <= _WARN_UP_TO * abs(needed) else "CRITICAL"


def _shifts(gap: Fraction, needed: Fraction, achieved: Fraction) -> tuple[Fraction, ...]:
    """What may be added to a gap before its severity is judged: noise beside a threshold, nothing on it."""
    if gap in (0, TOLERANCE * abs(needed), _WARN_UP_TO * abs(needed)):
        return (Fraction(0),)
    noise = _NOISE * max(abs(needed), abs(achieved))
    return (-noise, Fraction(0), noise)


def totals(count: Recount, result: Result) -> Iterator[Violation]:
    """KPIs of the whole portfolio, and tokens by slice."""
    told = {same_name(kpi): value for kpi, value in result.kpis.items()}
    metrics = {same_name(metric.kpi_key): metric.is_active for metric in count.snapshot.metrics}
    for kpi in sorted(told.keys() | {kpi for kpi, active in metrics.items() if active}):
        if kpi not in metrics:
            yield Violation(f"kpis.{kpi}", "a number", "nothing: no such metric")
        else:
            yield from differs(f"kpis.{kpi}", told.get(kpi), count.kpi(kpi))
    if result.capacity is None:
        yield Violation("capacity", "none", "tokens spent")
        return
    total = exact(count.snapshot.scenario.capacity_total_tokens)
    yield from differs("capacity.total", result.capacity.total, total)
    yield from differs("capacity.used", result.capacity.used, count.tokens())
    floors, caps = count.limits
    rows = Counter(slice_of(row.dimension, row.dimension_key) for row in result.capacity.slices)
    for place in rows.keys() | floors.keys() | caps.keys():
        if rows[place] != int(place in floors or place in caps):
            found = f"{rows[place]} rows for {sorted(place)}"
            yield Violation("capacity.slices", found, "one for each slice with a floor or a cap")
    for row in result.capacity.slices:
        place, what = slice_of(row.dimension, row.dimension_key), f"capacity.{row.dimension} {row.dimension_key}"
        yield from _whole_is_all(what, row, *count.rules.capacity_floors, *count.rules.capacity_caps)
        yield from differs(f"{what}.used", row.used, count.tokens(place))
        for name, limit, expected in (("min", row.min_tokens, floors), ("max", row.max_tokens, caps)):
            if place in expected:
                yield from differs(f"{what}.{name}_tokens", limit, expected[place])
            elif limit is not None:
                yield Violation(f"{what}.{name}_tokens", str(limit), "none")
