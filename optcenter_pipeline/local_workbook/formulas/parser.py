"""Parses a formula's text into a tree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .references import Reference, parse_reference
from .tokens import Token, tokenise
from .values import BAD_REFERENCE, CellError, Computed


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, text, boolean or error written into the formula; None for an argument left out."""

    value: Computed


@dataclass(frozen=True, slots=True)
class Lookup:
    """A reference to cells."""

    reference: Reference


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator on one operand (``-``, ``+``, ``%`` behind it) or on two."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function's name in capitals and its arguments; a bare name is a call without parentheses."""

    name: str
    arguments: tuple[Node, ...]


Node = Literal | Lookup | Operation | FunctionCall

_BINARY_LEVELS = (("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))


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
        node = parser.binary(0)
    except RecursionError as error:
        raise FormulaSyntaxError(text) from error
    if not parser.at_end:
        raise FormulaSyntaxError(text)
    return node


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._position = 0

    @property
    def at_end(self) -> bool:
        return self._position == len(self._tokens)

    def _next_is(self, *texts: str) -> bool:
        if self.at_end:
            return False
        token = self._tokens[self._position]
        return token.kind == "operator" and token.text in texts

    def _take(self) -> Token:
        if self.at_end:
            raise FormulaSyntaxError
        self._position += 1
        return self._tokens[self._position - 1]

    def _expect(self, text: str) -> None:
        if not self._next_is(text):
            raise FormulaSyntaxError
        self._position += 1

    def binary(self, level: int) -> Node:
        if level == len(_BINARY_LEVELS):
            return self._unary()
        node = self.binary(level + 1)
        while self._next_is(*_BINARY_LEVELS[level]):
            operator = self._take().text
            node = Operation(operator, (node, self.binary(level + 1)))
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
            node = self.binary(0)
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
            arguments.append(Literal(None) if self._next_is(",", ")") else self.binary(0))
        self._take()
        return FunctionCall(name, tuple(arguments))
