"""Finding repairs: which levers are tried, what each costs, which are worth telling."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from optcenter_pipeline.engine.linear_model import broken_rows
from optcenter_pipeline.engine.portfolio_search import search_portfolio
from optcenter_pipeline.engine.question import Question, build_question
from optcenter_pipeline.engine.result import Conflict, Repair, RepairChange
from optcenter_pipeline.engine.row_matrix import Bools
from optcenter_pipeline.engine.staged import Clock
from optcenter_pipeline.engine.validity import find_problems
from optcenter_pipeline.explain.repairs.elastic import Elastic
from optcenter_pipeline.explain.repairs.elastic_model import Mended
from optcenter_pipeline.explain.repairs.levers import Levers, Number, levers_of
from optcenter_pipeline.explain.repairs.repaired import repaired_snapshot
from optcenter_pipeline.explain.repairs.rounding import rounded
from optcenter_pipeline.explain.repairs.texts import drop_texts, number_text
from optcenter_pipeline.rules.capacity_cap import SCENARIO_FAMILY
from optcenter_pipeline.rules.source_rows import in_sheet_order, sheet_order

MOST_REPAIRS = 6
_PROVEN = 0.01
"""How far the cost of changed numbers may be from the least, as a share of it."""
_MOST_DROPS_TRIED = 40
_MANY_CHANGES = 8
"""A repair of more is told only where there is no shorter one."""
_NODES_TO_VERIFY = 1000
_ANY_PORTFOLIO = 1e6
"""A gap at which the first portfolio ends the search."""


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
    change: with 5 % less of it no portfolio is left. Where a search stops before that proof, its repair is left
    out.

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
            if mended is not None and _is_proven(mended):
                alone.append(mended)
                yield from self._repair(mended)
            elif mended is not None:
                again.append(number)
        for number in again if alone else ():  # there is a portfolio to look near to by now
            yield from self._repair(self.elastic.cheapest((number,), near=alone[-1]))
        if singles and len(self.levers.numbers) > 1:
            start = min(alone, key=lambda mended: mended.cost, default=None)
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
        if cheapest.bound < self.levers.price_of_drop * (2 - _PROVEN):
            for source in singles[:_MOST_DROPS_TRIED]:
                for repair in self._repair(self.elastic.cheapest((), gone=(source,)), (source,)):
                    works += 1
                    yield repair
                if works == MOST_REPAIRS:
                    return
        if not works and self._is_least_drops(cheapest):
            yield from self._repair(cheapest, cheapest.dropped)

    def _of_both(self) -> Iterator[Repair]:
        """Numbers beside dropped rules; what the numbers then need is proven for these rules."""
        cheapest = self.elastic.cheapest(self.levers.numbers, self.levers.drops)
        if cheapest is not None and cheapest.dropped and cheapest.amounts:
            again = self.elastic.cheapest(self.levers.numbers, gone=cheapest.dropped)
            yield from self._repair(again, cheapest.dropped)

    def _is_least_drops(self, mended: Mended) -> bool:
        """Whether no fewer dropped rows do."""
        return mended.cost - mended.bound < self.levers.price_of_drop * (1 - _PROVEN)

    def _repair(self, mended: Mended | None, dropped: tuple[str, ...] = ()) -> Iterator[Repair]:
        """The repair that a portfolio stands for, if it is proven and stands up to verification."""
        if mended is None or not (mended.amounts or dropped) or not _is_proven(mended):
            return
        dropped = in_sheet_order(dropped)
        moved = sorted(
            (number for number, _ in mended.amounts), key=lambda number: sheet_order(number.source_rows[0])
        )
        numbers = [(number, _becomes(number, mended)) for number in moved]
        changes = (
            *(_change(source, number, to) for number, to in numbers for source in number.source_rows),
            *(RepairChange(source_row=source, drop=True) for source in dropped),
        )
        question = self.levers.question
        if not _is_verified(question, changes, question.keys_of(mended.point), self.elastic):
            return
        cost = sum(number.price * abs(to - number.value) for number, to in numbers)
        cost += self.levers.price_of_drop * len(dropped)
        texts = (
            *(number_text(number, to) for number, to in numbers),
            *drop_texts(self.levers, dropped, mended.point),
        )
        yield Repair(changes=changes, cost=float(f"{cost:.12g}"), text="; ".join(texts))


def _is_proven(mended: Mended) -> bool:
    """Whether the numbers cost hardly more than they have to."""
    cost = sum(number.price * amount for number, amount in mended.amounts)
    return not mended.amounts or mended.bound >= (1 - _PROVEN) * cost


def _columns_of(question: Question, conflict: Conflict) -> Bools:
    """True for the columns that the conflict's rows speak of, the scenario's capacity aside."""
    rows = frozenset(conflict.source_rows)
    around = np.zeros(question.model.column_count, dtype=bool)
    for row in question.model.rows:
        if row.family != SCENARIO_FAMILY and not rows.isdisjoint(row.source_rows):
            around[list(row.terms.columns)] = True
    return around


def _becomes(number: Number, mended: Mended) -> float:
    """The number that the portfolio needs, rounded to the safe side."""
    amount = next(amount for own, amount in mended.amounts if own is number)
    exact = Decimal(repr(number.value)) + Decimal(repr(amount)) * (1 if number.is_raised else -1)
    return rounded(number.value, float(exact), is_raised=number.is_raised)


def _change(source: str, number: Number, to: float) -> RepairChange:
    return RepairChange(source_row=source, field=number.field, from_=number.value, to=to)


def _is_verified(
    question: Question, changes: tuple[RepairChange, ...], keys: tuple[str, ...], elastic: Elastic
) -> bool:
    """Whether the repaired inputs have a portfolio, by a search of their own question.

    It begins with the portfolio that the repair was made for, unless that breaks a rule there: a dropped mandate
    may take initiatives out of the pool.
    """
    snapshot = repaired_snapshot(question.snapshot, changes)
    if find_problems(snapshot):
        return False
    repaired = build_question(snapshot)
    options = snapshot.solver.model_copy(update={"node_limit": _NODES_TO_VERIFY, "mip_gap": _ANY_PORTFOLIO})
    searched = search_portfolio(
        repaired,
        options=options,
        clock=Clock(time.perf_counter(), elastic.left()),
        start=repaired.point_of(keys),
        cancel=elastic.cancel,
    )
    point = searched.staged.point
    return point is not None and not broken_rows(repaired.model, point)


def _worth_telling(repairs: list[Repair]) -> tuple[Repair, ...]:
    """The cheapest, none that contains another and costs hardly less; the cheapest drop is always among them."""
    kept: list[Repair] = []
    for repair in sorted(repairs, key=lambda repair: (len(repair.changes), repair.cost, repair.text)):
        part_of_it = (other for other in kept if _touched(other) <= _touched(repair))
        if all(repair.cost < other.cost * (1 - _PROVEN) for other in part_of_it):
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
