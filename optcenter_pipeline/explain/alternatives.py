"""Portfolios nearly as good as the best, and as different from it and from each other as the rules allow."""

import math
import time

from optcenter_pipeline.engine.checker import check_portfolio
from optcenter_pipeline.engine.figures import clean, kpi_values
from optcenter_pipeline.engine.highs import SolverError
from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.staged import Clock
from optcenter_pipeline.explain.alternatives_search import Differing, search_alternative, within
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel
from optcenter_pipeline.explain.documents import Alternative, Alternatives
from optcenter_pipeline.rules.analysis_options import COUNT, WITHIN_PCT


def alternatives(
    plan: BasePlan,
    *,
    count: int = COUNT,
    within_pct: float = WITHIN_PCT,
    cancel: Cancel | None = None,
) -> Alternatives:
    """Other portfolios that keep every hard rule and lose little of the first KPI stage.

    Each is, of all that are allowed, the one whose nearest of those before it (the run's own first) is farthest:
    the distance counts the candidates that only one of the two funds. Candidates that bring nothing to any KPI
    stage or target, and that no rule ties to others, make no difference and are not counted. Of portfolios that
    differ alike the KPI stages choose, then the goals, then the fewest tokens.

    Args:
        plan: the run.
        count: how many, at most.
        within_pct: how much of the objective of the run's portfolio they may lose, in percent of its size.
        cancel: asked often; True ends the analysis with those found by then.

    Returns:
        Those found, each checked by the checker that knows neither model nor solver. `no_more_exist` where it is
        proven that no further portfolio lies within; where candidates make no difference, portfolios that differ by
        them alone are not counted, and a message says instead that no more differ in what counts.

    Raises:
        ValueError: the count is below 1, or the percentage below 0 or no number.
        SolverError: the solver gave no usable answer, or the checker refuses a portfolio of its.
    """
    began = time.perf_counter()
    if count < 1:
        raise ValueError(f"{count} alternatives are none: ask for 1 or more")
    if not math.isfinite(within_pct) or within_pct < 0:
        raise ValueError(f"within {within_pct} % is no range: give a number, 0 or more")
    clock = Clock(began, plan.options.time_limit_seconds)
    asked_to_cancel = cancel or (lambda: False)
    question = within(plan, within_pct)
    differing = Differing.of(question)
    points, found, messages, no_more = [plan.point], list[Alternative](), list[str](), False
    while len(found) < count and not no_more:
        if asked_to_cancel() or (clock.left or 1.0) <= 0:
            messages.append(f"stopped with {len(found)} of {count} found; more may exist")
            break
        step = search_alternative(question, differing, points, plan.options, clock, asked_to_cancel)
        no_more = step.none_exists
        if step.point is None:
            if not no_more:
                messages.append(
                    f"the search for number {len(found) + 1} found none and no proof that there is none"
                )
            break
        points.append(step.point)
        found.append(_told(plan, len(found) + 1, step.point, is_exact=step.is_exact))
    if differing.passed_over:
        if no_more:
            messages.append(f"{len(found)} found, and no more that differ in what counts: that is proven")
        messages.append(_passed_over(differing.passed_over))
    if found and plan.question.model.goals:
        messages.append("goals are not asked of an alternative: it may miss some that the plan meets")
    return Alternatives(
        objective_name=plan.stage.name,
        best=clean(plan.stage.own_terms.value(plan.point)),
        within_pct=within_pct,
        asked=count,
        found=tuple(found),
        no_more_exist=no_more and not differing.passed_over,
        messages=tuple(messages),
        seconds=time.perf_counter() - began,
    )


def _told(plan: BasePlan, number: int, point: Point, *, is_exact: bool) -> Alternative:
    """A portfolio in words and numbers.

    Raises:
        SolverError: it breaks a rule.
    """
    question = plan.question
    selected, base = question.keys_of(point), question.keys_of(plan.point)
    violations = check_portfolio(question.snapshot, selected)
    if violations:
        first = violations[0]
        raise SolverError(f"alternative {number} breaks {first.what}: {first.found}, expected {first.expected}")
    best, value = (plan.stage.own_terms.value(of) for of in (plan.point, point))
    return Alternative(
        number=number,
        objective=clean(value),
        loss_pct=clean(100 * (best - value) / abs(best)) if best else 0.0,
        tokens=clean(question.plan.economy.terms.value(point)),
        kpis=kpi_values(question.snapshot, question.model, point),
        selected=selected,
        adds=tuple(key for key in selected if key not in set(base)),
        drops=tuple(key for key in base if key not in set(selected)),
        certainty="exact" if is_exact else "found",
    )


def _passed_over(keys: tuple[str, ...]) -> str:
    if len(keys) == 1:
        return f"{keys[0]} brings nothing that the run wants and is tied to nothing: it makes no difference here"
    return (
        f"{len(keys)} candidates bring nothing that the run wants and are tied to nothing: they make no difference "
        f"here ({', '.join(keys[:5])}{', …' if len(keys) > 5 else ''})"
    )
