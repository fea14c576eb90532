"""What the words of a snapshot mean to the checker: numbers, names, periods, slices, source rows.

Written from semantics.md a second time. It shares no code with what it checks, so that a mistake there cannot hide
here.
"""

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules.target import Target

Slice = frozenset[tuple[str, str]]
"""(dimension, folded key) pairs that an initiative has to match; the empty set is all/all."""

WHOLE_POOL: Slice = frozenset()

_DIMENSIONS = {"country", "region", "segment", "product", "category", "program", "department"}
_WHOLE = {"all", "global", "total", "company"}
_SPELLINGS = {"market": "country", "team": "department", "program_key": "program"}
_MONTHS_EACH = {"H": 6, "Q": 3}
_KINDS = ("H", "Q", "W")
_POINTS = ("_", "/", ".", "-")
_PERIOD_WORD = re.compile(r"[0-9]+|[A-Z]")


class UncountableError(ValueError):
    """The snapshot says something that has no meaning, such as a slice of an unknown dimension."""


@lru_cache(maxsize=2**15)
def exact(number: float) -> Fraction:
    """The number as it was typed: 0.1 is a tenth, not the double next to it."""
    return Fraction(Decimal(repr(float(number))))


def total(numbers: Iterable[Fraction]) -> Fraction:
    """Their sum: numerators first, as decimal numbers have few different denominators."""
    numerators: dict[int, int] = {}
    for number in numbers:
        numerator, denominator = number.as_integer_ratio()
        numerators[denominator] = numerators.get(denominator, 0) + numerator
    return sum((Fraction(above, below) for below, above in numerators.items()), Fraction(0))


@lru_cache(maxsize=2**12)
def same_name(name: str) -> str:
    """The form in which names are compared."""
    return name.strip().casefold()


def period_begins(period: str) -> dt.date:
    """First day of `2026`, `2026-H1`, `2026-Q2`, `2026-03` or `2026-W07`, in any spelling, `Q 2 2026` as well."""
    try:
        return _first_day(*_period_parts(period.strip().upper()))
    except ValueError as error:
        raise UncountableError(f"{period!r} is not a period") from error


def _period_parts(text: str) -> tuple[int, str, int]:
    """(year, kind, number): kind H, Q, W, M, or blank for the whole year."""
    words = _PERIOD_WORD.findall(text)
    before, *gaps, behind = _PERIOD_WORD.split(text)
    if before or behind:
        raise ValueError("something else stands around it")
    if len(words) == 2 and words[0] in _KINDS and len(words[1]) in (5, 6):
        words, gaps = [words[0], words[1][:-4], words[1][-4:]], [*gaps, ""]  # Q22026
    match [*(_period_word(word) for word in words)]:
        case ["year"]:
            return int(words[0]), "", 1
        case ["year", "kind", "number"] if _joined(gaps[0], "_/.-") and _joined(gaps[1], "_-"):
            return int(words[0]), words[1], int(words[2])
        case ["kind", "number", "year"] if _joined(gaps[0], "_-") and _joined(gaps[1], "_/.-"):
            return int(words[2]), words[0], int(words[1])
        case ["year", "number"] if gaps[0] in _POINTS:
            return int(words[0]), "M", int(words[1])
        case ["year", "number", "number"] if gaps[0] in _POINTS and gaps[1] == "-" and words[2] == "01":
            return int(words[0]), "M", int(words[1])
        case ["number", "year"] if gaps[0] in _POINTS:
            return int(words[1]), "M", int(words[0])
    raise ValueError("no such form")


def _period_word(word: str) -> str:
    if word in _KINDS:
        return "kind"
    return {1: "number", 2: "number", 4: "year"}.get(len(word), "neither") if word.isdigit() else "neither"


def _joined(gap: str, marks: str) -> bool:
    """Whether nothing but blanks and these marks stands between two words."""
    return all(mark in marks or mark.isspace() for mark in gap)


def _first_day(year: int, kind: str, number: int) -> dt.date:
    if kind == "W":
        return dt.date.fromisocalendar(year, number, 1)
    return dt.date(year, (number - 1) * _MONTHS_EACH.get(kind, 1) + 1, 1)


def slice_of(dimension: str, dimension_key: str) -> Slice:
    """What an initiative has to match to lie in the slice."""
    named = same_name(dimension)
    if named in _WHOLE:
        if same_name(dimension_key) not in _WHOLE | {""}:
            raise UncountableError(f"{dimension!r} {dimension_key!r} is not a slice: all has no key")
        return frozenset()
    parts = [part.strip() for part in named.replace("country_product", "country|product").split("|")]
    parts = [_SPELLINGS.get(part, part) for part in parts]
    keys = [same_name(key) for key in (dimension_key.split("|") if len(parts) > 1 else [dimension_key])]
    if len(parts) != len(keys) or not set(parts) <= _DIMENSIONS or len(set(parts)) < len(parts) or not all(keys):
        raise UncountableError(f"{dimension!r} {dimension_key!r} is not a slice")
    return frozenset(zip(parts, keys, strict=True))


def needed_of(target: Target) -> Fraction:
    """What the portfolio has to bring to a target."""
    return exact(target.target_value) - exact(target.baseline_value or 0.0)


def located(snapshot: Snapshot) -> Snapshot:
    """The snapshot with a source row for everything: what was typed by hand without one is known by its place."""
    rules = snapshot.constraint_set
    placed: dict[str, object] = {}
    for family in type(rules).model_fields:
        listed = getattr(rules, family)
        if isinstance(listed, tuple):
            placed[family] = tuple(
                rule
                if rule.source_rows
                else rule.model_copy(update={"source_rows": (f"constraint_set.{family}[{position}]",)})
                for position, rule in enumerate(listed)
            )
    candidates = tuple(
        candidate
        if candidate.source_row
        else candidate.model_copy(update={"source_row": f"candidates[{position}]"})
        for position, candidate in enumerate(snapshot.candidates)
    )
    scenario = snapshot.scenario.model_copy(update={"source_row": snapshot.scenario.source_row or "scenario"})
    changes = {"constraint_set": rules.model_copy(update=placed), "candidates": candidates, "scenario": scenario}
    return snapshot.model_copy(update=changes)


def source_rows_of(snapshot: Snapshot) -> frozenset[str]:
    """Every source row of a located snapshot."""
    rules = snapshot.constraint_set
    families = (getattr(rules, family) for family in type(rules).model_fields)
    rows = {row for listed in families if isinstance(listed, tuple) for rule in listed for row in rule.source_rows}
    rows |= {candidate.source_row or "" for candidate in snapshot.candidates}
    rows |= {left_out.source_row for left_out in snapshot.rows_left_out}
    rows |= {row for override in snapshot.what_if.values() for row in override.source_rows}
    kept = snapshot.commitments
    if kept is not None:
        rows |= {f"run {kept.run_id} locked_in {key}" for key in kept.locked_in}
        rows |= {f"run {kept.run_id} max_changes"} if kept.max_changes is not None else set()
    return frozenset(rows | {snapshot.scenario.source_row or ""})
