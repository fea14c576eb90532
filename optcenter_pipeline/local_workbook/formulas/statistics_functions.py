"""Sums, counts, means and extremes, of all values or of those that meet criteria."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence

from .area import Area
from .arguments import MANY, Array, Evaluator, Function, Operand, Signature, numbers, values
from .criteria import parse_criterion
from .operators import finite, to_number
from .parser import Node
from .values import BAD_NUMBER, BAD_VALUE, DIVISION_BY_ZERO, NOT_AVAILABLE, CellError, Computed


def _mean(found: list[float]) -> Computed:
    return finite(sum(found) / len(found)) if found else DIVISION_BY_ZERO


def _total(found: list[float]) -> Computed:
    return finite(sum(found))


def _aggregate(compute: Callable[[list[float]], Computed]) -> Function:
    def function(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
        found = numbers(evaluator, arguments)
        return found if isinstance(found, CellError) else compute(found)

    return function


def _ranked(order: Callable[[list[float], int], float]) -> Function:
    def function(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
        found = numbers(evaluator, arguments[:1])
        rank = to_number(evaluator.scalar(arguments[1]))
        if isinstance(found, CellError) or isinstance(rank, CellError):
            return found if isinstance(found, CellError) else rank
        return order(sorted(found), int(rank)) if 1 <= rank <= len(found) else BAD_NUMBER

    return function


def _count(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    return float(sum(isinstance(value, float) for value in values(evaluator, arguments)))


def _count_filled(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    return float(sum(value is not None for value in values(evaluator, arguments)))


def _count_blank(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    operand = evaluator.operand(arguments[0])
    if isinstance(operand, Area):
        return float(operand.size - sum(value != "" for value in operand.filled()))
    return operand if isinstance(operand, CellError) else float(operand in (None, ""))


class _Selection:
    """The cells of areas of one shape, by place, for which every area's criterion holds."""

    def __init__(self, evaluator: Evaluator, pairs: Sequence[Node]) -> None:
        self.error: CellError | None = None
        self.places: list[tuple[int, int]] = []
        self.count = 0
        conditions = []
        for range_node, criterion_node in zip(pairs[::2], pairs[1::2], strict=True):
            area = evaluator.operand(range_node)
            if not isinstance(area, Area):
                self.error = area if isinstance(area, CellError) else NOT_AVAILABLE
                return
            conditions.append((area, parse_criterion(evaluator.scalar(criterion_node))))
        first = conditions[0][0]
        if any((area.height, area.width) != (first.height, first.width) for area, _ in conditions):
            self.error = BAD_VALUE
            return
        used = max(area.used_height for area, _ in conditions)
        for row in range(used):
            for column in range(first.width):
                if all(fits(area.value(row, column)) for area, fits in conditions):
                    self.places.append((row, column))
        # below the last used row all cells are blank
        blank_ones = (first.height - used) * first.width if all(fits(None) for _, fits in conditions) else 0
        self.count = len(self.places) + blank_ones


def _count_ifs(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    if len(arguments) % 2:
        return NOT_AVAILABLE
    selection = _Selection(evaluator, arguments)
    return selection.error or float(selection.count)


def _selected(
    evaluator: Evaluator, source: Node, pairs: Sequence[Node], *, same_shape: bool
) -> Operand | list[float]:
    """Give the numbers of an area that stand where the criteria hold in others."""
    if len(pairs) % 2:
        return NOT_AVAILABLE
    area = evaluator.operand(source)
    if not isinstance(area, Area):
        return area if isinstance(area, CellError) else NOT_AVAILABLE
    shape = evaluator.operand(pairs[0])
    if same_shape and isinstance(shape, Area) and (shape.height, shape.width) != (area.height, area.width):
        return BAD_VALUE
    selection = _Selection(evaluator, pairs)
    if selection.error:
        return selection.error
    found: list[float] = []
    for row, column in selection.places:
        value = area.value(row, column) if row < area.height and column < area.width else None
        if isinstance(value, CellError):
            return value
        if isinstance(value, float):
            found.append(value)
    return found


def _by_criterion(compute: Callable[[list[float]], Computed]) -> Function:
    """SUMIF and AVERAGEIF: the criterion's range, the criterion, and perhaps another range to compute from."""

    def function(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
        source = arguments[2] if len(arguments) > 2 else arguments[0]
        found = _selected(evaluator, source, arguments[:2], same_shape=False)
        return compute(found) if isinstance(found, list) else found

    return function


def _by_criteria(compute: Callable[[list[float]], Computed]) -> Function:
    """SUMIFS and its like: the range to compute from, then ranges and criteria in turn."""

    def function(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
        found = _selected(evaluator, arguments[0], arguments[1:], same_shape=True)
        return compute(found) if isinstance(found, list) else found

    return function


def _sum_product(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    arrays: list[Array] = []
    for argument in arguments:
        array = evaluator.array(argument)
        if isinstance(array, CellError):
            return array
        arrays.append(array)
    if any((len(array), len(array[0])) != (len(arrays[0]), len(arrays[0][0])) for array in arrays):
        return BAD_VALUE
    total = 0.0
    for rows in zip(*arrays, strict=True):
        for factors in zip(*rows, strict=True):
            for factor in factors:
                if isinstance(factor, CellError):
                    return factor
            # texts and booleans count as 0
            total += math.prod(factor if isinstance(factor, float) else 0.0 for factor in factors)
    return finite(total)


FUNCTIONS: dict[str, Signature] = {
    "AVERAGE": (_aggregate(_mean), 1, MANY),
    "AVERAGEIF": (_by_criterion(_mean), 2, 3),
    "AVERAGEIFS": (_by_criteria(_mean), 3, MANY),
    "COUNT": (_count, 1, MANY),
    "COUNTA": (_count_filled, 1, MANY),
    "COUNTBLANK": (_count_blank, 1, 1),
    "COUNTIF": (_count_ifs, 2, 2),
    "COUNTIFS": (_count_ifs, 2, MANY),
    "LARGE": (_ranked(lambda found, rank: found[-rank]), 2, 2),
    "MAX": (_aggregate(lambda found: max(found, default=0.0)), 1, MANY),
    "MAXIFS": (_by_criteria(lambda found: max(found, default=0.0)), 3, MANY),
    "MEDIAN": (_aggregate(lambda found: finite(statistics.median(found)) if found else BAD_NUMBER), 1, MANY),
    "MIN": (_aggregate(lambda found: min(found, default=0.0)), 1, MANY),
    "MINIFS": (_by_criteria(lambda found: min(found, default=0.0)), 3, MANY),
    "PRODUCT": (_aggregate(lambda found: finite(math.prod(found)) if found else 0.0), 1, MANY),
    "SMALL": (_ranked(lambda found, rank: found[rank - 1]), 2, 2),
    "SUM": (_aggregate(_total), 1, MANY),
    "SUMIF": (_by_criterion(_total), 2, 3),
    "SUMIFS": (_by_criteria(_total), 3, MANY),
    "SUMPRODUCT": (_sum_product, 1, MANY),
}
