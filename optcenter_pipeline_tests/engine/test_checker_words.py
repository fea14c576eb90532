"""What the checker makes of periods and slices, by its own parsers."""

import datetime as dt
from collections.abc import Iterator
from itertools import product

import pytest

from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.checker import check
from optcenter_pipeline.engine.checker_words import UncountableError, period_begins, slice_of
from optcenter_pipeline.rules.period import UnknownPeriodError, first_day
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ("2026", "2026-01-01"), ("2026-H2", "2026-07-01"), ("2026-Q4", "2026-10-01"), ("2026-03", "2026-03-01"),
        ("2026-W01", "2025-12-29"), ("2026-W53", "2026-12-28"), ("Q2_2026", "2026-04-01"), ("2026q1", "2026-01-01"),
    ],
)  # fmt: skip
def test_the_first_day_of_a_period(period: str, day: str) -> None:
    assert period_begins(period).isoformat() == day


@pytest.mark.parametrize(
    "period", ["soon", "2026-Q5", "2026-13", "2026-W54", "2025-W53", "2026-H3", "26", "2026-X1"]
)
def test_no_period(period: str) -> None:
    with pytest.raises(UncountableError):
        period_begins(period)


def spelt_periods() -> Iterator[str]:
    """Periods, and what is nearly one, in every order, with everything that might stand between the parts."""
    gaps = ["", " ", "-", "_", "/", ".", "--", " - ", "\t", ",", "+"]
    for first, second in product(gaps, gaps):
        for kind, number in product("HQWX", ["0", "1", "02", "4", "5", "12", "53", "123"]):
            for year in ("2026", "0000", "226"):
                yield f"{year}{first}{kind}{second}{number}"
                yield f"{kind}{first}{number}{second}{year}"
    for gap, month in product(gaps, ["0", "1", "03", "12", "13", "003", "1 2"]):
        yield from (f"2026{gap}{month}", f"{month}{gap}2026", f"{month}{gap}2026-01", f" 2026{gap}{month} ")
        yield from (f"2026{gap}{month}{end}" for end in ("-01", "-1", "/01", "-02", " 01", "-", "Q1"))
    yield from (
        "2026",
        " 2026 ",
        "20266",
        "",
        "-",
        "2026-",
        "-2026",
        "Q2",
        "q 2 2026",
        "2026 w 7",
        "२०२६",
        "2026-Q²",
    )


def test_the_checker_reads_the_periods_that_the_engine_reads() -> None:
    """Two parsers, one language."""
    for period in spelt_periods():
        try:
            expected = first_day(period)
        except UnknownPeriodError:
            with pytest.raises(UncountableError):
                period_begins(period)
        else:
            assert period_begins(period) == expected, period


def test_any_spelling_of_a_period_may_stand_in_a_snapshot() -> None:
    for period in ("Q 2 2026", "2026 q2", "Q22026", "2026/4", "04.2026", "2026-04-01"):
        early, in_time = dt.date(2026, 3, 31).isoformat(), dt.date(2026, 4, 1).isoformat()
        rows = [candidate("A", 1, {"gmv": 1}, deadline_date=early),
                candidate("B", 1, {"gmv": 1}, deadline_date=in_time)]  # fmt: skip
        question = snapshot(rows, scenario={"period_key": period})
        result = solve(question)
        assert [item.initiative_key for item in result.selected] == ["B"]
        assert check(question, result) == ()


@pytest.mark.parametrize(
    "named",
    [
        ("all", "UK"),
        ("planet", "Mars"),
        ("country|product", "UK"),
        ("country|product", "UK|Search|Web"),
        ("country|country", "UK|UK"),
    ],
)
def test_no_slice(named: tuple[str, str]) -> None:
    with pytest.raises(UncountableError):
        slice_of(*named)
