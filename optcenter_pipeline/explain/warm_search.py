"""One question in the solver for many searches: presolved once, rows added and moved, stages searched in any order.

Presolve is exact for every stage of its plan at once, and for every row that asks one of those stages for no more
than a number (see `engine/presolve/dominated_columns.py`). So a row on a stage's own terms may be added behind it
and moved at will: a limit on tokens where economy is a stage, what a KPI must reach where that KPI is one.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from pyomo.common.gc_manager import PauseGC

from optcenter_pipeline.engine.core_search import Aim, Incumbent, search_stage
from optcenter_pipeline.engine.effort import aim_of
from optcenter_pipeline.engine.highs import SolverError, SolverModel
from optcenter_pipeline.engine.holds import relative_gap, sound_bound
from optcenter_pipeline.engine.linear_model import Point, broken_rows
from optcenter_pipeline.engine.model_form import natural_form
from optcenter_pipeline.engine.objective import Plan, Stage
from optcenter_pipeline.engine.presolve.integrality import Settling
from optcenter_pipeline.engine.presolve.presolve import presolve
from optcenter_pipeline.engine.presolve.reduced_form import reduced_form
from optcenter_pipeline.engine.presolve.reduced_model import SHORTFALL
from optcenter_pipeline.engine.pyomo_model import through_pyomo
from optcenter_pipeline.engine.question import Question
from optcenter_pipeline.engine.recheck import repairing_cut
from optcenter_pipeline.engine.row_matrix import Floats
from optcenter_pipeline.engine.search import Search, SearchLimits
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.engine.staged import Clock
from optcenter_pipeline.explain.least_count import Least, with_count
from optcenter_pipeline.rules.linear import LinearRow, Terms

_MOST_RECHECKS = 1000
_GAPS_OF_A_GLANCE = 10.0
_SMALL = 100


@dataclass(frozen=True, slots=True)
class Found:
    """What one search came to."""

    point: Point | None
    value: float | None
    """Of the stage, summed exactly; None without a portfolio."""
    bound: float
    """No portfolio that keeps the rows can be better; infinite where nothing is known."""
    is_infeasible: bool = False
    """Proven, twice."""

    def is_within(self, gap: float) -> bool:
        """Whether the portfolio is proven to a relative gap."""
        return self.value is not None and relative_gap(self.value, self.bound) <= gap


class WarmSearch:
    """A question that stays in the solver.

    Args:
        question: whose rows every portfolio keeps.
        stages: all that will be optimised, or spoken of by a row.
        economy: the last of them.
        least: what else will be optimised; its counts are stages.
        options: gap, threads, seed, limits.
        clock: the analysis's time.
        cancel: asked often; True ends the search that is under way with what it has.

    Raises:
        SolverError: the solver refused the model.
    """

    def __init__(
        self,
        question: Question,
        stages: tuple[Stage, ...],
        economy: Stage,
        *,
        least: Least | None = None,
        options: SolverOptions,
        clock: Clock,
        cancel: Callable[[], bool],
    ) -> None:
        self._question = question
        self._options = options
        self._clock = clock
        self._cancel = cancel
        with PauseGC():
            self._reduced = presolve(question.model, Plan(stages, None, 0.0, economy))
            form = reduced_form(self._reduced, natural_form(question.model))
            arrays = through_pyomo(form, self._reduced.benefits[0], "max")
        self._lines = {id(stage): line for line, stage in enumerate((*stages, economy))}
        shortfalls = self._reduced.families == SHORTFALL
        if least is not None:
            arrays, shortfalls = with_count(arrays, least.most), np.append(shortfalls, False)
        self._solver = SolverModel(arrays, shortfalls, options)
        self._least = least
        for stage, constant in least.counts if least is not None else ():
            self._add_count(stage, constant)
        self._settling = Settling.of(self._reduced)
        self._rows: dict[int, LinearRow] = {}
        self._cuts: dict[int, list[int]] = {}

    @property
    def is_stopped(self) -> bool:
        """Whether somebody cancelled, the time is over, or the solver no longer answers."""
        left = self._clock.left
        return self._cancel() or self._solver.is_lost or (left is not None and left <= 0)

    def _add_count(self, stage: Stage, constant: float) -> None:
        """The last column is no larger than this count."""
        terms, fixed = self._reduced.columns.terms(stage.terms)
        row = Terms((*terms.columns, self._solver.width - 1), (*terms.coefficients, -1.0))
        self._solver.add_row(row, -constant - fixed, math.inf)

    def add(self, row: LinearRow) -> int:
        """One more row, on the terms of one of the stages; its number."""
        terms, constant = self._reduced.columns.terms(row.terms)
        number = self._solver.add_row(terms, row.lower - constant, row.upper - constant)
        self._rows[number] = row
        return number

    def move(self, number: int, *, lower: float = -math.inf, upper: float = math.inf) -> None:
        """Other bounds for a row that was added; both infinite: it says nothing any more."""
        row = replace(self._rows[number], lower=lower, upper=upper)
        _, constant = self._reduced.columns.terms(row.terms)
        self._solver.set_row_bounds(number, lower - constant, upper - constant)
        self._rows[number] = row
        for cut in self._cuts.pop(number, ()):  # it followed from the bounds as they were
            self._solver.set_row_bounds(cut, -math.inf, math.inf)

    def best(
        self, stage: Stage, *, start: Point | None, nodes: int, seeks: bool = True, glance: bool = False
    ) -> Found:
        """The best portfolio by a stage, and how far that is proven.

        Args:
            stage: one of the stages.
            start: a portfolio that keeps the rows, to begin with; never lost.
            nodes: of branch and bound, at most.
            seeks: False where the start is good enough for the proof to be all that is worth the time.
            glance: only what the relaxation and one core show, unless the model is small.

        Raises:
            SolverError: the solver gave no usable answer.
        """
        sign = 1.0 if stage.sense == "max" else -1.0
        benefits, constant = self._reduced.objective(self._lines[id(stage)])
        costs = np.zeros(self._solver.width)
        costs[: self._reduced.width] = sign * benefits
        self._solver.set_objective(costs, sign * constant, stage.sense)
        glance = glance and self._reduced.width > _SMALL
        gaps = _GAPS_OF_A_GLANCE if glance else 1.0
        aim = aim_of(stage, self._reduced.width)
        aim = replace(aim, is_thorough=not glance, gaps_that_do=gaps, is_near=stage.is_kpi)
        limits = replace(self._limits(nodes), seeks=seeks)
        point, search = self._searched(stage.terms.value, aim, limits, start)
        if search is not None and point is None and search.infeasible:
            return Found(None, None, search.bound, is_infeasible=True)
        bound = self._unbounded(aim) if search is None else search.bound
        if point is None:
            return Found(None, None, bound)
        value = stage.terms.value(point)
        return Found(point, value, sound_bound(stage, value, bound, search.resolution if search else 0.0))

    def _limits(self, nodes: int) -> SearchLimits:
        allowed = nodes if self._options.node_limit is None else min(nodes, self._options.node_limit)
        return SearchLimits(self._options.mip_gap, lambda: self._clock.left, self._cancel, nodes=allowed)

    def _searched(
        self, value: Callable[[Point], float], aim: Aim, limits: SearchLimits, start: Point | None
    ) -> tuple[Point | None, Search | None]:
        """(the best portfolio by the solver's objective, kept exactly; the search that proved so much of it)."""
        looked_twice = False

        def read(values: Floats) -> Incumbent | None:
            return self._incumbent(value, self._portfolio(values))

        for _ in range(_MOST_RECHECKS):
            if self.is_stopped:
                return start, None
            search = search_stage(self._solver, aim, limits, self._incumbent(value, start), read)
            if search.infeasible and start is None and not looked_twice:
                looked_twice = True
                self._solver.without_presolve()
                continue
            if search.values is None:
                return start, search
            point = self._portfolio(search.values)
            broken = self._broken(point)
            if not broken:
                return _better(value, aim, start, point), search
            self._solver.tighten()
            self._cut(broken, point)
        raise SolverError(f"{_MOST_RECHECKS} rounded portfolios in a row broke a rule that the solver calls kept")

    def _incumbent(self, value: Callable[[Point], float], start: Point | None) -> Incumbent | None:
        """The start in the reduced columns; None where presolve has left another in its place."""
        if start is None:
            return None
        values = self._reduced.columns.project(start, self._reduced.width)
        count = self._question.model.candidate_count
        if not np.array_equal(self._reduced.columns.restore(values)[:count], np.asarray(start[:count])):
            return None
        padded = np.zeros(self._solver.width)  # a model without any column gets one from Pyomo
        padded[: self._reduced.width] = values
        if self._least is not None:
            padded[-1] = self._least.value(start)
        return Incumbent(padded, value(start))

    def _portfolio(self, values: Floats) -> Point:
        restored = self._reduced.columns.restore(self._settling.settled(values[: self._reduced.width]))
        return self._question.model.point((restored[: self._question.model.candidate_count] > 0.5).tolist())

    def _broken(self, point: Point) -> list[tuple[LinearRow, int | None]]:
        """The rows that an exact point breaks, with the numbers of those that were added."""
        added = [(row, number) for number, row in self._rows.items() if broken_rows([row], point)]
        return [*((row, None) for row in broken_rows(self._question.model, point)), *added]

    def _cut(self, broken: list[tuple[LinearRow, int | None]], point: Point) -> None:
        for row, source in broken:
            cut = repairing_cut(self._question.model, row, point)
            terms, constant = self._reduced.columns.terms(cut.terms)
            number = self._solver.add_row(terms, cut.lower - constant, math.inf)
            if source is not None:
                self._cuts.setdefault(source, []).append(number)

    @staticmethod
    def _unbounded(aim: Aim) -> float:
        return math.inf if aim.maximise else -math.inf


def _better(value: Callable[[Point], float], aim: Aim, start: Point | None, found: Point) -> Point:
    """The better of two portfolios; the start where they are worth the same."""
    if start is None:
        return found
    before, now = value(start), value(found)
    return found if (now > before if aim.maximise else now < before) else start
