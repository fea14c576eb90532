"""A run's whole answer: the engine's, and where no portfolio keeps the rules, why not and the ways out."""

import time
from collections.abc import Callable

from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.progress import Progress
from optcenter_pipeline.engine.result import Alert, Conflict, Result
from optcenter_pipeline.engine.snapshot import Snapshot

NO_REPAIR = "no_repair"
_NOT_FOUND = Alert(
    code="conflict_not_found",
    message="no portfolio keeps all the rules, and a limit left no time to say which of them are to blame; "
    "run it again with a longer time limit, or without one",
)
_GRACE_SECONDS = 1.0
"""What a conflict and its repairs may take where the run's own limit leaves less."""


def answer(
    snapshot: Snapshot,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Result:
    """The best portfolio of a snapshot; or its conflict, with repairs, where it has none.

    The snapshot's time limit holds for all of it; without one the same snapshot gives the same answer.

    Args:
        snapshot: the inputs, all of them.
        on_progress: as for `engine.solve`.
        cancel: asked often; True ends the search, or what was found of conflict and repairs by then is kept.

    Returns:
        The result of `engine.solve`. An infeasible one has its conflict, as far as it was found, and repairs; the
        seconds that these took count as `timings.extract`.

    Raises:
        SolverError: the solver refused a model or gave no usable answer.
        NoConflictError: the solver called the run infeasible, and a portfolio keeps all of its rules.
    """
    began = time.perf_counter()
    result = solve(snapshot, on_progress=on_progress, cancel=cancel)
    if result.status != "infeasible":
        return result
    solved = time.perf_counter()
    limit = snapshot.solver.time_limit_seconds
    ends = None if limit is None else max(began + limit, solved + _GRACE_SECONDS)

    def left() -> float | None:
        return None if ends is None else ends - time.perf_counter()

    told = _with_ways_out(snapshot, result, left, cancel or (lambda: False))
    spent = time.perf_counter() - solved
    timings = told.timings.model_copy(update={"extract": told.timings.extract + spent})
    return told.model_copy(update={"timings": timings})


def _with_ways_out(
    snapshot: Snapshot, result: Result, left: Callable[[], float | None], cancel: Callable[[], bool]
) -> Result:
    """An infeasible result with its conflict and repairs."""
    # these take a second to load
    from optcenter_pipeline.engine.question import build_question  # noqa: PLC0415
    from optcenter_pipeline.explain.conflict import find_conflict  # noqa: PLC0415
    from optcenter_pipeline.explain.repairs import find_repairs, touches  # noqa: PLC0415

    question = build_question(snapshot)
    conflict = find_conflict(question, left=left, cancel=cancel)
    if conflict is None:
        return result.model_copy(update={"alerts": (*result.alerts, _NOT_FOUND)})
    repairs = find_repairs(question, conflict, left=left, cancel=cancel)
    alerts = list(result.alerts)
    if not repairs:
        alerts.append(_no_repair(conflict, may_touch=touches(question, conflict)))
    told = conflict.model_copy(update={"repairs": repairs})
    return result.model_copy(update={"conflict": told, "alerts": tuple(alerts)})


def _no_repair(conflict: Conflict, *, may_touch: bool) -> Alert:
    """Why no way out is given."""
    if may_touch:
        message = "no way out was proven within the limits of the search; loosen one of the rules in conflict"
    else:
        message = (
            "no way out is proposed: every row of the conflict is a fact, such as a deadline, or has [fixed] in "
            "its notes; take the mark off one of them, or change the fact"
        )
    return Alert(code=NO_REPAIR, message=message, source_rows=conflict.source_rows)
