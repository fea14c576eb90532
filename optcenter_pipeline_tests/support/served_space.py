"""Planning spaces whose workbook is at a server that fails on demand, spoken to as to Google."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from optcenter_pipeline.definitions import build_defs
from optcenter_pipeline.stages.resources import WorkbookResource
from optcenter_pipeline.workbook.connection import connect
from optcenter_pipeline.workbook.workbook import Workbook
from optcenter_pipeline_tests.support.ordered_server import OrderedServer
from optcenter_pipeline_tests.support.planning_space import PlanningSpace
from optcenter_pipeline_tests.support.small_plan import fill, settled


class ServedSpaces:
    """A server with a small sound plan, and planning spaces on copies of it.

    Args:
        home: a folder of its own.
        server: with its admin endpoint.
    """

    def __init__(self, home: Path, server: OrderedServer) -> None:
        self.server = server
        self.home = home
        self.account = server.account_file(home / "account.json")
        self._spaces = 0
        running = server.server
        account = running.service_account_info()
        self._person = connect(running.spreadsheet_id, account, api_root=running.root_url, trust_environment=False)
        fill(self._person)

    @contextmanager
    def settings(self) -> Iterator[pytest.MonkeyPatch]:
        """The environment of a pipeline that has this server for Google."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("OPTCENTER_GOOGLE_API_ROOT", self.server.server.root_url)
            patch.setenv("OPTCENTER_GOOGLE_CREDENTIALS", str(self.account))
            patch.setenv("NO_PROXY", "127.0.0.1")
            yield patch

    def space(self) -> PlanningSpace:
        """A planning space of its own, where nothing goes wrong yet."""
        self._spaces += 1
        home = self.home / f"space-{self._spaces}"
        home.mkdir()
        url = f"https://www.googleapis.com/drive/v3/files/{self._person.spreadsheet_id}/copy"
        copy = self._person.http.request("POST", url, json={"name": home.name}).json()["id"]
        space = PlanningSpace(home)
        self.make_patient(space, 30, location=f"gsheets:{copy}")
        self.server.plan()
        return space

    def make_patient(self, space: PlanningSpace, deadline: float, location: str | None = None) -> None:
        """Let the space's client try each of its calls for so many seconds."""
        space.workbook = WorkbookResource(
            location=location or space.workbook.location,
            deadline_seconds=deadline,
            answer_seconds=0.5,
            first_wait_seconds=0.002,
        )
        space.defs = build_defs(workbook=space.workbook, database=space.database)

    def settle(self) -> None:
        """Let no fault befall anybody any more, and wait until every request that is under way has ended."""
        self.server.order("DELETE", "faults")
        while not all(request["has_ended"] for request in self.server.received()["requests"]):
            time.sleep(0.05)

    def sheet(self, space: PlanningSpace) -> dict[str, list[list[Any]]]:
        """Every tab's cells, without what differs from run to run."""
        self.settle()
        ids = [run_id for (run_id,) in space.query("select run_id from optimization_runs")]
        ids += [run.run_id for run in space.instance.get_runs()]
        book = Workbook(self._person.http, str(space.workbook.location).removeprefix("gsheets:"))
        titles = [sheet.title for sheet in book.sheets()]
        blocks = book.batch_get([f"'{title}'" for title in titles])
        return {title: settled(block.rows, ids) for title, block in zip(titles, blocks, strict=True)}
