"""Field masks: ``sheets(properties.title,data.rowData)`` as a tree, to select from answers and to copy updates."""

from __future__ import annotations

from typing import Any

from .errors import InvalidArgumentError

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
                node = node.setdefault(name.strip(), {})
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


def _merge(target: Mask, other: Mask) -> None:
    for name, below in other.items():
        _merge(target.setdefault(name, {}), below)


def select(body: Any, mask: Mask) -> Any:
    """Give the part of a JSON answer that a mask names."""
    if not mask or "*" in mask:
        return body
    if isinstance(body, list):
        return [select(item, mask) for item in body]
    if isinstance(body, dict):
        return {name: select(body[name], below) for name, below in mask.items() if name in body}
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
