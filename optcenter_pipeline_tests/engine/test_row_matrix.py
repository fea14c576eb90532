"""The rows as one matrix: the same numbers, and the same verdict on every point as adding up exactly."""

import math
import random

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from optcenter_pipeline.engine.linear_model import LinearModel, broken_rows, holds, row_tolerance
from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.row_matrix import row_matrix, terms_arrays
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.validity import find_problems
from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, Terms
from optcenter_pipeline.rules.portfolio import Candidate
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.snapshots import snapshots

_QUIET = list(HealthCheck)


@settings(max_examples=cases(150), deadline=None, database=None, suppress_health_check=_QUIET)
@given(question=snapshots(spoilt_percent=0))
def test_the_matrix_holds_every_row(question: Snapshot) -> None:
    assume(not find_problems(question))
    model = build_question(question).model
    rows = model.row_matrix
    assert rows.matrix.shape == (len(model.rows), model.column_count)
    assert rows.matrix.nnz == model.nonzero_count == sum(len(row.terms.columns) for row in model.rows)
    for number, row in enumerate(model.rows):
        entries = slice(rows.matrix.indptr[number], rows.matrix.indptr[number + 1])
        assert tuple(rows.matrix.indices[entries]) == row.terms.columns
        assert tuple(rows.matrix.data[entries]) == row.terms.coefficients
        assert (rows.lower[number], rows.upper[number]) == (row.lower, row.upper)
        assert 1e-9 * rows.magnitudes[number] == row_tolerance(row)


@settings(max_examples=cases(150), deadline=None, database=None, suppress_health_check=_QUIET)
@given(question=snapshots(spoilt_percent=0), dice=st.randoms(use_true_random=False))
def test_a_model_breaks_the_rows_that_break_one_by_one(question: Snapshot, dice: random.Random) -> None:
    assume(not find_problems(question))
    model = build_question(question).model
    for _ in range(8):
        point = model.point([dice.random() < 0.4 for _ in range(model.candidate_count)])
        assert broken_rows(model, point) == tuple(row for row in model.rows if not holds(row, point))


def model_of(rows: list[LinearRow], columns: int) -> LinearModel:
    """A model of plain columns."""
    keys = tuple(Candidate(initiative_key=f"I{column}", engineering_tokens=1.0) for column in range(columns))
    return LinearModel(PoolColumns(keys), tuple(rows))


@settings(max_examples=cases(200), deadline=None, database=None, suppress_health_check=_QUIET)
@given(dice=st.randoms(use_true_random=False))
def test_bounds_at_the_edge_of_rounding_are_judged_exactly(dice: random.Random) -> None:
    """Limits within a few units in the last place of what is still allowed, after sums that cancel."""
    count = dice.randint(1, 60)
    size = 10.0 ** dice.randint(-6, 14)
    amounts = [dice.choice((-1, 1)) * dice.uniform(0.1, 1.0) * size * dice.choice((1, 1e-9)) for _ in range(count)]
    point = tuple(float(dice.random() < 0.7) for _ in range(count))
    terms = Terms(tuple(range(count)), tuple(amounts))
    value = terms.value(point)
    slack = row_tolerance(LinearRow("cap", terms, (), ""))
    rows = []
    for edge in (value - slack, value + slack, value):
        limit = edge
        for _ in range(dice.randint(0, 3)):
            limit = math.nextafter(limit, dice.choice((-math.inf, math.inf)))
        rows.append(LinearRow("cap", terms, (), "", upper=limit))
        rows.append(LinearRow("floor", terms, (), "", lower=limit))
    model = model_of(rows, count)
    assert broken_rows(model, point) == tuple(row for row in rows if not holds(row, point))


def test_rows_without_terms_are_judged_too() -> None:
    empty = Terms((), ())
    rows = [LinearRow("floor", empty, (), "", lower=5.0), LinearRow("cap", empty, (), "", upper=5.0)]
    assert broken_rows(model_of(rows, 2), (1.0, 0.0)) == (rows[0],)
    assert broken_rows(model_of([], 2), (1.0, 0.0)) == ()
    assert row_matrix((), 0).largest.shape == (0,)


def test_an_expression_as_arrays() -> None:
    columns, coefficients = terms_arrays(Terms((4, 1), (2.5, -1.0)))
    assert (columns.dtype.name, coefficients.dtype.name) == ("int32", "float64")
    assert (columns.tolist(), coefficients.tolist()) == ([4, 1], [2.5, -1.0])
