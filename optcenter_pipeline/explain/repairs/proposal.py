"""One repair: its numbers rounded, none changed by more than it has to be, the whole made in a copy and solved."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from optcenter_pipeline.engine.linear_model import broken_rows
from optcenter_pipeline.engine.portfolio_search import search_portfolio
from optcenter_pipeline.engine.question import Question, build_question
from optcenter_pipeline.engine.result import Repair, RepairChange
from optcenter_pipeline.engine.staged import Clock
from optcenter_pipeline.engine.validity import find_problems
from optcenter_pipeline.explain.repairs.elastic import Elastic
from optcenter_pipeline.explain.repairs.elastic_model import Mended
from optcenter_pipeline.explain.repairs.levers import Levers, Number, levers_of
from optcenter_pipeline.explain.repairs.repaired import repaired_snapshot
from optcenter_pipeline.explain.repairs.rounding import rounded
from optcenter_pipeline.explain.repairs.texts import drop_texts, number_text
from optcenter_pipeline.rules.names import SourceRow
from optcenter_pipeline.rules.source_rows import in_sheet_order, sheet_order

PROVEN = 0.01
"""How far the cost of changed numbers may be from the least, as a share of it."""
_LESS = 0.05
"""So much less of any one change is too little."""
_GAP_OF_ONE = 0.035
"""Of the least of one number: with what rounding adds, `_LESS` of it is out of doubt: 0.95 · 1.01 < 1 - 0.035."""
_NODES_TO_VERIFY = 1000
_ANY_PORTFOLIO = 1e6
"""A gap at which the first portfolio ends the search."""


@dataclass(frozen=True, slots=True)
class _Move:
    number: Number
    to: float

    @property
    def cost(self) -> float:
        return self.number.price * abs(self.to - self.number.value)

    @property
    def changes(self) -> tuple[RepairChange, ...]:
        number = self.number
        return tuple(
            RepairChange(source_row=source, field=number.field, from_=number.value, to=self.to)
            for source in number.source_rows
        )


def is_proven(mended: Mended) -> bool:
    """Whether the numbers cost hardly more than they have to."""
    return _is_proven(mended, PROVEN)


def _is_proven(mended: Mended, share: float) -> bool:
    """Whether no numbers cost less than these by more than a share; to 1e-6, as no search is more exact."""
    cost = sum(number.price * amount for number, amount in mended.amounts)
    return not mended.amounts or mended.bound >= (1 - share - 1e-6) * cost


def propose(
    elastic: Elastic, mended: Mended, dropped: Iterable[SourceRow] = (), run: Levers | None = None
) -> Repair | None:
    """The repair that a portfolio stands for; None where it is not proven, or does not stand up to verification.

    Args:
        elastic: of the run, or of what the run is once these rows are gone.
        mended: the portfolio, and the numbers that it needs with these rows dropped.
        dropped: source rows that go.
        run: levers of the run with all its rows; those of `elastic` without them.
    """
    dropped = in_sheet_order(dropped)
    if not (mended.amounts or dropped) or not is_proven(mended):
        return None
    levers, run = elastic.levers, run or elastic.levers
    question = levers.question
    drops = tuple(RepairChange(source_row=source, drop=True) for source in dropped)
    keys = question.keys_of(mended.point)
    moved = sorted((_move(number, amount) for number, amount in mended.amounts), key=_place)
    moves = _none_too_large(elastic, moved, drops, mended.bound, keys) if len(moved) > 1 else moved
    if moves is None:
        return None
    changes = (*_changes(moves), *drops)
    if not _is_verified(question, changes, keys, elastic):
        return None
    cost = sum(move.cost for move in moves) + levers.price_of_drop * len(dropped)
    texts = (
        *(number_text(move.number, move.to) for move in moves),
        *drop_texts(run, dropped, run.question.point_of(keys)),
    )
    return Repair(changes=changes, cost=float(f"{cost:.12g}"), text="; ".join(texts))


def _none_too_large(
    elastic: Elastic, moves: list[_Move], drops: tuple[RepairChange, ...], bound: float, keys: tuple[str, ...]
) -> list[_Move] | None:
    """The same moves, none of which could be 5 % smaller while the others stay; None where that is not proven.

    With less of any one the moves mostly cost less than any that work. Where they do not, as with a small move
    beside large ones, the number's own least is searched, all others made. What was the least stays so while others
    become smaller: one look at each is enough.

    Args:
        elastic: of the run.
        moves: of several numbers.
        drops: what goes beside them.
        bound: no moves that work cost less.
        keys: initiatives of a portfolio that they allow.
    """
    kept = list(moves)
    for move in moves:
        if sum(other.cost for other in kept) - _LESS * move.cost < bound * (1 - 1e-6):
            continue
        others = [other for other in kept if other.number is not move.number]
        least = _least(elastic, move, (*_changes(others), *drops), keys)
        if least is None:
            return None
        kept = others if least.to == move.number.value else [least if o.number is move.number else o for o in kept]
    return kept


def _least(elastic: Elastic, move: _Move, others: tuple[RepairChange, ...], keys: tuple[str, ...]) -> _Move | None:
    """By how much one number has to move once all else is changed; None where that is not proven."""
    levers = levers_of(build_question(repaired_snapshot(elastic.levers.question.snapshot, others)))
    number = next((own for own in levers.numbers if own.identity == move.number.identity), None)
    if number is None:
        return None
    start = levers.question.point_of(keys)
    mended = replace(elastic, levers=levers).cheapest((number,), start=start, gap=_GAP_OF_ONE)
    if mended is None or not _is_proven(mended, _GAP_OF_ONE):
        return None
    amount = sum(amount for _, amount in mended.amounts)
    to = _move(number, amount).to
    # never past the one that is known to work
    to = min(to, move.to) if number.is_raised else max(to, move.to)
    return _Move(move.number, to)


def _place(move: _Move) -> tuple[str, int, str]:
    return sheet_order(move.number.source_rows[0])


def _changes(moves: Iterable[_Move]) -> tuple[RepairChange, ...]:
    return tuple(change for move in moves for change in move.changes)


def _move(number: Number, amount: float) -> _Move:
    """The number as far as the portfolio needs it, rounded to the safe side."""
    exact = Decimal(repr(number.value)) + Decimal(repr(amount)) * (1 if number.is_raised else -1)
    return _Move(number, rounded(number.value, float(exact), is_raised=number.is_raised))


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
