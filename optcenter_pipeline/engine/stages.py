"""Running the stages: each is optimised, its best is summed exactly and held, and the next begins from it."""

import math
import time
from collections.abc import Callable
from dataclasses import replace

from optcenter_pipeline.engine.effort import nodes_of_economy
from optcenter_pipeline.engine.held_model import HeldModel, Hold
from optcenter_pipeline.engine.highs import SolverError, SolverModel
from optcenter_pipeline.engine.holds import HOLD_FAMILY, relative_gap, sound_bound
from optcenter_pipeline.engine.linear_model import LinearModel, Point
from optcenter_pipeline.engine.objective import Plan, Stage
from optcenter_pipeline.engine.presolve.reduced_model import ReducedModel
from optcenter_pipeline.engine.progress import Progress
from optcenter_pipeline.engine.progress_teller import ProgressTeller
from optcenter_pipeline.engine.result import StageLimit, StageResult
from optcenter_pipeline.engine.search import Search, SearchLimits
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.engine.staged import Clock, Ending, Staged
from optcenter_pipeline.rules.linear import LinearRow

_MOST_RECHECKS = 1000
_NODES_TO_MEET_ALL = 200
_SHARE_OF_TIME = 0.9
"""A stage leaves a tenth of the time that is left to those behind it."""


class StagedSearch:
    """One run's search.

    Args:
        model: the run in neutral form: what a portfolio is rechecked against.
        plan: its stages.
        reduced: the run as presolve left it, with the way back.
        solver: the reduced model in the solver.
        options: the relative gap at which a stage counts as proven, and the limit of nodes.
        clock: the run's time.
        start: a portfolio that keeps every row and that the reduced model has, to begin with.
        on_progress: told of every better portfolio and every finished stage.
        cancel: asked often; True ends the search with the portfolio in hand.
        refuted: asked when the solver says infeasible; True where that is proven already by other means, so
            that no second look is needed.
    """

    def __init__(
        self,
        model: LinearModel,
        plan: Plan,
        reduced: ReducedModel,
        solver: SolverModel,
        *,
        options: SolverOptions,
        clock: Clock,
        start: Point | None = None,
        on_progress: Callable[[Progress], None],
        cancel: Callable[[], bool],
        refuted: Callable[[], bool],
    ) -> None:
        self._plan = plan
        self._held = HeldModel(model, plan, reduced, solver)
        self._solver = solver
        self._mip_gap = options.mip_gap
        self._node_limit = options.node_limit
        self._nodes = 0
        self._clock = clock
        self._teller = ProgressTeller(on_progress, plan.length, lambda: clock.spent)
        self._asked_to_cancel = cancel
        self._refuted = refuted
        self._kpi_holds: list[Hold] = []
        self._point = start
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
            if not self._solver.is_lost:
                self._held.relax(hold, max(hold.stage.tolerance, self._plan.goal_tolerance))
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

    def _meet_all(self, goals: Stage) -> int:
        """Look for a portfolio that meets every goal, by the measure of the first KPI: nothing can be better.

        Where all can be met the goals by themselves say nothing of which portfolio to look at: each costs the same.

        Returns:
            The nodes that it took.
        """
        if self._point is None or goals.terms.value(self._point) == 0 or self._cancel():
            return 0
        number = self._held.add(LinearRow(HOLD_FAMILY, goals.terms, (), "all goals are met", upper=0.0))
        limits = replace(self._limits(goals), nodes=_NODES_TO_MEET_ALL, improved=lambda *_: self._teller.state())
        search = self._searched(self._plan.kpi_stages[0], limits, None)
        if search.values is not None:
            point = self._held.portfolio(search.values)
            if not self._held.broken(point) and goals.terms.value(point) < goals.terms.value(self._point):
                self._point = point
        if not self._solver.is_lost:
            self._solver.set_row_bounds(number, -math.inf, math.inf)
        return search.nodes

    def _ended(self, ending: Ending) -> Staged:
        return Staged(ending, self._point, tuple(self._done), tuple(self._skipped))

    def _optimise(self, stage: Stage, *, second_pass: bool = False) -> Ending:
        """Improve the portfolio in hand by one stage's measure and record how far that is proven."""
        began = time.perf_counter()
        self._teller.begin(stage)
        if self._cancel():
            return "cancelled"
        left = self._clock.left
        if self._point is not None and (self._solver.is_lost or (left is not None and left <= 0)):
            self._skipped.append(stage.name)
            return "done"
        known_bound = self._known_bound(stage)
        search, nodes = self._search_exactly(stage, known_bound)
        if self._point is None:
            if self._cancelled:
                return "cancelled"
            return "infeasible" if search.infeasible else self._unanswered
        value = stage.terms.value(self._point)
        bound = sound_bound(stage, value, search.bound, search.resolution)
        if known_bound is not None:
            bound = min(bound, known_bound) if stage.sense == "max" else max(bound, known_bound)
        gap = relative_gap(value, bound)
        proven = not search.infeasible and gap <= self._mip_gap
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
                stopped_by=None if proven else self._stopped_by(stage),
            )
        )
        self._teller.finish(value, bound, nodes)
        return "cancelled" if self._cancelled else "done"

    def _stopped_by(self, stage: Stage) -> StageLimit:
        """What stopped a search that ended without a proof."""
        if self._cancelled:
            return "cancel"
        if self._nodes_left() == 1:
            return "nodes"
        left = self._clock.left
        return "effort" if left is None or (stage.kind == "economy" and left > 0) else "time"

    def _known_bound(self, stage: Stage) -> float | None:
        """What the stage cannot beat, before it is searched: nothing falls short by less than 0, and what was
        proven of the first stage, when nothing was held, holds whatever is held now."""
        if stage.kind == "goals":
            return 0.0
        return self._done[0].bound if self._done and stage is self._plan.first else None

    def _search_exactly(self, stage: Stage, known_bound: float | None) -> tuple[Search, int]:
        """Search until the best portfolio keeps every row exactly; it becomes the one in hand if it is better."""
        nodes = self._meet_all(stage) if stage is self._plan.goals else 0
        looked_twice = False
        self._unanswered = "nothing_found"
        for _ in range(_MOST_RECHECKS):
            if self._point is not None and stage.terms.value(self._point) == known_bound:
                values = self._held.incumbent(stage, self._point).values
                return Search(values, known_bound, True, False, nodes), nodes
            search = self._searched(stage, self._limits(stage), self._point)
            nodes += search.nodes
            if search.infeasible and not looked_twice and not self._is_refuted():
                looked_twice = True
                self._unanswered = "unconfirmed"
                self._solver.without_presolve()
                continue
            if search.values is None:
                return search, nodes
            self._unanswered = "nothing_found"
            point = self._held.portfolio(search.values)
            broken = self._held.broken(point)
            if not broken:
                self._take(stage, point)
                return search, nodes
            if not search.exhausted and (self._cancelled or (self._clock.left or 1.0) <= 0 or self._solver.is_lost):
                return search, nodes
            self._held.cut_off(point, broken)
        raise SolverError(f"{_MOST_RECHECKS} rounded portfolios in a row broke a rule that the solver calls kept")

    def _searched(self, stage: Stage, limits: SearchLimits, start: Point | None) -> Search:
        """One search of the solver, its nodes counted."""
        search = self._held.search(stage, limits, start)
        self._nodes += search.nodes
        return search

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

    def _hold(self, stage: Stage) -> Hold | None:
        """From now on the stage keeps what the portfolio in hand gives it, within its tolerance."""
        if self._point is None or self._solver.is_lost:
            return None
        return self._held.hold(stage, stage.terms.value(self._point))

    def _limits(self, stage: Stage) -> SearchLimits:
        is_last = stage.kind == "economy"
        left = self._clock.left
        ends = None if left is None else self._clock.spent + (left if is_last else left * _SHARE_OF_TIME)
        return SearchLimits(
            mip_gap=self._mip_gap,
            left=lambda: None if ends is None else ends - self._clock.spent,
            cancel=self._cancel,
            improved=self._teller.state,
            nodes=self._nodes_allowed(stage),
        )

    def _nodes_left(self) -> int | None:
        return None if self._node_limit is None else max(1, self._node_limit - self._nodes)

    def _nodes_allowed(self, stage: Stage) -> int | None:
        left = self._nodes_left()
        if stage.kind != "economy":
            return left
        allowed = nodes_of_economy(self._done[0].nodes if self._done else 0, self._held.width)
        return allowed if left is None else min(allowed, left)

    def _cancel(self) -> bool:
        self._cancelled = self._cancelled or self._asked_to_cancel()
        return self._cancelled
