"""A run of the ledger as a JSON document, and as tables for people."""

import json
from typing import Any

from optcenter_pipeline.cli.console import Console

WIDE = 130
"""From this many columns on a terminal shows where each initiative belongs, too."""


def run_document(run_id: str) -> dict[str, Any]:
    """`{"run_id", "status", "run", "result", "snapshot"}` of a run in the ledger.

    Raises:
        UnknownRunError: no such run.
    """
    from optcenter_pipeline.database.run_records import get_run
    from optcenter_pipeline.runs.orphans import give_up_orphans
    from optcenter_pipeline.stages.resources import DatabaseResource

    with DatabaseResource().open() as database:
        give_up_orphans(database)
        with database.reading() as session:
            record = get_run(session, run_id)
    return {
        "run_id": run_id,
        "status": record.summary.status,
        "run": summary_document(record.summary),
        "result": json.loads(record.results_json) if record.results_json else None,
        "snapshot": json.loads(record.inputs_snapshot_json),
    }


def run_of_job(job_run_id: str) -> str | None:
    """The ledger's run to which a run of Dagster gave its result, None where it did not come so far."""
    from optcenter_pipeline.database.run_records import get_run, run_of
    from optcenter_pipeline.stages.resources import DatabaseResource

    with DatabaseResource().open() as database, database.reading() as session:
        run = run_of(session, job_run_id)
        has_result = run is not None and get_run(session, run.run_id).results_json is not None
    return run.run_id if run is not None and has_result else None


def summary_document(summary: Any) -> dict[str, Any]:
    """A run without its documents, times as UTC text."""
    from optcenter_pipeline.report.output_rows import stamp

    fields = {name: getattr(summary, name) for name in summary.__slots__}
    return {name: stamp(value) if name.endswith("_at") else value for name, value in fields.items()}


def show_run(console: Console, document: dict[str, Any]) -> None:
    """The run for people: portfolio, what is left out and why, targets, alerts, and what it is proven to be."""
    if console.as_json:
        return
    from optcenter_pipeline.engine.result import Result
    from optcenter_pipeline.engine.snapshot import Snapshot

    run = document["run"]
    where = run["scenario_name"] + (f" / {run['constraint_set_name']}" if run["constraint_set_name"] else "")
    if document["result"] is None or run["status"] == "failed":
        console.say(f"Run {run['run_id']} of {where}: {run['status']}", style="bold")
        console.say(run["error_text"] or "no result yet", style="red" if run["error_text"] else "")
        return
    show_result(
        console,
        Snapshot.model_validate(document["snapshot"]),
        Result.model_validate(document["result"]),
        title=f"Run {run['run_id']} of {where}",
    )
    if run["approved_by"]:
        since = "the scenario's plan" if run["is_plan"] else "another run is the scenario's plan since"
        console.say(f"approved by {run['approved_by']} at {run['approved_at']}: {since}")


def show_stability_cost(console: Console, document: dict[str, Any]) -> dict[str, Any] | None:
    """What a run's commitments cost, told and as a document; it is solved once more. None for a run without any."""
    if document["result"] is None or not document["snapshot"].get("commitments"):
        return None
    from optcenter_pipeline.engine.result import Result
    from optcenter_pipeline.engine.snapshot import Snapshot
    from optcenter_pipeline.explain.stability import cost_of_stability
    from optcenter_pipeline.runs.stopping import stop_wish

    snapshot = Snapshot.model_validate(document["snapshot"])
    with stop_wish() as wish:  # Ctrl-C ends this search alone: the run stands
        cost = cost_of_stability(snapshot, Result.model_validate(document["result"]), cancel=wish.is_wished)
    if cost is None:
        return None
    console.say(cost.message)
    return cost.model_dump(mode="json")


def show_result(console: Console, snapshot: Any, result: Any, *, title: str) -> None:
    """A result for people."""
    from optcenter_pipeline.report.lines import stability_line
    from optcenter_pipeline.report.tables import (
        alerts_frame,
        conflict_frame,
        gaps_frame,
        portfolio_frame,
        rejected_frame,
        repairs_frame,
    )
    from optcenter_pipeline.rules.numbers import amount, counted

    if snapshot.what_if:
        title = f"{title} (what-if)"
    if result.selected:
        frame = portfolio_frame(snapshot, result)
        if console.width < WIDE:
            frame = frame.drop(columns=["country", "department"])
        console.table(frame, f"{title}: the portfolio")
    if result.rejected and result.selected:
        console.table(rejected_frame(result), "Not funded")
    if result.gaps:
        console.table(gaps_frame(result), "Targets")
    if result.conflict:
        console.table(conflict_frame(result.conflict), "Rules that cannot hold together")
        if result.conflict.repairs:
            console.table(repairs_frame(result.conflict), "Ways out, each tried on a copy; the cost in tokens")
    if result.alerts:
        console.table(alerts_frame(result), "Alerts")
    console.say(f"{title}: {result.status}", style="bold")
    objective = result.objective
    if objective.value is not None:
        console.say(_proof(snapshot, result))
    elif result.status == "no_solution":
        console.say("A limit stopped the search before it found a portfolio; raise --time-limit or --node-limit")
    if result.capacity and result.selected:
        used, total = result.capacity.used, result.capacity.total
        funded = counted(len(result.selected), "initiative")
        console.say(f"tokens: {amount(used)} of {amount(total)}, for {funded}")
    if result.stability:
        console.say(stability_line(result.stability))


def _proof(snapshot: Any, result: Any) -> str:
    """`gmv (kEUR): 31.5, after 0.5 for the goals; the best possible is 32 (proven)`, or what may be better."""
    from optcenter_pipeline.rules.numbers import amount, percent
    from optcenter_pipeline.rules.units import Units

    objective = result.objective
    name = next(stage.name for stage in objective.stages if stage.kind in ("kpi", "weighted"))
    line = f"{Units(snapshot.metrics).title(name)}: {amount(objective.value)}"
    if objective.goals_cost:
        line += f", after {amount(objective.goals_cost)} for the goals"
    if result.status != "optimal":
        return f"{line}; the search was stopped: no portfolio can have more than {amount(objective.bound)}"
    gap = objective.mip_gap or 0.0
    proof = "proven" if gap == 0 else f"proven to {percent(gap)}"
    return f"{line}; the best possible is {amount(objective.best_possible)} ({proof})"
