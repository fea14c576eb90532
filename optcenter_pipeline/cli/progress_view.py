"""What a person sees of a run that goes on: a moving bar on a terminal, now and then a line in a log."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import rich.console
import rich.progress
import rich.text

from optcenter_pipeline.engine.progress import Progress
from optcenter_pipeline.report.lines import state_line
from optcenter_pipeline.report.progress_log import Pace, ProgressLog

_A_SECOND = 5
"""So often is the bar drawn anew."""
_IN_A_LOG = Pace(apart=5.0, quiet=5.0)
"""On stderr that is no terminal: nothing of short runs, changes alone of long ones."""
_DIGITS = 4.0
"""A stage's part of the bar is full at a gap of 1e-4."""


class ProgressView(Protocol):
    """Takes progress, in the thread that solves, as often as it comes."""

    def show(self, progress: Progress) -> None:
        """What the search has come to."""


class SilentView:
    """Where a document is all that is wanted."""

    def show(self, progress: Progress) -> None:
        """Nothing."""


class LogView:
    """Lines on stderr."""

    def __init__(self, stderr: rich.console.Console) -> None:
        self._log = ProgressLog(lambda line: stderr.print(rich.text.Text(line)), _IN_A_LOG)

    def show(self, progress: Progress) -> None:
        """A line now and then."""
        self._log.tell(progress)


class BarView:
    """A bar on stderr; rich draws it, a few times a second, whether something new is shown or not."""

    def __init__(self, bar: rich.progress.Progress, task: rich.progress.TaskID) -> None:
        self._bar = bar
        self._task = task

    def show(self, progress: Progress) -> None:
        """The bar's text and length from the next drawing on."""
        self._bar.update(self._task, description=state_line(progress), completed=_share(progress))


def _share(progress: Progress) -> float:
    """Stages that are done, and the digits of the one that runs that are proven; 0 to 1."""
    digits = 0.0
    if progress.kind == "finished":
        digits = _DIGITS
    elif progress.gap is not None:
        digits = -math.log10(min(1.0, max(progress.gap, 10**-_DIGITS)))
    return (progress.position - 1 + digits / _DIGITS) / progress.stages


@contextmanager
def bar_view(stderr: rich.console.Console, text: str) -> Iterator[ProgressView]:
    """A bar that begins with `text` and is gone at the end.

    Args:
        stderr: a terminal.
        text: what runs; as typed, no markup is read in it.
    """
    bar = rich.progress.Progress(
        rich.progress.SpinnerColumn(),
        rich.progress.BarColumn(bar_width=20),
        rich.progress.TimeElapsedColumn(),
        rich.progress.TextColumn("{task.description}", markup=False),
        console=stderr,
        transient=True,
        refresh_per_second=_A_SECOND,
    )
    with bar:
        yield BarView(bar, bar.add_task(text, total=1.0))
