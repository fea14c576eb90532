"""Numbers as texts show them, and as they are typed."""

import pytest

from optcenter_pipeline.rules.numbers import amount, change, counted, percent, typed


@pytest.mark.parametrize(
    ("value", "read", "to_type"),
    [
        (0.0, "0", "0"),
        (-0.0, "0", "0"),
        (1839.99999999998, "1,840", "1839.99999999998"),
        (0.1 + 0.2, "0.3", "0.3"),
        (1e6, "1,000,000", "1000000"),
        (-1250000.5, "-1,250,000.5", "-1250000.5"),
        (1e15, "1,000,000,000,000,000", "1000000000000000"),
        (1234567890.12345, "1,234,567,890.12", "1234567890.12345"),
        (0.00000123456, "0.00000123", "0.00000123456"),
        (1e-12, "1e-12", "1e-12"),
    ],
)
def test_a_number_is_grouped_to_be_read_and_plain_to_be_typed(value: float, read: str, to_type: str) -> None:
    assert amount(value) == read
    assert typed(value) == to_type
    assert float(to_type) == pytest.approx(value, rel=1e-14)


def test_a_change_has_its_sign_and_a_share_its_percentage() -> None:
    assert [change(value) for value in (1234.5, -3.0, 0.0, None)] == ["+1,234.5", "-3", "0", ""]
    assert [percent(share) for share in (0.0001, 1 / 3, 1.0)] == ["0.01 %", "33.333333 %", "100 %"]


def test_one_is_singular() -> None:
    assert [counted(1, "row"), counted(1200, "row")] == ["1 row", "1,200 rows"]
    assert [counted(1, "is", "are"), counted(0, "is", "are")] == ["1 is", "0 are"]
