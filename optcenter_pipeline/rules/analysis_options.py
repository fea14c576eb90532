"""The options of analyses: one value a kind, with what is taken where nothing is given.

An option's `title` says what it is, its `description` completes the sentence "give …".
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from optcenter_pipeline.rules.analysis_kinds import AnalysisKind
from optcenter_pipeline.rules.commitment import APPROVED
from optcenter_pipeline.rules.names import Name, Value, fold
from optcenter_pipeline.rules.numbers import typed
from optcenter_pipeline.rules.portfolio import GOALS
from optcenter_pipeline.rules.row import shown

CAPACITY = "capacity"
PREVIOUS = "previous"
POINTS, COUNT, WITHIN_PCT, DRAWS, TOKENS_PCT, SEED = 12, 5, 5.0, 100, 10.0, 0
"""What is taken where nothing is given."""

MOST_SEED = 10**15
"""A larger one would lose digits on its way through a cell."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NEEDS_QUOTES = re.compile(r'[|;,()"=]|^\s|\s$')


class WrongAnalysesError(ValueError):
    """What was typed names no analyses, or options that there are none of; the text says what would be right."""


def _number(given: object) -> object:
    if isinstance(given, str) and _NUMBER.fullmatch(given.strip()):
        return float(given)
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise ValueError("no number")
    return given


def _percent(given: object) -> object:
    return _number(given.strip().removesuffix("%") if isinstance(given, str) else given)


Count = Annotated[int, BeforeValidator(_number)]
Percentage = Annotated[float, BeforeValidator(_percent)]


class AnalysisOptions(Value):
    """How one analysis is asked for; without any option as it was asked for before, else with the defaults."""

    kind: ClassVar[AnalysisKind]

    @property
    def given(self) -> dict[str, Any]:
        """The options that were given, by name; JSON values."""
        return self.model_dump(mode="json", exclude_unset=True, exclude_none=True)

    @property
    def kpis(self) -> tuple[str, ...]:
        """The KPIs that they name, as typed."""
        return ()

    def as_typed(self) -> str:
        """As people type it: `frontier(points=20, against=gmv)`."""
        return f"{self.kind}({', '.join(map(_typed, self.given.items()))})" if self.given else str(self.kind)

    def completed(self) -> "AnalysisOptions":
        """The same with every default spelled out, as it is kept with what came of it."""
        return type(self).model_validate(self.model_dump())


OptionsT = TypeVar("OptionsT", bound=AnalysisOptions)


class ExplainOptions(AnalysisOptions):
    """Of `explain`."""

    kind = AnalysisKind.EXPLAIN
    exact: Annotated[Count, Field(ge=0, le=100_000)] | None = Field(
        None,
        title="for so many candidates the plan is searched again, others get a bound",
        description="a whole number from 0 to 100000",
    )


class FrontierOptions(AnalysisOptions):
    """Of `frontier`: y, the objective or another KPI, against x."""

    kind = AnalysisKind.FRONTIER
    points: Annotated[Count, Field(ge=2, le=1000)] = Field(
        POINTS, title="how many values of x", description="a whole number from 2 to 1000"
    )
    against: Name = Field(
        CAPACITY,
        title="what x is: the capacity, the shortfall of the goals, or what a KPI must reach",
        description="capacity, goals or a KPI of Metrics_Config",
    )
    of: Name | None = Field(
        None, title="the KPI that y is, instead of the objective", description="a KPI of Metrics_Config"
    )

    @field_validator("against")
    @classmethod
    def _one_spelling(cls, name: str) -> str:
        return fold(name) if fold(name) in (CAPACITY, GOALS) else name

    @model_validator(mode="after")
    def _two_axes(self) -> "FrontierOptions":
        if self.of is not None and fold(self.of) == fold(self.against):
            raise ValueError(f"against and of are both {self.of!r}; give two different ones")
        return self

    @property
    def kpis(self) -> tuple[str, ...]:
        """The KPIs that they name, as typed."""
        x = () if self.against in (CAPACITY, GOALS) else (self.against,)
        return (*x, *(() if self.of is None else (self.of,)))


class AlternativesOptions(AnalysisOptions):
    """Of `alternatives`."""

    kind = AnalysisKind.ALTERNATIVES
    count: Annotated[Count, Field(ge=1, le=100)] = Field(
        COUNT, title="how many plans at most", description="a whole number from 1 to 100"
    )
    within: Annotated[Percentage, Field(ge=0, le=100)] = Field(
        WITHIN_PCT,
        title="percent of the plan's objective that each may be below it",
        description="a number from 0 to 100",
    )


class RobustnessOptions(AnalysisOptions):
    """Of `robustness`."""

    kind = AnalysisKind.ROBUSTNESS
    draws: Annotated[Count, Field(ge=1, le=100_000)] = Field(
        DRAWS, title="how many draws", description="a whole number from 1 to 100000"
    )
    tokens: Annotated[Percentage, Field(ge=0, le=99)] = Field(
        TOKENS_PCT,
        title="percent by which each candidate's tokens vary either way",
        description="a number from 0 to 99",
    )
    seed: Annotated[Count, Field(ge=0, le=MOST_SEED)] = Field(
        SEED, title="the same seed gives the same draws", description=f"a whole number from 0 to {MOST_SEED}"
    )


class ComparisonOptions(AnalysisOptions):
    """Of `comparison`."""

    kind = AnalysisKind.COMPARISON
    run: Name | None = Field(
        None,
        title=f"the run to compare with; by default the {APPROVED} one, and where there is none the {PREVIOUS} one",
        description=f"{APPROVED}, {PREVIOUS}, or a run's id as in the tab Runs",
    )


class ReportOptions(AnalysisOptions):
    """Of `report`, which has none: it shows what the others found."""

    kind = AnalysisKind.REPORT


OPTIONS_OF: Mapping[AnalysisKind, type[AnalysisOptions]] = {
    model.kind: model
    for model in (
        ExplainOptions,
        FrontierOptions,
        AlternativesOptions,
        RobustnessOptions,
        ComparisonOptions,
        ReportOptions,
    )
}


def option_in_words(model: type[AnalysisOptions], name: str) -> str:
    """What an option is, for help: `how many values of x: a whole number from 2 to 1000`."""
    option = model.model_fields[name]
    return f"{option.title}: {option.description}"


def options_of(kind: AnalysisKind, given: Mapping[str, object]) -> AnalysisOptions:
    """The options of one analysis, by name; None is as if it were not given.

    Raises:
        WrongAnalysesError: with everything that is wrong with them.
    """
    return options_as(OPTIONS_OF[kind], given)


def options_as(model: type[OptionsT], given: Mapping[str, object]) -> OptionsT:
    """The options of the analysis that this is the model of; see `options_of`."""
    try:
        return model.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        faults = (_fault(model, problem["loc"], problem["input"], problem["msg"]) for problem in error.errors())
        raise WrongAnalysesError("; ".join(dict.fromkeys(faults))) from None


def options_kept(kind: AnalysisKind, kept: Mapping[str, object]) -> AnalysisOptions:
    """The options among what is kept of how an analysis was asked for; what else stands there is passed over.

    Options of another release, which allowed more, are as if none had been given.
    """
    try:
        return options_of(kind, {name: kept[name] for name in OPTIONS_OF[kind].model_fields if name in kept})
    except WrongAnalysesError:
        return OPTIONS_OF[kind]()


def unknown_kpi(asked: Iterable[AnalysisOptions], known: Iterable[str]) -> str | None:
    """What is wrong with the first KPI that is none of those known; None where all are.

    Args:
        known: the active KPIs, as Metrics_Config spells them.
    """
    names = {fold(kpi): kpi for kpi in known}
    for options in asked:
        for kpi in options.kpis:
            if fold(kpi) not in names:
                some = ", ".join(list(names.values())[:8]) or "none is active"
                near = _hint(kpi, names.values())
                return f"{options.kind}: {shown(kpi)} is no active KPI of Metrics_Config ({some}){near}"
    return None


def _fault(model: type[AnalysisOptions], place: tuple[int | str, ...], value: object, text: str) -> str:
    if not place:
        return f"{model.kind}: {text.removeprefix('Value error, ')}"
    name = str(place[0])
    field = model.model_fields.get(name)
    if field is not None:
        return f"{name} of {model.kind} is {shown(value)}; give {field.description}"
    names = tuple(model.model_fields)
    known = (
        f"give {' or '.join((', '.join(names[:-1]) or names[0], *names[1:][-1:]))}" if names else "it takes none"
    )
    return f"{model.kind} has no option {shown(name)}; {known}{_hint(name, names)}"


def _hint(name: str, names: Iterable[str]) -> str:
    by_folded = {fold(known): known for known in names}
    near = get_close_matches(fold(name), by_folded, n=1)
    return f"; did you mean {by_folded[near[0]]!r}?" if near else ""


def _typed(option: tuple[str, Any]) -> str:
    name, value = option
    if not isinstance(value, str):
        return f"{name}={typed(value)}"
    if not _NEEDS_QUOTES.search(value):
        return f"{name}={value}"
    doubled = value.replace('"', '""')
    return f'{name}="{doubled}"'
