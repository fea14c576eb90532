"""validated_rows: every row judged, by itself and against the others; all findings in one pass."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

from optcenter_pipeline.stages.failures import told_clearly
from optcenter_pipeline.stages.raw_tabs import raw_tabs
from optcenter_pipeline.stages.resources import DatabaseResource

if TYPE_CHECKING:
    from optcenter_pipeline.rows.messages import ValidationMessage

ROWS_ARE_VALID = "rows_are_valid"
TABS_ARE_READABLE = "tabs_are_readable"
_SHOWN = 200
"""Findings in a table of the UI; all of them stand on their rows in the sheet."""


@dg.asset(
    group_name="save",
    kinds={"pydantic"},
    owners=["team:data-engineering"],
    deps=[raw_tabs],
    check_specs=[
        dg.AssetCheckSpec(
            ROWS_ARE_VALID, asset="validated_rows", description="No row of any input tab is in error."
        ),
        dg.AssetCheckSpec(
            TABS_ARE_READABLE, asset="validated_rows", description="Every input tab is there, with its columns."
        ),
    ],
    description="Every row judged: typed rows where it is right, messages for its PM where it is not.",
)
def validated_rows(database: DatabaseResource) -> dg.MaterializeResult:
    """Judge every row that was read; a row in error is a finding, never a failure of this stage."""
    from optcenter_pipeline.runs.saving import judged_rows

    with told_clearly(), database.open() as db:
        kept = judged_rows(db)
        validated = kept.value
    in_error = [message for message in validated.messages if message.errors]
    table = findings_table(validated.messages)
    return dg.MaterializeResult(
        data_version=dg.DataVersion(kept.sha256),
        metadata={
            "dagster/row_count": len(validated.judged),
            "rows_in_error": len(in_error),
            "rows_with_warnings": sum(1 for m in validated.messages if m.warnings and not m.errors),
            "findings": table,
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=ROWS_ARE_VALID,
                passed=not in_error,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"rows_in_error": len(in_error), "findings": findings_table(in_error)},
            ),
            dg.AssetCheckResult(
                check_name=TABS_ARE_READABLE,
                passed=not validated.unreadable_tabs,
                severity=dg.AssetCheckSeverity.ERROR,
                metadata={"unreadable_tabs": list(validated.unreadable_tabs)},
            ),
        ],
    )


def findings_table(messages: "Sequence[ValidationMessage]") -> dg.TableMetadataValue:
    """Findings as a table for the UI: row, key, level, column, text."""
    records = [
        dg.TableRecord(
            {"row": m.source_row, "key": m.key, "level": level, "column": finding.column, "text": finding.text}
        )
        for m in messages
        for level, findings in (("error", m.errors), ("warning", m.warnings))
        for finding in findings
    ]
    columns = [dg.TableColumn(name, "string") for name in ("row", "key", "level", "column", "text")]
    return dg.MetadataValue.table(records[:_SHOWN], schema=dg.TableSchema(columns=columns))
