"""`report`: a run of the ledger as a file."""

import datetime as dt
import json
from pathlib import Path

import pytest

from optcenter_pipeline.database.approvals import approve_run
from optcenter_pipeline.database.ledger import create_run, fail_run, start_run
from optcenter_pipeline.database.run_records import get_run
from optcenter_pipeline_tests.cli.conftest import Optcenter
from optcenter_pipeline_tests.support.planning_space import PlanningSpace, materialized

_NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def run_id(first_run: str) -> str:
    """A run of the sample that found a portfolio."""
    return first_run


def test_a_report_lies_in_the_folder_of_reports_or_where_it_is_asked_for(
    optcenter: Optcenter, sample_space: PlanningSpace, run_id: str, tmp_path: Path
) -> None:
    ran = optcenter("report", run_id)
    path = sample_space.home / "reports" / f"{run_id}.html"
    assert (ran.code, ran.out) == (0, f"Report of run {run_id}: {path}\n")
    assert "Search that understands intent" in path.read_text(encoding="utf-8")
    elsewhere = tmp_path / "for the board.html"
    ran = optcenter("report", run_id, "-o", str(elsewhere), "--json")
    assert (ran.code, ran.document) == (0, {"report": str(elsewhere)})
    assert elsewhere.read_bytes() == path.read_bytes()


def test_the_folder_is_a_setting(
    optcenter: Optcenter, run_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPTCENTER_REPORTS", str(tmp_path / "kept"))
    assert optcenter("report", run_id, "--json").document == {"report": str(tmp_path / "kept" / f"{run_id}.html")}


def test_an_older_report_gives_way_to_what_to_do_and_comes_back_when_it_is_asked_for(
    optcenter: Optcenter, sample_space: PlanningSpace, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPTCENTER_REPORTS_KEPT", "1")
    with sample_space.database.open() as database, database.session() as session:
        again = create_run(session, get_run(session, run_id).inputs_snapshot_json, now=_NOW)
        fail_run(session, again, "of no interest", now=_NOW)
    older, newer = (sample_space.home / "reports" / f"{run}.html" for run in (run_id, again))
    optcenter("report", run_id)
    ran = optcenter("report", again)
    assert f"The report of run {run_id} was put away (OPTCENTER_REPORTS_KEPT=1)" in ran.out
    assert f"optcenter report {run_id}" in older.read_text(encoding="utf-8")
    assert older.stat().st_size < 2000 < newer.stat().st_size
    optcenter("report", run_id)
    assert newer.stat().st_size < 2000 < older.stat().st_size


def test_who_approved_the_run_stands_in_its_report(
    optcenter: Optcenter, sample_space: PlanningSpace, run_id: str
) -> None:
    with sample_space.database.open() as database, database.session() as session:
        approve_run(session, run_id, approved_by="<b>Bob</b>", now=_NOW)
    path = Path(optcenter("report", run_id, "--json").document["report"])
    assert "by &lt;b&gt;Bob&lt;/b&gt;, 2026-11-24 09:00 UTC" in path.read_text(encoding="utf-8")


def test_an_infeasible_runs_report_begins_with_its_conflict(
    optcenter: Optcenter, sample_space: PlanningSpace
) -> None:
    run_id = materialized(sample_space.optimize("Q1 2027 growth", "all promises"), "solve")["run_id"]
    text = Path(optcenter("report", run_id, "--json").document["report"]).read_text(encoding="utf-8")
    assert text.index('id="conflict"') < text.index('id="summary"')


def test_a_run_that_is_not_there_or_has_not_ended_has_no_report(
    optcenter: Optcenter, sample_space: PlanningSpace, run_id: str
) -> None:
    ran = optcenter("report", "20261123T054200-ffffff")
    assert (ran.code, ran.err) == (1, "there is no run 20261123T054200-ffffff; `optcenter runs` lists them\n")
    with sample_space.database.open() as database, database.session() as session:
        ((snapshot,),) = sample_space.query(
            "select inputs_snapshot_json from optimization_runs where run_id = ?", run_id
        )
        assert json.loads(snapshot)["schema_version"] == 1
        running = create_run(session, snapshot, now=dt.datetime.now(dt.UTC))
        start_run(session, running, now=dt.datetime.now(dt.UTC))
    ran = optcenter("report", running)
    assert (ran.code, ran.err) == (1, f"run {running} is running; ask again when it has ended\n")
    assert not (sample_space.home / "reports").exists()


def test_a_place_that_cannot_be_written_is_named(optcenter: Optcenter, run_id: str, tmp_path: Path) -> None:
    ran = optcenter("report", run_id, "-o", str(tmp_path / "no" / "x.html"))
    assert ran.code == 4
    assert f"the report cannot be written: {tmp_path / 'no' / 'x.html'}: there is no folder" in ran.err
