"""The nightly schedule asks for a run of every valid set that is saved."""

import datetime as dt

import dagster as dg

from optcenter_pipeline.orchestration.nightly import nightly_optimize
from optcenter_pipeline.stages.partitions import CONSTRAINT_SETS, partition_key
from optcenter_pipeline_tests.support.planning_space import PlanningSpace
from optcenter_pipeline_tests.support.requests import Daemon

NIGHT = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)


def asked(space: PlanningSpace) -> list[dg.RunRequest]:
    with (
        dg.DagsterInstance.local_temp(str(space.home)) as instance,
        # left open, a context keeps its instance the current one of later tests, even when it is gone
        dg.build_schedule_context(
            instance=instance, scheduled_execution_time=NIGHT, resources={"database": space.database}
        ) as context,
    ):
        requests = nightly_optimize(context)
        assert isinstance(requests, list)
        known = instance.get_dynamic_partitions(str(CONSTRAINT_SETS.name))
        assert {request.partition_key for request in requests} <= set(known)
        return requests


def test_every_valid_set_is_run_once_a_night(sample_space: PlanningSpace) -> None:
    sample_space.save()
    sets = sample_space.query(
        "select s.scenario_name, c.constraint_set_name, c.is_valid from optimization_constraint_sets c "
        "join optimization_scenarios s using (scenario_key)"
    )
    assert {bool(valid) for _, _, valid in sets} == {True, False}
    requests = asked(sample_space)
    assert {run.partition_key for run in requests} == {partition_key(s, c) for s, c, valid in sets if valid}
    assert len({run.run_key for run in requests}) == len(requests)
    assert {run.run_key for run in asked(sample_space)} == {run.run_key for run in requests}
    sample_space.instance.add_dynamic_partitions(str(CONSTRAINT_SETS.name), [str(requests[0].partition_key)])
    result = Daemon(sample_space).carry_out(requests[0])
    assert result.success
    ((requested_by,),) = sample_space.query("select requested_by from optimization_runs")
    assert requested_by == "nightly_optimize"


def test_with_nothing_saved_nothing_is_asked_for(empty_space: PlanningSpace) -> None:
    assert asked(empty_space) == []
