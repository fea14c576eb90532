"""constraint_sets: rows compiled into the rules and targets of each set."""

import dagster as dg

from optcenter_pipeline.stages.failures import told_clearly
from optcenter_pipeline.stages.resources import DatabaseResource
from optcenter_pipeline.stages.validated_rows import validated_rows


@dg.asset(
    group_name="save",
    kinds={"python"},
    owners=["team:data-engineering"],
    deps=[validated_rows],
    description="Every constraint set compiled: each rule with its source rows; an invalid set with its messages.",
)
def constraint_sets(database: DatabaseResource) -> dg.MaterializeResult:
    """Compile every set that the sheet names; a set with a row in error is kept as invalid, never in part."""
    from optcenter_pipeline.runs.saving import compiled_workbook

    with told_clearly(), database.open() as db:
        kept = compiled_workbook(db)
        compiled = kept.value
    return dg.MaterializeResult(
        data_version=dg.DataVersion(kept.sha256),
        metadata={
            "dagster/row_count": len(compiled.sets),
            "valid": sum(1 for s in compiled.sets if s.is_valid),
            "invalid": [f"{s.scenario_name} / {s.constraint_set_name}" for s in compiled.sets if not s.is_valid],
            "content_hashes": {
                f"{s.scenario_name} / {s.constraint_set_name}": s.content_hash for s in compiled.sets
            },
        },
    )
