"""`compare`: two runs of the ledger side by side."""

from typing import Annotated

import typer

from optcenter_pipeline.cli.console import Console, ExitCode, InvalidInputError, StoppedError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(compare)


def compare(
    context: typer.Context,
    run_a: Annotated[str, typer.Argument(help="The earlier run, as listed by `optcenter runs`.")],
    run_b: Annotated[str, typer.Argument(help="The later run; of another scenario, if you like.")],
) -> int:
    """Say what RUN_B asked and answered otherwise than RUN_A, and what explains it.

    Inputs that differ, row by row; initiatives in and out, and why; figures; and how much of the difference each
    group of changed inputs explains. Nothing is kept.
    """
    from optcenter_pipeline.database.errors import UnknownRunError
    from optcenter_pipeline.database.run_records import get_run
    from optcenter_pipeline.explain.comparison import compare as compared
    from optcenter_pipeline.report.analysis_tables import comparison_frame, explained_frame
    from optcenter_pipeline.report.comparison_rows import in_short
    from optcenter_pipeline.runs.comparing import compared_run
    from optcenter_pipeline.runs.stopping import stop_wish
    from optcenter_pipeline.stages.resources import DatabaseResource

    console: Console = context.obj
    try:
        with DatabaseResource().open() as database, database.reading() as session:
            one, other = (compared_run(get_run(session, run_id)) for run_id in (run_a, run_b))
    except UnknownRunError as error:
        raise InvalidInputError([str(error)]) from error
    with stop_wish() as wish:
        found = compared(one, other, cancel=wish.is_wished)
    if wish.is_wished():
        raise StoppedError
    console.document(found.model_dump(mode="json"))
    console.say(f"Run {run_b} against run {run_a}: {in_short(found)}", style="bold")
    if not found.is_empty:
        console.table(comparison_frame(found), "What differs")
    if found.explained:
        console.table(explained_frame(found), "What explains it, one after the other")
    for message in found.messages:
        console.say(message, style="yellow")
    return ExitCode.DONE
