"""A search that does not listen is left behind, its best portfolio kept, and its handle touched no more."""

import math
import threading
from typing import Any

import pytest

from optcenter_pipeline.engine import highs, highs_run, solve
from optcenter_pipeline.engine.checker import check
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline_tests.support.hard_plan import hard_snapshot


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> Any:
    """HiGHS as in a long presolve: it reports, and hears of no limit until the test is over."""
    hears = threading.Event()
    called, set_option = highs_run.HighsRun._called, highs.SolverModel._set

    def deaf_call(self: Any, kind: int, message: str, told: Any, answer: Any, data: object) -> None:
        if hears.is_set() or int(kind) not in (highs_run._IMPROVED, highs_run._MIP):
            called(self, kind, message, told, answer, data)
        else:
            self._report(int(kind), told)

    def without_clock(self: Any, option: str, value: object) -> None:
        set_option(self, option, math.inf if option == "time_limit" else value)

    monkeypatch.setattr(highs_run.HighsRun, "_called", deaf_call)
    monkeypatch.setattr(highs.SolverModel, "_set", without_clock)
    monkeypatch.setattr(highs_run, "_GRACE_SECONDS", 0.2)
    yield
    hears.set()
    for thread in threading.enumerate():
        if thread.name == "highs":
            thread.join()


def test_the_portfolio_of_a_lost_search_is_kept(deaf: None) -> None:
    question = hard_snapshot().model_copy(update={"solver": SolverOptions(time_limit_seconds=3, mip_gap=0.0)})
    result = solve(question)
    assert result.status == "feasible"
    assert [(stage.proven, stage.stopped_by) for stage in result.objective.stages] == [(False, "time")]
    assert "economy" in " ".join(alert.message for alert in result.alerts if alert.code == "stage_skipped")
    assert check(question, result) == ()


def test_a_cancelled_search_that_is_lost_ends_the_run(deaf: None) -> None:
    question = hard_snapshot().model_copy(update={"solver": SolverOptions(mip_gap=0.0)})
    seen: list[float | None] = []
    result = solve(question, on_progress=lambda p: seen.append(p.value), cancel=lambda: any(seen))
    assert result.status == "cancelled"
    assert result.has_portfolio
    assert check(question, result) == ()
