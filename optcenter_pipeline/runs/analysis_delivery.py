"""Delivering to the sheet what analyses of its runs have found."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from optcenter_pipeline.database.analyses import AnalysisRecord, analyses_to_deliver, mark_analysis_delivered
from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.leases import hold_lease
from optcenter_pipeline.database.run_records import RunRecord, get_run
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.documents import Alternatives, Comparison, Explanation, Frontier, Robustness
from optcenter_pipeline.report.analysis_rows import (
    AnalysisRows,
    alternatives_rows,
    explanation_rows,
    improved_reasons,
    robustness_rows,
)
from optcenter_pipeline.report.comparison_rows import comparison_rows
from optcenter_pipeline.report.failed_analyses import GAPS_ALERTS, failure_rows, solved_again
from optcenter_pipeline.report.frontier_rows import frontier_rows
from optcenter_pipeline.report.output_rows import OutputRow, OutputRows
from optcenter_pipeline.rules.analysis_kinds import AnalysisKind
from optcenter_pipeline.runs.analysis_documents import Report, failed_analysis, parsed
from optcenter_pipeline.runs.delivery import SHEET, run_rows, stamped, undelivered_lines
from optcenter_pipeline.workbook.errors import WorkbookRefusedError
from optcenter_pipeline.workbook.output_plan import Whole
from optcenter_pipeline.workbook.output_writing import write_outputs
from optcenter_pipeline.workbook.workbook import Workbook
from optcenter_pipeline.workbook.write_back import WriteReport


@dataclass(frozen=True, slots=True)
class DeliveredAnalysis:
    """An analysis that stands in the sheet now."""

    run_id: str
    kind: str
    written: int
    """Rows that were new or changed."""


def deliver_analyses(
    database: Database, workbook: Workbook, *, tell: Callable[[str], None] | None = None
) -> list[DeliveredAnalysis]:
    """Write what came of every analysis that the sheet does not tell yet, of runs that it shows; oldest first.

    One that failed is an alert of its run in Gaps_Alerts, until it has been made.

    Each is one batch request. What cannot be written is passed over, stays kept, and is tried again the next time.

    Args:
        tell: is given a line for each cell that could not be written as it should be.

    Returns:
        The analyses that stand in the sheet now, and did not before.

    Raises:
        WorkbookRefusedError: some could not be written, the others stand there; the text says what to do.
        WorkbookError: the workbook could not be read or written.
    """
    delivered: list[DeliveredAnalysis] = []
    refused: list[str] = []
    with hold_lease(database, SHEET):
        with database.reading() as session:
            waiting = analyses_to_deliver(session)
        for record in waiting:
            report = _deliver(database, workbook, record)
            if report.errors:
                refused.append(f"{record.kind} of run {record.run_id}: {'; '.join(report.errors)}")
            else:
                delivered.append(DeliveredAnalysis(record.run_id, record.kind, report.written))
            if tell is not None and not report.errors:
                for line in undelivered_lines(report):
                    tell(line)
    if refused:
        raise WorkbookRefusedError(
            f"not in the sheet: {'; '.join(refused)}. It is kept in the database; `optcenter workbook init` adds "
            "what the workbook lacks, and the next delivery writes it."
        )
    return delivered


def _deliver(database: Database, workbook: Workbook, record: AnalysisRecord) -> WriteReport:
    """One analysis; it counts as delivered only if all of it stands in the sheet."""
    with database.reading() as session:
        run = get_run(session, record.run_id)
    try:
        written = rows_of(record, run)
    except ValidationError as error:
        text = f"its document is of another release ({error.error_count()} fields differ); make it again"
        return WriteReport(errors=(text,))
    now = dt.datetime.now(dt.UTC)
    source = f"{record.kind} {record.run_id}"
    over = {GAPS_ALERTS: solved_again(AnalysisKind(record.kind))}
    left = {tab: [{"message": over.get(tab, "no longer part of the analysis")}] for tab in written.whole}
    leaves = stamped(left, source=source, now=now)
    report = write_outputs(
        workbook,
        stamped(written.rows, source=source, now=now),
        whole={tab: Whole(beginnings, *leaves[tab]) for tab, beginnings in written.whole.items()},
    )
    if not report.errors:
        with database.session() as session:
            mark_analysis_delivered(session, record, now=now)
    return report


def rows_of(record: AnalysisRecord, run: RunRecord) -> AnalysisRows:
    """What came of an analysis of the ledger as rows of the output tabs, and whether it failed.

    Raises:
        ValidationError: its document is none of this release's.
    """
    kind, of_run = AnalysisKind(record.kind), run_rows(run)
    failure = failed_analysis(record) if record.status == "failed" else None
    told = failure_rows(record.run_id, kind, len(of_run["Gaps_Alerts"]), failure)
    if record.document_json is None:
        return told
    found = _document_rows(parsed(kind, record.document_json), record.run_id, run, of_run)
    return (found.asked_as(record.made_as) if record.made_as else found).joined(told)


def _document_rows(document: BaseModel, run_id: str, run: RunRecord, of_run: OutputRows) -> AnalysisRows:
    """A document as rows; `of_run` are those of the run itself."""
    match document:
        case Explanation():
            found = explanation_rows(run_id, document, _titles(run))
            results = _with_reasons(of_run["Results"], improved_reasons(document))
            return AnalysisRows({**found.rows, "Results": results}, found.whole)
        case Frontier():
            return frontier_rows(run_id, document)
        case Alternatives():
            return alternatives_rows(run_id, document)
        case Robustness():
            return robustness_rows(run_id, document, _titles(run))
        case Comparison():
            return comparison_rows(document, _titles(run))
        case Report():
            (line,) = of_run["Runs"]
            return AnalysisRows({"Runs": [{**line, "report_url": document.url}]})
        case _:
            raise TypeError(f"{type(document).__name__} has no rows")


def _titles(run: RunRecord) -> dict[str, str]:
    snapshot = Snapshot.model_validate_json(run.inputs_snapshot_json)
    return {candidate.initiative_key: candidate.title for candidate in snapshot.candidates}


def _with_reasons(rows: Iterable[OutputRow], reasons: Mapping[str, str]) -> list[OutputRow]:
    """The run's rows of Results with better reasons; whole rows, so that one that somebody deleted is whole."""
    return [row | {"reason": reasons[row["initiative_key"]]} for row in rows if row["initiative_key"] in reasons]
