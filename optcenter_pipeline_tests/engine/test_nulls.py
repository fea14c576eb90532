"""Snapshots written by hand: a null says what a missing field says."""

import pytest

from optcenter_pipeline.engine import Result, Snapshot, load_snapshot

SCENARIO = {"scenario_name": "plan", "capacity_total_tokens": 10}
WRITTEN = {
    "schema_version": 1,
    "scenario": SCENARIO,
    "candidates": [{"initiative_key": "A", "engineering_tokens": 1}],
    "metrics": [{"kpi_key": "gmv", "kpi_level": "north_star"}],
}
PLAIN = load_snapshot(WRITTEN)


@pytest.mark.parametrize(
    "nulls",
    [
        {"constraint_set": None},
        {"constraint_set": {"targets": None, "bundles": None}},
        {"scope": None, "solver": None},
        {"scope": {"scope_type": None}, "solver": {"mip_gap": None, "threads": None}},
        {"scenario": {**SCENARIO, "objective_mode": None, "goal_tolerance_pct": None, "objective_weights": None}},
        {"candidates": [{**WRITTEN["candidates"][0], "attributes": None, "contributions": None, "title": None}]},  # type: ignore[index]
        {"metrics": [{**WRITTEN["metrics"][0], "is_active": None, "unit": None}]},  # type: ignore[index]
        {"known_initiatives": None, "rows_left_out": None},
    ],
)
def test_null_is_missing(nulls: dict[str, object]) -> None:
    assert isinstance(PLAIN, Snapshot)
    assert load_snapshot({**WRITTEN, **nulls}) == PLAIN


@pytest.mark.parametrize("needed", ["schema_version", "scenario", "candidates", "metrics"])
def test_what_is_needed_cannot_be_null(needed: str) -> None:
    assert isinstance(load_snapshot({**WRITTEN, needed: None}), Result)
