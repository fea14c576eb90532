"""Which run a run is compared with, and the comparison, from the ledger."""

from optcenter_pipeline.database.approvals import plan_of
from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.ledger import FINAL_STATUSES
from optcenter_pipeline.database.run_records import RunRecord, get_run, list_runs
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.base_plan import Cancel
from optcenter_pipeline.explain.comparison import ComparedRun, compare
from optcenter_pipeline.explain.documents import Comparison
from optcenter_pipeline.rules.analysis_options import PREVIOUS
from optcenter_pipeline.rules.commitment import APPROVED
from optcenter_pipeline.rules.names import fold


def compared_with(database: Database, run: RunRecord, asked: str | None = None) -> str | None:
    """The run that another one is held against.

    Args:
        asked: a run's id, `approved` for its scenario's plan, or `previous` for the finished run of its scenario
            and set before it; None: the plan, and where there is none the run before.

    Returns:
        Its id; None where there is none.
    """
    this, wanted = run.summary, None if asked is None else fold(asked)
    if wanted not in (None, APPROVED, PREVIOUS):
        return asked
    with database.reading() as session:
        plan = plan_of(session, this.scenario_name)
        if wanted != PREVIOUS and plan is not None and plan.run_id != this.run_id:
            return plan.run_id
        if wanted == APPROVED:
            return None
        earlier = list_runs(
            session, scenario_name=this.scenario_name, constraint_set_name=this.constraint_set_name, limit=None
        )
    before = (
        other.run_id
        for other in earlier
        if other.created_at < this.created_at and other.status in FINAL_STATUSES - {"failed", "invalid"}
    )
    return next(before, None)


def comparison_of(database: Database, run: RunRecord, asked: str | None = None, *, cancel: Cancel) -> Comparison:
    """What differs from the run that `compared_with` names; an empty comparison with a word where it names none."""
    other_id = compared_with(database, run, asked)
    if other_id is None:
        this, status = run.summary.run_id, run.summary.status
        earlier, plan = "no earlier run of this scenario and set", "no other approved plan of this scenario"
        there_is = {APPROVED: plan, PREVIOUS: earlier}.get(fold(asked or ""), f"{earlier}, and {plan},")
        said = (f"there is {there_is} to compare with",)
        return Comparison(run_a=this, run_b=this, status_a=status, status_b=status, messages=said)
    with database.reading() as session:
        other = get_run(session, other_id)
    return compare(compared_run(other), compared_run(run), cancel=cancel)


def compared_run(record: RunRecord) -> ComparedRun:
    """A run of the ledger, read."""
    is_answered = record.summary.status != "failed" and record.results_json is not None
    result = Result.model_validate_json(record.results_json or "") if is_answered else None
    return ComparedRun(
        run_id=record.summary.run_id,
        snapshot=Snapshot.model_validate_json(record.inputs_snapshot_json),
        result=result,
    )
