"""Documents of analyses as tables for the terminal and for metadata."""

from typing import Any

from optcenter_pipeline.explain.documents import (
    Comparison,
    Draw,
    ExplainedChange,
    Frontier,
    FrontierPoint,
    LimitValue,
)
from optcenter_pipeline.report.analysis_tables import (
    explained_frame,
    frontier_frame,
    limits_frame,
    robustness_lines,
)
from optcenter_pipeline_tests.support import analysis_documents as documents


def rows_of(*limits: LimitValue) -> list[dict[str, Any]]:
    document = documents.explanation().model_copy(update={"limits": limits})
    return [{str(name): cell for name, cell in row.items()} for row in limits_frame(document).to_dict("records")]


def test_a_limit_says_how_sure_its_gain_and_its_increment_are() -> None:
    (whole,) = documents.explanation().limits
    open_ = {"is_binding": False, "next_increment": None}
    found = whole.steps[1].model_copy(update={"certainty": "found"})
    proven, stopped, at_best, unsearched, slack = rows_of(
        whole,
        whole.model_copy(update={"next_increment": found}),
        whole.model_copy(update={**open_, "gain_without": 5, "certainty": "bound"}),
        whole.model_copy(update={**open_, "gain_without": None, "certainty": "found"}),
        whole.model_copy(update={**open_, "gain_without": 0}),
    )
    names = ["binding", "without it", "certainty", "next increment", "buys", "its certainty"]
    assert [proven[name] for name in names] == ["yes", "+4", "exact", "+1", "+2", "exact"]
    assert [stopped[name] for name in names] == ["yes", "+4", "exact", "+1, the fewest found", "+2", "found"]
    assert [at_best[name] for name in names] == ["unknown", "at best +5", "bound", "", "", ""]
    assert [unsearched[name] for name in names] == ["unknown", "not searched", "found", "", "", ""]
    assert [slack[name] for name in names] == ["no", "0", "exact", "", "", ""]
    assert list(limits_frame(documents.conflict()).columns) == ["row", "limit", "used", *names]


def test_a_point_without_a_plan_says_whether_that_is_proven() -> None:
    points = (FrontierPoint(x=5, certainty="found"), FrontierPoint(x=6), FrontierPoint(x=7, y=3, bound=3))
    frame = frontier_frame(Frontier(x_name="capacity", y_name="gmv", points=points))
    assert list(frame["gmv"]) == ["none was found, a limit stopped the search", "no plan is possible", "3"]


def test_what_explains_a_difference_says_how_sure_that_is() -> None:
    explained = (
        ExplainedChange(cause="capacity", objective_change=2),
        ExplainedChange(cause="constraints", objective_change=1, certainty="found"),
    )
    document = Comparison(run_a="a", run_b="b", status_a="optimal", status_b="optimal", explained=explained)
    assert list(explained_frame(document)["certainty"]) == ["exact", "found"]
    none = document.model_copy(update={"explained": ()})
    assert list(explained_frame(none).columns) == list(explained_frame(document).columns)


def test_draws_that_a_limit_stopped_are_told_beside_those_that_are_impossible() -> None:
    draws = (
        Draw(number=1, status="optimal", objective=8),
        Draw(number=2, status="feasible", objective=7),
        Draw(number=3, status="no_solution"),
        Draw(number=4, status="infeasible"),
        Draw(number=5, status="infeasible"),
    )
    document = documents.robustness().model_copy(update={"draws": draws})
    first, *_ = robustness_lines(document)
    told = "(1 not proven, 1 without an answer in time, 2 impossible)"
    assert first == f"2 of 5 draws have a portfolio {told}"
    first, *_ = robustness_lines(document.model_copy(update={"draws": draws[:1]}))
    assert first == "1 of 1 draws have a portfolio"
