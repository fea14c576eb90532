"""A run's reduced model in the solver: stages searched in it, portfolios read out of it, stages held in it."""

from collections.abc import Iterable
from dataclasses import dataclass

from optcenter_pipeline.engine.core_search import Incumbent, search_stage
from optcenter_pipeline.engine.effort import aim_of
from optcenter_pipeline.engine.highs import SolverModel
from optcenter_pipeline.engine.holds import hold_row
from optcenter_pipeline.engine.linear_model import LinearModel, Point, broken_rows
from optcenter_pipeline.engine.objective import Plan, Stage
from optcenter_pipeline.engine.presolve.integrality import Settling
from optcenter_pipeline.engine.presolve.reduced_model import ReducedModel, stage_list
from optcenter_pipeline.engine.recheck import repairing_cut
from optcenter_pipeline.engine.row_matrix import Floats
from optcenter_pipeline.engine.search import Search, SearchLimits
from optcenter_pipeline.rules.linear import LinearRow


@dataclass(frozen=True, slots=True)
class Hold:
    """A stage that is held: its best, and the number of its row in the solver."""

    stage: Stage
    best: float
    row: int


class HeldModel:
    """The model of one run.

    Args:
        model: the run in neutral form: what a portfolio is rechecked against.
        plan: its stages.
        reduced: the run as presolve left it, with the way back.
        solver: the reduced model in the solver.
    """

    def __init__(self, model: LinearModel, plan: Plan, reduced: ReducedModel, solver: SolverModel) -> None:
        self.solver = solver
        self._model = model
        self._reduced = reduced
        self._settling = Settling.of(reduced)
        self._lines = {id(stage): line for line, stage in enumerate(stage_list(plan))}
        self._held: dict[int, LinearRow] = {}

    @property
    def width(self) -> int:
        """Number of columns of the reduced model."""
        return self._reduced.width

    def search(self, stage: Stage, limits: SearchLimits, start: Point | None) -> Search:
        """One search by a stage's measure.

        Args:
            stage: one of the plan's.
            limits: when to stop.
            start: a portfolio to begin with.

        Raises:
            SolverError: the solver gave no usable answer.
        """
        sign = 1.0 if stage.sense == "max" else -1.0
        benefits, constant = self._reduced.objective(self._lines[id(stage)])
        self.solver.set_objective(sign * benefits, sign * constant, stage.sense)

        def read(values: Floats) -> Incumbent:
            return self.incumbent(stage, self.portfolio(values))

        incumbent = None if start is None else self.incumbent(stage, start)
        return search_stage(self.solver, aim_of(stage, self.width), limits, incumbent, read)

    def incumbent(self, stage: Stage, point: Point) -> Incumbent:
        """A portfolio in the solver's columns, with what it is worth to a stage."""
        return Incumbent(self._reduced.columns.project(point, self.width), stage.terms.value(point))

    def portfolio(self, values: Floats) -> Point:
        """The exact point of the portfolio that a point of the solver's stands for."""
        restored = self._reduced.columns.restore(self._settling.settled(values))
        return self._model.point((restored[: self._model.candidate_count] > 0.5).tolist())

    def broken(self, point: Point) -> tuple[LinearRow, ...]:
        """The rows, of the run and held, that an exact point breaks."""
        return (*broken_rows(self._model, point), *broken_rows([*self._held.values()], point))

    def cut_off(self, point: Point, broken: Iterable[LinearRow]) -> None:
        """Search to tighter tolerances, and without a point whose rounding breaks rows."""
        self.solver.tighten()
        for row in broken:
            self.add(repairing_cut(self._model, row, point))

    def add(self, row: LinearRow) -> int:
        """A row over the run's columns; its number in the solver."""
        terms, constant = self._reduced.columns.terms(row.terms)
        return self.solver.add_row(terms, row.lower - constant, row.upper - constant)

    def hold(self, stage: Stage, best: float) -> Hold:
        """From now on the stage keeps its best, within its tolerance."""
        row = hold_row(stage, best, stage.tolerance)
        number = self.add(row)
        self._held[number] = row
        return Hold(stage, best, number)

    def relax(self, hold: Hold, tolerance: float) -> None:
        """A stage's hold with another tolerance, a fraction of |best|."""
        row = hold_row(hold.stage, hold.best, tolerance)
        _, constant = self._reduced.columns.terms(row.terms)
        self.solver.set_row_bounds(hold.row, row.lower - constant, row.upper - constant)
        self._held[hold.row] = row
