"""`solve`, `export-model`, `schema`: the engine alone; no workbook, no database, no Dagster."""

import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from optcenter_pipeline.cli.console import Console, ExitCode, InvalidInputError, SystemFailureError
from optcenter_pipeline.cli.pipeline import NODE_LIMIT, exit_code
from optcenter_pipeline.cli.run_options import WhatIf, finite, overrides_of
from optcenter_pipeline.cli.run_view import show_result
from optcenter_pipeline.cli.snapshot_files import invalid_lines, loaded_snapshot, write_document

if TYPE_CHECKING:
    from pydantic import BaseModel

    from optcenter_pipeline.engine.result import Result
    from optcenter_pipeline.engine.snapshot import Snapshot


class Document(StrEnum):
    """Documents with a JSON Schema."""

    SNAPSHOT = "snapshot"
    RESULT = "result"
    EXPLAIN = "explain"
    FRONTIER = "frontier"
    ALTERNATIVES = "alternatives"
    ROBUSTNESS = "robustness"
    COMPARISON = "comparison"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(solve)
    app.command("export-model")(export_model)
    app.command()(schema)


def solve(
    context: typer.Context,
    snapshots: Annotated[list[Path], typer.Argument(metavar="SNAPSHOT.json…", help="One or several snapshots.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="RESULT.json; with several snapshots a folder.")
    ] = None,
    time_limit: Annotated[
        float | None, typer.Option(min=0.001, callback=finite, help="Seconds for each snapshot.")
    ] = None,
    mip_gap: Annotated[
        float | None, typer.Option(min=0.0, callback=finite, help="Relative gap that counts as proven.")
    ] = None,
    node_limit: Annotated[int | None, typer.Option(min=1, help=NODE_LIMIT)] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of the solver.")] = None,
    what_if: WhatIf = None,
) -> int:
    """Solve snapshots with the engine alone; Ctrl-C ends the search and keeps the best portfolio so far."""
    from optcenter_pipeline.engine.result import Result
    from optcenter_pipeline.runs.stopping import stop_wish

    console: Console = context.obj
    targets = _targets(snapshots, output)
    overrides = {
        "time_limit_seconds": time_limit,
        "node_limit": node_limit,
        "mip_gap": mip_gap,
        "threads": threads,
    }
    given = {name: value for name, value in overrides.items() if value is not None}
    instead = overrides_of(what_if)
    codes, documents = [], []
    with stop_wish() as wish:
        for path in snapshots:
            loaded = loaded_snapshot(path, given, instead)
            result = loaded if isinstance(loaded, Result) else _solved(console, path, loaded, wish.is_wished)
            document = result.model_dump(mode="json")
            documents.append(document)
            codes.append(exit_code(result.status))
            if path in targets:
                write_document(targets[path], document)
            if result.status == "invalid" or isinstance(loaded, Result):
                console.findings(invalid_lines(path, result))
            else:
                show_result(console, loaded, result, title=str(path))
            if path in targets:
                console.say(f"{path}: {result.status}, written to {targets[path]}")
            if wish.is_wished():
                break
    if len(documents) < len(snapshots):
        codes.append(ExitCode.NO_PORTFOLIO)
    if wish.is_wished():
        console.warn(_what_was_kept(documents, snapshots))
    console.document(documents if len(snapshots) > 1 else documents[0])
    return max(codes)


def _what_was_kept(documents: list[dict[str, Any]], snapshots: list[Path]) -> str:
    """A person stopped the command: what there is."""
    missing = [str(path) for path in snapshots[len(documents) :]]
    rest = f"; not begun: {', '.join(missing)}" if missing else ""
    return f"stopped by a person: {snapshots[len(documents) - 1]} is {documents[-1]['status']}{rest}"


def _targets(snapshots: list[Path], output: Path | None) -> dict[Path, Path]:
    """Where each result goes.

    Raises:
        typer.BadParameter: a result would replace a snapshot, or another result.
    """
    if output is None:
        return {}
    is_folder = output.is_dir() or len(snapshots) > 1
    if is_folder and output.is_file():
        raise typer.BadParameter(f"{output} is a file; results of several snapshots need a folder")
    targets = {path: output / path.name if is_folder else output for path in snapshots}
    places = [target.resolve() for target in targets.values()]
    inputs = {path.resolve() for path in snapshots}
    if len(set(places)) < len(snapshots):
        raise typer.BadParameter("two snapshots have the same file name, and a result keeps its snapshot's name")
    if inputs & set(places):
        raise typer.BadParameter("a result would replace its snapshot; give -o another place")
    return targets


def _solved(console: Console, path: Path, snapshot: "Snapshot", cancel: Callable[[], bool]) -> "Result":
    """The checked result of a snapshot.

    Raises:
        SystemFailureError: the independent checker refuses it.
    """
    from optcenter_pipeline.engine.checker import check
    from optcenter_pipeline.explain.answer import answer
    from optcenter_pipeline.report.lines import violation_line

    if not console.as_json:
        # pandas comes with it: whoever stops the search would wait for that
        import optcenter_pipeline.report.tables  # noqa: F401
    with console.progress(str(path)) as view:
        result = answer(snapshot, on_progress=view.show, cancel=cancel)
    violations = check(snapshot, result)
    if violations:
        lines = "; ".join(violation_line(violation) for violation in violations)
        raise SystemFailureError(f"{path}: the independent checker refused the result: {lines}")
    return result


def export_model(
    context: typer.Context,
    snapshot: Annotated[Path, typer.Argument(metavar="SNAPSHOT.json")],
    model: Annotated[Path, typer.Argument(metavar="MODEL.mps")],
) -> int:
    """Write the first stage's model as MPS, for any other solver."""
    from optcenter_pipeline.engine import InvalidInputError as InvalidSnapshotError
    from optcenter_pipeline.engine import write_mps
    from optcenter_pipeline.engine.result import Result

    console: Console = context.obj
    loaded = loaded_snapshot(snapshot, {})
    if isinstance(loaded, Result):
        raise InvalidInputError(invalid_lines(snapshot, loaded))
    try:
        write_mps(loaded, model)
    except InvalidSnapshotError as error:
        raise InvalidInputError([f"{snapshot}: {message}" for message in error.messages]) from error
    except OSError as error:
        raise SystemFailureError(f"{model} cannot be written: {error.strerror}") from error
    console.document({"model": str(model)})
    console.say(f"The first stage's model is in {model}")
    return ExitCode.DONE


def schema(context: typer.Context, document: Annotated[Document, typer.Argument()]) -> int:
    """Print the JSON Schema of a document."""
    from optcenter_pipeline.engine.result import Result
    from optcenter_pipeline.engine.snapshot import Snapshot
    from optcenter_pipeline.explain.documents import Alternatives, Comparison, Explanation, Frontier, Robustness

    console: Console = context.obj
    models: dict[Document, type[BaseModel]] = {
        Document.SNAPSHOT: Snapshot,
        Document.RESULT: Result,
        Document.EXPLAIN: Explanation,
        Document.FRONTIER: Frontier,
        Document.ALTERNATIVES: Alternatives,
        Document.ROBUSTNESS: Robustness,
        Document.COMPARISON: Comparison,
    }
    mode: Literal["validation", "serialization"] = (
        "validation" if document is Document.SNAPSHOT else "serialization"
    )
    text = models[document].model_json_schema(mode=mode)
    console.document(text)
    console.say(json.dumps(text, indent=2))
    return ExitCode.DONE
