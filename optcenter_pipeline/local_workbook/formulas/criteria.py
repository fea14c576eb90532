"""Wildcards, and the criteria of COUNTIF and its like: ``5``, ``">5"``, ``"<>x"``, ``"a*"``, ``""``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ..typed_input import parse_typed
from .operators import sort_key
from .values import CellError, Computed

_CRITERION = re.compile(r"(<>|<=|>=|<|>|=)?(.*)", re.DOTALL)
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

Criterion = Callable[[Computed], bool]


def has_wildcards(text: str) -> bool:
    """Tell whether a text has a ``*``, ``?`` or ``~`` in it."""
    return re.search(r"[*?~]", text) is not None


def wildcard_pattern(text: str) -> re.Pattern[str]:
    """Read ``*`` as any text, ``?`` as any character, ``~`` as quoting the next; for casefolded texts."""
    pieces = [""]
    for part in re.findall(r"~.|.", text.casefold(), re.DOTALL):
        if part == "*":
            pieces.append("")
        else:
            pieces[-1] += "." if part == "?" else re.escape(part[-1])
    first, *rest = pieces
    if not rest:
        return re.compile(first, re.DOTALL)
    # the first place that fits is as good as any for all but the last piece: no backtracking into it
    middle = "".join(f"(?>.*?{piece})" for piece in rest[:-1] if piece)
    return re.compile(f"{first}{middle}.*{rest[-1]}", re.DOTALL)


def parse_criterion(value: Computed) -> Criterion:
    """Read a criterion; texts are compared without case, and ``<`` and ``>`` only with values of their type."""
    if isinstance(value, CellError):
        return lambda cell: cell == value
    if not isinstance(value, str):
        return _equal_to(value)
    match = _CRITERION.fullmatch(value)
    assert match is not None  # noqa: S101  every text matches
    symbol, text = match[1] or "", match[2]
    if symbol in _ORDERS:
        return _ordered(_ORDERS[symbol], _typed(text))
    if text == "":
        # "=" asks for cells without anything, "" also for formulas that show nothing
        blank: Criterion = (lambda cell: cell is None) if symbol else (lambda cell: cell is None or cell == "")
        return (lambda cell: cell is not None) if symbol == "<>" else blank
    equal = _equal_to(_typed(text))
    return (lambda cell: not equal(cell)) if symbol == "<>" else equal


def _typed(text: str) -> Computed:
    typed = parse_typed(text, today=datetime(1900, 1, 1)).value if text else text
    return text if typed is None or isinstance(typed, str) else typed


def _equal_to(wanted: Computed) -> Criterion:
    if wanted is None:
        return lambda cell: cell is None or cell == ""
    if isinstance(wanted, str) and has_wildcards(wanted):
        pattern = wildcard_pattern(wanted)
        return lambda cell: isinstance(cell, str) and pattern.fullmatch(cell.casefold()) is not None
    key = sort_key(wanted)
    return lambda cell: cell is not None and not isinstance(cell, CellError) and sort_key(cell) == key


def _ordered(compare: Callable[[Any, Any], bool], wanted: Computed) -> Criterion:
    kind, key = sort_key(wanted)

    def fits(cell: Computed) -> bool:
        if cell is None or isinstance(cell, CellError):
            return False
        found = sort_key(cell)
        return found[0] == kind and compare(found[1], key)

    return fits
