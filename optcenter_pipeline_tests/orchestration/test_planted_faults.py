"""Sixty faults typed into a workbook: each is told on its own row and column, and all that is sound still runs."""

import datetime as dt
import json
from typing import Any

import pytest

from optcenter_pipeline_tests.rows.planted import PLAN
from optcenter_pipeline_tests.rows.planted_book import VALID_SETS, PlantedBook, planted_book
from optcenter_pipeline_tests.support.planning_space import PlanningSpace, failure_text, pm_cells

EPOCH = dt.date(1899, 12, 30)


def typed(value: Any) -> Any:
    """A cell as it stands in a sheet: a list as its keys, a date as its serial number."""
    if isinstance(value, list):
        return "|".join(value)
    if isinstance(value, dict):
        return json.dumps(value)
    return (value - EPOCH).days if isinstance(value, dt.date) else value


def type_book(space: PlanningSpace, book: PlantedBook) -> None:
    for tab, rows in book.rows.items():
        space.type_rows(tab, [{name: typed(cell) for name, cell in row.items()} for row in rows], first_row=2)


def statuses(space: PlanningSpace, book: PlantedBook) -> dict[tuple[str, int], str]:
    rows = {tab: space.rows(tab) for tab in book.rows}
    return {(tab, n): row.get("run_status", "") for tab in rows for n, row in enumerate(rows[tab], 2)}


@pytest.fixture(scope="module")
def planted_space(tmp_path_factory: pytest.TempPathFactory) -> PlanningSpace:
    """A workbook that the sixty faults were typed into."""
    space = PlanningSpace(tmp_path_factory.mktemp("planted"))
    space.init(sample=False)
    type_book(space, planted_book())
    return space


def test_each_fault_is_told_on_its_own_row_and_nothing_on_any_other(planted_space: PlanningSpace) -> None:
    book = planted_book()
    before = pm_cells(planted_space.grids())

    assert planted_space.save().success

    assert len(book.lines) == 60
    assert statuses(planted_space, book) == {(tab, row_num): status for tab, row_num, status in book.statuses()}
    assert pm_cells(planted_space.grids()) == before


def test_every_untouched_set_runs(planted_space: PlanningSpace) -> None:
    untouched = [*((PLAN, name) for name in (*VALID_SETS, "")), ("s5", ""), ("s6", "")]

    for scenario, constraint_set in untouched:
        assert planted_space.optimize(scenario, constraint_set).success, (scenario, constraint_set)

    runs = planted_space.rows("Runs")
    named = [(run["scenario_name"], run.get("constraint_set_name", "")) for run in runs]
    assert sorted(named) == sorted(untouched)
    assert {run["status"] for run in runs} == {"optimal"}


@pytest.mark.parametrize(
    ("constraint_set", "places"),
    [
        ("c01", ["Constraints!4 max_tokens"]),
        ("c21", ["Constraints!27 dimension_key", "Candidates!10 is_mandatory"]),
    ],
)
def test_a_broken_set_is_blocked_with_its_lines(
    planted_space: PlanningSpace, constraint_set: str, places: list[str]
) -> None:
    expected = [line for line in planted_book().lines if line.split(": ")[0] in places]
    assert len(expected) == len(places)
    before = len(planted_space.rows("Runs"))

    blocked = planted_space.optimize(PLAN, constraint_set)

    assert not blocked.success
    told = failure_text(blocked)
    assert [line for line in planted_book().lines if line in told] == expected
    assert len(planted_space.rows("Runs")) == before
