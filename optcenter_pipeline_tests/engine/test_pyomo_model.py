"""A form, its Pyomo model and that model's arrays are one model, whoever compiles it."""

import random
from typing import Any, Literal

import numpy as np
import pyomo.environ as pyo
import pytest
import scipy.sparse as sp
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from optcenter_pipeline.engine.arrays import ModelArrays
from optcenter_pipeline.engine.model_form import ModelForm, costs_of, natural_form, says_nothing
from optcenter_pipeline.engine.pyomo_model import NOTHING, build_pyomo_model, compile_arrays, through_pyomo
from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.validity import find_problems
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.snapshots import snapshots

_ROW_FAMILIES = ("capacity_cap", "exclude_pair", "target_floor")
_COLUMN_FAMILIES = ("fund", "synergy", "merged")

random_forms = settings(max_examples=cases(200), suppress_health_check=list(HealthCheck))


def form_of(dice: random.Random) -> ModelForm:
    """Any form: ranges, equations, rows without bounds or terms, labels that repeat, families in any order."""
    rows, columns = dice.randint(0, 7), dice.randint(0, 6)
    coefficients = (0, 0, 1, -1, 2.5, -1e-6, 1e9)
    dense = np.array([[dice.choice(coefficients) for _ in range(columns)] for _ in range(rows)], dtype=float)
    lower = np.array([dice.choice((-np.inf, -3, 0, 0.1, 5)) for _ in range(rows)], dtype=float)
    widths = np.array([dice.choice((0, 0, 2.5, np.inf, np.inf)) for _ in range(rows)], dtype=float)
    below = np.array([dice.choice((0, 0, 0, -2, -np.inf)) for _ in range(columns)], dtype=float)
    above = np.array([dice.choice((1, 1, 3.5, np.inf)) for _ in range(columns)], dtype=float)
    names = (f"{dice.choice(_COLUMN_FAMILIES)}[{number}]" for number in range(columns))
    return ModelForm(
        matrix=sp.csr_array(dense.reshape(rows, columns)),
        row_lower=lower,
        row_upper=np.maximum(lower, -4) + widths,
        lower=below,
        upper=above,
        integer=np.array([dice.random() < 0.6 for _ in range(columns)], dtype=np.bool_),
        column_names=tuple(names),
        row_families=tuple(dice.choice(_ROW_FAMILIES) for _ in range(rows)),
        row_labels=tuple(f"Constraints!{dice.randint(2, 5)}" for _ in range(rows)),
    )


def costs_for(form: ModelForm, dice: random.Random) -> np.ndarray:
    return np.array([dice.choice((0.0, 1.0, -2.5, 1e-6)) for _ in form.column_names])


def assert_same(arrays: ModelArrays, form: ModelForm) -> None:
    """The arrays say what the form says, entry by entry, but for rows that say nothing."""
    idle = says_nothing(form)
    expected = form.matrix.toarray()
    expected[idle] = 0
    assert (arrays.row_lower == np.where(idle, -np.inf, form.row_lower)).all()
    assert (arrays.row_upper == np.where(idle, np.inf, form.row_upper)).all()
    if not form.column_names:
        assert not arrays.matrix.toarray().any()
        assert (arrays.lower.tolist(), arrays.upper.tolist(), arrays.integer.tolist()) == ([0], [0], [False])
        return
    assert (arrays.matrix.toarray() == expected).all()
    for name in ("lower", "upper", "integer"):
        assert (getattr(arrays, name) == getattr(form, name)).all()


Side = tuple[str, float, float, dict[str, float]]


def by_pyomos_own_compiler(concrete: pyo.ConcreteModel) -> list[Side]:
    """(constraint, lower, upper, coefficient by variable) by the public compiler, which splits ranged rows."""
    compiled = LinearStandardFormCompiler().write(concrete, mixed_form=True, set_sense=None)
    matrix: Any = compiled.A.tocsr()
    sides = []
    for number, ((constraint, kind), bound) in enumerate(zip(compiled.rows, compiled.rhs, strict=True)):
        entries = slice(matrix.indptr[number], matrix.indptr[number + 1])
        named = {
            compiled.columns[column].name: float(value)
            for column, value in zip(matrix.indices[entries], matrix.data[entries], strict=True)
        }
        named.pop(NOTHING, None)
        sides.append((constraint.name, bound if kind <= 0 else -np.inf, bound if kind >= 0 else np.inf, named))
    return sides


def by_our_collector(concrete: pyo.ConcreteModel, arrays: ModelArrays, form: ModelForm) -> list[Side]:
    """The same of the arrays, split in the same way, in the order in which Pyomo lists the constraints."""
    rows = np.flatnonzero(~says_nothing(form)).tolist()
    families = dict.fromkeys(form.row_families[row] for row in rows)
    constraints = [data for family in families for data in concrete.component(family).values()]
    numbers = [row for family in families for row in rows if form.row_families[row] == family]
    sides: list[Side] = []
    for constraint, number in zip(constraints, numbers, strict=True):
        entries = slice(arrays.matrix.indptr[number], arrays.matrix.indptr[number + 1])
        named = {
            pyomo_name(concrete, form.column_names[column]): float(value)
            for column, value in zip(arrays.matrix.indices[entries], arrays.matrix.data[entries], strict=True)
            if form.column_names
        }
        lower, upper = float(arrays.row_lower[number]), float(arrays.row_upper[number])
        if lower == upper:
            sides.append((constraint.name, lower, upper, named))
            continue
        if upper < np.inf:
            sides.append((constraint.name, -np.inf, upper, named))
        if lower > -np.inf:
            sides.append((constraint.name, lower, np.inf, named))
    return sides


def pyomo_name(concrete: pyo.ConcreteModel, column: str) -> str:
    family, _, label = column.partition("[")
    return str(concrete.component(family)[label[:-1]].name)


@random_forms
@given(dice=st.randoms(use_true_random=False))
def test_any_form_comes_back_as_it_went_in(dice: random.Random) -> None:
    form = form_of(dice)
    assert_same(through_pyomo(form, costs_for(form, dice), dice.choice(("max", "min"))), form)


@random_forms
@given(dice=st.randoms(use_true_random=False))
def test_pyomos_own_compiler_says_the_same(dice: random.Random) -> None:
    form = form_of(dice)
    concrete = build_pyomo_model(form, costs_for(form, dice), "max")
    arrays = compile_arrays(concrete, form)
    assert by_our_collector(concrete, arrays, form) == by_pyomos_own_compiler(concrete)


@random_forms
@given(dice=st.randoms(use_true_random=False))
def test_variables_and_objective_are_those_of_the_form(dice: random.Random) -> None:
    form = form_of(dice)
    costs = costs_for(form, dice)
    sense: Literal["max", "min"] = dice.choice(("max", "min"))
    concrete = build_pyomo_model(form, costs, sense)
    objective: Any = concrete.objective
    assert objective.sense == {"max": pyo.maximize, "min": pyo.minimize}[sense]
    at_point = 0.0
    for column, name in enumerate(form.column_names):
        family, _, label = name.partition("[")
        variable: Any = concrete.component(family)[label[:-1]]
        assert variable.is_integer() == form.integer[column]
        bounds = (form.lower[column], form.upper[column])
        assert (variable.lb, variable.ub) == tuple(float(b) if np.isfinite(b) else None for b in bounds)
        variable.set_value(column + 1, skip_validation=True)
        at_point += costs[column] * (column + 1)
    concrete.component(NOTHING).set_value(0)
    assert pyo.value(objective) == pytest.approx(at_point)


@settings(max_examples=cases(100), deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(question=snapshots(spoilt_percent=0))
def test_a_run_is_the_same_model_in_rows_pyomo_and_arrays(question: Snapshot) -> None:
    assume(not find_problems(question))
    asked = build_question(question)
    model, first = asked.model, asked.plan.first
    form = natural_form(model)
    concrete = build_pyomo_model(form, costs_of(first.terms, model.column_count), first.sense)
    arrays = compile_arrays(concrete, form)
    assert_same(arrays, form)
    assert by_our_collector(concrete, arrays, form) == by_pyomos_own_compiler(concrete)
    n, m = model.candidate_count, len(model.synergies)
    if model.column_count == 0:
        return
    assert arrays.integer.tolist() == [column < n for column in range(model.column_count)]
    assert arrays.upper.tolist() == [1.0 if column < n + m else np.inf for column in range(model.column_count)]


def test_rows_that_share_a_label_are_numbered() -> None:
    form = ModelForm(
        matrix=sp.csr_array(np.eye(3)),
        row_lower=np.zeros(3),
        row_upper=np.ones(3),
        lower=np.zeros(3),
        upper=np.ones(3),
        integer=np.ones(3, dtype=np.bool_),
        column_names=("fund[A]", "fund[B[1]]", "fund[]"),
        row_families=("capacity_cap",) * 3,
        row_labels=("Constraints!6", "Constraints!6", "Constraints!6.2"),
    )
    concrete = build_pyomo_model(form, np.zeros(3), "min")
    assert list(concrete.component("fund")) == ["A", "B[1]", ""]
    assert list(concrete.component("capacity_cap")) == ["Constraints!6", "Constraints!6.2", "Constraints!6.2.2"]
