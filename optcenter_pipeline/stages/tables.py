"""tables: one save in one transaction, and the partitions that go with the sets that are in the database now."""

from typing import TYPE_CHECKING

import dagster as dg

from optcenter_pipeline.rows.action_request import Action
from optcenter_pipeline.stages.constraint_sets import constraint_sets
from optcenter_pipeline.stages.failures import told_clearly
from optcenter_pipeline.stages.partitions import CONSTRAINT_SETS, partition_key
from optcenter_pipeline.stages.requests import request_of
from optcenter_pipeline.stages.resources import DatabaseResource

if TYPE_CHECKING:
    from optcenter_pipeline.database.save_scope import SaveScope


class SaveRequest(dg.Config):
    """What to save. Blank: everything."""

    tab: str | None = None
    keys: list[str] | None = None
    """Only the rows with these keys; a key of several columns is joined by ` / `."""
    action: str = Action.SAVE_SELECTED.value
    """Who asks: stands in updated_source, with the run's id."""

    def scope(self) -> "SaveScope":
        """The rows that it is about."""
        from optcenter_pipeline.database.save_scope import SaveScope

        return SaveScope(tabs=[self.tab] if self.tab else None, keys=self.keys)


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
    from optcenter_pipeline.runs.answers import tell_of_save
    from optcenter_pipeline.runs.orphans import give_up_orphans
    from optcenter_pipeline.runs.saving import save

    with told_clearly(), database.open() as db:
        give_up_orphans(db)
        report = save(db, scope=config.scope(), source=f"{config.action} {context.run.run_id}")
        tell_of_save(db, request_of(context.run, db), report, config.scope())
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
            "keys_not_found": list(report.keys_not_found),
            "rows_that_wait": list(report.waiting),
            "tabs_left_alone": list(report.untouched_tabs),
        }
    )
