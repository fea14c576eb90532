"""Analyses of finished runs: made from the ledger alone, kept, and never in the way of the run itself."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from pydantic import BaseModel

from optcenter_pipeline.database.analyses import (
    analyses_of,
    fail_analysis,
    keep_analysis,
    start_analysis,
    want_analysis,
)
from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.errors import RunLedgerError
from optcenter_pipeline.database.ledger import FINAL_STATUSES
from optcenter_pipeline.database.run_records import RunRecord, get_run, list_runs
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.alternatives import alternatives
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel, base_plan
from optcenter_pipeline.explain.documents import Frontier
from optcenter_pipeline.explain.explanation import explain
from optcenter_pipeline.explain.frontier import frontier
from optcenter_pipeline.explain.frontier_axis import NoAxisError
from optcenter_pipeline.explain.robustness import robustness
from optcenter_pipeline.rules.analysis_kinds import AnalysisKind
from optcenter_pipeline.rules.analysis_options import (
    AlternativesOptions,
    AnalysisOptions,
    ComparisonOptions,
    ExplainOptions,
    FrontierOptions,
    ReportOptions,
    RobustnessOptions,
    WrongAnalysesError,
)
from optcenter_pipeline.rules.portfolio import GOALS
from optcenter_pipeline.runs.analysis_documents import Report, parsed, without_plan
from optcenter_pipeline.runs.analysis_requests import refuse_unknown
from optcenter_pipeline.runs.comparing import compared_with, comparison_of
from optcenter_pipeline.runs.report_place import ReportPlace
from optcenter_pipeline.runs.reports import report_of
from optcenter_pipeline.runs.saving import NothingToWorkOnError
from optcenter_pipeline.runs.stopping import stop_wish


@dataclass(frozen=True)
class MadeAnalysis:
    """An analysis that is kept, made now or before."""

    run_id: str
    options: AnalysisOptions
    """How it was made, every default spelled out."""
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


def make_analysis(database: Database, run_id: str, asked: AnalysisOptions, *, reports: ReportPlace) -> MadeAnalysis:
    """Make one analysis of a final run and keep it, in place of an earlier one; it then waits to be delivered.

    Args:
        asked: which, and how; without any option it is made as it was asked for before, else with the defaults.
        reports: where a report goes.

    Raises:
        UnknownRunError: no such run.
        NothingToWorkOnError: the run has no answer that could be analysed.
        RunLedgerError: another process is making it.
        WrongAnalysesError: it names a KPI or a run that there is none of; the analysis is `failed` by then.
        BaseException: whatever stopped it; the analysis is `failed` by then, with its text.
    """
    run = _finished_run(database, run_id)
    kind = asked.kind
    options = (asked if asked.given else _asked_before(database, run_id, asked)).completed()
    depends = _depends(database, run, options, reports)
    is_lost = kind is AnalysisKind.REPORT and _is_lost(reports, run_id)
    with database.session() as session:
        values = {**options.model_dump(mode="json"), **depends}
        want_analysis(session, run_id, kind, values, now=_now(), failed=True, done=is_lost)
        is_ours = start_analysis(session, run_id, kind, now=_now())
    if not is_ours:
        return _made_before(database, run_id, options)
    with stop_wish() as wish:
        try:
            with database.reading() as session:
                refuse_unknown(session, [options], run.snapshot.metrics)
            document = _made(_Task(database, run, reports, wish.is_wished), options)
            if wish.is_wished():
                raise KeyboardInterrupt
            with database.session() as session:
                keep_analysis(session, run_id, kind, document.model_dump_json(), _now())
        except BaseException as error:
            with database.session() as session:
                fail_analysis(session, run_id, kind, _why(error), now=_now())
            raise
    return MadeAnalysis(run_id, options, document, is_new=True)


def _is_lost(reports: ReportPlace, run_id: str) -> bool:
    try:
        return reports.written_at(run_id) is None
    except OSError:  # writing it tells of the same, and is told in the sheet
        return True


def _why(error: BaseException) -> str:
    """Why an analysis failed: in words where they are ours."""
    if isinstance(error, WrongAnalysesError):
        return str(error)
    if not isinstance(error, Exception):  # Ctrl-C, and Dagster's interrupt, which is a BaseException too
        return f"stopped by a person or the system ({type(error).__name__})"
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return " ".join(f"{type(error).__name__}: {error}".split()).rstrip(": ")


def _asked_before(database: Database, run_id: str, asked: AnalysisOptions) -> AnalysisOptions:
    with database.reading() as session:
        before = next((record for record in analyses_of(session, run_id) if record.kind == asked.kind), None)
    return asked if before is None else before.asked


def _finished_run(database: Database, run_id: str) -> _FinishedRun:
    with database.reading() as session:
        record = get_run(session, run_id)
    status = record.summary.status
    if status == "failed" or record.results_json is None:
        raise NothingToWorkOnError(f"run {run_id} is {status} and has no answer to analyse; run it again")
    return _FinishedRun(record, Result.model_validate_json(record.results_json))


def _depends(
    database: Database, run: _FinishedRun, options: AnalysisOptions, reports: ReportPlace
) -> dict[str, object]:
    """What the analysis depends on beside the run and its options: where that has changed, it is made again."""
    if isinstance(options, ComparisonOptions):
        return {"compared_with": compared_with(database, run.record, options.run)}
    if isinstance(options, ReportOptions):
        with database.reading() as session:
            others = [a for a in analyses_of(session, run.run_id) if a.kind != options.kind]
        kept = {a.kind: [str(a.finished_at), a.status] for a in others if a.document_json or a.error_text}
        return {"analyses": kept, "url": reports.url(run.run_id)}
    return {}


def _made_before(database: Database, run_id: str, options: AnalysisOptions) -> MadeAnalysis:
    with database.reading() as session:
        record = next(record for record in analyses_of(session, run_id) if record.kind == options.kind)
    if record.status != "done" or record.document_json is None:
        raise RunLedgerError(f"{record.kind} of run {run_id} is {record.status} by {record.worker}; wait for it")
    return MadeAnalysis(run_id, options, parsed(record.kind, record.document_json), is_new=False)


@dataclass(frozen=True)
class _Task:
    """What the makers of analyses are given."""

    database: Database
    run: _FinishedRun
    reports: ReportPlace
    cancel: Cancel


def _made(task: _Task, options: AnalysisOptions) -> BaseModel:
    """What comes of it; where it starts from a portfolio and there is none, a document that says so."""
    run, cancel = task.run, task.cancel
    match options:
        case ExplainOptions():
            return explain(run.snapshot, run.result, exact=options.exact, cancel=cancel)
        case ComparisonOptions():
            return comparison_of(task.database, run.record, options.run, cancel=cancel)
        case ReportOptions():
            return _report(task)
    if not run.result.has_portfolio:
        return without_plan(options, run.result.status)
    match options:
        case FrontierOptions():
            return _frontier(run.plan, options, cancel)
        case AlternativesOptions():
            return alternatives(run.plan, count=options.count, within_pct=options.within, cancel=cancel)
        case RobustnessOptions(draws=draws, tokens=tokens, seed=seed):
            return robustness(run.plan, draws=draws, tokens_pct=tokens, seed=seed, cancel=cancel)
        case _:
            raise TypeError(f"{type(options).__name__} are options of no analysis")


def _frontier(plan: BasePlan, options: FrontierOptions, cancel: Cancel) -> Frontier:
    try:
        return frontier(plan, points=options.points, against=options.against, of=options.of, cancel=cancel)
    except NoAxisError as error:
        if options.against != GOALS:
            raise WrongAnalysesError(f"{options.as_typed()}: {error}") from error
        # a scenario asks the same of each of its sets, and not each has goals
        name = options.of or plan.stage.name
        return Frontier(x_name=options.against, y_name=name, points=(), messages=(str(error),))


def _report(task: _Task) -> Report:
    with task.database.reading() as session:
        html = report_of(session, task.run.run_id)
    path = task.reports.write(task.run.run_id, html)
    return Report(path=str(path), url=task.reports.url(task.run.run_id))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
