import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from optcenter_pipeline.runs.workbook_access import open_workbook
from optcenter_pipeline.workbook.sample import sample_rows
from optcenter_pipeline.workbook.template import init_workbook
from optcenter_pipeline.workbook.workbook import RangeWrite, Workbook
from optcenter_pipeline_tests.support.ordered_server import OrderedServer
from optcenter_pipeline_tests.workbook.ordered_workbook import workbook


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A local workbook with the sample plan; copy it."""
    path = tmp_path_factory.mktemp("sample") / "sample.sqlite"
    with open_workbook(f"local:{path}") as workbook:
        init_workbook(workbook, sample_rows())
    return path


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Workbook]:
    """A workbook as it comes: one empty sheet."""
    with open_workbook(f"local:{tmp_path / 'new.sqlite'}") as workbook:
        yield workbook


@pytest.fixture
def sample(tmp_path: Path, sample_file: Path) -> Iterator[Workbook]:
    """A workbook with the sample plan."""
    path = tmp_path / "sample.sqlite"
    shutil.copy(sample_file, path)
    with open_workbook(f"local:{path}") as workbook:
        yield workbook


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrderedServer]:
    with OrderedServer(tmp_path_factory.mktemp("ordered") / "workbook.sqlite") as server:
        yield server


@pytest.fixture
def server(_running: OrderedServer) -> OrderedServer:
    """The server with its cell empty and nothing planned."""
    _running.plan()
    _running.order("DELETE", "quotas")
    workbook(_running).batch_update([RangeWrite("'Sheet1'!A1:A9", [[""]] * 9)])
    _running.plan()
    return _running
