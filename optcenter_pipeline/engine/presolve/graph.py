"""What reductions read from a model's rows: which column is at most another, which are equal, which rows are.

All at once, as arrays of edges: an organisation has tens of thousands of such rows.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optcenter_pipeline.engine.presolve.reduced_model import ColumnMap, Integers, ReducedModel
from optcenter_pipeline.engine.row_matrix import Bools, Floats

_Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Edges:
    """One edge a row: row `rows[e]` speaks of columns `first[e]` and `second[e]` alone. Shapes (edges,)."""

    rows: Integers
    first: Integers
    second: Integers

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class _Pairs:
    """The rows of two entries with coefficients a and b, a > 0 and first where they differ in sign."""

    rows: Integers
    first: Integers
    second: Integers
    a: Floats
    b: Floats


def _pairs(model: ReducedModel) -> _Pairs:
    matrix = model.matrix
    rows = np.flatnonzero(np.diff(matrix.indptr) == 2)
    place = matrix.indptr[rows].astype(np.int64)
    turned = matrix.data[place] < 0
    first, second = np.where(turned, place + 1, place), np.where(turned, place, place + 1)
    columns = matrix.indices.astype(np.int64)
    return _Pairs(rows, columns[first], columns[second], matrix.data[first], matrix.data[second])


def implications(model: ReducedModel) -> Edges:
    """x_first <= x_second: a·x_first - a·x_second <= 0 with no other bound that could bind."""
    pairs = _pairs(model)
    opposite = pairs.a == -pairs.b
    least = pairs.a * (model.lower[pairs.first] - model.upper[pairs.second])
    most = pairs.a * (model.upper[pairs.first] - model.lower[pairs.second])
    lower, upper = model.row_lower[pairs.rows], model.row_upper[pairs.rows]
    forward = opposite & (upper == 0) & (lower <= least) & (lower < 0)
    backward = opposite & (lower == 0) & (upper >= most) & (upper > 0)
    return Edges(
        np.concatenate([pairs.rows[forward], pairs.rows[backward]]),
        np.concatenate([pairs.first[forward], pairs.second[backward]]),
        np.concatenate([pairs.second[forward], pairs.first[backward]]),
    )


def equal_pairs(model: ReducedModel) -> Edges:
    """x_first = x_second."""
    pairs = _pairs(model)
    found = (pairs.a == -pairs.b) & (model.row_lower[pairs.rows] == 0) & (model.row_upper[pairs.rows] == 0)
    return Edges(pairs.rows[found], pairs.first[found], pairs.second[found])


def helping_entries(model: ReducedModel, *, rising: bool) -> Integers:
    """For each column how many of its coefficients help a bound of their row when it rises (or falls)."""
    above, below = (
        np.repeat(np.isfinite(b), np.diff(model.matrix.indptr)) for b in (model.row_lower, model.row_upper)
    )
    helps = np.where((model.matrix.data > 0) == rising, above, below)
    return np.bincount(model.matrix.indices[helps], minlength=model.width)


def contraction(leaders: Integers, constants: Floats | None = None) -> ColumnMap:
    """Columns that become one, or constant.

    Args:
        leaders: for each column, the one that it equals, which leads itself; -1 for a constant column.
        constants: for each column the value that it has in that case; 0 by default.

    Returns:
        The step; new columns stand in the order of the first column that becomes one with them.
    """
    leads = np.flatnonzero(leaders == np.arange(len(leaders)))
    kept = np.flatnonzero(leaders >= 0)
    first = np.full(len(leaders), len(leaders))
    np.minimum.at(first, leaders[kept], kept)
    numbers = np.full(len(leaders) + 1, -1)
    numbers[leads[np.argsort(first[leads])]] = np.arange(len(leads))
    values = np.zeros(len(leaders)) if constants is None else np.where(leaders < 0, constants, 0.0)
    return ColumnMap(numbers[leaders], values)


def merged_rows(model: ReducedModel, leaders: Integers, scales: Floats) -> ReducedModel:
    """The model with rows that say the same as another left out, their origins given to that.

    Args:
        model: the model, bounds of the kept rows already as they are to be.
        leaders: for each row, the one that stands for it, which leads itself; -1 for a row to be forgotten.
        scales: for each row a number; over this, rows and their leaders are the same. Shape (rows,).
    """
    kept = np.flatnonzero(leaders == np.arange(model.height))
    numbers = np.full(model.height + 1, -1)
    numbers[kept] = np.arange(len(kept))
    spoken_for = np.flatnonzero(leaders >= 0)
    lead = leaders[spoken_for]
    shares = (np.abs(scales[lead] / scales[spoken_for]), (numbers[lead], spoken_for))
    origins = sp.csr_array(sp.csr_array(shares, shape=(len(kept), model.height)) @ model.row_origins)
    return replace(model.with_rows(kept), row_origins=origins)


def row_scales(matrix: sp.csr_array) -> Floats:
    """Each row's first coefficient, 1 without any. Shape (rows,)."""
    scales = np.ones(matrix.shape[0])
    filled = np.flatnonzero(np.diff(matrix.indptr))
    scales[filled] = matrix.data[matrix.indptr[filled]]
    return scales


def without_empty_rows(model: ReducedModel) -> ReducedModel:
    """The model without rows that have no entry and hold."""
    idle = (np.diff(model.matrix.indptr) == 0) & (model.row_lower <= 0) & (model.row_upper >= 0)
    return model.with_rows(~idle) if idle.any() else model


def distinct(keys: Integers) -> Integers:
    """Each number once, in order."""
    keys = np.sort(keys)
    return np.asarray(keys[np.diff(keys, prepend=keys[:1] - 1) != 0])


def are_among(keys: Integers, known: Integers) -> Bools:
    """Which numbers stand among those known, which are in order."""
    if not len(known):
        return np.zeros(len(keys), dtype=np.bool_)
    places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.asarray(known[places] == keys)


def equal_lines(starts: Integers, entries: Integers, values: Floats | None, among: Bools) -> Integers:
    """For each line the first one with the very same entries (and values); its own number where there is none.

    Args:
        starts: where each line begins in `entries`, and the end of the last. Shape (lines + 1,).
        entries: numbers from 0, in order in each line.
        values: finite numbers beside the entries, no negative zero; or none.
        among: the lines to look at; others keep their own number. Shape (lines,).
    """
    leaders = np.arange(len(starts) - 1)
    lengths = np.diff(starts)
    lines = np.flatnonzero(among & (lengths > 0))
    if len(lines) < 2:
        return leaders
    keys = _mixed(entries.astype(np.uint64))
    if values is not None:
        keys = _mixed(keys ^ values.view(np.uint64))
    sums = np.zeros(len(leaders), dtype=np.uint64)
    filled = np.flatnonzero(lengths)
    sums[filled] = np.add.reduceat(keys, starts[filled])
    order = np.argsort(sums[lines], kind="stable")
    same = np.concatenate([[False], np.diff(sums[lines][order]) == 0])
    group_starts = np.flatnonzero(~same)
    first = lines[order[group_starts[np.cumsum(~same) - 1]]]
    line, leader = lines[order][same], first[same]
    long_as = lengths[line] == lengths[leader]
    line, leader = line[long_as], leader[long_as]
    mine, its, owner = _side_by_side(starts, lengths, line, leader)
    differs = entries[mine] != entries[its]
    if values is not None:
        differs |= values[mine] != values[its]
    equal = np.bincount(owner[differs], minlength=len(line)) == 0
    leaders[line[equal]] = leader[equal]
    return leaders


def _side_by_side(
    starts: Integers, lengths: Integers, lines: Integers, others: Integers
) -> tuple[Integers, Integers, Integers]:
    """Places of the entries of each line and of the other one beside it, and which pair they belong to."""
    counts = lengths[lines]
    owner = np.repeat(np.arange(len(lines)), counts)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return starts[lines][owner] + within, starts[others][owner] + within, owner


def _mixed(keys: _Hashes) -> _Hashes:
    """Each number as another one that looks random; different numbers stay different."""
    keys = keys + np.uint64(0x9E3779B97F4A7C15)
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))
