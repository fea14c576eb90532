"""The ledger of runs: written before anything is solved, given one final status, never changed after that.

Every function works in the caller's transaction; nothing is kept before the session's owner commits.
"""

import datetime as dt
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from optcenter_pipeline.database.errors import RunAlreadyFinalError, RunLedgerError, UnknownRunError
from optcenter_pipeline.database.stage_outputs import sha256_of
from optcenter_pipeline.database.tables import OPEN_STATUSES, OptimizationRun, Portfolio, PortfolioItem
from optcenter_pipeline.database.upserts import insert_into
from optcenter_pipeline.database.workers import this_worker
from optcenter_pipeline.rules.names import fold

FINAL_STATUSES = frozenset({"optimal", "feasible", "infeasible", "no_solution", "invalid", "cancelled", "failed"})


@dataclass(frozen=True, slots=True)
class FundedInitiative:
    """One item of a portfolio that a run found."""

    initiative_key: str
    rank: int
    allocated_tokens: float
    objective_contribution: float
    contributions_json: str
    reason: str


@dataclass(frozen=True, slots=True)
class FoundPortfolio:
    """The portfolio of a run with status `optimal` or `feasible`."""

    objective_value: float | None
    capacity_used: float
    """Engineering tokens."""
    items: Sequence[FundedInitiative]


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What a run ends with, in plain values; the JSON texts are kept byte for byte."""

    status: str
    results_json: str | None = None
    gaps_json: str | None = None
    objective_value: float | None = None
    objective_bound: float | None = None
    mip_gap: float | None = None
    build_seconds: float | None = None
    solve_seconds: float | None = None
    extract_seconds: float | None = None
    solver_name: str | None = None
    solver_version: str | None = None
    error_text: str | None = None
    portfolio: FoundPortfolio | None = None


def create_run(
    session: Session,
    inputs_snapshot_json: str,
    *,
    now: dt.datetime,
    requested_by: str | None = None,
    dagster_run_id: str | None = None,
    worker: str | None = None,
) -> str:
    """Write a run down as `pending`, with all that it needs, before anything is solved.

    Args:
        inputs_snapshot_json: the snapshot; its scenario, set and scope name the run.
        now: UTC.
        worker: `this_worker()` where this same process will solve it, so that its end is noticed at once.

    Returns:
        The new run's id, `20261123T054200-3f2a9c`: the time in UTC and a random part; ids sort by time.
    """
    snapshot = json.loads(inputs_snapshot_json)
    scenario = snapshot["scenario"]
    set_name = (snapshot.get("constraint_set") or {}).get("constraint_set_name") or ""
    values = {
        "scenario_name": scenario["scenario_name"],
        "constraint_set_name": set_name,
        "scenario_key": fold(scenario["scenario_name"]),
        "constraint_set_key": fold(set_name),
        "period_key": scenario.get("period_key"),
        "scope_type": (snapshot.get("scope") or {}).get("scope_type", "all"),
        "objective_mode": scenario.get("objective_mode", "north_star"),
        "capacity_total": scenario["capacity_total_tokens"],
        "status": "pending",
        "inputs_snapshot_json": inputs_snapshot_json,
        "inputs_sha256": sha256_of(inputs_snapshot_json),
        "requested_by": requested_by,
        "dagster_run_id": dagster_run_id,
        "worker": worker,
        "what_if": "; ".join(override["message"] for override in (snapshot.get("what_if") or {}).values()) or None,
        "created_at": now,
    }
    while True:
        run_id = f"{now.astimezone(dt.UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        is_new = session.execute(
            insert_into(session, OptimizationRun)
            .values(run_id=run_id, **values)
            .on_conflict_do_nothing(index_elements=["run_id"])
            .returning(OptimizationRun.run_id)
        ).first()
        if is_new:
            return run_id


def start_run(session: Session, run_id: str, *, now: dt.datetime, worker: str | None = None) -> None:
    """`pending` → `running`.

    Args:
        worker: `host:pid` of the process that solves it; this one where None.

    Raises:
        UnknownRunError: no such run.
        RunAlreadyFinalError: it has ended already.
        RunLedgerError: it is running already.
    """
    started = session.execute(
        update(OptimizationRun)
        .where(OptimizationRun.run_id == run_id, OptimizationRun.status == "pending")
        .values(status="running", started_at=now, heartbeat_at=now, worker=worker or this_worker())
        .returning(OptimizationRun.run_id)
        .execution_options(synchronize_session=False)
    ).first()
    if not started:
        _refuse(session, run_id)


def heartbeat(session: Session, run_id: str, *, now: dt.datetime) -> bool:
    """Say that the run is alive.

    Returns:
        False where it is final already: someone has given it up, and nobody waits for its answer.
    """
    return bool(
        session.execute(
            update(OptimizationRun)
            .where(OptimizationRun.run_id == run_id, OptimizationRun.status.in_(OPEN_STATUSES))
            .values(heartbeat_at=now)
            .returning(OptimizationRun.run_id)
            .execution_options(synchronize_session=False)
        ).first()
    )


def finish_run(session: Session, run_id: str, outcome: RunOutcome, *, now: dt.datetime) -> None:
    """Give a run its one final status, and keep the portfolio that it found, in one transaction.

    Raises:
        ValueError: the status is not a final one.
        UnknownRunError: no such run.
        RunAlreadyFinalError: it has its final status; nothing is changed.
    """
    if outcome.status not in FINAL_STATUSES:
        raise ValueError(
            f"{outcome.status!r} is not a final status; give one of {', '.join(sorted(FINAL_STATUSES))}"
        )
    finished = session.execute(
        update(OptimizationRun)
        .where(OptimizationRun.run_id == run_id, OptimizationRun.status.in_(OPEN_STATUSES))
        .values(
            status=outcome.status,
            results_json=outcome.results_json,
            gaps_json=outcome.gaps_json,
            objective_value=outcome.objective_value,
            objective_bound=outcome.objective_bound,
            mip_gap=outcome.mip_gap,
            build_seconds=outcome.build_seconds,
            solve_seconds=outcome.solve_seconds,
            extract_seconds=outcome.extract_seconds,
            solver_name=outcome.solver_name,
            solver_version=outcome.solver_version,
            error_text=outcome.error_text,
            finished_at=now,
        )
        .returning(OptimizationRun.scenario_name, OptimizationRun.constraint_set_name)
        .execution_options(synchronize_session=False)
    ).first()
    if finished is None:
        _refuse(session, run_id)
    elif outcome.portfolio is not None:
        _keep_portfolio(session, run_id, (finished[0], finished[1]), outcome.portfolio, now)


def fail_run(session: Session, run_id: str, error_text: str, *, now: dt.datetime) -> None:
    """End a run by an error of the system.

    Raises:
        UnknownRunError: no such run.
        RunAlreadyFinalError: it has its final status; nothing is changed.
    """
    finish_run(session, run_id, RunOutcome(status="failed", error_text=error_text), now=now)


def _keep_portfolio(
    session: Session, run_id: str, names: tuple[str, str], portfolio: FoundPortfolio, now: dt.datetime
) -> None:
    """The portfolio's row and its items."""
    portfolio_id = session.execute(
        insert(Portfolio)
        .values(
            run_id=run_id,
            scenario_name=names[0],
            constraint_set_name=names[1],
            objective_value=portfolio.objective_value,
            capacity_used=portfolio.capacity_used,
            selected_count=len(portfolio.items),
            created_at=now,
        )
        .returning(Portfolio.id)
    ).scalar_one()
    items = [
        {
            "portfolio_id": portfolio_id,
            "initiative_key": item.initiative_key,
            "rank": item.rank,
            "allocated_tokens": item.allocated_tokens,
            "objective_contribution": item.objective_contribution,
            "contributions_json": item.contributions_json,
            "reason": item.reason,
        }
        for item in portfolio.items
    ]
    if items:
        session.connection().execute(insert(PortfolioItem), items)


def _refuse(session: Session, run_id: str) -> None:
    """Say why a run could not be changed."""
    status = session.execute(
        select(OptimizationRun.status).where(OptimizationRun.run_id == run_id)
    ).scalar_one_or_none()
    if status is None:
        raise UnknownRunError(f"there is no run {run_id}; `optcenter runs` lists them")
    if status in OPEN_STATUSES:
        raise RunLedgerError(f"run {run_id} is {status} already; start another one")
    raise RunAlreadyFinalError(f"run {run_id} has ended as {status}, and a run never changes after that")
