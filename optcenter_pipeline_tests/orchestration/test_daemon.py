"""Dagster's own daemon carries out what stands in Actions: `optcenter dev` as people start it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from optcenter_pipeline_tests.support.planning_space import PlanningSpace
from optcenter_pipeline_tests.support.requests import RUN_ALL, request_row

PATIENCE_SECONDS = 400
DEV = "from optcenter_pipeline.cli import main; main(['dev', '--workbook-port', '0', '--dagster-port', '0'])"


@contextmanager
def dev_server(home: Path) -> Iterator[Callable[[], str]]:
    """What it has printed so far."""
    own = {"OPTCENTER_HOME": str(home), "DAGSTER_HOME": "", "OPTCENTER_WORKBOOK": "", "OPTCENTER_DATABASE_URL": ""}
    log = home / "dev.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", DEV], env={**os.environ, **own}, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield log.read_text
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def test_what_was_asked_for_is_carried_out_once_and_answered(sample_space: PlanningSpace) -> None:
    growth = {"scenario_name": "Q1 2027 growth", "constraint_set_name": "baseline"}
    rows = [
        request_row("save it"),
        request_row("run it", RUN_ALL, **growth),
        request_row("run it", RUN_ALL, **growth),
    ]
    sample_space.type_rows("Actions", [*rows, request_row("no", "pm.delete")], first_row=2)
    with dev_server(sample_space.home) as printed:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            answers = [row.get("status") for row in sample_space.rows("Actions")]
            if not {None, "queued", "running"} & set(answers):
                break
            time.sleep(1)
        assert answers == ["success", "success", "success", "rejected"], printed()
        links = [row.get("run_url", "") for row in sample_space.rows("Actions")]
    address = next(line.split()[1] for line in printed().splitlines() if line.startswith("Dagster:"))
    assert all(link.startswith(f"{address}/runs/") for link in links[:3])
    assert links[1] == links[2] != links[0]
    assert [row["status"] for row in sample_space.rows("Runs")] == ["optimal"]
    assert sample_space.query("select count(*) from optimization_runs") == [(1,)]
