"""Analyses of finished runs: made from the ledger alone, kept, and never in the way of the run itself."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from pydantic import BaseModel

from optcenter_pipeline.database.analyses import (
    AnalysisRecord,
    analyses_of,
    fail_analysis,
    keep_analysis,
    start_analysis,
    want_analyses,
)
from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.errors import RunLedgerError
from optcenter_pipeline.database.ledger import FINAL_STATUSES
from optcenter_pipeline.database.run_records import RunRecord, get_run, list_runs
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.alternatives import alternatives
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel, base_plan
from optcenter_pipeline.explain.explanation import explain
from optcenter_pipeline.explain.frontier import frontier
from optcenter_pipeline.explain.robustness import robustness
from optcenter_pipeline.rules.analysis_kinds import AnalysisKind
from optcenter_pipeline.runs.analysis_documents import Report, parsed, without_plan
from optcenter_pipeline.runs.comparing import compared_with, comparison_of
from optcenter_pipeline.runs.reports import ReportPlace, report_of
from optcenter_pipeline.runs.saving import NothingToWorkOnError
from optcenter_pipeline.runs.stopping import stop_wish


@dataclass(frozen=True)
class MadeAnalysis:
    """An analysis that is kept, made now or before."""

    run_id: str
    kind: AnalysisKind
    document: BaseModel
    """Of `explain.documents`, or a `Report`."""
    is_new: bool
    """False: it was made before from the very same."""


@dataclass(frozen=True)
class _FinishedRun:
    """A final run, read."""

    record: RunRecord
    result: Result

    @property
    def run_id(self) -> str:
        return self.record.summary.run_id

    @cached_property
    def snapshot(self) -> Snapshot:
        return Snapshot.model_validate_json(self.record.inputs_snapshot_json)

    @property
    def plan(self) -> BasePlan:
        return base_plan(self.snapshot, self.result)


def run_to_analyse(database: Database, scenario_name: str, set_name: str) -> str:
    """The newest run of a scenario and set that ended with an answer.

    Raises:
        NothingToWorkOnError: there is none.
    """
    with database.reading() as session:
        for run in list_runs(session, scenario_name=scenario_name, constraint_set_name=set_name, limit=None):
            if run.status in FINAL_STATUSES - {"failed"} and run.objective_mode is not None:
                return run.run_id
    raise NothingToWorkOnError(f"{scenario_name} / {set_name} has no finished run; materialise solve first")


def make_analysis(database: Database, run_id: str, kind: AnalysisKind, *, reports: ReportPlace) -> MadeAnalysis:
    """Make one analysis of a final run and keep it; it then waits to be delivered.

    Args:
        reports: where a report goes.

    Raises:
        UnknownRunError: no such run.
        NothingToWorkOnError: the run has no answer that could be analysed.
        RunLedgerError: another process is making it.
        BaseException: whatever stopped it; the analysis is `failed` by then, with its text.
    """
    run = _finished_run(database, run_id)
    with database.session() as session:
        options = _options(database, run, kind, reports)
        want_analyses(session, run_id, [kind], now=_now(), options={kind: options} if options else None, again=True)
        is_ours = start_analysis(session, run_id, kind, now=_now())
    if not is_ours:
        return _made_before(database, run_id, kind)
    with stop_wish() as wish:
        try:
            document = _MAKERS[kind](_Task(database, run, reports, wish.is_wished))
            if wish.is_wished():
                raise KeyboardInterrupt
            with database.session() as session:
                keep_analysis(session, run_id, kind, document.model_dump_json(), _now())
        except BaseException as error:
            text = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(": ")
            with database.session() as session:
                fail_analysis(session, run_id, kind, text, now=_now())
            raise
    return MadeAnalysis(run_id, kind, document, is_new=True)


def _finished_run(database: Database, run_id: str) -> _FinishedRun:
    with database.reading() as session:
        record = get_run(session, run_id)
    status = record.summary.status
    if status == "failed" or record.results_json is None:
        raise NothingToWorkOnError(f"run {run_id} is {status} and has no answer to analyse; run it again")
    return _FinishedRun(record, Result.model_validate_json(record.results_json))


def _options(
    database: Database, run: _FinishedRun, kind: AnalysisKind, reports: ReportPlace
) -> Mapping[str, object] | None:
    """What the analysis depends on beside the run: where that has changed, it is made again."""
    if kind is AnalysisKind.COMPARISON:
        return {"with": compared_with(database, run.record)}
    if kind is AnalysisKind.REPORT:
        with database.reading() as session:
            kept = [a for a in analyses_of(session, run.run_id) if a.kind != kind and a.document_json]
        return {"analyses": {a.kind: str(a.finished_at) for a in kept}, "url": reports.url(run.run_id)}
    return None


def _made_before(database: Database, run_id: str, kind: AnalysisKind) -> MadeAnalysis:
    record = _record(database, run_id, kind)
    if record.status != "done" or record.document_json is None:
        raise RunLedgerError(f"{kind} of run {run_id} is {record.status} by {record.worker}; wait for it")
    return MadeAnalysis(run_id, kind, parsed(kind, record.document_json), is_new=False)


def _record(database: Database, run_id: str, kind: AnalysisKind) -> AnalysisRecord:
    with database.reading() as session:
        return next(record for record in analyses_of(session, run_id) if record.kind == kind)


@dataclass(frozen=True)
class _Task:
    """What the makers of analyses are given."""

    database: Database
    run: _FinishedRun
    reports: ReportPlace
    cancel: Cancel


def _explanation(task: _Task) -> BaseModel:
    return explain(task.run.snapshot, task.run.result, cancel=task.cancel)


def _of_plan(kind: AnalysisKind, make: Callable[[BasePlan, Cancel], BaseModel]) -> "_Maker":
    """An analysis that starts from a portfolio; where there is none, a document that says so."""

    def made(task: _Task) -> BaseModel:
        if not task.run.result.has_portfolio:
            return without_plan(kind, task.run.result.status)
        return make(task.run.plan, task.cancel)

    return made


def _comparison(task: _Task) -> BaseModel:
    return comparison_of(task.database, task.run.record, cancel=task.cancel)


def _report(task: _Task) -> Report:
    with task.database.reading() as session:
        html = report_of(session, task.run.run_id)
    path = task.reports.write(task.run.run_id, html)
    return Report(path=str(path), url=task.reports.url(task.run.run_id))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


_Maker = Callable[[_Task], BaseModel]
_MAKERS: Mapping[AnalysisKind, _Maker] = {
    AnalysisKind.EXPLAIN: _explanation,
    AnalysisKind.FRONTIER: _of_plan(AnalysisKind.FRONTIER, lambda plan, cancel: frontier(plan, cancel=cancel)),
    AnalysisKind.ALTERNATIVES: _of_plan(
        AnalysisKind.ALTERNATIVES, lambda plan, cancel: alternatives(plan, cancel=cancel)
    ),
    AnalysisKind.ROBUSTNESS: _of_plan(
        AnalysisKind.ROBUSTNESS, lambda plan, cancel: robustness(plan, cancel=cancel)
    ),
    AnalysisKind.COMPARISON: _comparison,
    AnalysisKind.REPORT: _report,
}
