"""Columns that have one value left: rows leave no other, or no stage and no row wants another."""

from dataclasses import dataclass, replace

import numpy as np

from optcenter_pipeline.engine.presolve.activity import CERTAIN, GRANTED, Entries, entries_of, reach
from optcenter_pipeline.engine.presolve.reduced_model import SHORTFALL, ColumnMap, Integers, ReducedModel
from optcenter_pipeline.engine.row_matrix import Bools, Floats

_LONG = 100
"""Coefficients from which on a row is looked at only when no shorter one waits."""

_WORK = 1_000_000
"""Coefficients that are looked at again, at most, besides ten times those of the model."""


def fixings(model: ReducedModel) -> ReducedModel:
    """Fix columns at the one value that is left to them, and take them out of rows and stages.

    Three reasons, until none finds more:

    - *Propagation.* With the other columns where they help most, a row breaks at one end of a column: no portfolio
      is there. Candidates and synergies are whole numbers in every portfolio, so the bound moves to the next one. A
      row counts as broken only where it misses its bound by twice what exact arithmetic is granted. Mandatory ones
      with all they need, what is excluded, ineligible or blocked and its dependents, bonuses with a member that is
      out: all are rows of this kind.
    - *No row and no stage minds more.* Every entry of the column helps its row as the column rises, or stands in a
      row (or on a side of it) that holds whatever happens, and its benefit is 0 or more in every stage. Raise it
      to its upper bound in any portfolio: all rows hold still, a row that somebody adds later because the run's
      rows imply it included, no stage is worth less, a held one included. So for each portfolio there is one with
      the column at its bound that is no worse in every stage at once. One column after the other: so for all.
    - *No row and no stage minds less.* The same with the column lowered to its lower bound: what brings nothing to
      a KPI only costs tokens; the shortfall of a goal that is reached in any case stays 0.

    Rows that contradict each other stay as they are, in a model that is then impossible at sight.

    Args:
        model: any.

    Returns:
        The model without the fixed columns, shortfalls from their goals' least on; the same object where nothing
        was found.
    """
    box = _Box(model)
    while box.propagate() and box.follow_wishes():
        pass
    return box.applied()


def narrowed(model: ReducedModel, lower: Floats, upper: Floats) -> ReducedModel:
    """The model within tighter bounds; columns with one value left are taken out.

    Args:
        model: the model.
        lower, upper: bounds of all columns, lower <= upper. Shapes (columns,).

    Returns:
        The same object where the bounds are the model's, and leave every column a choice.
    """
    fixed = lower == upper
    if fixed.any():
        step = ColumnMap(np.where(fixed, -1, np.cumsum(~fixed) - 1), np.where(fixed, lower, 0.0))
        return replace(model, lower=lower, upper=upper).substituted(step)
    if (lower != model.lower).any() or (upper != model.upper).any():
        return replace(model, lower=lower, upper=upper)
    return model


@dataclass
class _Sides:
    """Each row's least and greatest value within the bounds so far. Shapes (rows,)."""

    least: Floats
    greatest: Floats


class _Box:
    """The bounds of all columns, as far as they are known."""

    def __init__(self, model: ReducedModel) -> None:
        self._model = model
        self._entries = entries_of(model.matrix)
        self._by_column = model.matrix.tocsc()
        self._whole: Bools = model.integer | (model.families != SHORTFALL)
        self._lower, self._upper = model.lower.copy(), model.upper.copy()
        self._certain = CERTAIN * model.row_slacks[0]
        self._granted = GRANTED * model.row_slacks[1]
        self._waiting: Bools = np.zeros(model.height, dtype=np.bool_)
        """Rows to be looked at."""
        self._long: Bools = self._entries.lengths > _LONG
        self._work = _WORK + 10 * model.matrix.nnz
        self._bound_shortfalls()
        self._sides = _Sides(*reach(self._entries, self._lower, self._upper))
        # a goal is not met where a shortfall makes up for what is missing
        self._certain[np.isinf(self._sides.least) | np.isinf(self._sides.greatest)] = 0.0
        self._fresh = True

    def propagate(self) -> bool:
        """Move bounds until no row moves another one; False where a row cannot hold."""
        entries: Entries | None = self._entries if self._fresh else None
        self._fresh = False
        while entries is not None or self._waiting.any():
            if entries is None:
                entries = entries_of(self._model.matrix, self._next_rows())
                found = reach(entries, self._lower, self._upper)
                self._sides.least[entries.rows], self._sides.greatest[entries.rows] = found
            self._work -= len(entries.data)
            if self._work < 0:
                return True
            above, below = self._rooms(entries.rows)
            if (above < 0).any() or (below < 0).any():
                return False
            self._touch(self._moved(entries, above, below))
            entries = None
        return True

    def _next_rows(self) -> Integers:
        """Short rows first: a long one is then looked at once, when its columns have moved."""
        short = np.flatnonzero(self._waiting & ~self._long)
        rows = short if len(short) else np.flatnonzero(self._waiting)
        self._waiting[rows] = False
        return rows

    def follow_wishes(self) -> bool:
        """Fix columns that every row and stage wants at one end; whether there were any."""
        rows = self._entries.line
        up_live = (self._sides.greatest > self._model.row_upper + self._certain)[rows]
        down_live = (self._sides.least < self._model.row_lower - self._certain)[rows]
        rising = self._entries.data > 0
        columns = self._entries.columns
        width = self._model.width
        against_more = np.bincount(columns[(rising & up_live) | (~rising & down_live)], minlength=width)
        against_less = np.bincount(columns[(rising & down_live) | (~rising & up_live)], minlength=width)
        free = self._lower < self._upper
        benefits = self._model.benefits
        more = free & (against_more == 0) & np.isfinite(self._upper) & (benefits >= 0).all(axis=0)
        less = free & ~more & (against_less == 0) & np.isfinite(self._lower) & (benefits <= 0).all(axis=0)
        self._lower[more] = self._upper[more]
        self._upper[less] = self._lower[less]
        self._touch(np.flatnonzero(more | less))
        return bool(more.any() or less.any())

    def applied(self) -> ReducedModel:
        """The model within the bounds found."""
        return narrowed(self._model, self._lower, self._upper)

    def _bound_shortfalls(self) -> None:
        """A goal that nothing works towards: its shortfall is at least what is required, exactly."""
        alone = np.flatnonzero(self._entries.lengths == 1)
        places = self._entries.starts[alone]
        columns, data = self._entries.columns[places], self._entries.data[places]
        kept = ~self._whole[columns] & (data > 0)
        np.maximum.at(self._lower, columns[kept], self._model.row_lower[alone[kept]] / data[kept])

    def _rooms(self, rows: Integers) -> tuple[Floats, Floats]:
        """(how far each row can rise from its least value, fall from its greatest) before it breaks."""
        above = self._model.row_upper[rows] + self._granted[rows] - self._sides.least[rows]
        below = self._sides.greatest[rows] - (self._model.row_lower[rows] - self._granted[rows])
        return above, below

    def _moved(self, entries: Entries, above: Floats, below: Floats) -> Integers:
        """Move the bounds that the rows leave no room for; the columns of which one was moved."""
        columns, sizes = entries.columns, np.abs(entries.data)
        ranges = self._upper[columns] - self._lower[columns]
        tight = (sizes * ranges > np.minimum(above, below)[entries.line]) & self._whole[columns]
        places = np.flatnonzero(tight & (ranges > 0))
        if not len(places):
            return places
        columns, sizes, line = columns[places], sizes[places], entries.line[places]
        rising, ranges = entries.data[places] > 0, ranges[places]
        rises = np.floor(np.minimum(above[line] / sizes, ranges))
        falls = np.floor(np.minimum(below[line] / sizes, ranges))
        upper = self._lower[columns] + np.where(rising, rises, falls)
        lower = self._upper[columns] - np.where(rising, falls, rises)
        lower_before, upper_before = self._lower[columns], self._upper[columns]
        np.minimum.at(self._upper, columns, upper)
        np.maximum.at(self._lower, columns, lower)
        crossed = columns[self._lower[columns] > self._upper[columns]]
        # two rows want opposite things: one of them is then found broken
        self._upper[crossed] = self._lower[crossed]
        moved = (lower_before != self._lower[columns]) | (upper_before != self._upper[columns])
        return np.asarray(columns[moved])

    def _touch(self, columns: Integers) -> None:
        """The rows of these columns are to be looked at (again)."""
        starts = self._by_column.indptr
        lengths = starts[columns + 1] - starts[columns]
        first = np.repeat(starts[columns] - (np.cumsum(lengths) - lengths), lengths)
        self._waiting[self._by_column.indices[first + np.arange(len(first))]] = True
