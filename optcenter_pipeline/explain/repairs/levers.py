"""What a repair may touch: numbers of rows, and rows that can be dropped; never a row that a person fixed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from optcenter_pipeline.engine.question import Question
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules import (
    bundle,
    capacity_cap,
    capacity_floor,
    commitment,
    exclude_initiative,
    exclude_pair,
    mandatory,
    prerequisite,
    target,
)
from optcenter_pipeline.rules.linear import LinearRow
from optcenter_pipeline.rules.names import SourceRow

_DROPPABLE = frozenset(
    {
        mandatory.FAMILY,
        exclude_initiative.FAMILY,
        exclude_pair.FAMILY,
        bundle.FAMILY,
        prerequisite.FAMILY,
        commitment.LOCKED_FAMILY,
    }
)
"""Families of linear rows that go when all their source rows are dropped. Floors, caps and targets are not among
them: lowered or raised far enough they say nothing, either."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a rule that a repair may change, in the one direction that loosens it."""

    source_rows: tuple[SourceRow, ...]
    """All of them say this number."""
    field: str
    value: float
    """As it stands."""
    price: float
    """Tokens that a change by one unit costs."""
    row: int
    """Of the model's rows."""
    is_raised: bool
    offset: float = 0.0
    """The number less the linear row's bound: a target's baseline, or what a sum has in any case."""

    @property
    def identity(self) -> tuple[SourceRow, str]:
        """Which number it is."""
        return self.source_rows[0], self.field


@dataclass(frozen=True)
class Levers:
    """All that may be touched in one run."""

    question: Question
    numbers: tuple[Number, ...]
    """In the order of the model's rows."""
    rows_of_drops: dict[int, tuple[SourceRow, ...]]
    """Number of a linear row → the source rows that have to be dropped for it to go."""
    price_of_drop: float

    @cached_property
    def drops(self) -> tuple[SourceRow, ...]:
        """Source rows that can be dropped, in the order of the model's rows."""
        return tuple(dict.fromkeys(source for sources in self.rows_of_drops.values() for source in sources))


def levers_of(question: Question) -> Levers:
    """What a repair of a question may touch.

    A rule with a fixed source row is left as it is; so is a number that its source row says of several rules.
    """
    fixed = frozenset(question.snapshot.fixed_rows)
    rows = question.model.rows
    found = [
        number
        for number in _numbers(question.snapshot, rows)
        if number.source_rows and fixed.isdisjoint(number.source_rows)
    ]
    said = Counter((source, number.field) for number in found for source in number.source_rows)
    return Levers(
        question=question,
        numbers=tuple(n for n in found if all(said[source, n.field] == 1 for source in n.source_rows)),
        rows_of_drops={
            position: row.source_rows
            for position, row in enumerate(rows)
            if row.family in _DROPPABLE and row.source_rows and fixed.isdisjoint(row.source_rows)
        },
        price_of_drop=question.snapshot.scenario.capacity_total_tokens,
    )


def _numbers(snapshot: Snapshot, rows: tuple[LinearRow, ...]) -> Iterator[Number]:
    capacity = snapshot.scenario.capacity_total_tokens
    targets: dict[tuple[tuple[SourceRow, ...], float], list[target.Target]] = {}
    for rule in snapshot.constraint_set.targets:
        if rule.floor_or_goal == "floor":
            targets.setdefault((rule.source_rows, rule.required), []).append(rule)
    for position, row in enumerate(rows):
        sources = row.source_rows
        if row.family == capacity_floor.FAMILY:
            yield Number(sources, "min_tokens", row.lower, 1.0, position, is_raised=False)
        elif row.family == capacity_cap.FAMILY:
            yield Number(sources, "max_tokens", row.upper, 1.0, position, is_raised=True)
        elif row.family == capacity_cap.SCENARIO_FAMILY:
            yield Number(sources, "capacity_total_tokens", row.upper, 1.0, position, is_raised=True)
        elif row.family == target.FLOOR_FAMILY and targets.get((sources, row.lower)):
            rule = targets[sources, row.lower].pop(0)
            value = rule.target_value
            price = capacity / max(abs(value), 1.0)
            offset = value - row.lower
            yield Number(sources, "target_value", value, price, position, is_raised=False, offset=offset)
        elif row.family == commitment.BUDGET_FAMILY and snapshot.commitments is not None:
            most = float(snapshot.commitments.max_changes or 0)
            price, offset = capacity / max(most, 1.0), most - row.upper
            yield Number(sources, "max_changes", most, price, position, is_raised=True, offset=offset)
