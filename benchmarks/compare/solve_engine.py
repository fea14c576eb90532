"""This engine: the whole of `solve(snapshot)`, all stages, recheck and explanations included."""

import numpy as np

from benchmarks.compare.answer import Answer, Solve, Status
from benchmarks.instances.portfolio import Portfolio
from benchmarks.instances.snapshots import keys, to_snapshot
from optcenter_pipeline.engine import Result, solve


def prepare(portfolio: Portfolio, mip_gap: float, time_limit: float) -> Solve:
    """See `answer.Prepare`."""
    snapshot = to_snapshot(portfolio, mip_gap=mip_gap, time_limit=time_limit)
    names = np.array(keys(portfolio))

    def run() -> Answer:
        return _answer(solve(snapshot), names)

    return run


def _answer(result: Result, names: "np.typing.NDArray[np.str_]") -> Answer:
    stages = result.objective.stages
    more = {
        "result": result.status,
        "timings": result.timings.model_dump(),
        "stages": {stage.name: round(stage.seconds, 4) for stage in stages},
        "all stages proven": all(stage.proven for stage in stages),
        "best": result.objective.best_possible,
    }
    if not result.has_portfolio or not stages:
        status: Status = {"infeasible": "infeasible", "no_solution": "nothing"}.get(result.status, "error")  # type: ignore[assignment]
        return Answer(status, more=more)
    funded = np.isin(names, [chosen.initiative_key for chosen in result.selected])
    proven = result.status == "optimal" and stages[0].proven
    return Answer("proven" if proven else "stopped", funded, stages[0].bound, more=more)
