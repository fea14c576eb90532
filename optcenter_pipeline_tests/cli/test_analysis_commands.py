"""`explain`, `frontier`, `alternatives`, `robustness` on snapshot files; `analyse` on a run of the ledger."""

import json
from pathlib import Path
from typing import Any

import pytest

from optcenter_pipeline.explain.documents import Alternatives, Explanation, Frontier, Robustness
from optcenter_pipeline.runs import analyses as analyses_module
from optcenter_pipeline_tests.cli.conftest import Optcenter
from optcenter_pipeline_tests.support.planning_space import PlanningSpace

PLAN: dict[str, Any] = {
    "schema_version": 1,
    "scenario": {"scenario_name": "plan", "capacity_total_tokens": 10, "source_row": "Scenario_Config!2"},
    "constraint_set": {"exclude_pairs": [{"members": ["A", "B"], "source_rows": ["Constraints!2"]}]},
    "candidates": [
        {
            "initiative_key": "A",
            "engineering_tokens": 6,
            "contributions": {"gmv": 6},
            "contribution_ranges": {"gmv": [2, 12]},
        },
        {"initiative_key": "B", "engineering_tokens": 5, "contributions": {"gmv": 5}},
        {"initiative_key": "C", "engineering_tokens": 5, "contributions": {"gmv": 4}},
    ],
    "metrics": [{"kpi_key": "gmv", "kpi_level": "north_star"}],
}
TOO_MUCH = {"capacity_floors": [{"min_tokens": 12, "source_rows": ["Constraints!3"]}]}


@pytest.fixture
def plan(tmp_path: Path) -> str:
    return written(tmp_path / "plan.json", PLAN)


@pytest.fixture
def impossible(tmp_path: Path) -> str:
    return written(tmp_path / "impossible.json", {**PLAN, "constraint_set": TOO_MUCH})


def written(path: Path, document: dict[str, Any]) -> str:
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def test_explain_says_of_each_candidate_what_the_plan_would_be_the_other_way(
    optcenter: Optcenter, plan: str, tmp_path: Path
) -> None:
    ran = optcenter("explain", plan, "-o", str(tmp_path / "explain.json"))
    assert ran.code == 0
    explanation = Explanation.model_validate_json((tmp_path / "explain.json").read_bytes())
    assert (explanation.status, explanation.objective_value, explanation.tokens_used) == ("optimal", 9, 10)
    changes = {c.initiative_key: (c.is_selected, c.objective_change) for c in explanation.candidates}
    assert changes == {"A": (False, -3), "B": (True, -3), "C": (True, -3)}
    for candidate in explanation.candidates:
        assert candidate.reason[:40] in ran.out
    assert (
        Explanation.model_validate(optcenter("explain", plan, "--json").document).candidates
        == explanation.candidates
    )


def test_explain_of_an_impossible_plan_gives_the_rows_and_what_would_mend_them(
    optcenter: Optcenter, impossible: str
) -> None:
    ran = optcenter("explain", impossible, "--json")
    assert ran.code == 0
    explanation = Explanation.model_validate(ran.document)
    assert explanation.status == "infeasible"
    assert explanation.conflict is not None
    assert set(explanation.conflict.source_rows) == {"Constraints!3", "Scenario_Config!2"}
    texts = [repair.text for repair in explanation.conflict.repairs]
    assert "Constraints row 3: lower min_tokens from 12 to 10" in texts
    shown = optcenter("explain", impossible)
    assert texts[0] in shown.out


def test_frontier_has_the_points_that_were_asked_for(optcenter: Optcenter, plan: str) -> None:
    document = Frontier.model_validate(optcenter("frontier", plan, "--points", "4", "--json").document)
    assert len(document.points) <= 4
    assert [p.y for p in document.points if p.is_current] == [9]
    shown = optcenter("frontier", plan)
    assert shown.code == 0
    assert "gmv against capacity" in shown.out


def test_numbers_can_be_other_than_the_files(optcenter: Optcenter, plan: str) -> None:
    ran = optcenter("explain", plan, "--set", "capacity_total_tokens=16", "--json")
    assert Explanation.model_validate(ran.document).objective_value == 10
    ran = optcenter("frontier", plan, "--set", "capacity_total_tokens=16", "--json")
    assert [p.x for p in Frontier.model_validate(ran.document).points if p.is_current] == [16]


def test_what_an_option_may_be_is_said_before_anything_is_solved(optcenter: Optcenter, plan: str) -> None:
    for arguments, text in (
        (("frontier", "--points", "1"), "points of frontier is 1; give a whole number from 2 to 1000"),
        (("alternatives", "--within", "inf"), "within of alternatives is inf; give a number from 0 to 100"),
        (("robustness", "--tokens", "100"), "tokens of robustness is 100; give a number from 0 to 99"),
        (("explain", "--exact", "-1"), "exact of explain is -1; give a whole number from 0 to"),
    ):
        ran = optcenter(arguments[0], plan, *arguments[1:])
        assert ran.code == 2
        assert text in " ".join(ran.err.split())


def test_a_kpi_that_there_is_none_of_is_wrong_usage(optcenter: Optcenter, plan: str) -> None:
    ran = optcenter("frontier", plan, "--against", "gnv")
    assert ran.code == 2
    assert "gmv" in ran.err


def test_alternatives_and_when_there_are_no_more(optcenter: Optcenter, plan: str) -> None:
    document = Alternatives.model_validate(optcenter("alternatives", plan, "--within", "0", "--json").document)
    assert (document.found, document.no_more_exist) == ((), True)
    ran = optcenter("alternatives", plan, "--within", "60", "--count", "2", "--json")
    assert {frozenset(a.selected) for a in Alternatives.model_validate(ran.document).found} >= {frozenset({"A"})}
    assert "no more" in optcenter("alternatives", plan, "--within", "0").out


def test_robustness_tells_how_often_each_is_chosen(optcenter: Optcenter, plan: str) -> None:
    arguments = ("robustness", plan, "--draws", "30", "--tokens", "0", "--processes", "1")
    document = Robustness.model_validate(optcenter(*arguments, "--json").document)
    shares = {c.initiative_key: c.share for c in document.candidates}
    assert 0 < shares["A"] < 1
    assert shares["B"] == pytest.approx(1 - shares["A"])
    assert "30 of 30 draws have a portfolio" in optcenter(*arguments).out


@pytest.mark.parametrize("command", ["frontier", "alternatives", "robustness"])
def test_an_impossible_plan_has_nothing_to_analyse_and_says_where_to_look(
    optcenter: Optcenter, impossible: str, command: str
) -> None:
    file = Path(impossible).with_name("out.json")
    ran = optcenter(command, impossible, "-o", str(file))
    assert ran.code == 0
    assert "optcenter explain" in ran.err
    assert json.loads(file.read_text())["status"] == "infeasible"


@pytest.mark.parametrize("command", ["explain", "frontier", "alternatives", "robustness"])
def test_a_snapshot_that_cannot_be_read_is_invalid(optcenter: Optcenter, tmp_path: Path, command: str) -> None:
    bad = written(tmp_path / "bad.json", {**PLAN, "metrics": "none"})
    ran = optcenter(command, bad)
    assert ran.code == 1
    assert "metrics" in ran.err
    assert optcenter(command, bad, "--json").document["status"] == "invalid"


def test_what_explain_says_of_wrong_inputs_has_its_schema(optcenter: Optcenter, tmp_path: Path) -> None:
    for name, metrics in (("unreadable", "none"), ("unknown", [])):
        ran = optcenter("explain", written(tmp_path / name, {**PLAN, "metrics": metrics}), "--json")
        assert Explanation.model_validate(ran.document).status == "invalid"


@pytest.mark.parametrize("document", ["frontier", "alternatives", "robustness", "comparison", "explain"])
def test_every_document_has_a_schema(optcenter: Optcenter, document: str) -> None:
    assert optcenter("schema", document, "--json").document["properties"]["schema_version"]["const"] == 1


def test_optimize_makes_what_is_asked_for_when_the_portfolio_stands_in_the_sheet(
    optcenter: Optcenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = optcenter(
        "optimize", "2027 resilience", "platform first", "--analyses", "frontier(points=3),report", "--json"
    )
    assert ran.code == 0
    document = ran.document
    assert document["analyses"]["frontier"] == {"status": "done", "where": "in the tab Frontier"}
    report = document["analyses"]["report"]
    assert report["status"] == "done"
    assert report["where"].startswith("file://")
    again = optcenter("analyse", document["run_id"], "--analyses", "frontier(points=2, against=goals)")
    assert again.code == 0
    assert "in the tab Frontier" in again.out
    wrong = optcenter("analyse", document["run_id"], "--analyses", "frontier(of=gnv) | comparison(run=x)")
    assert wrong.code == 1
    assert "frontier: 'gnv' is no active KPI of Metrics_Config" in wrong.err

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(analyses_module, "robustness", stopped)
    left = optcenter("analyse", document["run_id"], "--analyses", "robustness(draws=3)|report")
    assert left.code == 4
    assert left.err.strip().endswith(
        f"analyse {document['run_id']} --analyses 'robustness(draws=3)|report'` goes on"
    )


def test_where_one_analysis_fails_the_others_are_made_and_the_sheet_tells_of_it(
    optcenter: Optcenter, sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no luck today")

    monkeypatch.setattr(analyses_module, "frontier", broken)
    asked = "frontier, alternatives(count=1), report"
    ran = optcenter("optimize", "2027 resilience", "platform first", "--analyses", asked, "--json")
    assert ran.code == 0
    assert "the run stands, without all of its analyses" in ran.err
    statuses = dict(sample_space.query("select kind, status from run_analyses"))
    assert statuses == {"frontier": "failed", "alternatives": "done", "report": "done"}
    assert sample_space.rows("Explanations")
    (alert,) = [row for row in sample_space.rows("Gaps_Alerts") if "no luck today" in str(row["message"])]
    assert alert["recommendation"].startswith("The plan stands as it is")
    assert "no luck today" in Path(sample_space.home / "reports" / f"{ran.document['run_id']}.html").read_text()


def test_analyse_of_an_unknown_run_or_analysis(optcenter: Optcenter) -> None:
    ran = optcenter("analyse", "20260101T000000-abcdef")
    assert ran.code == 1
    assert "there is no run" in ran.err
    ran = optcenter("analyse", "20260101T000000-abcdef", "--analyses", "tarot")
    assert ran.code == 2
    assert "'tarot' is not an analysis" in ran.err


@pytest.mark.parametrize("command", ["explain", "frontier", "solve"])
@pytest.mark.parametrize("limit", ["inf", "1e400"])
def test_a_limit_that_is_no_finite_number_is_wrong_usage(
    optcenter: Optcenter, plan: str, command: str, limit: str
) -> None:
    ran = optcenter(command, plan, "--time-limit", limit)
    assert ran.code == 2
    assert "finite" in ran.err
