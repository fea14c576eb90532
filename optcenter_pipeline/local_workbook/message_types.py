"""The API's messages: which fields each has, and of which type.

`message_types.json` holds what Google's discovery documents say of them, in brief: a field's type is a scalar's
name (``int32``, ``double``, ``string``, …), a message's name, an enum's names joined by ``|``, ``any``, a list of
one type, or ``{"*": type}`` for a map. `discovery.brief_types` writes it, and a test holds the two together.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

SHEETS = "sheets.v4"
DRIVE = "drive.v3"
SCALARS = frozenset({"string", "boolean", "int32", "int64", "float", "double", "mask", "time", "date", "bytes"})


# enums whose names are not their field's
ENUM_NAMES = {"majorDimension": "Dimension", "responseValueRenderOption": "ValueRenderOption"}
ENUM_NAMES |= {"responseDateTimeRenderOption": "DateTimeRenderOption"}
# of these members only one may be given; the discovery document does not tell
ONE_OF: dict[str, tuple[str, frozenset[str]]] = {
    "DataFilter": ("filter", frozenset({"a1Range", "gridRange", "developerMetadataLookup"})),
    "ExtendedValue": (
        "value",
        frozenset({"numberValue", "stringValue", "boolValue", "formulaValue", "errorValue"}),
    ),
    "ConditionalFormatRule": ("rule", frozenset({"booleanRule", "gradientRule"})),
    "ConditionValue": ("value", frozenset({"relativeDate", "userEnteredValue"})),
    "ColorStyle": ("kind", frozenset({"rgbColor", "themeColor"})),
    "DeveloperMetadataLocation": ("location", frozenset({"spreadsheet", "sheetId", "dimensionRange"})),
    "UpdateCellsRequest": ("area", frozenset({"start", "range"})),
    "AutoFillRequest": ("area", frozenset({"range", "sourceAndDestination"})),
    "FindReplaceRequest": ("scope", frozenset({"range", "sheetId", "allSheets"})),
    "PasteDataRequest": ("kind", frozenset({"delimiter", "html"})),
}
# numbers that the API wraps, so that none and 0 differ
WRAPPED = {
    ("GridRange", name) for name in ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
} | {("DimensionRange", name) for name in ("startIndex", "endIndex")}


@dataclass(frozen=True, slots=True)
class FieldType:
    """The type of one field.

    `kind` is a scalar's name, or one of ``message``, ``enum``, ``any``, ``list``, ``map``; `names` are an enum's,
    `of` is what a list or a map holds, `message` a message's name.
    """

    kind: str
    message: str = ""
    names: tuple[str, ...] = ()
    of: FieldType | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field as JSON spells it and as the API's own definitions (and its refusals) do."""

    name: str
    proto_name: str
    type: FieldType


Message = dict[str, Field]
"""A message's fields by either of their spellings."""


def proto_name(name: str) -> str:
    """Spell ``sheetId`` as ``sheet_id``."""
    return re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), name)


@cache
def _texts() -> dict[str, dict[str, Any]]:
    text = files(__package__).joinpath("message_types.json").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = json.loads(text)
    return loaded


@cache
def message_type(name: str, api: str = SHEETS) -> Message:
    """Give a message's fields by both spellings of their names."""
    message: Message = {}
    for field_name, text in _texts()[api][name].items():
        field = Field(field_name, proto_name(field_name), _field_type(text))
        message[field.proto_name] = field
    return {**message, **{field.name: field for field in message.values()}}


def _field_type(text: Any) -> FieldType:
    if isinstance(text, list):
        return FieldType("list", of=_field_type(text[0]))
    if isinstance(text, dict):
        return FieldType("map", of=_field_type(text["*"]))
    if text in SCALARS or text == "any":
        return FieldType(text)
    if "|" in text:
        return FieldType("enum", names=tuple(text.split("|")))
    return FieldType("message", message=text)
