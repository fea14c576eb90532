"""`save` and `optimize`: the same Dagster jobs that the sheet's menu and the schedules start."""

import getpass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optcenter_pipeline.cli.analyses import make_analyses, wanted_of
from optcenter_pipeline.cli.console import (
    Console,
    ExitCode,
    InvalidInputError,
    StoppedError,
    SystemFailureError,
)
from optcenter_pipeline.cli.jobs import run_job
from optcenter_pipeline.cli.run_options import (
    ANALYSES,
    KEEP,
    WhatIf,
    analyses_of,
    commitments_of,
    finite,
    overrides_of,
)
from optcenter_pipeline.cli.run_view import run_document, run_of_job, show_run, show_stability_cost
from optcenter_pipeline.rules.asked_analyses import typed_analyses

if TYPE_CHECKING:
    from optcenter_pipeline.rows.messages import ValidationMessage

NODE_LIMIT = "Nodes of the whole search: unlike seconds, they end it at the same point on every machine."


class ScopeType(StrEnum):
    """Which candidates a run may choose from."""

    ALL = "all"
    SELECTED = "selected"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(save)
    app.command()(optimize)


def save(
    context: typer.Context,
    tab: Annotated[str | None, typer.Option(help="Only this input tab.")] = None,
    keys: Annotated[str | None, typer.Option(help="Only the rows with these keys, separated by commas.")] = None,
) -> int:
    """Read the workbook, judge every row, save to the database, and write each row's status back."""
    from optcenter_pipeline.orchestration.run_requests import save_ops
    from optcenter_pipeline.rows.action_request import Action

    console: Console = context.obj
    name = _input_tab(tab)
    wanted = _keys(keys)
    ops = save_ops({"tab": name, "keys": wanted, "action": Action.SAVE_SELECTED.value})
    outcome = run_job(console, "save_job", ops=ops)
    saved = outcome.metadata["tables"]
    messages = _messages(name, wanted)
    not_found = [f"there is no row with the key {key!r}" for key in saved["keys_not_found"]]
    errors = [*not_found, *(line for message in messages for line in message.error_lines())]
    warnings = [line for message in messages for line in message.warning_lines()]
    notes = [*saved["rows_that_wait"], *outcome.metadata["row_statuses"]["not_delivered"]]
    counts = {label.removeprefix("rows/"): n for label, n in saved.items() if label.startswith("rows/")}
    console.document(
        {
            "status": "invalid" if errors else "ok",
            "run_id": outcome.run_id,
            "counts": counts,
            "statuses_written": outcome.metadata["row_statuses"]["rows_written"],
            "messages": errors + warnings,
            "notes": notes,
        }
    )
    for table, count in counts.items():
        if any(count.values()):
            console.say(f"{table}: " + ", ".join(f"{number} {what}" for what, number in count.items() if number))
    for line in errors:
        console.say(line, style="red")
    for line in (*warnings, *notes):
        console.say(line, style="yellow")
    console.say(f"{len(errors)} errors, {len(warnings)} warnings")
    return ExitCode.INVALID if errors else ExitCode.DONE


def _keys(keys: str | None) -> list[str] | None:
    """Keys as the option gives them.

    Raises:
        typer.BadParameter: it gives none; nothing would be saved.
    """
    if keys is None:
        return None
    wanted = [key.strip() for key in keys.split(",") if key.strip()]
    if not wanted:
        raise typer.BadParameter("--keys names no key; give some, separated by commas, or leave it out")
    return wanted


def _input_tab(tab: str | None) -> str | None:
    """The tab's own spelling.

    Raises:
        typer.BadParameter: it is not one of the input tabs.
    """
    from optcenter_pipeline.workbook.columns import header_key
    from optcenter_pipeline.workbook.tabs import INPUT_TABS

    if tab is None:
        return None
    for known in INPUT_TABS:
        if header_key(known.name) == header_key(tab):
            return known.name
    raise typer.BadParameter(f"{tab!r} is not an input tab; give one of {', '.join(t.name for t in INPUT_TABS)}")


def _messages(tab: str | None, keys: list[str] | None) -> "list[ValidationMessage]":
    """Findings of the save that has just ended, as far as it went."""
    from optcenter_pipeline.database.save_scope import SaveScope
    from optcenter_pipeline.runs.saving import judged_rows
    from optcenter_pipeline.stages.resources import DatabaseResource

    scope = SaveScope(tabs=[tab] if tab else None, keys=keys)
    with DatabaseResource().open() as database:
        messages = judged_rows(database).value.messages
    return [m for m in messages if scope.has_tab(m.tab) and (m.row_num == 1 or scope.has_key(m.key))]


def optimize(
    context: typer.Context,
    scenario: Annotated[str, typer.Argument(help="Name of a scenario of Scenario_Config.")],
    constraint_set: Annotated[
        str | None,
        typer.Argument(metavar="[SET]", help="Name of a constraint set; without it the Candidates' own rules."),
    ] = None,
    scope: Annotated[
        ScopeType, typer.Option(help="The whole pool, or the candidates selected for the run.")
    ] = ScopeType.ALL,
    time_limit: Annotated[
        float | None, typer.Option(min=0.001, callback=finite, help="Seconds for the whole search.")
    ] = None,
    mip_gap: Annotated[
        float | None, typer.Option(min=0.0, callback=finite, help="Relative gap that counts as proven.")
    ] = None,
    node_limit: Annotated[int | None, typer.Option(min=1, help=NODE_LIMIT)] = None,
    analyses: Annotated[str | None, typer.Option(help=f"Made behind the run. {ANALYSES}")] = None,
    what_if: WhatIf = None,
    keep: Annotated[str | None, typer.Option(metavar="RUN_ID|approved", help=KEEP)] = None,
    lock: Annotated[bool, typer.Option("--lock", help="All that the kept run funds stays funded.")] = False,
    locked_in: Annotated[str | None, typer.Option(help="These of it stay funded: keys, by commas.")] = None,
    max_changes: Annotated[
        int | None, typer.Option(min=0, help="Initiatives that may be funded in one of the two plans alone.")
    ] = None,
    price_per_change: Annotated[
        float | None,
        typer.Option(min=0.0, help="What each such change must bring, in the objective's unit."),
    ] = None,
    requested_by: Annotated[str | None, typer.Option(help="Who asks; you, if not given.")] = None,
) -> int:
    """Save everything, find the best portfolio for a scenario and set, and write it back to the workbook.

    Ctrl-C ends the search; the run is kept as cancelled, with the best portfolio so far. What the scenario or
    --analyses asks for beside the portfolio is made when that stands in the workbook.
    """
    from optcenter_pipeline.orchestration.run_requests import optimize_ops
    from optcenter_pipeline.rows.action_request import Action
    from optcenter_pipeline.stages.partitions import partition_key

    console: Console = context.obj
    asked = analyses_of(analyses)
    request = {
        "scenario_name": scenario,
        "constraint_set_name": constraint_set or "",
        "scope_type": scope.value,
        "time_limit_seconds": time_limit,
        "mip_gap": mip_gap,
        "node_limit": node_limit,
        "analyses": None if asked is None else typed_analyses(asked),
        "what_if": overrides_of(what_if) or None,
        "commitments": commitments_of(
            keep, lock=lock, locked_in=locked_in, max_changes=max_changes, price_per_change=price_per_change
        ),
        "requested_by": requested_by or _user(),
    }
    try:
        outcome = run_job(
            console,
            "optimize_job",
            ops=optimize_ops(Action.run_of(scope.value).value, request),
            partition_key=partition_key(scenario, constraint_set),
        )
        run_id = str(outcome.metadata["solve"]["run_id"])
    except StoppedError as stopped:
        kept = stopped.job_run_id and run_of_job(stopped.job_run_id)
        if not kept:
            raise
        run_id = kept
        console.warn("stopped by a person: the run is kept; the next save or run writes it to the workbook")
        document = run_document(run_id)
        show_run(console, document)
    else:
        document = run_document(run_id)
        show_run(console, document)
        document["stability_cost"] = show_stability_cost(console, document)
        document["analyses"] = _made_behind(console, run_id)
    console.document(document)
    return exit_code(document["run"]["status"])


def _made_behind(console: Console, run_id: str) -> dict[str, Any]:
    """What became of the analyses that were asked for; whatever it is, the run stands, and the sheet shows it."""
    wanted = wanted_of(run_id)
    if not wanted:
        return {}
    console.say(
        f"The answer is in the workbook; now {', '.join(typed_analyses(wanted))} (Ctrl-C leaves them for later) …"
    )
    try:
        return make_analyses(console, run_id, wanted)
    except (InvalidInputError, SystemFailureError, StoppedError) as error:
        console.warn(f"the run stands, without all of its analyses: {error}; `optcenter analyse {run_id}` goes on")
        return {"error": str(error)}


def exit_code(status: str) -> ExitCode:
    """An infeasible run is a result; so is a stopped one that has a portfolio."""
    codes = {
        "invalid": ExitCode.INVALID,
        "no_solution": ExitCode.NO_PORTFOLIO,
        "cancelled": ExitCode.NO_PORTFOLIO,
        "failed": ExitCode.SYSTEM,
    }
    return codes.get(status, ExitCode.DONE)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user in this container
        return "command line"
