"""Numbers beyond what sums and quotients can carry: each is named with its place, instead of an overflow later."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain

import numpy as np

from optcenter_pipeline.engine.problems import Problem
from optcenter_pipeline.rules.names import LARGEST, SMALLEST, Rule
from optcenter_pipeline.rules.portfolio import Candidate, Scenario

_RULE_FIELDS = ("min_tokens", "max_tokens", "target_value", "baseline_value", "value")


@cache
def _number_fields(rule: type[Rule]) -> tuple[str, ...]:
    """The fields of a rule type that hold tokens, targets, baselines or bonuses."""
    return tuple(field for field in _RULE_FIELDS if field in rule.model_fields)


def scenario_magnitudes(scenario: Scenario) -> Iterator[Problem]:
    """Capacity and weights out of range."""
    sources = (scenario.source_row,) if scenario.source_row else ()
    weights = scenario.objective_weights if isinstance(scenario.objective_weights, dict) else {}
    numbers = {"capacity_total_tokens": scenario.capacity_total_tokens, **_inside("objective_weights", weights)}
    for field, text in _out_of_range(numbers):
        yield Problem(f"scenario.{field}", text, sources)


def all_in_range(candidates: Iterable[Candidate]) -> bool:
    """Whether no number of any candidate is out of range: looked at all at once."""
    numbers = chain.from_iterable(
        chain((c.engineering_tokens,), c.contributions.values(), *c.contribution_ranges.values())
        for c in candidates
    )
    sizes = np.abs(np.fromiter(numbers, np.float64))
    return bool(((sizes == 0) | ((sizes >= SMALLEST) & (sizes <= LARGEST))).all())


def candidate_magnitudes(candidate: Candidate, place: str) -> Iterator[Problem]:
    """Tokens, contributions and their ranges out of range."""
    sources = (candidate.source_row,) if candidate.source_row else ()
    numbers = {"engineering_tokens": candidate.engineering_tokens}
    numbers |= _inside("contributions", candidate.contributions)
    for end, name in enumerate(("low", "high")):
        ranges = {kpi: ends[end] for kpi, ends in candidate.contribution_ranges.items()}
        numbers |= {f"{field}.{name}": value for field, value in _inside("contribution_ranges", ranges).items()}
    for field, text in _out_of_range(numbers):
        yield Problem(f"{place}.{field}", text, sources, candidate.initiative_key)


def rule_magnitudes(rule: Rule, place: str) -> Iterator[Problem]:
    """Tokens, targets, baselines and bonuses out of range."""
    numbers = {field: getattr(rule, field) or 0.0 for field in _number_fields(type(rule))}
    for field, text in _out_of_range(numbers):
        yield Problem(f"{place}.{field}", text, rule.source_rows)


def _inside(field: str, by_kpi: Mapping[str, float]) -> dict[str, float]:
    return {f"{field}.{kpi}": value for kpi, value in by_kpi.items()}


def _out_of_range(numbers: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    for field, number in numbers.items():
        if abs(number) > LARGEST:
            yield field, f"{number:.12g} is beyond {LARGEST:g} in size; count in a larger unit"
        elif 0 < abs(number) < SMALLEST:
            yield field, f"{number:.12g} is below {SMALLEST:g} in size; give 0, or count in a smaller unit"
