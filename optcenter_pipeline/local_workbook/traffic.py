"""What reached the server: every call of the API, by the kind that Google's quotas know."""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["read", "write", "drive", "token"]

_READING_POSTS = re.compile(r"(:getByDataFilter|/values:batchGetByDataFilter|/developerMetadata:search)$")
_REMEMBERED = 20_000


def kind_of(method: str, path: str) -> Kind | None:
    """Give the kind of a call; None where it is none of Google's API.

    Some reads are sent by POST, since their filters do not fit into an address.
    """
    if path == "/token":
        return "token"
    if path.startswith(("/drive/", "/upload/drive/")):
        return "drive"
    if not path.startswith("/v4/"):
        return None
    return "read" if method in ("GET", "HEAD") or _READING_POSTS.search(path) else "write"


@dataclass(slots=True)
class Received:
    """One call: what was asked, and how it ended."""

    method: str
    path: str
    kind: Kind
    status: int | None = None
    """The answer's HTTP status; None where the caller got no answer."""
    fault: str | None = None
    """What was done to it on demand, e.g. ``503 after commit``."""
    has_ended: bool = False
    """Whether the server is through with it; a caller that did not wait does not know."""


@dataclass(slots=True)
class Traffic:
    """Counts of all calls since the last `forget`, and the last calls themselves."""

    counts: Counter[str] = field(default_factory=Counter)
    by_path: Counter[str] = field(default_factory=Counter)
    last: deque[Received] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def note(self, method: str, path: str, kind: Kind) -> Received:
        """Count a call that has just come in; its end is filled in by the caller."""
        received = Received(method, path, kind)
        self.counts[kind] += 1
        self.by_path[f"{method} {path}"] += 1
        self.last.append(received)
        return received

    def forget(self) -> None:
        """Start again at nothing."""
        self.counts.clear()
        self.by_path.clear()
        self.last.clear()

    def document(self) -> dict[str, Any]:
        """Give all of it as JSON: ``{"counts", "by_path", "requests"}``."""
        counts = {kind: self.counts[kind] for kind in ("read", "write", "drive", "token")}
        return {
            "counts": counts,
            "by_path": dict(sorted(self.by_path.items())),
            "requests": [asdict(received) for received in self.last],
        }
