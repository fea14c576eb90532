"""A tiny server that fails as told, and remembers what reached it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, NamedTuple


class Fault(NamedTuple):
    """How one request is answered."""

    status: int = 0
    """HTTP status; 0 drops the connection without an answer."""
    commits: bool = False
    """Whether the request is carried out all the same."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b'{"error": {"code": 500, "message": "in the server\'s words", "status": "X"}}'


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    faults: ClassVar[list[Fault]] = []
    carried_out: ClassVar[list[tuple[str, str, Any]]] = []
    seen: ClassVar[list[str]] = []

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.seen.append(self.path)
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or fault.commits:
            self.carried_out.append((self.command, self.path.split("?")[0], body))
        if fault is None:
            self._send(200, (), b'{"valueRanges": [], "replies": []}')
        elif fault.status:
            self._send(fault.status, fault.headers, fault.body)
        else:
            self.close_connection = True
            self.connection.close()

    do_GET = do_POST = do_PUT = _answer  # noqa: N815

    def _send(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@contextmanager
def faulty_server(*faults: Fault) -> Iterator[tuple[str, type[_Handler]]]:
    """Serve the faults in turn, then answer well; gives the root and what was seen."""
    handler = type("Handler", (_Handler,), {"faults": list(faults), "carried_out": [], "seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", handler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
