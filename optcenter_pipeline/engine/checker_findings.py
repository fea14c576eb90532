"""What the checker finds, and how near a number must be to the exact one."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from optcenter_pipeline.engine.checker_words import exact

TOLERANCE = Fraction(1, 10**6)


@dataclass(frozen=True)
class Violation:
    """A rule that is broken, or a number that is wrong."""

    what: str
    """The rule's type, or the number's place in the result."""
    found: str
    expected: str
    source_rows: tuple[str, ...] = ()


def room(value: Fraction) -> Fraction:
    """What a limit or a reported number may be missed by: 1e-6 · max(1, |v|)."""
    return TOLERANCE * max(Fraction(1), abs(value))


def differs(
    what: str,
    found: float | None,
    expected: Fraction,
    rows: tuple[str, ...] = (),
    *,
    terms: tuple[Fraction, ...] = (),
) -> Iterator[Violation]:
    """A violation where a reported number is not the exact one.

    Args:
        terms: of a difference, the numbers that it is taken between: it can be no more exact than they are.
    """
    if found is not None and exact(found) == expected:
        return
    allowed = max(room(value) for value in (expected, *terms))
    if found is None or abs(exact(found) - expected) > allowed:
        yield Violation(what, str(found), f"{float(expected):.9g}", rows)
