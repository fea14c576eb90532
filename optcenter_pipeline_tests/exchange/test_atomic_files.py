"""An old file or a new one, never half a file, and no litter."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from optcenter_pipeline.exchange.atomic_files import write_atomically
from optcenter_pipeline.exchange.csv_folder import read_csv_files
from optcenter_pipeline.exchange.errors import ExchangeError
from optcenter_pipeline.exchange.exporting import export_csv, export_xlsx
from optcenter_pipeline.workbook.workbook import Workbook
from optcenter_pipeline_tests.exchange.sheets import type_row

_KILLED_AT = """
import os, signal, sys
from pathlib import Path
from optcenter_pipeline.exchange import atomic_files, exporting
from optcenter_pipeline.runs.workbook_access import open_workbook

def killed(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)

{spot} = killed
with open_workbook("local:" + sys.argv[1]) as workbook:
    exporting.{export}(workbook, Path(sys.argv[2]))
"""
_SPOTS = {
    "while the file is put together": "exporting.copy_workbook",
    "before it is safe on the disk": "atomic_files.os.fsync",
    "before it is renamed": "Path.replace",
}


def full(*_: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("spot", _SPOTS.values(), ids=_SPOTS.keys())
def test_an_export_that_is_killed_leaves_the_old_book(
    ready_files: dict[str, Path], tmp_path: Path, spot: str
) -> None:
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"the old book")
    script = _KILLED_AT.format(spot=spot, export="export_xlsx")
    command = [sys.executable, "-c", script, str(ready_files["empty"]), str(target)]
    assert subprocess.run(command, check=False, timeout=120).returncode == -signal.SIGKILL
    assert target.read_bytes() == b"the old book"


def test_a_folder_of_an_export_that_was_killed_is_read_as_it_was(
    ready_files: dict[str, Path], sample: Workbook, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    export_csv(sample, folder)
    before = [(tab.title, tab.rows) for tab in read_csv_files(folder)]
    script = _KILLED_AT.format(spot="Path.replace", export="export_csv")
    command = [sys.executable, "-c", script, str(ready_files["empty"]), str(folder)]
    assert subprocess.run(command, check=False, timeout=120).returncode == -signal.SIGKILL
    assert list(folder.glob(".*.part"))
    assert [(tab.title, tab.rows) for tab in read_csv_files(folder)] == before


@pytest.mark.parametrize("spot", ["os.fsync", "pathlib.Path.replace"])
def test_a_full_disk_leaves_the_old_files_and_no_others(
    sample: Workbook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spot: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "book.xlsx").write_bytes(b"the old book")
    (folder / "Candidates.csv").write_bytes(b"the old tab")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr(spot, full)
        with pytest.raises(OSError, match="No space left") as caught:
            export_xlsx(sample, folder / "book.xlsx")
        assert caught.value.filename == str(folder / "book.xlsx")
        with pytest.raises(OSError, match="No space left"):
            export_csv(sample, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_cell_that_cannot_be_exported_leaves_the_old_book(sample: Workbook, tmp_path: Path) -> None:
    type_row(sample, "Initiatives", 3, ["x" * 40_000], column=10)
    (tmp_path / "out").mkdir()
    target = tmp_path / "out" / "book.xlsx"
    target.write_bytes(b"the old book")
    with pytest.raises(ExchangeError, match=r"Initiatives!4 notes: the text has 40,000 characters"):
        export_xlsx(sample, target)
    assert [path.read_bytes() for path in target.parent.iterdir()] == [b"the old book"]


def test_permissions_and_links_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.xlsx", tmp_path / "link.xlsx"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_atomically({link: b"new"})
    assert (link.is_symlink(), real.read_bytes(), real.stat().st_mode & 0o777) == (True, b"new", 0o640)


def test_a_folder_where_nothing_can_be_written(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*/nowhere; make it first"):
        write_atomically({tmp_path / "nowhere" / "book.xlsx": b"new"})
    with pytest.raises(IsADirectoryError):
        write_atomically({tmp_path: b"new"})
    assert not list(tmp_path.iterdir())
