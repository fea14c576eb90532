"""Dagster's own daemon carries out what stands in Actions: `optcenter dev` as people start it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from optcenter_pipeline.engine.result import Result
from optcenter_pipeline_tests.support.hard_plan import CONSTRAINT_SET, SCENARIO, type_hard_plan
from optcenter_pipeline_tests.support.planning_space import PlanningSpace
from optcenter_pipeline_tests.support.requests import RUN_ALL, RUN_SELECTED, request_row

PATIENCE_SECONDS = 400
PLAN = {"scenario_name": SCENARIO, "constraint_set_name": CONSTRAINT_SET}
DEV = "from optcenter_pipeline.cli import main; main(['dev', '--workbook-port', '0', '--dagster-port', '0'])"


@dataclass(frozen=True)
class Served:
    """A planning space in front of which `optcenter dev` runs."""

    space: PlanningSpace
    printed: Callable[[], str]
    """What it has printed so far."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The hard plan, served; each test has its own rows of Actions."""
    space = PlanningSpace(tmp_path_factory.mktemp("served"))
    with space.workbook.open() as book:
        type_hard_plan(book)
    space.save()
    own = {
        "OPTCENTER_HOME": str(space.home),
        "DAGSTER_HOME": "",
        "OPTCENTER_WORKBOOK": "",
        "OPTCENTER_DATABASE_URL": "",
    }
    log = space.home / "dev.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", DEV], env={**os.environ, **own}, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield Served(space, log.read_text)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def test_what_was_asked_for_is_carried_out_once_and_answered(served: Served) -> None:
    space = served.space
    keys = [row["initiative_key"] for row in space.rows("Candidates")[:4]]
    few = {**PLAN, "scope_type": "keys", "scope_keys": json.dumps(keys)}
    asked = [request_row("run it", RUN_SELECTED, **few)] * 2
    space.type_rows("Actions", [*asked, request_row("no", "pm.delete")], first_row=2)

    def answered() -> list[dict[str, Any]] | None:
        rows = space.rows("Actions")[:3]
        return None if {None, "queued", "running"} & {row.get("status") for row in rows} else rows

    rows = _eventually(answered, served.printed)
    assert [row["status"] for row in rows] == ["success", "success", "rejected"], served.printed()
    address = next(line.split()[1] for line in served.printed().splitlines() if line.startswith("Dagster:"))
    assert rows[0]["run_url"] == rows[1]["run_url"]
    assert rows[0]["run_url"].startswith(f"{address}/runs/")
    listed = [row["status"] for row in space.rows("Runs") if row["run_id"] == rows[0]["run_id"]]
    assert listed == ["optimal"]
    assert space.query("select count(*) from optimization_runs where status = 'optimal'") == [(1,)]


def test_a_run_that_is_terminated_in_the_ui_keeps_what_it_had(served: Served) -> None:
    space, printed = served.space, served.printed
    asked = request_row("hard", RUN_ALL, **PLAN, options_json='{"mip_gap": 0}')
    space.type_rows("Actions", [asked], first_row=5)
    run_id = _eventually(lambda: _dagster_run_in_search(space, printed()), printed)
    terminate = "mutation($run: String!) { terminateRun(runId: $run) { __typename } }"
    told = _graphql(printed(), terminate, {"run": run_id})
    assert told["terminateRun"]["__typename"] == "TerminateRunSuccess"
    status = "query($run: ID!) { runOrError(runId: $run) { ... on Run { status } } }"
    _eventually(lambda: _graphql(printed(), status, {"run": run_id})["runOrError"]["status"] == "CANCELED", printed)
    _eventually(lambda: space.rows("Actions")[3].get("finished_at"), printed)
    answer = space.rows("Actions")[3]
    assert answer["status"] == "failed"
    assert "stopped before it was proven" in answer["message"]
    own = answer["run_id"]
    ((final, results_json),) = space.query(
        "select status, results_json from optimization_runs where run_id = ?", own
    )
    assert final == "cancelled"
    assert Result.model_validate_json(results_json).selected
    kept = "select count(*) from portfolio_items join portfolios on portfolios.id = portfolio_id where run_id = ?"
    ((selected,),) = space.query(kept, own)
    listed = [(run["status"], run["selected_count"]) for run in space.rows("Runs") if run["run_id"] == own]
    assert listed == [("cancelled", selected)]
    assert own in {row["run_id"] for row in space.rows("Results")}


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
