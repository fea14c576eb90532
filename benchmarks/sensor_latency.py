"""Seconds from a request's row in Actions to `success` in the sheet, under a real `optcenter dev`.

Usage: .venv/bin/python benchmarks/sensor_latency.py [--requests 20] [--seconds 1]

A new home with the sample plan; Dagster's daemon, code server and sensors as `optcenter dev` starts them. Requests
are appended one after another, saves and runs in turn, each after the answer to the one before. Times are those of
the database and of Dagster's own events; the first and the last are those of the sheet.
"""

import argparse
import datetime as dt
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg

from optcenter_pipeline.database.actions import RequestRecord, get_request
from optcenter_pipeline.database.connection import Database, open_database
from optcenter_pipeline.runs.workbook_access import open_workbook
from optcenter_pipeline.workbook.workbook import RangeWrite, Workbook, whole_sheet

OPTCENTER = [sys.executable, "-c", "from optcenter_pipeline.cli import main; main()"]
RUN = {
    "action": "pm.optimize.run_all_candidates",
    "scenario_name": "Q1 2027 growth",
    "constraint_set_name": "baseline",
}
SAVE = {"action": "pm.save_selected"}
STAGES = ("queued", "run started", "running", "save done", "solved", "success")
PATIENCE = 180.0


@contextmanager
def dev_server(home: Path, seconds: int) -> Iterator[None]:
    """`optcenter dev` on a new home, until its Dagster answers."""
    environment = {**os.environ, "OPTCENTER_HOME": str(home), "OPTCENTER_SENSOR_SECONDS": str(seconds)}
    for name in ("DAGSTER_HOME", "OPTCENTER_WORKBOOK", "OPTCENTER_DATABASE_URL"):
        environment[name] = ""
    subprocess.run([*OPTCENTER, "workbook", "init", "--sample"], env=environment, check=True, capture_output=True)
    command = [*OPTCENTER, "dev", "--workbook-port", "0", "--dagster-port", "0"]
    log = (home / "dev.log").open("w+")
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        address = _dagster_address(home / "dev.log")
        _wait_for(lambda: urllib.request.urlopen(f"{address}/server_info", timeout=2).status == 200)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        log.close()


def _dagster_address(log: Path) -> str:
    def line() -> str:
        return next((text for text in log.read_text().splitlines() if text.startswith("Dagster:")), "")

    _wait_for(lambda: bool(line()))
    return line().split()[1]


def _wait_for(holds: Any) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if holds():
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise TimeoutError("nothing happened for so long that something must be wrong; see dev.log")


def measured(book: Workbook, database: Database, instance: dg.DagsterInstance, number: int) -> dict[str, float]:
    """Append one request and wait for its answer in the sheet; seconds from the row on, by stage."""
    request_id = f"latency-{number}"
    asked = SAVE if number % 2 else RUN
    header = [str(name) for name in book.batch_get(["Actions!1:1"])[0].rows[0]]
    row = {"request_id": request_id, "requested_at": dt.datetime.now(dt.UTC).isoformat(), **asked}
    place = len(book.batch_get([whole_sheet("Actions")])[0].rows) + 1
    book.batch_update([RangeWrite(f"Actions!A{place}", [[row.get(name, "") for name in header]])])
    appended = time.time()
    status_column = header.index("status")

    def answered() -> bool:
        cells = book.batch_get([f"Actions!{place}:{place}"])[0].rows[0]
        return len(cells) > status_column and cells[status_column] in ("success", "failed", "rejected")

    _wait_for(answered)
    seen = time.time()
    _wait_for(lambda: _record(database, request_id).finished_at is not None)  # kept a moment after it is shown
    record = _record(database, request_id)
    assert record.status == "success", record.message
    return {stage: at - appended for stage, at in _times(record, instance, seen).items()}


def _record(database: Database, request_id: str) -> RequestRecord:
    with database.reading() as session:
        record = get_request(session, request_id)
    assert record is not None, request_id
    return record


def _times(record: RequestRecord, instance: dg.DagsterInstance, seen: float) -> dict[str, float]:
    run_id = record.dagster_run_id or ""
    steps = {stats.step_key: stats.end_time for stats in instance.get_run_step_stats(run_id)}
    run = instance.get_run_record_by_id(run_id)
    assert run is not None
    assert record.started_at is not None
    times = {
        "queued": record.created_at.timestamp(),
        "run started": run.start_time,
        "running": record.started_at.timestamp(),
        "save done": steps.get("tables"),
        "solved": steps.get("solve"),
        "success": seen,
    }
    return {stage: at for stage, at in times.items() if at is not None}


def report(kind: str, taken: list[dict[str, float]]) -> None:
    """Medians by stage, from the row on and from the stage before."""
    print(f"\n{kind}: {len(taken)} requests")
    print(f"{'stage':<12} {'from row':>9} {'step':>7} {'worst':>7}")
    before = 0.0
    for stage in STAGES:
        seconds = [times[stage] for times in taken if stage in times]
        if seconds:
            median = statistics.median(seconds)
            print(f"{stage:<12} {median:9.1f} {median - before:7.1f} {max(seconds):7.1f}")
            before = median


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=1, help="OPTCENTER_SENSOR_SECONDS; `optcenter dev` has 1")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with (
            dev_server(home, options.seconds),
            open_workbook(f"local:{home / 'workbook.sqlite'}") as book,
            open_database(f"sqlite:///{home / 'optcenter.db'}") as database,
            dg.DagsterInstance.from_config(str(home / "dagster")) as instance,
        ):
            # the first one waits for the code location to load, and for the save of a workbook that is new
            measured(book, database, instance, 0)
            taken = []
            for number in range(1, options.requests + 1):
                taken.append(measured(book, database, instance, number))
                print(number, {stage: round(at, 1) for stage, at in taken[-1].items()}, flush=True)
    report("all", [{stage: at for stage, at in times.items() if stage != "solved"} for times in taken])
    report("saves", [times for times in taken if "solved" not in times])
    report("runs", [times for times in taken if "solved" in times])


if __name__ == "__main__":
    main()
