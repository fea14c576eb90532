"""Requests in Actions, from the appended row to the answer, on a real instance, workbook and database."""

import datetime as dt
import json
from typing import Any

import dagster as dg
import pytest

from optcenter_pipeline.engine import solve
from optcenter_pipeline.runs import answers, execution, saving
from optcenter_pipeline.workbook.action_answers import write_cells
from optcenter_pipeline.workbook.errors import WorkbookError
from optcenter_pipeline.workbook.full_look import look_at_grids
from optcenter_pipeline.workbook.header_notes import MARK
from optcenter_pipeline.workbook.tabs import ACTIONS
from optcenter_pipeline.workbook.workbook import RangeWrite
from optcenter_pipeline_tests.support.dangerous_text import DANGEROUS
from optcenter_pipeline_tests.support.planning_space import PlanningSpace, pm_cells
from optcenter_pipeline_tests.support.requests import (
    RUN_ALL,
    RUN_SELECTED,
    SAVE,
    CountedWorkbook,
    Daemon,
    counted,
    request_row,
)

GROWTH = {"scenario_name": "Q1 2027 growth", "constraint_set_name": "baseline"}
IMPOSSIBLE = {"scenario_name": "Q1 2027 growth", "constraint_set_name": "all promises"}


def ask(space: PlanningSpace, *rows: dict[str, Any], first_row: int = 2) -> None:
    space.type_rows("Actions", list(rows), first_row=first_row)


def told(space: PlanningSpace, tab: str = "Actions") -> list[tuple[Any, Any]]:
    return [(row.get("status"), row.get("message")) for row in space.rows(tab)]


def statuses(space: PlanningSpace, tab: str = "Actions") -> list[Any]:
    return [row.get("status") for row in space.rows(tab)]


def change_sheet(space: PlanningSpace, *requests: dict[str, Any]) -> None:
    with space.workbook.open() as book:
        book.structural_update(requests, idempotent=False)


def sheet_id(space: PlanningSpace, title: str = "Actions") -> int:
    with space.workbook.open() as book:
        return next(sheet.sheet_id for sheet in book.sheets() if sheet.title == title)


def test_a_save_is_queued_carried_out_once_and_answered(sample_space: PlanningSpace) -> None:
    daemon = Daemon(sample_space)
    ask(sample_space, request_row("r-1", requested_by="ann@example.com"))
    before = pm_cells(sample_space.grids())
    (run,) = daemon.tick()
    assert run.tags["optcenter/requested_by"] == "ann@example.com"
    (row,) = sample_space.rows("Actions")
    assert (row["status"], row["run_status"]) == ("queued", "OK")
    assert daemon.tick() == []
    result = daemon.carry_out(run)
    (row,) = sample_space.rows("Actions")
    assert row["status"] == "success"
    assert row["message"] == (
        "saved 264 rows: 264 new or changed; 3 rows FAILED, see run_status on Constraints rows 29, 30 and 31"
    )
    assert (row["run_id"], row["run_url"]) == (result.run_id, f"http://127.0.0.1:3000/runs/{result.run_id}")
    assert row["started_at"] <= row["finished_at"] == row["updated_at"]
    assert row["updated_source"] == f"pm.save_selected {result.run_id}"
    assert sample_space.query("select status, run_id from action_requests") == [("success", result.run_id)]
    cells = sample_space.grids()
    assert daemon.tick() == []
    assert sample_space.grids() == cells
    assert pm_cells(cells)["Actions"][:1] == before["Actions"][:1]


def test_a_run_is_answered_with_its_portfolio_in_no_more_requests_than_the_budget(
    sample_space: PlanningSpace,
) -> None:
    space = counted(sample_space)
    daemon = Daemon(space)
    daemon.tick()
    ask(space, request_row("r-1", RUN_ALL, **GROWTH, requested_by="ann@example.com"))
    CountedWorkbook.take()
    (run,) = daemon.tick()
    assert CountedWorkbook.take() == (1, 1)
    assert daemon.carry_out(run).success
    assert CountedWorkbook.take() == (5, 3)
    (row,), (listed,) = space.rows("Actions"), space.rows("Runs")
    assert row["status"] == "success"
    assert row["run_id"] == listed["run_id"]
    assert row["message"] == (
        f"optimal: {listed['selected_count']} initiatives selected, {listed['capacity_used']} of "
        f"{listed['capacity_total']} tokens used, north_star {listed['objective_value']:,}, 1 target missed, "
        f"see Gaps_Alerts; run {listed['run_id']} in Runs and Results"
    )
    assert listed["requested_by"] == "ann@example.com"
    CountedWorkbook.take()
    assert daemon.tick() == []
    assert CountedWorkbook.take() == (1, 0)


def test_a_save_takes_four_reads_with_the_look_of_the_sensor(sample_space: PlanningSpace) -> None:
    space = counted(sample_space)
    ask(space, request_row("r-1"))
    daemon = Daemon(space)
    CountedWorkbook.take()
    daemon.tick_and_carry_out()
    assert CountedWorkbook.take() == (4, 3)


def test_a_request_is_shown_as_running_with_its_run_while_it_is_solved(
    sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []

    def watched(*arguments: Any, **options: Any) -> Any:
        seen.extend(sample_space.rows("Actions"))
        return solve(*arguments, **options)

    monkeypatch.setattr(execution, "answer", watched)
    ask(sample_space, request_row("r-1", RUN_ALL, **GROWTH))
    (result,) = Daemon(sample_space).tick_and_carry_out()
    (row,) = seen
    assert (row["status"], row["run_url"]) == ("running", f"http://127.0.0.1:3000/runs/{result.run_id}")
    assert row["message"].startswith("saved 264 rows")
    assert "finished_at" not in row


def test_an_infeasible_run_is_a_success_that_says_so(sample_space: PlanningSpace) -> None:
    ask(sample_space, request_row("r-1", RUN_ALL, **IMPOSSIBLE))
    Daemon(sample_space).tick_and_carry_out()
    ((status, message),) = told(sample_space)
    assert status == "success"
    assert message.startswith("infeasible: these rows cannot all hold: Constraints rows ")
    assert message.endswith("in Gaps_Alerts says what would help")


def test_a_run_of_named_candidates_chooses_from_them_alone(sample_space: PlanningSpace) -> None:
    keys = [row["initiative_key"] for row in sample_space.rows("Candidates")[:4]]
    options = '{"time_limit_seconds": 30, "node_limit": 5000, "mip_gap": 0, "analyses": "frontier(points=3)"}'
    scope = {"scope_type": "keys", "scope_keys": json.dumps(keys), "options_json": options}
    ask(sample_space, request_row("r-1", RUN_SELECTED, scenario_name="Q1 2027 growth", **scope))
    Daemon(sample_space).tick_and_carry_out()
    assert statuses(sample_space) == ["success"]
    ((snapshot,),) = sample_space.query("select inputs_snapshot_json from optimization_runs")
    assert json.loads(snapshot)["scope"] == {"scope_type": "selected", "initiative_keys": keys}
    solver = json.loads(snapshot)["solver"]
    assert (solver["time_limit_seconds"], solver["node_limit"], solver["mip_gap"]) == (30, 5000, 0)
    ((kind, asked),) = sample_space.query("select kind, options_json from run_analyses")
    assert (kind, json.loads(asked)["points"]) == ("frontier", 3)


def test_a_run_of_keys_that_are_no_candidates_names_them(sample_space: PlanningSpace) -> None:
    (first, *_) = [row["initiative_key"] for row in sample_space.rows("Candidates")]
    scope = {"scope_type": "keys", "scope_keys": json.dumps([first, "init-90001", "init-90002"])}
    ask(sample_space, request_row("r-1", RUN_SELECTED, scenario_name="Q1 2027 growth", **scope))
    Daemon(sample_space).tick_and_carry_out()
    ((status, message),) = told(sample_space)
    assert status == "failed"
    assert message.startswith("invalid: INIT-90001, INIT-90002: no candidates that can be chosen")
    assert first not in message


def test_a_run_that_its_inputs_do_not_allow_fails_with_why_and_at_once(sample_space: PlanningSpace) -> None:
    ask(sample_space, request_row("r-1", RUN_ALL, scenario_name="Q1 2027 grwth"))
    (result,) = Daemon(sample_space).tick_and_carry_out()
    assert not result.success
    ((status, message),) = told(sample_space)
    assert status == "failed"
    assert "Q1 2027 grwth" in message
    assert "did you mean" in message


def test_a_result_that_the_checker_refuses_fails_the_request_with_what_it_found(
    sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_the_first(*arguments: Any, **options: Any) -> Any:
        result = solve(*arguments, **options)
        return result.model_copy(update={"selected": result.selected[1:]})

    monkeypatch.setattr(execution, "answer", without_the_first)
    ask(sample_space, request_row("r-1", RUN_ALL, **GROWTH))
    Daemon(sample_space).tick_and_carry_out()
    ((status, message),) = told(sample_space)
    assert status == "failed"
    assert message.startswith("failed: the independent checker refused the result")


def test_an_error_that_nobody_foresaw_fails_the_request_without_its_text(
    sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any, **__: Any) -> Any:
        raise RuntimeError("could not use pass=hunter2")

    monkeypatch.setattr(saving, "save", breaks)
    ask(sample_space, request_row("r-1"))
    Daemon(sample_space).tick_and_carry_out()
    told_why = "stage tables failed unforeseen (RuntimeError); the run's page in Dagster has the whole story"
    assert told(sample_space) == [("failed", told_why)]


def test_the_same_request_twice_is_one_action_and_both_rows_say_so(sample_space: PlanningSpace) -> None:
    daemon = Daemon(sample_space)
    ask(sample_space, request_row("r-1"), request_row("r-1", RUN_ALL, **GROWTH))
    assert len(daemon.tick_and_carry_out()) == 1
    ask(sample_space, request_row("r-1"), first_row=4)
    assert daemon.tick() == []
    assert statuses(sample_space) == ["success"] * 3
    assert len({message for _, message in told(sample_space)}) == 1
    assert sample_space.query("select count(*) from optimization_runs") == [(0,)]


def test_a_crash_between_claim_and_launch_loses_nothing(sample_space: PlanningSpace) -> None:
    ask(sample_space, request_row("r-1"))
    lost = Daemon(sample_space).tick()
    daemon = Daemon(sample_space)
    found = daemon.tick()
    assert [run.run_key for run in found] == [run.run_key for run in lost]
    daemon.carry_out(found[0])
    assert statuses(sample_space) == ["success"]
    assert daemon.tick() == []


def test_bad_requests_are_rejected_with_row_and_column_and_start_nothing(sample_space: PlanningSpace) -> None:
    ask(
        sample_space,
        request_row("r-1", "pm.delete_everything"),
        request_row("r-2", RUN_ALL, options_json="{'a': 1}"),
        request_row("", SAVE),
        request_row("r-4", SAVE, requested_at="2020-01-01T00:00:00Z"),
    )
    daemon = Daemon(sample_space)
    assert daemon.tick() == []
    answers = told(sample_space)
    assert [status for status, _ in answers] == ["rejected"] * 4
    assert "Actions!2 action: 'pm.delete_everything' is not an action" in answers[0][1]
    assert "Actions!3 scenario_name: is blank" in answers[1][1]
    assert "Actions!3 options_json: \"{'a': 1}\" is not a JSON object" in answers[1][1]
    assert answers[2][1].startswith("request_id: is blank")
    assert "Actions!5 requested_at: '2020-01-01T00:00:00Z' has expired" in answers[3][1]
    assert answers[3][1].endswith("Ask again in another row, with another request_id.")
    assert all(row["run_status"] == f"FAILED: {row['message']}" for row in sample_space.rows("Actions"))
    sample_space.type_cell("Actions", 4, "request_id", "r-3")
    assert len(daemon.tick()) == 1
    assert statuses(sample_space) == ["rejected", "rejected", "queued", "rejected"]


def test_who_is_not_on_the_list_is_refused(sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPTCENTER_ALLOWED_REQUESTERS", "ann@example.com,*@example.org")
    ask(
        sample_space,
        request_row("r-1", requested_by="Ann@Example.com"),
        request_row("r-2", requested_by="bob@example.org"),
        request_row("r-3", requested_by="eve@example.net"),
    )
    assert len(Daemon(sample_space).tick()) == 2
    assert statuses(sample_space) == ["queued", "queued", "rejected"]
    assert "OPTCENTER_ALLOWED_REQUESTERS" in told(sample_space)[2][1]


def test_an_old_request_is_refused_after_as_long_as_the_setting_says(
    sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPTCENTER_ACTION_EXPIRY_HOURS", "1")
    now = dt.datetime.now(dt.UTC)
    ask(
        sample_space,
        request_row("r-1", requested_at=(now - dt.timedelta(minutes=61)).isoformat()),
        request_row("r-2", requested_at=(now - dt.timedelta(minutes=59)).isoformat()),
    )
    assert len(Daemon(sample_space).tick()) == 1
    assert statuses(sample_space) == ["rejected", "queued"]


def test_rows_of_a_former_database_are_history_and_stay_as_they_are(sample_space: PlanningSpace) -> None:
    old = {"status": "success", "message": "saved long ago", "finished_at": "2026-01-01", "run_status": "OK"}
    ask(sample_space, request_row("old-1", **old), request_row("old-2", status="Failed", message=12))
    before = sample_space.grid("Actions")
    daemon = Daemon(sample_space)
    assert daemon.tick() == []
    assert sample_space.grid("Actions") == before
    sample_space.type_cell("Actions", 2, "message", "overwritten by a write that landed wrong")
    assert daemon.tick() == []
    assert sample_space.grid("Actions") == before


def test_people_may_sort_and_insert_while_a_request_is_carried_out(sample_space: PlanningSpace) -> None:
    daemon = Daemon(sample_space)
    ask(sample_space, request_row("r-1"), request_row("r-2", "nonsense"))
    (run,) = daemon.tick()
    inserted = {"sheetId": sheet_id(sample_space), "dimension": "ROWS", "startIndex": 1, "endIndex": 3}
    change_sheet(sample_space, {"insertDimension": {"range": inserted, "inheritFromBefore": False}})
    daemon.carry_out(run)
    assert statuses(sample_space) == [None, None, "success", "rejected"]


def test_a_request_that_is_inserted_in_the_way_of_an_answer_is_carried_out(
    sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def inserted_before(*arguments: Any) -> None:
        monkeypatch.undo()
        place = {"sheetId": sheet_id(sample_space), "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
        change_sheet(sample_space, {"insertDimension": {"range": place, "inheritFromBefore": False}})
        ask(sample_space, request_row("r-2"))
        write_cells(*arguments)

    monkeypatch.setattr(answers, "write_cells", inserted_before)
    ask(sample_space, request_row("r-1", "nonsense"))
    daemon = Daemon(sample_space)
    assert daemon.tick() == []
    assert statuses(sample_space) == ["rejected", None]  # r-2 shows what r-1 was told
    (run,) = daemon.tick()
    assert statuses(sample_space) == ["queued", "rejected"]
    assert daemon.carry_out(run).success
    assert statuses(sample_space) == ["success", "rejected"]


def test_a_renamed_tab_is_followed_and_a_new_one_found(sample_space: PlanningSpace) -> None:
    space = counted(sample_space)
    daemon = Daemon(space)
    daemon.tick()
    properties = {"sheetId": sheet_id(space), "title": "What we've asked for"}
    change_sheet(space, {"updateSheetProperties": {"properties": properties, "fields": "title"}})
    ask_there = request_row("r-1", RUN_ALL, **GROWTH)
    space.type_rows("What we've asked for", [ask_there], first_row=2)
    (result,) = daemon.tick_and_carry_out()
    assert result.success
    assert statuses(space, "What we've asked for") == ["success"]
    CountedWorkbook.take()
    assert daemon.tick() == []
    assert CountedWorkbook.take() == (1, 0)
    space.init(sample=False)
    ask(space, request_row("r-2"))
    runs = [run for _ in range(25) for run in daemon.tick()]
    assert len(runs) == 1
    assert statuses(space) == ["queued"]


def test_a_tab_that_was_deleted_and_made_anew_is_found(sample_space: PlanningSpace) -> None:
    daemon = Daemon(sample_space)
    ask(sample_space, request_row("r-1"))
    (run,) = daemon.tick()
    change_sheet(sample_space, {"deleteSheet": {"sheetId": sheet_id(sample_space)}})
    with pytest.raises(WorkbookError, match=r"has no tab Actions.*workbook init"):
        daemon.tick()
    assert daemon.carry_out(run).success
    sample_space.init(sample=False)
    ask(sample_space, request_row("r-1"), request_row("r-2"))
    assert len(daemon.tick()) == 1
    assert statuses(sample_space) == ["success", "queued"]


def test_an_emptied_tab_is_a_clear_error_and_no_reason_to_forget(sample_space: PlanningSpace) -> None:
    daemon = Daemon(sample_space)
    ask(sample_space, request_row("r-1"))
    (run,) = daemon.tick()
    cells, cursor = sample_space.grid("Actions"), daemon.cursor
    change_sheet(
        sample_space, {"updateCells": {"range": {"sheetId": sheet_id(sample_space)}, "fields": "userEnteredValue"}}
    )
    with pytest.raises(WorkbookError, match="row 1 has none of the headers of Actions"):
        daemon.tick()
    assert daemon.cursor == cursor
    assert daemon.carry_out(run).success
    with sample_space.workbook.open() as book:
        book.batch_update([RangeWrite("Actions!A1", cells)])
    assert daemon.tick() == []
    assert statuses(sample_space) == ["success"]


def test_columns_in_another_order_are_found(sample_space: PlanningSpace) -> None:
    header = sample_space.grid("Actions")[0]
    sample_space.type_rows(
        "Actions", [dict(zip(header, ["my own", *reversed(header[1:-1]), header[0]], strict=True))], first_row=1
    )
    ask(sample_space, request_row("r-1"))
    (result,) = Daemon(sample_space).tick_and_carry_out()
    assert result.success
    assert statuses(sample_space) == ["success"]


def header_note(space: PlanningSpace, column: str) -> str:
    with space.workbook.open() as book:
        (grid,) = look_at_grids(book, [ACTIONS]).values()
    assert grid.details is not None
    return grid.details.header_notes.get(grid.layout.positions[column], "")


def test_a_formula_in_a_column_of_the_system_is_never_written_and_told_of(
    sample_space: PlanningSpace, capfd: pytest.CaptureFixture[str]
) -> None:
    ask(sample_space, request_row("r-1"))
    note = header_note(sample_space, "run_status")
    column = sample_space.grid("Actions")[0].index("message")
    formula = {"userEnteredValue": {"formulaValue": '=IF(A2="","","mine")'}}
    start = {"sheetId": sheet_id(sample_space), "rowIndex": 1, "columnIndex": column}
    update = {"start": start, "rows": [{"values": [formula]}], "fields": "userEnteredValue"}
    change_sheet(sample_space, {"updateCells": update})
    daemon = Daemon(sample_space)
    line = "Actions!2 message: a formula stands here and was left as it is; delete it, then save again"
    daemon.tick_and_carry_out()
    assert header_note(sample_space, "run_status") == f"{note}\n\n{MARK}\n{line}"
    ((kept,),) = sample_space.query("select message from action_requests")
    assert kept.endswith(f"; not told: {line}")
    capfd.readouterr()
    daemon.tick()
    assert line in capfd.readouterr().err
    assert told(sample_space) == [("success", "mine")]
    sample_space.type_cell("Actions", 2, "message", "")
    ask(sample_space, request_row("r-2"), first_row=3)
    daemon.tick_and_carry_out()
    assert header_note(sample_space, "run_status") == note
    assert told(sample_space)[0] == ("success", kept)
    capfd.readouterr()
    daemon.tick()
    assert line not in capfd.readouterr().err


def test_any_text_can_be_an_id(empty_space: PlanningSpace) -> None:
    # a cell that begins with # is a note to people
    ids = [text for text in (*DANGEROUS, "x" * 300, "a", "A") if not text.startswith("#")]
    ask(empty_space, *(request_row(request_id) for request_id in ids))
    daemon = Daemon(empty_space)
    runs = daemon.tick()
    assert len({run.run_key for run in runs}) == len(ids)
    assert all(len(value) <= 256 for run in runs for value in run.tags.values())
    assert all(len(str(run.run_key)) <= 64 for run in runs)
    assert [r.run_key for r in Daemon(empty_space).tick()] == [r.run_key for r in runs]
    assert set(statuses(empty_space)) == {"queued"}
    for run in (runs[0], runs[-1]):
        assert isinstance(run, dg.RunRequest)
        assert daemon.carry_out(run).success
    assert [statuses(empty_space)[0], statuses(empty_space)[-1]] == ["success", "success"]
