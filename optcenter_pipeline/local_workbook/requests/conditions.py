"""What the conditions of validation rules and formats must have."""

from __future__ import annotations

from typing import Any

from ..errors import InvalidArgumentError

_NONE = ("BLANK", "DATE_IS_VALID", "NOT_BLANK", "TEXT_IS_EMAIL", "TEXT_IS_URL")
_TWO = ("DATE_BETWEEN", "DATE_NOT_BETWEEN", "NUMBER_BETWEEN", "NUMBER_NOT_BETWEEN")
_WORDS = {0: "no", 1: "exactly one", 2: "exactly two"}


def check_condition(condition: dict[str, Any]) -> None:
    """Check that a ``BooleanCondition`` has as many values as its type needs.

    Raises:
        InvalidArgumentError: where it has more or fewer.
    """
    kind = condition.get("type")
    count = len(condition.get("values") or [])
    if kind == "ONE_OF_LIST":
        fits, wanted = count >= 1, "at least one"
    elif kind == "BOOLEAN":
        fits, wanted = count <= 2, "at most two"
    else:
        needed = 0 if kind in _NONE else 2 if kind in _TWO else 1
        fits, wanted = count == needed, _WORDS[needed]
    if not fits:
        noun = "ConditionValue" if wanted.endswith("one") else "ConditionValues"
        raise InvalidArgumentError(
            f"ConditionType '{kind}' requires {wanted} {noun}, but {count} values were supplied."
        )
