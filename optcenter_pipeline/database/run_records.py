"""Reads the ledger: runs as plain values, newest first, and which of them the sheet has not seen yet."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import Session

from optcenter_pipeline.database.errors import UnknownRunError
from optcenter_pipeline.database.tables import OPEN_STATUSES, Approval, Delivery, OptimizationRun, Portfolio
from optcenter_pipeline.database.upserts import insert_into
from optcenter_pipeline.rules.names import fold


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run without its documents. Times are UTC, seconds are of the solver's phases, tokens as typed."""

    run_id: str
    scenario_name: str
    constraint_set_name: str
    period_key: str | None
    scope_type: str
    objective_mode: str | None
    capacity_total: float | None
    status: str
    inputs_sha256: str
    objective_value: float | None
    objective_bound: float | None
    mip_gap: float | None
    build_seconds: float | None
    solve_seconds: float | None
    extract_seconds: float | None
    solver_name: str | None
    solver_version: str | None
    error_text: str | None
    dagster_run_id: str | None
    requested_by: str | None
    worker: str | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    heartbeat_at: dt.datetime | None
    finished_at: dt.datetime | None
    capacity_used: float | None
    """Of its portfolio; None without one."""
    selected_count: int | None
    what_if: str | None = None
    """In words, where its numbers are not those of the sheet."""
    approved_by: str | None = None
    """Who made it the scenario's plan last."""
    approved_at: dt.datetime | None = None
    is_plan: bool = False
    """Whether no other run of the scenario was approved since."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run with its documents, byte for byte as they were given."""

    summary: RunSummary
    inputs_snapshot_json: str
    results_json: str | None
    gaps_json: str | None


_FROM_PORTFOLIO = ("capacity_used", "selected_count")
_FROM_APPROVAL = ("approved_by", "approved_at")


def _column(name: str) -> Any:
    """Where a field of `RunSummary` stands."""
    if name == "is_plan":
        of_scenario = select(Approval.run_id).where(Approval.scenario_key == OptimizationRun.scenario_key)
        plan = of_scenario.order_by(Approval.id.desc()).limit(1).scalar_subquery()
        return func.coalesce(OptimizationRun.run_id == plan, false()).label(name)
    if name in _FROM_APPROVAL:
        of_run = select(getattr(Approval, name)).where(Approval.run_id == OptimizationRun.run_id)
        return of_run.order_by(Approval.id.desc()).limit(1).scalar_subquery().label(name)
    return getattr(Portfolio if name in _FROM_PORTFOLIO else OptimizationRun, name)


_SUMMARY = tuple(_column(field.name) for field in fields(RunSummary))
_DOCUMENTS = (OptimizationRun.inputs_snapshot_json, OptimizationRun.results_json, OptimizationRun.gaps_json)


def list_runs(
    session: Session,
    *,
    scenario_name: str | None = None,
    constraint_set_name: str | None = None,
    limit: int | None = 50,
) -> tuple[RunSummary, ...]:
    """Runs, newest first; names compare without case, and `""` names the runs without a set."""
    query = _newest_first(scenario_name, constraint_set_name).limit(limit)
    return tuple(_summary(row) for row in session.execute(query))


def get_run(session: Session, run_id: str) -> RunRecord:
    """One run with its documents.

    Raises:
        UnknownRunError: no such run.
    """
    row = session.execute(
        select(*_SUMMARY, *_DOCUMENTS)
        .outerjoin(Portfolio, Portfolio.run_id == OptimizationRun.run_id)
        .where(OptimizationRun.run_id == run_id)
    ).first()
    if row is None:
        raise UnknownRunError(f"there is no run {run_id}; `optcenter runs` lists them")
    return RunRecord(_summary(row), *tuple(row)[len(_SUMMARY) :])


def run_of(session: Session, dagster_run_id: str) -> RunSummary | None:
    """The newest run that a Dagster run wrote down; None where it wrote none."""
    query = _newest_first(None, None).where(OptimizationRun.dagster_run_id == dagster_run_id).limit(1)
    row = session.execute(query).first()
    return None if row is None else _summary(row)


def runs_to_deliver(session: Session) -> tuple[str, ...]:
    """Ids of the final runs whose outputs do not stand in the sheet yet, oldest first."""
    return tuple(
        session.scalars(
            select(OptimizationRun.run_id)
            .outerjoin(Delivery, Delivery.run_id == OptimizationRun.run_id)
            .where(OptimizationRun.status.not_in(OPEN_STATUSES), Delivery.run_id.is_(None))
            .order_by(OptimizationRun.finished_at, OptimizationRun.id)
        )
    )


def mark_delivered(session: Session, run_id: str, *, now: dt.datetime) -> None:
    """Note that a run's outputs stand in the sheet; the first time counts."""
    session.execute(
        insert_into(session, Delivery)
        .values(run_id=run_id, delivered_at=now)
        .on_conflict_do_nothing(index_elements=["run_id"])
    )


def _summary(row: Sequence[Any]) -> RunSummary:
    """The first columns of a row as a summary."""
    return RunSummary(*tuple(row)[: len(_SUMMARY)])


def _newest_first(scenario_name: str | None, constraint_set_name: str | None) -> Select[Any]:
    """Summaries of these runs, newest first."""
    query: Select[Any] = (
        select(*_SUMMARY)
        .outerjoin(Portfolio, Portfolio.run_id == OptimizationRun.run_id)
        .order_by(OptimizationRun.created_at.desc(), OptimizationRun.id.desc())
    )
    if scenario_name is not None:
        query = query.where(OptimizationRun.scenario_key == fold(scenario_name))
    if constraint_set_name is not None:
        query = query.where(OptimizationRun.constraint_set_key == fold(constraint_set_name))
    return query
