"""The lines of a ``ValueRange``, and what is said of those that hold no cell values."""

from __future__ import annotations

import json
from typing import Any

from .errors import InvalidArgumentError

Lines = list[list[Any]]


def value_lines(body: dict[str, Any]) -> Lines:
    """Give a ``ValueRange``'s values as rows; None stands where a cell is to be left alone.

    Raises:
        InvalidArgumentError: where a value is a list or an object.
    """
    values: Lines = body.get("values") or []
    for number, line in enumerate(values):
        for position, value in enumerate(line):
            if isinstance(value, list | dict):
                raise InvalidArgumentError(f"Invalid values[{number}][{position}]: {_protobuf_text(value)}")
    if body.get("majorDimension") != "COLUMNS":
        return values
    height = max(map(len, values), default=0)
    return [[line[index] if index < len(line) else None for line in values] for index in range(height)]


def _protobuf_text(value: Any, indent: str = "") -> str:
    """Write a JSON value the way Google shows it."""
    inner = indent + "  "
    if isinstance(value, dict):
        members = "".join(
            f"{inner}fields {{\n{inner}  key: {json.dumps(key)}\n"
            f"{inner}  value {{\n{_protobuf_text(part, inner + '    ')}{inner}  }}\n{inner}}}\n"
            for key, part in value.items()
        )
        return f"{indent}struct_value {{\n{members}{indent}}}\n"
    if isinstance(value, list):
        items = "".join(f"{inner}values {{\n{_protobuf_text(part, inner + '  ')}{inner}}}\n" for part in value)
        return f"{indent}list_value {{\n{items}{indent}}}\n"
    if value is None:
        return f"{indent}null_value: NULL_VALUE\n"
    if isinstance(value, bool):
        return f"{indent}bool_value: {str(value).lower()}\n"
    if isinstance(value, str):
        return f"{indent}string_value: {json.dumps(value, ensure_ascii=False)}\n"
    return f"{indent}number_value: {float(value)!r}\n"
