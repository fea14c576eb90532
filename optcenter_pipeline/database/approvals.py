"""Approvals of runs: the newest of a scenario is its plan; none is ever changed.

Every function works in the caller's transaction; nothing is kept before the session's owner commits.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from optcenter_pipeline.database.locks import wait_to_save
from optcenter_pipeline.database.tables import Approval, OptimizationRun
from optcenter_pipeline.rules.names import fold


@dataclass(frozen=True, slots=True)
class ApprovalRecord:
    """Who made a run its scenario's plan, and when (UTC)."""

    run_id: str
    approved_by: str
    approved_at: dt.datetime


def approvals_of(session: Session, scenario_name: str) -> tuple[ApprovalRecord, ...]:
    """A scenario's approvals, newest first; names compare without case."""
    rows = session.execute(
        select(Approval.run_id, Approval.approved_by, Approval.approved_at)
        .where(Approval.scenario_key == fold(scenario_name))
        .order_by(Approval.id.desc())
    )
    return tuple(ApprovalRecord(*row) for row in rows)


def plan_of(session: Session, scenario_name: str) -> ApprovalRecord | None:
    """The approval that counts; None where no run of the scenario was approved."""
    return next(iter(approvals_of(session, scenario_name)), None)


def approve_run(
    session: Session, run_id: str, *, approved_by: str, now: dt.datetime
) -> tuple[ApprovalRecord, bool]:
    """Make a run its scenario's plan.

    Args:
        run_id: of a run of the ledger; whether it may be approved is the caller's to say.
        approved_by: a person, as typed.
        now: UTC.

    Returns:
        (the approval that counts, whether it is new): the plan approved again stays as it was approved first.
    """
    wait_to_save(session)  # of two people who approve at once the second one sees the first
    scenario = session.execute(
        select(OptimizationRun.scenario_name).where(OptimizationRun.run_id == run_id)
    ).scalar_one()
    plan = plan_of(session, scenario)
    if plan is not None and plan.run_id == run_id:
        return plan, False
    values = {"run_id": run_id, "scenario_key": fold(scenario), "approved_by": approved_by, "approved_at": now}
    session.execute(insert(Approval).values(**values))
    return ApprovalRecord(run_id, approved_by, now), True
