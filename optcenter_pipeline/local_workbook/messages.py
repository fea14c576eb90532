"""Reads request bodies as the API's messages: every member is known and of its type, or the body is refused.

What comes out is in one spelling: names as JSON has them, whole numbers as ints, enums by their names, one item
where a list belongs as a list of it, and nothing for null and for an enum's unspecified name. So the methods behind
may rely on the types. All faults of a body are told at once, at their paths, in Google's words.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from .errors import InvalidArgumentError
from .message_types import (
    ENUM_NAMES,
    ONE_OF,
    SHEETS,
    WRAPPED,
    Field,
    FieldType,
    message_type,
    proto_name,
)

_TYPE_URL = "type.googleapis.com/google.apps.sheets.v4."
_SCALAR_NAMES = {
    "string": "TYPE_STRING",
    "boolean": "TYPE_BOOL",
    "int32": "TYPE_INT32",
    "int64": "TYPE_INT64",
    "float": "TYPE_FLOAT",
    "double": "TYPE_DOUBLE",
    "mask": "type.googleapis.com/google.protobuf.FieldMask",
}
_TRUE = frozenset({"true", "t", "yes", "y", "1"})
_FALSE = frozenset({"false", "f", "no", "n", "0"})
_LIMITS = {"int32": 2**31, "int64": 2**63}


class _NotOfTypeError(Exception):
    """A scalar is not of its field's type."""


class _Reader:
    """Reads one body; `faults` holds ``(path, text)`` in the order they are met."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []

    def unknown(self, name: str, at: str, why: str) -> None:
        place = f" at '{at}'" if at else ""
        self.faults.append((at, f'Invalid JSON payload received. Unknown name "{name}"{place}: {why}'))

    def invalid(self, at: str, type_name: str, text: str) -> None:
        place = f" at '{at}'" if at else ""
        self.faults.append((at, f"Invalid value{place} ({type_name}), {text}"))

    def message(self, body: dict[str, Any], name: str, at: str) -> dict[str, Any]:
        if name == "CellData" and _is_plain_cell(body):
            return body
        fields = message_type(name)
        one_of, members = _one_of(name)
        chosen = ""
        read: dict[str, Any] = {}
        for key, value in body.items():
            field = fields.get(key)
            if field is None:
                self.unknown(key, at, "Cannot find field.")
                continue
            if value is None:
                continue
            if field.name in members:
                if chosen:
                    text = f"oneof field '{one_of}' is already set. Cannot set '{field.name}'"
                    self.invalid(at, "oneof", text)
                    continue
                chosen = field.name
            result = self.field(value, name, field, at)
            if result is not None:
                read[field.name] = result
        return read

    def field(self, value: Any, owner: str, field: Field, at: str) -> Any:
        place = f"{at}.{field.proto_name}" if at else field.proto_name
        if isinstance(value, list) and field.type.kind not in ("list", "any"):
            self.unknown(field.name, at, "Proto field is not repeating, cannot start list.")
            return None
        if isinstance(value, dict) and field.type.kind not in ("message", "map", "any", "list"):
            self.invalid(at, field.proto_name, "Starting an object on a scalar field")
            return None
        if (owner, field.name) in WRAPPED:
            place += ".value"
        return self.value(value, field.type, field.name, place)

    def value(self, value: Any, wanted: FieldType, name: str, at: str) -> Any:
        if wanted.kind == "list":
            return self.items(value, wanted, name, at)
        if wanted.kind == "any":
            return value
        if wanted.kind in ("message", "map"):
            if not isinstance(value, dict):
                self.invalid(at, _TYPE_URL + (wanted.message or "Map"), _quoted(value))
                return None
            if wanted.kind == "message":
                return self.message(value, wanted.message, at)
            assert wanted.of is not None  # noqa: S101  every map has
            return {key: self.value(part, wanted.of, name, f"{at}[{key}]") for key, part in value.items()}
        if isinstance(value, list | dict):  # within a list of scalars
            self.invalid(at, _type_name(wanted, name), json.dumps(value))
            return None
        try:
            return _scalar(value, wanted)
        except _NotOfTypeError:
            self.invalid(at, _type_name(wanted, name), _quoted(value))
            return None

    def items(self, value: Any, wanted: FieldType, name: str, at: str) -> list[Any] | None:
        of = wanted.of
        assert of is not None  # noqa: S101  every list has
        if of.kind == "list":
            return self.lines(value, at)
        if isinstance(value, list):
            items = [
                self.value(item, of, name, f"{at}[{number}]")
                for number, item in enumerate(value)
                if item is not None
            ]
            return [item for item in items if item is not None]
        item = self.value(value, of, name, at)
        return None if item is None else [item]

    def lines(self, value: Any, at: str) -> list[Any] | None:
        """Read the lines of a ``ValueRange``, whose cells are looked at where they are written."""
        type_name = "type.googleapis.com/google.protobuf.ListValue"
        if not isinstance(value, list):
            self.invalid(at, type_name, _quoted(value))
            return None
        for number, line in enumerate(value):
            if not isinstance(line, list):
                self.invalid(f"{at}[{number}]", type_name, _quoted(line))
        return value


def _is_plain_cell(body: dict[str, Any]) -> bool:
    """Whether a ``CellData`` is nothing but a text or number to enter: such cells come by the ten thousand."""
    if len(body) != 1:
        return not body
    entered = body.get("userEnteredValue")
    if type(entered) is not dict or len(entered) != 1:
        return False
    ((kind, value),) = entered.items()
    return (kind == "stringValue" and type(value) is str) or (kind == "numberValue" and type(value) in (int, float))


def _one_of(name: str) -> tuple[str, frozenset[str]]:
    if name == "Request":
        return "kind", frozenset(field.name for field in message_type(name).values())
    return ONE_OF.get(name, ("", frozenset()))


def _type_name(wanted: FieldType, name: str) -> str:
    if wanted.kind == "enum":
        return _TYPE_URL + ENUM_NAMES.get(name, name[:1].upper() + name[1:])
    return _SCALAR_NAMES.get(wanted.kind, "TYPE_STRING")


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _scalar(value: Any, wanted: FieldType) -> Any:
    """Read a scalar; None for an enum's unspecified name."""
    kind = wanted.kind
    if kind == "enum":
        return _enum(value, wanted.names)
    if kind == "boolean":
        return _boolean(value)
    if kind in _LIMITS:
        return _integer(value, _LIMITS[kind])
    if kind in ("float", "double"):
        return _number(value)
    if not isinstance(value, str):
        raise _NotOfTypeError
    return value


def _enum(value: Any, names: tuple[str, ...]) -> str | None:
    if isinstance(value, str) and not re.fullmatch(r"[+-]?\d+", value):
        name = value if value in names else value.upper().replace("-", "_")
        if name not in names or not value.isascii():
            raise _NotOfTypeError
    else:
        number = _integer(value, _LIMITS["int32"])
        if not 0 <= number < len(names):
            raise _NotOfTypeError
        name = names[number]
    return None if name.endswith("_UNSPECIFIED") else name


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _TRUE | _FALSE and value.isascii():
        return value.lower() in _TRUE
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    raise _NotOfTypeError


def _integer(value: Any, limit: int) -> int:
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,20}", value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not -limit <= value < limit:
        raise _NotOfTypeError
    return value


def _number(value: Any) -> float | int:
    if isinstance(value, str):
        try:
            value = float(value) if re.fullmatch(r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?", value) else None
        except ValueError:
            value = None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _NotOfTypeError
    return value


def read_message(body: dict[str, Any], name: str, at: str = "") -> dict[str, Any]:
    """Read a JSON object as one of the API's messages.

    Args:
        body: the object.
        name: the message, e.g. ``ValueRange``.
        at: its path in the request, for refusals: most bodies are the request itself, some a field of it.

    Raises:
        InvalidArgumentError: where a member is unknown or of another type; it names them all.
    """
    reader = _Reader()
    read = reader.message(body, name, at)
    refuse(reader.faults)
    return read


def read_parameter(text: str, name: str, names: tuple[str, ...]) -> str | None:
    """Read a query parameter that is one of an enum's names; None for the unspecified one.

    Raises:
        InvalidArgumentError: where it is none of them.
    """
    wanted = FieldType("enum", names=names)
    try:
        found = _scalar(text, wanted)
    except _NotOfTypeError:
        at = proto_name(name)
        refuse([(at, f"Invalid value at '{at}' ({_type_name(wanted, name)}), \"{text}\"")])
        raise  # `refuse` has
    return None if found is None else str(found)


def read_flag(text: str, name: str) -> bool:
    """Read a boolean query parameter.

    Raises:
        InvalidArgumentError: where it is none.
    """
    try:
        return _boolean(text)
    except _NotOfTypeError:
        at = proto_name(name)
        refuse([(at, f"Invalid value at '{at}' (TYPE_BOOL), \"{text}\"")])
        raise  # `refuse` has


def read_integer(text: str, name: str) -> int:
    """Read a number of the address.

    Raises:
        InvalidArgumentError: where it is none.
    """
    try:
        return _integer(text, _LIMITS["int32"])
    except _NotOfTypeError:
        at = proto_name(name)
        refuse([(at, f"Invalid value at '{at}' (TYPE_INT32), \"{text}\"")])
        raise  # `refuse` has


def refuse(faults: list[tuple[str, str]]) -> None:
    """Refuse a request for its faults, ``(path, text)`` each; do nothing where there are none."""
    if faults:
        raise InvalidArgumentError("\n".join(text for _, text in faults), faults=faults)


def enum_names(message: str, field: str, api: str = SHEETS) -> tuple[str, ...]:
    """Give the names of an enum by a field that has it."""
    return message_type(message, api)[field].type.names
