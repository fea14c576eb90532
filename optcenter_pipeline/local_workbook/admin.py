"""The admin endpoint: quotas, faults and the log of requests, by HTTP; there only when asked for.

Every call of the API passes here on its way in and its answer on its way out.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .access import account_of, expire_tokens
from .connections import drop
from .errors import ApiError, InvalidArgumentError
from .faults import Fault, FaultPlan, answer_body
from .quotas import QuotaLimits, Quotas
from .store import Store
from .traffic import Kind, Received, Traffic, kind_of

ModelT = TypeVar("ModelT", bound=BaseModel)


class _Faults(BaseModel):
    model_config = ConfigDict(extra="forbid")

    faults: list[Fault]


class Admin:
    """What the server has been told to do to its callers, and what they asked of it.

    All of it lives in the server's event loop, so nothing here needs a lock; nothing is kept in the file but that
    tokens have expired.
    """

    def __init__(self, store: Store) -> None:
        self.faults = FaultPlan()
        self.quotas: Quotas | None = None
        self.traffic = Traffic()
        self._store = store

    def routes(self) -> list[Route]:
        """Give the routes under ``/__admin/``."""
        return [
            Route("/__admin/faults", self._faults, methods=["GET", "POST", "DELETE"]),
            Route("/__admin/quotas", self._quotas, methods=["GET", "POST", "DELETE"]),
            Route("/__admin/requests", self._requests, methods=["GET", "DELETE"]),
            Route("/__admin/tokens", self._tokens, methods=["DELETE"]),
        ]

    async def _faults(self, request: Request) -> Response:
        if request.method == "POST":
            for fault in (await _body(request, _Faults)).faults:
                self.faults.add(fault)
        elif request.method == "DELETE":
            self.faults.clear()
        return _json(self.faults.document())

    async def _quotas(self, request: Request) -> Response:
        if request.method == "POST":
            self.quotas = Quotas(await _body(request, QuotaLimits))
        elif request.method == "DELETE":
            self.quotas = None
        return _json(self.quotas.document() if self.quotas else {"limits": None, "used": {}})

    async def _requests(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.traffic.forget()
        return _json(self.traffic.document())

    async def _tokens(self, _request: Request) -> Response:
        await self.expire_tokens()
        return _json({})

    async def expire_tokens(self) -> None:
        """Let no token given so far open anything any more."""

        def expire() -> None:
            with self._store.write() as connection:
                expire_tokens(connection)

        await run_in_threadpool(expire)


async def _body(request: Request, kind: type[ModelT]) -> ModelT:
    """Read a JSON body.

    Raises:
        InvalidArgumentError: it is no such document, or a form that a page of another site could send unasked.
    """
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise InvalidArgumentError("The body must be application/json.")
    try:
        return kind.model_validate_json(await request.body() or b"{}")
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InvalidArgumentError(f"{place}: {first['msg']}" if place else first["msg"]) from error


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status, headers, media_type="application/json; charset=UTF-8")


class Gate:
    """The middleware between the callers and the API."""

    def __init__(self, app: ASGIApp, admin: Admin) -> None:
        self._app = app
        self._admin = admin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or do to it what the plan says."""
        kind = kind_of(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if kind is None:
            await self._app(scope, receive, send)
            return
        noted = self._admin.traffic.note(scope["method"], scope["path"], kind)
        fault = self._admin.faults.strike(noted.method, noted.path, kind)
        try:
            if fault is None:
                await self._admitted(scope, receive, _noting(send, noted), kind)
            else:
                noted.fault = fault.name
                await self._struck(fault, scope, await _received(receive), _noting(send, noted), kind)
        finally:
            noted.has_ended = True

    async def _struck(self, fault: Fault, scope: Scope, receive: Receive, send: Send, kind: Kind) -> None:
        """A request that a fault befalls."""
        kept: list[Message] = []
        if fault.after_commit:
            await self._admitted(scope, receive, _keeping(kept), kind)
        await asyncio.sleep(fault.delay_seconds)
        if fault.drop:
            await drop(scope, receive)
            return
        if fault.expire_tokens:
            await self._admin.expire_tokens()
        if fault.status is not None:
            await _failure(fault, kind)(scope, receive, send)
        elif fault.after_commit:
            for message in kept:
                await send(message)
        else:
            await self._admitted(scope, receive, send, kind)

    async def _admitted(self, scope: Scope, receive: Receive, send: Send, kind: Kind) -> None:
        """A request as far as the quotas allow."""
        try:
            if self._admin.quotas is not None and kind in ("read", "write"):
                self._admin.quotas.admit(kind, account_of(Request(scope).headers.get("authorization")))
        except ApiError as refusal:
            await Request(scope, receive).body()
            await _json(refusal.body(), refusal.code)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _failure(fault: Fault, kind: Kind) -> Response:
    """The answer that a fault gives."""
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    if fault.body is not None:
        return Response(fault.body, fault.status or 500, headers, media_type="application/json; charset=UTF-8")
    return _json(answer_body(fault, kind), fault.status or 500, headers)


async def _received(receive: Receive) -> Receive:
    """Take in a request to its end, so that it can be carried out even when its caller no longer waits."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())

    async def again() -> Message:
        return messages.pop(0) if messages else await receive()

    return again


def _noting(send: Send, noted: Received) -> Callable[[Message], Any]:
    """A `send` that writes the answer's status into the log."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            noted.status = message["status"]
        await send(message)

    return sending


def _keeping(kept: list[Message]) -> Callable[[Message], Any]:
    """A `send` that keeps the answer back."""

    async def keeping(message: Message) -> None:
        kept.append(message)

    return keeping
