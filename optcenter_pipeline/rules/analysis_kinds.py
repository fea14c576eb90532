"""The analyses that can be asked for beside a run, by name."""

import re
from collections.abc import Iterable
from enum import StrEnum

from optcenter_pipeline.rules.names import fold


class AnalysisKind(StrEnum):
    """What can be asked of a finished run, in the order in which it is made."""

    EXPLAIN = "explain"
    FRONTIER = "frontier"
    ALTERNATIVES = "alternatives"
    ROBUSTNESS = "robustness"
    COMPARISON = "comparison"
    REPORT = "report"


ALL_ANALYSES = "all"
ANALYSIS_NAMES = ", ".join((*AnalysisKind, ALL_ANALYSES))
"""For messages and help."""
_SEPARATORS = re.compile(r"[|;,]")
_SPELLINGS = {"explanation": "explain", "explanations": "explain", "alternative": "alternatives"}


class UnknownAnalysisError(ValueError):
    """A name that is none of an analysis; the text says which there are."""


def analysis_kinds(typed: str | Iterable[str]) -> tuple[AnalysisKind, ...]:
    """The analyses that a cell, an option or a list names, each once, in the order in which they are made.

    Args:
        typed: names, or one text of names separated by `|`, `;` or `,`; `all` names every one.

    Raises:
        UnknownAnalysisError: one of the names is none.
    """
    names = _SEPARATORS.split(typed) if isinstance(typed, str) else typed
    wanted: set[AnalysisKind] = set()
    for name in filter(None, (fold(name) for name in names)):
        if name == ALL_ANALYSES:
            return tuple(AnalysisKind)
        try:
            wanted.add(AnalysisKind(_SPELLINGS.get(name, name)))
        except ValueError:
            raise UnknownAnalysisError(f"{name!r} is not an analysis; give some of {ANALYSIS_NAMES}") from None
    return tuple(kind for kind in AnalysisKind if kind in wanted)
