"""Requests to the workbook as metadata: of the stage, and of the whole run so far."""

from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from optcenter_pipeline.workbook.requests_sent import RequestCounts

_READS, _WRITES, _RETRIES = "read_requests", "write_requests", "request_retries"


def request_metadata(context: dg.AssetExecutionContext, counts: "RequestCounts") -> dict[str, int]:
    """What the stage sent, retries among it; with `run_` before the name what its run has sent so far."""
    own = {_READS: counts.reads, _WRITES: counts.writes, _RETRIES: counts.retries}
    earlier = _of_earlier_stages(context)
    return own | {f"run_{name}": count + earlier[name] for name, count in own.items()}


def _of_earlier_stages(context: dg.AssetExecutionContext) -> dict[str, int]:
    """The sums over what this run has materialised so far."""
    records = context.instance.get_records_for_run(
        context.run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
    ).records
    sums = {_READS: 0, _WRITES: 0, _RETRIES: 0}
    for record in records:
        materialization = record.asset_materialization
        for name in sums:
            value = materialization.metadata.get(name) if materialization else None
            if isinstance(value, dg.IntMetadataValue):
                sums[name] += value.value or 0
    return sums
