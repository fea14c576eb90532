"""Checks answers against Google's own discovery documents, which ship with google-api-python-client."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import requests

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


@cache
def _document(name: str) -> dict[str, Any]:
    folder = files("googleapiclient").joinpath("discovery_cache/documents")
    document: dict[str, Any] = json.loads(folder.joinpath(f"{name}.json").read_text(encoding="utf-8"))
    return document


@cache
def _methods() -> tuple[tuple[str, re.Pattern[str], str, str], ...]:
    """Give every method's verb, path pattern, document and answer schema, the most particular paths first."""
    found: list[tuple[str, str, str, str]] = []

    def walk(resource: dict[str, Any], name: str, base: str) -> None:
        for method in resource.get("methods", {}).values():
            answer = method.get("response", {}).get("$ref", "")
            found.append((method["httpMethod"], base + method["path"], name, answer))
        for below in resource.get("resources", {}).values():
            walk(below, name, base)

    walk(_document("sheets.v4"), "sheets.v4", "/")
    walk(_document("drive.v3"), "drive.v3", "/drive/v3/")
    found.sort(key=lambda method: -len(re.sub(r"\{[^}]*\}", "", method[1])))
    return tuple(
        (verb, re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))), name, answer)
        for verb, path, name, answer in found
    )


def check_response(response: requests.Response, *_args: Any, **_kwargs: Any) -> None:
    """Check one HTTP answer; as a hook of a requests session it sees them all.

    A successful answer must fit the called method's schema, a refusal must have Google's error shape.
    """
    path = urlsplit(response.url).path
    if not path.startswith(("/v4/", "/drive/")):
        return
    if not response.ok:
        error = response.json()["error"]
        assert error["code"] == response.status_code
        assert set(error) <= {"code", "message", "status", "details"}, error
        assert isinstance(error["message"], str)
        return
    for verb, pattern, name, answer in _methods():
        if verb == response.request.method and pattern.fullmatch(path):
            if answer:
                check(response.json(), {"$ref": answer}, name, answer)
            return
    raise AssertionError(f"Google has no method {response.request.method} {path}")


def check(value: Any, schema: dict[str, Any], document: str, at: str) -> None:
    """Check a JSON value against a schema: no unknown field, no wrong type, no unknown enum name."""
    if "$ref" in schema:
        schema = _document(document)["schemas"][schema["$ref"]]
    kind = schema["type"]
    if kind == "object":
        assert isinstance(value, dict), f"{at} is no object: {value!r}"
        properties = schema.get("properties", {})
        rest = schema.get("additionalProperties", {})
        for name, part in value.items():
            assert name in properties or rest, f"{at} has an unknown field {name!r}"
            check(part, properties.get(name, rest), document, f"{at}.{name}")
    elif kind == "array":
        assert isinstance(value, list), f"{at} is no list: {value!r}"
        for number, part in enumerate(value):
            check(part, schema["items"], document, f"{at}[{number}]")
    elif kind != "any":
        assert isinstance(value, _TYPES[kind]), f"{at} is no {kind}: {value!r}"
        assert kind == "boolean" or not isinstance(value, bool), f"{at} is no {kind}: {value!r}"
        assert value in schema.get("enum", [value]), f"{at} is not one of the enum: {value!r}"
