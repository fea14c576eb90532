"""What a run tells while it runs."""

from dataclasses import dataclass
from typing import Literal

ProgressKind = Literal["incumbent", "bound", "alive", "finished"]


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of the search: at every better portfolio or bound, at least once a second, at each stage's end."""

    kind: ProgressKind
    """What is new: a better portfolio (perhaps with a better bound), a better bound, nothing, the stage's end."""
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
    gap: float | None
    """Between the two, relative to the value; None where one of them is missing."""
    nodes: int
    seconds: float
    """Since the run began."""
    best_found_at: float | None = None
    """Seconds since the run began at which `value` was reached."""
    bound_found_at: float | None = None
    """Seconds since the run began at which `bound` was reached."""
