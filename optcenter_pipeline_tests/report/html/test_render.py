"""What a report says of a run, and in which order."""

import datetime as dt
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.documents import (
    Comparison,
    ExplainedChange,
    FigureChange,
    Frontier,
    InitiativeChange,
    InputChange,
)
from optcenter_pipeline.report.failed_analyses import FailedAnalysis
from optcenter_pipeline.report.html import ReportAnalyses, render_report
from optcenter_pipeline.rules.analysis_kinds import AnalysisKind
from optcenter_pipeline.rules.commitment import Commitments
from optcenter_pipeline.rules.what_if import Override
from optcenter_pipeline_tests.report.html.page_parts import cells, parsed, plots
from optcenter_pipeline_tests.support.report_inputs import RUN, all_analyses, header, infeasible_run, plan_run

PLAN_SECTIONS = [
    "summary", "portfolio", "tokens", "targets", "rejected", "capacity", "frontier", "robustness", "alternatives",
    "proof",
]  # fmt: skip


@pytest.fixture(scope="module")
def whole() -> str:
    """The report of a run with every analysis."""
    inputs, run = plan_run()
    return render_report(header(run), inputs, run, analyses=all_analyses(run))


def test_the_same_run_gives_the_same_bytes() -> None:
    inputs, run = plan_run()
    first = render_report(header(run), inputs, run, analyses=all_analyses(run))
    inputs = Snapshot.model_validate_json(inputs.model_dump_json())
    run = Result.model_validate_json(run.model_dump_json())
    assert render_report(header(run), inputs, run, analyses=all_analyses(run)) == first


def test_a_plan_is_told_from_its_summary_to_its_proof(whole: str) -> None:
    page = parsed(whole)
    assert [section.attributes["id"] for section in page.all("section")] == PLAN_SECTIONS
    assert [link.attributes["href"] for link in page.all("nav")[0].all("a")] == [
        f"#{name}" for name in PLAN_SECTIONS
    ]
    assert "Not asked for" not in whole
    assert len(plots(page)) == 7
    assert {name.partition("-")[0] for name in plots(page)} == {
        "tokens", "targets", "capacity", "frontier", "robustness",
    }  # fmt: skip


def test_every_candidate_stands_in_one_of_two_tables_with_why_and_what_would_be_otherwise(whole: str) -> None:
    _, run = plan_run()
    page = parsed(whole)
    head, *funded = cells(page, "portfolio")
    assert head == ["Rank", "Initiative", "Title", "Tokens", "Adds gmv", "Without it", "Why"]
    assert [row[1] for row in funded] == [chosen.initiative_key for chosen in run.selected]
    first = run.selected[0]
    number = int(first.initiative_key[-3:])
    country, department = ("UK", "DE", "FR")[number % 3], ("Growth", "Core")[number % 2]
    assert funded[0] == [
        "1", first.initiative_key, f"title {number} | {country} · {department}", str(10 + number),
        f"{first.objective_contribution:g}", "-12.5", f"{first.initiative_key} carries 12.5 gmv",
    ]  # fmt: skip
    head, *left = cells(page, "rejected")
    assert head == ["Initiative", "Title", "Tokens", "With it", "Why not", "Sheet rows"]
    assert [row[0] for row in left] == [rejected.initiative_key for rejected in run.rejected]
    assert left[0][3:] == [
        "not possible",
        "with it, at least 20 tokens on country UK cannot be kept",
        "Constraints row 5",
    ]
    assert left[1][3] == "-12.5 at best | -20 found"


def test_without_an_explanation_the_runs_own_reasons_stand_there() -> None:
    inputs, run = plan_run()
    page = parsed(render_report(header(run), inputs, run))
    head, *funded = cells(page, "portfolio")
    assert "Without it" not in head
    assert [row[-1] for row in funded] == [chosen.reason for chosen in run.selected]
    assert [row[-2] for row in cells(page, "rejected")[1:]] == [rejected.reason for rejected in run.rejected]


def test_what_was_not_asked_for_is_a_line_that_says_how_to_ask() -> None:
    inputs, run = plan_run()
    page = parsed(render_report(header(run), inputs, run))
    for kind, name in (("explain", "explanations"), *((k, k) for k in ("frontier", "robustness", "alternatives"))):
        told = page.named(name).text
        assert f"optcenter analyse {RUN} --analyses {kind}" in told
        assert f"write {kind} into the scenario's column analyses" in told
    some = replace(ReportAnalyses(), robustness=all_analyses(run).robustness)
    page = parsed(render_report(header(run), inputs, run, analyses=some))
    assert "Not asked for" not in page.named("robustness").text
    assert "Not asked for" in page.named("frontier").text


def test_what_failed_is_told_with_what_to_do_and_what_was_asked_as_it_was_asked() -> None:
    inputs, run = plan_run()
    failed = FailedAnalysis(RUN, AnalysisKind.FRONTIER, "frontier(points=20)", "SolverError: <b>no</b> answer")
    some = replace(
        ReportAnalyses(),
        robustness=all_analyses(run).robustness,
        asked={AnalysisKind.ROBUSTNESS: "robustness(draws=7)", AnalysisKind.FRONTIER: "frontier(points=20)"},
        failed=(failed,),
    )
    page = parsed(render_report(header(run), inputs, run, analyses=some))
    told = page.named("failed").text
    assert "The analysis frontier(points=20) failed: SolverError: <b>no</b> answer." in told
    assert f"optcenter analyse {RUN} --analyses 'frontier(points=20)'" in told
    assert "Asked for as robustness(draws=7)." in page.named("robustness").text
    assert 'id="frontier"' not in render_report(header(run), inputs, run, analyses=some)
    assert 'id="failed"' not in render_report(header(run), inputs, run)


def test_tokens_by_slice_are_shown_against_their_rules_and_by_where_initiatives_belong(whole: str) -> None:
    _, run = plan_run()
    page = parsed(whole)
    ruled, country, department = [figure for name, figure in plots(page).items() if name.startswith("tokens")]
    assert run.capacity is not None
    used = [run.capacity.used, *(one.used for one in run.capacity.slices)]
    assert ruled["data"][0]["x"] == used
    marks = {
        trace["name"].strip("\u2068\u2069"): trace["x"] for trace in ruled["data"] if trace.get("mode") == "markers"
    }
    assert marks == {"at least": [20.0], "at most": [100.0, 60.0]}
    for figure in (country, department):
        assert sum(figure["data"][0]["x"]) == pytest.approx(run.capacity.used)
    # no candidate has a product
    labels = [figure.all("figcaption")[0].text for figure in page.named("tokens").all("figure")]
    assert labels[1:] == ["Tokens by country", "Tokens by department"]


def test_targets_are_shown_as_shares_with_severity_in_words(whole: str) -> None:
    page = parsed(whole)
    (figure,) = [figure for name, figure in plots(page).items() if name.startswith("targets")]
    bar, words = figure["data"][0], next(t for t in figure["data"] if t.get("mode") == "text")
    # a share of 0 means nothing: the third target stands in the table alone
    assert len(bar["x"]) == 2
    assert bar["x"] == sorted(bar["x"])
    assert "CRITICAL" in words["text"][0]
    assert "OK" in words["text"][1]
    severities = [row[7] for row in cells(page, "targets")[1:]]
    assert severities == ["OK", "CRITICAL", "OK"]
    classes = [
        cell.attributes["class"] for row in page.named("targets").all("tr")[1:] for cell in row.all("td")[6:7]
    ]
    assert classes == ["good", "bad", "good"]


def test_the_frontier_tells_proven_points_from_others_and_shows_the_runs_own(whole: str) -> None:
    page = parsed(whole)
    (figure,) = [figure for name, figure in plots(page).items() if name.startswith("frontier")]
    curve, *dots = figure["data"]
    assert (curve["line"]["shape"], curve["x"]) == ("hv", [50, 75, 100, 125])
    shown = {trace["name"].strip("\u2068\u2069").partition(":")[0]: trace for trace in dots}
    assert {name: trace["x"] for name, trace in shown.items()} == {
        "proven": [50, 125], "not proven": [75], "this run": [100],
    }  # fmt: skip
    assert shown["not proven"]["error_y"]["array"] == [30.0]
    rows = cells(page, "frontier")[1:]
    assert [row[3] for row in rows] == [
        "no portfolio is possible", "proven", "not proven: a better one may exist", "proven", "proven",
    ]  # fmt: skip
    assert [row[6] for row in rows] == ["", "", "", "this run", ""]


def test_a_frontier_without_points_says_why_and_draws_nothing() -> None:
    inputs, run = plan_run()
    none = Frontier(x_name="capacity", y_name="gmv", points=(), messages=("a person stopped the search",))
    page = parsed(render_report(header(run), inputs, run, analyses=ReportAnalyses(frontiers=(none,))))
    assert "A person stopped the search." in page.named("frontier").text
    assert page.named("frontier").all("table") == page.named("frontier").all("figure") == []


def test_a_run_beside_another_tells_what_differs_and_why() -> None:
    inputs, run = plan_run()
    comparison = Comparison(
        run_a="20261101T000000-abcdef",
        run_b=header(run).run_id,
        status_a="optimal",
        status_b=run.status,
        inputs=(
            InputChange(source_row="Constraints!5", kind="changed", what="min_tokens", before="30", after="20"),
        ),
        initiatives=(InitiativeChange(initiative_key="INIT-001", change="in", reason="there is room for it"),),
        figures=(FigureChange(name="gmv", before=300, after=320, change=20),),
        explained=(ExplainedChange(cause="a lower floor", objective_change=20, certainty="found"),),
    )
    page = parsed(render_report(header(run), inputs, run, analyses=ReportAnalyses(comparison=comparison)))
    rows = cells(page, "comparison")
    for row in (
        ["gmv", "300", "320", "+20"],
        ["INIT-001", "now funded", "there is room for it", ""],
        ["a lower floor", "+20 found so far", "", "", "", ""],
        ["Constraints row 5", "changed", "min_tokens", "30", "20"],
    ):
        assert row in rows
    same = Comparison(run_a="a", run_b="b", status_a="optimal", status_b="optimal")
    page = parsed(render_report(header(run), inputs, run, analyses=ReportAnalyses(comparison=same)))
    assert "Both asked and answered the same." in page.named("comparison").text
    assert page.named("comparison").all("table") == []


def test_the_next_token_the_draws_and_the_alternatives_are_told_in_words(whole: str) -> None:
    page = parsed(whole)
    capacity = page.named("capacity").text
    limit = "than “at most 100 tokens in all” (Scenario_Config row 2)"
    more = f"10 tokens more, the fewest found, {limit} would bring 6 gmv more found so far, letting in "
    assert more in capacity
    assert "3 candidates have a bound only" in capacity
    robustness = page.named("robustness").text
    assert "4 with a portfolio, of 4 asked for (seed 7)" in robustness
    assert "in 50 % of the draws" in robustness
    assert "2 on average, 6.5 at most" in robustness
    alternatives = page.named("alternatives").text
    assert "1 of 5 asked for, within 5 % of the run's gmv" in alternatives
    assert "No more portfolios lie within 5 %" in alternatives
    _, run = plan_run()
    brings = cells(page, "alternatives")[-2:]
    assert [row[:2] for row in brings] == [["gmv", f"{run.kpis['gmv']:g}"], ["nps", f"{run.kpis['nps']:g}"]]
    assert [row[2] for row in brings] == [f"{run.kpis['gmv'] - 5:g}", "8"]


def test_an_infeasible_run_starts_with_its_conflict_and_the_ways_out() -> None:
    inputs, run = infeasible_run()
    html = render_report(header(run), inputs, run)
    page = parsed(html)
    assert [section.attributes["id"] for section in page.all("section")] == ["conflict", "summary", "proof"]
    assert "drop any one of them and the others can" in page.named("conflict").text
    assert [item.text for item in page.named("conflict").all("ol")[0].all("li")] == [
        "Constraints row 5: lower min_tokens from 25 to 20", "Constraints row 5: drop it",
    ]  # fmt: skip
    assert cells(page, "conflict")[-2:] == [
        ["1", "Constraints row 5", "min_tokens", "25", "20"],
        ["2", "Constraints row 5", "the whole row", "", "dropped"],
    ]
    # without a plot there is no need for what draws them
    assert len(html) < 40_000


def test_a_conflict_that_may_be_smaller_says_so() -> None:
    inputs, run = infeasible_run()
    assert run.conflict is not None
    larger = run.conflict.model_copy(update={"minimal": False, "repairs": ()})
    page = parsed(render_report(header(run), inputs, run.model_copy(update={"conflict": larger})))
    assert "A limit stopped the search for a smaller set" in page.named("conflict").text
    assert "No way out was worked out" in page.named("conflict").text


@pytest.mark.parametrize(
    ("update", "told"),
    [
        ({"status": "optimal"}, "No portfolio that keeps the rules has more"),
        ({"status": "feasible"}, "The search was stopped: no portfolio can have more than"),
        ({"status": "cancelled"}, "A person stopped the run. "),
        ({"status": "cancelled", "capacity": None, "selected": ()}, "Nothing was decided."),
        ({"status": "no_solution", "selected": (), "capacity": None}, "Nothing says that there is none"),
        ({"status": "invalid", "selected": (), "capacity": None}, "nothing was solved"),
    ],
)
def test_the_status_is_told_in_words(update: dict[str, Any], told: str) -> None:
    inputs, run = plan_run()
    gaps = {"objective": run.objective.model_copy(update={"goals_cost": None}), "gaps": ()}
    ended: Result = run.model_copy(update={**gaps, **update})
    page = parsed(render_report(header(ended), inputs, ended))
    verdict = next(p for p in page.all("p") if "verdict" in p.attributes["class"])
    assert verdict.text.startswith(update["status"].replace("_", " "))
    assert told in verdict.text
    has_plan = "portfolio" in [section.attributes["id"] for section in page.all("section")]
    assert has_plan == ended.has_portfolio


def test_a_failed_run_has_its_error_and_its_inputs() -> None:
    inputs, run = plan_run()
    failed = replace(header(run), status="failed", error_text="OSError: the disk is full")
    page = parsed(render_report(failed, inputs, None))
    assert "OSError: the disk is full" in page.all("header")[0].text
    assert [section.attributes["id"] for section in page.all("section")] == ["summary", "proof"]


def test_who_asked_who_approved_and_what_was_assumed_stand_in_the_summary() -> None:
    inputs, run = plan_run()
    inputs = inputs.model_copy(
        update={
            "what_if": {
                "x": Override(value=100.0, before=90.0, message="capacity_total_tokens is 100 instead of 90")
            },
            "commitments": Commitments(run_id="20261101T000000-abcdef", max_changes=2),
        }
    )
    approved = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    told = replace(header(run), approved_by="bob@example.com", approved_at=approved)
    summary = parsed(render_report(told, inputs, run)).named("summary").text
    assert "by ann@example.com, 2026-11-23 05:42 UTC" in summary
    assert "by bob@example.com, 2026-11-24 08:30 UTC" in summary
    assert "What if: capacity_total_tokens is 100 instead of 90." in summary
    assert "Commitments to run 20261101T000000-abcdef: at most 2 changes." in summary


def test_whoever_needs_rows_alone_does_not_load_what_draws_plots() -> None:
    code = "import sys, optcenter_pipeline.report.output_rows; print({'plotly', 'jinja2'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == "set()"
