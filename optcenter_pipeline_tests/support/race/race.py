"""A save or run at a time, with a second client at work all the while, and what is then wrong in the workbook."""

import datetime as dt
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.ledger import create_run
from optcenter_pipeline.database.run_records import get_run
from optcenter_pipeline.database.save_scope import WHOLE_WORKBOOK
from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline.rows.raw import RawWorkbook
from optcenter_pipeline.runs.delivery import deliver_runs, deliver_statuses, run_rows
from optcenter_pipeline.runs.execution import execute_run
from optcenter_pipeline.runs.saving import keep_reading, save
from optcenter_pipeline.workbook.action_answers import AnswerPlan
from optcenter_pipeline.workbook.connection import connect
from optcenter_pipeline.workbook.reading import read_tabs
from optcenter_pipeline.workbook.tabs import ACTIONS, INPUT_TABS, OUTPUT_TABS
from optcenter_pipeline.workbook.workbook import Workbook
from optcenter_pipeline.workbook.write_back import write_statuses
from optcenter_pipeline_tests.support.planning_space import PlanningSpace, failure_text, materialized
from optcenter_pipeline_tests.support.race.book import SNAPSHOT
from optcenter_pipeline_tests.support.race.second_client import SecondClient
from optcenter_pipeline_tests.support.race.verdict import Findings, Verdict

RACED_INPUTS = ("Candidates", "Targets", "Constraints", "Initiatives", "KPI_Contributions")
_MOST_DEEDS = 3
_LONGEST_PAUSE = 0.1
_LONGEST_DELAY = 0.02
_HURRIED = 0.6
"""How often a write waits until the second client has done one more deed."""


class Requests(HTTPAdapter):
    """The system's way to the server: notes when each request began and ended, and lets something happen before.

    Args:
        before: called before a request with whether it writes.
    """

    def __init__(self, before: Callable[[bool], None]) -> None:
        super().__init__()
        self.before = before
        self.times: list[tuple[float, float, bool]] = []
        """(began, ended, whether it wrote), in order; what happens before is no part of it."""

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        """Send one request."""
        writes = request.method not in ("GET", "HEAD")
        self.before(writes)
        began = time.monotonic()
        answer = super().send(request, *arguments, **options)
        self.times.append((began, time.monotonic(), writes))
        return answer

    def gaps(self) -> list[tuple[float, float]]:
        """From the end of each look to the end of the write that followed it."""
        pairs = zip(self.times, self.times[1:], strict=False)
        return [(look[1], write[1]) for look, write in pairs if write[2] and not look[2]]


@dataclass(frozen=True)
class Writer:
    """How statuses, outputs and answers get into the sheet: ours, or a naive one to compare with."""

    statuses: Callable[[Database, Workbook], Any]
    runs: Callable[[Database, Workbook], list[str]]
    answers: Callable[[Workbook, Mapping[str, list[dict[str, Any]]]], Any]


def our_statuses(database: Database, workbook: Workbook) -> Any:
    """As the stage row_statuses does."""
    return deliver_statuses(database, workbook)


def our_answers(workbook: Workbook, rows: Mapping[str, list[dict[str, Any]]]) -> None:
    """As a delivery answers the requests that stand there."""
    told = {
        row["request_id"]: {name: cell for name, cell in row.items() if name != "request_id"}
        for row in rows["Actions"]
    }
    plan = AnswerPlan(ACTIONS, lambda ids: {key: told[key] for key in ids if key in told})
    write_statuses(workbook, [], answers=plan)


OURS = Writer(our_statuses, deliver_runs, our_answers)


class Race:
    """One workbook, one database, and two clients.

    Args:
        database: empty.
        home: a folder with `workbook.sqlite` as `book.fill` leaves it.
        seed: the same seed lets both clients choose the same deeds and delays.
        writer: how the system writes.
        moves_columns: whether the second client also adds and removes columns of its own.
    """

    def __init__(
        self,
        database: Database,
        home: Path,
        *,
        seed: int = 1,
        writer: Writer = OURS,
        moves_columns: bool = False,
    ) -> None:
        self.database = database
        self.server = LocalWorkbookServer(home / "workbook.sqlite")
        self.chance = random.Random(seed)
        self.writer = writer
        self.moves_columns = moves_columns
        self.findings = Findings()
        self._dice = random.Random(seed + 1)
        self._is_quiet = True

    def __enter__(self) -> "Race":
        self.server.start()
        self.workbook, self.second = self._connected(), self._connected()
        self.requests = Requests(self._before_request)
        tabs = [*INPUT_TABS, ACTIONS, *OUTPUT_TABS]
        chance = random.Random(self.chance.random())
        self.client = SecondClient(self.second, tabs, chance, moves_columns=self.moves_columns)
        self.verdict = Verdict(self.database, self.workbook, self.client, self.findings)
        self._save("before the race", quiet=True)
        self.verdict.after_quiet_save("before the race")
        self.workbook.http.session.mount(self.server.root_url, self.requests)
        return self

    def __exit__(self, *error: object) -> None:
        self.server.stop()

    def _connected(self) -> Workbook:
        account = self.server.service_account_info()
        root = self.server.root_url
        return connect(self.server.spreadsheet_id, account, api_root=root, trust_environment=False)

    def _before_request(self, writes: bool) -> None:
        """Be slow, as a network is; often just so slow that somebody gets in before the write."""
        if self._is_quiet:
            return
        if writes and self._dice.random() < _HURRIED:
            self.client.hurry()
        else:
            time.sleep(self._dice.uniform(0, _LONGEST_DELAY))

    def trial(self, number: int) -> None:
        """A save, every second time with a run and answers, while the second client works; then a quiet save."""
        name = f"trial {number}"
        with_run = number % 2 == 1
        with self._second_client_at_work(with_run):
            self._save(name)
            last_look = self.requests.times[-1][0]
            if with_run:
                self._run(name)
        gaps = self.requests.gaps()
        hits = sum(any(began < end <= ended for began, ended in gaps) for _, end, _ in self.client.log)
        self.findings.deeds_between_look_and_write += hits
        self.findings.trials_hit += hits > 0
        self._settle(name, number, last_look)

    def job_trial(self, number: int, space: PlanningSpace) -> None:
        """The same with the real jobs: save_job, or optimize_job for the Candidates' own rules."""
        name = f"job {number}"
        with_run = number % 2 == 1
        with self._second_client_at_work(with_run):
            began = time.monotonic()
            result = space.optimize("race") if with_run else space.save()
            if with_run and result.success:
                with self.database.reading() as session:
                    record = get_run(session, materialized(result, "solve")["run_id"])
                self.verdict.expect_run(run_rows(record))
                self.verdict.run_delivered_at = time.monotonic()
        if not result.success:
            self.findings.not_settled.append(f"{name}: {failure_text(result)}")
        self.verdict.remember_promises()
        self.findings.jobs += 1
        self._settle(name, number, began)

    @contextmanager
    def _second_client_at_work(self, with_run: bool) -> Iterator[None]:
        self.client.retype(self.chance.randint(1, 5))
        self.requests.times.clear()
        self.client.log.clear()
        names = [*RACED_INPUTS, *((*(tab.name for tab in OUTPUT_TABS), "Actions") if with_run else ())]
        raced = self.chance.sample(names, 3)
        done = threading.Event()
        work = (raced, self.chance.randint(0, _MOST_DEEDS), _LONGEST_PAUSE, done)
        thread = threading.Thread(target=self.client.work, args=work, daemon=True)
        self._is_quiet = False
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            self._is_quiet = True

    def _settle(self, name: str, number: int, last_look: float) -> None:
        """What is wrong now, and after a save that nobody interferes with."""
        self.findings.trials += 1
        self.verdict.after_race(name, last_look)
        self._save(f"{name}, quiet", quiet=True)
        answers = [{"request_id": key, "message": text} for key, text in self.verdict.answers.items()]
        our_answers(self.workbook, {"Actions": answers})
        self.verdict.after_quiet_save(name)
        if number % 20 == 19:
            self._tidy()

    def _save(self, source: str, *, quiet: bool = False) -> None:
        began = dt.datetime.now(dt.UTC)
        reading = RawWorkbook(tabs=read_tabs(self.workbook, INPUT_TABS))
        keep_reading(self.database, reading, began=began)
        save(self.database, scope=WHOLE_WORKBOOK, source=source)
        self.verdict.remember_promises()
        (our_statuses if quiet else self.writer.statuses)(self.database, self.workbook)

    def _run(self, name: str) -> None:
        """A run of the fixed snapshot, its outputs, and an answer to every request."""
        with self.database.session() as session:
            run_id = create_run(session, json.dumps(SNAPSHOT), now=dt.datetime.now(dt.UTC))
        execute_run(self.database, run_id, log=lambda text: None)
        with self.database.reading() as session:
            self.verdict.expect_run(run_rows(get_run(session, run_id)))
        self.writer.runs(self.database, self.workbook)
        self.verdict.run_delivered_at = time.monotonic()
        ids = self.verdict.requests_in_sheet()
        answers = [{"request_id": key, "status": "success", "message": f"{key} in {name}"} for key in ids]
        self.verdict.expect_answers({key: f"{key} in {name}" for key in ids})
        if answers:
            self.writer.answers(self.workbook, {"Actions": answers})

    def _tidy(self) -> None:
        """Take old runs away, as a person would from time to time; nobody else is at work now."""
        for sheet in self.client.sheets.values():
            if sheet.is_output:
                self.client.empty(sheet)
        self.verdict.forget_runs()
