"""Repairs by enumeration: what each portfolio of the pool would have to be forgiven, and what that costs.

Written from semantics.md and from what `find_repairs` says of costs; it shares nothing with how repairs are found.
Up to about 13 candidates, scope `all`.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from optcenter_pipeline.engine.result import Repair
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline_tests.support.brute_force import FLOAT_NOISE, Mask, Numbers, _Question, _Search, folded
from optcenter_pipeline_tests.support.brute_force import feasible as feasible_portfolios

_NUMBERS = {"capacity_floors": "min_tokens", "capacity_caps": "max_tokens", "targets": "target_value"}
Key = tuple[str, str]


@dataclass
class Forgiveness:
    """For every portfolio: by how much each number is missed, and which source rows say what it breaks.

    Shapes (portfolios,).
    """

    numbers: dict[Key, Numbers]
    """In the number's own unit."""
    prices: dict[Key, float]
    drops: dict[str, Mask]
    allowed: Mask
    """Breaks no fact and no fixed row."""
    capacity: float

    def cheapest(self) -> float:
        """The least that any portfolio costs."""
        costs = np.where(self.allowed, 0.0, math.inf)
        for key, missed in self.numbers.items():
            costs += self.prices[key] * missed
        for broken in self.drops.values():
            costs += self.capacity * broken
        return float(costs.min())

    def single_numbers(self) -> dict[Key, float]:
        """By how much each number has to change where it alone mends the run."""
        found = {}
        for key, missed in self.numbers.items():
            others = [other > FLOAT_NOISE for name, other in self.numbers.items() if name != key]
            fine = self.allowed & ~np.any([*others, *self.drops.values(), np.zeros_like(self.allowed)], axis=0)
            if fine.any():
                found[key] = float(missed[fine].min())
        return found

    def single_drops(self) -> set[str]:
        """Rows of which one alone, dropped, mends the run."""
        found = set()
        for row in self.drops:
            others = [broken for name, broken in self.drops.items() if name != row]
            missed = [amount > FLOAT_NOISE for amount in self.numbers.values()]
            if (self.allowed & ~np.any([*others, *missed, np.zeros_like(self.allowed)], axis=0)).any():
                found.add(row)
        return found


def forgiveness(snapshot: Snapshot) -> Forgiveness:
    """What each portfolio of an infeasible snapshot would have to be forgiven."""
    search = _Search(_Question(snapshot))
    portfolios = len(search.x)
    told = Forgiveness(
        numbers={},
        prices={},
        drops={},
        allowed=np.ones(portfolios, dtype=bool),
        capacity=snapshot.scenario.capacity_total_tokens,
    )
    fixed = set(snapshot.fixed_rows)
    for (rows, field), missed, price in _numbers(snapshot, search):
        if fixed & set(rows):
            told.allowed &= missed <= FLOAT_NOISE
        else:
            told.numbers[rows[0], field] = np.where(missed > FLOAT_NOISE, missed, 0.0)
            told.prices[rows[0], field] = price
    for rows, broken in _rules(snapshot, search):
        if fixed & set(rows):
            told.allowed &= ~broken
        for row in rows:
            told.drops[row] = told.drops.get(row, np.zeros(portfolios, dtype=bool)) | broken
    for key in set(search.question.pool) - search.question.eligible:
        told.allowed &= ~search.x[:, search.column[key]]
    return told


def _numbers(snapshot: Snapshot, search: _Search) -> Iterator[tuple[tuple[tuple[str, ...], str], Numbers, float]]:
    """(source rows, field), by how much each portfolio misses the number, price of a unit."""
    scenario, rules = snapshot.scenario, snapshot.constraint_set
    capacity = scenario.capacity_total_tokens
    yield ((scenario.source_row or "",), "capacity_total_tokens"), search.x @ search.cost - capacity, 1.0
    for floor in rules.capacity_floors:
        spent = search.tokens(floor.dimension, floor.dimension_key)
        yield (floor.source_rows, "min_tokens"), floor.min_tokens - spent, 1.0
    for cap in rules.capacity_caps:
        spent = search.tokens(cap.dimension, cap.dimension_key)
        yield (cap.source_rows, "max_tokens"), spent - cap.max_tokens, 1.0
    for target in rules.targets:
        if target.floor_or_goal == "floor":
            reached = search.kpi(folded(target.kpi_key), target.dimension, target.dimension_key)
            missed = target.target_value - (target.baseline_value or 0.0) - reached
            yield (target.source_rows, "target_value"), missed, capacity / max(abs(target.target_value), 1.0)


def _rules(snapshot: Snapshot, search: _Search) -> Iterator[tuple[tuple[str, ...], Mask]]:
    """(source rows, portfolios that break the rule) of every rule that can be dropped."""
    x, column, rules = search.x, search.column, snapshot.constraint_set
    none = np.zeros(len(x), dtype=bool)
    for must in rules.mandatory:
        yield must.source_rows, ~x[:, column[must.initiative_key]]
    for never in rules.exclude_initiatives:
        yield never.source_rows, x[:, column[never.initiative_key]] if never.initiative_key in column else none
    for pair in rules.exclude_pairs:
        if set(pair.members) <= column.keys():
            yield pair.source_rows, x[:, column[pair.members[0]]] & x[:, column[pair.members[1]]]
    for bundle in rules.bundles:
        inside = x[:, [column[member] for member in bundle.members if member in column]]
        is_whole = set(bundle.members) <= column.keys()
        some = np.asarray(inside.any(axis=1))
        yield bundle.source_rows, some & ~inside.all(axis=1) if is_whole else some
    for prerequisite in rules.prerequisites:
        if prerequisite.initiative_key in column:
            lacking = none
            for needed in prerequisite.requires:
                lacking = lacking | (~x[:, column[needed]] if needed in column else ~none)
            yield prerequisite.source_rows, x[:, column[prerequisite.initiative_key]] & lacking


def changed(snapshot: Snapshot, repair: Repair, share: float = 1.0, only: str | None = None) -> Snapshot:
    """The snapshot with a repair made in it, its numbers moved by a share of the way, or only one row's."""
    document: dict[str, Any] = snapshot.model_dump(mode="json")
    dropped = {change.source_row for change in repair.changes if change.drop}
    for change in repair.changes:
        if change.field is not None:
            assert change.from_ is not None and change.to is not None
            part = share if only in (None, change.source_row) else 1.0
            to = change.from_ + part * (change.to - change.from_)
            places = list(_places(document, change.source_row, change.field))
            assert places, f"{change.source_row} says no {change.field}"
            for place in places:
                assert place[change.field] == change.from_
                place[change.field] = to
    for name, rules in document["constraint_set"].items():
        if isinstance(rules, list):
            document["constraint_set"][name] = [
                rule for rule in rules if not rule["source_rows"] or not set(rule["source_rows"]) <= dropped
            ]
    return Snapshot.model_validate(document)


def _places(document: dict[str, Any], row: str, field: str) -> Iterator[dict[str, Any]]:
    if field == "capacity_total_tokens" and document["scenario"]["source_row"] == row:
        yield document["scenario"]
    for family, name in _NUMBERS.items():
        if name == field:
            yield from (rule for rule in document["constraint_set"][family] if row in rule["source_rows"])


def assert_repairs_hold(snapshot: Snapshot, repairs: Iterable[Repair]) -> None:
    """Each repair works, it touches nothing that is fixed, and less of it does not do.

    Less is 95 % of any one of its numbers, the others moved all the way, or a change left out: a rule kept.
    """
    for repair in repairs:
        assert feasible_portfolios(changed(snapshot, repair)), f"does not work: {repair.text}"
        for source in [change.source_row for change in repair.changes if change.field]:
            left = feasible_portfolios(changed(snapshot, repair, 0.95, only=source))
            assert not left, f"95 % of {source} does as well: {repair.text}"
        for drop in repair.changes:
            if drop.drop:
                fewer = repair.model_copy(update={"changes": tuple(c for c in repair.changes if c is not drop)})
                assert not feasible_portfolios(changed(snapshot, fewer)), f"{drop.source_row}: {repair.text}"
        assert not {change.source_row for change in repair.changes} & set(snapshot.fixed_rows)
