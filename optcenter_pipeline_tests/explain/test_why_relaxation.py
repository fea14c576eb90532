"""The relaxation with its cuts: no portfolio is lost, and more is cut off than rows alone would."""

from random import Random
from typing import Any

import highspy
import numpy as np
import pytest
from hypothesis import assume

from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.refutation import Refutation
from optcenter_pipeline.engine.row_matrix import Floats
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.validity import find_problems
from optcenter_pipeline.explain import why_relaxation as module
from optcenter_pipeline.explain.why_cuts import Added, Box, mixed_rounding
from optcenter_pipeline.explain.why_relaxation import Relaxed, TightRelaxation, with_every_portfolio
from optcenter_pipeline_tests.engine.test_brute_force import for_random
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.mid_size import mid_size
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot


def keeps(relaxation: TightRelaxation, values: Floats) -> bool:
    """Whether a point of the reduced model, in the PM's units, keeps every row and cut."""
    rows, point = relaxation._rows, values * relaxation._column_scale
    activity = rows.matrix @ point
    slack = 1e-6 * np.maximum(1.0, np.abs(activity))
    return bool(np.all((activity <= rows.upper + slack) & (activity >= rows.lower - slack)))


def keeps_every_portfolio(question: Snapshot) -> None:
    """Each has a point in the reduced model, and every row of the relaxation, cuts included, allows it."""
    assume(not find_problems(question))
    asked = build_question(question)
    allowed = brute_force.feasible(question)
    relaxation = TightRelaxation(asked)
    columns, width = relaxation.model.columns, relaxation.model.width
    count = asked.model.candidate_count
    for keys in allowed:
        point = asked.point_of(keys)
        inside = columns.project(point, width)
        assert np.array_equal(columns.restore(inside)[:count], point[:count])
        value = asked.plan.kpi_stages[0].terms.value(point)
        assert relaxation.base is None or value <= relaxation.base.bound + 1e-6
        assert keeps(relaxation, inside)


@pytest.mark.parametrize("share", range(4))
def test_no_portfolio_is_cut_off(share: int) -> None:
    for_random(keeps_every_portfolio, 660 + share, 60, spoilt_percent=0, most=9)


@pytest.mark.parametrize("seeded", range(4))
def test_cuts_close_a_good_part_of_the_gap(seeded: int, monkeypatch: pytest.MonkeyPatch) -> None:
    question = build_question(mid_size(Random(seeded)))
    relaxation = TightRelaxation(question)
    monkeypatch.setattr(module, "_MOST_ROUNDS", 0)
    without_cuts = TightRelaxation(question)
    assert relaxation.base is not None
    assert without_cuts.base is not None
    assert len(relaxation._rows.upper) > len(without_cuts._rows.upper) == relaxation.model.height
    assert relaxation.base.bound < without_cuts.base.bound


def test_what_differs_from_the_relaxation_costs_at_least_its_loss() -> None:
    question = build_question(mid_size(Random(5)))
    relaxation = TightRelaxation(question)
    base = relaxation.base
    assert base is not None
    whole = np.flatnonzero(relaxation.model.integer & (np.abs(base.values - np.round(base.values)) < 1e-9))
    assert len(whole) > 20
    for column in whole.tolist():
        other = relaxation.flipped(column, 1.0 - round(base.values[column]))
        assert isinstance(other, Refutation | Relaxed)
        assert isinstance(other, Refutation) or other.bound <= base.bound - base.losses[column] + 0.1 + 1e-6


class CallingAllInfeasible:
    """A solver that never finds an optimum, and gives a ray that proves nothing."""

    def __init__(self, honest: Any) -> None:
        self._honest = honest

    def __getattr__(self, name: str) -> Any:
        return getattr(self._honest, name)

    def getModelStatus(self) -> highspy.HighsModelStatus:  # noqa: N802
        return highspy.HighsModelStatus.kInfeasible

    def getDualRay(self) -> tuple[highspy.HighsStatus, bool, Floats]:  # noqa: N802
        return highspy.HighsStatus.kOk, True, np.ones(self._honest.getNumRow())


def test_an_infeasible_is_believed_only_with_its_proof() -> None:
    pair = [{"members": ["A", "B"], "source_rows": ["Constraints!2"]}]
    floor = [{"min_tokens": 3, "source_rows": ["Constraints!3"]}]
    rows = [candidate(key, tokens, {"gmv": tokens}) for key, tokens in (("A", 3), ("B", 2), ("C", 2))]
    question = build_question(snapshot(rows, capacity=5, exclude_pairs=pair, capacity_floors=floor))
    relaxation = TightRelaxation(question)
    with_c = int(relaxation.model.columns.representative[2])
    honest = relaxation.flipped(with_c, 1.0)
    assert isinstance(honest, Relaxed)
    assert isinstance(relaxation.flipped(with_c, 9.0), Refutation)
    relaxation._highs = CallingAllInfeasible(relaxation._highs)
    assert relaxation.flipped(with_c, 1.0) is None


def test_everybody_is_still_there() -> None:
    question = build_question(mid_size(Random(6)))
    model = with_every_portfolio(question)
    kept = model.columns.representative[: question.model.candidate_count]
    assert (kept >= 0).sum() >= question.model.candidate_count - 2


def test_a_rounding_by_hand() -> None:
    """3 x + 3 y + 3 z <= 5 over 0 and 1 says x + y + z <= 1."""
    box = Box(np.zeros(3), np.ones(3), np.ones(3, dtype=np.bool_))
    row = Added(np.array([3.0, 3.0, 3.0]), 5.0, np.zeros(0), np.zeros(0))
    found = mixed_rounding(row, box, np.array([0.4, 0.4, 0.4]))
    assert found is not None
    assert found.coefficients / found.coefficients[0] == pytest.approx([1, 1, 1])
    assert found.upper / found.coefficients[0] == pytest.approx(1)
    assert mixed_rounding(row, box, np.array([1.0, 0.0, 0.0])) is None


def test_a_rounding_with_something_continuous_by_hand() -> None:
    """x - t <= 0.5 over x in 0, 1 and t >= 0 says x <= 2 t."""
    box = Box(np.zeros(1), np.ones(1), np.ones(1, dtype=np.bool_))
    row = Added(np.array([1.0]), 0.5, np.array([-1.0]), np.array([0.0]))
    found = mixed_rounding(row, box, np.array([0.5]))
    assert found is not None
    assert (found.coefficients[0], found.upper, found.slacks[0]) == (1.0, 0.0, -2.0)
