"""How sure an analysis is of what it tells: the same words in tabs, tables and the report."""

from collections.abc import Sequence
from typing import Literal

from optcenter_pipeline.explain.documents import Draw, FrontierPoint, LimitValue

NO_PLAN = "no plan is possible"
NOT_SEARCHED = "not searched"
FEWEST_FOUND = "the fewest found"


def limit_verdict(limit: LimitValue) -> Literal["binds", "does not bind", "unknown"]:
    """`does not bind` only where it is proven that the plan would be no better without the limit."""
    if limit.is_binding:
        return "binds"
    # a bound of 0 proves as much as a search: nothing can be gained
    is_loose = limit.gain_without is not None and limit.gain_without <= 0 and limit.certainty != "found"
    return "does not bind" if is_loose else "unknown"


def binds_in_words(limit: LimitValue) -> str:
    """`yes`, `no` or `unknown`."""
    return {"binds": "yes", "does not bind": "no", "unknown": "unknown"}[limit_verdict(limit)]


def no_point(point: FrontierPoint) -> str:
    """Why a point of a frontier has no plan."""
    return NO_PLAN if point.certainty == "exact" else "none was found, a limit stopped the search"


def draws_left_open(draws: Sequence[Draw]) -> str:
    """`3 not proven, 2 without an answer in time, 1 impossible`: draws without a proven plan."""
    with_plan = [draw for draw in draws if draw.objective is not None]
    impossible = sum(draw.status == "infeasible" for draw in draws)
    counts = (
        (sum(draw.status != "optimal" for draw in with_plan), "not proven"),
        (len(draws) - len(with_plan) - impossible, "without an answer in time"),
        (impossible, "impossible"),
    )
    return ", ".join(f"{count} {what}" for count, what in counts if count)
