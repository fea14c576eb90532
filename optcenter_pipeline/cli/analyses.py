"""`analyse`, and what `optimize` does behind a run: the analyses that were asked for, made and delivered."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optcenter_pipeline.cli.console import Console, ExitCode, InvalidInputError
from optcenter_pipeline.cli.jobs import run_job
from optcenter_pipeline.rules.analysis_kinds import ANALYSIS_NAMES

if TYPE_CHECKING:
    from optcenter_pipeline.rules.analysis_kinds import AnalysisKind

_TAB_OF = {
    "explain": "Explanations",
    "frontier": "Frontier",
    "alternatives": "Explanations",
    "robustness": "Explanations",
    "comparison": "Comparison",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(analyse)


def analyse(
    context: typer.Context,
    run_id: Annotated[str, typer.Argument(help="As listed by `optcenter runs`.")],
    analyses: Annotated[str, typer.Option(help=f"Some of {ANALYSIS_NAMES}, by commas.")] = "all",
) -> int:
    """Analyse a finished run and write what was found to the workbook."""
    from optcenter_pipeline.database.analyses import want_analyses
    from optcenter_pipeline.database.errors import UnknownRunError
    from optcenter_pipeline.rules.analysis_kinds import UnknownAnalysisError, analysis_kinds
    from optcenter_pipeline.stages.resources import DatabaseResource

    console: Console = context.obj
    try:
        kinds = analysis_kinds(analyses)
    except UnknownAnalysisError as error:
        raise typer.BadParameter(str(error)) from error
    if not kinds:
        raise typer.BadParameter(f"--analyses names none; give some of {ANALYSIS_NAMES}")
    try:
        with DatabaseResource().open() as database, database.session() as session:
            want_analyses(session, run_id, kinds, now=dt.datetime.now(dt.UTC), again=True)
    except UnknownRunError as error:
        raise InvalidInputError([str(error)]) from error
    console.document(make_analyses(console, run_id, kinds))
    return ExitCode.DONE


def wanted_of(run_id: str) -> "tuple[AnalysisKind, ...]":
    """What was asked of a run and nobody has begun."""
    from optcenter_pipeline.database.analyses import wanted_analyses
    from optcenter_pipeline.rules.analysis_kinds import analysis_kinds
    from optcenter_pipeline.stages.resources import DatabaseResource

    with DatabaseResource().open() as database, database.reading() as session:
        wanted = wanted_analyses(session, now=dt.datetime.now(dt.UTC))
    return analysis_kinds(record.kind for record in wanted if record.run_id == run_id)


def make_analyses(console: Console, run_id: str, kinds: "Sequence[AnalysisKind]") -> dict[str, Any]:
    """Make and deliver analyses of a run here and now; what became of each.

    Raises:
        InvalidInputError: the run cannot be analysed.
        SystemFailureError: anything else; the text names the stage and what to do.
    """
    from optcenter_pipeline.database.analyses import analyses_of
    from optcenter_pipeline.database.run_records import get_run
    from optcenter_pipeline.orchestration.wanted_analyses import ANALYSED_RUN_TAG, analyses_ops, analyses_selection
    from optcenter_pipeline.stages.partitions import partition_key
    from optcenter_pipeline.stages.resources import DatabaseResource

    with DatabaseResource().open() as database, database.reading() as session:
        run = get_run(session, run_id).summary
    run_job(
        console,
        "analyses_job",
        ops=analyses_ops(run_id, kinds),
        partition_key=partition_key(run.scenario_name, run.constraint_set_name),
        selection=analyses_selection(kinds),
        tags={ANALYSED_RUN_TAG: run_id},
    )
    with DatabaseResource().open() as database, database.reading() as session:
        records = [record for record in analyses_of(session, run_id) if record.kind in kinds]
    for record in records:
        console.say(f"{record.kind}: {_where(record)}")
    return {record.kind: {"status": record.status, "where": _where(record)} for record in records}


def _where(record: Any) -> str:
    """Where a person finds what came of it."""
    import json

    if record.status != "done":
        return f"{record.status}" + (f": {record.error_text}" if record.error_text else "")
    if record.kind == "report":
        return str(json.loads(record.document_json)["url"])
    return f"in the tab {_TAB_OF[record.kind]}" + ("" if record.delivered_at else ", with the next delivery")
