import multiprocessing
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from optcenter_pipeline.database import connection as connection_module
from optcenter_pipeline.database.connection import Database, open_database
from optcenter_pipeline.database.errors import (
    DatabaseError,
    DatabaseLockedError,
    DatabaseUnavailableError,
    NewerSchemaError,
)
from optcenter_pipeline.database.migrations import migration_config
from optcenter_pipeline.database.schema import HEAD_REVISION
from optcenter_pipeline.database.tables import Base


def test_models_and_migrations_agree(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert ScriptDirectory.from_config(migration_config(connection)).get_heads() == [HEAD_REVISION]


def test_sqlite_enforces_foreign_keys_and_writes_ahead(database: Database) -> None:
    with database.reading() as session:
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA busy_timeout")) == 30_000


def test_opening_again_writes_nothing(url: str, database: Database, tmp_path: Path) -> None:
    before = (tmp_path / "centre.sqlite").read_bytes()
    open_database(url).close()
    assert (tmp_path / "centre.sqlite").read_bytes() == before


def _open_and_count(
    url: str, gate: "multiprocessing.synchronize.Barrier", out: "multiprocessing.Queue[object]"
) -> None:
    gate.wait()
    try:
        with open_database(url) as opened, opened.reading() as session:
            out.put(session.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'optimization_runs'")))
    except Exception as error:  # noqa: BLE001 - reported to the parent
        out.put(repr(error))


@pytest.mark.parametrize("attempt", range(3))
def test_processes_that_open_a_new_database_at_once_all_find_it_whole(url: str, attempt: int) -> None:
    context = multiprocessing.get_context("fork")
    gate, out = context.Barrier(4), context.Queue()
    openers = [context.Process(target=_open_and_count, args=(url, gate, out)) for _ in range(4)]
    for opener in openers:
        opener.start()
    assert [out.get(timeout=30) for _ in openers] == [1, 1, 1, 1]
    for opener in openers:
        opener.join()


def test_tables_of_a_newer_release_are_left_alone(url: str, database: Database) -> None:
    with database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerSchemaError, match=r"newer release \(schema 9999"):
        open_database(url)


@pytest.mark.parametrize(
    ("bad_url", "says"),
    [
        ("not a url", "is not a database URL"),
        ("sqlite://", "needs a file"),
        ("sqlite:////no/such/folder/centre.sqlite", "there is no folder /no/such/folder"),
        ("mysql://me:secret@host/name", "mysql is not supported"),
        ("postgresql+nodriver://me:secret@host/name", "install the driver"),
    ],
)
def test_what_cannot_be_opened_says_what_to_do(bad_url: str, says: str) -> None:
    with pytest.raises(DatabaseUnavailableError, match=says) as raised:
        open_database(bad_url)
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("plain text, and long enough to be read as a header\n" * 50)
    with pytest.raises(DatabaseUnavailableError, match="file is not a database"):
        open_database(f"sqlite:///{tmp_path / 'notes.txt'}")


def test_another_programs_tables_are_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.sqlite") as other:
        other.execute("CREATE TABLE optimization_runs (anything TEXT)")
    with pytest.raises(DatabaseUnavailableError, match="not ours"):
        open_database(f"sqlite:///{tmp_path / 'other.sqlite'}")


def test_a_lock_held_for_too_long_is_one_clear_error(
    tmp_path: Path, database: Database, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "BUSY_TIMEOUT_SECONDS", 0.05)
    other = sqlite3.connect(tmp_path / "centre.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with (
        open_database(url) as impatient,
        pytest.raises(DatabaseLockedError, match="try again"),
        impatient.session() as session,
    ):
        session.execute(text("SELECT 1"))
    other.close()


def test_readers_see_one_state_while_a_writer_writes(database: Database) -> None:
    count = text("SELECT count(*) FROM tab_states")
    with database.reading() as reader:
        assert reader.scalar(count) == 0
        with database.session() as writer:
            writer.execute(text("INSERT INTO tab_states VALUES ('Candidates', true, '[]', '2026-11-23 05:42:00')"))
        assert reader.scalar(count) == 0
    with database.reading() as reader:
        assert reader.scalar(count) == 1


def test_an_error_inside_a_session_leaves_nothing(database: Database) -> None:
    insert = text("INSERT INTO tab_states VALUES ('Candidates', true, '[]', '2026-11-23 05:42:00')")
    with pytest.raises(ZeroDivisionError), database.session() as writer:
        writer.execute(insert)
        raise ZeroDivisionError
    with pytest.raises(DatabaseError, match=r"(?i)unique"), database.session() as writer:
        writer.execute(insert)
        writer.execute(insert)
    with database.reading() as reader:
        assert reader.scalar(text("SELECT count(*) FROM tab_states")) == 0
