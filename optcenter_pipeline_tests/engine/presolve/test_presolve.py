"""All reductions together."""

import numpy as np
import pytest

from optcenter_pipeline.engine.presolve.presolve import presolve, reduced
from optcenter_pipeline.engine.presolve.reduced_model import ColumnMap, ReducedModel
from optcenter_pipeline_tests.engine.presolve.test_cost_only_columns import earning, pays
from optcenter_pipeline_tests.engine.presolve.test_transitive_edges import needs
from optcenter_pipeline_tests.support.mixed_stages import is_solved_as_counted
from optcenter_pipeline_tests.support.reductions import CASES, SmallRun, for_random_runs, is_right


@pytest.mark.parametrize("tolerance", [0.0, 0.3])
def test_a_portfolio_as_good_stays_for_every_one_and_is_found(tolerance: float) -> None:
    def right(run: SmallRun) -> None:
        is_solved_as_counted(run, is_right(run, reduced), tolerance)

    for_random_runs(right, 80 + int(10 * tolerance), CASES // 2)


def test_what_is_reduced_may_be_reduced_again() -> None:
    def right(run: SmallRun) -> None:
        is_solved_as_counted(run, is_right(run, lambda model: reduced(reduced(model))), 0.0)

    for_random_runs(right, 90, CASES // 3)


def test_the_same_model_is_reduced_in_the_same_way() -> None:
    def same(run: SmallRun) -> None:
        one, other = (presolve(run.model, run.plan) for _ in range(2))
        for field in ("row_lower", "row_upper", "lower", "upper", "integer", "benefits", "offsets"):
            assert np.array_equal(getattr(one, field), getattr(other, field))
        assert (one.matrix != other.matrix).nnz == 0

    for_random_runs(same, 91, CASES // 6)


def test_requirements_become_their_customers_costs() -> None:
    """Customers 0 1 2, 1 2 3 and 4: requirement 0 and 3 are their customers' own, 1 and 2 are needed together."""
    run = earning(4, synergy_bonuses=[pays(0, 1, 2), pays(1, 2, 3)])
    model = is_right(run, reduced)
    assert model.columns.representative.tolist() == [0, 1, 1, 2, 3, -1, 0, 2]
    assert model.integer.tolist() == [True, False, True, True]


def fixed_at_zero(model: ReducedModel) -> ReducedModel:
    numbers = np.arange(model.width) - 1
    return model.substituted(ColumnMap(numbers, np.zeros(model.width))) if model.width else model


def without_a_row(model: ReducedModel) -> ReducedModel:
    return model.with_rows(np.arange(model.height) > 0)


@pytest.mark.parametrize("wrong", [fixed_at_zero, without_a_row])
def test_what_is_no_reduction_is_found_out(wrong: object) -> None:
    run = earning(0, 1, 2, prerequisites=needs((0, 1)))
    with pytest.raises(AssertionError):
        is_right(run, wrong)  # type: ignore[arg-type]
