"""A run's model while it is being reduced: rows, columns, what every stage wants, and the way back.

A reduction says that each column is a constant or equal to some other column, or that a row is not needed or may
be tighter. So a portfolio of the reduced model maps back by copying (`ColumnMap`), and a reduced row knows the
rows of the run that it stands for (`row_origins`).
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optcenter_pipeline.engine.arrays import ModelArrays
from optcenter_pipeline.engine.linear_model import ARITHMETIC_TOLERANCE, LinearModel, Point
from optcenter_pipeline.engine.objective import Plan, Stage
from optcenter_pipeline.engine.row_matrix import Bools, Floats
from optcenter_pipeline.rules.linear import Terms

Integers = npt.NDArray[np.int64]

_ROUNDING = 1e-5
"""Share of its slack that a row is granted where its bounds have the slack in them: what rounding needs."""


@dataclass(frozen=True)
class ColumnMap:
    """x = constant + z[representative]: each column of the run as a constant or as a column of the reduced model.

    Shapes: (columns of the run,) both; representative -1 stands for the constant, else the constant is 0.
    """

    representative: Integers
    constant: Floats

    def restore(self, reduced: Floats) -> Floats:
        """The run's columns at a point of the reduced model."""
        out = self.constant.copy()
        kept = self.representative >= 0
        out[kept] += reduced[self.representative[kept]]
        return out

    def project(self, point: Point, columns: int) -> Floats:
        """A point of the run in the reduced model's columns; of columns that are one, the last one's value."""
        out = np.zeros(columns)
        kept = self.representative >= 0
        out[self.representative[kept]] = np.asarray(point, dtype=np.float64)[kept]
        return out

    def then(self, step: "ColumnMap") -> "ColumnMap":
        """This map followed by one more step of the reduction."""
        kept = self.representative >= 0
        inner = self.representative[kept]
        representative, constant = self.representative.copy(), self.constant.copy()
        representative[kept] = step.representative[inner]
        constant[kept] += step.constant[inner]
        return ColumnMap(representative, constant)

    def terms(self, terms: Terms) -> tuple[Terms, float]:
        """(the same expression over the reduced columns, the part of it that is constant)."""
        columns = np.asarray(terms.columns, dtype=np.int64)
        coefficients = np.asarray(terms.coefficients, dtype=np.float64)
        inner = self.representative[columns]
        offset = float(coefficients @ self.constant[columns])
        kept = inner >= 0
        used, place = np.unique(inner[kept], return_inverse=True)
        summed = np.bincount(place, coefficients[kept], minlength=len(used))
        nonzero = summed != 0
        return Terms(tuple(used[nonzero].tolist()), tuple(summed[nonzero].tolist())), offset


@dataclass(frozen=True)
class ReducedModel(ModelArrays):
    """`row_lower <= A z <= row_upper`, `lower <= z <= upper`; every stage wants more of its row of `benefits`.

    Shapes: families (columns,); benefits (stages, columns); offsets (stages,); row_origins (rows, rows of the run);
    origin_slacks (rows of the run,).
    """

    families: npt.NDArray[np.int8]
    """0 a candidate, 1 a synergy, 2 a shortfall; see `FAMILIES`."""
    benefits: Floats
    """What each stage gains by a column: KPIs as they are, shortfalls and tokens with their sign turned."""
    offsets: Floats
    """What each stage gains by the columns that are constant."""
    row_origins: sp.csr_array
    """Row r stands for the run's rows with an entry in line r: the size of what that row was multiplied by, below 0
    where r's bounds have that row's slack in them."""
    origin_slacks: Floats
    """By how much a portfolio may miss each of the run's rows by its arithmetic alone, in the row's unit."""
    columns: ColumnMap

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.matrix.shape[1])

    @property
    def height(self) -> int:
        """Number of rows."""
        return int(self.matrix.shape[0])

    @cached_property
    def row_slacks(self) -> tuple[Floats, Floats]:
        """(least, largest) that a portfolio may miss each row by: what is certain, and what to reckon with.

        Constants that a row has absorbed count in the run's row: its numbers say what its arithmetic may miss.
        Shapes (rows,).
        """
        origins = self.row_origins
        shares = np.where(origins.data < 0, -_ROUNDING * origins.data, origins.data)
        slacks = shares * self.origin_slacks[origins.indices]
        largest, least = np.zeros(self.height), np.zeros(self.height)
        filled = np.flatnonzero(np.diff(origins.indptr))
        if len(filled):
            largest[filled] = np.maximum.reduceat(slacks, origins.indptr[filled])
            least[filled] = np.minimum.reduceat(slacks, origins.indptr[filled])
        return least, largest

    def substituted(self, step: ColumnMap) -> "ReducedModel":
        """The model with columns replaced by constants and by each other.

        Args:
            step: for each column of this model, the constant or the new column that it equals. Columns that become
                one get the tightest of their bounds, are integer if one of them is, and keep the family of the
                first.

        Returns:
            The model over the new columns; rows that lose all entries stay, to be dropped where they hold.
        """
        kept = np.flatnonzero(step.representative >= 0)
        new = step.representative[kept]
        width = int(new.max(initial=-1)) + 1
        matrix = self._relabelled(step, width)
        shift = precise_product(self.matrix, step.constant)
        lower, upper = np.full(width, -np.inf), np.full(width, np.inf)
        np.maximum.at(lower, new, self.lower[kept])
        np.minimum.at(upper, new, self.upper[kept])
        integer = np.zeros(width, dtype=np.bool_)
        np.logical_or.at(integer, new, self.integer[kept])
        families = np.zeros(width, dtype=np.int8)
        families[new[::-1]] = self.families[kept[::-1]]
        benefits = np.array([np.bincount(new, line[kept], minlength=width) for line in self.benefits])
        return replace(
            self,
            matrix=matrix,
            row_lower=self.row_lower - shift,
            row_upper=self.row_upper - shift,
            lower=lower,
            upper=upper,
            integer=integer,
            families=families,
            benefits=benefits.reshape(len(self.benefits), width),
            offsets=self.offsets + self.benefits @ step.constant,
            columns=self.columns.then(step),
        )

    def _relabelled(self, step: ColumnMap, width: int) -> sp.csr_array:
        """The matrix over the new columns; entries of columns that become one are added up."""
        labels = step.representative[self.matrix.indices]
        kept = labels >= 0
        starts = np.concatenate([[0], np.cumsum(kept)])[self.matrix.indptr]
        matrix = sp.csr_array((self.matrix.data[kept], labels[kept], starts), shape=(self.height, width))
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        return matrix

    def with_rows(self, kept: Bools | Integers) -> "ReducedModel":
        """The model with some of its rows only."""
        return replace(
            self,
            matrix=self.matrix[kept],
            row_lower=self.row_lower[kept],
            row_upper=self.row_upper[kept],
            row_origins=self.row_origins[kept],
        )

    def objective(self, stage: int) -> tuple[Floats, float]:
        """(benefit of each column, constant part) of a stage: both are to be maximised."""
        return self.benefits[stage], float(self.offsets[stage])


FAMILIES = ("fund", "synergy", "shortfall")
"""What a column says: a candidate is funded, a synergy is in effect, a goal is missed by so much."""

CANDIDATE, SYNERGY, SHORTFALL = range(3)


def unreduced(model: LinearModel, plan: Plan) -> ReducedModel:
    """A run's whole model.

    Args:
        model: its rows and columns.
        plan: its stages; `benefits` has a row for each of `stage_list(plan)`.
    """
    n, m, width = model.candidate_count, len(model.synergies), model.column_count
    rows = model.row_matrix
    families = np.full(width, SHORTFALL, dtype=np.int8)
    families[:n], families[n : n + m] = CANDIDATE, SYNERGY
    stages = stage_list(plan)
    benefits, offsets = np.zeros((len(stages), width)), np.zeros(len(stages))
    for number, stage in enumerate(stages):
        sign = 1.0 if stage.sense == "max" else -1.0
        benefits[number, list(stage.terms.columns)] = sign * np.asarray(stage.terms.coefficients)
        offsets[number] = sign * stage.terms.constant
    return ReducedModel(
        matrix=rows.matrix,
        row_lower=rows.lower,
        row_upper=rows.upper,
        lower=np.zeros(width),
        upper=np.where(families == SHORTFALL, np.inf, 1.0),
        integer=families == CANDIDATE,
        families=families,
        benefits=benefits,
        offsets=offsets,
        row_origins=sp.csr_array(sp.identity(len(model.rows), format="csr")),
        origin_slacks=ARITHMETIC_TOLERANCE * rows.magnitudes,
        columns=ColumnMap(np.arange(width), np.zeros(width)),
    )


def stage_list(plan: Plan) -> tuple[Stage, ...]:
    """Every objective of a plan once: its stages, the goals behind them if any, economy."""
    return (*plan.stages, *((plan.goals,) if plan.goals else ()), plan.economy)


def precise_product(matrix: sp.csr_array, point: Floats) -> Floats:
    """Each row's value at a point, rounded once or nearly: sums of 100,000 numbers too miss far less than a slack.

    Args:
        matrix: shape (rows, columns).
        point: mostly zeros; shape (columns,).
    """
    used = np.flatnonzero(point[matrix.indices])
    rows = np.searchsorted(matrix.indptr, used, side="right") - 1
    values = np.zeros(matrix.shape[0])
    if len(used):
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        products = matrix.data[used].astype(np.longdouble) * point[matrix.indices[used]]
        values[rows[starts]] = np.add.reduceat(products, starts).astype(np.float64)
    return values
