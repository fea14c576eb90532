"""The entry point: options that any command takes, and errors as messages with the documented exit codes."""

import os
import sys
import threading
import traceback
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from optcenter_pipeline.cli import (
    analyses,
    analysis_commands,
    approval,
    comparison,
    dev,
    engine_commands,
    history,
    pipeline,
    replay,
    report,
    workbook_commands,
)
from optcenter_pipeline.cli.console import Console, ExitCode, InvalidInputError, StoppedError, SystemFailureError

_INTERRUPTED = 130
"""What typer makes of Ctrl-C."""
_SEARCH = "highs"
"""Name of the engine's threads."""

app = typer.Typer(
    name="optcenter",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="From a planning workbook to a proven portfolio of initiatives, and back.",
)
app.add_typer(workbook_commands.app, name="workbook")
for module in (
    pipeline,
    history,
    approval,
    replay,
    comparison,
    analyses,
    engine_commands,
    analysis_commands,
    report,
    dev,
):
    module.register(app)


@app.callback()
def options(
    context: typer.Context,
    as_json: bool = typer.Option(False, "--json", help="With any command: JSON on stdout, nothing else there."),
    debug: bool = typer.Option(False, "--debug", help="With any command: the traceback of an error of the system."),
) -> None:
    """Options that every command takes, wherever they stand on its line."""
    context.obj = Console(as_json=as_json, debug=debug)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code."""
    code = run(sys.argv[1:] if arguments is None else list(arguments))
    if any(thread.name == _SEARCH for thread in threading.enumerate()):
        # a search that was told to stop and does not listen: all is written, and nobody waits for it
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command; its exit code: 0 done, 1 invalid inputs, 2 wrong usage, 3 no portfolio, 4 a system error."""
    flags = [argument for argument in ("--json", "--debug") if argument in arguments]
    console = Console(as_json="--json" in flags, debug="--debug" in flags)
    try:
        rest = [argument for argument in arguments if argument not in flags]
        code = app([*flags, *rest], standalone_mode=False)
        if code == _INTERRUPTED:
            raise StoppedError
        return code if isinstance(code, int) else ExitCode.DONE
    except TyperException as error:
        sys.stderr.write(f"{error.format_message()}\n")
        console.document({"error": error.format_message()})
        return ExitCode.USAGE
    except (typer.Abort, KeyboardInterrupt, StoppedError):
        console.problem("stopped by a person; nothing was decided")
        return ExitCode.SYSTEM
    except InvalidInputError as error:
        console.invalid(error.lines)
        return ExitCode.INVALID
    except Exception as error:  # noqa: BLE001 - the last line of defence: a person gets one line, never a traceback
        return _system_failure(console, error)


def _system_failure(console: Console, error: Exception) -> int:
    """One line that says what to do; an error that no room documents also tells its type."""
    from sqlalchemy.exc import DBAPIError

    from optcenter_pipeline.database.errors import DatabaseError
    from optcenter_pipeline.settings import SettingsError
    from optcenter_pipeline.workbook.errors import WorkbookError

    if console.debug:
        traceback.print_exc(file=sys.stderr)
    if isinstance(error, DBAPIError):
        home = os.environ.get("DAGSTER_HOME") or os.environ.get("OPTCENTER_HOME") or "demo"
        console.problem(
            f"Dagster's history in {home} cannot be used: {error.orig}; is there space, and may you write there?"
        )
        return ExitCode.SYSTEM
    is_documented = isinstance(error, (SystemFailureError, SettingsError, DatabaseError, WorkbookError))
    console.problem(str(error) if is_documented else f"{type(error).__name__}: {error}")
    return ExitCode.SYSTEM
