"""An API call as the methods see it: path parameters, query, JSON body."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .errors import InvalidArgumentError, unknown_field, wrong_type
from .field_mask import Mask, parse_mask


@dataclass(frozen=True, slots=True)
class Media:
    """A file's content with its MIME type, as it is sent or asked for."""

    content: bytes
    mime_type: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request, already authenticated.

    `query` keeps every value of a repeated parameter. `base_url` is the server's root as the caller spelled it.
    `media` is the body as it came, for the methods that take files.
    """

    path: dict[str, str]
    query: dict[str, list[str]] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    base_url: str = ""
    media: Media | None = None

    def parameter(self, name: str) -> str | None:
        """Give a query parameter's last value."""
        values = self.query.get(name)
        return values[-1] if values else None

    def choice(self, name: str, options: Sequence[str], default: str) -> str:
        """Give a query parameter that is one of an enum's names."""
        return choose(self.parameter(name), name, options, default)

    def flag(self, name: str) -> bool:
        """Give a boolean query parameter, false by default."""
        return (self.parameter(name) or "false").lower() in ("true", "1")

    @property
    def mask(self) -> Mask:
        """The ``fields`` parameter, parsed."""
        return parse_mask(self.parameter("fields") or self.parameter("$fields") or "")

    def check_body(self, known: Sequence[str]) -> None:
        """Refuse members of the body that the method does not define."""
        for name in self.body:
            if name not in known:
                raise unknown_field(name, "")


def choose(value: Any, name: str, options: Sequence[str], default: str) -> str:
    """Check an enum's name; None and the ``…_UNSPECIFIED`` name give the default."""
    if value is None or (isinstance(value, str) and value.endswith("_UNSPECIFIED")):
        return default
    if value not in options:
        raise wrong_type(value, name, f"type.googleapis.com/google.apps.sheets.v4.{name[:1].upper()}{name[1:]}")
    return str(value)


def _double(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _integer(text: str) -> int:
    _double(text)
    return int(text)


def parse_body(raw: bytes) -> dict[str, Any]:
    """Read a JSON body; none at all is an empty object.

    Raises:
        InvalidArgumentError: where it is no JSON object of valid Unicode texts and finite numbers.
    """
    if not raw.strip():
        return {}

    try:
        body = json.loads(raw, parse_constant=_double, parse_float=_double, parse_int=_integer)
        json.dumps(body, ensure_ascii=False).encode()  # a lone surrogate is no text
    except (ValueError, RecursionError) as error:
        raise InvalidArgumentError("Invalid JSON payload received. Unexpected token.") from error
    if not isinstance(body, dict):
        raise InvalidArgumentError(
            'Invalid JSON payload received. Unknown name "": Root element must be a message.'
        )
    return body
