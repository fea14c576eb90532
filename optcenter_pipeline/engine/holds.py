"""Holding a stage: the row that keeps its best while later stages are optimised, and the gap of a stage."""

import math

from optcenter_pipeline.engine.objective import Stage
from optcenter_pipeline.rules.linear import LinearRow, Terms
from optcenter_pipeline.rules.numbers import amount

HOLD_FAMILY = "hold"

_HOLD_TOLERANCE = 1e-6
_RESOLVED = 1e-6
"""Relative to a value of 1 or more: what the solver has to tell apart for its proofs to count."""


def hold_tolerance(best: float) -> float:
    """1e-6 · max(1, |best|), in the stage's unit (semantics.md, *Objective: stages*)."""
    return _HOLD_TOLERANCE * max(1.0, abs(best))


def hold_row(stage: Stage, best: float, tolerance: float) -> LinearRow:
    """`terms >= best - tolerance·|best|` of a maximised stage, `<= best + …` of a minimised one.

    Args:
        stage: what is held.
        best: its best value, exactly summed, in its unit.
        tolerance: a fraction of |best| that may be given up.
    """
    allowed = tolerance * abs(best) + hold_tolerance(best)
    text = f"{stage.name} stays within {amount(allowed)} of its best {amount(best)}"
    if stage.sense == "max":
        return LinearRow(HOLD_FAMILY, stage.terms, (), text, lower=best - allowed)
    return LinearRow(HOLD_FAMILY, stage.terms, (), text, upper=best + allowed)


def relative_gap(value: float, bound: float) -> float:
    """|bound - value| / |value|; where the value is 0, 0 if the bound is 0 too, else 1."""
    distance = abs(bound - value)
    if distance == 0:
        return 0.0
    return distance / abs(value) if value else 1.0


def sound_bound(stage: Stage, value: float, bound: float, resolution: float) -> float:
    """The solver's bound as a person may read it.

    Args:
        stage: whose bound it is.
        value: the best portfolio's, exactly summed.
        bound: the solver's; infinite where it has none.
        resolution: what the solver's tolerance amounts to in the stage's unit: bound and value closer than
            this are equal.
    """
    if not math.isfinite(bound):
        bound = trivial_bound(stage.terms, stage.sense)
    told = max(abs(value), 1.0) * _RESOLVED
    if resolution > told:  # numbers far larger than the result drown it: what the solver proves is no finer
        return bound + resolution if stage.sense == "max" else bound - resolution
    if abs(bound - value) <= max(resolution, 1e-9 * abs(value)):
        return value
    return max(bound, value) if stage.sense == "max" else min(bound, value)


def trivial_bound(terms: Terms, sense: str) -> float:
    """What all columns between 0 and 1 (shortfalls: above 0, only minimised) could give."""
    if sense == "max":
        return math.fsum((terms.constant, *(a for a in terms.coefficients if a > 0)))
    return math.fsum((terms.constant, *(a for a in terms.coefficients if a < 0)))
