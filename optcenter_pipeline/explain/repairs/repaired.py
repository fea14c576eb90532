"""A snapshot with a repair's changes made in it, from the public form of these changes alone."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from optcenter_pipeline.engine.result import RepairChange
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.validity import RULE_FIELDS
from optcenter_pipeline.rules.names import Rule, SourceRow

Key = tuple[SourceRow, str]


def repaired_snapshot(snapshot: Snapshot, changes: Iterable[RepairChange]) -> Snapshot:
    """The inputs as they are after the changes.

    A changed number is changed in every rule that its source row says it of. A rule goes when all of its source
    rows are dropped; a candidate stays, with whatever makes it ineligible.

    Args:
        snapshot: in canonical form, where every rule has a source row.
        changes: of one repair.
    """
    numbers: dict[Key, float] = {}
    dropped: set[SourceRow] = set()
    for change in changes:
        if change.drop:
            dropped.add(change.source_row)
        elif change.field is not None and change.to is not None:
            numbers[change.source_row, change.field] = change.to
    rules = {
        field: tuple(_changed(rule, numbers) for rule in getattr(snapshot.constraint_set, field))
        for field in RULE_FIELDS
    }
    kept = {field: tuple(rule for rule in listed if not _goes(rule, dropped)) for field, listed in rules.items()}
    scenario = snapshot.scenario
    capacity = numbers.get((scenario.source_row or "", "capacity_total_tokens"))
    update: dict[str, Any] = {"constraint_set": snapshot.constraint_set.model_copy(update=kept)}
    if capacity is not None:
        update["scenario"] = scenario.model_copy(update={"capacity_total_tokens": capacity})
    commitments = snapshot.commitments
    if commitments is not None:
        most = numbers.get((commitments.budget_source, "max_changes"))
        locked = tuple(key for key in commitments.locked_in if commitments.locked_source(key) not in dropped)
        changed: dict[str, Any] = {"locked_in": locked}
        if most is not None:
            changed["max_changes"] = round(most)
        update["commitments"] = commitments.model_copy(update=changed)
    return snapshot.model_copy(update=update)


def _changed(rule: Rule, numbers: Mapping[Key, float]) -> Rule:
    update: dict[str, Any] = {
        field: numbers[source, field]
        for field in ("min_tokens", "max_tokens", "target_value")
        if field in type(rule).model_fields
        for source in rule.source_rows
        if (source, field) in numbers
    }
    return rule.model_copy(update=update) if update else rule


def _goes(rule: Rule, dropped: Collection[SourceRow]) -> bool:
    return bool(rule.source_rows) and all(source in dropped for source in rule.source_rows)
