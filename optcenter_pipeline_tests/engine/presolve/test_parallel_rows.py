"""Rows that say the same of the same columns become one."""

import numpy as np
import pytest

from optcenter_pipeline.engine.presolve.parallel_rows import parallel_rows
from optcenter_pipeline_tests.engine.presolve.test_graph import INF, model_of
from optcenter_pipeline_tests.support.reductions import SmallRun, for_random_runs, is_right


def test_every_portfolio_stays() -> None:
    def right(run: SmallRun) -> None:
        is_right(run, parallel_rows)

    for_random_runs(right, 30)


def test_the_tightest_bounds_and_all_origins_stay() -> None:
    model = model_of(
        [[1, 2, 0], [0, 1, 1], [2, 4, 0], [-1, -2, 0], [1, 2, 0.5]], [-INF, 0, 1, -1.75, 0], [2, 1, 5, INF, 9]
    )
    reduced = parallel_rows(model)
    assert reduced.matrix.toarray().tolist() == [[1, 2, 0], [0, 1, 1], [1, 2, 0.5]]
    assert (reduced.row_lower.tolist(), reduced.row_upper.tolist()) == ([0.5, 0, 0], [1.75, 1, 9])
    assert [np.flatnonzero(line).tolist() for line in reduced.row_origins.toarray()] == [[0, 2, 3], [1], [4]]


@pytest.mark.parametrize("other", [[1, 2.0000001, 0], [1, 0, 2], [1, 2, 1e-9]])
def test_nearly_the_same_is_not_the_same(other: list[float]) -> None:
    model = model_of([[1, 2, 0], other], [-INF, -INF], [2, 1])
    assert parallel_rows(model) is model


def test_rows_that_clash_stay_both_for_the_solver_to_see() -> None:
    model = model_of([[1, 2, 0], [2, 4, 0], [1, 2, 0], [0, 0, 1], [0, 0, 1]], [-INF, 6, 0, 0, 0], [2, INF, 2, 1, 1])
    reduced = parallel_rows(model)
    assert reduced.matrix.toarray().tolist() == [[1, 2, 0], [2, 4, 0], [1, 2, 0], [0, 0, 1]]
    assert (reduced.row_lower <= reduced.row_upper).all()
