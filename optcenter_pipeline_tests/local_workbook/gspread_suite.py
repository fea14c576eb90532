"""Runs gspread's own test suite against the local workbook's server, without its cassettes.

The suite is in gspread's source repository, not in its package; take the tag of the gspread that is installed. What
it imports beside gspread (vcrpy, pytest-vcr) must be installed. Then::

    python -m optcenter_pipeline_tests.local_workbook.gspread_suite PATH/TO/gspread/tests [PYTEST OPTIONS]

Every request of the suite goes to a server of its own on a file of its own: Google's hosts are rewritten where all
of gspread's requests pass, and any other host is refused. The exit code is pytest's.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from optcenter_pipeline.local_workbook import LocalWorkbookServer

GOOGLE_HOSTS = frozenset({"sheets.googleapis.com", "www.googleapis.com"})
# the suite expects that this file exists and that it may not read it
_SOMEBODY_ELSES_FILE = "1jIKzPs8LsiZZdLdeMEP-5ZIHw6RkjiOmj1LrJN706Yc"
_USAGE = 2


class LocalTraffic:
    """A pytest plugin that turns a suite's traffic to Google into traffic to a local server.

    Args:
        server: a running server.
        folder: where the service account's file is written.
    """

    def __init__(self, server: LocalWorkbookServer, folder: Path) -> None:
        self._root_url = server.root_url
        self._credentials = folder / "service_account.json"
        self._credentials.write_text(json.dumps(server.service_account_info()), encoding="utf-8")
        self._requests: Counter[str] = Counter()
        body = {"id": _SOMEBODY_ELSES_FILE}
        requests.post(f"{self._root_url}/__admin/private", json=body, timeout=10).raise_for_status()

    def redirect(self, patch: pytest.MonkeyPatch) -> None:
        """Point the suite at the server; its modules read the variable when they are imported."""
        patch.setenv("GS_CREDS_FILENAME", str(self._credentials))
        send = requests.Session.request

        def request(session: requests.Session, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            return send(session, method, self._local(url), *args, **kwargs)

        patch.setattr(requests.Session, "request", request)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Switch the cassettes off."""
        config.option.disable_vcr = True

    def _local(self, url: str) -> str:
        parts = urlsplit(url)
        if parts.hostname in GOOGLE_HOSTS:
            url = self._root_url + url.removeprefix(f"{parts.scheme}://{parts.netloc}")
        elif not url.startswith(self._root_url + "/"):
            self._requests["refused"] += 1
            raise requests.ConnectionError(f"{parts.hostname} is not to be asked: only the local server is")
        self._requests["served"] += 1
        return url

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tell how many requests the local server answered."""
        served, refused = self._requests["served"], self._requests["refused"]
        terminalreporter.write_line(f"{served} requests, all to {self._root_url}; {refused} to other hosts refused")


def main(arguments: list[str]) -> int:
    """Run the suite in the folder that the first argument names; the other arguments are pytest's."""
    if not arguments or not Path(arguments[0]).is_dir():
        sys.stderr.write("usage: gspread_suite PATH/TO/gspread/tests [PYTEST OPTIONS]\n")
        return _USAGE
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        with LocalWorkbookServer(path / "workbook.sqlite", check_answers=True) as server:
            # the suite's own settings: not this repository's
            options = ["-c", str(path / "pytest.ini"), "--rootdir", str(Path(arguments[0]).parent)]
            (path / "pytest.ini").write_text("[pytest]\npython_files = *_test.py\n", encoding="utf-8")
            traffic = LocalTraffic(server, path)
            with pytest.MonkeyPatch.context() as patch:
                traffic.redirect(patch)
                return int(pytest.main([*arguments, *options, "-p", "no:cacheprovider"], [traffic]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
