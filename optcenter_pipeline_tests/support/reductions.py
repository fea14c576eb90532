"""What a reduction of a model may do, and may not: every portfolio of a small run is looked at, before and after.

A reduction is right when (1) each portfolio that it leaves is one of the run, and is worth at least what the
reduced model says in every stage; (2) for each portfolio of the run, one that is no worse in every stage at once
is left. (2) is more than keeping one best portfolio: it is what holds with tolerances, second passes and runs that
end early need.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from optcenter_pipeline.engine.linear_model import ARITHMETIC_TOLERANCE, LinearModel
from optcenter_pipeline.engine.objective import Plan
from optcenter_pipeline.engine.presolve.reduced_model import SHORTFALL, ReducedModel, stage_list, unreduced
from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.row_matrix import Bools, Floats
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.random_runs import random_run
from optcenter_pipeline_tests.support.snapshots import snapshots

CASES = cases(150)
"""Random runs that each reduction is put to, over both kinds."""

_NEAR = 1e-6
"""Random numbers have two decimals: what differs by less than this, relative to its size, is equal."""

Reduction = Callable[[ReducedModel], ReducedModel]


@dataclass(frozen=True)
class SmallRun:
    """A run whose portfolios can be counted."""

    model: LinearModel
    plan: Plan

    @cached_property
    def unreduced(self) -> ReducedModel:
        """The run's whole model."""
        return unreduced(self.model, self.plan)

    @cached_property
    def points(self) -> Floats:
        """The exact point of every choice of candidates; choice b funds candidate i where bit i of b is set."""
        n = self.model.candidate_count
        x = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
        y = [x[:, list(members)].all(axis=1) for members in self.model.synergy_members]
        effect = np.column_stack([x, *y]).astype(np.float64)
        shortfalls = [
            np.maximum(0.0, goal.required - effect[:, list(terms.columns)] @ np.array(terms.coefficients))
            for goal, terms in zip(self.model.goals, self.model.goal_terms, strict=True)
        ]
        return np.column_stack([effect, *shortfalls])

    @cached_property
    def feasible(self) -> Bools:
        """Whether a choice keeps every row, by the rules' tolerance. Shape (choices,)."""
        rows = self.model.row_matrix
        activity = self.points @ rows.matrix.toarray().T
        slack = ARITHMETIC_TOLERANCE * rows.magnitudes
        return np.asarray(((activity >= rows.lower - slack) & (activity <= rows.upper + slack)).all(axis=1))

    @cached_property
    def worth(self) -> Floats:
        """What a choice gives in every stage, more is better. Shape (choices, stages)."""
        worth = [
            (1.0 if stage.sense == "max" else -1.0)
            * (self.points[:, list(stage.terms.columns)] @ np.array(stage.terms.coefficients))
            for stage in stage_list(self.plan)
        ]
        return np.column_stack(worth)


@dataclass(frozen=True)
class Kept:
    """What a reduced model leaves: one line for each of its points that keep its rows."""

    points: Floats
    """In the reduced columns; shortfalls as small as the rows let them be. Shape (points, columns)."""
    choices: Floats
    """The run's columns of each point. Shape (points, columns of the run)."""
    claims: Floats
    """What the reduced model says that the point gives in every stage. Shape (points, stages)."""


def kept_by(model: ReducedModel) -> Kept:
    """Every point of a reduced model in which candidates and synergies are 0 or 1."""
    shortfall = model.families == SHORTFALL
    grid = np.zeros((1, model.width))
    for column in np.flatnonzero(~shortfall).tolist():
        low, high = model.lower[column] - _NEAR, model.upper[column] + _NEAR
        allowed = [_with(grid, column, value) for value in (0.0, 1.0) if low <= value <= high]
        grid = np.concatenate(allowed) if allowed else grid[:0]
    matrix = model.matrix.toarray()
    for column in np.flatnonzero(shortfall).tolist():
        grid[:, column] = _least(model, matrix, grid, column)
    activity = grid @ matrix.T
    slack = _slacks(model)
    kept = ((activity >= model.row_lower - slack) & (activity <= model.row_upper + slack)).all(axis=1)
    kept &= (grid <= model.upper + _NEAR).all(axis=1)
    points = grid[kept]
    choices = np.array([model.columns.restore(point) for point in points])
    return Kept(
        points, choices.reshape(len(points), len(model.columns.constant)), points @ model.benefits.T + model.offsets
    )


def _with(grid: Floats, column: int, value: float) -> Floats:
    grid = grid.copy()
    grid[:, column] = value
    return grid


def _least(model: ReducedModel, matrix: Floats, grid: Floats, column: int) -> Floats:
    """The least value of a shortfall column that its rows allow; each of them has no other shortfall."""
    least = np.full(len(grid), model.lower[column])
    for row in np.flatnonzero(matrix[:, column]):
        coefficient = matrix[row, column]
        others = grid @ matrix[row] - grid[:, column] * coefficient
        bound = model.row_lower[row] if coefficient > 0 else model.row_upper[row]
        if np.isfinite(bound):
            least = np.maximum(least, (bound - others) / coefficient)
    return least


def _slacks(model: ReducedModel) -> Floats:
    """What arithmetic may miss a reduced row by; constants that it has absorbed leave no trace, so 1 counts."""
    numbers = np.column_stack([np.abs(model.matrix.toarray()), np.abs(model.row_lower), np.abs(model.row_upper)])
    largest = np.where(np.isfinite(numbers), numbers, 0.0).max(axis=1, initial=1.0)
    return np.asarray(ARITHMETIC_TOLERANCE * largest)


def is_right(run: SmallRun, reduction: Reduction) -> ReducedModel:
    """Assert that a reduction of the run's whole model is right, see the top; the reduced model, to look at."""
    reduced = reduction(run.unreduced)
    leaves_no_better_portfolio_out(run, reduced)
    return reduced


def leaves_no_better_portfolio_out(run: SmallRun, reduced: ReducedModel) -> None:
    """Assert that a reduced model is right for the run, see the top."""
    kept, n = kept_by(reduced), run.model.candidate_count
    x = kept.choices[:, :n]
    funded = x > 0.5
    assert (np.abs(x - funded) <= _NEAR).all(), "a candidate is neither funded nor not"
    numbers = funded @ (1 << np.arange(n))
    assert run.feasible[numbers].all(), f"a portfolio breaks a rule: {funded[~run.feasible[numbers]][0]}"
    worth = run.worth[numbers]
    assert (kept.claims <= worth + _near(worth)).all(), "a portfolio gives less than the reduced model says"
    for best in _best_at_once(run.worth[run.feasible]):
        as_good = (kept.claims >= best - _near(best)).all(axis=1)
        assert as_good.any(), f"nothing is left that gives {best} in the stages"


def _near(values: Floats) -> Floats:
    return _NEAR * np.maximum(1.0, np.abs(values))


def _best_at_once(worth: Floats) -> Floats:
    """The lines that no other line is as good as in every stage."""
    lines = np.unique(worth, axis=0)[::-1]
    best: list[Floats] = []
    for line in lines:
        if not any((other >= line).all() for other in best):
            best.append(line)
    return np.array(best).reshape(len(best), worth.shape[1])


def for_random_runs(test: Callable[[SmallRun], None], seeded: int, examples: int = CASES) -> None:
    """Put random runs to a test, a quarter of snapshots, the rest rich in what reductions look for.

    Args:
        test: raises where something is wrong.
        seeded: a number of the test's own.
        examples: how many runs.
    """

    def put(runs: st.SearchStrategy[SmallRun], count: int) -> None:
        @seed(seeded)
        @settings(max_examples=max(count, 1), deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(run=runs)
        def run_one(run: SmallRun) -> None:
            test(run)

        run_one()

    put(st.randoms(use_true_random=True).map(lambda dice: SmallRun(*random_run(dice))), examples - examples // 4)
    put(snapshots(spoilt_percent=0, most=7).map(small_run), examples // 4)


def small_run(snapshot: Snapshot) -> SmallRun:
    """A snapshot as a run that can be counted."""
    question = build_question(snapshot)
    return SmallRun(question.model, question.plan)
