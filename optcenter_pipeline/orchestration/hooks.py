"""What happens when a stage fails: the request that asked for the run is answered with why."""

import datetime as dt
from typing import Any

import dagster as dg

from optcenter_pipeline.stages.requests import actions_title, request_of


@dg.failure_hook(required_resource_keys={"database", "workbook"})
def answer_failure(context: dg.HookContext) -> None:
    """Answer `failed`, in the database and then in the sheet; what cannot be written now is for the next tick."""
    from optcenter_pipeline.database.actions import finish_request
    from optcenter_pipeline.database.errors import DatabaseError
    from optcenter_pipeline.runs.answers import mend_answers
    from optcenter_pipeline.workbook.actions_tab import ActionsPlace, look_at_actions
    from optcenter_pipeline.workbook.errors import WorkbookError

    run = context.instance.get_run_by_id(context.run_id)
    title = actions_title(run) if run is not None else None
    if run is None or title is None:
        return
    error = context.op_exception
    try:
        with context.resources.database.open() as db:
            request = request_of(run, db)
            if request is None:
                return
            message, run_id = _why(db, run.run_id, context.step_key, error)
            with db.session() as session:
                now = dt.datetime.now(dt.UTC)
                finish_request(session, request.request_id, "failed", message, now=now, run_id=run_id)
            if error is not None and isinstance(error.__cause__, WorkbookError):
                return  # a sheet that has just refused is not asked again at once
            with context.resources.workbook.open() as book:
                actions = look_at_actions(book, ActionsPlace(title=title))
                mend_answers(db, book, actions, log=context.log.warning)
    except (DatabaseError, WorkbookError) as trouble:
        context.log.warning(f"the request could not be answered yet: {trouble}")


def _why(database: Any, dagster_run_id: str, stage: str, error: BaseException | None) -> tuple[str, str]:
    """The message, and the run that it is about: of the ledger where there is one, else of Dagster."""
    from optcenter_pipeline.database.run_records import run_of

    with database.reading() as session:
        run = run_of(session, dagster_run_id)
    run_id = dagster_run_id if run is None else run.run_id
    if run is not None and run.error_text:
        return f"{run.status}: {run.error_text}", run_id
    if isinstance(error, dg.Failure):
        told = error.metadata.get("messages")
        lines = told.value if isinstance(told, dg.JsonMetadataValue) else [error.description]
        return "; ".join(map(str, lines if isinstance(lines, list) else [lines])), run_id
    # the text of an error that nobody foresaw may say anything: it is no text for a sheet
    kind = type(error).__name__
    return f"stage {stage} failed unforeseen ({kind}); the run's page in Dagster has the whole story", run_id
