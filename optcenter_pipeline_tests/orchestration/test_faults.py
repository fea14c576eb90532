"""A request in Actions on a server that fails: from the sensor's tick through the real job to the answer."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from optcenter_pipeline_tests.support.fault_trials import FAULTS
from optcenter_pipeline_tests.support.ordered_server import OrderedServer
from optcenter_pipeline_tests.support.planning_space import PlanningSpace, failure_text
from optcenter_pipeline_tests.support.requests import RUN_ALL, Daemon, request_row
from optcenter_pipeline_tests.support.served_space import ServedSpaces
from optcenter_pipeline_tests.support.small_plan import CONSTRAINT_SET, SCENARIO

REQUEST = request_row("r-1", RUN_ALL, scenario_name=SCENARIO, constraint_set_name=CONSTRAINT_SET)


@pytest.fixture(scope="module")
def spaces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedSpaces]:
    home = tmp_path_factory.mktemp("served")
    with OrderedServer(home / "workbook.sqlite") as server:
        served = ServedSpaces(home, server)
        with served.settings():
            yield served


def ask(space: PlanningSpace) -> Daemon:
    space.type_rows("Actions", [REQUEST], first_row=2)
    return Daemon(space)


def column(rows: list[list[Any]], name: str) -> list[Any]:
    place = rows[0].index(name)
    return [row[place] if place < len(row) else "" for row in rows[1:]]


@dataclass(frozen=True)
class Undisturbed:
    """What a request leaves where nothing goes wrong."""

    sheet: dict[str, list[list[Any]]]
    requests: int
    writes_of_the_job: int


@pytest.fixture(scope="module")
def undisturbed(spaces: ServedSpaces) -> Undisturbed:
    space = spaces.space()
    daemon = ask(space)
    spaces.server.plan()
    (run,) = daemon.tick()
    before = spaces.server.received()["counts"]["write"]
    assert daemon.carry_out(run).success
    writes = spaces.server.received()["counts"]["write"] - before
    assert daemon.tick() == []
    sent = len(spaces.server.received()["requests"])
    sheet = spaces.sheet(space)
    assert column(sheet["Actions"], "status") == ["success"]
    assert [len(sheet[tab]) - 1 for tab in ("Runs", "Results")] == [1, 5]
    return Undisturbed(sheet, sent, writes)


@pytest.mark.parametrize("seed", range(4))
def test_a_request_is_carried_out_and_answered_once_whatever_passes(
    spaces: ServedSpaces, undisturbed: Undisturbed, seed: int
) -> None:
    chance = random.Random(seed)
    space = spaces.space()
    daemon = ask(space)
    names = chance.sample(list(FAULTS), 6)
    spaces.server.plan(*({**FAULTS[name], "skip": chance.randrange(undisturbed.requests)} for name in names))
    (run,) = daemon.tick()
    assert daemon.carry_out(run).success, names
    assert daemon.tick() == []
    assert spaces.sheet(space) == undisturbed.sheet, names
    assert space.query("select status, count(*) from optimization_runs group by status") == [("optimal", 1)]


@pytest.mark.parametrize("name", ["503", "drop after commit"])
@pytest.mark.parametrize("is_last", [False, True])
def test_what_a_failing_server_keeps_from_the_sheet_the_next_save_delivers(
    spaces: ServedSpaces, undisturbed: Undisturbed, name: str, is_last: bool
) -> None:
    space = spaces.space()
    daemon = ask(space)
    (run,) = daemon.tick()
    spaces.make_patient(space, 0.3)
    skip = undisturbed.writes_of_the_job - 1 if is_last else 0
    spaces.server.plan({**FAULTS[name], "kind": "write", "skip": skip, "times": None})
    result = daemon.carry_out(run)
    assert not result.success
    assert "trying again writes the same cells and is safe" in failure_text(result)
    assert ("The run is kept: the next save or run writes it" in failure_text(result)) is is_last
    spaces.settle()
    spaces.make_patient(space, 30)
    assert space.save().success
    assert daemon.tick() == []
    sheet = spaces.sheet(space)
    for tab in ("Initiatives", "Constraints", "Candidates", "Scenario_Config"):
        assert column(sheet[tab], "run_status") == column(undisturbed.sheet[tab], "run_status")
        assert all(column(sheet[tab], "updated_at"))
    runs = [run_id for (run_id,) in space.query("select run_id from optimization_runs")]
    assert len(sheet["Runs"]) - 1 == len(runs) == (1 if is_last else 0)
    assert sheet["Results"] == (undisturbed.sheet["Results"] if is_last else undisturbed.sheet["Results"][:1])
    ((status, message),) = zip(column(sheet["Actions"], "status"), column(sheet["Actions"], "message"), strict=True)
    assert status in ("success", "failed")
    assert message
