"""The search for one more portfolio, as far as possible from all those in hand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from optcenter_pipeline.engine.holds import HOLD_FAMILY
from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.objective import Stage
from optcenter_pipeline.engine.question import Question
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.engine.staged import Clock
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel
from optcenter_pipeline.explain.distance_search import DistanceSearch
from optcenter_pipeline.explain.least_count import Least
from optcenter_pipeline.rules import synergy
from optcenter_pipeline.rules.linear import LinearRow, Terms
from optcenter_pipeline.rules.numbers import amount

SMALL = 100
"""Candidates up to which a distance is searched to its proof, as far as many nodes bring it."""
NODES_OF_A_SMALL_DISTANCE = 200
NODES_OF_A_DISTANCE = 2
NODES_OF_A_STAGE = 5
"""Nodes that one search may take; what is not proven by then says so."""


def within(plan: BasePlan, pct: float) -> Question:
    """The run's question with a row that keeps the first KPI stage within a percentage of the run's portfolio."""
    terms = plan.stage.own_terms
    best = terms.value(plan.point)
    lower = best - pct / 100 * abs(best)
    text = f"{plan.stage.name} stays within {amount(pct)} % of {amount(best)}"
    return plan.question.with_rows([LinearRow(HOLD_FAMILY, terms, (), text, lower=lower)])


@dataclass(frozen=True)
class Differing:
    """The candidates by which portfolios differ."""

    columns: tuple[int, ...]
    """In order."""
    passed_over: tuple[str, ...]
    """Keys of those that could be funded without anything gained or lost but tokens."""

    @classmethod
    def of(cls, question: Question) -> "Differing":
        """Whoever stands in a KPI stage, in a row that asks for something, or in one with anything but tokens.

        What is left stands in limits on tokens alone, or in rows of its own.
        """
        model = question.model
        count = model.candidate_count
        matters = {column for stage in question.plan.kpi_stages for column in stage.own_terms.columns}
        for row in model.rows:
            is_a_limit = row.lower == -math.inf and row.family in ("capacity_cap", "scenario_capacity")
            if not is_a_limit and row.family != synergy.FAMILY and len(row.terms.columns) > 1:
                matters.update(row.terms.columns)
        for column, members in enumerate(model.synergy_members, start=count):
            if column in matters:  # one on a KPI that nothing asks for ties nobody
                matters.update(members)
        columns = tuple(sorted(column for column in matters if column < count))
        fixed = {
            row.terms.columns[0] for row in model.rows if len(row.terms.columns) == 1 and row.lower == row.upper
        }
        rest = set(range(count)) - matters - fixed
        return cls(columns, tuple(model.columns.candidates[column].initiative_key for column in sorted(rest)))

    def distance(self, point: Point, number: int) -> tuple[Stage, float]:
        """How many of these candidates a portfolio has otherwise than a point, as a stage and a constant."""
        signs = tuple(-1.0 if point[column] else 1.0 for column in self.columns)
        constant = math.fsum(1.0 for column in self.columns if point[column])
        return Stage(f"distance from {number}", "kpi", Terms(self.columns, signs)), constant


@dataclass(frozen=True, slots=True)
class Step:
    """One more portfolio."""

    point: Point | None
    is_exact: bool = False
    """No allowed portfolio is farther from the nearest of those before."""
    none_exists: bool = False
    """Proven: there is no other."""


def search_alternative(
    question: Question,
    differing: Differing,
    points: Sequence[Point],
    options: SolverOptions,
    clock: Clock,
    cancel: Cancel,
) -> Step:
    """The allowed portfolio that is farthest from the nearest of others.

    Args:
        question: with the row that keeps the objective.
        differing: what counts.
        points: those that stand already, the run's own first.
        options: gap, threads, seed, limits.
        clock: the analysis's time.
        cancel: asked often.
    """
    plan = question.plan
    stages = tuple(Stage(stage.name, stage.kind, stage.own_terms) for stage in plan.kpi_stages)
    goals = () if plan.goals is None else (plan.goals,)
    counts = tuple(differing.distance(point, number) for number, point in enumerate(points))
    least = Least(counts, float(len(differing.columns)))
    wanted = (*stages, *goals)
    search = DistanceSearch(
        question,
        (*wanted, *(stage for stage, _ in counts)),
        plan.economy,
        least=least,
        options=options,
        clock=clock,
        cancel=cancel,
    )
    is_small = len(differing.columns) <= SMALL
    nodes = NODES_OF_A_SMALL_DISTANCE if is_small else NODES_OF_A_DISTANCE
    found = search.farthest(start=points[0], nodes=nodes, glance=not is_small)
    if found.point is None or found.value is None or found.value < 1:
        return Step(None, none_exists=found.bound < 1)
    point = found.point
    for stage, constant in counts:
        text = f"{stage.name} at least {amount(found.value)}"
        search.add(LinearRow(HOLD_FAMILY, stage.terms, (), text, lower=found.value - constant))
    for stage in (*wanted, plan.economy):
        if search.is_stopped:
            break
        better = search.best(stage, start=point, nodes=NODES_OF_A_STAGE, seeks=False, glance=True)
        if better.point is not None and better.value is not None:
            point = better.point
            bound = {"lower": better.value} if stage.sense == "max" else {"upper": better.value}
            search.add(LinearRow(HOLD_FAMILY, stage.terms, (), f"{stage.name} is held", **bound))
    return Step(point, is_exact=found.bound <= found.value)
