"""What all stages of a run together come to, and the time they have."""

import time
from dataclasses import dataclass
from typing import Literal

from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.result import StageResult

Ending = Literal["done", "infeasible", "unconfirmed", "nothing_found", "cancelled"]


@dataclass(frozen=True, slots=True)
class Clock:
    """When a run began, and when it must end."""

    began: float
    limit: float | None

    @property
    def spent(self) -> float:
        """Seconds since the run began."""
        return time.perf_counter() - self.began

    @property
    def left(self) -> float | None:
        """Seconds until the limit, None without one."""
        return None if self.limit is None else self.limit - self.spent


@dataclass(frozen=True, slots=True)
class Staged:
    """What all stages together came to."""

    ending: Ending
    """`unconfirmed`: the solver said infeasible, and a limit stopped its second look."""
    point: Point | None
    stages: tuple[StageResult, ...]
    skipped: tuple[str, ...]
    """Names of the stages that a limit left no time for."""


NOTHING_SEARCHED = Staged("cancelled", None, (), ())
"""Somebody cancelled before the search began."""
