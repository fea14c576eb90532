"""A finished run as rows of the output tabs."""

import datetime as dt
from typing import Any

import pytest

from optcenter_pipeline.engine import Result, Snapshot, solve
from optcenter_pipeline.explain.answer import answer
from optcenter_pipeline.report.output_rows import RunHeader, output_rows, stamp
from optcenter_pipeline.report.tables import gaps_frame, markdown, portfolio_frame
from optcenter_pipeline.workbook.columns import Owner
from optcenter_pipeline.workbook.tabs import STAMPS, TAB_BY_NAME

CREATED = dt.datetime(2026, 11, 23, 5, 42, 1, tzinfo=dt.UTC)


def snapshot(**constraint_set: Any) -> Snapshot:
    return Snapshot.model_validate(
        {
            "schema_version": 1,
            "scenario": {"scenario_name": "plan", "capacity_total_tokens": 10, "source_row": "Scenario_Config!2"},
            "constraint_set": {"constraint_set_name": "set", **constraint_set},
            "candidates": [
                {
                    "initiative_key": key,
                    "title": f"Title | of {key}",
                    "engineering_tokens": 6,
                    "attributes": {"country": "UK"},
                    "contributions": {"gmv": worth, "nps": 1},
                    "source_row": f"Candidates!{number}",
                }
                for number, (key, worth) in enumerate((("A", 7), ("B", 5)), start=2)
            ],
            "metrics": [
                {"kpi_key": "gmv", "kpi_level": "north_star"},
                {"kpi_key": "nps", "kpi_level": "strategic"},
            ],
        }
    )


def goal(value: float) -> dict[str, Any]:
    return {"kpi_key": "gmv", "floor_or_goal": "goal", "target_value": value, "source_rows": ["Targets!2"]}


def header(result: Result, **changes: Any) -> RunHeader:
    return RunHeader(
        **{
            "run_id": "R1",
            "scenario_name": "plan",
            "constraint_set_name": "set",
            "status": result.status,
            "created_at": CREATED,
            **changes,
        }
    )


def rows_of(asked: Snapshot) -> dict[str, list[dict[str, Any]]]:
    result = answer(asked)
    return output_rows(header(result), asked, result)


@pytest.mark.parametrize("tab", ["Runs", "Results", "Gaps_Alerts"])
def test_rows_fill_the_columns_of_the_system_and_no_other(tab: str) -> None:
    stamps = {column.name for column in STAMPS}
    system = set(TAB_BY_NAME[tab].owned_by(Owner.SYSTEM)) - stamps
    filled = {name for row in rows_of(snapshot(targets=[goal(9)]))[tab] for name in row}
    assert filled == system


def test_a_candidate_has_its_reason_and_its_gains_in_or_out() -> None:
    first, second = rows_of(snapshot())["Results"]
    assert (first["initiative_key"], first["selected"], first["rank"], first["allocated_tokens"]) == (
        "A",
        True,
        1,
        6,
    )
    assert (second["initiative_key"], second["selected"], second["rank"]) == ("B", False, None)
    assert first["north_star_gain"] == 7
    assert first["kpi_gains_json"] == '{"gmv": 7.0, "nps": 1.0}'
    assert second["country"] == "UK"
    assert first["reason"]
    assert second["reason"]


def test_a_missed_goal_says_how_much_is_missing_and_what_would_be_reached() -> None:
    rows = rows_of(snapshot(targets=[goal(9)]))
    (line,) = rows["Gaps_Alerts"]
    assert (line["kind"], line["gap"], line["severity"], line["source_rows"]) == (
        "target",
        2,
        "CRITICAL",
        "Targets!2",
    )
    assert "lower target_value from 9 to 7" in line["recommendation"]
    assert rows["Runs"][0]["gap_summary"] == "0 of 1 targets met; missed: gmv (all) by 2"


def test_a_target_is_told_in_its_unit_and_what_is_to_be_typed_has_no_commas() -> None:
    asked = snapshot(targets=[goal(1250000), {**goal(1500), "floor_or_goal": "goal", "baseline_value": 1495}])
    priced = asked.metrics[0].model_copy(update={"unit": "kEUR"})
    reached, missed = rows_of(asked.model_copy(update={"metrics": (priced, asked.metrics[1])}))["Gaps_Alerts"]
    assert missed["message"] == (
        "The whole portfolio brings 7 kEUR of gmv, 1,249,993 less than the 1,250,000 asked for"
    )
    assert missed["recommendation"].startswith("Targets row 2: lower target_value from 1250000 to 7, or give")
    assert reached["message"] == (
        "The whole portfolio brings 7 kEUR of gmv, 2 more than the 5 asked for beyond the baseline"
    )


def test_an_alert_says_what_can_be_done() -> None:
    asked = snapshot()
    closed = asked.candidates[0].model_copy(update={"lifecycle_status": "done"})
    (line,) = rows_of(asked.model_copy(update={"candidates": (closed, asked.candidates[1])}))["Gaps_Alerts"]
    assert line["message"] == "lifecycle_closed: A cannot be funded: its lifecycle status is done"
    assert line["recommendation"] == "Change its lifecycle_status in Initiatives if it is to be considered."


def test_an_infeasible_run_names_the_rows() -> None:
    both = [{"initiative_key": key, "source_rows": [f"Constraints!{n}"]} for n, key in ((2, "A"), (3, "B"))]
    rows = rows_of(snapshot(mandatory=both))
    assert rows["Results"] == []
    assert rows["Runs"][0]["status"] == "infeasible"
    conflict = next(line for line in rows["Gaps_Alerts"] if line["kind"] == "conflict")
    assert set(conflict["source_rows"].split(", ")) == {"Constraints!2", "Constraints!3", "Scenario_Config!2"}
    assert conflict["severity"] == "CRITICAL"


def test_ways_out_stand_below_their_conflict() -> None:
    both = [{"initiative_key": key, "source_rows": [f"Constraints!{n}"]} for n, key in ((2, "A"), (3, "B"))]
    asked = snapshot(mandatory=both)
    result = answer(asked)
    assert result.conflict is not None
    unsettled = result.model_copy(update={"conflict": result.conflict.model_copy(update={"minimal": False})})
    for found in (result, unsettled):
        lines = output_rows(header(found), asked, found)["Gaps_Alerts"]
        assert [line["kind"] for line in lines] == ["conflict", "repair", "repair", "repair"]
        first, second, _ = lines[1:]
        assert first["source_rows"] == "Scenario_Config!2"
        assert first["recommendation"].startswith("Scenario_Config row 2: raise capacity_total_tokens from ")
        assert first["message"].startswith("Way out 1 of 3: changes 1 number. It counts as a change of ")
        assert second["message"].startswith("Way out 2 of 3: drops 1 row. It counts as a change of ")
        assert second["recommendation"] == "Constraints row 2: drop the rule (A is mandatory)"
        left_open = "left open whether each of them is needed"
        assert (left_open in lines[0]["message"]) == (not found.conflict or not found.conflict.minimal)


def test_a_failed_run_says_so_and_nothing_else() -> None:
    asked = snapshot()
    rows = output_rows(header(solve(asked), status="failed", error_text="the disk is full"), asked, None)
    assert rows["Results"] == []
    (line,) = rows["Gaps_Alerts"]
    assert "the disk is full" in line["message"]
    assert rows["Runs"][0]["objective_value"] is None


def test_a_stopped_run_says_so_with_what_it_had() -> None:
    asked = snapshot()
    found = solve(asked).model_copy(update={"status": "cancelled"})
    rows = output_rows(header(found, status="cancelled"), asked, found)
    stopped = rows["Gaps_Alerts"][0]
    assert (stopped["message"], stopped["severity"]) == ("The run was stopped", "WARN")
    assert "the best of the search so far" in stopped["recommendation"]
    assert rows["Results"]
    empty = solve(asked, cancel=lambda: True)
    (line,) = output_rows(header(empty, status="cancelled"), asked, empty)["Gaps_Alerts"]
    assert line["recommendation"].startswith("Nothing was decided")
    (line,) = output_rows(header(empty, status="cancelled", error_text="stopped"), asked, None)["Gaps_Alerts"]
    assert line["message"] == "The run was stopped"


def test_times_are_utc() -> None:
    assert stamp(CREATED) == "2026-11-23T05:42:01Z"
    assert stamp(CREATED.astimezone(dt.timezone(dt.timedelta(hours=5)))) == "2026-11-23T05:42:01Z"
    assert stamp(None) is None


def test_what_people_typed_cannot_break_out_of_a_markdown_table() -> None:
    asked = snapshot()
    text = markdown(portfolio_frame(asked, solve(asked)))
    assert "Title \\| of A" in text
    assert markdown(gaps_frame(solve(asked))) == "(none)"
