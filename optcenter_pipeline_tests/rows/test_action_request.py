import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optcenter_pipeline.rows.action_request import Action, ActionRequest, RequestRules, allow_list, judge_request
from optcenter_pipeline.rules.commitment import AskedCommitments

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
TABS = ("Initiatives", "KPI_Contributions", "Constraints", "Candidates")
SAVE, RUN_ALL, RUN_SELECTED = (
    {"action": "pm.save_selected"},
    {"action": "pm.optimize.run_all_candidates", "scenario_name": "Q2 plan"},
    {"action": "pm.optimize.run_selected_candidates", "scenario_name": "Q2 plan"},
)


def judged(cells: dict[str, Any], **rules: Any) -> ActionRequest | tuple[Any, ...]:
    return judge_request("r-1", cells, RequestRules(tabs=TABS, now=NOW, **rules))


def accepted(cells: dict[str, Any], **rules: Any) -> ActionRequest:
    request = judged(cells, **rules)
    assert isinstance(request, ActionRequest), request
    return request


def errors(cells: dict[str, Any], **rules: Any) -> list[str]:
    found = judged(cells, **rules)
    assert isinstance(found, tuple), found
    return [str(error) for error in found]


def test_a_request_with_every_cell_is_understood() -> None:
    request = accepted(
        {
            **RUN_SELECTED,
            "tab": "Results",
            "scope_type": "keys",
            "scope_keys": ["INIT-1", " INIT-2 ", "INIT-1"],
            "constraint_set_name": "baseline",
            "options_json": {
                "time_limit_seconds": 60,
                "node_limit": 1000.0,
                "mip_gap": 0,
                "analyses": ["Report", "explain"],
                "capacity_total_tokens": 120,
                "what_if": {"Constraints!7.min_tokens": 2.5, "Constraints!9.drop": True},
                "commitments": {"run": "approved", "locked_in": ["init-1"], "max_changes": 3.0},
            },
            "requested_by": "ann@example.com",
            "requested_at": "2026-11-23T08:59:00Z",
        }
    )
    assert request == ActionRequest(
        request_id="r-1",
        action=Action.RUN_SELECTED,
        keys=("INIT-1", "INIT-2"),
        scenario_name="Q2 plan",
        constraint_set_name="baseline",
        time_limit_seconds=60,
        node_limit=1000,
        mip_gap=0,
        analyses=("explain", "report"),
        what_if={"capacity_total_tokens": 120, "Constraints!7.min_tokens": 2.5, "Constraints!9.drop": True},
        commitments=AskedCommitments(run="approved", locked_in=("INIT-1",), max_changes=3),
        requested_by="ann@example.com",
        requested_at=dt.datetime(2026, 11, 23, 8, 59, tzinfo=dt.UTC),
    )
    assert ActionRequest.of_document(request.document()) == request


def test_the_public_form_may_leave_out_what_is_blank() -> None:
    request = ActionRequest.of_document({"request_id": "r-1", "action": "pm.save_selected"})
    assert request == ActionRequest(request_id="r-1", action=Action.SAVE_SELECTED)


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("frontier | Explain", ("explain", "frontier")),
        (["robustness;comparison"], ("robustness", "comparison")),
        ("all", ("explain", "frontier", "alternatives", "robustness", "comparison", "report")),
        ([], ()),
        ("frontier(points=20) | report", ("frontier(points=20)", "report")),
        (
            {"alternatives": {"count": 3, "within": 2.5}, "comparison": {"run": "approved"}, "explain": {}},
            ("explain", "alternatives(count=3, within=2.5)", "comparison(run=approved)"),
        ),
    ],
)
def test_analyses_are_named_with_their_options_in_a_list_a_text_or_an_object(
    typed: Any, named: tuple[str, ...]
) -> None:
    assert accepted({**RUN_ALL, "options_json": {"analyses": typed}}).analyses == named


@pytest.mark.parametrize(
    ("typed", "action"),
    [
        ("pm_save_selected", Action.SAVE_SELECTED),
        ("PM.Save-Selected", Action.SAVE_SELECTED),
        ("pm_optimize_run_all_candidates", Action.RUN_ALL),
        ("pm.optimize.run_selected_candidates", Action.RUN_SELECTED),
    ],
)
def test_actions_are_known_in_both_spellings(typed: str, action: Action) -> None:
    assert accepted({"action": typed, "scenario_name": "Q2 plan"}).action is action


def test_a_save_takes_a_tab_in_any_spelling_and_keys_with_separators_in_them() -> None:
    request = accepted(
        {**SAVE, "tab": "kpi contributions", "scope_type": "KEYS", "scope_keys": ["Q2 / a|b", "x,y"]}
    )
    assert (request.tab, request.keys) == ("KPI_Contributions", ("Q2 / a|b", "x,y"))


@pytest.mark.parametrize(
    ("cells", "error"),
    [
        ({}, "action: is blank; give pm.save_selected, pm.optimize.run_selected_candidates, "),
        ({"action": "pm.delete_all"}, "action: 'pm.delete_all' is not an action; give pm.save_selected"),
        ({"action": "#REF!"}, "action: '#REF!' is a formula error; mend the formula"),
        ({**SAVE, "tab": "Results"}, "tab: 'Results' is not an input tab; give one of Initiatives, "),
        ({**SAVE, "tab": "Candidate"}, "did you mean 'Candidates'?"),
        ({**SAVE, "scope_type": "some"}, "scope_type: 'some' is no scope; give all or keys"),
        ({**SAVE, "scope_type": "keys"}, "scope_keys: is blank; give the keys of the rows"),
        ({**SAVE, "scope_keys": ["INIT-1"]}, "scope_keys: 'INIT-1' means nothing for the scope all"),
        (
            {**RUN_ALL, "scope_type": "keys", "scope_keys": ["INIT-1"]},
            "scope_type: 'keys' means nothing for pm.optimize.run_all_candidates",
        ),
        ({"action": "pm.optimize.run_all_candidates"}, "scenario_name: is blank; give the name of a scenario"),
        ({**RUN_ALL, "options_json": "60"}, "options_json: '60' is not a JSON object; give e.g. "),
        ({**RUN_ALL, "options_json": [1]}, "options_json: [1] is not a JSON object"),
        (
            {**RUN_ALL, "options_json": {"time_limit": 1}},
            "an unknown option 'time_limit'; known: time_",
        ),
        (
            {**RUN_ALL, "options_json": {"capacity_total_token": 1}},
            "and numbers to override, such as capacity_total_tokens, Constraints!7.min_tokens, INIT-4.engineering_"
            "tokens, Constraints!9.drop; did you mean 'capacity_total_tokens'?",
        ),
        (
            {**RUN_ALL, "options_json": {"what_if": "x=1"}},
            "has 'x=1' for what_if; give an object like {\"capacity_total_tokens\": 120}; names: ",
        ),
        ({**RUN_ALL, "options_json": {"what_if": {"tokens": 1}}}, "'tokens' names no number; give e.g. capacity_"),
        ({**RUN_ALL, "options_json": {"capacity_total_tokens": "120"}}, "capacity_total_tokens needs a number"),
        ({**RUN_ALL, "options_json": {"goal_tolerance_pct": True}}, "goal_tolerance_pct needs a number"),
        ({**RUN_ALL, "options_json": {"Constraints!9.drop": 1}}, "Constraints!9.drop needs true"),
        (
            {**RUN_ALL, "options_json": {"A.engineering_tokens": 1, "what_if": {"A.engineering_tokens": 2}}},
            "has A.engineering_tokens twice, by itself and in what_if; give it once",
        ),
        (
            {**RUN_ALL, "options_json": {"commitments": {"max_changes": 1}}},
            'for commitments; give an object like {"run": "approved", "max_changes": 3}',
        ),
        (
            {**RUN_ALL, "options_json": {"commitments": {"run": "approved", "lock": True}}},
            "'lock' is no commitment; known: run, locked_in, max_changes, price_per_change",
        ),
        (
            {**RUN_ALL, "options_json": {"commitments": {"run": "approved"}}},
            "that keeps nothing; give locked_in, max_changes or price_per_change as well",
        ),
        ({**RUN_ALL, "options_json": {"commitments": {"run": "r", "max_changes": 1.5}}}, "needs a whole number"),
        (
            {**RUN_ALL, "options_json": {"commitments": {"run": "r", "price_per_change": -1}}},
            "needs a number from 0",
        ),
        ({**RUN_ALL, "options_json": {"commitments": {"run": "r", "locked_in": "A"}}}, "locked_in needs true"),
        ({**RUN_ALL, "options_json": {"time_limit_seconds": 0}}, "has 0 for time_limit_seconds; give a number of"),
        ({**RUN_ALL, "options_json": {"mip_gap": -1}}, "has -1 for mip_gap; give a number from 0 on"),
        (
            {**RUN_ALL, "options_json": {"node_limit": 0}},
            "has 0 for node_limit; give a whole number of nodes from 1 on",
        ),
        ({**RUN_ALL, "options_json": {"node_limit": 2.5}}, "has 2.5 for node_limit; give a whole number"),
        ({**RUN_ALL, "options_json": {"mip_gap": True}}, "has True for mip_gap"),
        ({**RUN_ALL, "options_json": {"mip_gap": "0.1"}}, "has '0.1' for mip_gap"),
        (
            {**RUN_ALL, "options_json": {"analyses": "explain|frontiers"}},
            "has 'explain|frontiers' for analyses; 'frontiers' is not an analysis; give some of explain, ",
        ),
        (
            {**RUN_ALL, "options_json": {"analyses": {"frontier": {"points": 1}}}},
            "has {'frontier': {'points': 1}} for analyses; points of frontier is 1; give a whole number from 2 to",
        ),
        (
            {**RUN_ALL, "options_json": {"analyses": {"frontier": 20}}},
            "has {'frontier': 20} for analyses; 'frontier' has 20 for options; give an object, e.g. {}",
        ),
        (
            {**RUN_ALL, "options_json": {"analyses": [1]}},
            "has [1] for analyses; [1] is no list of analyses; give some of explain, ",
        ),
        ({**RUN_ALL, "options_json": {"analyses": True}}, "has True for analyses; TRUE is no list of analyses"),
        ({**SAVE, "options_json": {"mip_gap": 0.1}}, 'options_json: {"mip_gap": 0.1} means nothing for pm.save'),
        ({**SAVE, "requested_at": "soon"}, "requested_at: 'soon' is not a time; give e.g. 2027-03-31T09:30:00Z"),
        (
            {**SAVE, "requested_at": "2026-11-22T08:59:00Z"},
            "has expired: requests are good for 24 hours",
        ),
        ({**SAVE, "requested_at": "46347.3"}, "has expired"),
        (
            {**SAVE, "requested_at": "2026-11-24T09:01:00Z"},
            "is more than a day from now (2026-11-23T09:00Z); give when it is asked for, or nothing",
        ),
        ({**SAVE, "requested_at": "9999-12-31"}, "is more than a day from now"),
    ],
)
def test_what_is_wrong_says_what_stands_there_and_what_would_be_right(cells: dict[str, Any], error: str) -> None:
    (found,) = errors(cells)
    assert error in found


def test_all_errors_come_at_once() -> None:
    columns = [e.split(":")[0] for e in errors({**RUN_ALL, "scenario_name": "", "options_json": {"a": 1, "b": 2}})]
    assert sorted(columns) == ["options_json", "options_json", "scenario_name"]


@pytest.mark.parametrize(
    "typed",
    ["2026-11-23T08:00:00Z", "2026-11-23T10:00:00+02:00", "2026-11-23 08:00", "46349.333333333336", "46349.3333"],
)
def test_a_time_may_be_text_or_what_a_sheet_makes_of_it(typed: str) -> None:
    asked = accepted({**SAVE, "requested_at": typed}).requested_at
    assert asked is not None
    assert abs(asked - dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)) < dt.timedelta(seconds=10)


def test_clocks_may_differ_by_a_day() -> None:
    assert accepted({**SAVE, "requested_at": "2026-11-24T08:59:00Z"}).requested_at


def test_how_long_a_request_is_good_for_is_a_setting() -> None:
    cells = {**SAVE, "requested_at": "2026-11-23T08:00:00Z"}
    assert accepted(cells, expiry=dt.timedelta(hours=2))
    (error,) = errors(cells, expiry=dt.timedelta(minutes=30))
    assert "requests are good for 0.5 hours" in error


@pytest.mark.parametrize("name", ["ann@example.com", " ANN@Example.COM ", "Bob@Example.org", "ops"])
def test_who_is_on_the_list_may_ask(name: str) -> None:
    allowed = allow_list("Ann@example.com, *@example.org ,ops,")
    assert accepted({**SAVE, "requested_by": name}, allowed=allowed).requested_by == name.strip()


@pytest.mark.parametrize(
    "name", ["eve@example.com", "ann@example.com.evil.org", "example.org", "@example.com", "*@example.com", ""]
)
def test_who_is_not_on_the_list_is_told_whom_to_ask(name: str) -> None:
    allowed = allow_list("Ann@example.com, *@example.org")
    (error,) = errors({**SAVE, "requested_by": name}, allowed=allowed)
    assert error.startswith("requested_by: ")
    assert "OPTCENTER_ALLOWED_REQUESTERS" in error


def test_without_a_list_anybody_who_can_edit_the_workbook_may_ask() -> None:
    assert accepted(SAVE, allowed=allow_list(" ,")).requested_by == ""


CELLS = st.dictionaries(
    st.sampled_from(["action", "tab", "scope_type", "scenario_name", "requested_by", "requested_at"]),
    st.text(min_size=1) | st.sampled_from([*Action, "all", "keys", "Candidates", "46349.3", "99999.99"]),
)
OBJECTS = st.dictionaries(
    st.sampled_from(["run", "locked_in", "max_changes", "price_per_change", "capacity_total_tokens", "B.drop"]),
    st.text() | st.integers(-1, 3) | st.floats() | st.booleans() | st.none() | st.lists(st.text()),
)
LISTS = st.fixed_dictionaries(
    {},
    optional={
        "scope_keys": st.lists(st.text()) | st.text(min_size=1),
        "options_json": st.dictionaries(
            st.sampled_from(
                ["time_limit_seconds", "node_limit", "mip_gap", "x", "what_if", "commitments", "A.drop"]
            ),
            st.integers() | st.floats() | st.booleans() | OBJECTS,
        ),
    },
)


@given(cells=CELLS, lists=LISTS)
def test_whatever_is_typed_is_a_request_or_is_rejected_for_a_column_that_is_there(
    cells: dict[str, Any], lists: dict[str, Any]
) -> None:
    found = judged({**cells, **lists})
    if isinstance(found, ActionRequest):
        assert ActionRequest.of_document(found.document()) == found
    else:
        assert found
        assert all(error.column for error in found)
