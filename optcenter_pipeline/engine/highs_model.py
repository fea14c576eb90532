"""One model in our own HiGHS handle for a whole run: costs and bounds changed in place, rows added.

Every option's status is checked: HiGHS ignores what it does not know.
"""

import math
from typing import Any, Literal

import highspy
import numpy as np

from optcenter_pipeline.engine.arrays import SMALLEST_COEFFICIENT, ModelArrays, ScaledArrays, scaled, scaled_bounds
from optcenter_pipeline.engine.row_matrix import Bools, Floats
from optcenter_pipeline.engine.search import Fixings
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.rules.linear import Terms

_SOLVER_TOLERANCE = 1e-6


def solver_version() -> str:
    """HiGHS's own version, `1.15.1`."""
    return f"{highspy.HIGHS_VERSION_MAJOR}.{highspy.HIGHS_VERSION_MINOR}.{highspy.HIGHS_VERSION_PATCH}"


class SolverError(RuntimeError):
    """The solver refused a model or an option, or gave no usable answer."""


class HighsModel:
    """A model in HiGHS, in its own units; what is given to it and read from it is in the PM's.

    Args:
        arrays: the model, in the PM's units.
        shortfalls: True for the shortfall columns. Shape (columns,).
        options: threads and seed.

    Raises:
        SolverError: HiGHS refuses the model or an option.
    """

    def __init__(self, arrays: ModelArrays, shortfalls: Bools, options: SolverOptions) -> None:
        self._scaled: ScaledArrays = scaled(arrays, shortfalls)
        self.integer = arrays.integer
        self.is_bounded = np.isfinite(arrays.upper)
        """False for shortfalls, of which a whole number is nothing special."""
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self._set("output_flag", False)
        self._set("threads", options.threads)
        self._set("random_seed", options.seed)
        self._set("mip_abs_gap", 0.0)
        self._set("mip_allow_restart", False)  # restarts repeat a presolve that ours has done
        self._set("small_matrix_value", SMALLEST_COEFFICIENT)
        self._pass_model(self._scaled.arrays)
        self._rows = int(arrays.matrix.shape[0])
        self._presolve = "choose"
        self.costs = np.zeros(len(arrays.lower))
        self._objective_scale, self._offset = 1.0, 0.0
        self._maximise = False
        self._row_scales: dict[int, float] = {}

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.integer)

    def set_objective(self, costs: Floats, offset: float, sense: Literal["max", "min"]) -> None:
        """Optimise `costs · z + offset` from now on.

        Args:
            costs: in the PM's units. Shape (columns,).
            offset: what the stage has without any column.
            sense: of the stage.
        """
        self.costs, self._offset = costs, offset
        scaled_costs, self._objective_scale = self._scaled.costs(costs)
        self._maximise = sense == "max"
        indices = np.arange(len(costs), dtype=np.int32)
        self._checked(self._highs.changeColsCost(len(costs), indices, scaled_costs), "changing the objective")
        direction = highspy.ObjSense.kMaximize if self._maximise else highspy.ObjSense.kMinimize
        self._checked(self._highs.changeObjectiveSense(direction), "changing the objective's sense")
        # with its constant part, or the solver's relative gap would not be the stage's
        constant = offset * self._objective_scale
        self._checked(self._highs.changeObjectiveOffset(constant), "changing the objective's constant")

    def add_row(self, terms: Terms, lower: float, upper: float) -> int:
        """One more row; its number. Without terms it is added as well: it must hold by itself."""
        columns, coefficients, scale = self._scaled.row(terms)
        own = scaled_bounds(np.array([lower, upper]), scale)
        added = self._highs.addRow(own[0], own[1], len(columns), columns, coefficients)
        self._checked(added, "adding a row")
        number = self._rows
        self._rows += 1
        self._row_scales[number] = scale
        return number

    def set_row_bounds(self, row: int, lower: float, upper: float) -> None:
        """Other bounds for a row that `add_row` made."""
        own = scaled_bounds(np.array([lower, upper]), self._row_scales[row])
        self._checked(self._highs.changeRowBounds(row, own[0], own[1]), "changing a row")

    def tighten(self) -> None:
        """Solve to the smallest tolerances that still work, after a rounded portfolio broke a row."""
        self._set("mip_feasibility_tolerance", 1e-9)
        self._set("primal_feasibility_tolerance", 1e-9)

    def without_presolve(self) -> None:
        """Leave presolve out from now on: the second opinion on an `infeasible`."""
        self._presolve = "off"

    @property
    def resolution(self) -> float:
        """What the solver's tolerance amounts to in the stage's unit."""
        return _SOLVER_TOLERANCE / self._objective_scale

    @property
    def worst_bound(self) -> float:
        """The bound that says nothing."""
        return math.inf if self._maximise else -math.inf

    def _in_units(self, objective: float) -> float:
        """A value of the solver's objective in the stage's unit."""
        if not math.isfinite(objective) or abs(objective) >= highspy.kHighsInf:
            return self.worst_bound
        return objective / self._objective_scale

    def _fix(self, fixings: Fixings | None) -> None:
        """Bounds of all columns, with those that are fixed for a search."""
        lower, upper = self._scaled.arrays.lower, self._scaled.arrays.upper
        if fixings is not None:
            values = fixings.values * self._scaled.column_scale
            lower = np.where(fixings.columns, values, lower)
            upper = np.where(fixings.columns, values, upper)
        indices = np.arange(self.width, dtype=np.int32)
        self._checked(self._highs.changeColsBounds(self.width, indices, lower, upper), "changing bounds")

    def _pass_model(self, arrays: ModelArrays) -> None:
        matrix = arrays.matrix
        rows, columns = matrix.shape
        passed = self._highs.passModel(
            columns,
            rows,
            matrix.nnz,
            int(highspy.MatrixFormat.kRowwise),
            int(highspy.ObjSense.kMaximize),
            0.0,
            np.zeros(columns),
            arrays.lower,
            arrays.upper,
            arrays.row_lower,
            arrays.row_upper,
            matrix.indptr.astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data.astype(np.float64),
            arrays.integer.astype(np.int32),
        )
        self._checked(passed, "passing the model")

    def _set(self, option: str, value: object) -> None:
        self._checked(self._highs.setOptionValue(option, value), f"setting option {option} to {value!r}")

    @staticmethod
    def _checked(status: object, doing: str) -> None:
        if status != highspy.HighsStatus.kOk:
            raise SolverError(f"HiGHS answered {status} to {doing}")
