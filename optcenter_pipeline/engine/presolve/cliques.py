"""Candidates of which any two exclude each other: one row says so, not one for each two."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

import numpy as np
import scipy.sparse as sp

from optcenter_pipeline.engine.presolve.graph import row_scales
from optcenter_pipeline.engine.presolve.reduced_model import Integers, ReducedModel

_LONGEST = 64
"""Rows of more columns are not taken apart into pairs: such a row is a clique already."""


def cliques(model: ReducedModel) -> ReducedModel:
    """Put pairs that exclude each other together, x_a + x_b + x_c <= 1 for x_a + x_b <= 1, x_b + x_c <= 1, ….

    A packing row says that of some 0/1 columns at most one is 1: equal coefficients c, an upper end below 2c.
    Columns of which any two stand together in a packing row are a clique; at most one of them is 1 in a portfolio,
    and that says all that those pairs say. So the same portfolios stay, and fewer points that are not whole. Each
    packing row that lies in no clique yet grows into one, in the order of the rows, by the column with most
    neighbours first; it takes the place of every packing row that lies in it, and has the origins of all rows that
    it follows from.
    """
    packings = _packings(model)
    if len(packings) < 2:
        return model
    groups = _groups(model, packings)
    neighbours = _neighbours(groups.values())
    dropped: set[int] = set()
    grown: list[tuple[list[int], list[int]]] = []
    rows_of = _rows_by_column(groups)
    for row, columns in groups.items():
        if row in dropped:
            continue
        clique = _grown(columns, neighbours)
        if len(clique) == len(columns):
            continue
        members = set(clique)
        near = sorted({other for column in clique for other in rows_of[column]})
        inside = [other for other in near if other not in dropped and members.issuperset(groups[other])]
        reasons = [other for other in near if len(members.intersection(groups[other])) > 1]
        dropped.update(inside)
        grown.append((clique, reasons))
    return _with_cliques(model, dropped, grown) if grown else model


def _packings(model: ReducedModel) -> Integers:
    """Rows of two columns or more, all 0/1, of which at most one can be 1."""
    matrix = model.matrix
    lengths = np.diff(matrix.indptr)
    binary = model.integer & (model.lower >= 0) & (model.upper <= 1)
    rows = np.flatnonzero((lengths > 1) & (lengths <= _LONGEST))
    size = row_scales(model.matrix)
    fits = (matrix.data == np.repeat(size, lengths)) & binary[matrix.indices]
    whole = np.bincount(np.repeat(np.arange(model.height), lengths)[fits], minlength=model.height) == lengths
    turned = size < 0
    upper = np.where(turned, -model.row_lower, model.row_upper)
    lower = np.where(turned, -model.row_upper, model.row_lower)
    size = np.abs(size)
    alone = (upper >= size) & (upper < 1.999 * size) & (lower <= 0)
    return np.asarray(rows[(whole & alone)[rows]])


def _groups(model: ReducedModel, rows: Integers) -> dict[int, tuple[int, ...]]:
    """The columns of each of these rows."""
    matrix = model.matrix
    starts, ends = matrix.indptr[rows].tolist(), matrix.indptr[rows + 1].tolist()
    columns = matrix.indices
    return {
        row: tuple(columns[start:end].tolist()) for row, start, end in zip(rows.tolist(), starts, ends, strict=True)
    }


def _neighbours(groups: Iterable[tuple[int, ...]]) -> dict[int, set[int]]:
    """Which columns exclude a column."""
    found: dict[int, set[int]] = {}
    for columns in groups:
        for one, other in combinations(columns, 2):
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return found


def _rows_by_column(groups: dict[int, tuple[int, ...]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row, columns in groups.items():
        for column in columns:
            found.setdefault(column, []).append(row)
    return found


def _grown(columns: tuple[int, ...], neighbours: dict[int, set[int]]) -> list[int]:
    """The columns and as many others as greed finds, so that any two are neighbours; in order."""
    clique = list(columns)
    common = set.intersection(*(neighbours[column] for column in columns))
    while common:
        best = min(common, key=lambda column: (-len(neighbours[column] & common), column))
        clique.append(best)
        common &= neighbours[best]
    return sorted(clique)


def _with_cliques(model: ReducedModel, dropped: set[int], grown: list[tuple[list[int], list[int]]]) -> ReducedModel:
    """The model without the dropped rows and with a row for each (clique, rows that it follows from)."""
    kept = np.ones(model.height, dtype=np.bool_)
    kept[list(dropped)] = False
    slim = model.with_rows(kept)
    cliques_matrix = _lines([clique for clique, _ in grown], model.width)
    reasons = _lines([rows for _, rows in grown], model.height)
    reasons.data /= np.abs(row_scales(model.matrix))[reasons.indices]
    ones = np.ones(len(grown))
    return replace(
        slim,
        matrix=sp.csr_array(sp.vstack([slim.matrix, cliques_matrix], format="csr")),
        row_lower=np.concatenate([slim.row_lower, -np.inf * ones]),
        row_upper=np.concatenate([slim.row_upper, ones]),
        row_origins=sp.csr_array(sp.vstack([slim.row_origins, reasons @ model.row_origins], format="csr")),
    )


def _lines(entries: list[list[int]], width: int) -> sp.csr_array:
    """A matrix with a line of ones for each list of columns."""
    starts = np.cumsum([0, *(len(line) for line in entries)])
    columns = np.array([column for line in entries for column in line], dtype=np.int64)
    return sp.csr_array((np.ones(len(columns)), columns, starts), shape=(len(entries), width))
