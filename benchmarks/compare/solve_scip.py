"""SCIP, on the natural model."""

import time

import numpy as np
from pyscipopt import Model, Variable, quicksum

from benchmarks.compare.answer import Answer, Solve, Status
from benchmarks.instances.arrays import NaturalArrays, natural_arrays
from benchmarks.instances.portfolio import Portfolio

_STATUSES: dict[str, Status] = {"optimal": "proven", "gaplimit": "proven", "infeasible": "infeasible"}
_INFINITE = 1e19


def prepare(portfolio: Portfolio, mip_gap: float, time_limit: float) -> Solve:
    """See `answer.Prepare`."""
    arrays = natural_arrays(portfolio)

    def run() -> Answer:
        began = time.perf_counter()
        model = Model()
        model.hideOutput()
        model.setParams({"limits/time": time_limit, "limits/gap": mip_gap, "parallel/maxnthreads": 1})
        variables = _fill(model, arrays)
        handover = time.perf_counter() - began
        model.optimize()
        status = _STATUSES.get(model.getStatus(), "stopped")
        bound = model.getDualbound()
        known = None if abs(bound) >= _INFINITE else bound
        more = {"nodes": model.getNTotalNodes(), "said": model.getStatus()}
        if not model.getNSols():
            return Answer("nothing" if status == "stopped" else status, None, known, handover, more)
        best = model.getBestSol()
        funded = np.array([model.getSolVal(best, variable) > 0.5 for variable in variables[: portfolio.size]])
        return Answer(status, funded, known, handover, more)

    return run


def _fill(model: Model, arrays: NaturalArrays) -> list[Variable]:
    bounds = zip(arrays.integer, arrays.lower.tolist(), arrays.upper.tolist(), arrays.costs.tolist(), strict=True)
    variables = [
        model.addVar(vtype="B" if whole else "C", lb=lower, ub=upper, obj=cost)
        for whole, lower, upper, cost in bounds
    ]
    model.setMaximize()
    matrix = arrays.matrix
    starts, columns, data = matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.tolist()
    limits = zip(arrays.row_lower.tolist(), arrays.row_upper.tolist(), strict=True)
    for row, (lower, upper) in enumerate(limits):
        entries = range(starts[row], starts[row + 1])
        terms = quicksum(data[k] * variables[columns[k]] for k in entries)
        if lower == upper:
            model.addCons(terms == lower)
        elif upper < np.inf:
            model.addCons(terms <= upper)
        else:
            model.addCons(terms >= lower)
    return variables
