"""Pairs that exclude each other become rows of many."""

from itertools import combinations

import numpy as np
import pytest

from optcenter_pipeline.engine.presolve.cliques import cliques
from optcenter_pipeline_tests.engine.presolve.test_graph import INF, model_of
from optcenter_pipeline_tests.support.reductions import SmallRun, for_random_runs, is_right, small_run
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot


def excluding(size: int, pairs: list[tuple[int, int]]) -> SmallRun:
    rules = [{"members": [f"I-{a}", f"I-{b}"], "source_rows": [f"Constraints!{a}{b}"]} for a, b in pairs]
    rows = [candidate(f"I-{i}", i + 1.0, {"gmv": 3.0}) for i in range(size)]
    return small_run(snapshot(rows, exclude_pairs=rules))


def members(run: SmallRun) -> list[list[int]]:
    """Columns of each row but the capacity's."""
    return [line.nonzero()[0].tolist() for line in is_right(run, cliques).matrix.toarray()[1:]]


def test_every_portfolio_stays() -> None:
    def right(run: SmallRun) -> None:
        is_right(run, cliques)

    for_random_runs(right, 70)


def test_three_that_exclude_each_other_share_a_row_with_the_origins_of_all_pairs() -> None:
    run = excluding(4, [(0, 1), (1, 3), (0, 3), (2, 3)])
    assert members(run) == [[2, 3], [0, 1, 3]]
    origins = cliques(run.unreduced).row_origins.toarray()
    assert [line.nonzero()[0].tolist() for line in origins] == [[0], [4], [1, 2, 3]]


@pytest.mark.parametrize("size", [2, 3, 6])
def test_all_pairs_of_a_group_are_one_row(size: int) -> None:
    run = excluding(size, list(combinations(range(size), 2)))
    assert members(run) == [list(range(size))]


def test_pairs_without_a_triangle_stay() -> None:
    run = excluding(4, [(0, 1), (1, 2), (2, 3), (0, 3)])
    assert cliques(run.unreduced) is run.unreduced


def test_a_row_of_many_grows_and_swallows_what_lies_in_it() -> None:
    model = model_of(
        [[1, 1, 1, 0], [-2, 0, 0, -2], [0, 2, 0, 2], [0, 0, 1, 1]], [0, -3, -INF, -INF], [1, 9, 2, 1.5]
    )
    reduced = cliques(model)
    assert (reduced.matrix.toarray().tolist(), reduced.row_upper.tolist()) == ([[1, 1, 1, 1]], [1])
    assert np.flatnonzero(reduced.row_origins.toarray()[0]).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("line", "lower", "upper"),
    [([0, 1, 1], -INF, 2), ([0, 1, 2], -INF, 2), ([0, 1, 1], 1, 1), ([0, 1, -1], -INF, 1), ([0, 2, 2], -INF, 1)],
)
def test_what_is_no_packing_gives_no_clique(line: list[float], lower: float, upper: float) -> None:
    model = model_of([[1, 1, 0], [1, 0, 1], line], [-INF, -INF, lower], [1, 1, upper])
    assert cliques(model) is model
