"""Numbers of every size in one model: each reduction against the exact recheck, to the last digit."""

import math
from itertools import product
from random import Random

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from optcenter_pipeline.engine.linear_model import LinearModel, Point, holds
from optcenter_pipeline.engine.objective import Plan
from optcenter_pipeline.engine.presolve.closure_bounds import closure_bounds
from optcenter_pipeline.engine.presolve.dominated_columns import dominated_columns
from optcenter_pipeline.engine.presolve.fixings import fixings
from optcenter_pipeline.engine.presolve.presolve import reduced
from optcenter_pipeline.engine.presolve.reduced_model import SHORTFALL, ReducedModel, stage_list, unreduced
from optcenter_pipeline.engine.presolve.row_tightening import row_tightening
from optcenter_pipeline_tests.support.mixed_numbers import mixed_run
from optcenter_pipeline_tests.support.reductions import CASES, Reduction

_ALL_OF_IT = 1 + 1e-6
"""Of a slack: constants that were taken out of a row have been rounded once."""


def all_of_these(model: ReducedModel) -> ReducedModel:
    for _ in range(3):
        for reduction in (fixings, row_tightening, closure_bounds, dominated_columns):
            model = reduction(model)
    return model


@pytest.mark.parametrize(
    ("reduction", "seeded"),
    [
        (fixings, 1),
        (row_tightening, 2),
        (closure_bounds, 3),
        (dominated_columns, 4),
        (all_of_these, 5),
        (reduced, 6),
    ],
    ids=["fixings", "row_tightening", "closure_bounds", "dominated_columns", "all of these", "all"],
)
def test_no_accepted_portfolio_is_lost_and_no_other_one_kept(reduction: Reduction, seeded: int) -> None:
    @seed(3000 + seeded)
    @settings(max_examples=CASES // 3, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(dice=st.randoms(use_true_random=False))
    def put(dice: Random) -> None:
        model, plan = mixed_run(dice)
        is_exact(model, plan, reduction(unreduced(model, plan)))

    put()


def is_exact(model: LinearModel, plan: Plan, reduced: ReducedModel) -> None:
    """Assert what the test says, by sums that are rounded once.

    What keeps the reduced rows as they stand keeps the run's rows. For each portfolio of the run one that is
    no worse in any stage, to the last digit, keeps the reduced rows within what the run's rows are granted.
    """
    accepted = [
        point
        for choice in product((False, True), repeat=model.candidate_count)
        if all(holds(row, point := model.point(choice)) for row in model.rows)
    ]
    strict = portfolios(model, reduced, 0.0)
    assert not [point for point in strict if not all(holds(row, point) for row in model.rows)]
    left = {worth(plan, point) for point in portfolios(model, reduced, _ALL_OF_IT)}
    for best in {worth(plan, point) for point in accepted}:
        assert any(all(a >= b for a, b in zip(other, best, strict=True)) for other in left), best


def worth(plan: Plan, point: Point) -> tuple[float, ...]:
    return tuple((1.0 if stage.sense == "max" else -1.0) * stage.terms.value(point) for stage in stage_list(plan))


def portfolios(model: LinearModel, reduced: ReducedModel, share: float) -> list[Point]:
    """The run's points of all whole points that keep the reduced rows within a share of their slacks."""
    slacks = (share * reduced.row_slacks[1]).tolist()
    lines = [
        (list(zip(line.indices.tolist(), line.data.tolist(), strict=True)), lower - slack, upper + slack)
        for line, lower, upper, slack in zip(
            (reduced.matrix[[row]] for row in range(reduced.height)),
            reduced.row_lower.tolist(),
            reduced.row_upper.tolist(),
            slacks,
            strict=True,
        )
    ]
    found = []
    ranges = [(reduced.lower[j],) if reduced.families[j] == SHORTFALL else (0.0, 1.0) for j in range(reduced.width)]
    free = {j for j in range(reduced.width) if reduced.families[j] == SHORTFALL}
    for z in product(*ranges):
        if all(keeps(line, lower, upper, z, free) for line, lower, upper in lines):
            restored = reduced.columns.restore(reduced.lower * 0 + z)[: model.candidate_count]
            found.append(model.point([value > 0.5 for value in restored]))
    return found


def keeps(line: list[tuple[int, float]], lower: float, upper: float, z: tuple[float, ...], free: set[int]) -> bool:
    """A shortfall makes up for whatever is missing."""
    value = math.fsum(coefficient * z[column] for column, coefficient in line)
    lifted = any(column in free and coefficient > 0 for column, coefficient in line)
    sunk = any(column in free and coefficient < 0 for column, coefficient in line)
    return (lifted or value >= lower) and (sunk or value <= upper)
