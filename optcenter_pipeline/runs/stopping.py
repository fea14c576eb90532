"""Ctrl-C and a termination of the process, taken as a wish that a search is asked to heed, not as an error."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_PATIENCE_SECONDS = 2.0
"""What a search may take to heed the wish. A wrapper passes Ctrl-C on to a process that got it from the terminal
too, so that the same wish comes twice at once; a signal that comes later than this is one of impatience."""


class StopWish:
    """Whether the process has been asked to stop since the wish was listened for."""

    def __init__(self) -> None:
        self._received: int | None = None
        self._received_at = 0.0
        self._before: dict[int, Any] = {}

    def is_wished(self) -> bool:
        """Asked by the search, as often as it likes."""
        return self._received is not None

    def pass_on(self) -> None:
        """Let the signal that came take its usual way, now that what had to be kept is kept.

        Nothing where none came. To be called when the wish is no longer listened for.

        Raises:
            BaseException: whatever the usual way is: KeyboardInterrupt, within Dagster its own interruption.
        """
        if self._received is not None:
            signal.raise_signal(self._received)

    def _listen(self) -> None:
        for number in _SIGNALS:
            handler = signal.getsignal(number)
            # a process in the background ignores Ctrl-C, and goes on to
            if handler is not signal.SIG_IGN and handler is not None:
                self._before[number] = signal.signal(number, self._receive)

    def _leave(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        if self._received is None:
            self._received, self._received_at = number, time.monotonic()
        elif time.monotonic() - self._received_at > _PATIENCE_SECONDS:
            self._leave()
            signal.raise_signal(number)


@contextmanager
def stop_wish() -> Iterator[StopWish]:
    """Listen for SIGINT and SIGTERM while the context lasts; outside the main thread nothing is heard."""
    wish = StopWish()
    if threading.current_thread() is not threading.main_thread():
        yield wish
        return
    wish._listen()
    try:
        yield wish
    finally:
        wish._leave()
