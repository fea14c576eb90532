"""solve: the best portfolio for one snapshot, checked by code that shares nothing with the engine."""

import dagster as dg

from optcenter_pipeline.stages.failures import told_clearly
from optcenter_pipeline.stages.partitions import CONSTRAINT_SETS, names_of, partition_of
from optcenter_pipeline.stages.resources import DatabaseResource
from optcenter_pipeline.stages.run_snapshot import run_snapshot

PASSES_INDEPENDENT_CHECK = "passes_independent_check"


@dg.asset(
    group_name="run",
    kinds={"pyomo", "highs"},
    owners=["team:data-engineering"],
    deps=[run_snapshot],
    partitions_def=CONSTRAINT_SETS,
    check_specs=[
        dg.AssetCheckSpec(
            PASSES_INDEPENDENT_CHECK,
            asset="solve",
            blocking=True,
            description="Every hard rule and every reported number holds, by a checker that knows no model.",
        )
    ],
    description="The best portfolio that rules and capacity allow, proven or with its gap; kept in the ledger.",
)
def solve(context: dg.AssetExecutionContext, database: DatabaseResource) -> dg.MaterializeResult:
    """Solve the run that run_snapshot wrote down; materialised alone, the newest snapshot as a new run."""
    from optcenter_pipeline.database.inputs import saved_sets
    from optcenter_pipeline.report.lines import violation_line
    from optcenter_pipeline.report.tables import (
        alerts_frame,
        gaps_frame,
        markdown,
        portfolio_frame,
        stages_frame,
    )
    from optcenter_pipeline.runs.execution import execute_run, run_to_execute

    with told_clearly(), database.open() as db:
        with db.reading() as session:
            names = names_of(partition_of(context), saved_sets(session))
        run_id = run_to_execute(db, *names, dagster_run_id=context.run.run_id)
        executed = execute_run(db, run_id, log=context.log.info)
    result, violations = executed.result, executed.violations
    return dg.MaterializeResult(
        data_version=dg.DataVersion(executed.results_sha256),
        metadata={
            "run_id": run_id,
            "status": executed.status,
            "objective_value": result.objective.value,
            "objective_bound": result.objective.bound,
            "mip_gap": result.objective.mip_gap,
            "selected": len(result.selected),
            "capacity_used": result.capacity.used if result.capacity else None,
            "solve_seconds": result.timings.solve,
            "portfolio": dg.MetadataValue.md(markdown(portfolio_frame(executed.snapshot, result))),
            "targets": dg.MetadataValue.md(markdown(gaps_frame(result))),
            "stages": dg.MetadataValue.md(markdown(stages_frame(result))),
            "alerts": dg.MetadataValue.md(markdown(alerts_frame(result))),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=PASSES_INDEPENDENT_CHECK,
                passed=not violations,
                metadata={"violations": [violation_line(violation) for violation in violations]},
            )
        ],
    )
