"""Runs Dagster jobs in this process, on the instance that the Dagster UI shows, and tells how they ended."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from optcenter_pipeline.cli.console import (
    Console,
    InvalidInputError,
    StoppedError,
    SystemFailureError,
)

if TYPE_CHECKING:
    import dagster as dg

    from optcenter_pipeline.cli.progress_view import ProgressView


_STOPPED = frozenset({"KeyboardInterrupt", "DagsterExecutionInterruptedError"})


@dataclass(frozen=True)
class JobOutcome:
    """A job that succeeded."""

    run_id: str
    metadata: Mapping[str, Mapping[str, Any]]
    """By asset: what its materialisation says."""


def run_job(
    console: Console,
    name: str,
    *,
    ops: Mapping[str, Any],
    partition_key: str | None = None,
    tags: Mapping[str, str] | None = None,
    selection: "Sequence[dg.AssetKey] | None" = None,
) -> JobOutcome:
    """Run one of our jobs here and now.

    Args:
        ops: configuration by asset, as Dagster takes it.
        selection: some of the job's assets; None: all of them.

    Raises:
        StoppedError: a person stopped it.
        InvalidInputError: rows of the workbook, or the request, do not allow it.
        SystemFailureError: anything else; the text names the stage and what to do.
    """
    from optcenter_pipeline.definitions import defs
    from optcenter_pipeline.orchestration.instance import open_instance
    from optcenter_pipeline.settings import load_settings
    from optcenter_pipeline.stages.partitions import CONSTRAINT_SETS

    level = "INFO" if console.debug else "CRITICAL"
    config = {
        "ops": dict(ops),
        "loggers": {"console": {"config": {"log_level": level}}},
    }
    with open_instance(load_settings()) as instance, console.progress(name) as view, _listening(view):
        if partition_key is not None:
            # the set may be new in the sheet: its partition is kept only if the save finds it there
            instance.add_dynamic_partitions(str(CONSTRAINT_SETS.name), [partition_key])
        result = defs.resolve_job_def(name).execute_in_process(
            instance=instance,
            run_config=config,
            partition_key=partition_key,
            tags=dict(tags or {}),
            asset_selection=list(selection) if selection is not None else None,
            raise_on_error=False,
        )
        try:
            _raise_failures(result)
        except StoppedError:
            # Dagster takes an interruption that it was not asked for as a failure
            instance.report_run_canceled(result.dagster_run, "stopped by a person at the command line")
            raise
        metadata = {
            str(event.asset_key.to_user_string()): {
                label: getattr(value, "value", value) for label, value in event.materialization.metadata.items()
            }
            for event in result.get_asset_materialization_events()
            if event.asset_key is not None
        }
        return JobOutcome(result.run_id, metadata)


@contextmanager
def _listening(view: "ProgressView") -> Iterator[None]:
    """The search's progress, as the run tells it to a logger of its own, for people to see."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            view.show(record.__dict__["progress"])

    logger = logging.getLogger("optcenter_pipeline.progress")
    handler = Handler()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)


def _raise_failures(result: "dg.ExecuteInProcessResult") -> None:
    """Raise the first step's failure in our words."""
    from optcenter_pipeline.stages.failures import INVALID_INPUT

    refused = [e for e in result.get_asset_check_evaluations() if e.blocking and not e.passed]
    if refused:
        violations = [str(v) for e in refused for v in cast("Any", e.metadata["violations"].value)]
        raise SystemFailureError(
            "the independent checker refused the result, the run has failed, and no portfolio was written: "
            + "; ".join(violations)
        )
    for event in result.all_events:
        if not event.is_step_failure or event.step_key is None:
            continue
        failure = event.step_failure_data
        told = failure.user_failure_data
        if told is not None and "messages" in told.metadata:
            messages: list[str] = list(cast("Any", told.metadata["messages"].value))
            if told.metadata["kind"].value == INVALID_INPUT:
                raise InvalidInputError(messages)
            raise SystemFailureError(" ".join(messages))
        error = failure.error
        cause = (error.cause or error) if error is not None else None
        if cause is not None and cause.cls_name in _STOPPED:
            raise StoppedError(result.run_id)
        text = cause.message.strip() if cause is not None else "no reason was given"
        raise SystemFailureError(
            f"stage {event.step_key} failed: {text} (the run {result.run_id} has the traceback)"
        )
    if not result.success:
        raise SystemFailureError(f"the run {result.run_id} stopped before its end; the Dagster UI says where")
