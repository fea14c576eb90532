"""Which of a run's progress is written as lines: what is new, soon, and not too much of it."""

from collections.abc import Callable
from dataclasses import dataclass

from optcenter_pipeline.engine.progress import Progress
from optcenter_pipeline.report.lines import progress_line

_MANY = 200
"""From so many lines of better portfolios on, these are no more urgent than better bounds."""
_SHARE = 1 / 60
"""The older the run, the rarer its bounds: so that an hour has some 300 lines, and not 4000."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a line is written, in seconds."""

    apart: float
    """Between two lines; a stage's end waits for nothing."""
    alive: float | None = None
    """Without anything new a line is written as seldom as this; None: never."""
    quiet: float = 0.0
    """So long from the run's beginning nothing is written, not even a stage's end."""


class ProgressLog:
    """Writes lines of progress; time is the progress's own, so nothing is written between two of them.

    Args:
        write: takes a line.
        pace: how often.
    """

    def __init__(self, write: Callable[[str], None], pace: Pace) -> None:
        self._write = write
        self._pace = pace
        self._portfolios = 0
        self._written_at = 0.0
        self._is_new = False
        self._has_portfolio = False

    def tell(self, progress: Progress) -> None:
        """Write the progress down, or remember that there is something new to write."""
        self._is_new = self._is_new or progress.kind in ("incumbent", "bound")
        self._has_portfolio = self._has_portfolio or progress.kind == "incumbent"
        if progress.seconds < self._pace.quiet:
            return
        if progress.kind == "finished" or progress.seconds - self._written_at >= self._wait(progress.seconds):
            self._write(progress_line(progress))
            self._portfolios += self._has_portfolio
            self._written_at = progress.seconds
            self._is_new = self._has_portfolio = False

    def _wait(self, seconds: float) -> float:
        """Between the last line and the next, by what is new."""
        if self._has_portfolio and self._portfolios < _MANY:
            return self._pace.apart
        if self._is_new:
            return max(self._pace.apart, seconds * _SHARE)
        return float("inf") if self._pace.alive is None else max(self._pace.alive, seconds * _SHARE)
