"""Reports of runs: rendered from the ledger alone, written whole or not at all, and where people find them."""

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.orm import Session

from optcenter_pipeline.database.analyses import analyses_of
from optcenter_pipeline.database.approvals import approvals_of
from optcenter_pipeline.database.run_records import RunRecord, get_run
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.documents import Alternatives, Comparison, Explanation, Frontier, Robustness
from optcenter_pipeline.report.html import ReportAnalyses, ReportHeader, render_report
from optcenter_pipeline.rules.analysis_kinds import AnalysisKind

_RUN_ID = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class ReportPlace:
    """Where reports are kept, and where they are served."""

    folder: Path
    root_url: str | None = None
    """The address under which the folder is served; None: nowhere, and a report's address is that of its file."""

    def write(self, run_id: str, html: str) -> Path:
        """Keep a run's report in place of an earlier one; a reader sees the old file or the new one.

        Raises:
            ValueError: the run's id could not be a file's name.
            OSError: the file cannot be written; nothing is left of it.
        """
        path = self._path(run_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
        try:
            with temporary.open("x", encoding="utf-8", newline="") as file:
                file.write(html)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        return path

    def url(self, run_id: str) -> str:
        """The address of a run's report.

        Raises:
            ValueError: the run's id could not be a file's name.
        """
        path = self._path(run_id)
        return path.as_uri() if self.root_url is None else f"{self.root_url.rstrip('/')}/{quote(path.name)}"

    def _path(self, run_id: str) -> Path:
        if not _RUN_ID.fullmatch(run_id):
            raise ValueError(f"{run_id!r} is no run's id; `optcenter runs` lists them")
        return self.folder.absolute() / f"{run_id}.html"


def report_of(session: Session, run_id: str) -> str:
    """A run's report, with every analysis of it that there is by now.

    Raises:
        UnknownRunError: no such run.
    """
    record = get_run(session, run_id)
    result = Result.model_validate_json(record.results_json) if record.results_json else None
    return render_report(
        _header(session, record),
        Snapshot.model_validate_json(record.inputs_snapshot_json),
        result if record.summary.status != "failed" else None,
        analyses=_analyses(session, run_id),
    )


def _header(session: Session, record: RunRecord) -> ReportHeader:
    summary = record.summary
    approvals = (one for one in approvals_of(session, summary.scenario_name) if one.run_id == summary.run_id)
    approval = next(approvals, None)
    return ReportHeader(
        run_id=summary.run_id,
        scenario_name=summary.scenario_name,
        constraint_set_name=summary.constraint_set_name,
        status=summary.status,
        created_at=summary.created_at,
        started_at=summary.started_at,
        finished_at=summary.finished_at,
        requested_by=summary.requested_by,
        error_text=summary.error_text,
        inputs_sha256=summary.inputs_sha256,
        approved_by=approval.approved_by if approval else None,
        approved_at=approval.approved_at if approval else None,
    )


def _analyses(session: Session, run_id: str) -> ReportAnalyses:
    """What is kept of each kind; what an earlier attempt found stands until another is kept."""
    kept = {record.kind: record.document_json for record in analyses_of(session, run_id) if record.document_json}

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
    )
