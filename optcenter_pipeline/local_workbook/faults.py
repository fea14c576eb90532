"""Faults on demand: which of the coming requests goes wrong, and how."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from .errors import ApiError, PermissionDeniedError, UnauthenticatedError
from .quotas import QuotaExceededError
from .traffic import Kind

LONGEST_DELAY = 3600.0


class Fault(BaseModel):
    """One way in which requests go wrong, and the requests that it befalls.

    It befalls a request that matches `method`, `path` and `kind`, after `skip` of these have passed, `times` times.
    What happens is one of `status`, `drop` and `expire_tokens`, or `delay_seconds` alone or besides.
    """

    model_config = ConfigDict(extra="forbid")

    method: str | None = None
    path: str = ""
    """A regular expression, looked for anywhere in the decoded path."""
    kind: Kind | None = None
    skip: Annotated[int, Field(ge=0)] = 0
    times: Annotated[int, Field(ge=1)] | None = 1
    """None: until the plan is cleared."""

    after_commit: bool = False
    """Carry the request out before it goes wrong, so that only the answer is lost."""
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    """Answer with this HTTP status, in Google's words."""
    retry_after: str | None = None
    """The answer's ``Retry-After`` header."""
    body: str | None = None
    """The answer's body instead of Google's."""
    drop: bool = False
    """Close the connection without an answer."""
    expire_tokens: bool = False
    """Every token given so far is worth nothing from here on."""
    delay_seconds: Annotated[float, Field(ge=0, le=LONGEST_DELAY)] = 0.0

    @field_validator("path")
    @classmethod
    def _is_a_pattern(cls, path: str) -> str:
        try:
            re.compile(path)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return path

    @model_validator(mode="after")
    def _does_one_thing(self) -> Fault:
        deeds = (self.status is not None) + self.drop + self.expire_tokens
        if deeds > 1 or not (deeds or self.delay_seconds):
            raise ValueError("give one of status, drop and expire_tokens, or delay_seconds")
        if self.status is not None and self.status < 400 and self.body is None:
            raise ValueError("a status below 400 needs a body")
        if self.status is None and (self.retry_after is not None or self.body is not None):
            raise ValueError("retry_after and body go with status")
        return self

    @property
    def name(self) -> str:
        """What it does, for the log of requests: ``503 after commit``."""
        deed = str(self.status) if self.status else "drop" if self.drop else "expired token"
        if not (self.status or self.drop or self.expire_tokens):
            deed = "delay"
        return f"{deed} after commit" if self.after_commit else deed

    def befalls(self, method: str, path: str, kind: Kind) -> bool:
        """Whether it is meant for such a request, counts apart."""
        return (
            (self.method is None or self.method.upper() == method)
            and (self.kind is None or self.kind == kind)
            and re.search(self.path, path) is not None
        )


@dataclass(slots=True)
class _Waiting:
    """A fault with what is left of its counts."""

    fault: Fault
    skip: int
    times: int | None


class FaultPlan:
    """Faults that wait for their requests, in order.

    Every fault counts its own matching requests. Where several are due at once the first one strikes, and the
    others stay due: two faults with the same `skip` strike one request and its retry.
    """

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []

    def add(self, fault: Fault) -> None:
        """Put a fault at the end of the plan."""
        self._waiting.append(_Waiting(fault, fault.skip, fault.times))

    def clear(self) -> None:
        """Let everything go well from here on."""
        self._waiting.clear()

    def strike(self, method: str, path: str, kind: Kind) -> Fault | None:
        """Give the fault that befalls this request, and count it; None where it goes well."""
        struck: _Waiting | None = None
        for waiting in self._waiting:
            if not waiting.fault.befalls(method, path, kind):
                continue
            if waiting.skip:
                waiting.skip -= 1
            elif struck is None:
                struck = waiting
        if struck is None:
            return None
        if struck.times is not None:
            struck.times -= 1
            if not struck.times:
                self._waiting.remove(struck)
        return struck.fault

    def document(self) -> dict[str, Any]:
        """Give what still waits as JSON, with the counts that are left."""
        return {
            "faults": [
                waiting.fault.model_dump(exclude_defaults=True) | {"skip": waiting.skip, "times": waiting.times}
                for waiting in self._waiting
            ]
        }


def answer_body(fault: Fault, kind: Kind) -> dict[str, Any]:
    """Give the JSON with which Google answers such a call with the fault's status."""
    status = fault.status or 500
    if kind == "token":
        error = "internal_failure" if status >= 500 else "invalid_grant"
        return {"error": error, "error_description": f"HTTP {status} on demand."}
    if status == 429:
        return QuotaExceededError("write" if kind == "write" else "read", 60, per_user=True).body()
    known: dict[int, ApiError] = {
        401: UnauthenticatedError(),
        403: PermissionDeniedError(),
        500: ApiError(500, "Internal error encountered.", "INTERNAL"),
        503: ApiError(503, "The service is currently unavailable.", "UNAVAILABLE"),
        504: ApiError(504, "Deadline expired before operation could complete.", "DEADLINE_EXCEEDED"),
    }
    other = ApiError(status, f"HTTP {status} on demand.", "UNKNOWN")
    return known.get(status, other).body()
