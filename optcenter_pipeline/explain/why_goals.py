"""What another plan does to the goals: without that, a sentence about the objective tells half of why."""

from collections.abc import Iterator

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.linear_model import LinearModel, Point
from optcenter_pipeline.rules.numbers import amount
from optcenter_pipeline.rules.slices import slice_in_words
from optcenter_pipeline.rules.target import Target

_MOST = 3
"""Goals that one sentence names."""
_CLEARLY = 1e-6


def goals_told(model: LinearModel, now: Point, then: Point) -> str:
    """`the goal nps of everything would be 0.6 short instead of 0.1`, or blank where no goal changes.

    Args:
        model: of both plans.
        now: the plan as it is.
        then: the other one.
    """
    told = list(_changes(model, now, then))
    more = f" and {len(told) - _MOST} goals more would change" if len(told) > _MOST else ""
    return ", ".join(told[:_MOST]) + more


def _changes(model: LinearModel, now: Point, then: Point) -> Iterator[str]:
    for goal in model.goals:
        column = model.columns.shortfall_column(goal)
        short, other = clean(now[column]), clean(then[column])
        if abs(other - short) > _CLEARLY * max(1.0, abs(goal.required)):
            yield f"the goal {_named(goal)} would be {_state(other)} instead of {_state(short)}"


def _named(goal: Target) -> str:
    return f"{goal.kpi_key} of {slice_in_words(goal.dimension, goal.dimension_key)}"


def _state(shortfall: float) -> str:
    return f"{amount(shortfall)} short" if shortfall else "met"
