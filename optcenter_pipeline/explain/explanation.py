"""The whole explanation of a run: its conflict, or why each candidate is in or out and what capacity is worth."""

import time
from collections.abc import Callable, Iterator, Sequence

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.progress import Progress
from optcenter_pipeline.engine.result import Alert, Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.staged import Clock
from optcenter_pipeline.explain.answer import answer
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel, base_plan
from optcenter_pipeline.explain.capacity_value import value_limits
from optcenter_pipeline.explain.documents import Explanation, StabilityCost
from optcenter_pipeline.explain.stability import cost_of_stability
from optcenter_pipeline.explain.why import explain_candidates
from optcenter_pipeline.rules.names import SourceRow
from optcenter_pipeline.rules.numbers import amount
from optcenter_pipeline.rules.source_rows import in_sheet_order, in_words


def explain(
    snapshot: Snapshot,
    result: Result | None = None,
    *,
    exact: int | None = None,
    cancel: Cancel | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Explanation:
    """Explain a run.

    Args:
        snapshot: its inputs; their time limit holds for all of the explanation.
        result: its answer, with the conflict where it is infeasible; the run is solved where None.
        exact: how many candidates are searched again at most; None: by the size of the pool.
        cancel: asked often; True ends the explanation with what it has by then.
        on_progress: told of the solver's progress while the run itself is solved.

    Returns:
        The explanation: `invalid` with messages, `infeasible` with the conflict, all else with the pool.

    Raises:
        SolverError: the solver refused a model or gave no usable answer.
    """
    clock = Clock(time.perf_counter(), snapshot.solver.time_limit_seconds)
    asked_to_cancel = cancel or (lambda: False)
    answered = result or answer(snapshot, on_progress=on_progress, cancel=asked_to_cancel)
    cost = cost_of_stability(snapshot, answered, seconds=clock.left, cancel=asked_to_cancel)
    if not answered.has_portfolio:
        return _without_portfolio(answered, clock, cost)
    plan = base_plan(snapshot, answered)
    candidates = explain_candidates(plan, exact=exact, left=lambda: clock.left, cancel=asked_to_cancel)
    limits, binding, unsearched = value_limits(plan, left=lambda: clock.left, cancel=asked_to_cancel)
    return Explanation(
        status=answered.status,
        objective_name=plan.objective_name,
        objective_value=clean(plan.objective),
        tokens_used=clean(plan.tokens),
        candidates=candidates,
        limits=limits,
        binding_rows=binding,
        stability=cost,
        messages=(
            *_of_commitments(answered, cost),
            *_unsearched(unsearched),
            *_unsaid(plan, answered, clock, asked_to_cancel),
        ),
        seconds=clock.spent,
    )


def _without_portfolio(result: Result, clock: Clock, cost: StabilityCost | None) -> Explanation:
    return Explanation(
        status=result.status,
        conflict=result.conflict,
        stability=cost,
        messages=(*(_told(alert) for alert in result.alerts), *_of_commitments(result, cost)),
        seconds=clock.spent,
    )


def _of_commitments(result: Result, cost: StabilityCost | None) -> Iterator[str]:
    """What keeping to an earlier run costs, and that its price of changes is off what is told."""
    if cost is not None:
        yield cost.message
    if result.stability is not None and result.stability.price_per_change:
        price = result.stability.price_per_change
        yield f"each change against run {result.stability.run_id} has its price of {amount(price)} taken off here"


def _unsearched(rows: Sequence[SourceRow]) -> Iterator[str]:
    """The rules of whom nobody knows whether they hold the plan back."""
    if rows:
        yield f"not found out: whether the plan would be better without {in_words(in_sheet_order(rows))}"


def _told(alert: Alert) -> str:
    """An alert with the rows that it speaks of."""
    return f"{in_words(alert.source_rows)}: {alert.message}" if alert.source_rows else alert.message


def _unsaid(plan: BasePlan, result: Result, clock: Clock, cancel: Cancel) -> list[str]:
    """What a limit kept from being said."""
    messages = []
    if any(gap.floor_or_goal == "goal" for gap in result.gaps):
        messages.append(
            f"goals come before more {plan.stage.name}: another plan, or one with more tokens, may bring less of "
            "it and come nearer to its goals"
        )
    if result.status != "optimal":
        messages.append(
            f"the plan is {result.status}, not proven optimal: what is told of other plans is a bound, not exact"
        )
    if cancel():
        messages.append(
            "a person stopped the explanation: what was not searched by then has a bound, or is left out"
        )
    elif clock.left is not None and clock.left <= 0:
        messages.append(
            f"the time limit of {amount(clock.limit or 0.0)} s was reached: what was not searched by then has a "
            "bound, or is left out"
        )
    return messages
