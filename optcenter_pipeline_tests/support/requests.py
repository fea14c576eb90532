"""Requests as the menu appends them to Actions, and what Dagster's daemon does with a sensor's tick."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import dagster as dg

from optcenter_pipeline.definitions import build_defs
from optcenter_pipeline.orchestration.action_requests import action_requests_sensor
from optcenter_pipeline.stages.resources import WorkbookResource
from optcenter_pipeline.workbook.requests_sent import RequestCounts
from optcenter_pipeline.workbook.workbook import Workbook
from optcenter_pipeline_tests.support.planning_space import PlanningSpace

SAVE = "pm.save_selected"
RUN_ALL = "pm.optimize.run_all_candidates"
RUN_SELECTED = "pm.optimize.run_selected_candidates"


def request_row(request_id: str, action: str = SAVE, **cells: Any) -> dict[str, Any]:
    """The cells of one request, asked for just now."""
    now = dt.datetime.now(dt.UTC).isoformat()
    return {"request_id": request_id, "action": action, "scope_type": "all", "requested_at": now, **cells}


class Daemon:
    """Repeats a sensor's ticks as Dagster's daemon does: keeps its cursor, and starts one run a run_key."""

    def __init__(self, space: PlanningSpace, sensor: dg.SensorDefinition = action_requests_sensor) -> None:
        self.space = space
        self.sensor = sensor
        self.cursor: str | None = None
        self.run_keys: set[str | None] = set()

    def tick(self) -> list[dg.RunRequest]:
        """One tick; the runs that it starts and that no tick before it has started."""
        context = dg.build_sensor_context(
            instance=self.space.instance,
            cursor=self.cursor,
            definitions=self.space.defs,
            resources={"database": self.space.database, "workbook": self.space.workbook},
        )
        result = self.sensor.evaluate_tick(context)
        self.cursor = result.cursor or self.cursor
        for request in result.dynamic_partitions_requests or ():
            assert isinstance(request, dg.AddDynamicPartitionsRequest)
            self.space.instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
        new = [run for run in result.run_requests or () if run.run_key not in self.run_keys]
        self.run_keys.update(run.run_key for run in new)
        return new

    def restart(self) -> None:
        """Lose the cursor, as a new Dagster home does; what run_keys it has seen it knows."""
        self.cursor = None

    def carry_out(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        """Run what a tick asked for, here and now."""
        assert request.job_name is not None
        loggers = {"console": {"config": {"log_level": "CRITICAL"}}}
        return self.space.defs.resolve_job_def(request.job_name).execute_in_process(
            instance=self.space.instance,
            partition_key=request.partition_key,
            asset_selection=list(request.asset_selection) if request.asset_selection else None,
            run_config={**request.run_config, "loggers": loggers},
            tags=request.tags,
            raise_on_error=False,
        )

    def tick_and_carry_out(self) -> list[dg.ExecuteInProcessResult]:
        """One tick, and every run that it starts."""
        return [self.carry_out(request) for request in self.tick()]


class CountedWorkbook(WorkbookResource):
    """Remembers what each opening of the workbook sent."""

    opened: ClassVar[list[RequestCounts]] = []

    @contextmanager
    def open(self, *, at_most_seconds: float | None = None) -> Iterator[Workbook]:
        with super().open(at_most_seconds=at_most_seconds) as workbook:
            self.opened.append(workbook.counts)
            yield workbook

    @classmethod
    def take(cls) -> tuple[int, int]:
        """Reads and writes since the last take."""
        sent = sum(counts.reads for counts in cls.opened), sum(counts.writes for counts in cls.opened)
        cls.opened.clear()
        return sent


def counted(space: PlanningSpace) -> PlanningSpace:
    """The space, its workbook's requests counted from now on."""
    space.workbook = CountedWorkbook(location=space.workbook.location)
    space.defs = build_defs(workbook=space.workbook, database=space.database)
    CountedWorkbook.opened.clear()
    return space
