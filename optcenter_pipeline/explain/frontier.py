"""The efficient frontier: the objective under other capacities, or where another KPI has to bring more."""

import math
import time
from collections.abc import Iterator, Sequence

from optcenter_pipeline.engine.staged import Clock
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel
from optcenter_pipeline.explain.documents import Frontier, FrontierPoint
from optcenter_pipeline.explain.frontier_axis import about, axis_of
from optcenter_pipeline.explain.frontier_sweep import Sweep
from optcenter_pipeline.rules.analysis_options import CAPACITY, POINTS
from optcenter_pipeline.rules.numbers import amount

_CLEARLY = 1e-6


def frontier(
    plan: BasePlan,
    *,
    points: int = POINTS,
    against: str = CAPACITY,
    of: str | None = None,
    low: float | None = None,
    high: float | None = None,
    cancel: Cancel | None = None,
) -> Frontier:
    """The first KPI stage's best, or another KPI's, under the hard rules, at several values of x.

    Goals, tolerances and the other stages are left aside: y is how much of that KPI is possible at all, so the
    run's own portfolio may lie below the frontier where they took their share.

    Args:
        plan: the run; its gap (see `BasePlan.options`) is the one within which a point counts as proven.
        points: how many values of x; the run's own is one of them where it lies between the ends.
        against: what x is. `capacity`: the scenario's tokens, from the fewest that the hard rules need to where
            more buy nothing. The name of a KPI: what it must reach, from what the best portfolio brings of it to
            the most that is possible. `goals`: the normalised shortfall that all goals together may have, from the
            least that is possible to that of the best portfolio.
        of: the KPI that y is, instead of the first KPI stage's.
        low: the smallest x, in its unit; found as said above where None.
        high: the largest x.
        cancel: asked often; True ends the analysis with the points found by then.

    Returns:
        Points in order of x. By construction y never falls where x gets looser, and no bound is below that of a
        tighter x: each portfolio found counts wherever it is allowed, each bound wherever x is tighter.

    Raises:
        NoAxisError: `against` or `of` name nothing there is, or the same.
        ValueError: the numbers make no range.
        SolverError: the solver gave no usable answer.
    """
    began = time.perf_counter()
    _check_range(points, low, high)
    if of is not None:
        plan = about(plan, of)
    axis = axis_of(plan, against)
    sweep = Sweep(plan, axis, Clock(began, plan.options.time_limit_seconds), cancel or (lambda: False))
    found = sweep.points(points, low, high)
    return Frontier(
        x_name=axis.name,
        y_name=plan.stage.name,
        points=found,
        messages=(*sweep.messages, *_share_of_the_goals(plan, found)),
        seconds=time.perf_counter() - began,
    )


def _share_of_the_goals(plan: BasePlan, found: Sequence[FrontierPoint]) -> Iterator[str]:
    """Why the run's own portfolio lies below its own point, where it does."""
    own = plan.stage.own_terms.value(plan.point)
    for point in found:
        if point.is_current and point.y is not None and point.y - own > _CLEARLY * max(1.0, abs(point.y)):
            yield (
                f"the points are the most {plan.stage.name} that the hard rules allow; the plan itself brings "
                f"{amount(own)}, since goals, tolerances and other stages take their share of it"
            )


def _check_range(points: int, low: float | None, high: float | None) -> None:
    if points < 1:
        raise ValueError(f"{points} points make no frontier: ask for 1 or more")
    for name, end in (("low", low), ("high", high)):
        if end is not None and not math.isfinite(end):
            raise ValueError(f"{name} is {end}: give a number")
    if low is not None and high is not None and low > high:
        raise ValueError(f"low ({amount(low)}) lies above high ({amount(high)})")
