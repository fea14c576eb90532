"""Analyses of a run as assets: only what is asked for, of the right run, and in the sheet."""

import json
from pathlib import Path

import pytest

from optcenter_pipeline.explain.documents import Explanation, Frontier
from optcenter_pipeline.runs import analyses as analyses_module
from optcenter_pipeline_tests.support.planning_space import PlanningSpace, failure_text, materialized

GROWTH = "Q1 2027 growth"
RESILIENCE = "2027 resilience"


def documents(space: PlanningSpace) -> dict[str, str]:
    return dict(space.query("select kind, document_json from run_analyses where status = 'done'"))


def test_an_analysis_is_made_of_the_newest_run_and_kept_and_shown(sample_space: PlanningSpace) -> None:
    sample_space.optimize(RESILIENCE, "platform first")
    second = materialized(sample_space.optimize(RESILIENCE, "platform first"), "solve")["run_id"]
    result = sample_space.analyse(RESILIENCE, "platform first", "explanations", "frontier", "analysis_tabs")
    assert result.success, failure_text(result)
    said = materialized(result, "explanations")
    assert (said["run_id"], said["was_made_before"]) == (second, False)
    kept = documents(sample_space)
    assert set(kept) == {"explain", "frontier"}
    explanation = Explanation.model_validate_json(kept["explain"])
    shown = sample_space.rows("Explanations")
    assert {row["run_id"] for row in shown} == {second}
    assert {c.initiative_key for c in explanation.candidates} <= {row.get("initiative_key") for row in shown}
    points = [row for row in sample_space.rows("Frontier") if row["point"] > 0]
    assert [row["x"] for row in points] == [p.x for p in Frontier.model_validate_json(kept["frontier"]).points]
    reasons = {c.initiative_key: c.reason for c in explanation.candidates}
    of_run = [row for row in sample_space.rows("Results") if row["run_id"] == second]
    assert {row["initiative_key"]: row["reason"] for row in of_run} == reasons


def test_what_was_made_is_not_made_again(sample_space: PlanningSpace) -> None:
    sample_space.optimize(RESILIENCE, "platform first")
    first = materialized(sample_space.analyse(RESILIENCE, "platform first", "frontier"), "frontier")
    before = documents(sample_space)
    again = materialized(sample_space.analyse(RESILIENCE, "platform first", "frontier"), "frontier")
    assert (first["was_made_before"], again["was_made_before"]) == (False, True)
    assert again["points"] == first["points"]
    assert documents(sample_space) == before


def test_options_typed_in_the_launchpad_are_used_kept_and_told_and_the_latest_stand(
    sample_space: PlanningSpace,
) -> None:
    sample_space.optimize(RESILIENCE, "platform first")
    names = (RESILIENCE, "platform first", "frontier")
    first = materialized(sample_space.analyse(*names, points=3, against="goals"), "frontier")
    assert first["asked_for"] == "frontier(points=3, against=goals)"
    plain = materialized(sample_space.analyse(*names, "analysis_tabs"), "frontier")
    assert (plain["asked_for"], plain["was_made_before"]) == (first["asked_for"], True)
    other = materialized(sample_space.analyse(*names, "analysis_tabs", points=4, of="nps"), "frontier")
    assert (other["asked_for"], other["was_made_before"]) == ("frontier(points=4, against=capacity, of=nps)", False)
    frontier = Frontier.model_validate_json(documents(sample_space)["frontier"])
    assert (frontier.x_name, frontier.y_name, len(frontier.points)) == ("capacity", "nps", 4)
    short = {row["series"]: row["message"] for row in sample_space.rows("Frontier") if row["point"] == 0}
    assert set(short) == {"goals", "capacity"}
    assert short["capacity"].endswith("; asked for as frontier(points=4, against=capacity, of=nps)")
    wrong = sample_space.analyse(*names, points=1)
    assert "points of frontier is 1; give a whole number from 2 to 1000" in failure_text(wrong)
    itself = sample_space.analyse(*names, against="seller_retention")
    assert "seller_retention is the objective itself" in failure_text(itself)
    ((status, kept),) = sample_space.query("select status, document_json from run_analyses")
    assert (status, kept) == ("failed", frontier.model_dump_json())


def test_a_run_asks_for_what_its_scenario_asks_for_unless_the_request_says_otherwise(
    sample_space: PlanningSpace,
) -> None:
    sample_space.type_cell("Scenario_Config", 2, "analyses", "report, frontier(points=3, against=NPS)")
    solved = sample_space.optimize(GROWTH, "baseline")
    assert materialized(solved, "run_snapshot")["analyses"] == ["frontier(points=3, against=NPS)", "report"]
    asked = sample_space.query("select kind, status, options_json from run_analyses order by id")
    options = '{"against": "NPS", "of": null, "points": 3}'
    assert asked == [("frontier", "wanted", options), ("report", "wanted", "{}")]
    sample_space.optimize(GROWTH, "baseline", analyses=["robustness"])
    assert sample_space.query("select kind from run_analyses order by id")[2:] == [("robustness",)]
    sample_space.optimize(GROWTH, "baseline", analyses=[])
    assert len(sample_space.query("select kind from run_analyses")) == 3
    refused = sample_space.optimize(GROWTH, "baseline", analyses=["frontier(against=npss)"])
    assert "'npss' is no active KPI of Metrics_Config" in failure_text(refused)
    assert len(sample_space.query("select run_id from optimization_runs")) == 3


def test_a_run_without_a_portfolio_is_explained_and_the_rest_says_why_not(sample_space: PlanningSpace) -> None:
    sample_space.optimize(GROWTH, "all promises")
    result = sample_space.analyse(GROWTH, "all promises", *("explanations", "frontier", "robustness"))
    assert result.success, failure_text(result)
    kept = documents(sample_space)
    explanation = Explanation.model_validate_json(kept["explain"])
    assert explanation.status == "infeasible"
    assert explanation.conflict is not None
    assert explanation.conflict.repairs
    assert "infeasible" in json.loads(kept["frontier"])["messages"][0]
    assert "infeasible" in json.loads(kept["robustness"])["messages"][0]


def test_a_report_is_a_file_and_its_address_stands_in_the_sheet(sample_space: PlanningSpace) -> None:
    run_id = materialized(sample_space.optimize(RESILIENCE, "platform first"), "solve")["run_id"]
    result = sample_space.analyse(RESILIENCE, "platform first", "run_report", "analysis_tabs")
    assert result.success, failure_text(result)
    (run,) = sample_space.rows("Runs")
    path = sample_space.home / "reports" / f"{run_id}.html"
    assert run["report_url"] == path.as_uri()
    assert "<html" in path.read_text(encoding="utf-8")
    assert Path(json.loads(documents(sample_space)["report"])["path"]) == path


def test_a_report_is_made_anew_when_there_is_more_to_tell(sample_space: PlanningSpace) -> None:
    sample_space.optimize(RESILIENCE, "platform first")
    made = [materialized(sample_space.analyse(RESILIENCE, "platform first", "run_report"), "run_report")]
    made.append(materialized(sample_space.analyse(RESILIENCE, "platform first", "run_report"), "run_report"))
    sample_space.analyse(RESILIENCE, "platform first", "frontier")
    made.append(materialized(sample_space.analyse(RESILIENCE, "platform first", "run_report"), "run_report"))
    assert [one["was_made_before"] for one in made] == [False, True, False]


def test_a_failed_analysis_is_told_kept_as_failed_and_made_by_the_next(
    sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample_space.optimize(RESILIENCE, "platform first")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no luck today")

    with monkeypatch.context() as patched:
        patched.setattr(analyses_module, "frontier", broken)
        assert not sample_space.analyse(RESILIENCE, "platform first", "frontier").success
    kept = sample_space.query("select status, error_text from run_analyses where kind = 'frontier'")
    assert kept == [("failed", "RuntimeError: no luck today")]
    assert sample_space.analyse(RESILIENCE, "platform first", "frontier").success
    assert set(documents(sample_space)) == {"frontier"}


def test_without_a_finished_run_there_is_nothing_to_analyse(sample_space: PlanningSpace) -> None:
    sample_space.save()
    result = sample_space.analyse(RESILIENCE, "platform first", "frontier")
    assert not result.success
    assert "has no finished run" in failure_text(result)
