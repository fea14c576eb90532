"""tables: one save in one transaction, and the partitions that go with the sets that are in the database now."""

import datetime as dt

import dagster as dg

from optcenter_pipeline.stages.constraint_sets import constraint_sets
from optcenter_pipeline.stages.failures import told_clearly
from optcenter_pipeline.stages.handover import CONSTRAINT_SETS as COMPILED_STAGE
from optcenter_pipeline.stages.handover import VALIDATED_ROWS, take
from optcenter_pipeline.stages.partitions import CONSTRAINT_SETS, partition_key
from optcenter_pipeline.stages.resources import DatabaseResource


class SaveRequest(dg.Config):
    """What to save. Blank: everything."""

    tab: str | None = None
    keys: list[str] | None = None
    """Only the rows with these keys; a key of several columns is joined by ` / `."""
    action: str = "pm.save_selected"
    """Who asks: stands in updated_source, with the run's id."""


@dg.asset(
    group_name="save",
    kinds={"sql"},
    owners=["team:data-engineering"],
    deps=[constraint_sets],
    description="The save itself: registry, scenarios, sets, candidates and row statuses, in one transaction.",
)
def tables(
    context: dg.AssetExecutionContext, config: SaveRequest, database: DatabaseResource
) -> dg.MaterializeResult:
    """Write one save to the database: changed rows only, and rows that left their sheet archived."""
    from optcenter_pipeline.database.inputs import saved_sets
    from optcenter_pipeline.database.save_scope import SaveScope
    from optcenter_pipeline.database.sync import sync_save
    from optcenter_pipeline.rows.validated import CompiledWorkbook, ValidatedWorkbook

    with told_clearly(), database.open() as db:
        compiled, _, compiled_from = take(db, COMPILED_STAGE, CompiledWorkbook)
        validated, validated_sha256, _ = take(db, VALIDATED_ROWS, ValidatedWorkbook)
        if compiled_from != validated_sha256:
            # another save read the sheet between our stages; its compiled sets follow in a moment
            raise dg.RetryRequested(max_retries=5, seconds_to_wait=2)
        with db.session() as session:
            report = sync_save(
                session,
                validated,
                compiled.sets,
                dict.fromkeys(validated.scenario_names, compiled.default.compiled),
                scope=SaveScope(tabs=[config.tab] if config.tab else None, keys=config.keys),
                source=f"{config.action} {context.run.run_id[:8]}",
                now=dt.datetime.now(dt.UTC),
            )
        with db.reading() as session:
            partitions = {partition_key(*names) for names in saved_sets(session)}
    known = set(context.instance.get_dynamic_partitions(str(CONSTRAINT_SETS.name)))
    if partitions - known:
        context.instance.add_dynamic_partitions(str(CONSTRAINT_SETS.name), sorted(partitions - known))
    for gone in sorted(known - partitions):
        context.instance.delete_dynamic_partition(str(CONSTRAINT_SETS.name), gone)
    return dg.MaterializeResult(
        metadata={
            **{f"rows/{name}": counts for name, counts in report.as_dict().items()},
            "partitions": len(partitions),
        }
    )
