"""Analyses that came to nothing, as sheet and report tell of them."""

from dataclasses import dataclass

from optcenter_pipeline.rules.analysis_kinds import AnalysisKind

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
            "The plan stands as it is. If the text names what to mend, mend it; then "
            f'`optcenter analyse {self.run_id} --analyses "{self.kind}"` makes it again, and so does a new run. '
            "Show this to the data engineers if it comes back."
        )


def solved_again(kind: AnalysisKind) -> str:
    """What stands in the place of a failure that is over."""
    return f"The analysis {kind} had failed; it has been made since"
