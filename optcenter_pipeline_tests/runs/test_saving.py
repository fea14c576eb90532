"""Two saves at the same time: what was read later wins, whichever ends later."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest

from optcenter_pipeline.database.connection import Database, open_database
from optcenter_pipeline.database.inputs import load_run_inputs
from optcenter_pipeline.database.save_scope import SaveScope
from optcenter_pipeline.rows import validate
from optcenter_pipeline.rows.raw import RawTab, RawWorkbook
from optcenter_pipeline.rows.validated import ValidatedWorkbook
from optcenter_pipeline.runs import saving
from optcenter_pipeline.runs.saving import NothingToWorkOnError, compiled_workbook, judged_rows, keep_reading, save
from optcenter_pipeline_tests.support.portfolio_rows import sound_rows
from optcenter_pipeline_tests.support.raw_tabs import raw_tabs

EARLIER = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
LATER = EARLIER + dt.timedelta(seconds=5)


def reading(capacity: float) -> RawWorkbook:
    rows = sound_rows()
    rows["Scenario_Config"][0]["capacity_total_tokens"] = capacity
    return RawWorkbook(tabs=raw_tabs(rows))


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path / 'optcenter.db'}")


def saved_capacity(database: Database) -> float:
    with database.reading() as session:
        return load_run_inputs(session, "Q2 plan", None).scenario.capacity_total_tokens


def test_a_later_reading_replaces_an_earlier_one(database: Database) -> None:
    keep_reading(database, reading(100), began=EARLIER)
    assert keep_reading(database, reading(777), began=LATER).value == reading(777)


def test_an_earlier_reading_that_comes_late_is_overtaken(database: Database) -> None:
    keep_reading(database, reading(777), began=LATER)
    assert keep_reading(database, reading(100), began=EARLIER).value == reading(777)
    save(database, scope=SaveScope(), source="A")
    assert saved_capacity(database) == 777


def test_a_save_that_was_overtaken_between_its_stages_saves_what_is_newest(database: Database) -> None:
    keep_reading(database, reading(100), began=EARLIER)
    judged_rows(database)
    compiled_workbook(database)
    keep_reading(database, reading(777), began=LATER)
    save(database, scope=SaveScope(), source="A")
    assert saved_capacity(database) == 777


def test_what_was_judged_of_an_older_reading_is_not_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_reading(database, reading(100), began=EARLIER)

    def overtaken(tabs: Mapping[str, RawTab]) -> ValidatedWorkbook:
        monkeypatch.setattr(saving, "validate", validate)
        keep_reading(database, reading(777), began=LATER)
        save(database, scope=SaveScope(), source="B")
        return validate(tabs)

    monkeypatch.setattr(saving, "validate", overtaken)
    save(database, scope=SaveScope(), source="A")
    assert saved_capacity(database) == 777
    assert judged_rows(database).value.scenarios[0].capacity_total_tokens == 777


def test_the_same_reading_again_changes_no_row(database: Database) -> None:
    keep_reading(database, reading(100), began=EARLIER)
    save(database, scope=SaveScope(), source="A")
    before = keep_reading(database, reading(100), began=EARLIER)
    assert keep_reading(database, reading(100), began=LATER) == before
    assert save(database, scope=SaveScope(), source="B").is_unchanged


def test_without_a_reading_it_says_what_to_do(database: Database) -> None:
    with pytest.raises(NothingToWorkOnError, match="raw_tabs has not run yet"):
        save(database, scope=SaveScope(), source="A")
