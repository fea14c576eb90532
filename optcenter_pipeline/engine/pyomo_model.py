"""The run as a Pyomo model, and that model compiled to arrays.

One variable a kind of column (`fund`, `synergy`, `shortfall`), one named constraint family a rule type, an
objective. Terms are shared: one `MonomialTermExpression` per column and coefficient serves every row, which with
the garbage collector paused builds about five times faster than summing expressions.
"""

import math
from collections.abc import Sequence

import numpy as np
import pyomo.environ as pyo
import scipy.sparse as sp
from pyomo.common.gc_manager import PauseGC
from pyomo.core.expr.numeric_expr import LinearExpression, MonomialTermExpression
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from optcenter_pipeline.engine.arrays import ModelArrays
from optcenter_pipeline.engine.linear_model import LinearModel, holds
from optcenter_pipeline.engine.objective import Stage
from optcenter_pipeline.rules.linear import LinearRow, Terms

NOTHING = "nothing"
"""A variable that is 0: the body of what has no terms (a floor on an empty slice, a KPI that nobody adds to)."""


class _SharedTerms:
    """Pyomo expressions over numbered columns, each `coefficient * variable` made once."""

    def __init__(self, variables: Sequence[object], nothing: object) -> None:
        self._variables = variables
        self._nothing = nothing
        self._made: dict[tuple[int, float], object] = {}

    def expression(self, terms: Terms) -> object:
        """`terms` as a Pyomo linear expression; never a constant, which no file format has a place for."""
        if not terms.columns:
            return LinearExpression([MonomialTermExpression((1.0, self._nothing))])
        return LinearExpression([self._term(*pair) for pair in zip(terms.columns, terms.coefficients, strict=True)])

    def _term(self, column: int, coefficient: float) -> object:
        pair = (column, coefficient)
        term = self._made.get(pair)
        if term is None:
            term = self._made[pair] = MonomialTermExpression((coefficient, self._variables[column]))
        return term


def build_pyomo_model(model: LinearModel, stage: Stage) -> pyo.ConcreteModel:
    """The run with one stage's objective as a genuine Pyomo model.

    Args:
        model: all rows of the run.
        stage: whose objective the model takes.

    Returns:
        A model with `fund[initiative_key]` (binary), `synergy[n]` in [0, 1], `shortfall[n]` >= 0, a constraint
        component per rule type, and `objective`. Rows without terms that hold anyway are left out.
    """
    with PauseGC():
        concrete = pyo.ConcreteModel(name="portfolio")
        variables = _add_variables(concrete, model)
        terms = _SharedTerms(variables, concrete.component(NOTHING))
        nothing = tuple(0.0 for _ in range(model.column_count))
        families: dict[str, list[LinearRow]] = {}
        for row in model.rows:
            if row.terms.columns or not holds(row, nothing):
                families.setdefault(row.family, []).append(row)
        for family, rows in families.items():
            concrete.add_component(family, _family(rows, terms))
        sense = pyo.maximize if stage.sense == "max" else pyo.minimize
        concrete.objective = pyo.Objective(expr=terms.expression(stage.terms), sense=sense)
    return concrete


def _add_variables(concrete: pyo.ConcreteModel, model: LinearModel) -> list[object]:
    """The model's variables, in the order of the neutral columns."""
    keys = [candidate.initiative_key for candidate in model.columns.candidates]
    concrete.fund = pyo.Var(keys, domain=pyo.Binary)
    concrete.synergy = pyo.Var(range(len(model.synergies)), bounds=(0, 1))
    concrete.shortfall = pyo.Var(range(len(model.goals)), domain=pyo.NonNegativeReals)
    concrete.add_component(NOTHING, pyo.Var(bounds=(0, 0)))
    return [*concrete.fund.values(), *concrete.synergy.values(), *concrete.shortfall.values()]


def _family(rows: Sequence[LinearRow], terms: _SharedTerms) -> pyo.Constraint:
    """The rows of one rule type as one indexed constraint; indices are the rows' sources."""
    by_label = dict(zip(_labels(rows), rows, strict=True))

    def rule(_: pyo.ConcreteModel, label: str) -> tuple[float | None, object, float | None]:
        row = by_label[label]
        lower = row.lower if math.isfinite(row.lower) else None
        upper = row.upper if math.isfinite(row.upper) else None
        return lower, terms.expression(row.terms), upper

    return pyo.Constraint(list(by_label), rule=rule)


def _labels(rows: Sequence[LinearRow]) -> list[str]:
    """A label a row: its first source row, numbered where a source has several rows."""
    used: dict[str, int] = {}
    labels = []
    for row in rows:
        source = label = row.source_rows[0] if row.source_rows else row.family
        while label in used:
            used[source] += 1
            label = f"{source}.{used[source]}"
        used[label] = 1
        labels.append(label)
    return labels


def compile_arrays(concrete: pyo.ConcreteModel, model: LinearModel) -> ModelArrays:
    """The Pyomo model as arrays over the neutral columns (and one more for `nothing`).

    The compiler drops unused columns and splits rows that have two bounds; both are undone here.

    Args:
        concrete: what `build_pyomo_model` made of `model`.
        model: the neutral form, for the number of columns.
    """
    compiled = LinearStandardFormCompiler().write(concrete, mixed_form=True, set_sense=None)
    variables = [
        *concrete.fund.values(),
        *concrete.synergy.values(),
        *concrete.shortfall.values(),
        concrete.component(NOTHING),
    ]
    number = {id(variable): column for column, variable in enumerate(variables)}
    columns = np.array([number[id(variable)] for variable in compiled.columns], dtype=np.int32)
    matrix = compiled.A.tocoo()
    rows, lower, upper = _merged_bounds(compiled.rows, compiled.rhs)
    kept = _first_of_each(rows)
    entries = kept[matrix.row]
    shape = (len(lower), len(variables))
    placed = (matrix.data[entries], (rows[matrix.row[entries]], columns[matrix.col[entries]]))
    n, m = model.candidate_count, len(model.synergies)
    upper_bounds = np.full(len(variables), np.inf)
    upper_bounds[: n + m] = 1.0
    upper_bounds[-1] = 0.0
    return ModelArrays(
        matrix=sp.csr_array(placed, shape=shape),
        row_lower=lower,
        row_upper=upper,
        lower=np.zeros(len(variables)),
        upper=upper_bounds,
        integer=np.arange(len(variables)) < n,
    )


def _merged_bounds(
    entries: Sequence[tuple[object, int]], rhs: Sequence[float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(row number of each compiled row, lower, upper): the two halves of a ranged row share a number."""
    numbers: dict[int, int] = {}
    rows = np.array([numbers.setdefault(id(constraint), len(numbers)) for constraint, _ in entries], dtype=np.int64)
    lower, upper = np.full(len(numbers), -np.inf), np.full(len(numbers), np.inf)
    for row, (_, kind), bound in zip(rows, entries, rhs, strict=True):
        if kind <= 0:
            lower[row] = bound
        if kind >= 0:
            upper[row] = bound
    return rows, lower, upper


def _first_of_each(rows: np.ndarray) -> np.ndarray:
    """True for the first compiled row of each number: the second half of a ranged row repeats its coefficients."""
    first = np.zeros(len(rows), dtype=np.bool_)
    first[np.unique(rows, return_index=True)[1]] = True
    return first
