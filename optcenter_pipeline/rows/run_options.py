"""The options of a run, as the JSON object of `options_json` in Actions says them."""

from collections.abc import Callable, Mapping
from typing import Any

from optcenter_pipeline.rows.nearest import Nearest
from optcenter_pipeline.rules.analysis_options import WrongAnalysesError
from optcenter_pipeline.rules.asked_analyses import asked_analyses, typed_analyses
from optcenter_pipeline.rules.commitment import APPROVED, AskedCommitments
from optcenter_pipeline.rules.names import LARGEST
from optcenter_pipeline.rules.row import LONGEST_SHOWN
from optcenter_pipeline.rules.what_if import DROP, FORMS, SCENARIO_FIELDS, names_an_override, place_and_field


class WrongOptionError(ValueError):
    """An option's value is of no use; the text says what would be right."""


def judge_options(typed: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The options as fields of an `ActionRequest`, and everything that is wrong with them.

    Args:
        typed: what JSON makes of the cell; data that anybody may have written.

    Returns:
        (fields by name, texts that follow what stands in the cell: `has an unknown option …`).
    """
    options: dict[str, Any] = {}
    wrong: list[str] = []
    direct = {name: value for name, value in typed.items() if name not in _JUDGES and names_an_override(name)}
    if direct:
        named = typed.get("what_if", {})
        typed = {name: value for name, value in typed.items() if name not in direct}
        if isinstance(named, dict):
            twice = [name for name in direct if name in named]
            wrong += [f"has {name} twice, by itself and in what_if; give it once" for name in twice]
            named = {**direct, **named}
        typed["what_if"] = named
    for name, value in typed.items():
        judge = _JUDGES.get(name)
        if judge is None:
            hint = Nearest([*_JUDGES, *SCENARIO_FIELDS]).hint(name)
            known = f"{', '.join(_JUDGES)}, and numbers to override, such as {FORMS}"
            wrong.append(f"has an unknown option {name!r}; known: {known}{hint}")
            continue
        try:
            options[name] = judge(value)
        except WrongOptionError as error:
            wrong.append(f"has {_shortened(repr(value))} for {name}; {error}")
    return options, tuple(wrong)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def _seconds(value: object) -> float:
    return _at_least(0.001, value, "give a number of seconds from 0.001 on")


def _gap(value: object) -> float:
    return _at_least(0.0, value, "give a number from 0 on, e.g. 0.001")


def _nodes(value: object) -> float:
    right = "give a whole number of nodes from 1 on"
    number = _at_least(1.0, value, right)
    if number % 1:
        raise WrongOptionError(right)
    return number


def _at_least(least: float, value: object, right: str) -> float:
    """A number from `least` on, and not too large.

    Raises:
        WrongOptionError: anything else.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= LARGEST:
        raise WrongOptionError(right)
    return float(value)


def _analyses(value: object) -> tuple[str, ...]:
    try:
        return tuple(typed_analyses(asked_analyses(value)))
    except WrongAnalysesError as error:
        raise WrongOptionError(str(error)) from None


def _overrides(value: object) -> dict[str, float | bool]:
    if not isinstance(value, dict):
        raise WrongOptionError(f'give an object like {{"capacity_total_tokens": 120}}; names: {FORMS}')
    for name, number in value.items():
        if not names_an_override(name):
            raise WrongOptionError(f"{name!r} names no number; give e.g. {FORMS}")
        if place_and_field(name)[1] == DROP:
            if number is not True:
                raise WrongOptionError(f"{name} needs true")
        elif isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) <= LARGEST:
            raise WrongOptionError(f"{name} needs a number")
    return dict(value)


def _commitments(value: object) -> AskedCommitments:
    if not isinstance(value, dict) or not isinstance(value.get("run"), str) or not value["run"].strip():
        raise WrongOptionError(f'give an object like {{"run": "{APPROVED}", "max_changes": 3}}')
    for name, part in value.items():
        judge = _COMMITMENT_PARTS.get(name)
        if judge is None:
            raise WrongOptionError(f"{name!r} is no commitment; known: {', '.join(_COMMITMENT_PARTS)}")
        if part is not None:
            judge(part)
    asked = AskedCommitments.model_validate({name: part for name, part in value.items() if part is not None})
    if not asked.binds:
        raise WrongOptionError("that keeps nothing; give locked_in, max_changes or price_per_change as well")
    return asked


def _changes(value: object) -> None:
    right = "max_changes needs a whole number from 0 on"
    if _at_least(0.0, value, right) % 1:
        raise WrongOptionError(right)


def _price(value: object) -> None:
    _at_least(0.0, value, "price_per_change needs a number from 0 on, in the objective's unit")


def _locked(value: object) -> None:
    is_list = isinstance(value, list) and all(isinstance(key, str) and key.strip() for key in value)
    if not is_list and not isinstance(value, bool):
        raise WrongOptionError("locked_in needs true, for all of the run's portfolio, or a list of keys")


_COMMITMENT_PARTS: Mapping[str, Callable[[object], None]] = {
    "run": lambda _: None,
    "locked_in": _locked,
    "max_changes": _changes,
    "price_per_change": _price,
}
_JUDGES: Mapping[str, Callable[[object], Any]] = {
    "time_limit_seconds": _seconds,
    "node_limit": _nodes,
    "mip_gap": _gap,
    "analyses": _analyses,
    "what_if": _overrides,
    "commitments": _commitments,
}
OPTIONS = tuple(_JUDGES)
"""Names of the options, which are fields of an `ActionRequest`."""
