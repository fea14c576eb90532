"""The query language of ``files.list``, in the part that makes sense for spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .errors import DriveError

Holds = Callable[[dict[str, Any]], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<sign><=|>=|!=|=|<|>|\(|\))|(?P<word>[A-Za-z]+))",
    re.DOTALL,
)
_TEXTS = ("name", "mimeType", "fullText")
_TIMES = ("modifiedTime", "createdTime")
_FLAGS = ("trashed", "starred")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda present, wanted: present == wanted,
    "!=": lambda present, wanted: present != wanted,
    "<": lambda present, wanted: present < wanted,
    "<=": lambda present, wanted: present <= wanted,
    ">": lambda present, wanted: present > wanted,
    ">=": lambda present, wanted: present >= wanted,
}


def parse_query(query: str) -> Holds:
    """Parse a ``q`` of terms joined by ``and``, ``or``, ``not`` and parentheses into a test of a file's resource.

    Terms: ``name``, ``mimeType`` (``=``, ``!=``, ``contains``), ``fullText contains`` (names alone), ``trashed``,
    ``starred`` (``=``, ``!=``), ``modifiedTime``, ``createdTime`` (all comparisons), ``'ID' in parents`` or
    ``parents in 'ID'``, and ``'me' in owners`` and its like, which hold for every file here.

    Raises:
        DriveError: for any other.
    """
    if not query.strip():
        return lambda _: True
    parser = _Parser(_tokens(query))
    holds = parser.either()
    if parser.tokens:
        raise _invalid()
    return holds


def _invalid() -> DriveError:
    return DriveError(400, "Invalid Value", "invalid", "q")


def _tokens(query: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    position = 0
    while query[position:].strip():
        match = _TOKEN.match(query, position)
        if match is None or match.lastgroup is None:
            raise _invalid()
        value = match[match.lastgroup]
        if match.lastgroup == "text":
            value = re.sub(r"\\(.)", r"\1", value[1:-1], flags=re.DOTALL)
        tokens.append((match.lastgroup, value))
        position = match.end()
    return tokens


class _Parser:
    """Reads tokens from the front of its list."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens

    def _next(self, *kinds: str) -> str:
        if not self.tokens or self.tokens[0][0] not in kinds:
            raise _invalid()
        return self.tokens.pop(0)[1]

    def _take(self, kind: str, value: str) -> bool:
        if self.tokens and self.tokens[0] == (kind, value):
            self.tokens.pop(0)
            return True
        return False

    def either(self) -> Holds:
        parts = [self._all()]
        while self._take("word", "or"):
            parts.append(self._all())
        return lambda file: any(part(file) for part in parts)

    def _all(self) -> Holds:
        parts = [self._one()]
        while self._take("word", "and"):
            parts.append(self._one())
        return lambda file: all(part(file) for part in parts)

    def _one(self) -> Holds:
        if self._take("word", "not"):
            holds = self._one()
            return lambda file: not holds(file)
        if self._take("sign", "("):
            holds = self.either()
            if not self._take("sign", ")"):
                raise _invalid()
            return holds
        if self.tokens and self.tokens[0][0] == "text":
            member = self._next("text")
            self._expect_in()
            return _is_in(member, self._next("word"))
        field = self._next("word")
        if field in ("parents", "owners", "writers", "readers"):
            self._expect_in()
            return _is_in(self._next("text"), field)
        return self._comparison(field)

    def _expect_in(self) -> None:
        if not self._take("word", "in"):
            raise _invalid()

    def _comparison(self, field: str) -> Holds:
        operator = self._next("sign", "word")
        value = self._next("text", "word")
        if field in _TEXTS:
            return _text_term(field, operator, value.lower())
        if field in _FLAGS and operator in ("=", "!=") and value in ("true", "false"):
            return lambda file: (bool(file.get(field)) == (value == "true")) == (operator == "=")
        if field in _TIMES and operator in _COMPARISONS:
            # both are UTC; the one that is asked for may leave the milliseconds and the Z out
            wanted = value.removesuffix("Z").removesuffix("+00:00")
            return lambda file: _COMPARISONS[operator](str(file[field])[: len(wanted)], wanted)
        raise _invalid()


def _text_term(field: str, operator: str, wanted: str) -> Holds:
    name = "name" if field == "fullText" else field
    if operator == "contains":
        return lambda file: wanted in str(file[name]).lower()
    if operator not in ("=", "!=") or field == "fullText":
        raise _invalid()
    return lambda file: (str(file[name]).lower() == wanted) == (operator == "=")


def _is_in(member: str, collection: str) -> Holds:
    if collection == "parents":
        return lambda file: member in file["parents"]
    if collection in ("owners", "writers", "readers"):
        return lambda file: member == "me" or member in [owner["emailAddress"] for owner in file["owners"]]
    raise _invalid()
