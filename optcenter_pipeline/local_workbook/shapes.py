"""Checks the shape of request bodies by the names of their members.

Throughout the messages served here a member's name tells what kind of JSON it is, so one table does for all of
them, and the methods behind it may rely on it. The one exception,
``userEnteredValue``, is checked where it is read.
"""

from __future__ import annotations

from typing import Any

from .errors import wrong_type

_MESSAGES = frozenset(
    [
        "backgroundColor",
        "backgroundColorStyle",
        "booleanRule",
        "cell",
        "condition",
        "criteria",
        "dataValidation",
        "destination",
        "dimensionGroup",
        "dimensions",
        "editors",
        "filter",
        "foregroundColor",
        "foregroundColorStyle",
        "format",
        "gradientRule",
        "gridProperties",
        "namedRange",
        "numberFormat",
        "properties",
        "protectedRange",
        "range",
        "rgbColor",
        "rule",
        "source",
        "start",
        "tabColor",
        "tabColorStyle",
        "textFormat",
        "userEnteredFormat",
    ]
)
_LISTS_OF_MESSAGES = frozenset(
    ["filterSpecs", "ranges", "requests", "rows", "sheets", "sortSpecs", "unprotectedRanges", "values"]
)
_TEXTS = frozenset(
    [
        "autoRecalc",
        "description",
        "dimension",
        "fields",
        "inputMessage",
        "locale",
        "mergeType",
        "name",
        "newSheetName",
        "note",
        "pasteOrientation",
        "pasteType",
        "pattern",
        "sheetType",
        "sortOrder",
        "timeZone",
        "title",
        "type",
    ]
)


def check_shape(body: dict[str, Any], at: str) -> None:
    """Check a message and all that is in it; null stands for anything that is not given.

    Args:
        body: the message.
        at: its path in the request, for the refusal.

    Raises:
        InvalidArgumentError: where a message, list or text is something else.
    """
    for name, value in body.items():
        place = f"{at}.{name}" if at else name
        if value is None:
            continue
        if name in _MESSAGES:
            _require(isinstance(value, dict), value, place, "message")
        elif name in _TEXTS:
            _require(isinstance(value, str), value, place, "TYPE_STRING")
        elif name in _LISTS_OF_MESSAGES:
            _require(isinstance(value, list), value, place, "list")
            for number, item in enumerate(value):
                _require(isinstance(item, dict), item, f"{place}[{number}]", "message")
                check_shape(item, f"{place}[{number}]")
        if isinstance(value, dict):
            check_shape(value, place)


def _require(fits: bool, value: Any, at: str, type_name: str) -> None:
    if not fits:
        raise wrong_type(value, at, type_name)
