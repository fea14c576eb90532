"""A run's linear relaxation by its first KPI stage, with cuts: solved again and again, one candidate fixed.

Presolve's reductions by dominance speak of the best portfolio, not of the best one that funds (or leaves out) a
given candidate. So the plan gets two stages more that want opposite sums of the candidates, no two of which are
alike: whatever is no worse in every stage at once is then the same portfolio, and presolve keeps every one.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np

from optcenter_pipeline.engine.arrays import ModelArrays, scaled
from optcenter_pipeline.engine.granularity import granularity, rounded_bound
from optcenter_pipeline.engine.highs import SolverError
from optcenter_pipeline.engine.presolve.presolve import reduced
from optcenter_pipeline.engine.presolve.reduced_model import SHORTFALL, ReducedModel, unreduced
from optcenter_pipeline.engine.question import Question
from optcenter_pipeline.engine.refutation import Refutation, refutation
from optcenter_pipeline.engine.row_matrix import Floats
from optcenter_pipeline.explain.why_cuts import Added, Box, mixed_rounding
from optcenter_pipeline.explain.why_separation import Cut, Rows, deepest

_SOLVED = highspy.HighsModelStatus.kOptimal
_INFEASIBLE = highspy.HighsModelStatus.kInfeasible
_TOLERANCE = 1e-6
_DUAL_SIMPLEX = 1
_MOST_ROUNDS = 20
_LEAST_PROGRESS = 1e-3
"""Of all that the rounds before have gained: a round that gains less is the last."""
_AWAY = 0.05
_MOST_WEIGHTS = 400
_WEIGHT = 1e-7


@dataclass(frozen=True, slots=True)
class Relaxed:
    """An optimum of the relaxation, in the PM's units."""

    bound: float
    """What no portfolio can beat in the first KPI stage."""
    optimum: float
    """Of the relaxation itself, from which `losses` count: the bound may lie below it, at a step."""
    values: Floats
    """Of the reduced columns. Shape (columns,)."""
    losses: Floats
    """What the optimum loses at least by one unit of a column away from its value. Shape (columns,)."""


def with_every_portfolio(question: Question) -> ReducedModel:
    """The question's model, reduced by what holds for every portfolio, the best or not.

    Returns:
        The reduced model; behind the lines of `benefits` of the question's stages stand two more.
    """
    whole = unreduced(question.model, question.plan)
    count = question.model.candidate_count
    unlike = np.zeros(whole.width)
    unlike[:count] = np.random.default_rng(0).uniform(1.0, 2.0, count)
    benefits = np.vstack([whole.benefits, unlike, -unlike])
    return reduced(replace(whole, benefits=benefits, offsets=np.concatenate([whole.offsets, [0.0, 0.0]])))


class TightRelaxation:
    """The relaxation of a question by its first KPI stage.

    Args:
        question: the run.

    Raises:
        SolverError: the solver refused the model.
    """

    def __init__(self, question: Question) -> None:
        self._stage = question.plan.kpi_stages[0]
        model = self.model = with_every_portfolio(question)
        slacks = model.row_slacks[1]
        arrays = ModelArrays(
            model.matrix,
            model.row_lower - slacks,
            model.row_upper + slacks,
            model.lower,
            model.upper,
            model.integer,
        )
        relaxed = scaled(arrays, model.families == SHORTFALL)
        line = next(line for line, stage in enumerate(question.plan.stages) if stage is self._stage)
        benefits, self._offset = model.objective(line)
        costs, self._cost_scale = relaxed.costs(benefits)
        self._column_scale = relaxed.column_scale
        self._box = Box(relaxed.arrays.lower, relaxed.arrays.upper, model.integer)
        self._rows = Rows(relaxed.arrays.matrix, relaxed.arrays.row_lower, relaxed.arrays.row_upper)
        self._own_rows = model.height
        self._step = granularity(np.asarray((*self._stage.terms.coefficients, self._stage.terms.constant)))
        self._highs: Any = _handle(relaxed.arrays, costs)
        self._run()
        self.base = self._read()
        """The optimum with nobody the other way; None where the solver gives none."""
        if self.base is not None:
            self._tighten()
        self._basis = self._highs.getBasis()

    def resolution(self, bound: float) -> float:
        """What the solver's tolerance amounts to in the stage's unit."""
        return _TOLERANCE / self._cost_scale + 1e-9 * abs(bound)

    def flipped(self, column: int, value: float) -> Relaxed | Refutation | None:
        """The relaxation where a reduced column has a value, 0 or 1.

        Returns:
            The optimum; or a proof, checked by arithmetic, that no portfolio has it so; None where neither came
            about.

        Raises:
            SolverError: the solver refused a change.
        """
        self._checked(self._highs.changeColBounds(column, value, value), "fixing a column")
        self._checked(self._highs.setBasis(self._basis), "passing a basis")
        self._run()
        if self._highs.getModelStatus() != _SOLVED:  # asked again from nothing: a basis far away may mislead
            self._highs.clearSolver()
            self._run()
        found = self._read() or self._refuted(column, value)
        lower, upper = self._box.lower[column], self._box.upper[column]
        self._checked(self._highs.changeColBounds(column, lower, upper), "freeing a column")
        return found

    def _refuted(self, column: int, value: float) -> Refutation | None:
        """The solver's `infeasible` as a proof; None where it says something else, or its ray proves nothing."""
        if self._highs.getModelStatus() != _INFEASIBLE:
            return None
        _, has_ray, ray = self._highs.getDualRay()
        if not has_ray:
            return None
        lower, upper = self._box.lower.copy(), self._box.upper.copy()
        lower[column] = upper[column] = value
        rows = self._rows
        arrays = ModelArrays(rows.matrix, rows.lower, rows.upper, lower, upper, self._box.integer)
        return refutation(arrays, np.ones(len(rows.upper), dtype=np.bool_), np.array(ray))

    def _run(self) -> None:
        self._checked(self._highs.run(), "solving a relaxation")

    def _read(self) -> Relaxed | None:
        if self._highs.getModelStatus() != _SOLVED:
            return None
        solution = self._highs.getSolution()
        bound = self._highs.getInfo().objective_function_value / self._cost_scale + self._offset
        return Relaxed(
            bound=self.sound(bound),
            optimum=bound,
            values=np.array(solution.col_value) / self._column_scale,
            losses=np.abs(np.array(solution.col_dual)) * self._column_scale / self._cost_scale,
        )

    def sound(self, bound: float) -> float:
        """The bound with what the solver's tolerance may have taken from it, at the step in which values change."""
        rounded = rounded_bound(bound, self._step, maximise=True, resolution=self.resolution(bound))
        return rounded if self._step and rounded < bound else bound + self.resolution(bound)

    def _tighten(self) -> None:
        """Add cuts, round by round, while they lower the bound."""
        gained = 0.0
        for _ in range(_MOST_ROUNDS):
            before = self._highs.getInfo().objective_function_value
            cuts = self._cuts()
            if not cuts:
                break
            for coefficients, upper in cuts:
                used = np.flatnonzero(coefficients).astype(np.int32)
                added = self._highs.addRow(-math.inf, upper, len(used), used, coefficients[used])
                self._checked(added, "adding a cut")
            self._rows = self._rows.with_cuts(cuts)
            self._run()
            self.base = self._read() or self.base
            gain = before - self._highs.getInfo().objective_function_value
            gained += gain
            if gain < _LEAST_PROGRESS * gained:
                break
        self._drop_idle()

    def _drop_idle(self) -> None:
        """Cuts that the optimum does not touch only slow down what is asked next."""
        statuses = self._highs.getBasis().row_status[self._own_rows :]
        idle = np.array([status == highspy.HighsBasisStatus.kBasic for status in statuses], dtype=np.bool_)
        if idle.any():
            numbers = (self._own_rows + np.flatnonzero(idle)).astype(np.int32)
            self._checked(self._highs.deleteRows(len(numbers), numbers), "taking cuts out")
            self._rows = self._rows.without(numbers)
            self._run()

    def _cuts(self) -> list[Cut]:
        """Rows that every portfolio keeps and the optimum breaks: of single rows, and of the simplex tableau's."""
        solution = self._highs.getSolution()
        point, activity = np.array(solution.col_value), np.array(solution.row_value)
        return deepest(self._separated(point, activity), point)

    def _separated(self, point: Floats, activity: Floats) -> Iterator[Cut]:
        nothing = np.zeros(0)
        for row, sign, bound in self._rows.tight(activity, self._own_rows):
            found = mixed_rounding(
                Added(sign * self._rows.dense(row), sign * bound, nothing, nothing), self._box, point
            )
            if found is not None:
                yield found.coefficients, found.upper
        for weights in self._tableau(point):
            yield from self._rows.combined(weights, activity, self._box, point)

    def _tableau(self, point: Floats) -> Iterator[Floats]:
        """Weights of the rows behind each whole column that is far from whole. Shape (rows,)."""
        status, basic = self._highs.getBasicVariables()
        self._checked(status, "asking for the basis")
        for place, column in enumerate(np.asarray(basic).tolist()):
            if column < 0 or not self._box.integer[column]:
                continue
            if abs(point[column] - round(point[column])) < _AWAY:
                continue
            status, weights = self._highs.getBasisInverseRow(place)
            self._checked(status, "asking for a row of the tableau")
            weights = np.array(weights)
            weights[np.abs(weights) <= _WEIGHT] = 0.0
            if 0 < np.count_nonzero(weights) <= _MOST_WEIGHTS:
                yield weights

    @staticmethod
    def _checked(status: object, doing: str) -> None:
        if status != highspy.HighsStatus.kOk:
            raise SolverError(f"HiGHS answered {status} to {doing}")


def _handle(arrays: ModelArrays, costs: Floats) -> Any:
    """The relaxation in the solver."""
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    options = {"output_flag": False, "threads": 1, "presolve": "off", "simplex_strategy": _DUAL_SIMPLEX}
    for option, setting in options.items():
        if highs.setOptionValue(option, setting) != highspy.HighsStatus.kOk:
            raise SolverError(f"HiGHS does not take option {option} = {setting!r}")
    rows, columns = arrays.matrix.shape
    passed = highs.passModel(
        columns,
        rows,
        arrays.matrix.nnz,
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMaximize),
        0.0,
        costs,
        arrays.lower,
        arrays.upper,
        arrays.row_lower,
        arrays.row_upper,
        arrays.matrix.indptr.astype(np.int32),
        arrays.matrix.indices.astype(np.int32),
        arrays.matrix.data.astype(np.float64),
        np.zeros(columns, dtype=np.int32),
    )
    if passed == highspy.HighsStatus.kError:
        raise SolverError("HiGHS refused the relaxation")
    return highs
