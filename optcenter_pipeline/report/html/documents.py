"""What a report is made from, beside the run's snapshot and result."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from optcenter_pipeline.explain.documents import Alternatives, Comparison, Explanation, Frontier, Robustness
from optcenter_pipeline.report.failed_analyses import FailedAnalysis
from optcenter_pipeline.report.output_rows import RunHeader
from optcenter_pipeline.rules.analysis_kinds import AnalysisKind


@dataclass(frozen=True)
class ReportHeader(RunHeader):
    """What the ledger knows of a run, and of what people did about it."""

    inputs_sha256: str | None = None
    """Of the snapshot: two runs with the same one asked the same."""
    approved_by: str | None = None
    """Who froze the run as the scenario's plan."""
    approved_at: dt.datetime | None = None


@dataclass(frozen=True)
class ReportAnalyses:
    """The analyses that there are of a run; a section whose analysis is missing says how to ask for it."""

    explanation: Explanation | None = None
    frontiers: tuple[Frontier, ...] = ()
    """The one against capacity first."""
    alternatives: Alternatives | None = None
    robustness: Robustness | None = None
    comparison: Comparison | None = None
    """With another run; the report is of one of the two."""
    asked: Mapping[AnalysisKind, str] = field(default_factory=dict)
    """How those that there are were asked for, as people type it."""
    failed: tuple[FailedAnalysis, ...] = ()
    """Those that came to nothing when they were made last."""
