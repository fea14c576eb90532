"""Executing a run of the ledger: solve, check, and give it its one final status, whatever happens."""

import datetime as dt
import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.errors import DatabaseError, RunAlreadyFinalError
from optcenter_pipeline.database.ledger import (
    FoundPortfolio,
    FundedInitiative,
    RunOutcome,
    create_run,
    fail_run,
    finish_run,
    heartbeat,
    start_run,
)
from optcenter_pipeline.database.run_records import get_run, list_runs
from optcenter_pipeline.database.stage_outputs import sha256_of
from optcenter_pipeline.database.workers import this_worker
from optcenter_pipeline.engine import Progress
from optcenter_pipeline.engine.checker import Violation, check
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.answer import answer
from optcenter_pipeline.report.lines import violation_line
from optcenter_pipeline.report.progress_log import Pace, ProgressLog
from optcenter_pipeline.runs.saving import NothingToWorkOnError
from optcenter_pipeline.runs.stopping import stop_wish

PROGRESS_LOGGER = "optcenter_pipeline.progress"
"""Receives a record a progress event, the event as its `progress`; a terminal may listen."""

_LOG_PACE = Pace(apart=0.9, alive=10.0)
"""Of the run's log: each line is an event in Dagster's database; none shows what is older than a second."""
_HEARTBEAT_SECONDS = 30.0


@dataclass(frozen=True)
class ExecutedRun:
    """A run that has its final status."""

    run_id: str
    snapshot: Snapshot
    result: Result
    violations: tuple[Violation, ...]
    """What the independent checker found; then the run has failed and nothing of it may be written on."""
    results_sha256: str

    @property
    def status(self) -> str:
        """The run's final status in the ledger."""
        return "failed" if self.violations else self.result.status


def run_to_execute(database: Database, scenario_name: str, set_name: str, *, dagster_run_id: str) -> str:
    """The pending run that this Dagster run wrote down, else a new one of the set's newest snapshot.

    Raises:
        NothingToWorkOnError: the set has no run yet.
    """
    now = dt.datetime.now(dt.UTC)
    with database.session() as session:
        runs = list_runs(session, scenario_name=scenario_name, constraint_set_name=set_name)
        for run in runs:
            if run.dagster_run_id == dagster_run_id and run.status == "pending":
                return run.run_id
        if not runs:
            raise NothingToWorkOnError(
                f"{scenario_name} / {set_name} has no snapshot yet; materialise run_snapshot first"
            )
        newest = get_run(session, runs[0].run_id)
        return create_run(
            session,
            newest.inputs_snapshot_json,
            now=now,
            requested_by=newest.summary.requested_by,
            dagster_run_id=dagster_run_id,
            worker=this_worker(),
        )


def execute_run(database: Database, run_id: str, *, log: Callable[[str], None]) -> ExecutedRun:
    """Solve a pending run and give it its final status.

    Raises:
        RunAlreadyFinalError: somebody else ended it meanwhile.
        BaseException: whatever stopped the solve; the run is `failed` (or `cancelled`) by then. Ctrl-C and a
            termination end the search first: the run is kept with the portfolio that it had.
    """
    progress_log = ProgressLog(log, _LOG_PACE)

    def tell(progress: Progress) -> None:
        logging.getLogger(PROGRESS_LOGGER).info("%s", run_id, extra={"progress": progress})
        progress_log.tell(progress)

    with database.session() as session:
        snapshot = Snapshot.model_validate_json(get_run(session, run_id).inputs_snapshot_json)
        start_run(session, run_id, now=dt.datetime.now(dt.UTC))
    with stop_wish() as wish:
        try:
            with _beating(database, run_id):
                result = answer(snapshot, on_progress=tell, cancel=wish.is_wished)
            violations = check(snapshot, result)
            outcome = _outcome(result, result.model_dump_json(), violations)
            with database.session() as session:
                finish_run(session, run_id, outcome, now=dt.datetime.now(dt.UTC))
        except RunAlreadyFinalError:
            raise
        except BaseException as error:
            _end_by_error(database, run_id, error)
            raise
    log(f"run {run_id}: {outcome.status}")
    wish.pass_on()
    return ExecutedRun(run_id, snapshot, result, violations, sha256_of(_without_times(result)))


def _end_by_error(database: Database, run_id: str, error: BaseException) -> None:
    """`cancelled` where a person stopped it, else `failed`; the error itself goes on its way."""
    stopped = not isinstance(error, Exception)  # Ctrl-C, and Dagster's interrupt, which is a BaseException too
    text = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(": ")
    now = dt.datetime.now(dt.UTC)
    with database.session() as session:
        if stopped:
            finish_run(session, run_id, RunOutcome(status="cancelled", error_text=f"stopped: {text}"), now=now)
        else:
            fail_run(session, run_id, text, now=now)


def _outcome(result: Result, results_json: str, violations: tuple[Violation, ...]) -> RunOutcome:
    """The ledger's plain values of a result; one that the checker refuses is a failed run without portfolio."""
    objective = result.objective
    error_text = None
    if violations:
        error_text = "the independent checker refused the result: " + "; ".join(map(violation_line, violations))
    portfolio = None
    if result.has_portfolio and not violations:
        portfolio = FoundPortfolio(
            objective_value=objective.value,
            capacity_used=result.capacity.used if result.capacity else 0.0,
            items=[
                FundedInitiative(
                    initiative_key=chosen.initiative_key,
                    rank=chosen.rank,
                    allocated_tokens=chosen.allocated_tokens,
                    objective_contribution=chosen.objective_contribution,
                    contributions_json=json.dumps(chosen.contributions, ensure_ascii=False, sort_keys=True),
                    reason=chosen.reason,
                )
                for chosen in result.selected
            ],
        )
    return RunOutcome(
        status="failed" if violations else result.status,
        results_json=results_json,
        gaps_json=json.dumps([gap.model_dump(mode="json") for gap in result.gaps], ensure_ascii=False),
        objective_value=objective.value,
        objective_bound=objective.bound,
        mip_gap=objective.mip_gap,
        build_seconds=result.timings.build,
        solve_seconds=result.timings.solve,
        extract_seconds=result.timings.extract,
        solver_name=result.solver.name,
        solver_version=result.solver.version,
        error_text=error_text,
        portfolio=portfolio,
    )


def _without_times(result: Result) -> str:
    """The result as JSON without seconds: the same answer is the same data version."""
    stages = {"stages": {"__all__": {"seconds"}}}
    return result.model_dump_json(exclude={"timings": True, "objective": stages})


@contextmanager
def _beating(database: Database, run_id: str) -> Iterator[None]:
    """A sign of life in the ledger while the solver works, from a thread: presolve tells nothing for minutes."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(_HEARTBEAT_SECONDS):
            try:
                with database.session() as session:
                    heartbeat(session, run_id, now=dt.datetime.now(dt.UTC))
            except DatabaseError:
                continue  # the next beat may get through; the run's end tells of a database that is gone

    thread = threading.Thread(target=beat, name=f"heartbeat-{run_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
