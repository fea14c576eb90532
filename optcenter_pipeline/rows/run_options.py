"""The options of a run, as the JSON object of `options_json` in Actions says them."""

from collections.abc import Callable, Mapping
from typing import Any

from optcenter_pipeline.rows.nearest import Nearest
from optcenter_pipeline.rules.analysis_kinds import ANALYSIS_NAMES, UnknownAnalysisError, analysis_kinds
from optcenter_pipeline.rules.names import LARGEST


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
    for name, value in typed.items():
        judge = _JUDGES.get(name)
        if judge is None:
            hint = Nearest(_JUDGES).hint(name)
            wrong.append(f"has an unknown option {name!r}; known: {', '.join(_JUDGES)}{hint}")
            continue
        try:
            options[name] = judge(value)
        except WrongOptionError as error:
            wrong.append(f"has {value!r} for {name}; {error}")
    return options, tuple(wrong)


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
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise WrongOptionError(f"give a list of names: some of {ANALYSIS_NAMES}")
    try:
        return tuple(analysis_kinds("|".join(names)))
    except UnknownAnalysisError as error:
        raise WrongOptionError(str(error)) from None


_JUDGES: Mapping[str, Callable[[object], Any]] = {
    "time_limit_seconds": _seconds,
    "node_limit": _nodes,
    "mip_gap": _gap,
    "analyses": _analyses,
}
OPTIONS = tuple(_JUDGES)
"""Names of the options, which are fields of an `ActionRequest`."""
