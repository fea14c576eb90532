"""`replay`: a run of the ledger solved once more."""

from typing import Annotated

import typer

from optcenter_pipeline.cli.console import Console, ExitCode, InvalidInputError, StoppedError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)


def replay(
    context: typer.Context, run_id: Annotated[str, typer.Argument(help="As listed by `optcenter runs`.")]
) -> int:
    """Solve a run's stored snapshot again; compare status, objective, portfolio and conflict with what is stored.

    Exit code 0: the same; 4: not the same, with what differs. Nothing is kept.
    """
    from optcenter_pipeline.database.errors import UnknownRunError
    from optcenter_pipeline.runs.replay import NothingToReplayError, replay_run
    from optcenter_pipeline.runs.stopping import stop_wish
    from optcenter_pipeline.stages.resources import DatabaseResource

    console: Console = context.obj
    try:
        with DatabaseResource().open() as database, stop_wish() as wish, console.progress(run_id) as view:
            found = replay_run(database, run_id, on_progress=view.show, cancel=wish.is_wished)
    except (UnknownRunError, NothingToReplayError) as error:
        raise InvalidInputError([str(error)]) from error
    if wish.is_wished():
        raise StoppedError
    console.document(found.document())
    if found.is_same:
        console.say(f"Run {run_id}: the same: {found.result.status}, {len(found.result.selected)} initiatives")
        return ExitCode.DONE
    for one in found.differences:
        console.say(f"{one.what}: was {one.stored}, is {one.now}", style="red")
    for note in found.notes:
        console.say(note, style="yellow")
    console.say(f"Run {run_id}: not the same", style="bold")
    return ExitCode.SYSTEM
