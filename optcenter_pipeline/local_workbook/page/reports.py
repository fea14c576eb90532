"""A folder of reports, served as it is: one self-contained HTML file a run, to the page's visitors, read only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from ..errors import ApiError
from .visitors import Visitors

_NAME = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{6}\.html")
_HEADERS = {
    # a report may run what stands in it and nothing else; in an origin of its own it is not the page's visitor
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-modals"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """The reports in a folder.

    Attributes:
        folder: where they are; it need not be there yet.
        visitors: who may see them.
    """

    folder: Path
    visitors: Visitors

    def routes(self) -> list[Route]:
        """Give the route."""
        return [Route("/reports/{name}", self._report, methods=["GET"])]

    async def _report(self, request: Request) -> Response:
        # a person followed a link, and reads what is refused
        try:
            self.visitors.check(request)
        except ApiError as refusal:
            return _words(refusal.message, refusal.code)
        name = request.path_params["name"]
        path = self.folder / name
        if not _NAME.fullmatch(name) or path.is_symlink() or not path.is_file():
            return _words(_none_such(name), 404)
        return FileResponse(path, headers=_HEADERS, media_type="text/html; charset=utf-8")


def _none_such(name: str) -> str:
    if not _NAME.fullmatch(name):
        return "There is no such report."
    run = name.removesuffix(".html")
    gone = f"There is no report of run {run}: none was asked for, or its file is gone."
    return f"{gone} To make it: optcenter report {run}"


def _words(text: str, status: int) -> Response:
    return Response(text + "\n", status, _HEADERS, "text/plain; charset=utf-8")
