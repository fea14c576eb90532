"""What is wrong with a scenario's objective: north star, weights, and the lexicographic list."""

from collections.abc import Iterator

from optcenter_pipeline.engine.problems import Problem
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.numbers import amount
from optcenter_pipeline.rules.portfolio import GOALS, LexicographicStage, Metric, Scenario

_PLACE = "scenario.objective_weights"


def objective_problems(snapshot: Snapshot) -> Iterator[Problem]:
    """Every problem of the objective: none where its stages can be listed."""
    match snapshot.scenario.objective_mode:
        case "north_star":
            yield from _north_star_problems(snapshot)
        case "weighted_kpis":
            yield from _weight_problems(snapshot)
        case "lexicographic":
            yield from _list_problems(snapshot)


def lexicographic_stages(scenario: Scenario) -> tuple[LexicographicStage, ...]:
    """The list's entries with their tolerances, as typed; empty where it is no list."""
    entries = scenario.objective_weights if isinstance(scenario.objective_weights, list) else []
    return tuple(e if isinstance(e, LexicographicStage) else LexicographicStage(kpi=e) for e in entries)


def _north_star_problems(snapshot: Snapshot) -> Iterator[Problem]:
    active = [m.kpi_key for m in snapshot.metrics if m.kpi_level == "north_star" and m.is_active]
    if len(active) != 1:
        found = f"{len(active)} are: {', '.join(active)}" if active else "none is"
        text = f"mode north_star needs one active KPI of level north_star, {found}"
        yield Problem("metrics", text, _scenario_sources(snapshot))


def _weight_problems(snapshot: Snapshot) -> Iterator[Problem]:
    sources = _scenario_sources(snapshot)
    weights = snapshot.scenario.objective_weights
    if not isinstance(weights, dict) or not weights:
        yield Problem(_PLACE, "mode weighted_kpis needs an object of KPI and weight, like {'gmv': 0.7}", sources)
        return
    yield from _named_kpi_problems(snapshot, tuple(weights))
    negative = [f"{kpi} has {amount(weight)}" for kpi, weight in weights.items() if weight < 0]
    if negative:
        yield Problem(_PLACE, f"a weight must be 0 or more: {', '.join(negative)}", sources)
    elif sum(weights.values()) <= 0:
        yield Problem(_PLACE, "the weights sum to 0: at least one must be above 0", sources)


def _list_problems(snapshot: Snapshot) -> Iterator[Problem]:
    sources = _scenario_sources(snapshot)
    stages = lexicographic_stages(snapshot.scenario)
    if not stages:
        yield Problem(_PLACE, "mode lexicographic needs a list of KPIs in order of importance", sources)
        return
    kpis = tuple(stage.kpi for stage in stages if fold(stage.kpi) != GOALS)
    if not kpis:
        yield Problem(_PLACE, "the list names no KPI, only goals", sources)
    if len(stages) - len(kpis) > 1:
        yield Problem(_PLACE, "'goals' stands more than once in the list", sources)
    if len(stages) > len(kpis) and any(fold(metric.kpi_key) == GOALS for metric in snapshot.metrics):
        text = "'goals' means the goal targets here: the KPI of that name cannot be listed, give it another name"
        yield Problem(_PLACE, text, sources)
    yield from _named_kpi_problems(snapshot, kpis)


def _named_kpi_problems(snapshot: Snapshot, kpis: tuple[str, ...]) -> Iterator[Problem]:
    """KPIs that are unknown, inactive, or stand twice."""
    sources = _scenario_sources(snapshot)
    metrics: dict[str, Metric] = {fold(metric.kpi_key): metric for metric in snapshot.metrics}
    seen: set[str] = set()
    for kpi in kpis:
        metric = metrics.get(fold(kpi))
        if metric is None:
            yield Problem(_PLACE, f"{kpi!r} is not in metrics", sources)
        elif not metric.is_active:
            yield Problem(_PLACE, f"{kpi!r} is not active", sources)
        if fold(kpi) in seen:
            yield Problem(_PLACE, f"{kpi!r} stands more than once", sources)
        seen.add(fold(kpi))


def _scenario_sources(snapshot: Snapshot) -> tuple[str, ...]:
    return (snapshot.scenario.source_row,) if snapshot.scenario.source_row else ()
