"""Reports of runs, rendered from the ledger alone."""

from sqlalchemy.orm import Session

from optcenter_pipeline.database.analyses import analyses_of
from optcenter_pipeline.database.run_records import get_run
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.documents import Alternatives, Comparison, Explanation, Frontier, Robustness
from optcenter_pipeline.report.html import ReportAnalyses, render_report
from optcenter_pipeline.rules.analysis_kinds import AnalysisKind
from optcenter_pipeline.runs.analysis_documents import failed_analysis
from optcenter_pipeline.runs.run_header import header_of


def report_of(session: Session, run_id: str) -> str:
    """A run's report, with every analysis of it that there is by now.

    Raises:
        UnknownRunError: no such run.
    """
    record = get_run(session, run_id)
    result = Result.model_validate_json(record.results_json) if record.results_json else None
    return render_report(
        header_of(record.summary),
        Snapshot.model_validate_json(record.inputs_snapshot_json),
        result if record.summary.status != "failed" else None,
        analyses=_analyses(session, run_id),
    )


def _analyses(session: Session, run_id: str) -> ReportAnalyses:
    """What is kept of each kind; what an earlier attempt found stands until another is kept."""
    records = analyses_of(session, run_id)
    kept = {record.kind: record.document_json for record in records if record.document_json}

    def text(kind: AnalysisKind) -> str | None:
        return kept.get(kind.value)

    explanation, frontier = text(AnalysisKind.EXPLAIN), text(AnalysisKind.FRONTIER)
    alternatives, robustness = text(AnalysisKind.ALTERNATIVES), text(AnalysisKind.ROBUSTNESS)
    comparison = text(AnalysisKind.COMPARISON)
    return ReportAnalyses(
        explanation=Explanation.model_validate_json(explanation) if explanation else None,
        frontiers=(Frontier.model_validate_json(frontier),) if frontier else (),
        alternatives=Alternatives.model_validate_json(alternatives) if alternatives else None,
        robustness=Robustness.model_validate_json(robustness) if robustness else None,
        comparison=Comparison.model_validate_json(comparison) if comparison else None,
        asked={AnalysisKind(record.kind): record.made_as for record in records if record.made_as},
        failed=tuple(failed_analysis(record) for record in records if record.status == "failed"),
    )
