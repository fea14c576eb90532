"""The command line on a server that keeps failing: one line, exit code 4, and nothing lost."""

from collections.abc import Iterator
from typing import Any

import pytest

from optcenter_pipeline.cli.main import run
from optcenter_pipeline_tests.support.ordered_server import OrderedServer
from optcenter_pipeline_tests.support.planning_space import PlanningSpace
from optcenter_pipeline_tests.support.served_space import ServedSpaces
from optcenter_pipeline_tests.support.small_plan import CONSTRAINT_SET, SCENARIO

Sheet = dict[str, list[list[Any]]]


@pytest.fixture(scope="module")
def spaces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedSpaces]:
    home = tmp_path_factory.mktemp("served")
    with OrderedServer(home / "workbook.sqlite") as server:
        yield ServedSpaces(home, server)


@pytest.fixture
def space(spaces: ServedSpaces) -> Iterator[PlanningSpace]:
    """A space that the settings name, and a client that gives up soon."""
    space = spaces.space()
    with spaces.settings() as patch:
        patch.setenv("OPTCENTER_HOME", str(space.home))
        patch.setenv("OPTCENTER_WORKBOOK", str(space.workbook.location))
        patch.setenv("OPTCENTER_WORKBOOK_DEADLINE", "3")
        patch.setenv("COLUMNS", "300")
        yield space


FAILURES = [
    ({"status": 429, "kind": "read"}, "Reading from", "too many requests", "Wait a minute"),
    ({"drop": True, "kind": "write"}, "Writing to", "the connection broke off", "the next save writes its status"),
]


@pytest.mark.parametrize(("fault", "tried", "last", "advice"), FAILURES)
def test_a_save_ends_with_code_4_and_one_clear_line(
    spaces: ServedSpaces,
    space: PlanningSpace,
    capsys: pytest.CaptureFixture[str],
    fault: dict[str, Any],
    tried: str,
    last: str,
    advice: str,
) -> None:
    spaces.server.plan({**fault, "times": None})
    assert run(["save"]) == 4
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith(f"optcenter: {tried} the workbook at {spaces.server.server.root_url} failed")
    assert "attempt" in line
    assert last in line
    assert advice in line
    spaces.settle()
    assert run(["save"]) == 1, "one row of the plan is wrong"
    sheet = spaces.sheet(space)
    assert all(row[-3:] == ["OK", row[-2], "some"] for row in sheet["Initiatives"][1:])


def test_a_run_whose_outputs_are_refused_for_long_is_delivered_by_the_next_save(
    spaces: ServedSpaces, space: PlanningSpace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["save"]) == 1
    spaces.server.plan({"status": 503, "after_commit": True, "kind": "write", "times": None})
    capsys.readouterr()
    assert run(["optimize", SCENARIO, CONSTRAINT_SET]) == 4
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "It may have arrived or not; trying again writes the same cells and is safe." in line
    assert line.endswith("The run is kept: the next save or run writes it to the sheet.")
    assert space.query("select status from optimization_runs") == [("optimal",)]
    spaces.settle()
    assert run(["save"]) == 1
    sheet = spaces.sheet(space)
    assert [len(sheet[tab]) - 1 for tab in ("Runs", "Results")] == [1, 5]
    assert space.query("select count(*) from deliveries") == [(1,)]
