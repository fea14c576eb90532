"""Parses a formula's text into a tree."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from .references import Reference, parse_reference
from .tokens import Token, tokenise
from .values import BAD_REFERENCE, CellError, Computed


class Literal(NamedTuple):
    """A number, text, boolean or error written into the formula; None for an argument left out."""

    value: Computed


class Lookup(NamedTuple):
    """A reference to cells."""

    reference: Reference


class Operation(NamedTuple):
    """An operator on one operand (``-``, ``+``, ``%`` behind it) or on two."""

    operator: str
    operands: tuple[Node, ...]


class FunctionCall(NamedTuple):
    """A function's name in capitals and its arguments; a bare name is a call without parentheses."""

    name: str
    arguments: tuple[Node, ...]


Node = Literal | Lookup | Operation | FunctionCall

_PRECEDENCE = {
    **dict.fromkeys(("=", "<>", "<", ">", "<=", ">="), 1),
    "&": 2,
    **dict.fromkeys(("+", "-"), 3),
    **dict.fromkeys(("*", "/"), 4),
    "^": 5,
}


class FormulaSyntaxError(Exception):
    """The text is no formula."""


@lru_cache(maxsize=20_000)
def parse_formula(text: str) -> Node:
    """Parse a formula, ``=`` included.

    Raises:
        FormulaSyntaxError: where it cannot be read, or is nested too deep.
    """
    try:
        parser = _Parser([token for token in tokenise(text[1:]) if token.kind != "space"])
        node = parser.expression()
    except RecursionError as error:
        raise FormulaSyntaxError(text) from error
    if not parser.at_end:
        raise FormulaSyntaxError(text)
    return node


class _Parser:
    """Recursive descent over tokens; no token but an operator has an operator's text."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = [*tokens, Token("end", "")]
        self._position = 0

    @property
    def at_end(self) -> bool:
        return self._tokens[self._position].kind == "end"

    def _next_is(self, *texts: str) -> bool:
        return self._tokens[self._position].text in texts

    def _take(self) -> Token:
        token = self._tokens[self._position]
        if token.kind == "end":
            raise FormulaSyntaxError
        self._position += 1
        return token

    def _expect(self, text: str) -> None:
        if not self._next_is(text):
            raise FormulaSyntaxError
        self._position += 1

    def expression(self, precedence: int = 1) -> Node:
        """Parse operands joined by operators that bind at least so tightly (precedence climbing)."""
        node = self._unary()
        while (binds := _PRECEDENCE.get(self._tokens[self._position].text, 0)) >= precedence:
            operator = self._take().text
            node = Operation(operator, (node, self.expression(binds + 1)))
        return node

    def _unary(self) -> Node:
        if self._next_is("+", "-"):  # binds tighter than ^ in a sheet: -2^2 is 4
            return Operation(self._take().text, (self._unary(),))
        node = self._primary()
        while self._next_is("%"):
            self._take()
            node = Operation("%", (node,))
        return node

    def _primary(self) -> Node:
        token = self._take()
        if token.kind == "number":
            return Literal(float(token.text))
        if token.kind == "text":
            return Literal(token.text[1:-1].replace('""', '"'))
        if token.kind == "error":
            return Literal(CellError(token.text.upper()))
        if token.kind == "reference":
            return Lookup(parse_reference(token.text))
        if token.kind == "name":
            return self._name(token.text)
        if token.text == "(":
            node = self.expression()
            self._expect(")")
            return node
        raise FormulaSyntaxError

    def _name(self, text: str) -> Node:
        name = text.upper()
        if name.endswith("!#REF!"):
            return Literal(BAD_REFERENCE)
        if not self._next_is("("):
            return Literal(name == "TRUE") if name in ("TRUE", "FALSE") else FunctionCall(name, ())
        self._take()
        arguments: list[Node] = []
        while not self._next_is(")"):
            if arguments:
                self._expect(",")
            arguments.append(Literal(None) if self._next_is(",", ")") else self.expression())
        self._take()
        return FunctionCall(name, tuple(arguments))
