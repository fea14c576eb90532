"""One save a change of the workbook, on a real instance, workbook and database."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optcenter_pipeline.orchestration.workbook_changes import (
    ChangesCursor,
    needs_save,
    wait_after,
    workbook_changed_sensor,
)
from optcenter_pipeline.runs import saving
from optcenter_pipeline.runs.saving import KnownReadings
from optcenter_pipeline.workbook.errors import WorkbookError
from optcenter_pipeline_tests.support.planning_space import PlanningSpace
from optcenter_pipeline_tests.support.requests import CountedWorkbook, Daemon, counted, request_row


def settled(space: PlanningSpace) -> Daemon:
    """A sensor that has seen the workbook as it was saved."""
    assert space.save().success
    daemon = Daemon(space, workbook_changed_sensor)
    assert daemon.tick() == []
    return daemon


def tokens(space: PlanningSpace) -> int:
    ((saved,),) = space.query("select engineering_tokens from candidates where source_row = 'Candidates!2'")
    return int(saved)


def pass_time(daemon: Daemon, minutes: float) -> None:
    """As if the last save had been asked for so much earlier."""
    cursor = ChangesCursor.model_validate_json(daemon.cursor or "")
    assert cursor.asked_at is not None
    earlier = cursor.asked_at - dt.timedelta(minutes=minutes)
    daemon.cursor = cursor.model_copy(update={"asked_at": earlier}).model_dump_json()


def test_the_first_look_saves_what_nobody_has_saved(sample_space: PlanningSpace) -> None:
    daemon = Daemon(sample_space, workbook_changed_sensor)
    (run,) = daemon.tick()
    assert run.job_name == "save_job"
    assert daemon.carry_out(run).success
    assert [run for _ in range(3) for run in daemon.tick()] == []
    source = sample_space.rows("Candidates")[0]["updated_source"]
    assert source.startswith("sensor.workbook_changed ")


def test_a_look_at_a_workbook_that_has_not_moved_reads_no_tab(sample_space: PlanningSpace) -> None:
    space = counted(sample_space)
    daemon = settled(space)
    CountedWorkbook.take()
    assert daemon.tick() == []
    assert CountedWorkbook.take() == (0, 0)  # Drive, which has a quota of its own, is asked for the version
    space.type_cell("Candidates", 2, "engineering_tokens", 35)
    CountedWorkbook.take()
    assert len(daemon.tick()) == 1
    assert CountedWorkbook.take() == (1, 0)


def test_there_and_back_again_are_two_saves(sample_space: PlanningSpace) -> None:
    daemon = settled(sample_space)
    before = tokens(sample_space)
    keys = []
    for value in (before + 1, before, before + 1):
        sample_space.type_cell("Candidates", 2, "engineering_tokens", value)
        (run,) = daemon.tick()
        keys.append(run.run_key)
        assert daemon.carry_out(run).success
        assert tokens(sample_space) == value
        assert daemon.tick() == []
    assert len(set(keys)) == 3


def test_what_the_system_writes_is_no_change(sample_space: PlanningSpace) -> None:
    daemon = settled(sample_space)
    assert sample_space.optimize("Q1 2027 growth", "baseline").success
    assert daemon.tick() == []
    sample_space.type_cell("Candidates", 2, "run_status", "typed over what the system wrote")
    sample_space.type_rows("Actions", [request_row("r-1")], first_row=2)
    assert daemon.tick() == []


def test_after_a_restart_only_what_changed_meanwhile_is_saved(sample_space: PlanningSpace) -> None:
    settled(sample_space)
    assert Daemon(sample_space, workbook_changed_sensor).tick() == []
    sample_space.type_cell("Candidates", 2, "engineering_tokens", 35)
    restarted = Daemon(sample_space, workbook_changed_sensor)
    assert len(restarted.tick()) == 1


def test_what_somebody_else_has_saved_is_not_saved_again(sample_space: PlanningSpace) -> None:
    daemon = settled(sample_space)
    sample_space.type_cell("Candidates", 2, "engineering_tokens", 35)
    assert sample_space.save().success
    assert daemon.tick() == []


def test_a_save_of_one_tab_is_not_a_save_of_the_workbook(sample_space: PlanningSpace) -> None:
    daemon = settled(sample_space)
    before = tokens(sample_space)
    sample_space.type_cell("Candidates", 2, "engineering_tokens", before + 1)
    assert sample_space.save(tab="Initiatives").success
    assert tokens(sample_space) == before
    (run,) = daemon.tick()
    assert daemon.carry_out(run).success
    assert tokens(sample_space) == before + 1
    sample_space.type_cell("Candidates", 2, "engineering_tokens", before)
    assert sample_space.save(tab="Candidates").success
    (run,) = daemon.tick()
    assert daemon.carry_out(run).success
    assert tokens(sample_space) == before


def test_a_change_is_asked_for_once_while_its_save_is_on_its_way(sample_space: PlanningSpace) -> None:
    daemon = settled(sample_space)
    sample_space.type_cell("Candidates", 2, "engineering_tokens", 35)
    (run,) = daemon.tick()
    job = sample_space.defs.resolve_job_def("save_job")
    waiting = sample_space.instance.create_run_for_job(job, tags=run.tags)
    sample_space.type_rows("Actions", [request_row("r-1")], first_row=2)
    assert daemon.tick() == []
    pass_time(daemon, 5)
    assert daemon.tick() == []  # it has not failed: it waits for its turn
    sample_space.instance.report_run_failed(waiting, "no room")
    (again,) = daemon.tick()
    assert again.run_key != run.run_key
    assert daemon.carry_out(again).success
    assert tokens(sample_space) == 35
    pass_time(daemon, 5)
    assert daemon.tick() == []


def test_a_save_that_fails_is_asked_for_again_after_waits_that_double(
    sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any, **__: Any) -> Any:
        raise RuntimeError("no room")

    space = counted(sample_space)
    daemon = settled(space)
    keys = set()
    with monkeypatch.context() as patch:
        patch.setattr(saving, "save", breaks)
        space.type_cell("Candidates", 2, "engineering_tokens", 35)
        (run,) = daemon.tick()
        for minutes in (1, 2, 4):
            assert not daemon.carry_out(run).success
            space.type_cell("Candidates", 2, "run_status", f"moves the version {minutes}")
            pass_time(daemon, minutes - 0.5)
            assert daemon.tick() == []
            CountedWorkbook.take()
            assert daemon.tick() == []
            assert CountedWorkbook.take() == (0, 0)
            pass_time(daemon, 0.5)
            keys.add(run.run_key)
            (run,) = daemon.tick()
            assert run.run_key not in keys
        assert not daemon.carry_out(run).success
        space.type_cell("Candidates", 2, "engineering_tokens", 36)
        (run,) = daemon.tick()  # another content, at once, and its first wait is the shortest again
        assert not daemon.carry_out(run).success
        assert daemon.tick() == []
        pass_time(daemon, 1)
        (run,) = daemon.tick()
    assert daemon.carry_out(run).success
    assert tokens(space) == 36
    pass_time(daemon, 60)
    assert daemon.tick() == []


def test_a_save_that_others_have_undone_since_is_asked_for_at_once(sample_space: PlanningSpace) -> None:
    daemon = settled(sample_space)
    before = tokens(sample_space)
    sample_space.type_cell("Candidates", 2, "engineering_tokens", before + 1)
    (run,) = daemon.tick()
    assert daemon.carry_out(run).success
    sample_space.type_cell("Candidates", 2, "engineering_tokens", before)
    assert sample_space.save(tab="Candidates").success
    sample_space.type_cell("Candidates", 2, "engineering_tokens", before + 1)
    (again,) = daemon.tick()  # no tick has seen what stood there meanwhile
    assert daemon.carry_out(again).success
    assert tokens(sample_space) == before + 1


def test_waits_double_up_to_an_hour() -> None:
    waits = [wait_after(attempts) / dt.timedelta(minutes=1) for attempts in (1, 2, 3, 4, 5, 6, 7, 8, 10_000)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_workbook_that_cannot_be_read_is_an_error_and_no_change(
    sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = settled(sample_space)
    cursor = daemon.cursor
    location = sample_space.workbook.location
    sample_space.workbook = type(sample_space.workbook)(location="nowhere")
    with pytest.raises(WorkbookError):
        daemon.tick()
    assert daemon.cursor == cursor
    sample_space.workbook = type(sample_space.workbook)(location=location)
    assert daemon.tick() == []


READINGS = st.sampled_from("ABC")


@given(steps=st.lists(st.tuples(READINGS, st.sampled_from(["look", "save", "part", "nothing"])), max_size=12))
def test_whatever_people_do_the_last_change_is_saved_in_the_end(steps: Iterable[tuple[str, str]]) -> None:
    """A model: the sheet changes, saves of others come between, and a save that is asked for ends before a look."""
    saved: str | None = None
    newest: str | None = None
    requested: str | None = None
    asked = 0
    reading = "A"

    def look() -> None:
        nonlocal saved, newest, requested, asked
        if needs_save(reading, KnownReadings(newest, saved), requested, is_saving=False):
            requested = newest = saved = reading
            asked += 1

    changes = 0
    for state, step in steps:
        changes += state != reading
        reading = state
        if step == "look":
            look()
        elif step == "save":
            newest = saved = reading
        elif step == "part" and reading != saved:
            newest, saved = reading, None
    look()
    assert saved == reading
    before = asked
    look()
    assert asked == before
