import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optcenter_pipeline.rules.names import Value
from optcenter_pipeline.workbook.coercion import coerce
from optcenter_pipeline.workbook.columns import Kind
from optcenter_pipeline_tests.support.random_cases import cases

DAY = dt.date(2026, 12, 31)
SERIAL = (DAY - dt.date(1899, 12, 30)).days


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (Kind.TEXT, "007", "007"),
        (Kind.TEXT, "  spaces stay ", "  spaces stay "),
        (Kind.TEXT, 12, "12"),
        (Kind.TEXT, 12.0, "12"),
        (Kind.TEXT, 12.5, "12.5"),
        (Kind.TEXT, True, "TRUE"),
        (Kind.TEXT, "=1+1", "=1+1"),
        (Kind.NUMBER, 12, 12),
        (Kind.NUMBER, 12.0, 12),
        (Kind.NUMBER, 12.5, 12.5),
        (Kind.NUMBER, "12", 12),
        (Kind.NUMBER, " -12.50 ", -12.5),
        (Kind.NUMBER, "1e3", 1000),
        (Kind.NUMBER, "+.5", 0.5),
        (Kind.NUMBER, "007", 7),
        (Kind.NUMBER, "1,5", "1,5"),
        (Kind.NUMBER, "1 500", "1 500"),
        (Kind.NUMBER, "12k", "12k"),
        (Kind.NUMBER, "12%", "12%"),
        (Kind.NUMBER, "nan", "nan"),
        (Kind.NUMBER, "inf", "inf"),
        (Kind.NUMBER, "-Infinity", "-Infinity"),
        (Kind.NUMBER, "1e999", "1e999"),
        (Kind.NUMBER, "0x1F", "0x1F"),
        (Kind.NUMBER, "1_000", "1_000"),
        (Kind.NUMBER, "١٢", "١٢"),
        (Kind.NUMBER, "#REF!", "#REF!"),
        (Kind.NUMBER, True, "TRUE"),
        (Kind.BOOL, True, True),
        (Kind.BOOL, False, False),
        (Kind.BOOL, "true", True),
        (Kind.BOOL, " Yes ", True),
        (Kind.BOOL, "y", True),
        (Kind.BOOL, 1, True),
        (Kind.BOOL, "1", True),
        (Kind.BOOL, "FALSE", False),
        (Kind.BOOL, "no", False),
        (Kind.BOOL, 0, False),
        (Kind.BOOL, "maybe", "maybe"),
        (Kind.BOOL, 2, "2"),
        (Kind.DATE, SERIAL, DAY),
        (Kind.DATE, SERIAL + 0.75, DAY),
        (Kind.DATE, "2026-12-31", DAY),
        (Kind.DATE, "2026/12/31", DAY),
        (Kind.DATE, "20261231", DAY),
        (Kind.DATE, 20261231, DAY),
        (Kind.DATE, "2026-12-31T10:00:00Z", DAY),
        (Kind.DATE, "2026-12-31 23:59", DAY),
        (Kind.DATE, "31 Dec 2026", DAY),
        (Kind.DATE, "31. December 2026", DAY),
        (Kind.DATE, "31-Dec-2026", DAY),
        (Kind.DATE, "Dec 31, 2026", DAY),
        (Kind.DATE, "December 31st, 2026", DAY),
        (Kind.DATE, "31.12.2026", DAY),
        (Kind.DATE, "03/04/2027", "03/04/2027"),
        (Kind.DATE, "31/12/2026", "31/12/2026"),
        (Kind.DATE, "2026-02-30", "2026-02-30"),
        (Kind.DATE, "31 Foo 2026", "31 Foo 2026"),
        (Kind.DATE, "end of May", "end of May"),
        (Kind.DATE, 2026, "2026"),
        (Kind.DATE, 202712, "202712"),
        (Kind.DATE, 2958465, dt.date(9999, 12, 31)),
        (Kind.DATE, 401768, dt.date(2999, 12, 31)),
        (Kind.DATE, 1e12, "1000000000000"),
        (Kind.DATE, True, "TRUE"),
        (Kind.JSON, '{"gmv": 0.6}', {"gmv": 0.6}),
        (Kind.JSON, ' ["gmv", {"kpi": "nps"}] ', ["gmv", {"kpi": "nps"}]),
        (Kind.JSON, "5", "5"),
        (Kind.JSON, 5, "5"),
        (Kind.JSON, "{gmv: 1}", "{gmv: 1}"),
        (Kind.JSON, '{"gmv": NaN}', '{"gmv": NaN}'),
        (Kind.JSON, '{"gmv": 1e999}', '{"gmv": 1e999}'),
        (Kind.JSON, '{"gmv": 1, "gmv": 2}', '{"gmv": 1, "gmv": 2}'),
        (Kind.JSON, r'{"\ud83d\u0000": ["\ude00"], "n": 1}', {"\ufffd\ufffd": ["\ufffd"], "n": 1}),
        (Kind.KEY_LIST, "A|B;C, D", ["A", "B", "C", "D"]),
        (Kind.KEY_LIST, " A ||; ", ["A"]),
        (Kind.KEY_LIST, 12, ["12"]),
        (Kind.KEY_LIST, "INIT-1", ["INIT-1"]),
        (Kind.PERIOD, "2026-Q2", "2026-Q2"),
        (Kind.PERIOD, SERIAL, DAY),
        (Kind.PERIOD, 2026, "2026"),
        (Kind.PERIOD, 202712, "202712"),
        (Kind.PERIOD, 202712.0, "202712"),
        (Kind.PERIOD, 202713, "202713"),
        (Kind.PERIOD, 18263, "18263"),
        (Kind.PERIOD, 18264, dt.date(1950, 1, 1)),
        (Kind.PERIOD, 91677, dt.date(2150, 12, 31)),
        (Kind.PERIOD, 91678, "91678"),
        (Kind.PERIOD, -5, "-5"),
        (Kind.PERIOD, 1e300, "1e+300"),
        (Kind.PERIOD, 2026.0, "2026"),
    ],
)
def test_cells_coerce_or_keep_their_text(kind: Kind, cell: Any, value: Any) -> None:
    coerced = coerce(cell, kind)
    assert coerced == value
    assert type(coerced) is type(value)


CELLS = st.one_of(
    st.text(max_size=30),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.from_regex(r"[-+0-9.,eE/ |;:{}\[\]\"a-z]{0,20}", fullmatch=True),
)


@settings(max_examples=cases(150), deadline=None)
@given(CELLS, st.sampled_from(Kind))
def test_no_cell_breaks_coercion_and_no_number_is_not_finite(cell: Any, kind: Kind) -> None:
    value = coerce(cell, kind)
    if isinstance(value, float):
        assert math.isfinite(value)
    if isinstance(value, str):
        assert kind is not Kind.KEY_LIST
    if kind is Kind.TEXT and isinstance(cell, str):
        assert value == cell


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
@settings(deadline=None)
def test_numbers_as_text_are_the_same_numbers(number: float) -> None:
    assert coerce(str(number), Kind.NUMBER) == pytest.approx(number) or abs(number) > 1e308


@given(st.dates(min_value=dt.date(1950, 1, 1), max_value=dt.date(2150, 12, 31)))
@settings(deadline=None)
def test_days_come_back_from_serial_numbers_and_iso_text(day: dt.date) -> None:
    assert coerce((day - dt.date(1899, 12, 30)).days, Kind.DATE) == day
    assert coerce(day.isoformat(), Kind.DATE) == day


def test_a_deeply_nested_json_keeps_its_text() -> None:
    text = "[" * 100_000
    assert coerce(text, Kind.JSON) == text


def test_coerced_values_fit_the_rows() -> None:
    """`Value` refuses inf and nan; so does coercion."""
    assert Value.model_config["allow_inf_nan"] is False
