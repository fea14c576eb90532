"""A snapshot document read from JSON, or the messages that say what is wrong with it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from optcenter_pipeline.engine.problems import Problem, invalid_result
from optcenter_pipeline.engine.result import Result, SolverInfo
from optcenter_pipeline.engine.snapshot import Snapshot

_UNKNOWN_MODE = "north_star"

_SAID: Mapping[str, str] = {
    "greater_than": "{input} must be above {gt:g}",
    "greater_than_equal": "{input} must be {ge:g} or more",
    "less_than_equal": "{input} must be {le:g} or less",
    "missing": "is missing",
    "extra_forbidden": "is not a field here",
    "finite_number": "{input} is not a finite number",
    "float_parsing": "{input} is not a number",
    "float_type": "{input} is not a number",
    "int_parsing": "{input} is not a whole number",
    "int_type": "{input} is not a whole number",
    "int_from_float": "{input} is not a whole number",
    "bool_parsing": "{input} is neither true nor false",
    "bool_type": "{input} is neither true nor false",
    "string_type": "{input} is not a text",
    "string_too_short": "must not be blank",
    "too_short": "needs {min_length} or more entries, and has {actual_length}",
    "too_long": "takes at most {max_length} entries, and has {actual_length}",
    "literal_error": "{input} must be {expected}",
    "date_parsing": "{input} is not a date like 2026-04-01",
    "date_from_datetime_parsing": "{input} is not a date like 2026-04-01",
    "date_type": "{input} is not a date like 2026-04-01",
    "dict_type": "{input} is not an object",
    "model_type": "{input} is not an object",
    "tuple_type": "{input} is not a list",
    "list_type": "{input} is not a list",
}
"""What pydantic's error types say to a person; others keep pydantic's words."""


def load_snapshot(document: str | bytes | Mapping[str, object]) -> Snapshot | Result:
    """A snapshot from its JSON, or an `invalid` result with a message for everything that is wrong.

    Args:
        document: JSON text, or the object that it says.
    """
    from pyomo.common.gc_manager import PauseGC  # noqa: PLC0415 - only who reads one needs it

    with PauseGC():  # every object that is made here stays: looking for garbage takes longer than reading
        return _loaded(document)


def _loaded(document: str | bytes | Mapping[str, object]) -> Snapshot | Result:
    solver = SolverInfo(version=_solver_version())
    if isinstance(document, Mapping):
        content: object = document
    else:
        try:
            content = json.loads(document)
        except (ValueError, RecursionError) as error:
            return unreadable_snapshot(f"this is not JSON: {error}")
    if not isinstance(content, Mapping):
        problem = Problem("", "a snapshot is a JSON object, with scenario, candidates and metrics")
        return invalid_result([problem], mode=_UNKNOWN_MODE, solver=solver)
    try:
        return Snapshot.model_validate(content)
    except ValidationError as error:
        problems = _problems(error.errors(include_url=False), content)
        return invalid_result(problems, mode=_mode(content), solver=solver)


def unreadable_snapshot(why: str) -> Result:
    """The `invalid` result of a snapshot that could not even be read."""
    return invalid_result([Problem("", why)], mode=_UNKNOWN_MODE, solver=SolverInfo(version=_solver_version()))


def _problems(found: Sequence[ErrorDetails], content: Mapping[str, object]) -> list[Problem]:
    """One problem a finding; where a value fits one form of several, the other forms' complaints are left out."""
    placed = [(details, _path(details, content)) for details in found]
    plain = [path for details, path in placed if not _of_another_form(details, path)]
    problems: dict[Problem, None] = {}
    for details, path in placed:
        other_form = _of_another_form(details, path)
        deeper = (other for _, other in placed if len(other) > len(path))
        if other_form and any(other[: len(path)] == path for other in (*plain, *deeper)):
            continue
        text = f"{_shown(details['input'])} has no form that fits here" if other_form else _text(details)
        problems[Problem(_place(path), text, *_entry_facts(path, content))] = None
    return list(problems)


def _of_another_form(details: ErrorDetails, path: Sequence[int | str]) -> bool:
    """A complaint that a value is not of one of the types of a union: its location ends in that type's name."""
    return details["type"].endswith("_type") and path[-1:] != details["loc"][-1:]


def _path(details: ErrorDetails, content: object) -> tuple[int | str, ...]:
    """The location without pydantic's names for the forms of a union."""
    path: list[int | str] = []
    here = content
    for part in details["loc"]:
        if isinstance(part, int) and isinstance(here, (list, tuple)):
            here = here[part] if part < len(here) else None
        elif isinstance(part, str) and isinstance(here, Mapping) and (part in here or details["type"] == "missing"):
            here = here.get(part)
        else:
            continue
        path.append(part)
    return tuple(path)


def _place(path: Sequence[int | str]) -> str:
    place = ""
    for part in path:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else part
    return place


def _text(details: ErrorDetails) -> str:
    shown: dict[str, Any] = {**details.get("ctx", {}), "input": _shown(details["input"])}
    said = _SAID.get(details["type"])
    return said.format(**shown) if said else details["msg"]


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _entry_facts(path: Sequence[int | str], content: Mapping[str, object]) -> tuple[tuple[str, ...], str | None]:
    """(source rows, initiative) of the innermost entry on the path that tells them."""
    sources: tuple[str, ...] = ()
    initiative: str | None = None
    here: Any = content
    for part in path:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(here, Mapping):
            sources = _source_rows(here) or sources
            key = here.get("initiative_key")
            initiative = key if isinstance(key, str) else initiative
    return sources, initiative


def _source_rows(entry: Mapping[str, object]) -> tuple[str, ...]:
    one, many = entry.get("source_row"), entry.get("source_rows")
    if isinstance(one, str):
        return (one,)
    return tuple(row for row in many if isinstance(row, str)) if isinstance(many, (list, tuple)) else ()


def _mode(content: Mapping[str, object]) -> str:
    scenario = content.get("scenario")
    mode = scenario.get("objective_mode", _UNKNOWN_MODE) if isinstance(scenario, Mapping) else _UNKNOWN_MODE
    return mode if isinstance(mode, str) else _UNKNOWN_MODE


def _solver_version() -> str:
    from optcenter_pipeline.engine.highs import solver_version  # noqa: PLC0415 - HiGHS takes a while to load

    return solver_version()
