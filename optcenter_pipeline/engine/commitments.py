"""What a run's commitments to an earlier one mean for its pool and its reasons, and what is wrong with them."""

from collections.abc import Iterator

from optcenter_pipeline.engine.problems import Problem
from optcenter_pipeline.engine.result import Alert, Stability
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules.linear import PoolColumns
from optcenter_pipeline.rules.names import LARGEST, SMALLEST, listed
from optcenter_pipeline.rules.numbers import amount


def commitment_problems(snapshot: Snapshot) -> Iterator[Problem]:
    """A price that no sum can carry."""
    price = snapshot.commitments.price_per_change if snapshot.commitments else None
    if price and not SMALLEST <= price <= LARGEST:
        text = f"{price:.12g} is not between {SMALLEST:g} and {LARGEST:g}; give a price in the objective's unit"
        yield Problem("commitments.price_per_change", text)


def commitment_alerts(snapshot: Snapshot, columns: PoolColumns) -> Iterator[Alert]:
    """What was committed to and lies outside the pool: it can neither stay nor change."""
    commitments = snapshot.commitments
    if commitments is None:
        return
    if commitments.price_per_change:
        message = (
            f"each change against run {commitments.run_id} costs {amount(commitments.price_per_change)} of the "
            "objective: its bound and its best possible value are those of plans that pay for their changes; "
            "another plan may bring more and pay more"
        )
        yield Alert(code="changes_are_priced", message=message)
    locked = frozenset(commitments.locked_in)
    for key in commitments.locked_in:
        if key not in columns.index:
            message = (
                f"{key} is locked in by run {commitments.run_id}, and is no candidate any more: it cannot stay"
            )
            yield Alert(
                code="locked_in_outside_pool",
                initiative_key=key,
                message=message,
                source_rows=(commitments.locked_source(key),),
            )
    gone = [key for key in commitments.selected if key not in columns.index and key not in locked]
    if gone:
        are = "is" if len(gone) == 1 else "are"
        message = (
            f"run {commitments.run_id} funds {listed(gone)}, which {are} not in the pool: no change is counted"
        )
        yield Alert(code="commitment_outside_pool", message=message)


def unwanted_change(
    snapshot: Snapshot, made: Stability | None, key: str, worth: float
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Why a candidate that the earlier run does not fund is no change that the plan makes; (text, source rows).

    Args:
        snapshot: the run's.
        made: the changes that the portfolio makes; None without commitments.
        key: of the candidate, which is not funded.
        worth: what it brings to the first KPI stage by itself.
    """
    commitments = snapshot.commitments
    if commitments is None or made is None or key in made.dropped:
        return
    if made.max_changes is not None and made.changes >= made.max_changes:
        yield f"did not fit: {commitments.budget_in_words()}, and they are made", (commitments.budget_source,)
    price = commitments.price_per_change
    if price and 0 < worth <= price:
        yield f"adds {amount(worth)}, no more than the {amount(price)} that a change costs", ()
