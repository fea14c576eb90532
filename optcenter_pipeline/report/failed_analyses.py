"""Analyses that came to nothing, as sheet and report tell of them."""

import shlex
from dataclasses import dataclass

from optcenter_pipeline.report.analysis_rows import AnalysisRows
from optcenter_pipeline.report.output_rows import OutputRow
from optcenter_pipeline.rules.analysis_kinds import AnalysisKind

GAPS_ALERTS = "Gaps_Alerts"
_LONGEST = 1000
"""Of an error's text: a cell and a page are no place for more."""


@dataclass(frozen=True, slots=True)
class FailedAnalysis:
    """One analysis of a run that failed; the run itself stands."""

    run_id: str
    kind: AnalysisKind
    asked: str
    """As it was typed."""
    error_text: str

    @property
    def message(self) -> str:
        """What happened."""
        text = self.error_text if len(self.error_text) <= _LONGEST else f"{self.error_text[: _LONGEST - 1]}…"
        return f"The analysis {self.asked} failed: {text}"

    @property
    def advice(self) -> str:
        """What to do next."""
        return (
            f"The plan stands as it is. optcenter analyse {self.run_id} --analyses {shlex.quote(self.asked)} makes "
            "it again, and so does a new run; where the text says what is wrong with an option, mend that first, "
            "also in the scenario's column analyses. Show this to the data engineers if it comes back."
        )


def solved_again(kind: AnalysisKind) -> str:
    """What stands in the place of a failure that is over."""
    return f"The analysis {kind} had failed; it has been made since"


def failure_rows(run_id: str, kind: AnalysisKind, lines: int, failure: FailedAnalysis | None) -> AnalysisRows:
    """The alert that an analysis failed, behind the run's own lines; without a failure its line is over.

    Args:
        lines: of the run itself in Gaps_Alerts.
        failure: None where the analysis was made.
    """
    line = lines + 1 + list(AnalysisKind).index(kind)
    alert: OutputRow = {"run_id": run_id, "line": line, "kind": "alert", "severity": "WARN"}
    rows = [] if failure is None else [{**alert, "message": failure.message, "recommendation": failure.advice}]
    return AnalysisRows({GAPS_ALERTS: rows}, {GAPS_ALERTS: ((run_id, str(line)),)})
