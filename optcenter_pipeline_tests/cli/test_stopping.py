"""Ctrl-C and a termination, at real processes while they search: they end by themselves and keep what they have."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from optcenter_pipeline.engine.checker import check
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline_tests.support.hard_plan import CONSTRAINT_SET, SCENARIO, hard_snapshot, type_hard_plan
from optcenter_pipeline_tests.support.planning_space import PlanningSpace
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

PATIENCE_SECONDS = 240
LISTENING = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
"""
"""A shell starts what runs in its background with SIGINT ignored, and all that runs in that too; Dagster, once
it has been imported, takes SIGTERM as it takes SIGINT."""
TELLING_SOON = """
from optcenter_pipeline.cli import progress_view
from optcenter_pipeline.report.progress_log import Pace
progress_view._IN_A_LOG = Pace(apart=0.1)
"""
"""On stderr that is no terminal the first line would come after seconds of search."""
OPTCENTER = LISTENING + TELLING_SOON + "from optcenter_pipeline.cli import main; main()"


@contextmanager
def optcenter(home: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """The command line in a process of its own; killed only if it does not end by itself."""
    own = {"OPTCENTER_HOME": str(home), "DAGSTER_HOME": "", "OPTCENTER_WORKBOOK": "", "OPTCENTER_DATABASE_URL": ""}
    command = [sys.executable, "-c", OPTCENTER, *arguments]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, env={**os.environ, **own}, stdout=pipe, stderr=pipe, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for_search(process: "subprocess.Popen[str]") -> None:
    """Until it tells of the search."""
    assert process.stderr is not None
    read = []
    for line in process.stderr:
        read.append(line)
        if line.startswith("stage 1/2 gmv: "):
            return
    raise AssertionError(f"it ended before it searched: {''.join(read)}")


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """(exit code, stdout, stderr)."""
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def hard() -> Snapshot:
    return hard_snapshot()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_solve_writes_the_best_portfolio_so_far(tmp_path: Path, hard: Snapshot, number: int) -> None:
    (path,) = written(tmp_path, {"hard.json": hard})
    with optcenter(tmp_path, "solve", path, "-o", str(tmp_path / "r.json")) as process:
        wait_for_search(process)
        process.send_signal(number)
        code, out, err = ended(process)
    assert code == 3, err
    assert "cancelled" in out
    assert err.splitlines()[-1] == f"stopped by a person: {path} is cancelled"
    result = Result.model_validate_json((tmp_path / "r.json").read_bytes())
    assert result.status == "cancelled"
    assert result.selected
    assert check(hard, result) == ()


def test_solve_begins_no_further_snapshot(tmp_path: Path, hard: Snapshot) -> None:
    easy = snapshot([candidate("A", 5, {"gmv": 1})])
    paths = written(tmp_path, {"1.json": easy, "2.json": hard, "3.json": easy})
    with optcenter(tmp_path, "solve", *paths, "-o", str(tmp_path / "out")) as process:
        wait_for_search(process)
        process.send_signal(signal.SIGINT)
        code, _, err = ended(process)
    assert code == 3, err
    statuses = {path.name: json.loads(path.read_text())["status"] for path in (tmp_path / "out").iterdir()}
    assert statuses == {"1.json": "optimal", "2.json": "cancelled"}
    assert err.splitlines()[-1] == f"stopped by a person: {paths[1]} is cancelled; not begun: {paths[2]}"


def test_json_of_a_stopped_command_is_whole_and_nothing_else_is_on_stdout(tmp_path: Path, hard: Snapshot) -> None:
    easy = snapshot([candidate("A", 5, {"gmv": 1})])
    paths = written(tmp_path, {"1.json": easy, "2.json": hard})
    with optcenter(tmp_path, "--json", "solve", *paths, "-o", str(tmp_path / "out")) as process:
        wait_until_there(tmp_path / "out" / "1.json")
        process.send_signal(signal.SIGINT)
        code, out, err = ended(process)
    assert code == 3, err
    # the second had begun by then, or had not
    statuses = [document["status"] for document in json.loads(out)]
    assert statuses in (["optimal"], ["optimal", "cancelled"])
    assert err.startswith("stopped by a person: ")
    assert len(err.splitlines()) == 1


def test_who_does_not_want_to_wait_for_the_end_asks_twice(tmp_path: Path) -> None:
    """A search that does not heed the wish, as the engine's would where it hangs."""
    hangs = (
        LISTENING
        + """
import time
from optcenter_pipeline.runs import stopping
stopping._PATIENCE_SECONDS = 0.0
with stopping.stop_wish() as wish:
    print("listening", flush=True)
    while True:
        time.sleep(0.01)
        if wish.is_wished():
            print("wished", flush=True)
"""
    )
    with subprocess.Popen([sys.executable, "-c", hangs], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "listening\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "wished\n"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == -signal.SIGTERM


def test_a_search_that_was_left_behind_does_not_keep_the_process() -> None:
    left_behind = """
import threading
threading.Thread(target=threading.Event().wait, name="highs").start()
from optcenter_pipeline.cli import main
main(["--json", "schema", "result"])
"""
    ran = subprocess.run(
        [sys.executable, "-c", left_behind], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "schema_version" in json.loads(ran.stdout)["properties"]


def test_optimize_keeps_the_run_as_cancelled_with_its_portfolio(empty_space: PlanningSpace) -> None:
    space = empty_space
    with space.workbook.open() as book:
        type_hard_plan(book)
    arguments = ["optimize", SCENARIO, CONSTRAINT_SET, "--mip-gap", "0"]
    with optcenter(space.home, *arguments) as process:
        wait_for_search(process)
        process.send_signal(signal.SIGINT)
        code, out, err = ended(process)
    assert code == 3, err
    assert "the next save or run writes it to the workbook" in err
    ((run_id, status),) = space.query("select run_id, status from optimization_runs")
    assert status == "cancelled"
    assert f"Run {run_id} of hard / caps: cancelled" in out
    ((selected,),) = space.query("select count(*) from portfolio_items")
    assert selected > 0
    assert dagster_statuses(space.home) == ["CANCELED"]
    assert space.rows("Runs") == []
    space.save()
    (run,) = space.rows("Runs")
    assert (run["status"], run["selected_count"]) == ("cancelled", selected)
    assert "The run was stopped" in [row["message"] for row in space.rows("Gaps_Alerts")]


def written(folder: Path, snapshots: Mapping[str, Snapshot]) -> list[str]:
    """Paths of the snapshots."""
    for name, asked in snapshots.items():
        (folder / name).write_text(asked.model_dump_json(), encoding="utf-8")
    return [str(folder / name) for name in snapshots]


def wait_until_there(path: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not path.exists():
        assert time.monotonic() < end, f"{path} never came"
        time.sleep(0.05)


def dagster_statuses(home: Path) -> list[str]:
    """How Dagster's own history says that its runs ended."""
    import dagster as dg

    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        return [run.status.value for run in instance.get_runs()]
