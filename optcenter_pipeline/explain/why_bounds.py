"""What no plan can beat that has one candidate the other way: one relaxation, changed in place for each.

Presolve's reductions by dominance speak of the best portfolio, not of the best one that funds (or leaves out) a
given candidate. So the plan gets two stages more that want opposite sums of the candidates, no two of which are
alike: whatever is no worse in every stage at once is then the same portfolio, and presolve keeps every one.
"""

from dataclasses import replace
from typing import Any

import highspy
import numpy as np

from optcenter_pipeline.engine.arrays import ModelArrays, scaled
from optcenter_pipeline.engine.granularity import granularity, rounded_bound
from optcenter_pipeline.engine.presolve.presolve import reduced
from optcenter_pipeline.engine.presolve.reduced_model import SHORTFALL, ReducedModel, unreduced
from optcenter_pipeline.engine.question import Question

_SOLVED = highspy.HighsModelStatus.kOptimal
_INFEASIBLE = {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}
_TOLERANCE = 1e-6
_DUAL_SIMPLEX = 1


def with_every_portfolio(question: Question) -> ReducedModel:
    """The question's model, reduced by what holds for every portfolio, the best or not.

    Returns:
        The reduced model; behind the lines of `benefits` of the question's stages stand two more.
    """
    whole = unreduced(question.model, question.plan)
    unlike = np.zeros(whole.width)
    unlike[: question.model.candidate_count] = np.random.default_rng(0).uniform(
        1.0, 2.0, question.model.candidate_count
    )
    return reduced(
        replace(
            whole,
            benefits=np.vstack([whole.benefits, unlike, -unlike]),
            offsets=np.concatenate([whole.offsets, [0.0, 0.0]]),
        )
    )


class FlipBounds:
    """The linear relaxation of a question by its first KPI stage.

    Args:
        question: the run.
    """

    def __init__(self, question: Question) -> None:
        self._stage = question.plan.kpi_stages[0]
        model = with_every_portfolio(question)
        self._columns = model.columns
        arrays = ModelArrays(
            model.matrix, model.row_lower, model.row_upper, model.lower, model.upper, model.integer
        )
        relaxed = scaled(arrays, model.families == SHORTFALL)
        line = [stage.name for stage in question.plan.stages].index(self._stage.name)
        benefits, self._offset = model.objective(line)
        costs, self._cost_scale = relaxed.costs(benefits)
        self._lower, self._upper = relaxed.arrays.lower, relaxed.arrays.upper
        self._step = granularity(np.asarray(self._stage.terms.coefficients))
        self._highs: Any = _handle(relaxed.arrays, costs)
        self._highs.run()
        self._is_usable = self._highs.getModelStatus() == _SOLVED
        self._basis = self._highs.getBasis()

    def of(self, column: int, value: float) -> float | None:
        """What the first KPI stage cannot beat where one of the run's columns has a value.

        Returns:
            The bound in the stage's unit, infinite where nothing is proven; None where no portfolio has it so.
        """
        inner = int(self._columns.representative[column])
        if inner < 0:
            return float("inf") if float(self._columns.constant[column]) == value else None
        if not self._is_usable:
            return float("inf")
        self._highs.changeColBounds(inner, value, value)
        self._highs.setBasis(self._basis)
        self._highs.run()
        status = self._highs.getModelStatus()
        if status in _INFEASIBLE:  # asked again from nothing: a basis far away may mislead
            self._highs.clearSolver()
            self._highs.run()
            status = self._highs.getModelStatus()
        bound = self._highs.getInfo().objective_function_value / self._cost_scale + self._offset
        self._highs.changeColBounds(inner, self._lower[inner], self._upper[inner])
        if status in _INFEASIBLE:
            return None
        return self._sound(bound) if status == _SOLVED else float("inf")

    def _sound(self, bound: float) -> float:
        """The bound with what the solver's tolerance may have taken from it, at the step in which values change."""
        resolution = _TOLERANCE / self._cost_scale + 1e-9 * abs(bound)
        constant = self._stage.terms.constant
        rounded = rounded_bound(bound - constant, self._step, maximise=True, resolution=resolution) + constant
        return rounded if rounded <= bound else bound + resolution


def _handle(arrays: ModelArrays, costs: Any) -> Any:
    """The relaxation in the solver."""
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("simplex_strategy", _DUAL_SIMPLEX)
    rows, columns = arrays.matrix.shape
    highs.passModel(
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
    return highs
