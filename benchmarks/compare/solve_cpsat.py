"""OR-Tools CP-SAT, on the rules as clauses: one worker, `linearization_level=2`, its best setting here."""

import math
import time
from decimal import Decimal
from itertools import pairwise

import numpy as np
from ortools.sat.python import cp_model

from benchmarks.compare.answer import Answer, Solve, Status
from benchmarks.instances.portfolio import Floats, Portfolio

_STATUSES: dict[object, Status] = {
    cp_model.OPTIMAL: "proven",
    cp_model.FEASIBLE: "stopped",
    cp_model.UNKNOWN: "nothing",
    cp_model.INFEASIBLE: "infeasible",
}


def prepare(portfolio: Portfolio, mip_gap: float, time_limit: float) -> Solve:
    """See `answer.Prepare`."""
    numbers = _WholeNumbers(portfolio)

    def run() -> Answer:
        began = time.perf_counter()
        model = cp_model.CpModel()
        x = _fill(model, portfolio, numbers)
        handover = time.perf_counter() - began
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2
        solver.parameters.relative_gap_limit = mip_gap
        solver.parameters.max_time_in_seconds = max(0.1, time_limit - handover)
        status = _STATUSES.get(solver.solve(model), "error")
        if status not in ("proven", "stopped"):
            return Answer(status, handover=handover)
        funded = np.array([solver.boolean_value(variable) for variable in x])
        return Answer(status, funded, solver.best_objective_bound / numbers.scale, handover)

    return run


class _WholeNumbers:
    """The problem's numbers times a power of ten that makes them whole; one for each kind of row."""

    def __init__(self, portfolio: Portfolio) -> None:
        worth = [*portfolio.values.tolist(), *(synergy.value for synergy in portfolio.synergies)]
        limits = [limit.tokens for limit in (*portfolio.caps, *portfolio.floors)]
        self.scale = _scale(worth)
        self.values = [round(value * self.scale) for value in worth]
        self.token_scale = _scale([*portfolio.tokens.tolist(), portfolio.capacity, *limits])
        self.tokens = [round(tokens * self.token_scale) for tokens in portfolio.tokens.tolist()]
        self.kpis = {kpi: _whole(amounts) for kpi, amounts in portfolio.kpis.items()}


def _scale(numbers: list[float]) -> int:
    exponents = (Decimal(str(number)).normalize().as_tuple().exponent for number in numbers)
    return int(10 ** max((-e for e in exponents if isinstance(e, int) and e < 0), default=0))


def _whole(amounts: Floats) -> tuple[list[int], int]:
    scale = _scale(amounts.tolist())
    return [round(amount * scale) for amount in amounts.tolist()], scale


def _fill(model: cp_model.CpModel, portfolio: Portfolio, numbers: _WholeNumbers) -> list[cp_model.IntVar]:
    x = [model.new_bool_var("") for _ in range(portfolio.size)]
    y = [model.new_bool_var("") for _ in portfolio.synergies]
    _limit(model, portfolio, numbers, x)
    for i, j in portfolio.prerequisites:
        model.add_implication(x[i], x[j])
    for i, j in portfolio.pairs:
        model.add_at_most_one(x[i], x[j])
    for bundle in portfolio.bundles:
        for i, j in pairwise(bundle):
            model.add(x[i] == x[j])
    for synergy, taken in zip(portfolio.synergies, y, strict=True):
        if synergy.value > 0:
            model.add_bool_and([x[i] for i in synergy.members]).only_enforce_if(taken)
        else:
            model.add_bool_or([taken, *(x[i].negated() for i in synergy.members)])
    for i in portfolio.mandatory:
        model.add(x[i] == 1)
    for i in portfolio.excluded:
        model.add(x[i] == 0)
    model.maximize(cp_model.LinearExpr.weighted_sum([*x, *y], numbers.values))
    return x


def _limit(model: cp_model.CpModel, portfolio: Portfolio, numbers: _WholeNumbers, x: list[cp_model.IntVar]) -> None:
    total = cp_model.LinearExpr.weighted_sum

    def spent(members: list[int]) -> cp_model.LinearExprT:
        return total([x[i] for i in members], [numbers.tokens[i] for i in members])

    model.add(total(x, numbers.tokens) <= round(portfolio.capacity * numbers.token_scale))
    for cap in portfolio.caps:
        model.add(spent(portfolio.members(cap).tolist()) <= round(cap.tokens * numbers.token_scale))
    for floor in portfolio.floors:
        model.add(spent(portfolio.members(floor).tolist()) >= round(floor.tokens * numbers.token_scale))
    for target in portfolio.kpi_floors:
        amounts, scale = numbers.kpis[target.kpi_key]
        members = [i for i in portfolio.members(target).tolist() if amounts[i]]
        reached = total([x[i] for i in members], [amounts[i] for i in members])
        model.add(reached >= math.ceil(target.required * scale - 1e-9))
