"""`runs` and `show`: what the ledger remembers."""

from typing import Annotated

import typer

from optcenter_pipeline.cli.console import Console, ExitCode, InvalidInputError
from optcenter_pipeline.cli.run_view import WIDE, run_document, show_run, summary_document


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(runs)
    app.command()(show)


def runs(
    context: typer.Context,
    scenario: Annotated[str | None, typer.Option(help="Only runs of this scenario.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 20,
) -> int:
    """List the runs, newest first."""
    from optcenter_pipeline.database.run_records import list_runs
    from optcenter_pipeline.report.tables import runs_frame
    from optcenter_pipeline.runs.orphans import give_up_orphans
    from optcenter_pipeline.settings import load_settings
    from optcenter_pipeline.stages.resources import DatabaseResource

    console: Console = context.obj
    with DatabaseResource().open() as database:
        give_up_orphans(database)
        with database.reading() as session:
            listed = [summary_document(run) for run in list_runs(session, scenario_name=scenario, limit=limit)]
    console.document(listed)
    if listed:
        frame = runs_frame(listed)
        if console.width < WIDE:
            frame = frame.drop(columns=["tokens used", "created", "by"])  # the run's id begins with its time
        console.table(frame, "Runs")
    else:
        console.say(f"No runs yet in {load_settings().home}; start one: optcenter optimize SCENARIO [SET]")
    return ExitCode.DONE


def show(
    context: typer.Context, run_id: Annotated[str, typer.Argument(help="As listed by `optcenter runs`.")]
) -> int:
    """Show one run: its portfolio, its targets, and what else a person should know."""
    from optcenter_pipeline.database.errors import UnknownRunError

    console: Console = context.obj
    try:
        document = run_document(run_id)
    except UnknownRunError as error:
        raise InvalidInputError([str(error)]) from error
    console.document(document)
    show_run(console, document)
    return ExitCode.DONE
