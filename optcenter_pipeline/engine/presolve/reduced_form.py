"""A reduced model with the names that Pyomo gives its columns and rows: those of what each stands for first."""

import numpy as np

from optcenter_pipeline.engine.model_form import ModelForm
from optcenter_pipeline.engine.presolve.reduced_model import ReducedModel


def reduced_form(reduced: ReducedModel, natural: ModelForm) -> ModelForm:
    """Columns and rows of the reduced model, named after the first of the run's that each stands for.

    Args:
        reduced: the run as presolve left it.
        natural: the run as it stands.
    """
    kept = np.flatnonzero(reduced.columns.representative >= 0)[::-1]
    first_column = np.zeros(reduced.width, dtype=np.int64)
    first_column[reduced.columns.representative[kept]] = kept
    origins = reduced.row_origins
    first_row = origins.indices[origins.indptr[:-1]]
    return ModelForm(
        matrix=reduced.matrix,
        row_lower=reduced.row_lower,
        row_upper=reduced.row_upper,
        lower=reduced.lower,
        upper=reduced.upper,
        integer=reduced.integer,
        column_names=tuple(natural.column_names[column] for column in first_column.tolist()),
        row_families=tuple(natural.row_families[row] for row in first_row.tolist()),
        row_labels=tuple(natural.row_labels[row] for row in first_row.tolist()),
    )
