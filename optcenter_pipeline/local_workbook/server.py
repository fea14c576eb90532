"""The server around the application: a socket, a thread, and the file's own workbook and account."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .access import service_account_info
from .spreadsheet import Spreadsheet
from .store import Store, get_setting, set_setting

if TYPE_CHECKING:
    import uvicorn

_WORKBOOK_TITLE = "Optimization Center"
_REPORTS = "/reports"
_STOP_SECONDS = 10.0
_LOOPBACK_NAMES = ("127.0.0.1", "localhost")
CHECK_ANSWERS_VARIABLE = "OPTCENTER_CHECK_ANSWERS"


class LocalWorkbookServer:
    """Serves one SQLite file as Google Sheets and Drive over HTTP, from a thread of this process.

    Several servers, in several processes, may serve the same file at once. Use it as a context manager or by
    `start` and `stop`::

        with LocalWorkbookServer(Path("workbook.sqlite")) as server:
            print(server.root_url, server.spreadsheet_id)

    Args:
        path: the SQLite file, made with an empty workbook when missing.
        host: the address to listen on. The default is this machine alone: whoever reaches the port may read and
            write, as with the file itself.
        port: the port, 0 for any free one.
        admin: whether ``/__admin/`` takes quotas and faults on demand (see ``docs/local-workbook-faults.md``).
        check_answers: check every answer against Google's discovery documents, which google-api-python-client
            brings, and answer 500 in the place of one that Google could not have given. None: where the
            environment variable ``OPTCENTER_CHECK_ANSWERS`` is set to anything but 0.
        page: what the page should know of the workbook's meaning, as JSON: whose each column is, which actions
            can be asked for, what is drawn as a chart; without it the page is a plain grid.
        reports: a folder of reports, ``RUN_ID.html`` each, that the page's visitors may read below `reports_url`;
            it need not be there yet. None: no reports are served.

    Attributes:
        path: the file.
        spreadsheet_id: the id of the file's own workbook, known after `start` and the same ever after.
    """

    def __init__(
        self,
        path: Path,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        admin: bool = False,
        check_answers: bool | None = None,
        page: Mapping[str, Any] | None = None,
        reports: Path | None = None,
    ) -> None:
        self.path = path
        self.spreadsheet_id = ""
        self._host = host
        self._port = port
        self._admin = admin
        self._check_answers = (
            os.environ.get(CHECK_ANSWERS_VARIABLE, "0") != "0" if check_answers is None else check_answers
        )
        self._page = page or {}
        self._reports = reports
        self._page_token = ""
        self._store: Store | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def root_url(self) -> str:
        """The root of the API, e.g. ``http://127.0.0.1:43121``, without a slash at its end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def page_url(self) -> str:
        """The address of the grid's page with its token: whoever has it may read and write the workbook."""
        return f"{self.root_url}/?token={self._page_token}"

    @property
    def reports_url(self) -> str:
        """The address below which the folder of reports is served."""
        return f"{self.root_url}{_REPORTS}"

    def service_account_info(self) -> dict[str, Any]:
        """Give a service account's JSON whose token address is this server; its key stays with the file.

        Raises:
            RuntimeError: before `start`.
        """
        if self._store is None:
            raise RuntimeError("The server has not been started.")
        with self._store.write() as connection:
            return service_account_info(connection, self.root_url)

    def start(self) -> LocalWorkbookServer:
        """Open the file and serve it; returns when the port answers.

        Raises:
            OSError: where the port is taken.
            sqlite3.DatabaseError: where the file is no SQLite file.
            ModuleNotFoundError: where answers are to be checked and google-api-python-client is not installed.
        """
        # whoever only names the class need not load a web server
        import uvicorn  # noqa: PLC0415

        from .admin import Admin  # noqa: PLC0415
        from .connections import DroppableProtocol  # noqa: PLC0415
        from .page import Page, ReportFiles, Visitors  # noqa: PLC0415
        from .routes import make_app  # noqa: PLC0415

        listener = self._listen()
        self._port = listener.getsockname()[1]
        try:
            self._store = store = Store(self.path)
            self._open_workbook(store)
        except BaseException:
            listener.close()
            self.stop()
            raise
        visitors = Visitors(self._page_token, self._port)
        routes = Page(store, self.spreadsheet_id, visitors, self._page).routes()
        if self._reports is not None:
            routes += ReportFiles(self._reports, visitors).routes()
        config = uvicorn.Config(
            make_app(
                store,
                routes,
                _LOOPBACK_NAMES if self._host in _LOOPBACK_NAMES else ["*"],
                Admin(store) if self._admin else None,
                check_answers=self._check_answers,
            ),
            http=DroppableProtocol if self._admin else "auto",
            access_log=False,
            log_config=None,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="local-workbook", daemon=True
        )
        self._thread.start()
        return self

    def _open_workbook(self, store: Store) -> None:
        """Find the file's own workbook and the page's token, or make them."""
        with store.write() as connection:
            self.spreadsheet_id = get_setting(connection, "spreadsheet_id") or ""
            self._page_token = get_setting(connection, "page_token") or ""
            if not self.spreadsheet_id:
                self.spreadsheet_id = Spreadsheet.create(connection, {"title": _WORKBOOK_TITLE}).id
                self._page_token = secrets.token_urlsafe(24)
                set_setting(connection, "spreadsheet_id", self.spreadsheet_id)
                set_setting(connection, "page_token", self._page_token)

    def _listen(self) -> socket.socket:
        """Listen before the thread runs: connections wait in the backlog, so nobody has to poll for the start."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._host, self._port))
            listener.listen(128)
        except OSError:
            listener.close()
            raise
        return listener

    def stop(self) -> None:
        """Finish the requests under way, close the port and the file; harmless when not running."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(_STOP_SECONDS)
        if self._store is not None:
            self._store.close()
        self._server = self._thread = self._store = None

    def __enter__(self) -> LocalWorkbookServer:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
