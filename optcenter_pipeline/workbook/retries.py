"""When and how long to wait before a request is tried again."""

import datetime as dt
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

TEMPORARY_STATUSES = frozenset({429, 500, 502, 503, 504})
"""Answers that may be different the next time."""

_SHORTEST_TIMEOUT = 0.1


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How patient a client is; all in seconds."""

    deadline: float = 120.0
    """For one call with all of its attempts and waits."""
    unreachable_deadline: float = 30.0
    """For one call while nobody answers at all: a server that is not there is no quota that refills."""
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    first_wait: float = 1.0
    """Upper end of the first wait; it doubles from attempt to attempt."""
    longest_wait: float = 32.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random

    def wait(self, attempt: int, retry_after: str | None) -> float:
        """Seconds to wait after the attempt of this number, 1 for the first.

        Full jitter: anywhere between 0 and the doubling upper end, so that many clients do not come back
        at once; never less than what the server asked for in `Retry-After` (seconds or an HTTP date).
        """
        upper = min(self.longest_wait, self.first_wait * 2.0 ** min(attempt - 1, 30))
        return max(self.jitter() * upper, _asked_for(retry_after))


class Patience:
    """One call's: how long it has lasted, and whether it may go on."""

    def __init__(self, policy: RetryPolicy) -> None:
        self.attempts = 0
        self._policy = policy
        self._start = policy.clock()
        self._began = 0.0
        self._nobody_since: float | None = None

    @property
    def spent(self) -> float:
        """Seconds since the call began."""
        return self._policy.clock() - self._start

    def begin(self) -> None:
        """Count an attempt that begins now."""
        self.attempts += 1
        self._began = self.spent

    def note(self, *, somebody_is_there: bool) -> None:
        """Take in what the last attempt told of the server."""
        if somebody_is_there:
            self._nobody_since = None
        elif self._nobody_since is None:
            self._nobody_since = self._began

    def wait(self, retry_after: str | None) -> float:
        """Seconds to wait before the next attempt."""
        return self._policy.wait(self.attempts, retry_after)

    def lasts(self, wait: float) -> bool:
        """Whether there is time for another attempt after this wait."""
        end = self._policy.deadline
        if self._nobody_since is not None:
            end = min(end, self._nobody_since + self._policy.unreachable_deadline)
        return self.spent + wait < end

    def timeouts(self) -> tuple[float, float]:
        """Seconds for the next request's connection and answer, together no more than what is left."""
        left = max(self._policy.deadline - self.spent, _SHORTEST_TIMEOUT)
        connect = min(self._policy.connect_timeout, left / 2)
        return connect, min(self._policy.read_timeout, left - connect)


def _asked_for(retry_after: str | None) -> float:
    """Seconds that a `Retry-After` header asks for; 0 where there is none that can be read."""
    if not retry_after:
        return 0.0
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    return max(0.0, (until - dt.datetime.now(dt.UTC)).total_seconds())
