"""Opens the database: SQLite in one file, or Postgres, with its tables as this release expects them."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session

from optcenter_pipeline.database.errors import DatabaseError, DatabaseLockedError, DatabaseUnavailableError
from optcenter_pipeline.database.schema import bring_up_to_date

BUSY_TIMEOUT_SECONDS = 30
"""How long a writer waits for another one."""

_BEGIN = "optcenter_begin"
_POSTGRES_DRIVERS = ("psycopg", "psycopg2")


class Database:
    """One open database: where sessions come from.

    Args:
        engine: an engine whose tables are up to date; see `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        self._reading = engine
        if engine.dialect.name == "postgresql":
            self._reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @property
    def address(self) -> str:
        """What errors call it: the file, or the kind of server."""
        return _shown(self.engine.url)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction that may write: all of it is kept at the end, or none of it on an error.

        On SQLite it is the only writer from its first moment, so nothing that it has read can change under it.

        Raises:
            DatabaseLockedError: another process kept writing.
            DatabaseError: the database failed.
        """
        with self._in_session(self._writing) as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent view that blocks no writer; changes made in it are refused or thrown away.

        Raises:
            DatabaseError: the database failed.
        """
        with self._in_session(self._reading, keep=False) as session:
            yield session

    @contextmanager
    def _in_session(self, engine: Engine, *, keep: bool = True) -> Iterator[Session]:
        try:
            with Session(engine, expire_on_commit=False) as session:
                yield session
                if keep:
                    session.commit()
        except DBAPIError as error:
            raise in_words(error, self.address) from error

    def close(self) -> None:
        """Give its connections back."""
        self.engine.dispose()

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_database(url: str) -> Database:
    """Open a database, and create or migrate its tables where they are not as this release expects them.

    Two processes may open the same database at once: one migrates, the other waits for it.

    Args:
        url: `sqlite:///PATH`, or `postgresql://USER:PASSWORD@HOST/NAME` (with `+driver` or without).

    Raises:
        DatabaseUnavailableError: it cannot be opened.
        NewerSchemaError: its tables are those of a newer release.
        DatabaseLockedError: another process keeps it locked.
    """
    target = _parsed(url)
    shown = _shown(target)
    try:
        engine = _engine(target)
    except (ImportError, NoSuchModuleError) as error:
        raise DatabaseUnavailableError(
            f"cannot open {shown}: {error}; install the driver that the URL names, or name another one"
        ) from error
    database = Database(engine)
    try:
        bring_up_to_date(engine, database._writing)
    except DBAPIError as error:
        engine.dispose()
        raise in_words(error, shown) from error
    except DatabaseError:
        engine.dispose()
        raise
    return database


def in_words(error: DBAPIError, shown: str) -> DatabaseError:
    """The driver's error as one of ours, in one line that says what to do next.

    Args:
        error: what SQLAlchemy raised.
        shown: the database's address without its password.
    """
    text = " ".join(str(error.orig).split())
    if "database is locked" in text or "database table is locked" in text:
        return DatabaseLockedError(
            f"{shown} is locked: another process has been writing for more than {BUSY_TIMEOUT_SECONDS} s; "
            "wait for it to end and try again"
        )
    if isinstance(error, OperationalError) or "file is not a database" in text or "malformed" in text:
        return DatabaseUnavailableError(
            f"cannot use {shown}: {text}; check OPTCENTER_DATABASE_URL, and that the file or server is there"
        )
    return DatabaseError(f"{shown} refused a statement: {text}")


def _parsed(url: str) -> URL:
    """The URL with a driver named, and refused where it cannot serve."""
    try:
        target = make_url(url)
    except ArgumentError as error:
        raise DatabaseUnavailableError(
            "OPTCENTER_DATABASE_URL is not a database URL; give sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"
        ) from error
    backend = target.get_backend_name()
    if backend == "sqlite":
        if not target.database or target.database == ":memory:":
            raise DatabaseUnavailableError("an SQLite database needs a file; give sqlite:///PATH")
        folder = Path(target.database).resolve().parent
        if not folder.is_dir():
            raise DatabaseUnavailableError(f"cannot open {target}: there is no folder {folder}; create it first")
        return target
    if target.drivername in ("postgres", "postgresql"):
        return target.set(drivername=f"postgresql+{_installed_postgres_driver()}")
    if backend != "postgresql":
        raise DatabaseUnavailableError(f"{backend} is not supported; give sqlite:///PATH or postgresql://…")
    return target


def _installed_postgres_driver() -> str:
    """The driver to use where the URL names none."""
    for driver in _POSTGRES_DRIVERS:
        if find_spec(driver):
            return driver
    raise DatabaseUnavailableError("no Postgres driver is installed; install psycopg[binary] or psycopg2-binary")


def _shown(target: URL) -> str:
    """A server's URL is shown in no part: a password that is not escaped may stand in any of them."""
    if target.get_backend_name() == "sqlite":
        return f"the database {target.database}"
    return f"the {target.get_backend_name()} database of OPTCENTER_DATABASE_URL"


def _engine(target: URL) -> Engine:
    """An engine; on SQLite with foreign keys, write-ahead log, and transactions that begin where we say."""
    if target.get_backend_name() != "sqlite":
        # psycopg2 sends the rows of one statement one by one unless it is told to batch them.
        batching = {"executemany_mode": "values_plus_batch"} if target.get_driver_name() == "psycopg2" else {}
        return create_engine(target, pool_pre_ping=True, **batching)
    engine = create_engine(target, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _: Any) -> None:
        # The driver's own transactions begin late and leave DDL out: we begin them ourselves.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON")
        _write_ahead(connection)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Readers and the writer do not block each other from here on; kept in the file.

    SQLite's busy timeout does not hold for this one change, so two processes that make it at once wait here.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return  # where the file system cannot do it, the old journal serves
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
