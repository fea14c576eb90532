"""Field masks: ``sheets(properties.title,data.rowData)`` as a tree, to select from answers and to copy updates."""

from __future__ import annotations

import re
from typing import Any

from .errors import InvalidArgumentError
from .message_types import SHEETS, FieldType, message_type, proto_name

Mask = dict[str, "Mask"]  # an empty mask means: everything below


def parse_mask(text: str) -> Mask:
    """Parse a mask's text; ``*`` and the empty text select everything.

    Raises:
        InvalidArgumentError: where parentheses do not match.
    """
    mask, position = _parse_list(text, 0)
    if position != len(text):
        raise InvalidArgumentError(f"Invalid field selection {text}")
    return {} if "*" in mask else mask


def _parse_list(text: str, position: int) -> tuple[Mask, int]:
    mask: Mask = {}
    node, name = mask, ""
    while True:
        character = text[position] if position < len(text) else ""
        if character in ("", ",", ")", ".", "/", "("):
            if name.strip():
                node = node.setdefault(_json_name(name.strip()), {})
            name = ""
            if character == "(":
                inner, position = _parse_list(text, position + 1)
                if position >= len(text) or text[position] != ")":
                    raise InvalidArgumentError(f"Invalid field selection {text}")
                if "*" not in inner:
                    _merge(node, inner)
            elif character == ",":
                node = mask
            elif character in ("", ")"):
                return mask, position
        else:
            name += character
        position += 1


def _json_name(name: str) -> str:
    """Spell ``sheet_id``, which masks may say as well, as ``sheetId``."""
    return re.sub(r"(?<=.)_(.)", lambda part: part[1].upper(), name)


def _merge(target: Mask, other: Mask) -> None:
    for name, below in other.items():
        _merge(target.setdefault(name, {}), below)


def check_selection(text: str, message: str, api: str = SHEETS) -> Mask:
    """Parse the mask of a read, every name of which must be a field of the answer.

    Args:
        text: the mask's text.
        message: the answer's message.
        api: the document that defines it.

    Raises:
        InvalidArgumentError: where a name is unknown; as Google does, it tells which in its details alone.
    """
    mask = parse_mask(text)
    unknown = unknown_path(mask, message, api)
    if unknown is not None:
        why = f"Error expanding 'fields' parameter. Cannot find matching fields for path '{'.'.join(unknown)}'."
        raise InvalidArgumentError("Request contains an invalid argument.", [(text, why)])
    return mask


def check_update(text: str, message: str) -> None:
    """Check the mask of an update, every name of which must be a field of what is updated.

    Raises:
        InvalidArgumentError: where a name is unknown.
    """
    unknown = unknown_path(parse_mask(text), message, SHEETS)
    if unknown is not None:
        raise InvalidArgumentError(f"Invalid field: {'.'.join(proto_name(name) for name in unknown)}")


def unknown_path(mask: Mask, message: str, api: str) -> list[str] | None:
    """Give the path of a mask's first name that is no field of a message, None where all are."""
    fields = message_type(message, api)
    for name, below in mask.items():
        if name == "*":
            continue
        if name not in fields:
            return [name]
        unknown = _unknown_below(below, fields[name].type, api)
        if unknown is not None:
            return [name, *unknown]
    return None


def _unknown_below(mask: Mask, kind: FieldType, api: str) -> list[str] | None:
    while kind.kind == "list" and kind.of is not None:
        kind = kind.of
    if not mask or kind.kind in ("any", "map"):
        return None
    if kind.kind == "message":
        return unknown_path(mask, kind.message, api)
    return [next(iter(mask))]


def select(body: Any, mask: Mask) -> Any:
    """Give the part of a JSON answer that a mask names."""
    if not mask or "*" in mask:
        return body
    if isinstance(body, list):
        return [select(item, mask) for item in body]
    if isinstance(body, dict):
        return {
            name: select(body[name], below) if below else body[name] for name, below in mask.items() if name in body
        }
    return body


def covers(mask: Mask, *path: str) -> bool:
    """Tell whether a mask selects something at or below a path, so that it need not be made otherwise."""
    for name in path:
        if not mask or "*" in mask:
            return True
        if name not in mask:
            return False
        mask = mask[name]
    return True


def copy_fields(target: dict[str, Any], source: dict[str, Any], mask: Mask) -> None:
    """Set the fields that an update's mask names; those which the source leaves out are cleared."""
    for name, below in mask.items():
        given = source.get(name)
        if below and isinstance(given, dict | None):
            branch = dict(target.get(name) or {})
            copy_fields(branch, given or {}, below)
            given = branch or None
        if given is None:
            target.pop(name, None)
        else:
            target[name] = given
