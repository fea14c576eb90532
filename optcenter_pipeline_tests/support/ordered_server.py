"""A local workbook's server that fails as it is told to, and says what reached it."""

import json
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from optcenter_pipeline.local_workbook import LocalWorkbookServer

FaultOrder = dict[str, Any]
"""One fault in the admin endpoint's JSON; see docs/local-workbook-faults.md."""


class OrderedServer:
    """Serves a local workbook's file with its admin endpoint; a context manager."""

    def __init__(self, path: Path) -> None:
        self.server = LocalWorkbookServer(path, admin=True)
        self._session = requests.Session()

    def __enter__(self) -> "OrderedServer":
        self.server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._session.close()
        self.server.stop()

    def order(self, method: str, what: str, body: Any = None) -> Any:
        """Call the admin endpoint, which must not refuse."""
        address = f"{self.server.root_url}/__admin/{what}"
        answer = self._session.request(method, address, json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def plan(self, *faults: FaultOrder) -> None:
        """Forget what was planned and what was received, and plan these faults."""
        self.order("DELETE", "faults")
        self.order("DELETE", "requests")
        self.order("POST", "faults", {"faults": list(faults)})

    def waiting(self) -> list[FaultOrder]:
        """Faults that have not struck yet, or not often enough."""
        faults: list[FaultOrder] = self.order("GET", "faults")["faults"]
        return faults

    def received(self) -> dict[str, Any]:
        """What reached the server since the last plan: `counts`, `by_path`, `requests`."""
        traffic: dict[str, Any] = self.order("GET", "requests")
        return traffic

    def account_file(self, path: Path) -> Path:
        """Write the server's service account as a file, as Google's console gives it."""
        path.write_text(json.dumps(self.server.service_account_info()), encoding="utf-8")
        return path
