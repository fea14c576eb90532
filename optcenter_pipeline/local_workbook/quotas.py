"""Google's quotas on the Sheets API: so many reads and so many writes a minute, by project and by user."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .errors import ApiError

SheetsKind = Literal["read", "write"]

_SERVICE = "sheets.googleapis.com"
_PROJECT_NUMBER = "100000000001"


class QuotaLimits(BaseModel):
    """How many requests a window takes; the defaults are Google's."""

    model_config = ConfigDict(extra="forbid")

    per_project: int = Field(default=300, ge=0)
    per_user: int = Field(default=60, ge=0)
    window_seconds: float = Field(default=60.0, gt=0, le=3600)


class QuotaExceededError(ApiError):
    """One request too many (429)."""

    def __init__(self, kind: SheetsKind, limit: int, *, per_user: bool) -> None:
        name = f"{kind.capitalize()} requests"
        per = "per minute per user" if per_user else "per minute"
        super().__init__(
            429,
            f"Quota exceeded for quota metric '{name}' and limit '{name} {per}' of service '{_SERVICE}' "
            f"for consumer 'project_number:{_PROJECT_NUMBER}'.",
            "RESOURCE_EXHAUSTED",
        )
        self._metadata = {
            "consumer": f"projects/{_PROJECT_NUMBER}",
            "quota_limit": f"{kind.capitalize()}RequestsPerMinutePer{'User' if per_user else 'Project'}",
            "quota_limit_value": str(limit),
            "quota_location": "global",
            "quota_metric": f"{_SERVICE}/{kind}_requests",
            "service": _SERVICE,
        }

    def body(self) -> dict[str, Any]:
        """Give the response's JSON, with Google's details of the quota."""
        body = super().body()
        body["error"]["details"] = [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "RATE_LIMIT_EXCEEDED",
                "domain": "googleapis.com",
                "metadata": self._metadata,
            },
            {
                "@type": "type.googleapis.com/google.rpc.Help",
                "links": [
                    {
                        "description": "Request a higher quota limit.",
                        "url": "https://cloud.google.com/docs/quota#requesting_higher_quota",
                    }
                ],
            },
        ]
        return body


class Quotas:
    """Counts requests in a window that slides: never more than the limit in any stretch of its length.

    Google refills by the minute and does not say when its minutes begin. Who keeps to a sliding window keeps to
    any. A refused request is not counted.
    """

    def __init__(self, limits: QuotaLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._clock = clock
        self._admitted: dict[tuple[str, str], deque[float]] = {}

    def admit(self, kind: SheetsKind, user: str) -> None:
        """Count one request.

        Raises:
            QuotaExceededError: it is one too many.
        """
        of_user, of_project = self._window(kind, f"user {user}"), self._window(kind, "project")
        if len(of_user) >= self.limits.per_user:
            raise QuotaExceededError(kind, self.limits.per_user, per_user=True)
        if len(of_project) >= self.limits.per_project:
            raise QuotaExceededError(kind, self.limits.per_project, per_user=False)
        now = self._clock()
        of_user.append(now)
        of_project.append(now)

    def _window(self, kind: SheetsKind, scope: str) -> deque[float]:
        """The admitted requests that still count."""
        admitted = self._admitted.setdefault((kind, scope), deque())
        since = self._clock() - self.limits.window_seconds
        while admitted and admitted[0] <= since:
            admitted.popleft()
        return admitted

    def document(self) -> dict[str, Any]:
        """Give limits and use as JSON: ``{"limits", "used": {"read", "write"}}``, use by the project."""
        used = {kind: len(self._window(kind, "project")) for kind in ("read", "write")}
        return {"limits": self.limits.model_dump(), "used": used}
