"""What all stages of a run together come to, and the time they have."""

import time
from dataclasses import dataclass
from typing import Literal

from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.objective import Plan
from optcenter_pipeline.engine.result import StageResult, Status

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

    def status(self, plan: Plan) -> Status:
        """By the table in semantics.md, *Outcome*, for the stages of this plan."""
        if self.ending == "cancelled":
            return "cancelled"
        if self.ending == "infeasible":
            return "infeasible"
        if self.point is None:
            return "no_solution"
        ahead = [stage for stage in self.stages if stage.kind != "economy"]
        is_proven = len(ahead) == plan.length - 1 and all(stage.proven for stage in ahead)
        return "optimal" if is_proven else "feasible"


NOTHING_SEARCHED = Staged("cancelled", None, (), ())
"""Somebody cancelled before the search began."""
