"""Which of a run's progress becomes lines."""

import dataclasses

from optcenter_pipeline.engine.progress import Progress, ProgressKind
from optcenter_pipeline.report.lines import progress_line
from optcenter_pipeline.report.progress_log import Pace, ProgressLog

PACE = Pace(apart=0.9, alive=10.0)


def progress(kind: ProgressKind, seconds: float, **more: object) -> Progress:
    told = Progress(
        kind=kind, stage="gmv", position=1, stages=3, value=31.5, bound=32.0, gap=0.5 / 31.5, nodes=4,
        seconds=seconds, best_found_at=0.2, bound_found_at=0.8,
    )  # fmt: skip
    return dataclasses.replace(told, **more)  # type: ignore[arg-type]


class Lines:
    """A log with the second at which each of its lines was written."""

    def __init__(self, pace: Pace) -> None:
        self.seconds: list[float] = []
        self.lines: list[str] = []
        self._now = 0.0
        self._log = ProgressLog(self._write, pace)

    def _write(self, line: str) -> None:
        self.lines.append(line)
        self.seconds.append(self._now)

    def tell(self, kind: ProgressKind, seconds: float, **more: object) -> None:
        self._now = seconds
        self._log.tell(progress(kind, seconds, **more))


def tenths(until: float) -> list[float]:
    return [number / 10 for number in range(int(until * 10))]


def test_a_line_tells_the_state_and_since_when() -> None:
    assert progress_line(progress("bound", 0.9)) == (
        "stage 1/3 gmv: 31.5, bound 32, gap 1.59 %, 4 nodes (0.9 s; found at 0.2 s, bound at 0.8 s)"
    )
    nothing = progress("alive", 2, value=None, bound=77770.841796, gap=None, nodes=1, best_found_at=None)
    assert progress_line(nothing) == "stage 1/3 gmv: none yet, bound 77,770.84, 1 node (2.0 s; bound at 0.8 s)"
    assert "gmv done: 31.5" in progress_line(progress("finished", 1))


def test_what_is_new_is_written_within_a_second_and_not_more_often() -> None:
    log = Lines(PACE)
    new = [0.1, 0.3, 0.4, 2.05, 2.1, 2.9, 5.55]
    for second in sorted({*tenths(8), *new}):
        log.tell("incumbent" if second in new else "alive", second)
    assert all(later - earlier >= PACE.apart for earlier, later in zip(log.seconds, log.seconds[1:], strict=False))
    for second in new:
        assert any(second <= written <= second + 1 for written in log.seconds)
    assert len(log.seconds) <= len(new)


def test_a_line_shows_the_newest_state_not_the_one_that_made_it_due() -> None:
    log = Lines(PACE)
    log.tell("incumbent", 0.5, value=10.0)
    log.tell("bound", 0.7, value=10.0, bound=12.0)
    log.tell("alive", 1.0, value=10.0, bound=12.0, nodes=7)
    assert [line.split(" (")[0] for line in log.lines] == ["stage 1/3 gmv: 10, bound 12, gap 1.59 %, 7 nodes"]


def test_without_news_a_line_comes_every_ten_seconds() -> None:
    log = Lines(PACE)
    for second in tenths(60):
        log.tell("alive", second)
    assert log.seconds == [10, 20, 30, 40, 50]


def test_the_end_of_a_stage_waits_for_nothing() -> None:
    log = Lines(PACE)
    for second in (0.1, 0.2, 0.3):
        log.tell("finished", second)
    assert log.seconds == [0.1, 0.2, 0.3]


def test_an_hour_of_bounds_is_a_few_hundred_lines_and_better_portfolios_stay_quick() -> None:
    log = Lines(PACE)
    portfolios = [1800.05, 3000.05]
    for second in sorted({*tenths(3600), *portfolios}):
        log.tell("incumbent" if second in portfolios else "bound", second)
    assert 200 < len(log.lines) < 400
    for second in portfolios:
        assert any(second <= written <= second + 1 for written in log.seconds)


def test_a_day_of_better_portfolios_is_still_a_few_hundred_lines() -> None:
    log = Lines(PACE)
    for second in range(86400):
        log.tell("incumbent", float(second))
    assert len(log.lines) < 1000


def test_a_quiet_pace_says_nothing_of_short_runs_and_nothing_where_nothing_changes() -> None:
    log = Lines(Pace(apart=5.0, quiet=5.0))
    log.tell("incumbent", 1)
    log.tell("finished", 4.9)
    assert log.lines == []
    for second in tenths(100)[49:]:
        log.tell("alive", second)
    assert log.seconds == [5.0]
    log.tell("finished", 101)
    assert log.seconds == [5.0, 101]
