"""Candidates for which there is no room behind all those that are better in every way."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optcenter_pipeline.engine.presolve.activity import entries_of, reach
from optcenter_pipeline.engine.presolve.fixings import narrowed
from optcenter_pipeline.engine.presolve.graph import equal_lines
from optcenter_pipeline.engine.presolve.overruns import ROUNDED_DOWN, rooms, switches
from optcenter_pipeline.engine.presolve.reduced_model import CANDIDATE, Integers, ReducedModel
from optcenter_pipeline.engine.row_matrix import Bools, Floats

_WORK = 1e7
"""Comparisons of two numbers, at most: some 0.1 s."""
_TRIALS = 2000
"""Candidates that are compared with all of their group, at most."""


def dominated_columns(model: ReducedModel) -> ReducedModel:
    """Fix candidates at 0 that would come with more than a row has room for, at 1 where it is the other way round.

    Candidate i is better than j when both are 0 or 1 and stand in the same rows, i has no larger coefficient in any
    row with an upper bound, no smaller one in any with a lower bound, and no stage gains less by i; of two that are
    the same, the first one is better. That is an order without circles. Take a portfolio with x_j = 1 and
    x_i = 0, and fund i in place of j: every row moves away from its bounds or stays, so it holds, and so does every
    row that is added later (a hold asks a stage for no less than a number, a repairing cut follows from a row). No
    stage is worth less. Each exchange replaces a candidate by one that is better in that order, so there is a last
    one. So for every portfolio there is one that is no worse in every stage at once, and in which x_j <= x_i
    wherever i is better than j, for all pairs at the same time. Of those portfolios it is then true that

    - x_j = 0, where j together with all that are better breaks a row, whatever the other columns are;
    - x_i = 1, where a row breaks without i and without all that are worse.

    What is so decided decides more at once: with j those that are worse are 0, with i those that are better are 1.
    So a search by halves finds the line between; where that is too much work, it stops at what is found.

    Args:
        model: any.

    Returns:
        The model without the fixed columns; the same object where nothing was found.
    """
    lower, upper = model.lower.copy(), model.upper.copy()
    work, trials = _WORK, _TRIALS
    for group in _groups(model):
        for decide, bounds, value in ((group.never, upper, 0.0), (group.always, lower, 1.0)):
            found, used = decide(min(trials, int(work // group.size)))
            bounds[group.columns[found]] = value
            trials, work = trials - used, work - used * group.size
    crossed = lower > upper
    lower[crossed] = upper[crossed]
    return narrowed(model, lower, upper)


@dataclass(frozen=True)
class _Group:
    """Candidates in the same rows."""

    columns: Integers
    """In order. Shape (members,)."""
    merits: Floats
    """More is better in each line. Shape (merits, members)."""
    rising: Floats
    """What each adds to a side of a row, as `sum <= bound`, when it is 1. Shape (sides, members)."""
    falling: Floats
    """What it adds when it is 0. Shape (sides, members)."""
    room: Floats
    """How much may be added before the side breaks. Shape (sides,)."""

    @property
    def size(self) -> int:
        """Numbers that one trial looks at."""
        return self.merits.size + self.rising.size

    def never(self, trials: int) -> tuple[Bools, int]:
        """(members for which there is no room behind those that are better, trials used)."""
        return self._search(self.rising, self.merits, np.arange(len(self.columns)), trials)

    def always(self, trials: int) -> tuple[Bools, int]:
        """(members that are missed as soon as those that are worse are, trials used)."""
        return self._search(self.falling, -self.merits, -np.arange(len(self.columns)), trials)

    def _search(self, adds: Floats, merits: Floats, order: Integers, trials: int) -> tuple[Bools, int]:
        """The members that break a side together with all before them; before: more merits, or as many and first.

        Args:
            adds: what members add to the sides. Shape (sides, members).
            merits: see the class.
            order: breaks ties, the smaller number first. Shape (members,).
            trials: how many members may be tried.
        """
        found = np.zeros(len(order), dtype=np.bool_)
        undecided = np.flatnonzero(_may_break(adds, merits, self.room))
        sizes = np.maximum(np.abs(merits).max(axis=1, keepdims=True), 1e-300)
        undecided = undecided[np.argsort((merits / sizes).sum(axis=0)[undecided])]
        used = 0
        while len(undecided) and used < trials:
            used += 1
            tried = undecided[len(undecided) // 2]
            mine = merits[:, tried, None]
            more, less = (merits >= mine).all(axis=0), (merits <= mine).all(axis=0)
            same = more & less
            before = more & (~same | (order <= order[tried]))
            behind = less & (~same | (order >= order[tried]))
            breaks = bool(((adds @ before) * ROUNDED_DOWN > self.room).any())
            found |= behind & breaks
            undecided = undecided[~(behind if breaks else before)[undecided]]
        return found, used


def _may_break(adds: Floats, merits: Floats, room: Floats) -> Bools:
    """Members that would break a side with all that have as much of one merit, whichever it is: no others can.

    Args:
        adds: what members add to the sides. Shape (sides, members).
        merits: see `_Group`.
        room: see `_Group`.
    """
    found = np.zeros(merits.shape[1], dtype=np.bool_)
    crowded = np.flatnonzero(adds.sum(axis=1) > room)
    if not len(crowded):
        return found
    orders = np.argsort(-merits, axis=1)
    lines = [(order, -line[order], -line) for order, line in zip(orders, merits, strict=True)]
    ends = [(order, np.searchsorted(ranked, line, side="right") - 1) for order, ranked, line in lines]
    for side in crowded.tolist():
        least = np.min([np.cumsum(adds[side][order])[end] for order, end in ends], axis=0)
        found |= least > room[side]
    return found


def _groups(model: ReducedModel) -> Iterator[_Group]:
    """The groups of two or more that could break a row if all of one were 1, or all 0."""
    among = switches(model) & model.integer & (model.families == CANDIDATE)
    matrix = model.matrix.tocsc()
    starts, rows = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)
    leaders = equal_lines(starts, rows, None, among)
    above, below = rooms(model, *reach(entries_of(model.matrix), model.lower, model.upper))
    column = np.repeat(np.arange(model.width), np.diff(starts))
    place_in_leader = np.arange(len(rows)) + (starts[leaders] - starts[:-1])[column]
    totals = np.bincount(place_in_leader, np.abs(matrix.data), minlength=len(rows))
    least_room = np.minimum(above, below)[rows]
    followed = np.bincount(leaders, minlength=model.width)[column] > 1
    for leader in np.unique(column[followed & (totals > least_room)]).tolist():
        members = np.flatnonzero(leaders == leader)
        inside = slice(starts[leader], starts[leader + 1])
        coefficients = matrix.data[starts[members][:, None] + np.arange(inside.stop - inside.start)].T
        yield _group(model, members, rows[inside], coefficients, above, below)


def _group(
    model: ReducedModel, members: Integers, rows: Integers, coefficients: Floats, above: Floats, below: Floats
) -> _Group:
    """A group with what counts.

    Args:
        model: the model.
        members: candidates in the same rows. Shape (members,).
        rows: these rows. Shape (their rows,).
        coefficients: shape (their rows, members).
        above, below: see `rooms`. Shapes (rows,).
    """
    tops, bottoms = np.isfinite(model.row_upper[rows]), np.isfinite(model.row_lower[rows])
    sides = np.concatenate([coefficients[tops], -coefficients[bottoms]])
    lines = np.concatenate([-sides, model.benefits[:, members]])
    return _Group(
        columns=members,
        merits=np.array(list({line.tobytes(): line for line in lines}.values())),
        rising=np.maximum(sides, 0.0),
        falling=np.maximum(-sides, 0.0),
        room=np.concatenate([above[rows[tops]], below[rows[bottoms]]]),
    )
