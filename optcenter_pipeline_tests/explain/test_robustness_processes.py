"""Draws in processes of their own: the same answers, and nothing left behind whatever ends them."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from optcenter_pipeline.engine import solve
from optcenter_pipeline.explain import robustness_processes
from optcenter_pipeline.explain.base_plan import BasePlan, base_plan
from optcenter_pipeline.explain.documents import Robustness
from optcenter_pipeline.explain.robustness import robustness
from optcenter_pipeline.explain.robustness_processes import WorkerDiedError
from optcenter_pipeline_tests.support.uncertain import rough_plan

_PATIENCE = 120.0

ENDLESS = """
import signal, sys
from optcenter_pipeline.engine import solve
from optcenter_pipeline.explain import robustness_processes
from optcenter_pipeline.explain.base_plan import base_plan
from optcenter_pipeline.explain.robustness import robustness
from optcenter_pipeline_tests.support.hard_plan import hard_snapshot

def main():
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
    hard = hard_snapshot()
    soon = hard.solver.model_copy(update={"node_limit": 1})
    plan = base_plan(hard, solve(hard.model_copy(update={"solver": soon})))
    asked = 0
    def cancel():
        nonlocal asked
        asked += 1
        if asked == 30:
            print("searching", flush=True)
        return False
    robustness(plan, draws=50, processes=2, cancel=cancel)

if __name__ == "__main__":
    main()
"""


@pytest.fixture(scope="module")
def plan() -> BasePlan:
    one = rough_plan()
    return base_plan(one, solve(one))


def timeless(told: Robustness) -> Robustness:
    return told.model_copy(update={"seconds": 0.0})


def test_two_processes_tell_what_one_does(plan: BasePlan) -> None:
    started: set[int | None] = set()

    def watched() -> bool:
        started.update(child.pid for child in multiprocessing.active_children())
        return False

    here = robustness(plan, draws=7, seed=3, processes=1)
    there = robustness(plan, draws=7, seed=3, processes=2, cancel=watched)
    assert len(started) == 2, "two processes beside this one"
    assert timeless(here) == timeless(there)
    assert multiprocessing.active_children() == []


def test_processes_are_started_where_that_is_sooner_and_only_there(
    plan: BasePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: set[int | None] = set()

    def watched() -> bool:
        started.update(child.pid for child in multiprocessing.active_children())
        return False

    monkeypatch.setattr(robustness_processes, "_most_processes", lambda: 2)
    monkeypatch.setattr(robustness_processes, "_TRIAL_SECONDS", 0.0)
    monkeypatch.setattr(robustness_processes, "_START_SECONDS", 1e9)
    few = robustness(plan, draws=3, cancel=watched)
    assert started == set()
    monkeypatch.setattr(robustness_processes, "_START_SECONDS", 0.0)
    many = robustness(plan, draws=7, cancel=watched)
    assert len(started) == 2
    assert few.draws == many.draws[:3]


def test_cancelled_no_process_is_left(plan: BasePlan) -> None:
    told = robustness(plan, draws=50, processes=2, cancel=lambda: True)
    assert len(told.draws) < 50
    assert any(message.startswith("cancelled after") for message in told.messages)
    assert multiprocessing.active_children() == []


def test_a_process_that_dies_is_told_in_words(plan: BasePlan) -> None:
    killed: list[int] = []

    def kill_one() -> bool:
        for child in multiprocessing.active_children():
            if not killed and child.pid is not None:
                os.kill(child.pid, signal.SIGKILL)
                killed.append(child.pid)
        return False

    with pytest.raises(WorkerDiedError, match=r"ended by itself after 0 of 50 draws.*Try fewer processes"):
        robustness(plan, draws=50, processes=2, cancel=kill_one)
    assert len(killed) == 1
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_stopped_from_outside_it_takes_its_processes_along(tmp_path: Path, number: signal.Signals) -> None:
    script = tmp_path / "endless.py"
    script.write_text(ENDLESS, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(script)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "searching\n"
        assert len(_group(process.pid)) >= 3, "itself and two more"
        if number == signal.SIGINT:
            os.killpg(process.pid, number)  # Ctrl-C goes to all in the foreground
        else:
            process.send_signal(number)
        _, errors = process.communicate(timeout=_PATIENCE)
        assert process.returncode == -number
        assert errors.count("Traceback") == (1 if number == signal.SIGINT else 0), errors
        ends = time.monotonic() + _PATIENCE
        while _group(process.pid) and time.monotonic() < ends:
            time.sleep(0.2)
        assert _group(process.pid) == []
    finally:
        if _group(process.pid):
            os.killpg(process.pid, signal.SIGKILL)


def _group(number: int) -> list[int]:
    """The processes of a group that are there and no zombies."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                state, _, group = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:3]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(group) == number and state != "Z":
                found.append(int(folder.name))
    return found
