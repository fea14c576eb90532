"""Numbers of a repair, short enough to be typed, and never past the safe side."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

_MOST_ADDED = Decimal("0.01")
"""Of the change: so that 5 % less of it does not do."""
_DIGITS = 12


def rounded(value: float, needed: float, *, is_raised: bool) -> float:
    """What a number becomes.

    The coarsest of whole numbers, tenths, hundredths, … that adds at most 1 % to the change; a whole number stays.

    Args:
        value: as it stands.
        needed: the nearest that works.
        is_raised: the number goes up; what lies further up works as well.
    """
    start, goal = Decimal(repr(value)), Decimal(f"{needed:.{_DIGITS}g}")
    for places in range(_DIGITS + 1):
        step = Decimal(1).scaleb(-places)
        end = goal.quantize(step, ROUND_CEILING if is_raised else ROUND_FLOOR)
        if abs(end - goal) <= _MOST_ADDED * abs(goal - start):
            return float(end)
    return float(goal)
