"""`report`: a run of the ledger as one HTML file."""

from pathlib import Path
from typing import Annotated

import typer

from optcenter_pipeline.cli.console import Console, ExitCode, InvalidInputError, SystemFailureError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)


def report(
    context: typer.Context,
    run_id: Annotated[str, typer.Argument(help="As listed by `optcenter runs`.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="The file; in the folder of reports, if not given."),
    ] = None,
    is_opened: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
) -> int:
    """Write a run's report: one HTML file that needs no network, with every analysis that there is of it."""
    console: Console = context.obj
    html = _rendered(run_id)
    path = _written(console, run_id, html, output)
    console.document({"report": str(path)})
    console.say(f"Report of run {run_id}: {path}")
    if is_opened and typer.launch(path.as_uri()) != 0:
        console.warn(f"No browser could be opened; open {path.as_uri()}")
    return ExitCode.DONE


def _rendered(run_id: str) -> str:
    """The report of a run that has ended.

    Raises:
        InvalidInputError: no such run, or it has not ended yet.
    """
    from optcenter_pipeline.database.errors import UnknownRunError
    from optcenter_pipeline.database.run_records import get_run
    from optcenter_pipeline.database.tables import OPEN_STATUSES
    from optcenter_pipeline.runs.orphans import give_up_orphans
    from optcenter_pipeline.runs.reports import report_of
    from optcenter_pipeline.stages.resources import DatabaseResource

    with DatabaseResource().open() as database:
        give_up_orphans(database)
        with database.reading() as session:
            try:
                status = get_run(session, run_id).summary.status
            except UnknownRunError as error:
                raise InvalidInputError([str(error)]) from error
            if status in OPEN_STATUSES:
                raise InvalidInputError([f"run {run_id} is {status}; ask again when it has ended"])
            return report_of(session, run_id)


def _written(console: Console, run_id: str, html: str, output: Path | None) -> Path:
    """Where the file is; in the folder of reports an older one may give way to it.

    Raises:
        SystemFailureError: it cannot be written.
    """
    from optcenter_pipeline.exchange.atomic_files import write_atomically
    from optcenter_pipeline.runs.report_place import put_old_reports_away
    from optcenter_pipeline.stages.resources import DatabaseResource, ReportsResource

    try:
        if output is None:
            place = ReportsResource().place()
            path = place.write(run_id, html)
            with DatabaseResource().open() as database:
                for old in put_old_reports_away(database, place, run_id):
                    console.say(f"The report of run {old} was put away (OPTCENTER_REPORTS_KEPT={place.kept})")
            return path
        write_atomically({output: html.encode()})
    except OSError as error:
        where = error.filename or output
        raise SystemFailureError(f"the report cannot be written: {where}: {error.strerror or error}") from error
    return output.absolute()
