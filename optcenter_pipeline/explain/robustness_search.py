"""One draw, solved: the best plan for its numbers, and what the run's own plan is worth there."""

import time
from dataclasses import dataclass

from optcenter_pipeline.engine.linear_model import broken_rows
from optcenter_pipeline.engine.portfolio_search import search_portfolio
from optcenter_pipeline.engine.question import Question
from optcenter_pipeline.engine.result import Status
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.engine.staged import Clock
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel
from optcenter_pipeline.explain.robustness_draws import Draws

_WORK_OF_A_DRAW = 4_000_000
"""Nodes times coefficients, where the run has no limit of nodes of its own: the same on every machine."""
_FEWEST_NODES = 100


@dataclass(frozen=True, slots=True)
class DrawnAnswer:
    """What a draw came to."""

    number: int
    status: Status
    objective: float | None
    base_objective: float | None
    """The run's own plan's; None where it breaks a rule with these numbers."""
    funded: tuple[bool, ...] | None
    """One a pool member, in order of key; None where no portfolio was found."""


def planned_answer(plan: BasePlan, number: int) -> DrawnAnswer:
    """A draw in which nothing is other than planned: the run has answered it."""
    return DrawnAnswer(number, plan.result.status, plan.objective, plan.objective, base_funded(plan))


def search_draw(
    plan: BasePlan, draws: Draws, number: int, *, ends: float | None = None, cancel: Cancel
) -> DrawnAnswer | None:
    """Solve a draw, beginning with the run's own plan where that keeps the rules.

    Args:
        plan: the run's plan.
        draws: of its question.
        number: of the draw.
        ends: when all draws have to end, by `time.time`; None without a limit.
        cancel: asked often; True ends the search.

    Returns:
        None where it was cancelled, or no time was left to begin.

    Raises:
        SolverError: the solver refused the model or gave no usable answer.
    """
    left = None if ends is None else ends - time.time()
    if cancel() or (left is not None and left <= 0):
        return None
    clock = Clock(time.perf_counter(), left)
    question = draws.drawn(number)
    measure = question.plan.kpi_stages[0].terms
    funded = base_funded(plan)
    base = question.model.point(funded)
    is_kept = not broken_rows(question.model, base)
    staged = search_portfolio(
        question,
        options=_options(plan.options, question),
        clock=clock,
        start=base if is_kept else None,
        cancel=cancel,
    ).staged
    if staged.ending == "cancelled":
        return None
    point = staged.point
    return DrawnAnswer(
        number=number,
        status=staged.status(question.plan),
        objective=None if point is None else measure.value(point),
        base_objective=measure.value(base) if is_kept else None,
        funded=None if point is None else tuple(value > 0 for value in point[: len(funded)]),
    )


def base_funded(plan: BasePlan) -> tuple[bool, ...]:
    """Whom the run's own plan funds, one a pool member."""
    return tuple(value > 0 for value in plan.point[: plan.question.model.candidate_count])


def _options(options: SolverOptions, question: Question) -> SolverOptions:
    """The run's options, with a limit of nodes."""
    if options.node_limit is not None:
        return options
    nodes = max(_FEWEST_NODES, _WORK_OF_A_DRAW // max(question.model.nonzero_count, 1))
    return options.model_copy(update={"node_limit": nodes})
