import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from optcenter_pipeline.runs.workbook_access import open_workbook
from optcenter_pipeline.workbook.sample import sample_rows
from optcenter_pipeline.workbook.template import init_workbook
from optcenter_pipeline.workbook.workbook import Workbook


@pytest.fixture(scope="session")
def ready_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Local workbooks that are ready, with and without the sample; copy them."""
    folder = tmp_path_factory.mktemp("ready")
    files = {"sample": folder / "sample.sqlite", "empty": folder / "empty.sqlite"}
    for name, path in files.items():
        with open_workbook(f"local:{path}") as workbook:
            init_workbook(workbook, sample_rows() if name == "sample" else None)
    return files


@pytest.fixture
def sample(tmp_path: Path, ready_files: dict[str, Path]) -> Iterator[Workbook]:
    """A workbook with the sample plan, served over HTTP."""
    with open_workbook(f"local:{shutil.copy(ready_files['sample'], tmp_path / 'sample.sqlite')}") as workbook:
        yield workbook


@pytest.fixture
def empty(tmp_path: Path, ready_files: dict[str, Path]) -> Iterator[Workbook]:
    """A workbook that is ready and has no rows, served over HTTP."""
    with open_workbook(f"local:{shutil.copy(ready_files['empty'], tmp_path / 'empty.sqlite')}") as workbook:
        yield workbook
