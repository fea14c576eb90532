"""Workers as the comparison starts them: real processes, ended at their end, at the limit, and with us."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.compare.runner import measure
from optcenter_pipeline_tests.benchmarks.problems import write_hard_mkp, write_nrp

_ROOT = Path(__file__).resolve().parents[2]


def test_a_worker_tells_each_run(tmp_path: Path) -> None:
    write_nrp(tmp_path)
    runs, trouble = measure(solver="highs", instance="nrp-t1@50", data=tmp_path, mip_gap=0.0, limit=30.0, repeats=2)
    assert trouble == ""
    assert [(run["status"], run["value"], run["bound"]) for run in runs] == [("proven", 11.0, 11.0)] * 2
    assert all(run["seconds"] > run["handover"] > 0 and run["cpu"] > 0 for run in runs)


def test_a_worker_that_overruns_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_hard_mkp(tmp_path)
    started = []

    class Recorded(subprocess.Popen[str]):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)  # type: ignore[call-overload]
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Recorded)
    runs, trouble = measure(
        solver="highs", instance="mkp-5.100-00", data=tmp_path, mip_gap=0.0, limit=60.0, repeats=3, grace=-59.9
    )
    assert [run["status"] for run in runs] == ["overran"]
    assert trouble
    assert [process.returncode for process in started] == [-signal.SIGKILL]


def test_a_worker_that_dies_says_why(tmp_path: Path) -> None:
    runs, trouble = measure(solver="highs", instance="not there", data=tmp_path, mip_gap=0.0, limit=30.0, repeats=2)
    assert [run["status"] for run in runs] == ["died"]
    assert "StopIteration" in trouble


def _compare(data: Path, *options: str) -> list[str]:
    kept = data / "records.jsonl"
    return [sys.executable, "-m", "benchmarks.compare", "--data", str(data), "--kept", str(kept), *options]


def test_what_was_measured_is_kept(tmp_path: Path) -> None:
    write_nrp(tmp_path)
    command = _compare(tmp_path, "--only", "nrp*", "--solvers", "highs", "--repeats", "1")
    first, second = (
        subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True).stdout for _ in range(2)
    )
    assert "kept from before" not in first
    assert second.count("kept from before") == 2
    assert "nrp-t1@30" in second


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are looked up in /proc")
def test_an_interrupt_leaves_no_worker_behind(tmp_path: Path) -> None:
    write_hard_mkp(tmp_path)
    command = _compare(tmp_path, "--only", "mkp*", "--solvers", "highs", "--limit", "60")
    with subprocess.Popen(command, cwd=_ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        workers: list[str] = []
        while not workers and process.poll() is None:
            workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            time.sleep(0.05)
        assert workers
        process.send_signal(signal.SIGINT)
        assert process.wait() != 0
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(int(worker), 0)
