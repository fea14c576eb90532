"""Where the reports of runs are kept and found; older ones give way to a note that says how to get them again."""

import errno
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.run_records import get_run, list_runs

_RUN_ID = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{6}")
_NOTE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>The report of run {run_id}</title></head>
<body style="font-family: sans-serif; max-width: 40em; margin: 3em auto">
<h1>The report of run {run_id} was put away</h1>
<p>Only the newest reports of a scenario and constraint set are kept, and those of approved runs. The run itself and
what was found about it are kept.</p>
<p>To have this page again: <code>optcenter report {run_id}</code></p>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class ReportPlace:
    """Where reports are kept, and where they are served."""

    folder: Path
    root_url: str | None = None
    """The address under which the folder is served; None: nowhere, and a report's address is that of its file."""
    kept: int = 0
    """So many of the newest stay for each scenario and constraint set; 0: all."""

    def write(self, run_id: str, html: str) -> Path:
        """Keep a run's report in place of an earlier one; a reader sees the old file or the new one.

        Raises:
            ValueError: the run's id could not be a file's name.
            OSError: the file cannot be written; it is named, and nothing is left of it.
        """
        path = self._path(run_id)
        if path.parent.exists() and not path.parent.is_dir():
            text = "it is no folder; set OPTCENTER_REPORTS to one"
            raise NotADirectoryError(errno.ENOTDIR, text, str(path.parent))
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
        try:
            with temporary.open("x", encoding="utf-8", newline="") as file:
                file.write(html)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:  # a full disk names no file
            error.filename = str(path)
            raise
        finally:
            temporary.unlink(missing_ok=True)
        return path

    def url(self, run_id: str) -> str:
        """The address of a run's report.

        Raises:
            ValueError: the run's id could not be a file's name.
        """
        path = self._path(run_id)
        return path.as_uri() if self.root_url is None else f"{self.root_url.rstrip('/')}/{quote(path.name)}"

    def written_at(self, run_id: str) -> int | None:
        """When a run's report was written, in nanoseconds; None where there is none, or a note in its place.

        Raises:
            OSError: the file cannot be looked at.
        """
        path, note = self._path(run_id), _NOTE.format(run_id=run_id).encode()
        if path.is_symlink() or not path.is_file():
            return None
        facts = path.stat()
        is_note = facts.st_size == len(note) and path.read_bytes() == note
        return None if is_note else facts.st_mtime_ns

    def put_away(self, run_id: str) -> None:
        """Leave a note in the place of a run's report: its address stands in the sheet, and says what to do.

        Raises:
            OSError: the note cannot be written; the report stays.
        """
        self.write(run_id, _NOTE.format(run_id=run_id))

    def _path(self, run_id: str) -> Path:
        if not _RUN_ID.fullmatch(run_id):
            raise ValueError(f"{run_id!r} is no run's id; `optcenter runs` lists them")
        return self.folder.absolute() / f"{run_id}.html"


def put_old_reports_away(database: Database, place: ReportPlace, run_id: str) -> list[str]:
    """Keep as many reports of a run's scenario and constraint set as the place keeps, the newest written.

    Only files of runs of the ledger are touched, and none of a run that was ever approved.

    Args:
        run_id: a run whose report has just been written.

    Returns:
        The runs whose reports are a note now.

    Raises:
        OSError: a file cannot be looked at or replaced; those before it are.
    """
    if not place.kept:
        return []
    with database.reading() as session:
        run = get_run(session, run_id).summary
        runs = list_runs(
            session, scenario_name=run.scenario_name, constraint_set_name=run.constraint_set_name, limit=None
        )
    found = [(place.written_at(run.run_id), run.run_id) for run in runs if run.approved_by is None]
    written = sorted(((when, name) for when, name in found if when is not None), reverse=True)
    old = [name for _, name in written[place.kept :] if name != run_id]
    for name in old:
        place.put_away(name)
    return old
