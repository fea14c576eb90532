"""`workbook init` and `workbook serve`."""

import getpass
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optcenter_pipeline.cli import exchange_commands
from optcenter_pipeline.cli.console import Console, ExitCode, SystemFailureError

if TYPE_CHECKING:
    from optcenter_pipeline.local_workbook import LocalWorkbookServer

LOOPBACK = ("127.0.0.1", "localhost", "::1")

app = typer.Typer(no_args_is_help=True, help="The planning workbook: make it ready, look at it, move it in files.")
exchange_commands.register(app)


@app.command()
def init(
    context: typer.Context,
    sample: Annotated[bool, typer.Option("--sample", help="Fill empty tabs with a realistic portfolio.")] = False,
) -> int:
    """Make the configured workbook ready: tabs, headers, drop-downs, notes; what is there stays untouched."""
    from optcenter_pipeline.settings import load_settings
    from optcenter_pipeline.stages.resources import WorkbookResource
    from optcenter_pipeline.workbook.sample import sample_rows
    from optcenter_pipeline.workbook.template import init_workbook

    console: Console = context.obj
    with WorkbookResource().open() as workbook:
        report = init_workbook(workbook, sample=sample_rows() if sample else None)
    location = load_settings().workbook_location()
    columns = dict(report.added_columns or {})
    console.document(
        {
            "workbook": location,
            "created_tabs": list(report.created_tabs),
            "added_columns": {tab: list(names) for tab, names in columns.items()},
            "sample_rows": report.sample_rows,
            "problems": list(report.problems),
        }
    )
    console.say(
        f"Workbook {location}: " + ("made ready" if report.changed else "ready already, nothing was changed")
    )
    if report.created_tabs:
        console.say(f"  tabs added: {', '.join(report.created_tabs)}")
    for tab, names in columns.items():
        console.say(f"  columns added to {tab}: {', '.join(names)}")
    if report.sample_rows:
        console.say(f"  sample rows written: {report.sample_rows}")
    for problem in report.problems:
        console.say(f"  {problem}", style="yellow")
    return ExitCode.DONE


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port.")] = 0,
    file: Annotated[
        Path | None, typer.Option(help="The workbook's file; the configured one, if not given.")
    ] = None,
    admin: Annotated[
        bool, typer.Option("--admin", help="Take quotas and faults on demand, for tests of clients.")
    ] = False,
) -> int:
    """Serve the local workbook: its page for people and its API for gspread; until Ctrl-C."""
    console: Console = context.obj
    with listening(file or configured_file(), host=host, port=port, admin=admin) as server:
        console.document(
            {"page": server.page_url, "api_root": server.root_url, "spreadsheet_id": server.spreadsheet_id}
        )
        console.say(f"Workbook {server.path}")
        console.say(f"  page: {server.page_url}")
        console.say(f"  API:  {server.root_url} (spreadsheet {server.spreadsheet_id})")
        if admin:
            console.say(f"  faults on demand: {server.root_url}/__admin/")
        if host not in LOOPBACK:
            console.say(f"  The page is shown on this machine alone, under its own name; {host} serves the API.")
        console.say(
            "Ctrl-C stops it. `optcenter dev` starts Dagster too, which does what the page's buttons ask for."
        )
        wait_until_stopped()
    return ExitCode.DONE


@contextmanager
def listening(
    file: Path, *, port: int, host: str = "127.0.0.1", admin: bool = False
) -> "Iterator[LocalWorkbookServer]":
    """A local workbook's server, started, with a page that knows the workbook's tabs and shows runs' reports.

    Raises:
        SystemFailureError: somebody else listens there, or the file cannot be opened.
        SettingsError: a variable is wrong.
    """
    from optcenter_pipeline.local_workbook import LocalWorkbookServer
    from optcenter_pipeline.settings import load_settings
    from optcenter_pipeline.workbook.page_description import page_description

    server = LocalWorkbookServer(
        file.expanduser(),
        host=host,
        port=port,
        admin=admin,
        page=page_description(_user_name()),
        reports=load_settings().reports_folder(),
    )
    try:
        server.start()
    except OSError as error:
        # what the file system refuses names a file; what the network refuses does not
        if error.filename is not None:
            raise SystemFailureError(
                f"the workbook's file {file} cannot be opened: {error.strerror}; check who owns {error.filename}"
            ) from error
        raise SystemFailureError(
            f"cannot listen on port {port} of {host}: {error.strerror or error}; give another --port"
        ) from error
    except sqlite3.DatabaseError as error:
        raise SystemFailureError(
            f"the workbook's file {file} cannot be opened: {error}; is it a workbook, and may you write there?"
        ) from error
    try:
        yield server
    finally:
        server.stop()


def _user_name() -> str:
    """Who uses this machine, as far as it knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def configured_file() -> Path:
    """The file of the configured local workbook.

    Raises:
        SystemFailureError: the configured workbook is not a local one.
    """
    from optcenter_pipeline.settings import load_settings

    location = load_settings().workbook_location()
    if not location.startswith("local:"):
        raise SystemFailureError(
            f"the workbook is {location}, not a local one; name a file: --file WORKBOOK.sqlite"
        )
    return Path(location.removeprefix("local:"))


def wait_until_stopped() -> None:
    """Return at Ctrl-C."""
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return
