"""run_snapshot: all that one run needs, frozen; the run stands in the ledger before anything is solved."""

import datetime as dt
from typing import Any

import dagster as dg

from optcenter_pipeline.stages.failures import told_clearly
from optcenter_pipeline.stages.partitions import CONSTRAINT_SETS, names_of, partition_of
from optcenter_pipeline.stages.resources import DatabaseResource, SolverResource
from optcenter_pipeline.stages.tables import tables


class RunRequest(dg.Config):
    """What was asked for. Blank fields: the whole pool, and the settings' limits."""

    scenario_name: str | None = None
    constraint_set_name: str | None = None
    """The names behind the partition, where a person gave them: a typing error then gets a hint."""
    scope_type: str = "all"
    """`all`, or `selected`: the candidates whose is_selected_for_run is true."""
    initiative_keys: list[str] | None = None
    """For `selected`: these candidates instead."""
    time_limit_seconds: float | None = None
    node_limit: int | None = None
    mip_gap: float | None = None
    analyses: list[str] | None = None
    """Wanted beside the run, each as in the sheet, `frontier(points=20)`; None: what the scenario asks for."""
    what_if: dict[str, Any] | None = None
    """Numbers that are not the sheet's, by name: `{"capacity_total_tokens": 120, "Constraints!9.drop": true}`."""
    commitments: dict[str, Any] | None = None
    """To an earlier run: `{"run": "approved", "locked_in": true, "max_changes": 3, "price_per_change": 0.5}`."""
    requested_by: str | None = None


@dg.asset(
    group_name="run",
    kinds={"sql"},
    owners=["team:data-engineering"],
    deps=[tables],
    partitions_def=CONSTRAINT_SETS,
    description="All inputs of one run, frozen with their sha256; the run's row in the ledger, `pending`.",
)
def run_snapshot(
    context: dg.AssetExecutionContext, config: RunRequest, database: DatabaseResource, solver: SolverResource
) -> dg.MaterializeResult:
    """Freeze the inputs of one (scenario, set) and write the run down as pending."""
    from optcenter_pipeline.database.analyses import want_analyses
    from optcenter_pipeline.database.inputs import load_run_inputs, saved_sets
    from optcenter_pipeline.database.ledger import create_run
    from optcenter_pipeline.database.stage_outputs import sha256_of
    from optcenter_pipeline.database.workers import this_worker
    from optcenter_pipeline.rules.asked_analyses import asked_analyses, typed_analyses
    from optcenter_pipeline.rules.commitment import AskedCommitments
    from optcenter_pipeline.runs.analysis_requests import refuse_unknown
    from optcenter_pipeline.runs.asked_snapshots import asked_snapshot

    now = dt.datetime.now(dt.UTC)
    with told_clearly(), database.open() as db, db.session() as session:
        if config.scenario_name is None:
            scenario_name, set_name = names_of(partition_of(context), saved_sets(session))
        else:
            scenario_name, set_name = config.scenario_name, config.constraint_set_name or ""
        inputs = load_run_inputs(session, scenario_name, set_name or None)
        asked = inputs.analyses
        if config.analyses is not None:
            asked = asked_analyses(config.analyses)
            refuse_unknown(session, asked, inputs.metrics)
        keys = None
        if config.scope_type == "selected":
            keys = tuple(inputs.selected_keys if config.initiative_keys is None else config.initiative_keys)
        scope = {"scope_type": config.scope_type, "initiative_keys": keys}
        options = solver.options(
            time_limit_seconds=config.time_limit_seconds, node_limit=config.node_limit, mip_gap=config.mip_gap
        )
        kept = None if config.commitments is None else AskedCommitments.model_validate(config.commitments)
        snapshot = asked_snapshot(
            session, inputs, what_if=config.what_if, commitments=kept, scope=scope, solver=options
        )
        document = snapshot.model_dump_json()
        run_id = create_run(
            session,
            document,
            now=now,
            requested_by=config.requested_by,
            dagster_run_id=context.run.run_id,
            worker=this_worker(),
        )
        want_analyses(session, run_id, asked, now=now)
    return dg.MaterializeResult(
        data_version=dg.DataVersion(sha256_of(document)),
        metadata={
            "run_id": run_id,
            "scenario": scenario_name,
            "constraint_set": set_name or "(the Candidates' own rules alone)",
            "inputs_sha256": sha256_of(document),
            "candidates": len(inputs.candidates),
            "rules": sum(1 for _ in inputs.constraint_set.rules()),
            "what_if": [override.message for override in snapshot.what_if.values()],
            "commitments": snapshot.commitments.in_words() if snapshot.commitments else None,
            "analyses": typed_analyses(asked),
            "scope": config.scope_type if keys is None else f"selected: {len(keys)}",
            "rows_left_out": [f"{row.source_row}: {row.message}" for row in inputs.rows_left_out],
        },
    )
