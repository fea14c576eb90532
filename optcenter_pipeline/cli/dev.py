"""`dev`: the local workbook's page and the Dagster UI side by side; `next-steps`: where to look after a demo."""

import os
import signal
import socket
import subprocess
import sys
from typing import Annotated

import typer

from optcenter_pipeline.cli.console import Console, ExitCode
from optcenter_pipeline.cli.workbook_commands import configured_file, listening

_PATIENCE_SECONDS = 8
_SENSOR_SECONDS = "1"
"""The local workbook has no quota."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(dev)
    app.command("next-steps", hidden=True)(next_steps)


def dev(
    context: typer.Context,
    workbook_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the workbook's page; 0: any.")
    ] = 3100,
    dagster_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the Dagster UI; 0: any.")] = 3000,
) -> int:
    """Serve the local workbook's page and the Dagster UI until Ctrl-C; ports in use give way to free ones."""
    from optcenter_pipeline.local_workbook.discovery import is_available as answers_can_be_checked
    from optcenter_pipeline.local_workbook.server import CHECK_ANSWERS_VARIABLE
    from optcenter_pipeline.orchestration.instance import dagster_home
    from optcenter_pipeline.settings import load_settings

    console: Console = context.obj
    if answers_can_be_checked():
        # whoever develops learns at once of an answer that Google could not have given
        os.environ.setdefault(CHECK_ANSWERS_VARIABLE, "1")
    settings = load_settings()
    ui_port = _free_port(dagster_port)
    # warnings of Dagster's own command line say nothing to people who typed `make dev`
    environment = {
        "OPTCENTER_SENSOR_SECONDS": _SENSOR_SECONDS,
        **os.environ,
        "OPTCENTER_DAGSTER_URL": f"http://127.0.0.1:{ui_port}",
        "DAGSTER_HOME": str(dagster_home(settings)),
        "PYTHONWARNINGS": "ignore",
    }
    command = [sys.executable, "-m", "dagster", "dev", "-m", "optcenter_pipeline.definitions"]
    command += ["--host", "127.0.0.1", "--port", str(ui_port), "--log-level", "warning"]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with listening(configured_file(), port=_free_port(workbook_port)) as server:
        if settings.reports_url is None:
            environment["OPTCENTER_REPORTS_URL"] = server.reports_url
        dagster = subprocess.Popen(command, env=environment)  # noqa: S603 - our own interpreter and arguments
        console.say(f"Workbook: {server.page_url}", style="bold")
        console.say(f"Dagster:  http://127.0.0.1:{ui_port} (ready in about 15 seconds)", style="bold")
        console.say("Ctrl-C stops both.")
        try:
            code = dagster.wait()
        except KeyboardInterrupt:
            _stop(dagster)
            code = 0
    return ExitCode.SYSTEM if code else ExitCode.DONE


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask first, then insist: a process that was started with signals ignored hears neither of the gentle ones."""
    for ask in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        process.send_signal(ask)
        try:
            process.wait(timeout=_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return


def _free_port(wanted: int) -> int:
    """The wanted port, or any free one where somebody listens there already."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return 0


def next_steps(context: typer.Context) -> int:
    """Where to look after `make demo`."""
    from optcenter_pipeline.settings import load_settings

    console: Console = context.obj
    home = load_settings().home
    for line in (
        "",
        "Where to look next:",
        "  make dev                         the workbook in the browser, and Dagster's asset graph and runs",
        "  .venv/bin/optcenter runs         the history; `show RUN_ID` tells why each initiative is in or out",
        "  .venv/bin/optcenter analyse RUN_ID  why not this one, what else is nearly as good, how sure is it",
        '  .venv/bin/optcenter optimize "Q1 2027 growth" "all promises" a plan that cannot be, and why',
        "  .venv/bin/optcenter save         every row judged: what is wrong on which row, and what would be right",
        f"  {home}/                            the workbook, the database and Dagster's history that this made",
        "  docs/workbook.md, docs/house.md  for product managers, and for engineers",
    ):
        console.say(line)
    return ExitCode.DONE
