"""Numbers as formulas give them, with all their digits, small beside large: the checker and the engine agree."""

import math
import random
from typing import Any

import pytest

from optcenter_pipeline.engine import Snapshot, solve
from optcenter_pipeline.engine.checker import check

RANGES = ((1e4, 1e7), (1.0, 1e7), (1e-3, 1e6), (1e-6, 1e9), (1e3, 1e6))
WEIGHTS: dict[str, Any] = {
    "north_star": None,
    "weighted_kpis": {"gmv": 0.6, "nps": 0.4},
    "lexicographic": ["gmv", {"kpi": "nps", "tolerance_pct": 3}],
}


@pytest.mark.parametrize("mode", WEIGHTS)
@pytest.mark.parametrize("low_and_high", RANGES)
@pytest.mark.parametrize("seed", range(3))
def test_an_ordinary_plan_with_full_floats_is_proven_and_passes_the_checker(
    mode: str, low_and_high: tuple[float, float], seed: int
) -> None:
    dice = random.Random(f"{mode} {low_and_high} {seed}")
    low, high = low_and_high

    def number() -> float:
        rounded = round(10 ** dice.uniform(math.log10(low), math.log10(high)), 6)
        return dice.choice([dice.uniform(low, high) * 0.37 / 12, rounded])

    scenario = {"scenario_name": "plan", "capacity_total_tokens": 60, "objective_mode": mode}
    question = Snapshot.model_validate(
        {
            "schema_version": 1,
            "scenario": {**scenario, "objective_weights": WEIGHTS[mode]},
            "constraint_set": {
                "targets": [
                    {"kpi_key": "nps", "floor_or_goal": "goal", "target_value": number()},
                    {
                        "kpi_key": "gmv",
                        "floor_or_goal": "goal",
                        "target_value": 5 * number(),
                        "baseline_value": number(),
                    },
                ],
                "synergy_bonuses": [{"members": ["I1", "I2"], "kpi_key": "gmv", "value": number()}],
                "exclude_pairs": [{"members": ["I3", "I4"]}],
            },
            "candidates": [
                {
                    "initiative_key": f"I{position}",
                    "engineering_tokens": dice.choice([dice.uniform(1, 12), float(dice.randint(1, 12))]),
                    "contributions": {"gmv": number(), "nps": number()},
                }
                for position in range(25)
            ],
            "metrics": [
                {"kpi_key": "gmv", "kpi_level": "north_star"},
                {"kpi_key": "nps", "kpi_level": "strategic"},
            ],
        }
    )
    result = solve(question)
    assert result.status == "optimal"
    assert check(question, result) == ()
