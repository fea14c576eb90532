"""One line for what happens while a run is solved and checked."""

import math

from optcenter_pipeline.engine.checker import Violation
from optcenter_pipeline.engine.progress import Progress
from optcenter_pipeline.engine.result import Stability
from optcenter_pipeline.rules.names import listed
from optcenter_pipeline.rules.numbers import amount, counted
from optcenter_pipeline.rules.source_rows import in_brackets


def state_line(progress: Progress) -> str:
    """Where the search is: `stage 1/3 gmv: 31.5, bound 32, gap 1.59 %, 4 nodes`."""
    value = "none yet" if progress.value is None else amount(progress.value)
    bound = "" if progress.bound is None else f", bound {amount(_rough(progress.bound))}"
    gap = "" if progress.gap is None else f", gap {_rough_percent(progress.gap)}"
    done = " done" if progress.kind == "finished" else ""
    nodes = counted(progress.nodes, "node")
    return f"stage {progress.position}/{progress.stages} {progress.stage}{done}: {value}{bound}{gap}, {nodes}"


def progress_line(progress: Progress) -> str:
    """The same with its times: `… (0.9 s; found at 0.2 s, bound at 0.8 s)`."""
    times = []
    if progress.best_found_at is not None:
        times.append(f"found at {progress.best_found_at:.1f} s")
    if progress.bound_found_at is not None:
        times.append(f"bound at {progress.bound_found_at:.1f} s")
    told = f"; {', '.join(times)}" if times else ""
    return f"{state_line(progress)} ({progress.seconds:.1f} s{told})"


def violation_line(violation: Violation) -> str:
    """`capacity: found 105, expected at most 100 (Scenario_Config row 2)`."""
    rows = in_brackets(violation.source_rows)
    return f"{violation.what}: found {violation.found}, expected {violation.expected}{rows}"


def stability_line(stability: Stability) -> str:
    """`changes against run …: 2 of at most 3 (in: INIT-4; out: INIT-7), 1 off at 0.5 each`."""
    budget = "" if stability.max_changes is None else f" of at most {stability.max_changes}"
    moves = [
        f"{way}: {listed(keys)}" for way, keys in (("in", stability.added), ("out", stability.dropped)) if keys
    ]
    price = stability.price_per_change
    cost = f", {amount(stability.price)} off at {amount(price)} each" if price else ""
    where = f" ({'; '.join(moves)})" if moves else ""
    return f"changes against run {stability.run_id}: {stability.changes}{budget}{where}{cost}"


def _rough(bound: float) -> float:
    """Seven digits: a bound has no unit of its own that it could be a multiple of, and the rest is noise."""
    return bound if bound == 0 else round(bound, max(0, 6 - math.floor(math.log10(abs(bound)))))


def _rough_percent(share: float) -> str:
    """Three digits: while a search runs, the others change by themselves."""
    return f"{share * 100:.3g} %"
