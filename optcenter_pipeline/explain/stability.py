"""The cost of stability: what the plan would bring without its commitments to an earlier run, less what it does."""

import time
from collections.abc import Callable

from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.canonical import canonical_snapshot
from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.pool import build_pool
from optcenter_pipeline.engine.result import Result, Status
from optcenter_pipeline.engine.snapshot import Scope, Snapshot
from optcenter_pipeline.explain.documents import StabilityCost
from optcenter_pipeline.rules.names import listed
from optcenter_pipeline.rules.numbers import amount

_LEAST_SECONDS = 0.001


def cost_of_stability(
    snapshot: Snapshot,
    result: Result,
    *,
    seconds: float | None = None,
    cancel: Callable[[], bool] | None = None,
) -> StabilityCost | None:
    """Solve a run once more without its commitments; None for a run without any, or one that could not be asked.

    Args:
        snapshot: the run's inputs; the same limits hold for the second search.
        result: its answer.
        seconds: for the second search, in place of the run's own limit.
        cancel: asked often; True ends the search with what it has by then.
    """
    commitments = snapshot.commitments
    if commitments is None or result.status == "invalid":
        return None
    began = time.perf_counter()
    solver = snapshot.solver
    if seconds is not None:
        solver = solver.model_copy(update={"time_limit_seconds": max(seconds, _LEAST_SECONDS)})
    without = {"commitments": None, "solver": solver, "scope": _same_pool(snapshot)}
    free = solve(snapshot.model_copy(update=without), cancel=cancel)
    kept, instead = ({chosen.initiative_key for chosen in answer.selected} for answer in (result, free))
    before = set(commitments.selected)
    pool = kept | instead | {candidate.initiative_key for candidate in (*result.rejected, *free.rejected)}
    value, free_value = result.objective.value, free.objective.value
    is_proven = result.status in ("optimal", "infeasible") and free.status in ("optimal", "infeasible")
    cost = StabilityCost(
        run_id=commitments.run_id,
        objective_name=_objective_name(free, result),
        value=value,
        free_value=free_value,
        cost=None if value is None or free_value is None else clean(free_value - value),
        certainty="exact" if is_proven else "found",
        changes=result.stability.changes if result.stability else None,
        free_changes=len((before & pool) ^ instead) if free.has_portfolio else None,
        moves_in=tuple(sorted(instead - kept)) if result.has_portfolio else (),
        moves_out=tuple(sorted(kept - instead)) if free.has_portfolio else (),
        tokens_change=_tokens_change(result, free),
        message="",
        seconds=time.perf_counter() - began,
    )
    return cost.model_copy(update={"message": _in_words(cost, result.status, free.status)})


def _same_pool(snapshot: Snapshot) -> Scope:
    """The run's pool, as what is locked in extends it."""
    if snapshot.scope.scope_type == "all":
        return snapshot.scope
    pool = build_pool(canonical_snapshot(snapshot)).columns.candidates
    return Scope(scope_type="selected", initiative_keys=tuple(candidate.initiative_key for candidate in pool))


def _objective_name(*answers: Result) -> str:
    stages = (stage for answer in answers for stage in answer.objective.stages)
    return next((stage.name for stage in stages if stage.kind in ("kpi", "weighted")), "the objective")


def _tokens_change(result: Result, free: Result) -> float | None:
    if result.capacity is None or free.capacity is None:
        return None
    return clean(free.capacity.used - result.capacity.used)


def _in_words(cost: StabilityCost, status: Status, free_status: Status) -> str:
    """`keeping to run r-1 costs 4 gmv: without that the plan brings 19 instead of 15 (in: A, B; out: C, D)`."""
    name, run = cost.objective_name, f"keeping to run {cost.run_id}"
    if cost.free_value is None and free_status == "infeasible":
        return f"{run} is not what keeps a plan from being found: there is none without it either"
    if cost.free_value is None:
        open_question = (
            f"whether {run} is what keeps a plan from being found" if cost.value is None else (f"what {run} costs")
        )
        return f"{open_question} was not found out in time; run it again with a longer time limit, or without one"
    if cost.value is None or cost.cost is None:
        outcome = "allows no plan" if status == "infeasible" else "left no plan to be found in time"
        return f"{run} {outcome}; without that one brings {amount(cost.free_value)} {name}"
    moves = [f"{way}: {listed(keys)}" for way, keys in (("in", cost.moves_in), ("out", cost.moves_out)) if keys]
    unproven = "" if cost.certainty == "exact" else ", as far as the searches came"
    if cost.cost == 0:
        return f"{run} costs nothing: {amount(cost.free_value)} {name} either way{unproven}"
    instead = f"without that the plan brings {amount(cost.free_value)} instead of {amount(cost.value)}"
    told = f"{instead} ({'; '.join(moves)})" if moves else instead
    if cost.cost < 0:
        return f"{run} costs no {name}: {told}, and then meets goals or later KPIs better{unproven}"
    return f"{run} costs {amount(cost.cost)} {name}: {told}{unproven}"
