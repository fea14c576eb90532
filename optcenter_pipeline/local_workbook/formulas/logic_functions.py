"""Conditions, choices, and questions about a value's type."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .arguments import MANY, Elementwise, Evaluator, Function, Operand, Signature, anything, plain, values
from .operators import binary, to_boolean
from .parser import Node
from .values import NOT_AVAILABLE, CellError, Computed


def _if(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    condition = to_boolean(evaluator.scalar(arguments[0]))
    if isinstance(condition, CellError):
        return condition
    if condition:
        return evaluator.operand(arguments[1])
    return evaluator.operand(arguments[2]) if len(arguments) > 2 else False


def _ifs(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    if len(arguments) % 2:
        return NOT_AVAILABLE
    for test, result in zip(arguments[::2], arguments[1::2], strict=True):
        condition = to_boolean(evaluator.scalar(test))
        if isinstance(condition, CellError):
            return condition
        if condition:
            return evaluator.operand(result)
    return NOT_AVAILABLE


def _switch(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    wanted = evaluator.scalar(arguments[0])
    if isinstance(wanted, CellError):
        return wanted
    cases = arguments[1:]
    for case, result in zip(cases[::2], cases[1::2], strict=False):
        equal = binary("=", wanted, evaluator.scalar(case))
        if isinstance(equal, CellError):
            return equal
        if equal:
            return evaluator.operand(result)
    return evaluator.operand(cases[-1]) if len(cases) % 2 else NOT_AVAILABLE


def _if_error(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    value = evaluator.scalar(arguments[0])
    if not isinstance(value, CellError):
        return value
    return evaluator.scalar(arguments[1]) if len(arguments) > 1 else None


def _if_na(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    value = evaluator.scalar(arguments[0])
    return evaluator.scalar(arguments[1]) if value == NOT_AVAILABLE else value


def _logical(decide: Callable[[list[bool]], bool]) -> Function:
    def function(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
        conditions: list[bool] = []
        for value in values(evaluator, arguments):
            condition = to_boolean(value)
            if isinstance(condition, CellError):
                return condition
            conditions.append(condition)
        return decide(conditions)

    return function


def _question(fits: Callable[[Computed], bool]) -> Signature:
    return Elementwise(fits, anything), 1, 1


def _number_of(value: Computed) -> float:
    """N: a number or boolean as a number, 0 for anything else."""
    return float(value) if isinstance(value, float | bool) else 0.0


FUNCTIONS: dict[str, Signature] = {
    "AND": (_logical(all), 1, MANY),
    "FALSE": (Elementwise(lambda: False), 0, 0),
    "IF": (_if, 2, 3),
    "IFERROR": (_if_error, 1, 2),
    "IFNA": (_if_na, 2, 2),
    "IFS": (_ifs, 2, MANY),
    "ISBLANK": _question(lambda value: value is None),
    "ISERR": _question(lambda value: isinstance(value, CellError) and value != NOT_AVAILABLE),
    "ISERROR": _question(lambda value: isinstance(value, CellError)),
    "ISLOGICAL": _question(lambda value: isinstance(value, bool)),
    "ISNA": _question(lambda value: value == NOT_AVAILABLE),
    "ISNONTEXT": _question(lambda value: not isinstance(value, str)),
    "ISNUMBER": _question(lambda value: isinstance(value, float)),
    "ISTEXT": _question(lambda value: isinstance(value, str)),
    "N": (Elementwise(_number_of, plain), 1, 1),
    "NA": (Elementwise(lambda: NOT_AVAILABLE), 0, 0),
    "NOT": (Elementwise(lambda condition: not condition, to_boolean), 1, 1),
    "OR": (_logical(any), 1, MANY),
    "SWITCH": (_switch, 3, MANY),
    "T": (Elementwise(lambda value: value if isinstance(value, str) else "", plain), 1, 1),
    "TRUE": (Elementwise(lambda: True), 0, 0),
    "XOR": (_logical(lambda conditions: sum(conditions) % 2 == 1), 1, MANY),
}
