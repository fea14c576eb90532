"""Dagster's own daemon carries out what stands in Actions: `optcenter dev` as people start it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from optcenter_pipeline.engine.result import Result
from optcenter_pipeline_tests.support.hard_plan import CONSTRAINT_SET, SCENARIO, type_hard_plan
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


def test_a_run_that_is_terminated_in_the_ui_keeps_what_it_had(empty_space: PlanningSpace) -> None:
    space = empty_space
    with space.workbook.open() as book:
        type_hard_plan(book)
    space.save()
    options = {"scenario_name": SCENARIO, "constraint_set_name": CONSTRAINT_SET, "options_json": '{"mip_gap": 0}'}
    space.type_rows("Actions", [request_row("hard", RUN_ALL, **options)], first_row=2)
    with dev_server(space.home) as printed:
        run_id = _eventually(lambda: _dagster_run_in_search(space, printed()), printed)
        terminate = "mutation($run: String!) { terminateRun(runId: $run) { __typename } }"
        told = _graphql(printed(), terminate, {"run": run_id})
        assert told["terminateRun"]["__typename"] == "TerminateRunSuccess"
        status = "query($run: ID!) { runOrError(runId: $run) { ... on Run { status } } }"
        _eventually(
            lambda: _graphql(printed(), status, {"run": run_id})["runOrError"]["status"] == "CANCELED", printed
        )
        _eventually(lambda: space.rows("Actions")[0].get("finished_at"), printed)
    (answer,) = space.rows("Actions")
    ((final, results_json),) = space.query("select status, results_json from optimization_runs")
    assert final == "cancelled"
    assert Result.model_validate_json(results_json).selected
    assert answer["status"] == "failed"
    assert "stopped before it was proven" in answer["message"]
    ((selected,),) = space.query("select count(*) from portfolio_items")
    assert [(run["status"], run["selected_count"]) for run in space.rows("Runs")] == [("cancelled", selected)]
    assert {row["run_id"] for row in space.rows("Results")} == {answer["run_id"]}


def _dagster_run_in_search(space: PlanningSpace, printed: str) -> str | None:
    """Dagster's id of the run, once its log tells of a portfolio."""
    for (run_id,) in space.query("select dagster_run_id from optimization_runs where status = 'running'"):
        query = "query($run: ID!) { logsForRun(runId: $run) { ... on EventConnection { events { ... on MessageEvent"
        log = _graphql(printed, f"{query} {{ message }} }} }} }} }}", {"run": run_id})
        if any(event.get("message", "").startswith("stage 1/2 gmv: ") for event in log["logsForRun"]["events"]):
            return str(run_id)
    return None


def _graphql(printed: str, query: str, variables: dict[str, str]) -> Any:
    """What the UI asks Dagster's webserver, and its answer."""
    address = next(line.split()[1] for line in printed.splitlines() if line.startswith("Dagster:"))
    answer = requests.post(f"{address}/graphql", json={"query": query, "variables": variables}, timeout=60)
    answer.raise_for_status()
    return answer.json()["data"]


def _eventually(look: Callable[[], Any], printed: Callable[[], str]) -> Any:
    """What a look finds, as soon as it finds something."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(printed())
