"""`approve`: a run becomes its scenario's plan."""

import datetime as dt
from typing import Annotated

import typer

from optcenter_pipeline.cli.console import Console, ExitCode, InvalidInputError
from optcenter_pipeline.cli.jobs import run_job
from optcenter_pipeline.cli.run_view import run_document


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(approve)


def approve(
    context: typer.Context,
    run_id: Annotated[str, typer.Argument(help="As listed by `optcenter runs`.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who approves it.")],
) -> int:
    """Save everything, and make a run its scenario's plan: `optimize --keep approved` keeps to it.

    Refused where the run has no portfolio, is a what-if, or its inputs have changed since. Earlier plans stay in
    the history; the newest counts.
    """
    from optcenter_pipeline.database.errors import UnknownRunError
    from optcenter_pipeline.orchestration.run_requests import save_ops
    from optcenter_pipeline.report.output_rows import stamp
    from optcenter_pipeline.rules.numbers import percent
    from optcenter_pipeline.runs.approval import ApprovalRefusedError
    from optcenter_pipeline.runs.approval import approve as approve_run
    from optcenter_pipeline.stages.resources import DatabaseResource

    console: Console = context.obj
    name = by.strip()
    if not name:
        raise typer.BadParameter("--by is blank; give the name of who approves the run")
    try:
        run = run_document(run_id)["run"]
        run_job(console, "save_job", ops=save_ops({"action": "approve"}))
        with DatabaseResource().open() as database:
            approval, is_new = approve_run(database, run_id, by=name, now=dt.datetime.now(dt.UTC))
    except UnknownRunError as error:
        raise InvalidInputError([str(error)]) from error
    except ApprovalRefusedError as error:
        raise InvalidInputError(error.lines) from error
    at = stamp(approval.approved_at) or ""
    console.document(
        {
            "run_id": run_id,
            "scenario_name": run["scenario_name"],
            "approved_by": approval.approved_by,
            "approved_at": at,
            "is_new": is_new,
        }
    )
    who = f"approved by {approval.approved_by} at {at}"
    if is_new:
        console.say(f"Run {run_id} is the plan of {run['scenario_name']}, {who}")
    else:
        console.say(f"Run {run_id} is already the plan of {run['scenario_name']}, {who}; nothing was added to that")
    if run["status"] != "optimal":
        gap = f", the gap is {percent(run['mip_gap'])}" if run["mip_gap"] is not None else ""
        console.warn(f"It is {run['status']}: a limit stopped its search, and a better portfolio may exist{gap}")
    return ExitCode.DONE
