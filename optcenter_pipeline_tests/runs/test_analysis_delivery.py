"""Analyses in the sheet, through the local workbook's HTTP server."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from optcenter_pipeline.database.analyses import (
    analyses_of,
    fail_analysis,
    keep_analysis,
    start_analysis,
    want_analysis,
)
from optcenter_pipeline.database.connection import Database, open_database
from optcenter_pipeline.database.ledger import create_run
from optcenter_pipeline.runs.analysis_delivery import deliver_analyses
from optcenter_pipeline.runs.analysis_documents import Report
from optcenter_pipeline.runs.delivery import deliver_runs
from optcenter_pipeline.runs.execution import execute_run
from optcenter_pipeline.runs.workbook_access import open_workbook
from optcenter_pipeline.workbook.errors import WorkbookRefusedError
from optcenter_pipeline.workbook.tabs import ANALYSIS_TABS, EXPLANATIONS, RESULTS, TAB_BY_NAME
from optcenter_pipeline.workbook.template import init_workbook
from optcenter_pipeline.workbook.workbook import Workbook, whole_sheet
from optcenter_pipeline_tests.support import analysis_documents as documents
from optcenter_pipeline_tests.workbook.people import Person, WatchedWorkbook, cells_sent

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
SNAPSHOT: dict[str, Any] = {
    "schema_version": 1,
    "scenario": {"scenario_name": "plan", "capacity_total_tokens": 10, "source_row": "Scenario_Config!2"},
    "constraint_set": {"mandatory": [{"initiative_key": "A", "source_rows": ["Constraints!3"]}]},
    "candidates": [
        {"initiative_key": key, "title": f"title of {key}", "engineering_tokens": 5, "contributions": {"gmv": gmv}}
        for key, gmv in (("A", 2), ("B", 5), ("C", 4))
    ],
    "metrics": [{"kpi_key": "gmv", "kpi_level": "north_star"}],
}


def snapshot_of(scenario: str) -> str:
    """The snapshot, of a scenario of that name."""
    return json.dumps({**SNAPSHOT, "scenario": {**SNAPSHOT["scenario"], "scenario_name": scenario}})


ALL: dict[str, BaseModel] = {
    "explain": documents.explanation(),
    "frontier": documents.frontier(),
    "alternatives": documents.alternatives(),
    "robustness": documents.robustness(),
    "report": Report(path="reports/r.html", url="http://127.0.0.1:8000/reports/r.html"),
}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(f"sqlite:///{tmp_path / 'optcenter.db'}") as opened:
        yield opened


@pytest.fixture
def workbook(tmp_path: Path) -> Iterator[Workbook]:
    with open_workbook(f"local:{tmp_path / 'workbook.sqlite'}") as opened:
        init_workbook(opened)
        yield opened


def finished_run(database: Database) -> str:
    with database.session() as session:
        run_id = create_run(session, json.dumps(SNAPSHOT), now=NOW)
    execute_run(database, run_id, log=lambda _: None)
    return run_id


def kept(database: Database, run_id: str, kind: str, document: BaseModel) -> None:
    with database.session() as session:
        text = document.model_dump_json()
        want_analysis(session, run_id, kind, {"made_of": text}, now=NOW)
        assert start_analysis(session, run_id, kind, now=NOW)
        keep_analysis(session, run_id, kind, text, NOW)


def rows(workbook: Workbook, tab: str) -> list[dict[str, Any]]:
    header, *cells = workbook.batch_get([whole_sheet(tab)])[0].rows
    return [{str(n): c for n, c in zip(header, row, strict=False) if c != ""} for row in cells if any(row)]


def everything(workbook: Workbook) -> list[Any]:
    return [block.rows for block in workbook.batch_get([whole_sheet(name) for name in TAB_BY_NAME])]


def test_every_analysis_reaches_the_sheet_once_in_one_request_each(database: Database, workbook: Workbook) -> None:
    first, run_id = finished_run(database), finished_run(database)
    every = {**ALL, "comparison": documents.comparison(first, run_id)}
    for kind, document in every.items():
        kept(database, run_id, kind, document)
    assert deliver_analyses(database, workbook) == []  # the run itself is not in the sheet
    deliver_runs(database, workbook)
    writes = workbook.counts.writes
    delivered = deliver_analyses(database, workbook)
    assert [(d.run_id, d.kind) for d in delivered] == [(run_id, kind) for kind in every]
    assert workbook.counts.writes - writes == len(every)

    found = {tab.name: rows(workbook, tab.name) for tab in ANALYSIS_TABS}
    kinds = {row["kind"] for row in found["Explanations"]}
    assert kinds == {"plan", "candidate", "limit", "step", "binding", "alternative", "robustness"}
    candidate = next(row for row in found["Explanations"] if row.get("initiative_key") == "B")
    assert (candidate["title"], candidate["message"]) == ("title of B", "with B out the plan would lose 2 gmv")
    assert (candidate["run_status"], candidate["updated_source"]) == ("OK", f"explain {run_id}")
    assert [row["point"] for row in found["Frontier"]] == [0, 1, 2, 3]
    assert {(row["run_id"], row["other_run_id"]) for row in found["Comparison"]} == {(run_id, first)}
    results = {(row["run_id"], row["initiative_key"]): row for row in rows(workbook, "Results")}
    assert results[run_id, "B"]["reason"] == "with B out the plan would lose 2 gmv"
    assert results[first, "B"]["reason"] != results[run_id, "B"]["reason"]
    urls = {row["run_id"]: row.get("report_url") for row in rows(workbook, "Runs")}
    assert urls == {first: None, run_id: "http://127.0.0.1:8000/reports/r.html"}

    before, writes = everything(workbook), workbook.counts.writes
    assert deliver_analyses(database, workbook) == []
    assert deliver_runs(database, workbook) == []
    assert (everything(workbook), workbook.counts.writes) == (before, writes)


def test_the_same_document_made_again_writes_no_cell(database: Database, workbook: Workbook) -> None:
    run_id = finished_run(database)
    deliver_runs(database, workbook)
    for kind, document in ALL.items():
        kept(database, run_id, kind, document)
    deliver_analyses(database, workbook)
    before, writes = everything(workbook), workbook.counts.writes
    with database.session() as session:
        for kind, document in ALL.items():
            want_analysis(session, run_id, kind, {"time": "later"}, now=NOW)
            start_analysis(session, run_id, kind, now=NOW)
            keep_analysis(session, run_id, kind, document.model_dump_json(), NOW)
    again = deliver_analyses(database, workbook)
    assert [delivered.written for delivered in again] == [0] * len(ALL)
    assert (everything(workbook), workbook.counts.writes) == (before, writes)


def test_people_who_sort_and_take_notes_meanwhile_keep_what_is_theirs(
    database: Database, workbook: Workbook
) -> None:
    run_id = finished_run(database)
    deliver_runs(database, workbook)
    kept(database, run_id, "explain", documents.explanation())
    deliver_analyses(database, workbook)
    person = Person(workbook, EXPLANATIONS)
    person.type_named(2, "notes", "ask Ann")
    noted = person.look().named(2, "message")
    kept(database, run_id, "explain", documents.explanation(reason="another reason", with_c=False))
    watched = WatchedWorkbook(workbook)
    watched.before_writes.append(lambda: person.sort("line", descending=True))
    watched.after_writes.append(lambda: Person(workbook, RESULTS).sort("initiative_key", descending=True))
    assert [d.kind for d in deliver_analyses(database, watched)] == ["explain"]
    notes = person.look().layout.positions["notes"]
    sent = [place for requests in watched.sent for place in cells_sent(requests) if place[0] == person.sheet_id]
    assert sent
    assert not any(column == notes for _, _, column in sent)
    lines = {(row["kind"], row["line"]): row for row in rows(workbook, "Explanations")}
    assert [row["message"] for row in lines.values() if "notes" in row] == [noted]
    assert lines["candidate", 2]["message"] == "another reason"
    gone = lines["candidate", 3]
    assert {name: gone.get(name) for name in ("message", "initiative_key", "verdict", "objective")} == {
        "message": "no longer part of the analysis",
        "initiative_key": None,
        "verdict": None,
        "objective": None,
    }
    reasons = {row["initiative_key"]: row["reason"] for row in rows(workbook, "Results")}
    assert reasons["B"] == "another reason"


def test_another_series_of_the_frontier_stands_beside_the_first(database: Database, workbook: Workbook) -> None:
    run_id = finished_run(database)
    deliver_runs(database, workbook)
    for document in (
        documents.frontier(),
        documents.frontier(x_name="nps", points=2),
        documents.frontier(points=2),
    ):
        kept(database, run_id, "frontier", document)
        deliver_analyses(database, workbook)
    points = [(row["series"], row["point"], row.get("x")) for row in rows(workbook, "Frontier")]
    assert points == [
        ("capacity", 0, None),
        ("capacity", 1, 0),
        ("capacity", 2, 5),
        ("capacity", 3, None),
        ("nps", 0, None),
        ("nps", 1, 0),
        ("nps", 2, 5),
    ]


def test_a_workbook_without_the_tab_says_what_to_do_and_gets_it_later(
    database: Database, workbook: Workbook
) -> None:
    run_id = finished_run(database)
    deliver_runs(database, workbook)
    for kind in ("frontier", "robustness"):
        kept(database, run_id, kind, ALL[kind])
    sheet = next(sheet for sheet in workbook.sheets() if sheet.title == "Frontier")
    workbook.structural_update([{"deleteSheet": {"sheetId": sheet.sheet_id}}], idempotent=True)
    with pytest.raises(
        WorkbookRefusedError, match=r"Frontier: the workbook has no such tab.*workbook init"
    ) as raised:
        deliver_analyses(database, workbook)
    assert f"frontier of run {run_id}" in str(raised.value)
    assert "robustness" not in str(raised.value)
    with database.reading() as session:
        delivered = {record.kind: record.delivered_at is not None for record in analyses_of(session, run_id)}
    assert delivered == {"frontier": False, "robustness": True}
    assert init_workbook(workbook).created_tabs == ("Frontier",)
    assert [found.kind for found in deliver_analyses(database, workbook)] == ["frontier"]
    assert len(rows(workbook, "Frontier")) == 4


def test_what_people_typed_is_never_evaluated(database: Database, workbook: Workbook) -> None:
    run_id = finished_run(database)
    deliver_runs(database, workbook)
    typed = '=IMPORTXML("http://a.example","//a")'
    kept(database, run_id, "explain", documents.explanation(reason=typed))
    kept(database, run_id, "frontier", documents.frontier(x_name="=1+1"))
    deliver_analyses(database, workbook)
    shown = [block.rows for block in workbook.batch_get(["Explanations", "Frontier", "Results"], render="FORMULA")]
    assert typed in {cell for row in shown[0] for cell in row}
    assert "=1+1" in {cell for row in shown[1] for cell in row}
    assert typed in {cell for row in shown[2] for cell in row}
    assert [block.rows for block in workbook.batch_get(["Explanations", "Frontier", "Results"])] == shown


def test_a_document_of_another_release_is_told_and_does_not_hold_up_the_others(
    database: Database, workbook: Workbook
) -> None:
    run_id = finished_run(database)
    deliver_runs(database, workbook)
    kept(database, run_id, "frontier", Report(path="x", url="y"))
    kept(database, run_id, "robustness", documents.robustness())
    with pytest.raises(WorkbookRefusedError, match="of another release"):
        deliver_analyses(database, workbook)
    assert rows(workbook, "Explanations")


def failed(database: Database, run_id: str, kind: str, text: str) -> None:
    with database.session() as session:
        want_analysis(session, run_id, kind, {"points": 20}, now=NOW, failed=True, done=True)
        assert start_analysis(session, run_id, kind, now=NOW)
        assert fail_analysis(session, run_id, kind, text, now=NOW)


def alerts(workbook: Workbook) -> dict[int, dict[str, Any]]:
    return {int(row["line"]): row for row in rows(workbook, "Gaps_Alerts")}


def test_an_analysis_that_failed_is_an_alert_of_its_run_until_it_has_been_made(
    database: Database, workbook: Workbook
) -> None:
    run_id = finished_run(database)
    deliver_runs(database, workbook)
    own = alerts(workbook)
    kept(database, run_id, "robustness", documents.robustness())
    failed(database, run_id, "frontier", "SolverError: no answer\u0000")
    assert [found.kind for found in deliver_analyses(database, workbook)] == ["robustness", "frontier"]
    assert rows(workbook, "Frontier") == []
    told = {line: row for line, row in alerts(workbook).items() if line not in own}
    ((line, alert),) = told.items()
    assert (alert["run_id"], alert["kind"], alert["severity"]) == (run_id, "alert", "WARN")
    assert alert["message"].startswith("The analysis frontier(points=20) failed: SolverError: no answer")
    assert f"optcenter analyse {run_id} --analyses 'frontier(points=20)' makes it again" in alert["recommendation"]

    # told once; another failure in the same row; what an earlier attempt found stays
    writes = workbook.counts.writes
    assert deliver_analyses(database, workbook) == []
    failed(database, run_id, "frontier", "=1+1")
    deliver_analyses(database, workbook)
    assert alerts(workbook)[line]["message"] == "The analysis frontier(points=20) failed: =1+1"
    assert workbook.counts.writes == writes + 1

    kept(database, run_id, "frontier", documents.frontier())
    deliver_analyses(database, workbook)
    assert rows(workbook, "Frontier")
    over = alerts(workbook)
    assert {number: row for number, row in over.items() if number != line} == own
    assert over[line]["message"] == "The analysis frontier had failed; it has been made since"
    assert not {"severity", "recommendation", "kind"} & set(over[line])
    writes = workbook.counts.writes
    kept(database, run_id, "frontier", documents.frontier(points=2))
    failed(database, run_id, "frontier", "again")
    deliver_analyses(database, workbook)
    assert len(rows(workbook, "Frontier")) == 4  # 3 points and the line in short, one of them withdrawn
    assert not any("points=20" in str(row.get("message")) for row in rows(workbook, "Frontier"))
    assert alerts(workbook)[line]["severity"] == "WARN"
