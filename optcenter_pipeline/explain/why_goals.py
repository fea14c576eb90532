"""What another plan does to the goals: without that, a sentence about the objective tells half of why."""

from collections.abc import Iterator

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.linear_model import LinearModel, Point
from optcenter_pipeline.rules.numbers import amount, counted
from optcenter_pipeline.rules.slices import slice_in_words
from optcenter_pipeline.rules.target import Target

_MOST = 3
"""Goals that one sentence names."""
_CLEARLY = 1e-6


def goals_told(model: LinearModel, now: Point, then: Point) -> str:
    """`the goal for nps of country UK would be missed by 0.6 instead of met`, or blank where no goal changes.

    Args:
        model: of both plans.
        now: the plan as it is.
        then: the other one.
    """
    told = list(_changes(model, now, then))
    more = f" and {counted(len(told) - _MOST, 'other goal')} would change" if len(told) > _MOST else ""
    return ", ".join(told[:_MOST]) + more


def _changes(model: LinearModel, now: Point, then: Point) -> Iterator[str]:
    for goal in model.goals:
        column = model.columns.shortfall_column(goal)
        short, other = clean(now[column]), clean(then[column])
        if abs(other - short) > _CLEARLY * max(1.0, abs(goal.required)):
            instead = amount(short) if short and other else _state(short)
            yield f"the goal for {_named(goal)} would be {_state(other)} instead of {instead}"


def _named(goal: Target) -> str:
    return f"{goal.kpi_key} of {slice_in_words(goal.dimension, goal.dimension_key)}"


def _state(shortfall: float) -> str:
    return f"missed by {amount(shortfall)}" if shortfall else "met"
