import pytest

from benchmarks.compare.ratios import compare, geometric_mean
from optcenter_pipeline_tests.benchmarks.records import record


def test_ratios_are_of_what_both_proved_and_of_all_with_the_limit() -> None:
    records = [
        record("engine", 1.0, instance="a"),
        record("scip", 4.0, instance="a", handover=2.0),
        record("engine", 2.0, instance="b"),
        record("scip", 2.0, instance="b"),
        record("engine", 3.0, instance="c"),
        record("scip", 95.0, instance="c", status="overran", value=None),
        record("engine", 30.1, instance="d", status="stopped"),
        record("scip", 9.0, instance="d"),
        record("engine", 1.0, instance="e"),
    ]
    made = compare(records, "scip")
    assert made is not None
    assert (made.instances, made.both, made.ours_proven, made.theirs_proven) == (4, 2, 3, 3)
    assert made.ratio == pytest.approx((1 / 4 * 1) ** 0.5)
    assert made.without_handover == pytest.approx((1 / 2 * 1) ** 0.5)
    assert made.shifted == pytest.approx((2 / 5 * 3 / 3 * 4 / 31 * 31 / 10) ** 0.25)
    assert made.worst == (21.0, "d")


def test_who_is_never_slower_has_no_worst_instance() -> None:
    made = compare([record("engine", 1.0), record("highs", 2.0)], "highs", "cpu")
    assert made is not None
    assert made.ratio == pytest.approx(0.5)
    assert made.worst == (0.0, "")


def test_nothing_in_common_is_no_comparison() -> None:
    assert compare([record("engine", 1.0), record("scip", 1.0, instance="b")], "scip") is None
    assert geometric_mean([]) is None
