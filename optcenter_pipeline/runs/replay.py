"""A run of the ledger solved once more: the same snapshot gives the same answer, or it is told what differs."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.run_records import get_run
from optcenter_pipeline.engine.highs import solver_version
from optcenter_pipeline.engine.progress import Progress
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.answer import answer
from optcenter_pipeline.rules.numbers import amount

_SAME_VALUE = 1e-9
"""Relative: values are kept to twelve digits."""


class NothingToReplayError(ValueError):
    """The run kept no answer that another one could be held against; the text says why."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the two answers say differently."""

    what: str
    """`status`, `objective`, `portfolio` or `conflict`."""
    stored: str
    now: str


@dataclass(frozen=True, slots=True)
class Replay:
    """A run solved once more."""

    run_id: str
    result: Result
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    """What may have made a difference: a time limit, another version of the solver."""

    @property
    def is_same(self) -> bool:
        """Whether status, objective, portfolio and conflict are those of the ledger."""
        return not self.differences

    def document(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "run_id": self.run_id,
            "same": self.is_same,
            "differences": [{"what": one.what, "stored": one.stored, "now": one.now} for one in self.differences],
            "notes": list(self.notes),
            "result": self.result.model_dump(mode="json"),
        }


def replay_run(
    database: Database,
    run_id: str,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Replay:
    """Solve a run's snapshot again and hold the answer against the ledger's, which stays as it is.

    Raises:
        UnknownRunError: no such run.
        NothingToReplayError: it has no answer yet, or an error kept it from having one.
    """
    with database.reading() as session:
        record = get_run(session, run_id)
    status = record.summary.status
    if record.results_json is None or status == "failed":
        why = f": {record.summary.error_text}" if record.summary.error_text else ""
        raise NothingToReplayError(f"run {run_id} is {status}, with no answer to hold another one against{why}")
    stored = Result.model_validate_json(record.results_json)
    snapshot = Snapshot.model_validate_json(record.inputs_snapshot_json)
    result = answer(snapshot, on_progress=on_progress, cancel=cancel)
    return Replay(run_id, result, tuple(_differences(stored, result)), tuple(_notes(snapshot, stored)))


def _differences(stored: Result, now: Result) -> Iterator[Difference]:
    if stored.status != now.status:
        yield Difference("status", stored.status, now.status)
    before, after = stored.objective.value, now.objective.value
    is_same = before == after or (
        before is not None and after is not None and math.isclose(before, after, rel_tol=_SAME_VALUE)
    )
    if not is_same:
        yield Difference("objective", _shown(before), _shown(after))
    keys, others = ([chosen.initiative_key for chosen in result.selected] for result in (stored, now))
    if set(keys) != set(others):
        gone, new = sorted(set(keys) - set(others)), sorted(set(others) - set(keys))
        yield Difference("portfolio", f"with {', '.join(gone) or 'fewer'}", f"with {', '.join(new) or 'fewer'}")
    rows, other_rows = (result.conflict.source_rows if result.conflict else () for result in (stored, now))
    if set(rows) != set(other_rows):
        yield Difference("conflict", ", ".join(rows) or "none", ", ".join(other_rows) or "none")


def _shown(value: float | None) -> str:
    return "none" if value is None else amount(value)


def _notes(snapshot: Snapshot, stored: Result) -> Iterator[str]:
    if snapshot.solver.time_limit_seconds is not None:
        yield f"the run has a time limit of {snapshot.solver.time_limit_seconds:g} s: how far that reaches differs"
    if stored.status == "cancelled":
        yield "a person stopped the run: solved to its end, it says more"
    if stored.solver.version != solver_version():
        yield f"the run was solved with {stored.solver.name} {stored.solver.version}, this is {solver_version()}"
