"""`analyse`, and what `optimize` does behind a run: the analyses that were asked for, made and delivered."""

import datetime as dt
import shlex
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optcenter_pipeline.cli.console import Console, ExitCode, InvalidInputError, StoppedError, SystemFailureError
from optcenter_pipeline.cli.jobs import run_job
from optcenter_pipeline.cli.run_options import ANALYSES, analyses_of
from optcenter_pipeline.rules.asked_analyses import ALL_ANALYSES, ANALYSIS_NAMES

if TYPE_CHECKING:
    from optcenter_pipeline.database.analyses import AnalysisRecord
    from optcenter_pipeline.rules.analysis_options import AnalysisOptions

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
    analyses: Annotated[str, typer.Option(help=ANALYSES)] = ALL_ANALYSES,
) -> int:
    """Analyse a finished run and write what was found to the workbook.

    An analysis that was made before is made again where other options are asked for, and takes its place.
    """
    from optcenter_pipeline.database.analyses import want_analyses
    from optcenter_pipeline.database.errors import UnknownRunError
    from optcenter_pipeline.database.run_records import get_run
    from optcenter_pipeline.engine.snapshot import Snapshot
    from optcenter_pipeline.rules.analysis_options import WrongAnalysesError
    from optcenter_pipeline.runs.analysis_requests import refuse_unknown
    from optcenter_pipeline.stages.resources import DatabaseResource

    console: Console = context.obj
    asked = analyses_of(analyses)
    if not asked:
        raise typer.BadParameter(f"--analyses names none; give some of {ANALYSIS_NAMES}")
    try:
        with DatabaseResource().open() as database, database.session() as session:
            snapshot = Snapshot.model_validate_json(get_run(session, run_id).inputs_snapshot_json)
            refuse_unknown(session, asked, snapshot.metrics)
            want_analyses(session, run_id, asked, now=dt.datetime.now(dt.UTC), again=True)
    except (UnknownRunError, WrongAnalysesError) as error:
        raise InvalidInputError([str(error)]) from error
    try:
        console.document(make_analyses(console, run_id, asked))
    except (KeyboardInterrupt, StoppedError) as stopped:
        command = f"optcenter analyse {run_id} --analyses {shlex.quote(analyses)}"
        raise SystemFailureError(f"stopped by a person; the run stands, `{command}` goes on") from stopped
    return ExitCode.DONE


def wanted_of(run_id: str) -> "tuple[AnalysisOptions, ...]":
    """What was asked of a run and nobody has begun."""
    from optcenter_pipeline.database.analyses import wanted_analyses
    from optcenter_pipeline.stages.resources import DatabaseResource

    with DatabaseResource().open() as database, database.reading() as session:
        wanted = wanted_analyses(session, now=dt.datetime.now(dt.UTC))
    return tuple(record.asked for record in wanted if record.run_id == run_id)


def make_analyses(console: Console, run_id: str, asked: "Sequence[AnalysisOptions]") -> dict[str, Any]:
    """Make and deliver analyses of a run here and now; what became of each. Where one fails, the others are made.

    Raises:
        InvalidInputError: the run cannot be analysed.
        SystemFailureError: anything else; the text names the stage and what to do.
    """
    from optcenter_pipeline.database.run_records import get_run
    from optcenter_pipeline.stages.partitions import partition_key
    from optcenter_pipeline.stages.resources import DatabaseResource

    with DatabaseResource().open() as database, database.reading() as session:
        run = get_run(session, run_id).summary
    key = partition_key(run.scenario_name, run.constraint_set_name)
    try:
        _run(console, run_id, asked, key)
    except (InvalidInputError, SystemFailureError):
        if any(record.status == "failed" for record in _records(run_id, asked)):
            # Dagster leaves out what comes behind a failure: the report, which tells of it, and the tabs
            with suppress(InvalidInputError, SystemFailureError):
                _run(
                    console,
                    run_id,
                    [left for left in wanted_of(run_id) if left.kind in {options.kind for options in asked}],
                    key,
                )
        raise
    records = _records(run_id, asked)
    for record in records:
        console.say(f"{record.kind}: {_where(record)}")
    return {record.kind: {"status": record.status, "where": _where(record)} for record in records}


def _records(run_id: str, asked: "Sequence[AnalysisOptions]") -> "list[AnalysisRecord]":
    from optcenter_pipeline.database.analyses import analyses_of
    from optcenter_pipeline.stages.resources import DatabaseResource

    kinds = {options.kind.value for options in asked}
    with DatabaseResource().open() as database, database.reading() as session:
        return [record for record in analyses_of(session, run_id) if record.kind in kinds]


def _run(console: Console, run_id: str, asked: "Sequence[AnalysisOptions]", key: str) -> None:
    from optcenter_pipeline.orchestration.wanted_analyses import ANALYSED_RUN_TAG, analyses_ops, analyses_selection

    run_job(
        console,
        "analyses_job",
        ops=analyses_ops(run_id, asked),
        partition_key=key,
        selection=analyses_selection([options.kind for options in asked]),
        tags={ANALYSED_RUN_TAG: run_id},
    )


def _where(record: Any) -> str:
    """Where a person finds what came of it."""
    import json

    if record.status != "done":
        return f"{record.status}" + (f": {record.error_text}" if record.error_text else "")
    if record.kind == "report":
        return str(json.loads(record.document_json)["url"])
    return f"in the tab {_TAB_OF[record.kind]}" + ("" if record.delivered_at else ", with the next delivery")
