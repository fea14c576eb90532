"""What a run tells while it runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of the search: after every better portfolio, and at the end of each stage."""

    stage: str
    """A KPI key, `weighted_kpis`, `goals` or `economy`."""
    position: int
    """1 for the first stage."""
    stages: int
    """How many there are."""
    value: float | None
    """The stage's best value so far, in its own unit."""
    bound: float | None
    """What no portfolio can beat."""
    nodes: int
    seconds: float
    """Since the run began."""
    finished: bool = False
    """True once at the end of a stage."""
