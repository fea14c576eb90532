"""Connections that can be closed without an answer, which no web framework offers."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import Receive, Scope
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

_KEY = "connection"


class DroppableProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it; the application finds its connection in the request's state."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, {**app_state, _KEY: self}, _loop)


async def drop(scope: Scope, receive: Receive) -> None:
    """Close a request's connection now; returns when nothing can be sent any more."""
    connection: DroppableProtocol = scope["state"][_KEY]
    connection.transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
