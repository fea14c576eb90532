"""The same answers by solving anew each time: a snapshot or model from scratch, one thread, to the same gap."""

from dataclasses import replace

from optcenter_pipeline.engine import Snapshot, solve
from optcenter_pipeline.engine.objective import Plan, Stage
from optcenter_pipeline.engine.portfolio_search import search_portfolio
from optcenter_pipeline.engine.question import Question, build_question
from optcenter_pipeline.explain.base_plan import BasePlan
from optcenter_pipeline.explain.documents import Alternatives, Frontier, Robustness
from optcenter_pipeline.explain.robustness_draws import Draws
from optcenter_pipeline.rules.linear import LinearRow, Terms


def solve_frontier(plan: BasePlan, found: Frontier) -> int:
    """A run for each capacity of a frontier; how many."""
    for point in found.points:
        scenario = plan.question.snapshot.scenario.model_copy(update={"capacity_total_tokens": point.x})
        solve(_asked(plan, plan.question.snapshot.model_copy(update={"scenario": scenario})))
    return len(found.points)


def solve_alternatives(plan: BasePlan, found: Alternatives) -> int:
    """A run for each alternative, the farthest from all those before it; how many."""
    count = plan.question.model.candidate_count
    known = [plan.point[:count]]
    for _ in range(found.asked):
        question = _nearly_best(build_question(plan.question.snapshot), plan, found.within_pct)
        apart = [float(sum(1 - 2 * portfolio[column] for portfolio in known)) for column in range(count)]
        columns = tuple(column for column in range(count) if apart[column])
        stage = Stage("apart", "kpi", Terms(columns, tuple(apart[column] for column in columns)))
        asked = question.with_plan(Plan((stage,), None, 0.0, question.plan.economy))
        point = search_portfolio(asked, options=plan.options).staged.point
        if point is None:
            break
        known.append(point[:count])
    return found.asked


def solve_draws(plan: BasePlan, found: Robustness) -> int:
    """A run for each draw; how many."""
    draws = Draws(plan.question, found.asked, found.tokens_pct, found.seed)
    for number in range(found.asked):
        solve(_asked(plan, draws.drawn(number).snapshot))
    return found.asked


def _asked(plan: BasePlan, snapshot: Snapshot) -> Snapshot:
    """A snapshot to the gap of an analysis."""
    return snapshot.model_copy(update={"solver": plan.options})


def _nearly_best(question: Question, plan: BasePlan, within_pct: float) -> Question:
    """Portfolios within so many percent of the plan's objective."""
    terms = question.plan.kpi_stages[0].terms
    least = plan.objective - within_pct / 100 * abs(plan.objective)
    row = LinearRow("nearly_best", terms, (), "nearly as good as the plan", lower=least)
    return replace(question, model=question.with_rows([row]).model)
