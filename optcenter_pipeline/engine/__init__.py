"""snapshot → pool → linear rows → Pyomo model → stages → result.

`solve` is a pure function: no clock but for timings and the caller's own time limit, no files, no settings.
"""

from collections.abc import Callable
from pathlib import Path

from optcenter_pipeline.engine.problems import InvalidInputError
from optcenter_pipeline.engine.progress import Progress
from optcenter_pipeline.engine.reading import load_snapshot, unreadable_snapshot
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot

__all__ = [
    "InvalidInputError",
    "Progress",
    "Result",
    "Snapshot",
    "load_snapshot",
    "solve",
    "unreadable_snapshot",
    "write_mps",
]


def solve(
    snapshot: Snapshot,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Result:
    """Find the best portfolio of a snapshot (semantics.md).

    Args:
        snapshot: the inputs, all of them; the same snapshot gives the same answer.
        on_progress: told of every better portfolio, bound and finished stage, and at least once a second, in the
            thread that solves.
        cancel: asked often while the solver searches; True ends the run as `cancelled`, with the best portfolio
            found so far.

    Returns:
        The result, whatever its status; inputs that cannot make a model give `invalid` and a message each.

    Raises:
        SolverError: the solver refused the model or gave no usable answer.
    """
    from optcenter_pipeline.engine.run import solve_snapshot  # noqa: PLC0415 - Pyomo and HiGHS take a second to load

    return solve_snapshot(snapshot, on_progress=on_progress, cancel=cancel)


def write_mps(snapshot: Snapshot, path: str | Path) -> None:
    """Write the model of a snapshot's first stage as free-format MPS, for any other solver.

    Names are readable (`fund_INIT-1`, `capacity_cap_Constraints_6`); section OBJSENSE says MAX or MIN.

    Args:
        snapshot: the inputs of a run.
        path: where the file goes; an existing one is replaced.

    Raises:
        InvalidInputError: the snapshot cannot make a model.
        OSError: the file cannot be written.
    """
    from optcenter_pipeline.engine.export import export_mps  # noqa: PLC0415 - Pyomo takes a while to load

    export_mps(snapshot, path)
