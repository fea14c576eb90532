"""A model as arrays and names: what becomes a Pyomo model, whether it is the run itself or a reduction of it."""

from dataclasses import dataclass

import numpy as np

from optcenter_pipeline.engine.arrays import ModelArrays
from optcenter_pipeline.engine.linear_model import ARITHMETIC_TOLERANCE, LinearModel
from optcenter_pipeline.engine.row_matrix import Bools, Floats, terms_arrays
from optcenter_pipeline.rules.linear import Terms


@dataclass(frozen=True)
class ModelForm(ModelArrays):
    """A model with the names that Pyomo gives its columns and rows. No row of the matrix has a column twice."""

    column_names: tuple[str, ...]
    """`fund[INIT-1]`, each once."""
    row_families: tuple[str, ...]
    """Names of constraint components, `capacity_cap`."""
    row_labels: tuple[str, ...]
    """`Constraints!6`; rows of one family may share it."""


def natural_form(model: LinearModel) -> ModelForm:
    """The run's own columns and rows: `fund` is 0 or 1, `synergy` between them, `shortfall` 0 or more."""
    n, m, g = model.candidate_count, len(model.synergies), len(model.goals)
    rows = model.row_matrix
    keys = (candidate.initiative_key for candidate in model.columns.candidates)
    return ModelForm(
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
