"""Google's own discovery documents, which google-api-python-client ships, as the measure of every answer.

The client library is needed for development alone: `is_available` tells whether it is installed.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

from .message_types import DRIVE, SHEETS

# gspread imports CSV by the second version of Drive
_BASES = {SHEETS: "/", DRIVE: "/drive/v3/", "drive.v2": "/drive/v2/"}
_BRIEF_FORMATS = {"google-fieldmask": "mask", "google-datetime": "time", "date-time": "time", "byte": "bytes"}
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}
_ERROR_MEMBERS = frozenset({"code", "message", "status", "details", "errors"})


class MisfitError(Exception):
    """An answer does not fit Google's discovery document; the text says where and how."""


@dataclass(frozen=True, slots=True)
class _Method:
    verb: str
    path: re.Pattern[str]
    document: str
    answer: str  # the schema's name, empty for a method that answers nothing


def is_available() -> bool:
    """Tell whether the documents are installed."""
    return find_spec("googleapiclient") is not None


@cache
def document(name: str) -> dict[str, Any]:
    """Read one of the documents, ``sheets.v4`` or ``drive.v3``."""
    path = files("googleapiclient").joinpath(f"discovery_cache/documents/{name}.json")
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def load_documents() -> None:
    """Read the documents ahead of the first answer.

    Raises:
        ModuleNotFoundError: where google-api-python-client is not installed.
    """
    _methods()


def brief_types(name: str) -> dict[str, dict[str, Any]]:
    """Write a document's schemas the way `message_types` reads them."""
    brief: dict[str, dict[str, Any]] = {}
    for schema, body in document(name)["schemas"].items():
        _write_brief(brief, schema, body)
    return dict(sorted(brief.items()))


def _write_brief(brief: dict[str, dict[str, Any]], name: str, schema: dict[str, Any]) -> None:
    brief[name] = {
        field: _brief(brief, f"{name}.{field}", part) for field, part in schema.get("properties", {}).items()
    }


def _brief(brief: dict[str, dict[str, Any]], at: str, schema: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return schema["$ref"]
    kind = schema["type"]
    if kind == "array":
        return [_brief(brief, at, schema["items"])]
    if kind == "object":
        if "properties" in schema:  # a message without a name of its own
            _write_brief(brief, at, schema)
            return at
        return {"*": _brief(brief, at, schema.get("additionalProperties", {"type": "any"}))}
    if "enum" in schema:
        return "|".join(schema["enum"])
    formatted = schema.get("format", kind)
    return _BRIEF_FORMATS.get(formatted, formatted)


@cache
def _methods() -> tuple[_Method, ...]:
    """Give every method, the most particular paths first."""
    found: list[tuple[str, _Method]] = []

    def walk(resource: dict[str, Any], name: str) -> None:
        for method in resource.get("methods", {}).values():
            path = _BASES[name] + method["path"]
            pattern = re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))
            answer = method.get("response", {}).get("$ref", "")
            found.append((path, _Method(method["httpMethod"], pattern, name, answer)))
        for below in resource.get("resources", {}).values():
            walk(below, name)

    for name in _BASES:
        walk(document(name), name)
    found.sort(key=lambda entry: -len(re.sub(r"\{[^}]*\}", "", entry[0])))
    return tuple(method for _, method in found)


def is_api_path(path: str) -> bool:
    """Tell whether an address is one of Google's, so that its answers can be checked."""
    return path.startswith(("/v4/", "/drive/", "/upload/drive/"))


def check_answer(verb: str, path: str, status: int, body: bytes | None) -> None:
    """Check one HTTP answer.

    Args:
        verb: the request's method.
        path: the request's path, still percent-encoded.
        status: the answer's status.
        body: the answer's body, None where it is a file and no JSON.

    Raises:
        MisfitError: where a successful answer does not fit the called method's schema, or a refusal has not
            Google's error shape.
    """
    if status >= 400:
        _check_refusal(status, _json(body or b""))
        return
    for method in _methods():
        if method.verb == verb and method.path.fullmatch(path.removeprefix("/upload")):
            if body is None:
                return
            if method.answer:
                check(_json(body), {"$ref": method.answer}, method.document, method.answer)
            elif body:
                raise MisfitError(f"{verb} {path} answers nothing, not {body[:80]!r}")
            return
    raise MisfitError(f"Google has no method {verb} {path}")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_constant)
    except ValueError as error:
        raise MisfitError(f"The answer is no JSON: {error}") from None


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


def _check_refusal(status: int, body: Any) -> None:
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict) or set(body) != {"error"}:
        raise MisfitError(f"A refusal must be one object, error, not {body!r}")
    if error.get("code") != status:
        raise MisfitError(f"error.code is {error.get('code')!r}, the answer's status {status}")
    if not isinstance(error.get("message"), str):
        raise MisfitError(f"error.message is no text: {error.get('message')!r}")
    unknown = sorted(set(error) - _ERROR_MEMBERS)
    if unknown:
        raise MisfitError(f"error has an unknown field {unknown[0]!r}")
    for name in ("details", "errors"):
        items = error.get(name, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise MisfitError(f"error.{name} is no list of objects: {items!r}")


def check(value: Any, schema: dict[str, Any], name: str, at: str) -> None:
    """Check a JSON value against a schema of the document `name`.

    Raises:
        MisfitError: at an unknown field, a wrong type, an unknown name of an enum or a value that is not of the
            schema's format; the text begins with the place, e.g. ``Spreadsheet.sheets[0].properties.index``.
    """
    if "$ref" in schema:
        schema = document(name)["schemas"][schema["$ref"]]
    kind = schema["type"]
    if kind == "object":
        _check_object(value, schema, name, at)
    elif kind == "array":
        if not isinstance(value, list):
            raise MisfitError(f"{at} is no list: {value!r}")
        for number, part in enumerate(value):
            check(part, schema["items"], name, f"{at}[{number}]")
    elif kind != "any":
        _check_scalar(value, kind, schema, at)


def _check_object(value: Any, schema: dict[str, Any], name: str, at: str) -> None:
    if not isinstance(value, dict):
        raise MisfitError(f"{at} is no object: {value!r}")
    properties = schema.get("properties", {})
    rest = schema.get("additionalProperties")
    for field, part in value.items():
        known = properties.get(field, rest)
        if known is None:
            raise MisfitError(f"{at} has an unknown field {field!r}")
        check(part, known, name, f"{at}.{field}")


def _check_scalar(value: Any, kind: str, schema: dict[str, Any], at: str) -> None:
    if not isinstance(value, _PYTHON_TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        raise MisfitError(f"{at} is no {kind}: {value!r}")
    if value not in schema.get("enum", [value]):
        raise MisfitError(f"{at} is not one of the enum: {value!r}")
    fits = _FORMATS.get(schema.get("format", ""))
    if fits is not None and not fits(value):
        raise MisfitError(f"{at} is not of the format {schema['format']}: {value!r}")


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None and "T" in text
    except ValueError:
        return False


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, altchars=b"-_", validate=True)
    except binascii.Error:
        return False
    return True


_FORMATS: dict[str, Callable[[Any], bool]] = {
    "int32": lambda number: -(2**31) <= number < 2**31,
    # what does not fit into a double is written as text in JSON
    "int64": lambda text: re.fullmatch(r"-?\d{1,19}", text) is not None and -(2**63) <= int(text) < 2**63,
    "google-datetime": _is_moment,
    "date-time": _is_moment,
    "date": _is_date,
    "byte": _is_base64,
    "google-fieldmask": lambda text: re.fullmatch(r"[\w.,*]*", text) is not None,
}
