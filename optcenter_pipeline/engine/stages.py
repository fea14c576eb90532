"""Running the stages: each is optimised, its best is summed exactly and held, and the next begins from it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from optcenter_pipeline.engine.highs import Search, SearchLimits, SolverError, SolverModel
from optcenter_pipeline.engine.holds import hold_row, relative_gap, sound_bound
from optcenter_pipeline.engine.linear_model import LinearModel, Point, broken_rows
from optcenter_pipeline.engine.objective import Plan, Stage
from optcenter_pipeline.engine.progress import Progress
from optcenter_pipeline.engine.progress_teller import ProgressTeller
from optcenter_pipeline.engine.recheck import repairing_cut
from optcenter_pipeline.engine.result import StageResult
from optcenter_pipeline.rules.linear import LinearRow

Ending = Literal["done", "infeasible", "unconfirmed", "nothing_found", "cancelled"]

_MOST_RECHECKS = 1000
_SHARE_OF_TIME = 0.9
"""A stage leaves a tenth of the time that is left to those behind it."""


@dataclass(frozen=True, slots=True)
class Clock:
    """When a run began, and when it must end."""

    began: float
    limit: float | None

    @property
    def spent(self) -> float:
        """Seconds since the run began."""
        return time.perf_counter() - self.began

    @property
    def left(self) -> float | None:
        """Seconds until the limit, None without one."""
        return None if self.limit is None else self.limit - self.spent


@dataclass(frozen=True, slots=True)
class Staged:
    """What all stages together came to."""

    ending: Ending
    """`unconfirmed`: the solver said infeasible, and a limit stopped its second look."""
    point: Point | None
    stages: tuple[StageResult, ...]
    skipped: tuple[str, ...]
    """Names of the stages that a limit left no time for."""


@dataclass(frozen=True, slots=True)
class _Hold:
    """A stage that is held: its best, and the number of its row in the solver."""

    stage: Stage
    best: float
    row: int


class StagedSearch:
    """One run's search.

    Args:
        model: the run in neutral form: what a portfolio is rechecked against.
        plan: its stages.
        solver: the same model in the solver.
        mip_gap: relative gap at which a stage counts as proven.
        clock: the run's time.
        on_progress: told of every better portfolio and every finished stage.
        cancel: asked often; True ends the search with the portfolio in hand.
        refuted: asked when the solver says infeasible; True where that is proven already by other means, so
            that no second look is needed.
    """

    def __init__(
        self,
        model: LinearModel,
        plan: Plan,
        solver: SolverModel,
        *,
        mip_gap: float,
        clock: Clock,
        on_progress: Callable[[Progress], None],
        cancel: Callable[[], bool],
        refuted: Callable[[], bool],
    ) -> None:
        self._model = model
        self._plan = plan
        self._solver = solver
        self._mip_gap = mip_gap
        self._clock = clock
        self._teller = ProgressTeller(on_progress, plan.length, lambda: clock.spent)
        self._asked_to_cancel = cancel
        self._refuted = refuted
        self._held: dict[int, LinearRow] = {}
        self._kpi_holds: list[_Hold] = []
        self._point: Point | None = None
        self._done: list[StageResult] = []
        self._skipped: list[str] = []
        self._cancelled = False
        self._unanswered: Ending = "nothing_found"

    def run(self) -> Staged:
        """Optimise every stage in order; see `Staged`."""
        ending: Ending = "done"
        for stage in self._plan.stages:
            ending = self._optimise(stage)
            if ending != "done":
                return self._ended(ending)
            held = self._hold(stage)
            if held is not None and stage.is_kpi:
                self._kpi_holds.append(held)
        if self._plan.goals is not None:
            ending = self._pursue_goals(self._plan.goals)
        if ending == "done":
            ending = self._optimise(self._plan.economy)
        return self._ended(ending)

    def _pursue_goals(self, goals: Stage) -> Ending:
        """The KPIs give way to the goals by the tolerance, then take back what the goals leave them."""
        for hold in self._kpi_holds:
            self._relax(hold, max(hold.stage.tolerance, self._plan.goal_tolerance))
        ending = self._optimise(goals)
        if ending != "done":
            return ending
        self._hold(goals)
        for stage in self._plan.kpi_stages:
            ending = self._optimise(stage, second_pass=True)
            if ending != "done":
                return ending
            self._hold(stage)
        return ending

    def _ended(self, ending: Ending) -> Staged:
        return Staged(ending, self._point, tuple(self._done), tuple(self._skipped))

    def _optimise(self, stage: Stage, *, second_pass: bool = False) -> Ending:
        """Improve the portfolio in hand by one stage's measure and record how far that is proven."""
        began = time.perf_counter()
        self._teller.begin(stage)
        if self._cancel():
            return "cancelled"
        left = self._clock.left
        if self._point is not None and left is not None and left <= 0:
            self._skipped.append(stage.name)
            return "done"
        self._solver.set_objective(stage)
        search, nodes = self._search_exactly(stage)
        if self._point is None:
            if self._cancelled:
                return "cancelled"
            return "infeasible" if search.infeasible else self._unanswered
        value = stage.terms.value(self._point)
        bound = sound_bound(stage, value, search.bound, search.resolution)
        gap = relative_gap(value, bound)
        proven = not search.infeasible and (search.exhausted or gap <= self._mip_gap)
        seconds = time.perf_counter() - began
        self._done.append(
            StageResult(
                name=stage.name,
                kind=stage.kind,
                sense=stage.sense,
                value=value,
                bound=bound,
                mip_gap=gap,
                proven=proven,
                nodes=nodes,
                seconds=seconds,
                second_pass=second_pass,
            )
        )
        self._teller.finish(value, bound, nodes)
        return "cancelled" if self._cancelled else "done"

    def _search_exactly(self, stage: Stage) -> tuple[Search, int]:
        """Search until the best portfolio keeps every row exactly; it becomes the one in hand if it is better."""
        nodes = 0
        looked_twice = False
        self._unanswered = "nothing_found"
        for _ in range(_MOST_RECHECKS):
            if self._point is not None:
                self._solver.start_from(self._point)
            search = self._solver.search(self._limits(stage))
            nodes += search.nodes
            if search.infeasible and not looked_twice and not self._is_refuted():
                looked_twice = True
                self._unanswered = "unconfirmed"
                self._solver.without_presolve()
                continue
            if search.values is None:
                return search, nodes
            self._unanswered = "nothing_found"
            point = self._model.point([bool(value > 0.5) for value in search.values[: self._model.candidate_count]])
            broken = broken_rows([*self._model.rows, *self._held.values()], point)
            if not broken:
                self._take(stage, point)
                return search, nodes
            if not search.exhausted and (self._cancelled or (self._clock.left or 1.0) <= 0):
                return search, nodes
            self._solver.tighten()
            for row in broken:
                cut = repairing_cut(self._model, row, point)
                self._solver.add_row(cut.terms, cut.lower, cut.upper)
        raise SolverError(f"{_MOST_RECHECKS} rounded portfolios in a row broke a rule that the solver calls kept")

    def _is_refuted(self) -> bool:
        """Whether an `infeasible` needs no second look; behind the first stage it is the solver's error."""
        return self._point is None and self._refuted()

    def _take(self, stage: Stage, point: Point) -> None:
        """Keep a portfolio unless the one in hand is better by this stage's measure."""
        if self._point is not None:
            before, now = stage.terms.value(self._point), stage.terms.value(point)
            if (now < before) if stage.sense == "max" else (now > before):
                return
        self._point = point

    def _hold(self, stage: Stage) -> _Hold | None:
        """From now on the stage keeps what the portfolio in hand gives it, within its tolerance."""
        if self._point is None:
            return None
        best = stage.terms.value(self._point)
        row = hold_row(stage, best, stage.tolerance)
        number = self._solver.add_row(row.terms, row.lower, row.upper)
        self._held[number] = row
        return _Hold(stage, best, number)

    def _relax(self, hold: _Hold, tolerance: float) -> None:
        """The stage's hold, as wide as the goals may make it."""
        row = hold_row(hold.stage, hold.best, tolerance)
        self._solver.set_row_bounds(hold.row, row.lower, row.upper)
        self._held[hold.row] = row

    def _limits(self, stage: Stage) -> SearchLimits:
        left = self._clock.left
        last = stage.kind == "economy"
        return SearchLimits(
            mip_gap=self._mip_gap,
            seconds=left if left is None or last else left * _SHARE_OF_TIME,
            cancel=self._cancel,
            improved=self._teller.state,
        )

    def _cancel(self) -> bool:
        self._cancelled = self._cancelled or self._asked_to_cancel()
        return self._cancelled
