"""Edges and equal lines, as reductions read them from rows."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from optcenter_pipeline.engine.presolve.graph import equal_lines, equal_pairs, implications
from optcenter_pipeline.engine.presolve.reduced_model import ReducedModel
from optcenter_pipeline_tests.support.reductions import small_run
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

INF = np.inf


def model_of(lines: list[list[float]], lower: list[float], upper: list[float]) -> ReducedModel:
    """Rows over as many candidates as they have coefficients."""
    plain = small_run(snapshot([candidate(f"I-{i}", 1) for i in range(len(lines[0]))])).unreduced
    origins = sp.csr_array(np.eye(len(lines)))
    matrix = sp.csr_array(np.array(lines))
    return replace(plain, matrix=matrix, row_lower=np.array(lower), row_upper=np.array(upper), row_origins=origins)


@pytest.mark.parametrize(
    ("line", "lower", "upper", "found"),
    [
        ([1, -1, 0], -INF, 0, (0, 1)),
        ([-2, 2, 0], -INF, 0, (1, 0)),
        ([0, -1, 1], 0, INF, (1, 2)),
        ([0, 3, -3], -3, 0, (1, 2)),
        ([0, 3, -3], -2, 0, None),
        ([1, -1, 0], -INF, 1, None),
        ([1, -2, 0], -INF, 0, None),
        ([1, -1, 0], 0, 0, None),
        ([1, 1, 0], -INF, 0, None),
        ([1, -1, 1], -INF, 0, None),
        ([1, -1, 0], -INF, -1e-300, None),
    ],
)
def test_a_row_is_an_implication_only_where_it_says_nothing_else(
    line: list[float], lower: float, upper: float, found: tuple[int, int] | None
) -> None:
    edges = implications(model_of([line], [lower], [upper]))
    assert list(zip(edges.first, edges.second, strict=True)) == ([found] if found else [])


def test_a_row_with_both_ends_at_zero_is_an_equality() -> None:
    model = model_of([[1, -1, 0], [0, 2, -2], [1, 0, -1], [1, 1, 0]], [0, 0, -1, 0], [0, 0, 0, 0])
    pairs = equal_pairs(model)
    assert sorted(zip(pairs.rows, pairs.first, pairs.second, strict=True)) == [(0, 0, 1), (1, 1, 2)]


def lines(*entries: list[int]) -> tuple[np.ndarray, np.ndarray]:
    starts = np.cumsum([0, *(len(line) for line in entries)])
    return starts, np.array([entry for line in entries for entry in line], dtype=np.int64)


def test_a_line_is_led_by_the_first_with_its_entries() -> None:
    starts, entries = lines([1, 2], [], [1, 2, 3], [1, 2], [], [3, 4], [1, 2, 3], [1, 2])
    everywhere = np.ones(8, dtype=np.bool_)
    assert equal_lines(starts, entries, None, everywhere).tolist() == [0, 1, 2, 0, 4, 5, 2, 0]
    everywhere[0] = False
    assert equal_lines(starts, entries, None, everywhere).tolist() == [0, 1, 2, 3, 4, 5, 2, 3]


def test_values_beside_the_entries_count() -> None:
    starts, entries = lines([1, 2], [1, 2], [1, 2])
    values = np.array([1.0, 0.5, 1.0, 0.5 + 1e-17, 1.0, 0.5 + 1e-9])
    assert equal_lines(starts, entries, values, np.ones(3, dtype=np.bool_)).tolist() == [0, 0, 2]


def test_lines_whose_hashes_meet_are_still_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optcenter_pipeline.engine.presolve.graph._mixed", lambda keys: keys * np.uint64(0))
    starts, entries = lines([1, 2], [3, 4], [1, 2], [1, 2, 3])
    assert equal_lines(starts, entries, None, np.ones(4, dtype=np.bool_)).tolist() == [0, 1, 0, 3]
