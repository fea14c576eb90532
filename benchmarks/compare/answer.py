"""What one solver says about one problem, in words that all share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from benchmarks.instances.portfolio import Bools, Portfolio

Status = Literal["proven", "stopped", "nothing", "infeasible", "error", "overran", "died"]
"""`proven` within the gap asked for; `stopped` with a portfolio, or with `nothing`, at the time limit. `overran`:
killed a while after the limit; `died`: the process ended by itself."""


@dataclass(frozen=True, eq=False)
class Answer:
    """The end of one solve."""

    status: Status
    funded: Bools | None = None
    """(n,) one entry a candidate; None without a portfolio."""
    bound: float | None = None
    """No portfolio is worth more; None where the solver says nothing."""
    handover: float | None = None
    """Seconds of the whole that passed until the solver held the model; None where it is not told apart."""
    more: dict[str, Any] = field(default_factory=dict)
    """Figures of this solver alone."""


Solve = Callable[[], Answer]
"""Hand the model over and solve it; this is what is timed."""

Prepare = Callable[[Portfolio, float, float], Solve]
"""(problem, relative gap, time limit in seconds) → solve; whatever a user has ready before is made here."""
