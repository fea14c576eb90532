"""A model as arrays and names: what becomes a Pyomo model, whether it is the run itself or a reduction of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy.sparse as sp

from optcenter_pipeline.engine.linear_model import ARITHMETIC_TOLERANCE, LinearModel
from optcenter_pipeline.engine.row_matrix import Bools, Floats, terms_arrays
from optcenter_pipeline.rules.linear import Terms


class ModelForm(Protocol):
    """`row_lower <= matrix x <= row_upper`, `lower <= x <= upper`, some x whole numbers; bounds may be infinite.

    Shapes: matrix (rows, columns), row_* (rows,), the rest (columns,). A column is named as Pyomo names it,
    `family[label]`, each once; a row has the family and the label that it gets there.
    """

    @property
    def matrix(self) -> sp.csr_array:
        """Coefficients; no column twice in a row."""
        ...

    @property
    def row_lower(self) -> Floats:
        """Least value of each row."""
        ...

    @property
    def row_upper(self) -> Floats:
        """Greatest value of each row."""
        ...

    @property
    def lower(self) -> Floats:
        """Least value of each column."""
        ...

    @property
    def upper(self) -> Floats:
        """Greatest value of each column."""
        ...

    @property
    def integer(self) -> Bools:
        """True for the columns that are whole numbers."""
        ...

    @property
    def column_names(self) -> Sequence[str]:
        """`fund[INIT-1]`."""
        ...

    @property
    def row_families(self) -> Sequence[str]:
        """Names of constraint components, `capacity_cap`."""
        ...

    @property
    def row_labels(self) -> Sequence[str]:
        """`Constraints!6`; rows of one family may share it."""
        ...


@dataclass(frozen=True)
class NaturalForm:
    """A run as it stands, nothing reduced; see `ModelForm`."""

    matrix: sp.csr_array
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    integer: Bools
    column_names: tuple[str, ...]
    row_families: tuple[str, ...]
    row_labels: tuple[str, ...]


def natural_form(model: LinearModel) -> NaturalForm:
    """The run's own columns and rows: `fund` is 0 or 1, `synergy` between them, `shortfall` 0 or more."""
    n, m, g = model.candidate_count, len(model.synergies), len(model.goals)
    rows = model.row_matrix
    keys = (candidate.initiative_key for candidate in model.columns.candidates)
    return NaturalForm(
        matrix=rows.matrix,
        row_lower=rows.lower,
        row_upper=rows.upper,
        lower=np.zeros(n + m + g),
        upper=np.repeat([1.0, np.inf], [n + m, g]),
        integer=np.repeat([True, False], [n, m + g]),
        column_names=(
            *(f"fund[{key}]" for key in keys),
            *(f"synergy[{position}]" for position in range(m)),
            *(f"shortfall[{position}]" for position in range(g)),
        ),
        row_families=tuple(row.family for row in model.rows),
        row_labels=tuple(row.source_rows[0] if row.source_rows else row.family for row in model.rows),
    )


def costs_of(terms: Terms, columns: int) -> Floats:
    """An expression as one cost a column. Shape (columns,)."""
    numbers, coefficients = terms_arrays(terms)
    costs = np.zeros(columns)
    costs[numbers] = coefficients
    return costs


def says_nothing(form: ModelForm) -> Bools:
    """True for rows that hold whatever the columns are: without bounds, or without terms and 0 is allowed."""
    lower, upper = form.row_lower, form.row_upper
    free = np.isneginf(lower) & np.isposinf(upper)
    largest = np.maximum(*(np.where(np.isfinite(bound), np.abs(bound), 0.0) for bound in (lower, upper)))
    slack = ARITHMETIC_TOLERANCE * largest
    empty = np.diff(form.matrix.indptr) == 0
    idle: Bools = free | (empty & (lower <= slack) & (upper >= -slack))
    return idle
