"""Runs as sensors and schedules ask for them; what people typed is data in their configuration."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from optcenter_pipeline.orchestration.jobs import optimize_job, save_job

_QUIET = {"console": {"config": {"log_level": "WARNING"}}}
"""The run's page tells every event; a terminal needs what went wrong alone."""

_PARTITION_TAG = "dagster/partition"
SECONDS_IN_A_TICK = 20.0
"""For a call of the workbook: Dagster gives up on a tick after 60, and says less than we do of what was wrong."""


def save_ops(save: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Configuration of save_job by asset, from fields of `SaveRequest`."""
    return {name: {"config": dict(save)} for name in ("tables", "row_statuses")}


def optimize_ops(action: str, run: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Configuration of optimize_job by asset.

    Args:
        action: who asks: stands in updated_source, with the run's id.
        run: fields of the stage run_snapshot's `RunRequest`.
    """
    return {**save_ops({"action": action}), "run_snapshot": {"config": dict(run)}}


def save_request(run_key: str, save: Mapping[str, Any], *, tags: Mapping[str, str]) -> dg.RunRequest:
    """A run of save_job.

    Args:
        run_key: Dagster starts one run a key, ever.
        save: fields of `SaveRequest`.
    """
    config = {"ops": save_ops(save), "loggers": _QUIET}
    return dg.RunRequest(run_key, config, dict(tags), job_name=save_job.name)


def optimize_request(
    run_key: str, partition_key: str, action: str, run: Mapping[str, Any], *, tags: Mapping[str, str]
) -> dg.RunRequest:
    """A run of optimize_job for one scenario and constraint set.

    Args:
        run_key: Dagster starts one run a key, ever.
        partition_key: of the set; it must be known by the time the run starts.
        action, run: see `optimize_ops`.
    """
    config = {"ops": optimize_ops(action, run), "loggers": _QUIET}
    # with its tag the partition counts as resolved: a set that is new in the sheet is known after the tick alone
    tags = {**tags, _PARTITION_TAG: partition_key}
    return dg.RunRequest(run_key, config, tags, job_name=optimize_job.name, partition_key=partition_key)
