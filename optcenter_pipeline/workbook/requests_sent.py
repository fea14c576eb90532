"""What a request is to the server: a read or a write as its quotas count them, and whether it may be repeated."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

_READING_POSTS = re.compile(r"(:getByDataFilter|/values:batchGetByDataFilter|/developerMetadata:search)$")
_IDEMPOTENT_POSTS = re.compile(r"/values(:batchUpdate|:batchClear|/[^/]+:clear)(ByDataFilter)?$")


class Kind(StrEnum):
    """What a request counts as."""

    READ = "read"
    WRITE = "write"
    DRIVE = "drive"
    """Google Drive has quotas of its own."""


@dataclass
class RequestCounts:
    """Requests sent, retries included, as quotas count them."""

    reads: int = 0
    writes: int = 0
    drive: int = 0
    """Calls of the Drive API, whatever they do."""
    retries: int = 0
    """So many of all these were sent again."""

    def add(self, kind: Kind) -> None:
        """Count one that is being sent."""
        if kind is Kind.READ:
            self.reads += 1
        elif kind is Kind.WRITE:
            self.writes += 1
        else:
            self.drive += 1


def kind_of(method: str, url: str) -> Kind:
    """What a request counts as; some reads go by POST, since their filters do not fit into an address."""
    path = urlsplit(url).path
    if "/drive/v3/" in path:
        return Kind.DRIVE
    is_read = method in ("GET", "HEAD") or _READING_POSTS.search(path) is not None
    return Kind.READ if is_read else Kind.WRITE


def changes_nothing(method: str, url: str) -> bool:
    """Whether a request only looks."""
    return method in ("GET", "HEAD") or kind_of(method, url) is Kind.READ


def is_idempotent(method: str, url: str) -> bool:
    """Whether sending the request twice is the same as sending it once."""
    if changes_nothing(method, url):
        return True
    path = urlsplit(url).path
    if method == "PUT":
        return "/values/" in path
    return method == "POST" and _IDEMPOTENT_POSTS.search(path) is not None
