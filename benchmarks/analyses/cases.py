"""What is measured: each analysis on each plan, what its answer came to, and the same by naive re-solving."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from benchmarks.analyses import naive
from benchmarks.instances.generated import generated_portfolio
from benchmarks.instances.infeasible import INTEGER_INFEASIBLE, LP_INFEASIBLE
from benchmarks.instances.planning import planning_portfolio
from benchmarks.instances.portfolio import Portfolio
from benchmarks.instances.snapshots import to_snapshot, with_ranges
from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.question import Question, build_question
from optcenter_pipeline.engine.result import Conflict
from optcenter_pipeline.explain.alternatives import alternatives
from optcenter_pipeline.explain.base_plan import BasePlan, base_plan
from optcenter_pipeline.explain.capacity_value import value_limits
from optcenter_pipeline.explain.conflict import find_conflict
from optcenter_pipeline.explain.documents import (
    Alternatives,
    CandidateExplanation,
    Frontier,
    LimitValue,
    Robustness,
)
from optcenter_pipeline.explain.frontier import frontier
from optcenter_pipeline.explain.repairs import find_repairs
from optcenter_pipeline.explain.robustness import robustness
from optcenter_pipeline.explain.why import explain_candidates

ANALYSES = ("conflict", "repairs", "why", "capacity", "frontier", "alternatives", "draws")
FAMILIES = {"planning": (planning_portfolio, 1e-4), "generated": (generated_portfolio, 1e-3)}
"""Name → (size, seed) → a plan, and the gap of its run: that of the settings; wider where that takes minutes."""
LARGE = 10_000
"""Candidates of one conflict more."""
_SEED = 1
_RANGE = (0.7, 1.2)
"""Low and high of each contribution, as shares of it."""

LP = "no relaxation"
WHOLE = "whole candidates only"

_TO_BEAT = {
    ("frontier", 200): 2.3,
    ("alternatives", 200): 2.2,
    ("conflict", 200): 0.6,
    ("draws", 200): 11.8,
    ("frontier", 1_000): 4.6,
    ("alternatives", 1_000): 5.9,
    ("conflict", 1_000): 5.4,
    ("draws", 1_000): 24.0,
}
"""Seconds of naive re-solving from scratch, one thread of two processors, on other plans of these sizes."""
_AT_MOST = {(LP, 1_000): 0.2, (LP, LARGE): 2.0, (WHOLE, 1_000): 2.5}
"""Seconds that a conflict may take."""


@dataclass(frozen=True)
class Case:
    """One analysis of one plan."""

    analysis: str
    size: int
    instance: str
    ask: Callable[[], Any]
    """What is timed; its answer."""
    told: Callable[[Any], str]
    """The answer in a few words."""
    naive: Callable[[Any], int] | None = None
    """The same by solving anew for each; how many runs that took. Given the answer."""
    allowed: float | None = None
    """Wall seconds that it may take."""

    @property
    def to_beat(self) -> float | None:
        """Wall seconds of naive re-solving, as they were measured before there were analyses."""
        return _TO_BEAT.get((self.analysis, self.size))


def all_cases(
    sizes: Sequence[int], analyses: Collection[str], families: Collection[str], draws: int, processes: int | None
) -> Iterator[Case]:
    """Every case wanted, smaller plans first; a plan is solved when its first case is reached."""
    for size in sizes:
        if "conflict" in analyses or "repairs" in analyses:
            yield from _infeasible(size, analyses)
        for family in families:
            if set(analyses) - {"conflict", "repairs"}:
                yield from _feasible(size, analyses, family, draws, processes)
    if "conflict" in analyses and LARGE not in sizes and max(sizes) >= 1_000:
        yield from (_conflict(LARGE, name, LP) for name in LP_INFEASIBLE)


def _infeasible(size: int, analyses: Collection[str]) -> Iterator[Case]:
    for kind, named in ((LP, LP_INFEASIBLE), (WHOLE, INTEGER_INFEASIBLE)):
        for name in named:
            if "conflict" in analyses:
                yield _conflict(size, name, kind)
            if "repairs" in analyses:
                yield _repairs(size, name)


def _conflict(size: int, name: str, kind: str) -> Case:
    question = _question(name, size)
    return Case(
        analysis="conflict",
        size=size,
        instance=f"{name} ({kind})",
        ask=lambda: find_conflict(question, left=lambda: None, cancel=lambda: False),
        told=_conflict_told,
        allowed=_AT_MOST.get((kind, size)),
    )


def _repairs(size: int, name: str) -> Case:
    question = _question(name, size)
    conflict = find_conflict(question, left=lambda: None, cancel=lambda: False)
    if conflict is None:
        raise ValueError(f"no conflict was found in {name} of {size}")
    return Case(
        "repairs", size, name, lambda: find_repairs(question, conflict), lambda found: f"{len(found)} repairs"
    )


def _feasible(
    size: int, analyses: Collection[str], family: str, draws: int, processes: int | None
) -> Iterator[Case]:
    plan = _plan(family, size)
    instance = f"{family}-{size}-{_SEED}"
    cases = (
        Case("why", size, instance, lambda: explain_candidates(plan), _why_told),
        Case("capacity", size, instance, lambda: value_limits(plan)[0], _limits_told),
        Case(
            "frontier",
            size,
            instance,
            lambda: frontier(plan, points=12),
            _frontier_told,
            lambda found: naive.solve_frontier(plan, found),
        ),
        Case(
            "alternatives",
            size,
            instance,
            lambda: alternatives(plan, count=5),
            _alternatives_told,
            lambda found: naive.solve_alternatives(plan, found),
        ),
        Case(
            "draws",
            size,
            instance,
            lambda: robustness(plan, draws=draws, processes=processes),
            _draws_told,
            lambda found: naive.solve_draws(plan, found),
        ),
    )
    yield from (case for case in cases if case.analysis in analyses)


@lru_cache(maxsize=1)
def _plan(family: str, size: int) -> BasePlan:
    portfolio, gap = FAMILIES[family]
    snapshot = with_ranges(to_snapshot(portfolio(size, _SEED), mip_gap=gap), *_RANGE)
    return base_plan(snapshot, solve(snapshot))


@lru_cache(maxsize=2)
def _question(name: str, size: int) -> Question:
    made: Callable[[int, int], Portfolio] = {**LP_INFEASIBLE, **INTEGER_INFEASIBLE}[name]
    return build_question(to_snapshot(made(size, _SEED), mip_gap=1e-4))


def _conflict_told(found: Conflict) -> str:
    return f"{len(found.source_rows)} rows{'' if found.minimal else ', perhaps not all needed'}"


def _why_told(found: Sequence[CandidateExplanation]) -> str:
    exact = sum(one.certainty == "exact" for one in found)
    return f"{exact} of {len(found)} exact"


def _limits_told(found: Sequence[LimitValue]) -> str:
    steps = [step for limit in found for step in limit.steps]
    binding = sum(limit.is_binding for limit in found)
    exact = sum(step.certainty == "exact" for step in steps)
    return f"{len(found)} limits, {binding} binding, {exact} of {len(steps)} steps exact"


def _frontier_told(found: Frontier) -> str:
    exact = sum(point.certainty == "exact" for point in found.points)
    return f"{exact} of {len(found.points)} points exact"


def _alternatives_told(found: Alternatives) -> str:
    exact = sum(one.certainty == "exact" for one in found.found)
    return f"{len(found.found)} found, {exact} exact"


def _draws_told(found: Robustness) -> str:
    proven = sum(draw.status in ("optimal", "infeasible") for draw in found.draws)
    return f"{proven} of {len(found.draws)} proven"
