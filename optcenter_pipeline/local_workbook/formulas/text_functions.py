"""Functions of texts; positions count from 1."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..cell import MAX_CELL_CHARACTERS
from ..number_format import format_number
from .area import Area
from .arguments import MANY, Elementwise, Evaluator, Operand, Signature, fitting, plain, values
from .operators import to_boolean, to_number, to_text
from .parser import Node
from .values import BAD_VALUE, CellError, Computed


def _concatenate(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    return _joined("", values(evaluator, arguments))


def _joined(delimiter: str, items: Iterator[Computed], *, without_empty: bool = False) -> str | CellError:
    texts: list[str] = []
    size = 0
    for item in items:
        text = to_text(item)
        if isinstance(text, CellError):
            return text
        if text or not without_empty:
            texts.append(text)
            size += len(text) + len(delimiter)
        if size > MAX_CELL_CHARACTERS + len(delimiter):
            return BAD_VALUE
    return fitting(delimiter.join(texts))


def _cells(evaluator: Evaluator, arguments: Sequence[Node]) -> Iterator[Computed]:
    """Give every value of the arguments, blank cells of areas included."""
    for argument in arguments:
        operand = evaluator.operand(argument)
        if isinstance(operand, Area):
            yield from operand.cells()
        else:
            yield operand


def _join(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    delimiter = to_text(evaluator.scalar(arguments[0]))
    if isinstance(delimiter, CellError):
        return delimiter
    for argument in arguments[1:]:
        operand = evaluator.operand(argument)
        if isinstance(operand, Area) and min(operand.height, operand.width) > 1:
            return BAD_VALUE  # one row or one column
    return _joined(delimiter, _cells(evaluator, arguments[1:]))


def _text_join(evaluator: Evaluator, arguments: Sequence[Node]) -> Operand:
    delimiter = to_text(evaluator.scalar(arguments[0]))
    without_empty = to_boolean(evaluator.scalar(arguments[1]))
    if isinstance(delimiter, CellError):
        return delimiter
    if isinstance(without_empty, CellError):
        return without_empty
    items = values(evaluator, arguments[2:]) if without_empty else _cells(evaluator, arguments[2:])
    return _joined(delimiter, items, without_empty=without_empty)


def _left(text: str, count: float = 1) -> Computed:
    return text[: int(count)] if count >= 0 else BAD_VALUE


def _right(text: str, count: float = 1) -> Computed:
    return text[max(0, len(text) - int(count)) :] if count >= 0 else BAD_VALUE


def _mid(text: str, start: float, count: float) -> Computed:
    return text[int(start) - 1 : int(start) - 1 + int(count)] if start >= 1 and count >= 0 else BAD_VALUE


def _replace(text: str, start: float, count: float, new: str) -> Computed:
    if start < 1 or count < 0:
        return BAD_VALUE
    return fitting(text[: int(start) - 1] + new + text[int(start) - 1 + int(count) :])


def _substitute(text: str, old: str, new: str, occurrence: float | None = None) -> Computed:
    if occurrence is not None and occurrence < 1:
        return BAD_VALUE
    if not old:
        return text
    if occurrence is None:
        # before the text is made: it could be thousands of times as long as any cell
        is_too_long = len(text) + text.count(old) * (len(new) - len(old)) > MAX_CELL_CHARACTERS
        return BAD_VALUE if is_too_long else text.replace(old, new)
    parts = text.split(old, int(occurrence))
    if len(parts) <= int(occurrence):
        return text
    return fitting(old.join(parts[:-1]) + new + parts[-1])


def _repeat(text: str, times: float) -> Computed:
    return text * int(times) if times >= 0 and len(text) * times <= MAX_CELL_CHARACTERS else BAD_VALUE


def _find(wanted: str, text: str, start: float = 1) -> Computed:
    return _position(re.compile(re.escape(wanted)), text, start)


def _search(wanted: str, text: str, start: float = 1) -> Computed:
    return _position(re.compile(re.escape(wanted), re.IGNORECASE), text, start)


def _position(pattern: re.Pattern[str], text: str, start: float) -> Computed:
    found = pattern.search(text, int(start) - 1) if 1 <= start <= len(text) + 1 else None
    return BAD_VALUE if found is None else float(found.start() + 1)


def _value(value: Computed) -> Computed:
    return BAD_VALUE if isinstance(value, bool) else to_number(value)


def _text(value: Computed, pattern: str) -> Computed:
    number = to_number(value)
    if isinstance(value, bool) or not isinstance(number, float):
        return to_text(value)
    if not pattern:
        return ""
    # letters of dates, but for those in literals and in brackets such as [Red]
    bare = re.sub(r'"[^"]*"|\\.|\[(?!h+\])[^\]]*\]|General|am/pm', "", pattern, flags=re.IGNORECASE)
    kind = "DATE_TIME" if re.search("[dyhms]", bare, re.IGNORECASE) else "NUMBER"
    return fitting(format_number(number, {"type": kind, "pattern": pattern}))


FUNCTIONS: dict[str, Signature] = {
    "CONCAT": (_concatenate, 2, 2),
    "CONCATENATE": (_concatenate, 1, MANY),
    "EXACT": (Elementwise(lambda first, second: first == second, to_text), 2, 2),
    "FIND": (Elementwise(_find, to_text, to_text, to_number), 2, 3),
    "HYPERLINK": (lambda evaluator, arguments: evaluator.scalar(arguments[-1]), 1, 2),
    "JOIN": (_join, 2, MANY),
    "LEFT": (Elementwise(_left, to_text, to_number), 1, 2),
    "LEN": (Elementwise(lambda text: float(len(text)), to_text), 1, 1),
    "LOWER": (Elementwise(lambda text: fitting(text.lower()), to_text), 1, 1),
    "MID": (Elementwise(_mid, to_text, to_number), 3, 3),
    "PROPER": (Elementwise(lambda text: fitting(text.title()), to_text), 1, 1),
    "REPLACE": (Elementwise(_replace, to_text, to_number, to_number, to_text), 4, 4),
    "REPT": (Elementwise(_repeat, to_text, to_number), 2, 2),
    "RIGHT": (Elementwise(_right, to_text, to_number), 1, 2),
    "SEARCH": (Elementwise(_search, to_text, to_text, to_number), 2, 3),
    "SUBSTITUTE": (Elementwise(_substitute, to_text, to_text, to_text, to_number), 3, 4),
    "TEXT": (Elementwise(_text, plain, to_text), 2, 2),
    "TEXTJOIN": (_text_join, 3, MANY),
    "TRIM": (Elementwise(lambda text: re.sub(" +", " ", text.strip(" ")), to_text), 1, 1),
    "UPPER": (Elementwise(lambda text: fitting(text.upper()), to_text), 1, 1),
    "VALUE": (Elementwise(_value, plain), 1, 1),
}
