"""How functions take their arguments: as values, as areas, as numbers among them, or element by element."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

from ..cell import MAX_CELL_CHARACTERS
from .area import Area
from .operators import to_number
from .parser import Node
from .values import BAD_NUMBER, BAD_VALUE, NOT_AVAILABLE, CellError, Computed

Operand = Computed | Area
Array = list[list[Computed]]
"""Rows of values, all of one width, at least one."""


class Evaluator(Protocol):
    """What a function may ask of the evaluation it is part of."""

    @property
    def place(self) -> tuple[int, int]:
        """Row and column, from 0, of the cell that the formula stands in."""

    def now(self) -> datetime:
        """Give the moment of the calculation in the spreadsheet's time zone, without one."""

    def operand(self, node: Node) -> Operand:
        """Evaluate an argument that may be an area of cells."""

    def scalar(self, node: Node) -> Computed:
        """Evaluate an argument to one value."""

    def array(self, node: Node) -> Array | CellError:
        """Evaluate an argument element by element: operators and plain functions work on every cell of an area."""


Function = Callable[[Evaluator, Sequence[Node]], Operand]
Signature = tuple[Function, int, int]
"""A function with the fewest and the most arguments it takes."""

MANY = 255  # as many arguments as anybody writes


class Elementwise:
    """A function of single values: converts each, passes the first error on, and computes.

    Args:
        compute: takes the converted values; those left out have its defaults.
        converters: one for each argument, e.g. `operators.to_number`; the last one also serves all that follow.
    """

    def __init__(
        self, compute: Callable[..., Computed], *converters: Callable[[Computed], Computed | CellError]
    ) -> None:
        self._compute = compute
        self._converters = converters

    def __call__(self, evaluator: Evaluator, arguments: Sequence[Node]) -> Computed:
        """Evaluate the arguments and compute."""
        return self.of([evaluator.scalar(argument) for argument in arguments])

    def of(self, values: Sequence[Computed]) -> Computed:
        """Compute from values."""
        converted: list[Any] = []
        for number, value in enumerate(values):
            converter = self._converters[min(number, len(self._converters) - 1)]
            argument = converter(value)
            if isinstance(argument, CellError) and converter is not anything:
                return argument
            converted.append(argument)
        try:
            return self._compute(*converted)
        except OverflowError:  # 1e300 as a count of characters or days
            return BAD_NUMBER


def anything(value: Computed) -> Computed:
    """Take a value as it is, an error too."""
    return value


def plain(value: Computed) -> Computed:
    """Take a value of any type but an error."""
    return value


def broadcast(compute: Callable[[Sequence[Computed]], Computed], arrays: Sequence[Array]) -> Array:
    """Compute element by element; one row or column goes with all, what has no counterpart is ``#N/A``."""
    height = max((len(array) for array in arrays), default=1)
    width = max((len(array[0]) for array in arrays), default=1)

    def element(array: Array, row: int, column: int) -> Computed:
        row, column = 0 if len(array) == 1 else row, 0 if len(array[0]) == 1 else column
        return array[row][column] if row < len(array) and column < len(array[0]) else NOT_AVAILABLE

    return [
        [compute([element(array, row, column) for array in arrays]) for column in range(width)]
        for row in range(height)
    ]


def values(evaluator: Evaluator, arguments: Sequence[Node]) -> Iterator[Computed]:
    """Give every value of the arguments, the filled cells of areas included."""
    for argument in arguments:
        operand = evaluator.operand(argument)
        if isinstance(operand, Area):
            yield from operand.filled()
        else:
            yield operand


def numbers(evaluator: Evaluator, arguments: Sequence[Node]) -> list[float] | CellError:
    """Give the numbers among the arguments: texts and booleans in cells are passed over, as a sheet does."""
    found: list[float] = []
    for argument in arguments:
        operand = evaluator.operand(argument)
        if isinstance(operand, Area):
            for value in operand.filled():
                if isinstance(value, CellError):
                    return value
                if isinstance(value, float):
                    found.append(value)
            continue
        number = to_number(operand)
        if isinstance(number, CellError):
            return number
        found.append(number)
    return found


def fitting(text: str) -> str | CellError:
    """Give a text that a cell can hold, else ``#VALUE!``."""
    return text if len(text) <= MAX_CELL_CHARACTERS else BAD_VALUE
