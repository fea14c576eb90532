"""Where reports are kept, under which name and address, what a half-written one leaves, and which give way."""

import os
from pathlib import Path

import pytest

from optcenter_pipeline.database.approvals import approve_run
from optcenter_pipeline.database.connection import Database, open_database
from optcenter_pipeline.database.ledger import RunOutcome, create_run, finish_run
from optcenter_pipeline.runs.report_place import ReportPlace, put_old_reports_away
from optcenter_pipeline_tests.runs.test_analysis_delivery import NOW, snapshot_of

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
    with pytest.raises(OSError, match="No space left") as raised:
        place.write(RUN, "second")
    assert raised.value.filename == str(tmp_path / f"{RUN}.html")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["first"]


def test_a_file_where_the_folder_should_be_is_told_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "reports").touch()
    with pytest.raises(NotADirectoryError, match=r"set OPTCENTER_REPORTS to one: '.*reports'"):
        ReportPlace(tmp_path / "reports").write(RUN, "first")


def runs_with_reports(database: Database, place: ReportPlace, count: int, scenario: str = "plan") -> list[str]:
    """Final runs, each with a report of its time, the newest last."""
    made = []
    for _ in range(count):
        with database.session() as session:
            made.append(create_run(session, snapshot_of(scenario), now=NOW))
            finish_run(session, made[-1], RunOutcome(status="optimal", results_json="{}"), now=NOW)
        path = place.write(made[-1], f"report of {made[-1]}")
        os.utime(path, ns=(len(made), len(made)))
    return made


def whole(place: ReportPlace, runs: list[str]) -> list[str]:
    return [run for run in runs if place.written_at(run) is not None]


def test_the_newest_reports_of_a_scenario_and_those_of_approved_runs_stay(tmp_path: Path) -> None:
    place = ReportPlace(tmp_path / "reports", kept=2)
    with open_database(f"sqlite:///{tmp_path / 'optcenter.db'}") as database:
        runs = runs_with_reports(database, place, 5)
        others = runs_with_reports(database, place, 3, scenario="another plan")
        with database.session() as session:
            approve_run(session, runs[0], approved_by="ann", now=NOW)
        foreign = place.folder / "20200101T000000-abcdef.html"
        foreign.write_text("of another ledger")
        (place.folder / "notes.html").write_text("somebody's own")

        assert put_old_reports_away(database, ReportPlace(place.folder), runs[4]) == []  # 0 keeps all
        assert put_old_reports_away(database, place, runs[4]) == [runs[2], runs[1]]
        assert whole(place, runs) == [runs[0], *runs[3:]]
        assert whole(place, others) == others
        assert foreign.read_text() == "of another ledger"
        assert put_old_reports_away(database, place, runs[4]) == []

        # one that is made again is the newest
        place.write(runs[1], "again")
        assert put_old_reports_away(database, place, runs[1]) == [runs[3]]
        assert whole(place, runs) == [runs[0], runs[1], runs[4]]
    assert sorted(path.name for path in place.folder.iterdir()) == sorted(
        [*(f"{run}.html" for run in (*runs, *others)), foreign.name, "notes.html"]
    )


def test_in_the_place_of_a_report_stands_what_to_do_and_it_counts_as_none(tmp_path: Path) -> None:
    place = ReportPlace(tmp_path)
    place.write(RUN, "x" * 5000)
    url = place.url(RUN)
    place.put_away(RUN)
    page = (tmp_path / f"{RUN}.html").read_text()
    assert f"optcenter report {RUN}" in page
    assert "<script" not in page
    assert (place.written_at(RUN), place.url(RUN)) == (None, url)


def test_a_link_in_the_folder_is_no_report_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    place = ReportPlace(tmp_path / "reports", kept=1)
    with open_database(f"sqlite:///{tmp_path / 'optcenter.db'}") as database:
        runs = runs_with_reports(database, place, 3)
        elsewhere = tmp_path / "elsewhere.html"
        elsewhere.write_text("somebody's own")
        link = place.folder / f"{runs[0]}.html"
        link.unlink()
        link.symlink_to(elsewhere)
        assert put_old_reports_away(database, place, runs[2]) == [runs[1]]
    assert link.is_symlink()
    assert elsewhere.read_text() == "somebody's own"
