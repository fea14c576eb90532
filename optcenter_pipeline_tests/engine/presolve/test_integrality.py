"""Candidates that only cost need not be whole numbers, and are still read as funded or not."""

import numpy as np
import pytest

from optcenter_pipeline.engine.presolve.integrality import Settling, integrality
from optcenter_pipeline.engine.presolve.reduced_model import ReducedModel
from optcenter_pipeline_tests.engine.presolve.test_cost_only_columns import earning, pays
from optcenter_pipeline_tests.engine.presolve.test_transitive_edges import needs
from optcenter_pipeline_tests.support.mixed_stages import is_solved_as_counted
from optcenter_pipeline_tests.support.reductions import CASES, SmallRun, for_random_runs, is_right


@pytest.mark.parametrize("tolerance", [0.0, 0.3])
def test_the_mixed_model_has_the_same_best_in_every_stage(tolerance: float) -> None:
    def right(run: SmallRun) -> None:
        is_solved_as_counted(run, is_right(run, integrality), tolerance)

    for_random_runs(right, 60 + int(10 * tolerance), CASES // 2)


def whole(model: ReducedModel) -> list[int]:
    return np.flatnonzero(model.integer).tolist()


def test_requirements_are_freed_and_bonuses_made_whole() -> None:
    run = earning(0, size=4, synergy_bonuses=[pays(0, 1, 2), pays(1, 2, 3)])
    assert whole(is_right(run, integrality)) == [0, 4, 5]


def test_not_where_there_are_more_bonuses_than_requirements() -> None:
    bonuses = [pays(0, 1), pays(0, 2), pays(0, 1, 2)]
    run = earning(1, 2, size=5, prerequisites=needs((1, 3), (2, 4)), synergy_bonuses=bonuses)
    assert whole(is_right(run, integrality)) == [0, 1, 2]


def test_what_a_freed_requirement_needs_stays_whole() -> None:
    run = earning(0, size=3, prerequisites=needs((0, 1), (1, 2)))
    reduced = is_right(run, integrality)
    assert whole(reduced) == [0, 2]
    settling = Settling.of(reduced)
    assert settling.settled(np.array([1.0 - 1e-7, 0.9, 0.95])).tolist() == [1, 1, 1]
    assert settling.settled(np.array([1e-7, 0.9, 1e-7])).tolist() == [0, 0, 0]


def test_what_earns_or_is_asked_for_stays_whole() -> None:
    floor = {"dimension": "all", "dimension_key": "all", "min_tokens": 2}
    for run in (earning(0, 1, size=2), earning(0, size=2, capacity_floors=[floor])):
        assert integrality(run.unreduced) is run.unreduced


def test_settling_leaves_mixed_columns_as_they_are() -> None:
    run = earning(0, 1, size=2, synergy_bonuses=[pays(0, 1)])
    point = np.array([1.0, 0.0, 0.25])
    assert Settling.of(run.unreduced).settled(point).tolist() == [1.0, 0.0, 0.25]
