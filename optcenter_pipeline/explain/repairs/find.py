"""Finding repairs: which levers are tried, what each costs, which are worth telling."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from optcenter_pipeline.engine.question import Question, build_question
from optcenter_pipeline.engine.result import Conflict, Repair, RepairChange
from optcenter_pipeline.engine.row_matrix import Bools
from optcenter_pipeline.explain.repairs.elastic import Elastic
from optcenter_pipeline.explain.repairs.elastic_model import Mended
from optcenter_pipeline.explain.repairs.levers import Levers, Number, levers_of
from optcenter_pipeline.explain.repairs.proposal import PROVEN, is_proven, propose
from optcenter_pipeline.explain.repairs.repaired import repaired_snapshot
from optcenter_pipeline.rules.capacity_cap import SCENARIO_FAMILY
from optcenter_pipeline.rules.names import SourceRow

MOST_REPAIRS = 6
_MOST_DROPS_TRIED = 40
_MANY_CHANGES = 8
"""A repair of more is told only where there is no shorter one."""


def find_repairs(
    question: Question,
    conflict: Conflict,
    *,
    left: Callable[[], float | None] = lambda: None,
    cancel: Callable[[], bool] = lambda: False,
) -> tuple[Repair, ...]:
    """The cheapest ways out of an infeasible run, cheapest first; none where nothing may be touched.

    What a repair costs, in tokens:

    - tokens changed (`min_tokens`, `max_tokens`, `capacity_total_tokens`): as many as they are changed by;
    - `target_value`: the share of it that it is lowered by, of the capacity:
      |to - from| / max(|from|, 1) · capacity_total_tokens; `max_changes` of a commitment likewise;
    - each source row that is dropped: the whole capacity.

    Looked for are: the smallest change of each single number of the conflict, the cheapest change of several, each
    single rule of the conflict dropped, the cheapest set of dropped rules, and both together where that costs less.
    Of several numbers, as few are changed as a short search finds for about the least cost. A repair that contains
    another and costs hardly less is left out. Numbers only loosen; min_tokens not below 0. A goal, which is only
    wished for, is never part of a repair.

    The least that a change of numbers has to cost is proven within 1 %, and rounding adds at most 1 % to each
    change: with 5 % less of any one of its numbers no portfolio is left. Where a search stops before that proof,
    its repair is left out.

    Rules that go may take initiatives out of a selected pool. Which of them go is searched in the pool as it is;
    what else has to change then, and whether each of them has to go, in the pool that is left.

    Each repair is verified on the inputs as they are after it, made into a question from scratch: a portfolio is
    searched for, beginning with the one that the repair was made for, and every row is summed exactly.

    Args:
        question: one without a portfolio.
        conflict: rows that cannot hold together; whatever mends the run changes one of them.
        left: seconds until the caller's time limit, None without one.
        cancel: asked often; True ends the search with the repairs in hand.
    """
    levers = levers_of(question)
    around = _columns_of(question, conflict)
    search = _Search(levers, Elastic(levers, around, left, cancel), conflict)
    return _worth_telling(list(search.found()))


def touches(question: Question, conflict: Conflict) -> bool:
    """Whether a repair may change anything that the conflict is made of."""
    levers, rows = levers_of(question), frozenset(conflict.source_rows)
    return any(not rows.isdisjoint(n.source_rows) for n in levers.numbers) or not rows.isdisjoint(levers.drops)


@dataclass(frozen=True)
class _Search:
    levers: Levers
    elastic: Elastic
    conflict: Conflict

    def found(self) -> Iterator[Repair]:
        """All repairs, in no order."""
        rows = frozenset(self.conflict.source_rows)
        plain = [*self._of_numbers(rows), *self._of_drops(rows)]
        yield from plain
        # one drop costs the capacity: with a number beside it no repair is cheaper than that
        if not any(repair.cost <= self.levers.price_of_drop for repair in plain):
            yield from self._of_both()

    def _of_numbers(self, rows: frozenset[str]) -> Iterator[Repair]:
        singles = [number for number in self.levers.numbers if not rows.isdisjoint(number.source_rows)]
        alone: list[Mended] = []
        again: list[Number] = []
        for number in singles:
            mended = self.elastic.cheapest((number,), near=alone[-1] if alone else None)
            if mended is not None and is_proven(mended):
                alone.append(mended)
                yield from self._repair(mended)
            elif mended is not None:
                again.append(number)
        for number in again if alone else ():  # there is a portfolio to look near to by now
            yield from self._repair(self.elastic.cheapest((number,), near=alone[-1]))
        if singles and len(self.levers.numbers) > 1:
            nearest = min(alone, key=lambda mended: mended.cost, default=None)
            start = None if nearest is None else nearest.point
            cheapest = self.elastic.cheapest(self.levers.numbers, start=start)
            if cheapest is not None and len(cheapest.amounts) > 1:
                used = {number.row for number, _ in cheapest.amounts} | {number.row for number in singles}
                cheapest = self.elastic.fewest([n for n in self.levers.numbers if n.row in used], cheapest)
            yield from self._repair(cheapest)

    def _of_drops(self, rows: frozenset[str]) -> Iterator[Repair]:
        singles = [source for source in self.levers.drops if source in rows]
        cheapest = self.elastic.cheapest((), self.levers.drops) if singles else None
        if cheapest is None:
            return
        works = 0
        if cheapest.bound < self.levers.price_of_drop * (2 - PROVEN):
            for source in singles[:_MOST_DROPS_TRIED]:
                for repair in self._repair(self._after((source,)).cheapest((), gone=(source,)), (source,)):
                    works += 1
                    yield repair
                if works == MOST_REPAIRS:
                    return
        if not works and self._is_least_drops(cheapest):
            yield from self._drops_alone(cheapest)

    def _drops_alone(self, cheapest: Mended) -> Iterator[Repair]:
        """A set of rules that go, with no number changed."""
        dropped, mended = cheapest.dropped, cheapest
        if self._pool_may_shrink:
            again = self._cheapest_after(dropped, numbers=False)
            if again is None:
                return
            dropped, mended = self._none_in_vain(dropped, again, numbers=False)
        yield from self._repair(mended, dropped)

    def _of_both(self) -> Iterator[Repair]:
        """Numbers beside dropped rules; what the numbers then need is proven for these rules.

        In a pool that the dropped rules made smaller the numbers may need more, or more rules have to go.
        """
        found = self.elastic.cheapest(self.levers.numbers, self.levers.drops)
        if found is None or not found.dropped or not (found.amounts or self._pool_may_shrink):
            return
        dropped, again = found.dropped, self._cheapest_after(found.dropped)
        while again is None and self._pool_may_shrink:
            smaller = self._after(dropped)
            found = smaller.cheapest(smaller.levers.numbers, smaller.levers.drops)
            if found is None or not found.dropped:
                return
            dropped = (*dropped, *found.dropped)
            again = self._cheapest_after(dropped)
        if again is not None and self._pool_may_shrink:
            dropped, again = self._none_in_vain(dropped, again)
        yield from self._repair(again, dropped)

    def _none_in_vain(
        self, dropped: tuple[SourceRow, ...], mended: Mended, *, numbers: bool = True
    ) -> tuple[tuple[SourceRow, ...], Mended]:
        """The same without the rules that can stay after all, in the larger pool that they make."""
        for source in dropped:
            fewer = tuple(other for other in dropped if other != source)
            found = self._cheapest_after(fewer, numbers=numbers)
            if found is not None and (
                found.cost < mended.cost + self.levers.price_of_drop
                or found.bound < mended.cost * (1 + PROVEN)  # the numbers as they are rounded may do
            ):
                dropped, mended = fewer, found
        return dropped, mended

    def _cheapest_after(self, dropped: tuple[SourceRow, ...], *, numbers: bool = True) -> Mended | None:
        """What is cheapest once these rules are gone: a change of numbers, or nothing at all."""
        elastic = self._after(dropped)
        return elastic.cheapest(elastic.levers.numbers if numbers else (), gone=dropped)

    @property
    def _pool_may_shrink(self) -> bool:
        """Whether there may be initiatives in the pool only because a rule asks for them."""
        return self.levers.question.snapshot.scope.scope_type == "selected"

    def _after(self, dropped: tuple[SourceRow, ...]) -> Elastic:
        """The run once these rules are gone, where that can be another than with their rows passed over."""
        if not self._pool_may_shrink:
            return self.elastic
        changes = [RepairChange(source_row=source, drop=True) for source in dropped]
        question = build_question(repaired_snapshot(self.levers.question.snapshot, changes))
        around = _columns_of(question, self.conflict)
        return replace(self.elastic, levers=levers_of(question), around=around)

    def _is_least_drops(self, mended: Mended) -> bool:
        """Whether no fewer dropped rows do."""
        return mended.cost - mended.bound < self.levers.price_of_drop * (1 - PROVEN)

    def _repair(self, mended: Mended | None, dropped: tuple[str, ...] = ()) -> Iterator[Repair]:
        """The repair that a portfolio stands for, if there is one and it stands up to verification."""
        repair = None if mended is None else propose(self._after(dropped), mended, dropped, self.levers)
        if repair is not None:
            yield repair


def _columns_of(question: Question, conflict: Conflict) -> Bools:
    """True for the columns that the conflict's rows speak of, the scenario's capacity aside."""
    rows = frozenset(conflict.source_rows)
    around = np.zeros(question.model.column_count, dtype=bool)
    for row in question.model.rows:
        if row.family != SCENARIO_FAMILY and not rows.isdisjoint(row.source_rows):
            around[list(row.terms.columns)] = True
    return around


def _worth_telling(repairs: list[Repair]) -> tuple[Repair, ...]:
    """The cheapest, none that contains another and costs hardly less; the cheapest drop is always among them."""
    kept: list[Repair] = []
    for repair in sorted(repairs, key=lambda repair: (len(repair.changes), repair.cost, repair.text)):
        part_of_it = (other for other in kept if _touched(other) <= _touched(repair))
        if all(repair.cost < other.cost * (1 - PROVEN) for other in part_of_it):
            kept.append(repair)
    kept.sort(key=lambda repair: (repair.cost, len(repair.changes), repair.text))
    short = [repair for repair in kept if len(repair.changes) <= _MANY_CHANGES]
    kept = short or kept[:1]
    told = kept[:MOST_REPAIRS]
    rest = [repair for repair in kept[MOST_REPAIRS:] if _is_drop(repair)]
    if rest and not any(map(_is_drop, told)):
        told[-1] = rest[0]
    return tuple(told)


def _touched(repair: Repair) -> frozenset[tuple[str, str | None]]:
    return frozenset((change.source_row, change.field) for change in repair.changes)


def _is_drop(repair: Repair) -> bool:
    return any(change.drop for change in repair.changes)
