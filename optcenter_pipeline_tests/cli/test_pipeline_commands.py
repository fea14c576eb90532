"""`save`, `optimize`, `runs`, `show`, `workbook init`: the same jobs, from a terminal."""

import datetime as dt
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from optcenter_pipeline.cli import workbook_commands
from optcenter_pipeline.engine import Result, Snapshot, solve
from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline.runs import execution
from optcenter_pipeline_tests.cli.conftest import Optcenter
from optcenter_pipeline_tests.support.planning_space import PlanningSpace

GROWTH = "Q1 2027 growth"


def test_save_prints_counts_and_a_line_a_message_and_says_by_its_code_that_rows_are_wrong(
    optcenter: Optcenter,
) -> None:
    ran = optcenter("save")
    assert ran.code == 1
    assert "candidates: 40 inserted" in ran.out
    assert "Constraints!29 max_tokens: '12k' is not a number" in ran.out
    assert "3 errors, 0 warnings" in ran.out


def test_save_as_json(optcenter: Optcenter) -> None:
    ran = optcenter("save", "--json")
    assert ran.document["status"] == "invalid"
    assert ran.document["counts"]["candidates"]["inserted"] == 40
    assert [line.split(":")[0] for line in ran.document["messages"]] == [
        "Constraints!29 max_tokens",
        "Constraints!30 dimension_key",
        "Constraints!31 target_kpi_key",
    ]


def test_save_of_one_tab_speaks_of_that_tab_alone(optcenter: Optcenter) -> None:
    ran = optcenter("save", "--tab", "initiatives")
    assert ran.code == 0
    assert "0 errors" in ran.out


def test_save_of_keys_speaks_of_those_rows_alone(optcenter: Optcenter) -> None:
    assert optcenter("save", "--tab", "Constraints", "--keys", "2027 resilience").code == 0
    ran = optcenter("save", "--tab", "Constraints", "--keys", "H1 2027 balanced / draft")
    assert ran.code == 1
    assert "3 errors" in ran.out


def test_save_of_a_key_that_no_row_has_says_so(optcenter: Optcenter, sample_space: PlanningSpace) -> None:
    optcenter("save")
    before = sample_space.dump()
    ran = optcenter("save", "--tab", "Candidates", "--keys", "INIT-101,NOPE")
    assert ran.code == 1
    assert "there is no row with the key 'nope'" in ran.out
    assert optcenter("save", "--tab", "Candidates", "--keys", " , ").code == 2
    assert sample_space.dump() == before


def test_save_of_a_tab_that_is_none_is_wrong_usage(optcenter: Optcenter) -> None:
    ran = optcenter("save", "--tab", "Runs")
    assert ran.code == 2
    assert "Scenario_Config" in ran.err


def test_optimize_prints_the_portfolio_and_the_run_is_remembered(
    optcenter: Optcenter, sample_space: PlanningSpace
) -> None:
    ran = optcenter("optimize", GROWTH, "baseline")
    assert ran.code == 0
    assert "optimal" in ran.out
    assert "INIT-106" in ran.out
    ((run_id,),) = sample_space.query("select run_id from optimization_runs")
    assert run_id in ran.out
    assert run_id in optcenter("runs").out
    shown = optcenter("show", run_id, "--json").document
    assert shown["run"]["status"] == shown["result"]["status"] == "optimal"
    assert optcenter("show", run_id).out.count("INIT-106") >= 1


def test_optimize_as_json_prints_one_document_alone(optcenter: Optcenter) -> None:
    ran = optcenter("--json", "optimize", GROWTH, "baseline", "--requested-by", "planning")
    assert ran.code == 0
    assert ran.document["run"]["requested_by"] == "planning"
    assert (ran.document["run_id"], ran.document["status"]) == (ran.document["run"]["run_id"], "optimal")
    assert ran.document["result"]["objective"]["value"] == ran.document["run"]["objective_value"]


def test_names_compare_without_case(optcenter: Optcenter) -> None:
    assert optcenter("optimize", GROWTH.upper(), "BASELINE").code == 0


def test_an_infeasible_plan_is_a_result(optcenter: Optcenter) -> None:
    ran = optcenter("optimize", GROWTH, "all promises")
    assert ran.code == 0
    assert "infeasible" in ran.out


def test_an_invalid_set_is_exit_1_with_its_rows_one_a_line(optcenter: Optcenter) -> None:
    ran = optcenter("optimize", "H1 2027 balanced", "draft")
    assert ran.code == 1
    lines = ran.err.strip().splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "Constraints!29 max_tokens",
        "Constraints!30 dimension_key",
        "Constraints!31 target_kpi_key",
    ]
    assert optcenter("optimize", "H1 2027 balanced", "draft", "--json").document["status"] == "invalid"


def test_an_unknown_scenario_is_exit_1_with_a_hint(optcenter: Optcenter) -> None:
    ran = optcenter("optimize", "Q1 2027 grow", "baseline")
    assert ran.code == 1
    assert GROWTH in ran.err


def test_a_limit_without_a_portfolio_is_exit_3(optcenter: Optcenter, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_short(snapshot: Snapshot, **_: object) -> Result:
        result = solve(snapshot)
        objective = result.objective.model_copy(
            update={"value": None, "best_possible": None, "stages": (), "goals_cost": None}
        )
        empty: dict[str, object] = {
            "selected": (),
            "gaps": (),
            "synergies": (),
            "kpis": {},
            "capacity": None,
            "rejected": (),
        }
        return result.model_copy(update={"status": "no_solution", "objective": objective, **empty})

    monkeypatch.setattr(execution, "answer", cut_short)
    assert optcenter("optimize", GROWTH, "baseline").code == 3


def test_a_result_that_the_checker_refuses_is_exit_4_with_what_it_found(
    optcenter: Optcenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_token_too_many(snapshot: Snapshot, **_: object) -> Result:
        result = solve(snapshot)
        first, *rest = result.selected
        more = first.model_copy(update={"allocated_tokens": first.allocated_tokens + 1})
        return result.model_copy(update={"selected": (more, *rest)})

    monkeypatch.setattr(execution, "answer", one_token_too_many)
    ran = optcenter("optimize", GROWTH, "baseline")
    assert ran.code == 4
    assert "the independent checker refused the result" in ran.err
    assert "allocated_tokens" in ran.err
    run_id = optcenter("runs", "--json").document[0]["run_id"]
    shown = optcenter("show", run_id).out
    assert "failed" in shown
    assert "optimal" not in shown


def test_a_person_who_stops_a_run_is_told_so(
    optcenter: Optcenter, sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> Result:
        raise KeyboardInterrupt

    monkeypatch.setattr(execution, "answer", stopped)
    ran = optcenter("optimize", GROWTH, "baseline")
    assert ran.code == 4
    assert ran.err.strip() == "optcenter: stopped by a person; nothing was decided"
    monkeypatch.undo()
    sample_space.save()
    (line,) = sample_space.rows("Gaps_Alerts")
    assert line["message"] == "The run was stopped"


def test_a_run_whose_process_died_is_given_up_by_whoever_looks(
    optcenter: Optcenter, sample_space: PlanningSpace
) -> None:
    from optcenter_pipeline.database.ledger import create_run

    optcenter("save")
    scenario = {"scenario_name": GROWTH, "capacity_total_tokens": 1}
    snapshot = {"schema_version": 1, "scenario": scenario, "candidates": [], "metrics": []}
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with sample_space.database.open() as database, database.session() as session:
        worker = f"{socket.gethostname()}:{dead.pid}"
        run_id = create_run(session, json.dumps(snapshot), now=dt.datetime.now(dt.UTC), worker=worker)
    assert optcenter("optimize", "H1 2027 balanced", "draft").code == 1
    ((status,),) = sample_space.query("select status from optimization_runs where run_id = ?", run_id)
    assert status == "failed"


def test_a_workbook_that_cannot_be_reached_is_exit_4_in_one_line(
    optcenter: Optcenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPTCENTER_WORKBOOK", "gsheets:nowhere")
    ran = optcenter("save")
    assert ran.code == 4
    assert ran.out == ""
    (line,) = ran.err.strip().splitlines()
    assert "OPTCENTER_GOOGLE_CREDENTIALS" in line


def test_a_database_that_cannot_be_opened_is_exit_4_and_keeps_its_password(
    optcenter: Optcenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPTCENTER_DATABASE_URL", "mysql://planner:s3cret@db/plans")
    for command in (("runs",), ("save",), ("save", "--debug")):
        ran = optcenter(*command)
        assert ran.code == 4
        assert "s3cret" not in ran.err + ran.out
    assert "mysql is not supported" in optcenter("runs").err


def test_a_history_that_cannot_be_used_is_named(
    optcenter: Optcenter, monkeypatch: pytest.MonkeyPatch, sample_space: PlanningSpace
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(sample_space.home / "nowhere"))
    ran = optcenter("save")
    assert ran.code == 4
    assert "DAGSTER_HOME is" in ran.err


def test_a_run_that_a_limit_stopped_says_what_may_still_be_better(
    optcenter: Optcenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped_early(snapshot: Snapshot, **_: object) -> Result:
        result = solve(snapshot)
        first, *rest = result.objective.stages
        looser = first.model_copy(update={"bound": first.value * 2, "mip_gap": 1.0, "proven": False})
        objective = result.objective.model_copy(
            update={"bound": first.value * 2, "mip_gap": 1.0, "stages": (looser, *rest)}
        )
        return result.model_copy(update={"status": "feasible", "objective": objective})

    monkeypatch.setattr(execution, "answer", stopped_early)
    ran = optcenter("optimize", GROWTH, "baseline")
    assert ran.code == 0
    assert "the search was stopped: no portfolio can have more than 9,060" in ran.out


def test_a_setting_that_is_wrong_is_named(optcenter: Optcenter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPTCENTER_SOLVER_TIME_LIMIT", "soon")
    ran = optcenter("runs")
    assert ran.code == 4
    assert "OPTCENTER_SOLVER_TIME_LIMIT" in ran.err


def test_an_unknown_run_is_exit_1(optcenter: Optcenter) -> None:
    ran = optcenter("show", "20260101T000000-000000")
    assert ran.code == 1
    assert "there is no run" in ran.err


def test_workbook_init_again_changes_nothing(optcenter: Optcenter, sample_space: PlanningSpace) -> None:
    before = sample_space.grids()
    ran = optcenter("workbook", "init", "--sample")
    assert ran.code == 0
    assert "nothing was changed" in ran.out
    assert sample_space.grids() == before


def test_workbook_init_makes_a_new_one(
    optcenter: Optcenter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPTCENTER_WORKBOOK", f"local:{tmp_path / 'new' / 'book.sqlite'}")
    document = optcenter("workbook", "init", "--json").document
    assert len(document["created_tabs"]) == 14
    assert document["sample_rows"] == 0


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("optimize",), ("save", "--nonsense")])
def test_wrong_usage_is_exit_2(optcenter: Optcenter, arguments: tuple[str, ...]) -> None:
    assert optcenter(*arguments).code == 2


def test_help_is_no_error(optcenter: Optcenter) -> None:
    ran = optcenter("--help")
    assert ran.code == 0
    assert "optimize" in ran.out


def test_an_output_tab_that_is_gone_is_told_and_the_run_is_delivered_when_it_is_back(
    optcenter: Optcenter, sample_space: PlanningSpace
) -> None:
    with sample_space.workbook.open() as book:
        (results,) = [sheet.sheet_id for sheet in book.sheets() if sheet.title == "Results"]
        book.structural_update([{"deleteSheet": {"sheetId": results}}], idempotent=False)
    ran = optcenter("optimize", GROWTH, "baseline")
    assert ran.code == 4
    assert "Results: the workbook has no such tab" in ran.err
    assert "optcenter workbook init" in ran.err
    assert optcenter("workbook", "init").code == 0
    assert optcenter("save").code == 1
    assert len(sample_space.rows("Results")) == 40
    assert len(sample_space.rows("Runs")) == 1


def test_a_tab_without_a_needed_column_is_told_once(optcenter: Optcenter, sample_space: PlanningSpace) -> None:
    optcenter("save")
    sample_space.type_cell("Candidates", 1, "engineering_tokens", "points")
    ran = optcenter("save", "--json")
    about = [line for line in ran.document["messages"] + ran.document["notes"] if line.startswith("Candidates")]
    assert [line for line in about if "warning" not in line] == [about[0]]
    assert about[0].startswith("Candidates!1 header: ")
    blocked = optcenter("optimize", GROWTH, "baseline")
    assert blocked.code == 1
    assert blocked.err.strip() == about[0]


def test_a_port_that_is_taken_is_a_message(optcenter: Optcenter) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ran = optcenter("workbook", "serve", "--port", port)
    assert ran.code == 4
    assert f"cannot listen on port {port}" in ran.err


@pytest.mark.parametrize(("options", "answer"), [((), 404), (("--admin",), 200)])
def test_a_served_workbook_takes_faults_only_where_asked_for(
    optcenter: Optcenter, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], answer: int
) -> None:
    seen: list[tuple[str, int]] = []

    def look(server: LocalWorkbookServer) -> LocalWorkbookServer:
        started = start(server)
        url = f"{started.root_url}/__admin/faults"
        seen.append((started.root_url, requests.get(url, timeout=10).status_code))
        return started

    start = LocalWorkbookServer.start
    monkeypatch.setattr(LocalWorkbookServer, "start", look)
    monkeypatch.setattr(workbook_commands, "wait_until_stopped", lambda: None)
    ran = optcenter("workbook", "serve", *options)
    ((root, status),) = seen
    assert (ran.code, status) == (0, answer)
    assert (f"faults on demand: {root}/__admin/" in ran.out) is bool(options)


def test_a_rule_below_the_blank_rows_is_told_by_the_run_that_lacks_it(
    optcenter: Optcenter, sample_space: PlanningSpace
) -> None:
    cap = {"constraint_type": "capacity_cap", "dimension": "all", "max_tokens": 5}
    names = {"scenario_name": GROWTH, "constraint_set_name": "baseline"}
    sample_space.type_rows("Constraints", [{**names, **cap}], first_row=100)
    ran = optcenter("optimize", GROWTH, "baseline")
    assert ran.code == 0
    (alert,) = [row for row in sample_space.rows("Gaps_Alerts") if "were not read" in row["message"]]
    assert alert["source_rows"] == "Constraints!1"
    assert "rows from 100 on were not read" in alert["message"]


def test_a_number_that_no_sum_can_carry_is_refused_on_its_row(
    optcenter: Optcenter, sample_space: PlanningSpace
) -> None:
    sample_space.type_cell("KPI_Contributions", 2, "contribution", 1e308)
    ran = optcenter("save", "--tab", "KPI_Contributions")
    assert ran.code == 1
    assert "KPI_Contributions!2 contribution: 1e+308 is too large to be summed" in ran.out
    assert optcenter("optimize", GROWTH, "baseline").code == 0
