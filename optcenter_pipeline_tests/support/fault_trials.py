"""A save and a run on a workbook whose server fails: the same steps as the stages take, and what they must leave.

A trial starts where the fault does, so that thousands of them take minutes: from a workbook that was never saved,
from one that was read but shows no status yet, or from one whose run waits for delivery.
"""

import datetime as dt
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from optcenter_pipeline.database.connection import Database, open_database
from optcenter_pipeline.database.inputs import load_run_inputs
from optcenter_pipeline.database.ledger import create_run
from optcenter_pipeline.database.save_scope import WHOLE_WORKBOOK
from optcenter_pipeline.database.workers import this_worker
from optcenter_pipeline.engine.snapshot import Snapshot, SolverOptions
from optcenter_pipeline.rows.raw import RawWorkbook
from optcenter_pipeline.runs.delivery import deliver_runs, deliver_statuses, undelivered_lines
from optcenter_pipeline.runs.execution import execute_run
from optcenter_pipeline.runs.inputs import snapshot_of
from optcenter_pipeline.runs.saving import keep_reading, save
from optcenter_pipeline.workbook.attempts import forget_token
from optcenter_pipeline.workbook.connection import connect
from optcenter_pipeline.workbook.reading import read_tabs
from optcenter_pipeline.workbook.retries import RetryPolicy
from optcenter_pipeline.workbook.tabs import INPUT_TABS
from optcenter_pipeline.workbook.workbook import Workbook, whole_sheet
from optcenter_pipeline_tests.support.ordered_server import FaultOrder, OrderedServer
from optcenter_pipeline_tests.support.small_plan import CONSTRAINT_SET, SCENARIO, fill, settled

QUICK = RetryPolicy(deadline=30, first_wait=0.002, longest_wait=0.02, read_timeout=0.5)
"""Patient enough for any fault that passes, with waits that a test can bear."""

LATE_SECONDS = 0.6
"""Later than the client waits for an answer: the request arrives again, and is carried out twice."""

FAULTS: Mapping[str, FaultOrder] = {
    **{f"{status}": {"status": status} for status in (429, 500, 503)},
    **{f"{status} after commit": {"status": status, "after_commit": True} for status in (429, 500, 503)},
    "drop": {"drop": True},
    "drop after commit": {"drop": True, "after_commit": True},
    "delay": {"delay_seconds": 0.02},
    "late": {"delay_seconds": LATE_SECONDS},
    "expired token": {"expire_tokens": True},
}
"""Every way in which one request goes wrong, by name."""


class Stage(IntEnum):
    """What speaks with the workbook, each with a connection and a token of its own."""

    READING = 0
    STATUSES = 1
    OUTPUTS = 2


@dataclass(frozen=True)
class _Start:
    """Where trials begin: copies of these."""

    spreadsheet_id: str
    database: Path


class FaultTrials:
    """One server with a small sound plan, and as many trials on copies of it as are wanted.

    Args:
        home: a folder of its own.
        server: with its admin endpoint.
    """

    def __init__(self, home: Path, server: OrderedServer) -> None:
        self.server = server
        self._home = home
        self._trials = 0
        # a person and the system, who hold tokens of their own
        self.person, self._system = (
            connect(
                server.server.spreadsheet_id,
                server.server.service_account_info(),
                api_root=server.server.root_url,
                policy=RetryPolicy(),
                trust_environment=False,
            )
            for _ in range(2)
        )
        fill(self.person)
        self._starts: dict[Stage, _Start] = {}
        self.expected: dict[Stage, Any] = {}
        """By stage: what the sheet and the database hold once it has gone well."""
        self.requests: dict[Stage, list[str]] = {}
        """By stage: the requests that it sends where nothing goes wrong."""
        self._take_starts()

    def _take_starts(self) -> None:
        """Go through it once without a fault, and keep what stands before and after each stage."""
        database = self._home / "0.db"
        with open_database(f"sqlite:///{database}"):
            pass
        self._starts[Stage.READING] = _Start(self.person.spreadsheet_id, database)
        for stage in Stage:
            with self.trial(stage) as trial:
                trial.go_through(stage, stage)
                received = self.server.received()["requests"]
                self.requests[stage] = [f"{r['method']} {r['path'].rpartition('/')[2]}" for r in received]
                self.expected[stage] = trial.outcome()
                if stage < Stage.OUTPUTS:
                    if stage is Stage.STATUSES:
                        trial.run()
                    kept = self._home / f"{stage + 1}.db"
                    _copy_database(trial.database_file, kept)
                    self._starts[Stage(stage + 1)] = _Start(self._copy(trial.book.spreadsheet_id), kept)

    @contextmanager
    def trial(self, start: Stage, *faults: FaultOrder, policy: RetryPolicy = QUICK) -> Iterator["Trial"]:
        """A trial from the beginning of a stage on, with a plan of faults."""
        self._trials += 1
        file = self._home / f"trial-{self._trials}.db"
        _copy_database(self._starts[start].database, file)
        spreadsheet_id = self._copy(self._starts[start].spreadsheet_id)
        self.server.plan(*faults)
        with open_database(f"sqlite:///{file}") as database:
            book = Workbook(self._system.http, spreadsheet_id)
            book.http.policy = policy
            yield Trial(self, book, database, file)
        self.server.plan()
        self._drive("DELETE", spreadsheet_id)
        for left in self._home.glob(f"{file.name}*"):
            left.unlink()

    def grids(self, spreadsheet_id: str) -> dict[str, list[list[Any]]]:
        """Every cell of a workbook, by a person who is not troubled by faults."""
        book = Workbook(self.person.http, spreadsheet_id)
        titles = [sheet.title for sheet in book.sheets()]
        blocks = book.batch_get([whole_sheet(title) for title in titles])
        return dict(zip(titles, (block.rows for block in blocks), strict=True))

    def settle(self) -> None:
        """Let no fault befall anybody any more, and wait until every request that is under way has ended."""
        self.server.order("DELETE", "faults")
        while not all(request["has_ended"] for request in self.server.received()["requests"]):
            time.sleep(0.05)

    def _copy(self, spreadsheet_id: str) -> str:
        return str(self._drive("POST", f"{spreadsheet_id}/copy", {"name": "trial"})["id"])

    def _drive(self, method: str, path: str, body: Any = None) -> Any:
        url = f"https://www.googleapis.com/drive/v3/files/{path}"
        answer = self.person.http.request(method, url, json=body)
        return answer.json() if answer.content else None


class Trial:
    """One workbook and one database of their own."""

    def __init__(self, trials: FaultTrials, book: Workbook, database: Database, database_file: Path) -> None:
        self.book = book
        self.database_file = database_file
        self._trials = trials
        self._database = database

    def go_through(self, first: Stage, last: Stage) -> None:
        """Do what these stages do, each with a token of its own; the run is solved before its outputs.

        Raises:
            WorkbookError: the server failed for longer than the client is patient.
        """
        for stage in Stage:
            if not first <= stage <= last:
                continue
            forget_token(self.book.http.session)
            if stage is Stage.READING:
                self.read()
            elif stage is Stage.STATUSES:
                self.show_statuses()
            else:
                if first < Stage.OUTPUTS:
                    self.run()
                deliver_runs(self._database, self.book)

    def read(self) -> None:
        """As the stages from raw_tabs to tables."""
        began = dt.datetime.now(dt.UTC)
        tabs = read_tabs(self.book, INPUT_TABS)
        keep_reading(self._database, RawWorkbook(tabs=tabs), began=began)
        save(self._database, scope=WHOLE_WORKBOOK, source="pm.save_selected trial")

    def show_statuses(self) -> None:
        """As the stage row_statuses."""
        report = deliver_statuses(self._database, self.book)
        assert undelivered_lines(report) == []
        deliver_runs(self._database, self.book)

    def run(self) -> None:
        """As the stages run_snapshot and solve."""
        with self._database.session() as session:
            inputs = load_run_inputs(session, SCENARIO, CONSTRAINT_SET)
            scope = {"scope_type": "all", "initiative_keys": None}
            snapshot = Snapshot.model_validate(snapshot_of(inputs, scope=scope, solver=SolverOptions()))
            run_id = create_run(
                session,
                snapshot.model_dump_json(),
                now=dt.datetime.now(dt.UTC),
                requested_by="trial",
                dagster_run_id="trial",
                worker=this_worker(),
            )
        execute_run(self._database, run_id, log=lambda _: None)

    def has_run(self) -> bool:
        """Whether the database knows of a run."""
        return bool(self._counts()["optimization_runs"])

    def save_again(self) -> None:
        """What a person does after an error: save; and run, if it has not come to that."""
        self._trials.settle()
        self.book.http.policy = QUICK
        self.go_through(Stage.READING, Stage.STATUSES)

    def outcome(self) -> dict[str, Any]:
        """What stands in the sheet and in the database, without what differs from run to run."""
        self._trials.settle()
        grids = self._trials.grids(self.book.spreadsheet_id)
        with closing(sqlite3.connect(self.database_file)) as connection:
            run_ids = [run_id for (run_id,) in connection.execute("select run_id from optimization_runs")]
        return {"sheet": {tab: settled(rows, run_ids) for tab, rows in grids.items()}, "rows": self._counts()}

    def _counts(self) -> dict[str, int]:
        tables = ("optimization_runs", "portfolios", "portfolio_items", "deliveries", "candidates", "leases")
        with closing(sqlite3.connect(self.database_file)) as connection:
            return {
                table: connection.execute(f"select count(*) from {table}").fetchone()[0]  # a constant
                for table in tables
            }


def _copy_database(source: Path, copy: Path) -> None:
    """A SQLite file with what still stands in its write-ahead log."""
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(copy)) as made:
        original.backup(made)
