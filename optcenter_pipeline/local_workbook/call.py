"""An API call as the methods see it: path parameters, query, JSON body."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .errors import InvalidArgumentError
from .field_mask import Mask, check_selection, parse_mask
from .message_types import SHEETS
from .messages import read_flag, read_integer, read_message, read_parameter, refuse

# what every method of Google's APIs takes
_SYSTEM_PARAMETERS = frozenset(
    [
        "$.xgafv",
        "$fields",
        "access_token",
        "alt",
        "callback",
        "fields",
        "key",
        "oauth_token",
        "prettyPrint",
        "quotaUser",
        "uploadType",
        "upload_protocol",
    ]
)


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

    def choice(self, name: str, names: Sequence[str], default: str) -> str:
        """Give a query parameter that is one of an enum's names."""
        text = self.parameter(name)
        return default if text is None else read_parameter(text, name, tuple(names)) or default

    def flag(self, name: str) -> bool:
        """Give a boolean query parameter, false by default."""
        text = self.parameter(name)
        return text is not None and read_flag(text, name)

    def path_integer(self, name: str) -> int:
        """Give a path parameter that is a number."""
        return read_integer(self.path[name], name)

    def check_query(self, *known: str) -> None:
        """Refuse query parameters that the method does not define."""
        refuse(
            [
                (
                    name,
                    f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
                    f"Field '{name}' could not be found in request message.",
                )
                for name in self.query
                if name not in known and name not in _SYSTEM_PARAMETERS
            ]
        )

    def message(self, name: str, at: str = "") -> dict[str, Any]:
        """Read the body as a message, see `read_message`."""
        return read_message(self.body, name, at)

    @property
    def fields(self) -> str:
        """The text of the ``fields`` parameter."""
        return self.parameter("fields") or self.parameter("$fields") or ""

    @property
    def mask(self) -> Mask:
        """The ``fields`` parameter, parsed; whether its names are known is not looked at."""
        return parse_mask(self.fields)

    def selection(self, answer: str, api: str = SHEETS) -> Mask:
        """Give the ``fields`` parameter, whose names must be the answer's."""
        return check_selection(self.fields, answer, api)


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
        text = raw.decode(json.detect_encoding(raw), "surrogatepass")
        body = json.loads(text, parse_constant=_double, parse_float=_double, parse_int=_integer)
        if not text.isascii() or "\\u" in text:
            json.dumps(body, ensure_ascii=False).encode()  # a lone surrogate is no text
    except (ValueError, RecursionError) as error:
        raise InvalidArgumentError("Invalid JSON payload received. Unexpected token.") from error
    if not isinstance(body, dict):
        raise InvalidArgumentError(
            'Invalid JSON payload received. Unknown name "": Root element must be a message.'
        )
    return body
