"""One line for what happens while a run is solved and checked."""

from optcenter_pipeline.engine.checker import Violation
from optcenter_pipeline.engine.progress import Progress
from optcenter_pipeline.report.numbers import amount


def progress_line(progress: Progress) -> str:
    """`stage 1/3 gmv: 31.5, at most 32 (4 nodes, 0.2 s)`."""
    value = "none yet" if progress.value is None else amount(progress.value)
    bound = "" if progress.bound is None else f", bound {amount(progress.bound)}"
    done = " done" if progress.kind == "finished" else ""
    return (
        f"stage {progress.position}/{progress.stages} {progress.stage}{done}: {value}{bound} "
        f"({progress.nodes} nodes, {progress.seconds:.1f} s)"
    )


def violation_line(violation: Violation) -> str:
    """`capacity: found 105, expected at most 100 (Scenario_Config!2)`."""
    rows = f" ({', '.join(violation.source_rows)})" if violation.source_rows else ""
    return f"{violation.what}: found {violation.found}, expected {violation.expected}{rows}"
