"""What the solver nearly proves is not told as proven: constants, tiny fractions of large numbers."""

from typing import Any

import numpy as np
import pytest

from optcenter_pipeline.engine import Snapshot, solve
from optcenter_pipeline.engine.checker import check
from optcenter_pipeline.engine.granularity import granularity, rounded_bound
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot


def with_options(question: Snapshot, **options: Any) -> Snapshot:
    return question.model_copy(update={"solver": SolverOptions(**options)})


def knapsack_with(burden: float, size: int = 60) -> Snapshot:
    """A knapsack, and a mandatory candidate that takes `burden` of the KPI away."""
    rows = [candidate(f"I-{i:03d}", 7 + (i * 37) % 41, {"gmv": 9 + (i * 53) % 47}) for i in range(size)]
    rows.append(candidate("Z-BURDEN", 1, {"gmv": -burden}))
    return snapshot(
        rows, capacity=400, mandatory=[{"initiative_key": "Z-BURDEN", "source_rows": ["Constraints!2"]}]
    )


@pytest.mark.parametrize("burden", [0.0, 600.0, 680.0])
@pytest.mark.parametrize("gap", [0.03, 0.1])
def test_a_gap_is_one_of_the_whole_value(burden: float, gap: float) -> None:
    question = with_options(knapsack_with(burden), mip_gap=gap)
    result = solve(question)
    first = result.objective.stages[0]
    best = solve(with_options(question, mip_gap=0.0)).objective.stages[0].value
    assert first.proven
    assert first.bound >= best - 1e-6
    assert first.bound - first.value <= gap * abs(first.value) + 1e-6
    assert check(question, result) == ()


@pytest.mark.parametrize("constant", [0.0, -1.2e9])
def test_a_tiny_fraction_of_a_large_number_is_not_rounded_away(constant: float) -> None:
    """A column at 5e-7 in the relaxation is no column at 0 where it brings 9e8."""
    rows = [
        candidate("BIG", 1e6, {"gmv": 9e8}),
        candidate("A", 0.5, {"gmv": 400.0}),
        candidate("B", 0.4, {"gmv": 3.0}),
    ]
    mandatory = []
    if constant:
        rows.append(candidate("Z", 0.1, {"gmv": constant}))
        mandatory = [{"initiative_key": "Z", "source_rows": ["Constraints!2"]}]
    question = with_options(snapshot(rows, capacity=1.0, mandatory=mandatory), mip_gap=0.0)
    result = solve(question)
    answer = brute_force.solve(question)
    assert result.objective.stages[0].value == pytest.approx(answer.stages[0].value)
    assert check(question, result) == ()


def test_a_step_is_exact() -> None:
    assert granularity(np.array([0.2, 0.3, -0.5])) == 0.1
    assert granularity(np.array([4.0, 6.0, 0.0])) == 2.0
    assert granularity(np.array([1000000.0005, -999999.9995])) != 1e6
    assert granularity(np.array([1 / 3, 2 / 3])) == 0.0
    assert granularity(np.array([])) == 0.0


def test_a_bound_is_rounded_to_what_it_allows() -> None:
    assert rounded_bound(7.9, 1.0, maximise=True, resolution=1e-6) == 7
    assert rounded_bound(7.9999999, 1.0, maximise=True, resolution=1e-6) == 8
    assert rounded_bound(7.1, 2.0, maximise=False, resolution=1e-6) == 8
    assert rounded_bound(7.9, 0.0, maximise=True, resolution=1e-6) == 7.9
    assert rounded_bound(7.9, 1.0, maximise=True, resolution=0.6) == 7.9
