"""Splits a formula into tokens, so that its references can be read and moved without touching the rest."""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<text>"(?:[^"]|"")*")
  | (?P<reference>
        (?:(?:'(?:[^']|'')+'|[^\W\d][\w.]*|\#REF)!)?
        (?: \$?[A-Za-z]{1,3}\$?\d{1,7}(?::\$?[A-Za-z]{1,3}(?:\$?\d{1,7})?)?
          | \$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?:\$?\d{1,7})?
          | \$?\d{1,7}:\$?\d{1,7} )
        (?![\w(.!]))
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|ERROR!))
  | (?P<name>(?:'(?:[^']|'')+'|[^\W\d][\w.]*)(?:!(?:\#REF!|[\w.$:]+))?)
  | (?P<operator><=|>=|<>|[-+*/^&=<>%(),;:{}])
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of a formula: its kind (the group that matched, ``other`` for a stray character) and its text."""

    kind: str
    text: str


def tokenise(formula: str) -> list[Token]:
    """Split a formula (with or without its ``=``) into tokens; joined again they are the text."""
    return [Token(match.lastgroup or "other", match[0]) for match in _TOKEN.finditer(formula)]
