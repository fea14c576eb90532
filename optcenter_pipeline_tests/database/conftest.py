"""A database of its own for every test, in a real file; Postgres too where a server can be started."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from optcenter_pipeline.database.connection import Database, open_database

NOW = dt.datetime(2026, 11, 23, 5, 42, tzinfo=dt.UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'centre.sqlite'}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with open_database(url) as opened:
        yield opened
