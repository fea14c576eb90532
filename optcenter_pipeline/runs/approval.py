"""Approving a run as its scenario's plan: only one whose inputs are still those of the sheet as saved last."""

import datetime as dt
import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from optcenter_pipeline.database.approvals import ApprovalRecord, approve_run
from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.errors import RunBlockedError
from optcenter_pipeline.database.inputs import RunInputs, load_run_inputs
from optcenter_pipeline.database.locks import wait_to_save
from optcenter_pipeline.database.run_records import RunRecord, get_run
from optcenter_pipeline.database.tables import ActionRequest
from optcenter_pipeline.engine.snapshot import Scope, Snapshot
from optcenter_pipeline.explain.comparison_inputs import input_differences
from optcenter_pipeline.runs.inputs import snapshot_of


class ApprovalRefusedError(ValueError):
    """The run cannot become the plan.

    Args:
        lines: why, one finding a line.
    """

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def approve(database: Database, run_id: str, *, by: str, now: dt.datetime) -> tuple[ApprovalRecord, bool]:
    """Make a run its scenario's plan.

    What the sheet says is read from the database: the caller saves the workbook first. Where rows stand, titles,
    and how hard was searched make no difference; the portfolio that was committed to stays the run's own.

    Args:
        by: a person, as typed.
        now: UTC.

    Returns:
        (the approval that counts, whether it is new): the plan approved again stays as it was approved first.

    Raises:
        UnknownRunError: no such run.
        ApprovalRefusedError: it has no portfolio, is a what-if, or its inputs have changed since.
    """
    with database.session() as session:
        wait_to_save(session)
        record = get_run(session, run_id)
        lines = _refusal(session, record)
        if lines:
            raise ApprovalRefusedError(lines)
        return approve_run(session, run_id, approved_by=by, now=now)


def _refusal(session: Session, record: RunRecord) -> tuple[str, ...]:
    """Why a run cannot become the plan; empty where it can."""
    run = record.summary
    if run.selected_count is None:
        why = f": {run.error_text}" if run.error_text else ""
        return (f"run {run.run_id} is {run.status}, and has no portfolio to approve{why}",)
    if run.status == "cancelled":
        return (f"run {run.run_id} was stopped by a person before its search ended; run it again",)
    if run.what_if:
        return (
            f"run {run.run_id} is a what-if ({run.what_if}): what is approved stands in the sheet; "
            "change the sheet and run it again",
        )
    try:
        inputs = load_run_inputs(session, run.scenario_name, run.constraint_set_name or None)
    except RunBlockedError as error:
        return (f"run {run.run_id} could not be made again: its inputs have changed since", *error.lines)
    then = Snapshot.model_validate_json(record.inputs_snapshot_json)
    scope = _scope_now(session, record, then.scope, inputs)
    now = Snapshot.model_validate(
        snapshot_of(inputs, scope=scope, solver=then.solver, commitments=then.commitments)
    )
    changes = [change.in_words() for change in input_differences(then, now) if change.matters]
    if not changes:
        return ()
    first = f"run {run.run_id} is not of the inputs as they are now; run it again, or take back what has changed:"
    return (first, *changes)


def _scope_now(session: Session, record: RunRecord, scope: Scope, inputs: RunInputs) -> Scope:
    """What the same request would choose from now: the candidates that are ticked, unless it named its own."""
    if scope.scope_type == "all" or _named_its_candidates(session, record):
        return scope
    return Scope(scope_type="selected", initiative_keys=inputs.selected_keys)


def _named_its_candidates(session: Session, record: RunRecord) -> bool:
    """Whether the run was asked for in Actions with keys of its own."""
    dagster_run_id = record.summary.dagster_run_id
    asked = session.scalars(
        select(ActionRequest.request_json).where(
            ActionRequest.dagster_run_id == dagster_run_id, ActionRequest.dagster_run_id.is_not(None)
        )
    ).first()
    return asked is not None and (json.loads(asked).get("scope") or {}).get("type") == "keys"
