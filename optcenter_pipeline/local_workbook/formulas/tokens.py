"""Splits a formula into tokens, so that its references can be read and moved without touching the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<text>"(?:[^"]|"")*")
  | (?P<reference>
        (?:(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)?
        (?: \$?[A-Za-z]{1,3}\$?\d{1,7}(?::\$?[A-Za-z]{1,3}(?:\$?\d{1,7})?)?
          | \$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?:\$?\d{1,7})?
          | \$?\d{1,7}:\$?\d{1,7} )
        (?![\w(.!]))
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|ERROR!))
  | (?P<name>(?:'(?:[^']|'')+'|[^\W\d][\w.]*)(?:!(?:\#REF!|[\w.$:]+))?)
  | (?P<operator><=|>=|<>|[-+*/^&=<>%(),;:{}])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a formula: its kind (the group that matched, ``other`` for a stray character) and its text."""

    kind: str
    text: str


def tokenise(formula: str) -> list[Token]:
    """Split a formula (with or without its ``=``) into tokens; joined again they are the text."""
    tokens: list[Token] = []
    position = 0
    while position < len(formula):
        match = _TOKEN.match(formula, position)
        if match is None or not match[0]:
            tokens.append(Token("other", formula[position]))
            position += 1
        else:
            tokens.append(Token(match.lastgroup or "other", match[0]))
            position = match.end()
    return tokens
