"""Why, and why not: for every candidate of a run, what the plan would be with it the other way.

The other way means: the same pool, rules and stages, and one row more, x_i = 1 or x_i = 0. What is compared is the
first KPI stage's value in the final portfolio, with all that the goals and later stages take from it.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.objective import Stage
from optcenter_pipeline.engine.portfolio_search import search_portfolio
from optcenter_pipeline.engine.staged import Clock
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel
from optcenter_pipeline.explain.documents import CandidateExplanation, Certainty
from optcenter_pipeline.explain.why_bounds import FlipBounds
from optcenter_pipeline.explain.why_rules import FlipRules, source_rows
from optcenter_pipeline.explain.why_texts import Otherwise, impossible, sentence
from optcenter_pipeline.rules.linear import LinearRow, fixed_row

FORCED_FAMILY = "forced"
_WORK = 10_000
"""Candidates times re-solves, where the caller does not say how many."""


@dataclass
class _Flip:
    """One candidate the other way, as far as it is known."""

    column: int
    value: float
    bound: float
    point: Point | None = None
    is_exact: bool = False
    is_possible: bool = True


def explain_candidates(
    plan: BasePlan,
    *,
    exact: int | None = None,
    left: Callable[[], float | None] = lambda: None,
    cancel: Cancel = lambda: False,
) -> tuple[CandidateExplanation, ...]:
    """What the plan would be with each candidate of the pool the other way.

    Args:
        plan: the run and its portfolio.
        exact: how many candidates are searched again at most, those first that the least speaks for or against;
            None: by the size of the pool. The others get a proven bound.
        left: seconds that are left, None without a limit; the same input gives the same answer without one.
        cancel: True leaves bounds in place of what was not searched yet.

    Returns:
        One explanation a pool member, in order of key. `exact` only where both the plan and its counterpart are
        proven within the run's gap.

    Raises:
        SolverError: the solver refused a model or gave no usable answer.
    """
    return _Explained(plan, left, cancel).all(exact)


class _Explained:
    def __init__(self, plan: BasePlan, left: Callable[[], float | None], cancel: Cancel) -> None:
        self._plan = plan
        self._question = plan.question
        self._candidates = plan.question.model.columns.candidates
        self._left = left
        self._cancel = cancel
        self._rules = FlipRules(plan)

    def all(self, exact: int | None) -> tuple[CandidateExplanation, ...]:
        """See `explain_candidates`."""
        forcing = {column: rows for column in self._columns if (rows := self._rules.forcing(column)) is not None}
        flips = self._bounded([column for column in self._columns if column not in forcing])
        most = exact if exact is not None else max(_WORK // max(len(self._candidates), 1), 1)
        for flip in sorted(flips.values(), key=lambda flip: (-flip.bound, flip.column))[:most]:
            if self._is_over():
                break
            if flip.is_possible:
                self._search(flip)
        return tuple(
            self._forced(column, forcing[column]) if column in forcing else self._told(flips[column])
            for column in self._columns
        )

    @property
    def _columns(self) -> range:
        return range(len(self._candidates))

    def _is_over(self) -> bool:
        left = self._left()
        return self._cancel() or (left is not None and left <= 0)

    def _bounded(self, columns: list[int]) -> dict[int, _Flip]:
        """Every candidate with what no plan can beat that has it the other way."""
        proven = self._proven_of_all()
        bounds = FlipBounds(self._question) if columns else None
        flips = {}
        for column in columns:
            flip = flips[column] = _Flip(column, 1.0 - self._plan.point[column], proven)
            if bounds is None or self._is_over():
                continue
            bound = bounds.of(column, flip.value)
            flip.is_possible = bound is not None
            flip.bound = min(proven, bound) if bound is not None else float("-inf")
        return flips

    def _proven_of_all(self) -> float:
        """What no plan can beat in the first KPI stage, whoever is funded."""
        first = self._question.plan.first
        stages = self._plan.result.objective.stages
        return stages[0].bound if first.is_kpi and stages else float("inf")

    def _search(self, flip: _Flip) -> None:
        """The whole plan again, the candidate the other way."""
        question = self._question.with_rows([_forced_row(flip)])
        clock = Clock(time.perf_counter(), self._left())
        staged = search_portfolio(
            question, options=question.snapshot.solver, clock=clock, cancel=self._cancel
        ).staged
        if staged.ending == "infeasible":
            flip.is_possible = False
            return
        flip.point = staged.point
        ahead = [stage for stage in staged.stages if stage.kind != "economy"]
        is_whole = staged.ending == "done" and len(ahead) == self._question.plan.length - 1
        flip.is_exact = is_whole and all(stage.proven for stage in ahead)
        first = ahead[0] if ahead and self._question.plan.first.is_kpi else None
        if first is not None:
            flip.bound = min(flip.bound, first.bound)

    def _told(self, flip: _Flip) -> CandidateExplanation:
        if not flip.is_possible:
            return self._forced(flip.column, ())
        rows = self._rules.broken(flip.column)
        now = self._plan.objective
        lets_in, displaces = self._moves(flip)
        is_exact = flip.is_exact and self._plan.result.status == "optimal"
        then = self._plan.stage.terms.value(flip.point) if flip.point is not None else flip.bound
        certainty: Certainty = "exact" if is_exact else "bound"
        if not is_exact:
            then = flip.bound
        tokens = None if flip.point is None else clean(self._tokens(flip.point) - self._plan.tokens)
        told = Otherwise(
            is_selected=flip.value == 0,
            unit=self._plan.stage.name,
            objective=now,
            change=clean(then - now),
            certainty=certainty,
            tokens_change=tokens,
            lets_in=lets_in,
            displaces=displaces,
            rows=rows,
            price=self._price(flip.point) if flip.point is not None else None,
        )
        return CandidateExplanation(
            initiative_key=self._candidates[flip.column].initiative_key,
            is_selected=told.is_selected,
            certainty=certainty,
            objective_change=told.change,
            tokens_change=tokens,
            displaces=displaces,
            lets_in=lets_in,
            source_rows=source_rows(rows),
            reason=sentence(told),
        )

    def _forced(self, column: int, rows: tuple[LinearRow, ...]) -> CandidateExplanation:
        is_selected = bool(self._plan.point[column])
        shown = rows or self._rules.broken(column)
        return CandidateExplanation(
            initiative_key=self._candidates[column].initiative_key,
            is_selected=is_selected,
            is_possible=False,
            certainty="exact",
            source_rows=source_rows(shown),
            reason=impossible(is_selected=is_selected, rows=shown),
        )

    def _moves(self, flip: _Flip) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(who comes in, who goes), the candidate itself aside."""
        if flip.point is None:
            return (), ()
        pairs = list(zip(self._columns, self._candidates, self._plan.point, flip.point, strict=False))
        others = [(c.initiative_key, now, then) for column, c, now, then in pairs if column != flip.column]
        came = tuple(key for key, now, then in others if then and not now)
        return came, tuple(key for key, now, then in others if now and not then)

    def _tokens(self, point: Point) -> float:
        return self._question.model.columns.token_terms().value(point)

    def _price(self, point: Point) -> str | None:
        """The first other stage that is worse there: what a gain is paid with."""
        for stage in self._other_stages():
            now, then = stage.terms.value(self._plan.point), stage.terms.value(point)
            if (then < now) if stage.sense == "max" else (then > now):
                return "the goals" if stage.kind == "goals" else stage.name
        return None

    def _other_stages(self) -> Iterator[Stage]:
        plan = self._question.plan
        for stage in (*plan.stages, *((plan.goals,) if plan.goals else ())):
            if stage is not self._plan.stage:
                yield stage


def _forced_row(flip: _Flip) -> LinearRow:
    text = "funded all the same" if flip.value else "left out all the same"
    return fixed_row(FORCED_FAMILY, flip.column, flip.value, (), text)
