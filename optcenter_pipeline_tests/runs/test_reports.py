"""A run's report is made of the ledger, with what was analysed by then."""

import datetime as dt
from pathlib import Path

from optcenter_pipeline.database.analyses import fail_analysis, start_analysis, want_analysis
from optcenter_pipeline.rules.analysis_options import FrontierOptions, ReportOptions
from optcenter_pipeline.rules.asked_analyses import asked_analyses
from optcenter_pipeline.runs.analyses import make_analysis
from optcenter_pipeline.runs.report_place import ReportPlace
from optcenter_pipeline.runs.reports import report_of
from optcenter_pipeline_tests.support.planning_space import PlanningSpace


def test_a_report_shows_what_was_analysed_by_then(
    sample_space: PlanningSpace, first_run: str, tmp_path: Path
) -> None:
    run_id = first_run
    place = ReportPlace(tmp_path, "https://plans.example")
    with sample_space.database.open() as database:
        report = make_analysis(database, run_id, ReportOptions(), reports=place).document
        assert report.model_dump() == {"path": str(tmp_path / f"{run_id}.html"), "url": place.url(run_id)}
        html = (tmp_path / f"{run_id}.html").read_text(encoding="utf-8")
        assert 'id="explanations"' in html
        assert not make_analysis(database, run_id, ReportOptions(), reports=place).is_new
        place.put_away(run_id)
        assert make_analysis(database, run_id, ReportOptions(), reports=place).is_new
        for options in asked_analyses("explain(exact=0) | frontier(points=3, against=nps) | report"):
            make_analysis(database, run_id, options, reports=place)
    html = (tmp_path / f"{run_id}.html").read_text(encoding="utf-8")
    assert 'id="explanations"' not in html
    assert "Limits on tokens" in html
    assert "The best gmv against nps" in html
    assert "Asked for as frontier(points=3, against=nps)." in html
    assert f"optcenter analyse {run_id} --analyses robustness" in html


def test_what_an_earlier_attempt_found_is_not_told_as_asked_for_by_one_that_failed(
    sample_space: PlanningSpace, first_run: str, tmp_path: Path
) -> None:
    now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    with sample_space.database.open() as database:
        make_analysis(database, first_run, FrontierOptions(points=3), reports=ReportPlace(tmp_path))
        with database.session() as session:
            assert want_analysis(session, first_run, "frontier", {"points": 20}, now=now)
            assert start_analysis(session, first_run, "frontier", now=now)
            assert fail_analysis(session, first_run, "frontier", "no answer", now=now)
        with database.reading() as session:
            html = report_of(session, first_run)
    assert "The analysis frontier(points=20) failed: no answer" in html
    assert "The best gmv" in html
    assert "Asked for as" not in html


def test_a_runs_report_is_made_of_the_ledger_alone(sample_space: PlanningSpace, first_run: str) -> None:
    run_id = first_run
    with sample_space.database.open() as database, database.reading() as session:
        html, again = report_of(session, run_id), report_of(session, run_id)
    assert html == again
    for told in (run_id, "Q1 2027 growth", "INIT-125", "Search that understands intent", "Targets row 3"):
        assert told in html
