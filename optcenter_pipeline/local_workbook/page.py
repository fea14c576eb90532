"""The page that shows the workbook's grid to people."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from .routes import Endpoint
from .store import Store


def make_page(store: Store, spreadsheet_id: str, token: str, port: int) -> Endpoint:
    """Give the endpoint of ``GET /``."""

    async def page(request: Request) -> Response:
        return Response("", 404)

    return page
