"""Are the hard rules kept, and is what they did to the pool told?"""

from collections.abc import Iterator

from optcenter_pipeline.engine.checker_findings import Violation, differs, room
from optcenter_pipeline.engine.checker_numbers import Recount
from optcenter_pipeline.engine.checker_words import WHOLE_POOL, Slice, exact, needed_of, slice_of
from optcenter_pipeline.engine.result import Result


def switches(count: Recount, _: Result | None = None) -> Iterator[Violation]:
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


def kept_commitments(count: Recount, _: Result | None = None) -> Iterator[Violation]:
    """What is locked in is funded, and there are no more changes than the budget."""
    asked = count.snapshot.commitments
    if asked is None:
        return
    for key in sorted((set(asked.locked_in) & count.pool) - count.funded):
        row = f"run {asked.run_id} locked_in {key}"
        yield Violation("locked_in", f"{key} not funded", "funded", (row,))
    changes = sum(map(len, count.changed))
    if asked.max_changes is not None and changes > asked.max_changes:
        row = f"run {asked.run_id} max_changes"
        yield Violation("max_changes", f"{changes} changes", f"at most {asked.max_changes}", (row,))


def commitments(count: Recount, result: Result) -> Iterator[Violation]:
    """Commitments are kept, and what is said of the changes is right."""
    yield from kept_commitments(count)
    asked, told = count.snapshot.commitments, result.stability
    if asked is None or told is None:
        if asked is not None or told is not None:
            yield Violation("stability", "none" if told is None else "one", "one where the run has commitments")
        return
    added, dropped = count.changed
    for what, found, expected in (
        ("run_id", told.run_id, asked.run_id),
        ("added", sorted(told.added), sorted(added)),
        ("dropped", sorted(told.dropped), sorted(dropped)),
        ("changes", told.changes, len(added) + len(dropped)),
        ("max_changes", told.max_changes, asked.max_changes),
        ("price_per_change", told.price_per_change, asked.price_per_change),
    ):
        if found != expected:
            yield Violation(f"stability.{what}", str(found), str(expected))
    yield from differs("stability.price", told.price, count.price)


def token_rules(count: Recount, _: Result | None = None) -> Iterator[Violation]:
    """Capacity, caps and floors."""
    scenario, rules = count.snapshot.scenario, count.rules
    capacity_row = (scenario.source_row or "",)
    limits: list[tuple[str, Slice, float, tuple[str, ...]]] = []
    limits.append(("scenario_capacity", WHOLE_POOL, scenario.capacity_total_tokens, capacity_row))
    for cap in rules.capacity_caps:
        limits.append(("capacity_cap", slice_of(cap.dimension, cap.dimension_key), cap.max_tokens, cap.source_rows))
    for what, wanted, limit, rows in limits:
        used, most = count.tokens(wanted), exact(limit)
        if used > most + room(most):
            yield Violation(what, f"{float(used):.9g} tokens", f"at most {limit:.9g}", rows)
    for floor in rules.capacity_floors:
        used, least = count.tokens(slice_of(floor.dimension, floor.dimension_key)), exact(floor.min_tokens)
        if used < least - room(least):
            found, expected = f"{float(used):.9g} tokens", f"at least {floor.min_tokens:.9g}"
            yield Violation("capacity_floor", found, expected, floor.source_rows)


def floors(count: Recount, _: Result | None = None) -> Iterator[Violation]:
    """Targets that must be reached."""
    for target in count.rules.targets:
        needed = needed_of(target)
        achieved = count.kpi(target.kpi_key, slice_of(target.dimension, target.dimension_key))
        if target.floor_or_goal == "floor" and achieved < needed - room(needed):
            expected = f"at least {float(needed):.9g}"
            yield Violation("target_floor", f"{float(achieved):.9g}", expected, target.source_rows)


def alerts(count: Recount, result: Result) -> Iterator[Violation]:
    """What the pool's rules did is told."""
    told = {(alert.code, alert.initiative_key) for alert in result.alerts}
    wanted = {("pool_extended", key) for key in count.pool - count.in_scope}
    wanted |= {(why, key) for key, why in count.ineligible.items()}
    for rule in count.rules.prerequisites:
        if rule.initiative_key in count.pool and not count.pool.issuperset(rule.requires):
            wanted.add(("blocked_by_prerequisite", rule.initiative_key))
    asked = count.snapshot.commitments
    wanted |= {
        ("locked_in_outside_pool", key) for key in (asked.locked_in if asked else ()) if key not in count.pool
    }
    for code, key in sorted(wanted - told):
        yield Violation("alerts", f"no {code} for {key}", "one")
    codes = {alert.code for alert in result.alerts}
    for bundle in count.rules.bundles:
        outside = set(bundle.members) - count.pool
        if outside and outside != set(bundle.members) and "blocked_by_bundle" not in codes:
            yield Violation("alerts", f"no blocked_by_bundle for {bundle.bundle_key}", "one", bundle.source_rows)
