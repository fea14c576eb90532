"""What a search says of itself becomes what a caller is told."""

import math
from itertools import pairwise

import numpy as np
import pytest

from optcenter_pipeline.engine.objective import Stage
from optcenter_pipeline.engine.progress import Progress
from optcenter_pipeline.engine.progress_teller import ProgressTeller
from optcenter_pipeline.engine.result import StageKind
from optcenter_pipeline.rules.linear import Terms


class Told:
    """A teller with a clock that is set by hand."""

    def __init__(self, kind: StageKind = "kpi") -> None:
        self.now = 0.0
        self.progress: list[Progress] = []
        self.teller = ProgressTeller(self.progress.append, 2, lambda: self.now)
        self.teller.begin(Stage("gmv", kind, Terms((), ())))

    def at(self, now: float, value: float | None = None, bound: float | None = None, nodes: int = 0) -> None:
        self.now = now
        self.teller.state(value, bound, nodes)

    @property
    def kinds(self) -> list[str]:
        return [told.kind for told in self.progress]


def test_better_portfolios_and_bounds_are_told_with_when_they_came() -> None:
    told = Told()
    told.at(1, None, math.inf)
    told.at(2, None, 40)
    told.at(3, 30, 40, 5)
    told.at(4, 30, 36, 9)
    told.at(5, 32, 35, 12)
    assert told.kinds == ["alive", "bound", "incumbent", "bound", "incumbent"]
    first, _, _, bound, both = told.progress
    assert (first.value, first.bound, first.gap, first.best_found_at, first.bound_found_at) == (None,) * 5
    assert (bound.value, bound.bound, bound.nodes) == (30, 36, 9)
    assert bound.gap == pytest.approx(0.2)
    assert (bound.best_found_at, bound.bound_found_at) == (3, 4)
    assert (both.value, both.bound, both.best_found_at, both.bound_found_at) == (32, 35, 5, 5)


def test_what_is_minimised_gets_better_downwards() -> None:
    told = Told("economy")
    told.at(1, 30, 10)
    told.at(2, 31, 9)
    told.at(3, 30, 12)
    told.at(4, 28, 12)
    assert told.kinds == ["incumbent", "alive", "bound", "incumbent"]
    assert (told.progress[1].value, told.progress[1].bound) == (30, 10)


def test_a_search_that_begins_again_takes_nothing_back() -> None:
    told = Told()
    told.at(1, 30, 36, 50)
    told.at(2, 20, 40, 1)
    assert told.kinds == ["incumbent", "alive"]
    last = told.progress[-1]
    assert (last.value, last.bound, last.nodes, last.best_found_at) == (30, 36, 50, 1)


def test_a_solvers_own_numbers_are_numbers() -> None:
    told = Told()
    told.at(1, np.float64(30), np.float64(40))
    told.at(2, np.float64(31), np.float64(39))
    assert told.kinds == ["incumbent", "incumbent"]
    assert [type(number) for number in (told.progress[-1].value, told.progress[-1].bound)] == [float, float]


def test_signs_of_life_are_a_few_a_second() -> None:
    told = Told()
    for thousandth in range(5000):
        told.at(thousandth / 1000, 30, 36)
    assert told.kinds.count("incumbent") == 1
    assert 40 <= told.kinds.count("alive") <= 50
    assert max(later.seconds - told.seconds for told, later in pairwise(told.progress)) <= 0.11


def test_the_end_is_exact_and_keeps_when_it_was_found() -> None:
    told = Told()
    told.at(1, 1839.9999999998, 1900)
    told.now = 9
    told.teller.finish(1840.0, 1850.0, 77)
    end = told.progress[-1]
    assert (end.kind, end.value, end.bound, end.nodes) == ("finished", 1840.0, 1850.0, 77)
    assert (end.best_found_at, end.bound_found_at) == (1, 9)


def test_each_stage_begins_with_nothing() -> None:
    told = Told()
    told.at(1, 30, 36, 5)
    told.teller.begin(Stage("economy", "economy", Terms((), ())))
    told.at(2)
    last = told.progress[-1]
    assert (last.stage, last.position, last.stages) == ("economy", 2, 2)
    assert (last.value, last.bound, last.gap, last.nodes) == (None, None, None, 0)
