"""A database of its own for every test, in a real file."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest

from optcenter_pipeline.database.connection import Database, open_database

NOW = dt.datetime(2026, 11, 23, 5, 42, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new database, made once and copied for each test."""
    file = tmp_path_factory.mktemp("new") / "centre.sqlite"
    open_database(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where a database may be made."""
    return f"sqlite:///{tmp_path / 'centre.sqlite'}"


@pytest.fixture
def database(url: str, new_file: Path, tmp_path: Path) -> Iterator[Database]:
    copyfile(new_file, tmp_path / "centre.sqlite")
    with open_database(url) as opened:
        yield opened
