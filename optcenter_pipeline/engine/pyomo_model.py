"""A run, or a reduction of it, as a Pyomo model, and that model compiled to arrays.

One variable component a kind of column (`fund`, `synergy`, `shortfall`), one named constraint family a rule type,
an objective. Rows are linear expressions whose terms are made in one go from the sparse matrix, with the garbage
collector paused; the way back reads those terms in one go as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise
from operator import attrgetter, itemgetter
from typing import Any, Literal

import numpy as np
import pyomo.environ as pyo
import scipy.sparse as sp
from pyomo.common.gc_manager import PauseGC
from pyomo.core.expr.numeric_expr import LinearExpression, MonomialTermExpression

from optcenter_pipeline.engine.arrays import ModelArrays
from optcenter_pipeline.engine.model_form import ModelForm, says_nothing
from optcenter_pipeline.engine.row_matrix import Floats

NOTHING = "nothing"
"""A variable that is 0: the body of what has no terms (a floor on an empty slice, a KPI that nobody adds to)."""

_SENSES = {"max": pyo.maximize, "min": pyo.minimize}


def build_pyomo_model(form: ModelForm, costs: Floats, sense: Literal["max", "min"]) -> pyo.ConcreteModel:
    """A genuine Pyomo model with one objective.

    Args:
        form: columns and rows.
        costs: the objective, one coefficient a column. Shape (columns,).
        sense: whether it is maximised or minimised.

    Returns:
        A model with a variable component for each family of columns, a constraint component for each family of
        rows, and `objective`. Rows that hold whatever the columns are, are left out.
    """
    with PauseGC():
        concrete = pyo.ConcreteModel(name="portfolio")
        columns = _column_families(form)
        for family, numbers in columns.items():
            concrete.add_component(family, _variable(form, numbers))
        concrete.add_component(NOTHING, pyo.Var(bounds=(0, 0)))
        expressions = _Expressions(_variables(concrete, columns), concrete.component(NOTHING))
        bodies = expressions.of(form.matrix)
        lower, upper = _or_none(form.row_lower), _or_none(form.row_upper)
        for family, rows in _row_families(form).items():
            constraint = _constraint(_labels(form, rows), ((lower[row], bodies[row], upper[row]) for row in rows))
            concrete.add_component(family, constraint)
        (objective,) = expressions.of(sp.csr_array(costs[np.newaxis, :]))
        concrete.objective = pyo.Objective(expr=objective, sense=_SENSES[sense])
    return concrete


def through_pyomo(form: ModelForm, costs: Floats, sense: Literal["max", "min"]) -> ModelArrays:
    """The arrays of the Pyomo model of a form; the model is taken apart at once, which frees its memory."""
    concrete = build_pyomo_model(form, costs, sense)
    arrays = compile_arrays(concrete, form)
    concrete.clear()
    return arrays


def compile_arrays(concrete: pyo.ConcreteModel, form: ModelForm) -> ModelArrays:
    """The rows of a Pyomo model as arrays, numbered as in the form that it was built from.

    Reads the terms' arguments directly, which is several times faster than Pyomo's own compiler of standard forms;
    a test holds the two to the same answer.

    Args:
        concrete: what `build_pyomo_model` made of `form`.
        form: for the order of rows and columns, and the columns' bounds.

    Returns:
        Arrays of the form's shape; a row that the model leaves out has neither entries nor bounds. A form without
        columns gets one that is 0: HiGHS looks at no row of a model that has none.
    """
    with PauseGC():
        rows: list[int] = []
        bounded: list[tuple[float | None, Any, float | None]] = []
        for family, numbers in _row_families(form).items():
            rows += numbers
            bounded += (data.to_bounded_expression() for data in concrete.component(family).values())
        variables = [*_variables(concrete, _column_families(form)), concrete.component(NOTHING)]
        matrix = _collected([body.args for _, body, _ in bounded], variables)
    count, width = form.matrix.shape
    lower, upper = np.full(count, -np.inf), np.full(count, np.inf)
    lower[rows] = [-np.inf if bound is None else bound for bound, _, _ in bounded]
    upper[rows] = [np.inf if bound is None else bound for _, _, bound in bounded]
    if width == 0:
        zero = np.zeros(1)
        return ModelArrays(sp.csr_array((count, 1)), lower, upper, zero, zero, zero.astype(np.bool_))
    left_out = np.setdiff1d(np.arange(count), rows)
    matrix.resize((count, width + 1))
    matrix = matrix[np.argsort([*rows, *left_out]), :width]
    return ModelArrays(matrix, lower, upper, form.lower, form.upper, form.integer)


class _Expressions:
    """Pyomo expressions over numbered columns."""

    def __init__(self, variables: Sequence[object], nothing: object) -> None:
        self._variables = variables
        self._nothing = nothing

    def of(self, matrix: sp.csr_array) -> list[object]:
        """Each row as a linear expression; never a constant, which no file format has a place for."""
        pairs = zip(matrix.data.tolist(), map(self._variables.__getitem__, matrix.indices.tolist()), strict=True)
        terms = list(map(MonomialTermExpression, pairs))
        nothing = [MonomialTermExpression((1.0, self._nothing))]
        return [LinearExpression(terms[a:b] or nothing) for a, b in pairwise(matrix.indptr.tolist())]


def _column_families(form: ModelForm) -> dict[str, list[int]]:
    """Variable component → its columns, in their order."""
    families: dict[str, list[int]] = {}
    for column, name in enumerate(form.column_names):
        families.setdefault(name.partition("[")[0], []).append(column)
    return families


def _row_families(form: ModelForm) -> dict[str, list[int]]:
    """Constraint component → its rows, in their order; without those that say nothing."""
    families: dict[str, list[int]] = {}
    for row in np.flatnonzero(~says_nothing(form)).tolist():
        families.setdefault(form.row_families[row], []).append(row)
    return families


def _variable(form: ModelForm, columns: list[int]) -> pyo.Var:
    """The columns of one family as one indexed variable; indices are the labels in their names."""
    labels = [form.column_names[column].partition("[")[2][:-1] for column in columns]
    integer, lower, upper = form.integer[columns], form.lower[columns], form.upper[columns]
    if integer.all() and not lower.any() and (upper == 1).all():
        return pyo.Var(labels, domain=pyo.Binary)
    bounds = dict(zip(labels, zip(_or_none(lower), _or_none(upper), strict=True), strict=True))
    domains = dict(zip(labels, (pyo.Integers if whole else pyo.Reals for whole in integer), strict=True))
    return pyo.Var(labels, domain=domains, bounds=bounds)


def _variables(concrete: pyo.ConcreteModel, columns: Mapping[str, Sequence[int]]) -> list[object]:
    """The model's variable of each column."""
    placed: dict[int, object] = {}
    for family, numbers in columns.items():
        placed.update(zip(numbers, concrete.component(family).values(), strict=True))
    return [placed[column] for column in range(len(placed))]


def _constraint(labels: list[str], rows: Iterable[tuple[float | None, object, float | None]]) -> pyo.Constraint:
    """One rule type's rows as one indexed constraint; they are asked for in the order of their labels."""
    bounded = iter(rows)
    return pyo.Constraint(labels, rule=lambda *_: next(bounded))


def _labels(form: ModelForm, rows: Sequence[int]) -> list[str]:
    """The rows' labels, numbered where several rows have the same one."""
    used: dict[str, int] = {}
    labels = []
    for row in rows:
        given = label = form.row_labels[row]
        while label in used:
            used[given] += 1
            label = f"{given}.{used[given]}"
        used[label] = 1
        labels.append(label)
    return labels


def _or_none(bounds: Floats) -> list[float | None]:
    """Bounds as Pyomo takes them: none where they are infinite."""
    return [bound if finite else None for bound, finite in zip(bounds.tolist(), np.isfinite(bounds), strict=True)]


def _collected(terms: Sequence[Sequence[object]], variables: Sequence[object]) -> sp.csr_array:
    """The terms of every row as a matrix over the variables, in their order."""
    starts = np.zeros(len(terms) + 1, dtype=np.int32)
    np.cumsum([len(row) for row in terms], out=starts[1:])
    count = int(starts[-1])
    pairs: list[tuple[float, object]] = list(map(attrgetter("_args_"), chain.from_iterable(terms)))
    coefficients = np.fromiter(map(itemgetter(0), pairs), np.float64, count)
    asked = np.fromiter(map(id, map(itemgetter(1), pairs)), np.int64, count)
    known = np.fromiter(map(id, variables), np.int64, len(variables))
    order = np.argsort(known)
    columns = order[np.searchsorted(known, asked, sorter=order)].astype(np.int32)
    return sp.csr_array((coefficients, columns, starts), shape=(len(terms), len(variables)))
