"""`workbook import` and `workbook export`: between the workbook and files of other programs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from optcenter_pipeline.cli.console import Console, ExitCode, InvalidInputError, SystemFailureError

_BOOKS = (".xlsx", ".xlsm")
_HELP = "BOOK.xlsx, or a folder of CSV files, one a tab."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("import")(import_)
    app.command("export")(export)


def export(
    context: typer.Context,
    target: Annotated[str, typer.Argument(metavar="BOOK.xlsx|FOLDER/", help=_HELP)],
) -> int:
    """Write every tab to an Excel book or to a folder of CSV files, in place of those that stand there."""
    from optcenter_pipeline.exchange.exporting import export_csv, export_xlsx
    from optcenter_pipeline.settings import load_settings
    from optcenter_pipeline.stages.resources import WorkbookResource

    console: Console = context.obj
    is_folder, path = _is_folder(target), Path(target)
    with _told(path), WorkbookResource().open() as workbook:
        report = export_csv(workbook, path) if is_folder else export_xlsx(workbook, path)
    location = load_settings().workbook_location()
    console.document(
        {"workbook": location, "file": str(path), "rows": dict(report.rows), "warnings": list(report.warnings)}
    )
    console.say(f"Workbook {location} written to {path}" + ("/" if is_folder else ""))
    for tab, rows in report.rows.items():
        console.say(f"  {tab}: {rows} row{'' if rows == 1 else 's'}")
    for warning in report.warnings:
        console.warn(warning)
    return ExitCode.DONE


def import_(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="BOOK.xlsx|FOLDER/|TAB.csv", help=_HELP)],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put the file's rows in place of those that a tab has already.")
    ] = False,
) -> int:
    """Fill the tabs that people plan in from an Excel book or CSV files; all of it, or nothing."""
    from optcenter_pipeline.exchange.importing import import_file
    from optcenter_pipeline.settings import load_settings
    from optcenter_pipeline.stages.resources import WorkbookResource

    console: Console = context.obj
    path = _of_a_kind_that_is_read(source)
    with _told(path), WorkbookResource().open() as workbook:
        report = import_file(workbook, path, replace=replace)
    location = load_settings().workbook_location()
    next_step = "" if report.unsure else "optcenter save"
    console.document(
        {
            "workbook": location,
            "file": str(path),
            "tabs": {
                name: {"rows": tab.rows, "cells_written": tab.cells_written} for name, tab in report.tabs.items()
            },
            "warnings": list(report.warnings),
            "unsure": list(report.unsure),
            "next": next_step,
        }
    )
    console.say(f"{path} imported into the workbook {location}")
    for name, tab in report.tabs.items():
        done = f"{tab.cells_written} cells written" if tab.cells_written else "nothing to change"
        console.say(f"  {name}: {tab.rows} row{'' if tab.rows == 1 else 's'}, {done}")
    for warning in report.warnings:
        console.warn(warning)
    console.findings(report.unsure)
    if report.unsure:
        return ExitCode.SYSTEM
    console.say(f"Next: `{next_step}` judges the rows and says on each what is wrong.")
    return ExitCode.DONE


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What goes wrong with a file, as the command line tells it.

    Raises:
        InvalidInputError: the file, or what stands in it, cannot be taken.
        SystemFailureError: the disk refused.
    """
    from optcenter_pipeline.exchange.errors import ExchangeError

    try:
        yield
    except ExchangeError as error:
        raise InvalidInputError(error.lines) from error
    except OSError as error:
        raise SystemFailureError(
            f"{error.filename or path}: {error.strerror or error}; nothing was changed"
        ) from error


def _is_folder(target: str) -> bool:
    """Whether an export goes to a folder.

    Raises:
        typer.BadParameter: it is blank, or neither a folder nor an Excel book.
    """
    if not target.strip():
        raise typer.BadParameter("the target is blank; give a file that ends with .xlsx, or a folder")
    path = Path(target)
    if path.is_dir() or target.endswith(("/", os.sep)) or not path.suffix:
        if path.is_file():
            raise typer.BadParameter(f"{target} is a file; name a folder, or a file that ends with .xlsx")
        return True
    if path.suffix.lower() != ".xlsx":
        raise typer.BadParameter(f"{target!r}: give a file that ends with .xlsx, or a folder (with / at its end)")
    return False


def _of_a_kind_that_is_read(source: str) -> Path:
    """What an import reads.

    Raises:
        InvalidInputError: it is not there.
        typer.BadParameter: it is blank, or of a kind that is not read.
    """
    if not source.strip():
        raise typer.BadParameter("the source is blank; give an Excel book, a CSV file, or a folder of CSV files")
    path = Path(source)
    if not path.exists():
        raise InvalidInputError([f"{source}: there is no such file or folder"])
    if path.is_file() and path.suffix.lower() not in (*_BOOKS, ".csv"):
        raise typer.BadParameter(f"{source!r}: give a file that ends with .xlsx or .csv, or a folder of CSV files")
    return path
