"""One run of HiGHS in a thread of its own: told of, stopped, and left behind where it does not listen.

HiGHS looks at no clock and calls nobody while it presolves or separates, on a large model for minutes. So the run
has its own thread; the caller's waits, tells of progress, and goes on with the best portfolio that was reported
when the run does not end soon after it was told to. What is left behind ends at its next callback.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from highspy import cb

from optcenter_pipeline.engine.row_matrix import Floats

_CALLBACKS = (
    cb.HighsCallbackType.kCallbackMipInterrupt,
    cb.HighsCallbackType.kCallbackSimplexInterrupt,
    cb.HighsCallbackType.kCallbackIpmInterrupt,
    cb.HighsCallbackType.kCallbackMipImprovingSolution,
)
_IMPROVED = int(cb.HighsCallbackType.kCallbackMipImprovingSolution)
_MIP = int(cb.HighsCallbackType.kCallbackMipInterrupt)
_PULSE_SECONDS = 0.1
_GRACE_SECONDS = 1.0
"""How long a run that was told to stop is waited for."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a run stops."""

    seconds: float | None
    cancel: Callable[[], bool]
    pulse: Callable[["Reported"], None] = lambda _: None
    """Told what the run has reported so far, several times a second, in the caller's thread."""
    is_good_enough: Callable[["Reported"], bool] = lambda _: False
    """Asked at every node; the run then counts as ended by itself."""


@dataclass
class Reported:
    """What a run has said of itself so far, in the solver's units; infinite where it has said nothing."""

    value: float | None = None
    bound: float | None = None
    gap: float = float("inf")
    nodes: int = 0
    solution: Floats | None = None
    """Shape (columns,)."""


class HighsRun:
    """A run of a handle, from start to end.

    Args:
        highs: the handle, with its model and options.
        limits: when to stop.
    """

    def __init__(self, highs: Any, limits: Limits) -> None:
        self._highs = highs
        self._limits = limits
        self._deadline = None if limits.seconds is None else time.monotonic() + limits.seconds
        self._told_to_stop = False
        self._raised: BaseException | None = None
        self._ended = threading.Event()
        self.reported = Reported()
        self.status: Any = None
        self.satisfied = False
        """Stopped because what it had was good enough."""

    def wait(self) -> bool:
        """Run, and wait for the end.

        Returns:
            Whether the run ended; False where it was left behind: the handle is lost then.
        """
        self._highs.setCallback(self._called, None)
        for kind in _CALLBACKS:
            self._highs.startCallback(kind)
        threading.Thread(target=self._run, name="highs").start()
        try:
            ended = self._watch()
        except BaseException:
            self._told_to_stop = True
            self._ended.wait(_GRACE_SECONDS)
            raise
        if ended:
            self._highs.setCallback(None, None)
        if self._raised is not None:
            raise self._raised
        return ended

    def _run(self) -> None:
        try:
            self.status = self._highs.run()
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self._raised = error
        finally:
            self._ended.set()

    def _watch(self) -> bool:
        waiting_since = None
        while not self._ended.wait(_PULSE_SECONDS):
            self._limits.pulse(self.reported)
            if not self._told_to_stop:
                self._told_to_stop = self._limits.cancel() or self._is_late()
            elif waiting_since is None:
                waiting_since = time.monotonic()
            elif time.monotonic() - waiting_since > _GRACE_SECONDS:
                return False
        self._limits.pulse(self.reported)
        return True

    def _is_late(self) -> bool:
        return self._deadline is not None and time.monotonic() > self._deadline

    def _called(self, kind: int, _message: str, told: Any, answer: Any, _data: object) -> None:
        """HiGHS calls this in its thread. An exception must not cross it: it is kept, and the run stopped."""
        try:
            if int(kind) in (_IMPROVED, _MIP):
                self._report(int(kind), told)
            self.satisfied = self.satisfied or (int(kind) == _MIP and self._limits.is_good_enough(self.reported))
            if self._told_to_stop or self.satisfied or self._is_late():
                answer.user_interrupt = True
        except BaseException as error:  # noqa: BLE001 - C++ frames lie between here and whoever could catch it
            self._raised = error
            answer.user_interrupt = True

    def _report(self, kind: int, told: Any) -> None:
        reported = self.reported
        if abs(told.mip_dual_bound) < highspy.kHighsInf:
            reported.bound = float(told.mip_dual_bound)
        reported.gap = float(told.mip_gap)
        reported.nodes = max(reported.nodes, int(told.mip_node_count))
        if kind == _IMPROVED:
            reported.value = float(told.objective_function_value)
            reported.solution = np.array(told.mip_solution)
