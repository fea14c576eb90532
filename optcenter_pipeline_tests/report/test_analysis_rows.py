"""Documents of analyses as rows of the tabs."""

import pytest

from optcenter_pipeline.explain.documents import (
    Certainty,
    Comparison,
    Draw,
    Explanation,
    Frontier,
    FrontierPoint,
)
from optcenter_pipeline.report.analysis_rows import (
    AnalysisRows,
    alternatives_rows,
    explanation_rows,
    improved_reasons,
    robustness_rows,
)
from optcenter_pipeline.report.comparison_rows import comparison_rows, in_short
from optcenter_pipeline.report.frontier_rows import frontier_rows
from optcenter_pipeline.report.output_rows import OutputRow
from optcenter_pipeline.workbook.columns import Owner
from optcenter_pipeline.workbook.tabs import TAB_BY_NAME
from optcenter_pipeline_tests.support import analysis_documents as documents

TITLES = {"A": "Faster checkout", "C": "=1+1"}
EVERY = {
    "explanation": explanation_rows("r1", documents.explanation(), TITLES),
    "conflict": explanation_rows("r1", documents.conflict(), TITLES),
    "frontier": frontier_rows("r1", documents.frontier()),
    "alternatives": alternatives_rows("r1", documents.alternatives()),
    "robustness": robustness_rows("r1", documents.robustness(), TITLES),
    "comparison": comparison_rows(documents.comparison("r0", "r1"), TITLES),
}


def lines(found: AnalysisRows, tab: str, kind: str) -> list[OutputRow]:
    return [row for row in found.rows[tab] if row["kind"] == kind]


@pytest.mark.parametrize("name", EVERY)
def test_rows_fit_their_tab_and_are_named_as_a_whole(name: str) -> None:
    found = EVERY[name]
    for tab_name, rows in found.rows.items():
        tab = TAB_BY_NAME[tab_name]
        keys = [tuple(str(row[column]) for column in tab.key_columns) for row in rows]
        assert len(set(keys)) == len(keys) > 0
        for row, key in zip(rows, keys, strict=True):
            assert set(row) <= set(tab.owned_by(Owner.SYSTEM))
            assert any(key[: len(beginning)] == beginning for beginning in found.whole[tab_name])
            assert row["message"] or tab_name == "Frontier"


def test_analyses_of_one_run_share_no_row() -> None:
    keys = [
        (row["kind"], row["line"])
        for name in ("explanation", "alternatives", "robustness")
        for row in EVERY[name].rows["Explanations"]
    ]
    assert len(set(keys)) == len(keys)


def test_a_candidate_is_held_in_in_blocked_or_out() -> None:
    document = documents.explanation()
    blocked = document.candidates[2].model_copy(update={"is_possible": False, "objective_change": None})
    rows = lines(EVERY["explanation"], "Explanations", "candidate")
    assert [(row["initiative_key"], row["verdict"]) for row in rows] == [
        ("A", "held in"),
        ("B", "in"),
        ("C", "out"),
    ]
    assert [(row["title"], row["source_rows"]) for row in rows] == [
        ("Faster checkout", "Constraints!3"),
        (None, None),
        ("=1+1", None),
    ]
    assert (rows[1]["objective"], rows[1]["tokens"], rows[1]["lets_in"]) == (5, 9, ["C"])
    assert (rows[2]["objective"], rows[2]["tokens"], rows[2]["certainty"]) == (6, None, "bound")
    found = explanation_rows("r1", document.model_copy(update={"candidates": (blocked,)}), {})
    assert lines(found, "Explanations", "candidate")[0]["verdict"] == "blocked"
    assert improved_reasons(document)["C"] == "C costs too much"


def test_the_value_of_tokens_stands_by_limit_and_step() -> None:
    (limit,) = lines(EVERY["explanation"], "Explanations", "limit")
    assert limit["message"] == (
        "the capacity: 10 of 10 used; without it gmv would gain 4; the fewest that buys anything: 1 more token for "
        "+2 gmv"
    )
    fewer, more = lines(EVERY["explanation"], "Explanations", "step")
    assert fewer["message"] == "with capacity_total_tokens 5 instead of 10: no plan is possible"
    assert more["message"] == "with capacity_total_tokens 11 instead of 10: 9 gmv (+2); in: C; out: A"
    assert (more["tokens"], more["tokens_change"], more["objective_change"]) == (11, 1, 2)


@pytest.mark.parametrize(
    ("is_binding", "gain", "certainty", "verdict", "told"),
    [
        (False, 0, "exact", "does not bind", "the plan would be no better without it"),
        (False, 0, "bound", "does not bind", "the plan would be no better without it"),
        (False, 5, "bound", "unknown", "without it gmv would gain 5 at best"),
        (False, None, "found", "unknown", "the plan without it was not searched to an answer"),
        (False, 0, "found", "unknown", "nothing better was found without it, a limit stopped the search"),
        (True, 4, "found", "binds", "without it gmv would gain 4, as far as was searched"),
    ],
)
def test_a_limit_does_not_bind_only_where_that_is_proven(
    is_binding: bool, gain: float | None, certainty: Certainty, verdict: str, told: str
) -> None:
    document = documents.explanation()
    known = {"is_binding": is_binding, "gain_without": gain, "certainty": certainty, "next_increment": None}
    limit = document.limits[0].model_copy(update=known)
    found = explanation_rows("r1", document.model_copy(update={"limits": (limit,)}), {})
    (row,) = lines(found, "Explanations", "limit")
    assert (row["verdict"], row["message"]) == (verdict, f"the capacity: 10 of 10 used; {told}")


def test_an_increment_that_is_not_proven_is_the_fewest_found() -> None:
    document = documents.explanation()
    step = document.limits[0].steps[1].model_copy(update={"certainty": "found"})
    limit = document.limits[0].model_copy(update={"next_increment": step})
    found = explanation_rows("r1", document.model_copy(update={"limits": (limit,)}), {})
    (row,) = lines(found, "Explanations", "limit")
    assert str(row["message"]).endswith("; the fewest found that buys anything: 1 more token for +2 gmv")


def test_draws_without_a_proven_plan_are_told_apart() -> None:
    draws = (
        Draw(number=1, status="optimal", objective=8),
        Draw(number=2, status="feasible", objective=7),
        Draw(number=3, status="no_solution"),
        Draw(number=4, status="no_solution"),
        Draw(number=5, status="infeasible"),
    )
    document = documents.robustness().model_copy(update={"draws": draws, "asked": 5})
    short = lines(robustness_rows("r1", document, {}), "Explanations", "robustness")[0]
    told = "a plan in 2 of 5 draws of other numbers (1 not proven, 2 without an answer in time, 1 impossible); "
    assert str(short["message"]).startswith(told)
    document = document.model_copy(update={"draws": draws[:1], "asked": 1})
    short = lines(robustness_rows("r1", document, {}), "Explanations", "robustness")[0]
    assert str(short["message"]).startswith("a plan in 1 of 1 draw of other numbers; tokens vary")


def test_line_0_says_it_in_short_and_messages_follow() -> None:
    short, message = lines(EVERY["explanation"], "Explanations", "plan")
    assert (short["line"], short["message"]) == (0, "optimal: 7 gmv for 10 tokens")
    assert message["message"] == "one search was stopped"
    assert (
        lines(EVERY["conflict"], "Explanations", "plan")[0]["message"] == "the run is infeasible: there is no plan"
    )
    assert lines(EVERY["conflict"], "Explanations", "repair")[0]["source_rows"] == "Constraints!5"
    short, plan = lines(EVERY["alternatives"], "Explanations", "alternative")
    assert short["message"] == "1 of 5 other plans found within 20 % of the run's gmv; no more exist"
    assert (plan["line"], plan["objective_change"], plan["message"]) == (
        1,
        -1,
        "14.29 % less gmv than the run's plan; in: C; out: B",
    )
    short, core, borderline = lines(EVERY["robustness"], "Explanations", "robustness")
    assert short["message"].startswith(
        "a plan in 1 of 2 draws of other numbers (1 impossible); tokens vary by up to 10 %"
    )
    assert (core["message"], borderline["share"]) == ("funded in 100 % of the draws: core", 0.5)


def test_a_frontier_says_where_no_plan_is_possible_and_where_the_run_stands() -> None:
    short, nothing, some, current = EVERY["frontier"].rows["Frontier"]
    assert short["message"] == (
        "the best gmv for 3 values of capacity; from 7 at capacity 5 to 14 at capacity 10; stopped early"
    )
    assert (nothing["message"], nothing["selected_count"]) == ("no plan is possible", None)
    assert (some["x"], some["y"], some["mip_gap_pct"], some["message"]) == (5, 7, 0.01, None)
    assert (current["is_current"], current["message"]) == (True, "the run's own capacity")
    empty = frontier_rows("r1", Frontier(x_name="capacity", y_name="gmv", points=(), messages=("no plan",)))
    assert [row["point"] for row in empty.rows["Frontier"]] == [0]


def test_a_point_that_no_plan_was_found_for_is_not_told_as_impossible() -> None:
    points = (FrontierPoint(x=5, certainty="found"), FrontierPoint(x=6, certainty="exact"))
    document = Frontier(x_name="capacity", y_name="gmv", points=points)
    _, stopped, impossible = frontier_rows("r1", document).rows["Frontier"]
    assert stopped["message"] == "none was found, a limit stopped the search"
    assert impossible["message"] == "no plan is possible"


def test_a_comparison_is_a_line_each_and_one_in_short() -> None:
    rows = EVERY["comparison"].rows["Comparison"]
    assert [(row["line"], row["kind"]) for row in rows] == list(
        enumerate(
            ["summary", "input", "input", "initiative", "figure", "figure", "explained", "explained", "message"]
        )
    )
    assert {(row["run_id"], row["other_run_id"]) for row in rows} == {("r1", "r0")}
    assert [row["message"] for row in rows[:8]] == [
        "optimal, and optimal before: 2 inputs changed; initiatives in: 1, out: 0; objective +2",
        "changed: capacity_total_tokens: 10 → 12",
        "removed: C is excluded",
        "C is excluded no more",
        "objective: 7 → 9 (+2)",
        "nps: none → 1",
        "constraints: objective +2; tokens +1; in: C",
        "capacity and scenario: objective 0; tokens 0",
    ]
    assert (rows[3]["name"], rows[3]["before"], rows[3]["after"]) == ("=1+1", "out", "in")
    same = Comparison(run_a="a", run_b="b", status_a="optimal", status_b="optimal")
    assert in_short(same) == "nothing differs: both runs are optimal, asked and answered the same"


def test_a_document_without_a_word_is_a_line_too() -> None:
    (line,) = explanation_rows("r1", Explanation(status="no_solution"), {}).rows["Explanations"]
    assert line["message"] == "the run is no_solution: there is no plan"


def test_a_run_without_another_to_compare_with_says_so_and_the_line_goes_once_there_is_one() -> None:
    alone = Comparison(run_a="b", run_b="b", status_a="optimal", status_b="optimal", messages=("no earlier run",))
    assert in_short(alone) == "no earlier run"
    (first, *_) = comparison_rows(alone, {}).rows["Comparison"]
    found = comparison_rows(documents.comparison("a", "b"), {})
    assert (first["run_id"], first["other_run_id"]) in found.whole["Comparison"]
