"""Where reports are kept, under which name and address, and what a half-written one leaves behind."""

import os
from pathlib import Path

import pytest

from optcenter_pipeline.rules.analysis_kinds import AnalysisKind
from optcenter_pipeline.runs.analyses import make_analysis
from optcenter_pipeline.runs.reports import ReportPlace, report_of
from optcenter_pipeline_tests.support.planning_space import PlanningSpace, materialized

RUN = "20261123T054200-3f2a9c"


def test_a_report_has_its_runs_name_and_the_address_of_its_file_or_of_where_it_is_served(tmp_path: Path) -> None:
    here = ReportPlace(tmp_path / "new" / "reports of plans")
    path = here.write(RUN, "<p>€\r\n</p>")
    assert path == tmp_path / "new" / "reports of plans" / f"{RUN}.html"
    assert path.read_bytes() == "<p>€\r\n</p>".encode()
    assert here.url(RUN) == path.as_uri()
    assert "reports%20of%20plans" in here.url(RUN)
    assert ReportPlace(tmp_path, "https://plans.example/r/").url(RUN) == f"https://plans.example/r/{RUN}.html"


def test_a_later_report_stands_in_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    place = ReportPlace(tmp_path)
    place.write(RUN, "first")
    place.write(RUN, "second")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["second"]


@pytest.mark.parametrize("run_id", ["", "..", "../x", "20261123T054200-3f2a9c/../x", "20261123T054200-3f2a9c\n"])
def test_a_name_that_is_no_runs_id_is_never_a_file(tmp_path: Path, run_id: str) -> None:
    place = ReportPlace(tmp_path / "reports")
    for act in (lambda: place.write(run_id, "x"), lambda: place.url(run_id)):
        with pytest.raises(ValueError, match="no run's id"):
            act()
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_cannot_be_finished_leaves_the_earlier_one_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = ReportPlace(tmp_path)
    place.write(RUN, "first")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        place.write(RUN, "second")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["first"]


def test_a_report_shows_what_was_analysed_by_then(sample_space: PlanningSpace, tmp_path: Path) -> None:
    run_id = materialized(sample_space.optimize("Q1 2027 growth", "baseline"), "solve")["run_id"]
    place = ReportPlace(tmp_path, "https://plans.example")
    with sample_space.database.open() as database:
        report = make_analysis(database, run_id, AnalysisKind.REPORT, reports=place).document
        assert report.model_dump() == {"path": str(tmp_path / f"{run_id}.html"), "url": place.url(run_id)}
        html = (tmp_path / f"{run_id}.html").read_text(encoding="utf-8")
        assert 'id="explanations"' in html
        for kind in (AnalysisKind.EXPLAIN, AnalysisKind.FRONTIER, AnalysisKind.REPORT):
            make_analysis(database, run_id, kind, reports=place)
    html = (tmp_path / f"{run_id}.html").read_text(encoding="utf-8")
    assert 'id="explanations"' not in html
    assert "Limits on tokens" in html
    assert "The best gmv against capacity" in html
    assert f"optcenter analyse {run_id} --analyses robustness" in html


def test_a_runs_report_is_made_of_the_ledger_alone(sample_space: PlanningSpace) -> None:
    run_id = materialized(sample_space.optimize("Q1 2027 growth", "baseline"), "solve")["run_id"]
    with sample_space.database.open() as database, database.reading() as session:
        html, again = report_of(session, run_id), report_of(session, run_id)
    assert html == again
    for told in (run_id, "Q1 2027 growth", "INIT-125", "Search that understands intent", "Targets!3"):
        assert told in html
