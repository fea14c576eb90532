"""The analyses that can be asked for beside a run, by name."""

from enum import StrEnum


class AnalysisKind(StrEnum):
    """What can be asked of a finished run, in the order in which it is made."""

    EXPLAIN = "explain"
    FRONTIER = "frontier"
    ALTERNATIVES = "alternatives"
    ROBUSTNESS = "robustness"
    COMPARISON = "comparison"
    REPORT = "report"
