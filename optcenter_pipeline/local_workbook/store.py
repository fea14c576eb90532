"""The SQLite file: its schema, its connections, and one transaction a request."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens (sha256 TEXT PRIMARY KEY, expires_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, properties TEXT NOT NULL, is_private INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 1, created_time TEXT NOT NULL, modified_time TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sheets (
    spreadsheet_id TEXT NOT NULL, sheet_id INTEGER NOT NULL, position INTEGER NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (spreadsheet_id, sheet_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sheet_rows (
    spreadsheet_id TEXT NOT NULL, sheet_id INTEGER NOT NULL, row INTEGER NOT NULL, cells TEXT NOT NULL,
    PRIMARY KEY (spreadsheet_id, sheet_id, row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS drive_details (file_id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS drive_items (
    file_id TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (file_id, kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS definitions (key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
"""

_BUSY_SECONDS = 30.0


class Store:
    """The file that holds every spreadsheet, shared safely by threads and processes.

    Args:
        path: the SQLite file; it and its folder are made when missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        # writers of one process queue here instead of polling SQLite's own lock
        self._writer = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # it holds the service account's key
        with self.write() as connection:
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        deadline = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:  # the switch to WAL does not wait for others by itself
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        connection = connection or self._connect()
        try:
            connection.execute(begin)
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # SQLite itself takes back what a full disk could not hold
                connection.execute("ROLLBACK")
            raise
        finally:
            with self._lock:
                self._idle.append(connection)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction that sees one state of the file throughout."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Open the one transaction that may write; it commits as a whole or not at all."""
        with self._writer, self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def close(self) -> None:
        """Close every connection; the last one to close folds the write-ahead log into the file."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()


def get_setting(connection: sqlite3.Connection, name: str) -> str | None:
    """Read one of the file's own settings."""
    found = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return None if found is None else str(found[0])


def set_setting(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Write one of the file's own settings."""
    connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))


def put_definition(connection: sqlite3.Connection, body: dict[str, Any]) -> str | None:
    """Keep a cell format or validation rule, and give its key; None for an empty one.

    The key is the content's own digest, so equal definitions are kept once and a key never changes its meaning.
    """
    if not body:
        return None
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    key = hashlib.sha256(text.encode()).hexdigest()[:16]
    connection.execute("INSERT OR IGNORE INTO definitions VALUES (?, ?)", (key, text))
    return key


def get_definition(connection: sqlite3.Connection, key: str) -> dict[str, Any]:
    """Read what `put_definition` kept."""
    body: dict[str, Any] = json.loads(
        connection.execute("SELECT body FROM definitions WHERE key = ?", (key,)).fetchone()[0]
    )
    return body
