"""The sheet's menu and the pipeline agree: on the tabs, on what a row is called, and on what a request says."""

import datetime as dt
from typing import Any

import pytest

from optcenter_pipeline.database.actions import unfinished_requests
from optcenter_pipeline.database.save_scope import SaveScope
from optcenter_pipeline.rows.action_request import Action, ActionRequest, RequestRules, judge_request
from optcenter_pipeline.rows.keys import row_key
from optcenter_pipeline.rules.row import is_formula_error
from optcenter_pipeline.runs.requests import take_requests
from optcenter_pipeline.workbook.actions_tab import (
    ActionsPlace,
    look_at_actions,
    request_cells,
    request_id_of,
    request_rows,
)
from optcenter_pipeline.workbook.coercion import coerce
from optcenter_pipeline.workbook.columns import Column, Kind, Owner
from optcenter_pipeline.workbook.grid import TabGrid
from optcenter_pipeline.workbook.sample import sample_rows
from optcenter_pipeline.workbook.tabs import ACTIONS, CANDIDATES, INPUT_TABS, STAMPS, TAB_BY_NAME
from optcenter_pipeline_tests.apps_script.menu import Outcome, clicked, constants, why_no_node
from optcenter_pipeline_tests.support.dangerous_text import DANGEROUS
from optcenter_pipeline_tests.support.planning_space import PlanningSpace, materialized

if WHY_NOT := why_no_node():
    pytest.skip(WHY_NOT, allow_module_level=True)

HEADER = [column.name for column in ACTIONS.columns]
RULES = RequestRules(tabs=tuple(tab.name for tab in INPUT_TABS), allowed=("pm@example.com",))
Grid = list[list[Any]]


def _column(column: Column) -> dict[str, Any]:
    is_list = {"isList": True} if column.kind is Kind.KEY_LIST else {}
    return {"name": column.name, "aliases": sorted(column.aliases), **is_list}


def _request(outcome: Outcome, header: list[str] | None = None) -> ActionRequest:
    """The request as the sensor reads and judges it."""
    assert outcome.row is not None, outcome.alert
    rows: Grid = [header or HEADER, outcome.row]
    grid = TabGrid(ACTIONS, rows, 2, len(outcome.row))
    assert not grid.layout.error
    assert request_rows(grid) == [1]
    judged = judge_request(request_id_of(grid, 1), request_cells(grid, 1), RULES)
    assert isinstance(judged, ActionRequest), judged
    return judged


def _grid(tab: str, rows: Grid) -> TabGrid:
    return TabGrid(TAB_BY_NAME[tab], rows, len(rows), len(rows[0]))


def _row_key(grid: TabGrid, row: int) -> str:
    """What the pipeline calls a row."""
    kinds = grid.tab.by_name
    return row_key(grid.tab.name, {name: coerce(cell, kinds[name].kind) for name, cell in grid.pm_cells(row)})


def test_the_script_knows_the_tabs_and_columns_of_the_pipeline() -> None:
    there = constants("INPUT_TABS_", "REQUEST_COLUMNS_", "ANSWER_COLUMNS_", "STAMPS_", "SELECTED_", "KEY_JOIN_")
    key_columns = {
        tab["name"]: [{**column, "aliases": sorted(column["aliases"])} for column in tab["key"]]
        for tab in there["INPUT_TABS_"]
    }
    assert key_columns == {t.name: [_column(t.by_name[name]) for name in t.key_columns] for t in INPUT_TABS}
    stamps = [column.name for column in STAMPS]
    assert there["STAMPS_"] == stamps
    assert there["REQUEST_COLUMNS_"] == list(ACTIONS.owned_by(Owner.PM))
    assert there["ANSWER_COLUMNS_"] + stamps == list(ACTIONS.owned_by(Owner.SYSTEM))
    assert not any(column.aliases for column in ACTIONS.columns)
    assert there["SELECTED_"] == _column(CANDIDATES.by_name["is_selected_for_run"])


def test_the_script_knows_the_actions_and_the_words_of_the_pipeline() -> None:
    there = constants("[SAVE_, RUN_SELECTED_, RUN_ALL_]", "TRUE_WORDS_", "String(FORMULA_ERRORS_)")
    assert there["[SAVE_, RUN_SELECTED_, RUN_ALL_]"] == [action.value for action in Action]
    words = ("true", "yes", "y", "t", "on", "1", "false", "no", "n", "f", "off", "0", "x", "wahr", "2", "")
    assert there["TRUE_WORDS_"] == [word for word in words if coerce(word, Kind.BOOL) is True]
    errors = there["String(FORMULA_ERRORS_)"].removeprefix("/^#(").removesuffix(")$/i").split("|")
    assert len(errors) == 11
    assert all(is_formula_error("#" + error.replace("\\", "")) for error in errors)


def test_every_row_of_the_sample_is_saved_by_its_own_request(sample_space: PlanningSpace) -> None:
    grids = {name: _grid(name, rows) for name, rows in sample_space.grids().items() if name in TAB_BY_NAME}
    filled = [
        (tab.name, row)
        for tab in INPUT_TABS
        for row in range(1, len(grids[tab.name].rows))
        if not grids[tab.name].is_note(row) and not grids[tab.name].is_blank_row(row)
    ]
    assert len(filled) == sum(map(len, sample_rows().values()))
    clicks = [{"tab": tab, "rows": [[row + 1, row + 1]], "item": "Save selected rows"} for tab, row in filled]
    outcomes = clicked({name: grid.rows for name, grid in grids.items()}, clicks)
    for (tab, row), outcome in zip(filled, outcomes, strict=True):
        request = _request(outcome)
        assert (request.action, request.tab) == (Action.SAVE_SELECTED, tab)
        assert request.keys == (_row_key(grids[tab], row),)


@pytest.mark.parametrize("column", ["scenario_name", "dimension_key", "member_keys"])
def test_whatever_a_key_holds_its_row_is_saved(column: str) -> None:
    names = list(TAB_BY_NAME["Constraints"].by_name)
    row = {
        "scenario_name": "Q1",
        "constraint_set_name": "base",
        "constraint_type": "bundle",
        "dimension": "bundle",
        "dimension_key": "checkout",
    }
    texts = [text for text in DANGEROUS if len(text) < 1000]
    rows = [names, *([{**row, column: text}.get(name, "") for name in names] for text in texts)]
    clicks = [
        {"tab": "Constraints", "rows": [[n, n]], "item": "Save selected rows"} for n in range(2, len(rows) + 1)
    ]
    clicks.append({"tab": "Constraints", "rows": [[2, len(rows)]], "item": "Save selected rows"})
    *single, together = clicked({"Constraints": rows, "Actions": [HEADER]}, clicks)
    grid = _grid("Constraints", rows)
    keys = [request.keys for request in map(_request, single)]
    for place, key in enumerate(keys, start=1):
        assert SaveScope(tabs=["Constraints"], keys=key).keys_not_in([("Constraints", _row_key(grid, place))]) == []
    assert set(_request(together).keys or ()) <= {key for named in keys for key in named or ()}
    assert len({key.casefold() for key in _request(together).keys or ()}) == len(
        {k[0].casefold() for k in keys if k}
    )


def test_columns_in_another_order_and_spelling_are_read_the_same() -> None:
    header = ["Requested-By", "mine", "status", "Scope Keys", "message", *HEADER[::-1]]
    header = list(dict.fromkeys(name for name in header if name not in ("requested_by", "scope_keys")))
    tabs = {"Targets": [["scenario", "set", "kpi"], ["Q1", "a|b", "gmv"]], "Actions": [header]}
    (outcome,) = clicked(tabs, [{"tab": "Targets", "rows": [[2, 2]], "item": "Save selected rows"}])
    request = _request(outcome, header)
    assert (request.tab, request.keys, request.requested_by) == ("Targets", ("Q1 / a|b / gmv",), "pm@example.com")


def test_runs_are_asked_for_as_the_pipeline_understands_them() -> None:
    tabs: dict[str, Grid] = {
        "Constraints": [["scenario_name", "constraint_set_name"], ["=1+1", "007"]],
        "Scenario_Config": [["scenario_name"], ["=1+1"], ["Q2"]],
        "Targets": [["scenario_name", "set"]],
        "Candidates": [["initiative_key", "is_selected_for_run"], ["INIT-1", True], ["A,B", False]],
        "Actions": [HEADER],
    }
    before = dt.datetime.now(dt.UTC)
    every, ticked, chosen, own_rules = map(
        _request,
        clicked(
            tabs,
            [
                {"tab": "Constraints", "rows": [[2, 2]], "item": "Run all candidates"},
                {"tab": "Constraints", "rows": [[2, 2]], "item": "Run selected candidates"},
                {
                    "tab": "Candidates",
                    "rows": [[2, 3]],
                    "item": "Run selected candidates",
                    "answers": ["YES", "=1+1", "1"],
                },
                {"tab": "Scenario_Config", "rows": [[3, 3]], "item": "Run all candidates"},
            ],
        ),
    )
    assert [r.action for r in (every, ticked, chosen)] == [Action.RUN_ALL, Action.RUN_SELECTED, Action.RUN_SELECTED]
    assert [r.keys for r in (every, ticked, chosen)] == [None, None, ("INIT-1", "A,B")]
    assert {(r.scenario_name, r.constraint_set_name) for r in (every, ticked, chosen)} == {("=1+1", "007")}
    assert (own_rules.scenario_name, own_rules.constraint_set_name) == ("Q2", "")
    assert len({r.request_id for r in (every, ticked, chosen, own_rules)}) == 4
    assert every.requested_by == "pm@example.com"
    assert every.requested_at is not None
    assert (
        before
        <= every.requested_at + dt.timedelta(milliseconds=1)
        <= dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
    )


def test_what_the_menu_asks_for_is_taken_on_and_done(sample_space: PlanningSpace) -> None:
    tabs = {tab: grid for tab, grid in sample_space.grids().items() if tab in TAB_BY_NAME}
    outcomes = clicked(
        tabs,
        [
            {"tab": "Targets", "rows": [[2, 3]], "item": "Save selected rows"},
            {
                "tab": "Candidates",
                "rows": [[3, 4]],
                "item": "Run selected candidates",
                "answers": ["YES", "Q1 2027 growth", "baseline"],
            },
        ],
    )
    rows = [dict(zip(tabs["Actions"][0], outcome.row or (), strict=False)) for outcome in outcomes]
    sample_space.type_rows("Actions", rows, first_row=2)
    with sample_space.workbook.open() as book, sample_space.database.open() as database:
        take_requests(database, look_at_actions(book, ActionsPlace()), RULES)
        with database.reading() as session:
            save, run = (ActionRequest.of_document(r.request) for r in unfinished_requests(session))
    saved = sample_space.save(tab=save.tab, keys=list(save.keys or ()))
    assert list(materialized(saved, "tables")["keys_not_found"]) == []
    judged = [row["title"] for row in sample_space.rows("Candidates") if "run_status" in row]
    statuses = [row.get("run_status", "")[:2] for row in sample_space.rows("Targets")]
    assert (judged, statuses) == ([], ["OK", "OK", *[""] * (len(statuses) - 2)])
    assert run.keys == tuple(row[0] for row in tabs["Candidates"][2:4])
    asked = {"scope_type": "selected", "initiative_keys": list(run.keys)}
    result = sample_space.optimize(run.scenario_name, run.constraint_set_name, **asked)
    assert materialized(result, "run_snapshot")["scope"] == "selected: 2"
