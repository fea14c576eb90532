"""Every rule type through `solve`, each on a case small enough to work out by hand."""

from typing import Any

import pytest

from optcenter_pipeline.engine import Result, solve
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot


def funded(result: Result) -> str:
    return "".join(sorted(item.initiative_key for item in result.selected))


def asked(**rules: Any) -> Result:
    """A 4 tokens for 8, B 3 for 5, C 3 for 4, D 2 for 1; A and B in the UK, C and D in Germany; 7 tokens."""
    rows = [
        candidate("A", 4, {"gmv": 8}, attributes={"country": "UK", "product": "Pay"}),
        candidate("B", 3, {"gmv": 5}, attributes={"country": "UK", "product": "Search"}),
        candidate("C", 3, {"gmv": 4}, attributes={"country": "DE", "product": "Pay"}),
        candidate("D", 2, {"gmv": 1}, attributes={"country": "DE"}),
    ]
    capacity = rules.pop("capacity", 7)
    return solve(snapshot(rows, capacity=capacity, **rules))


UK = {"dimension": "country", "dimension_key": "uk"}
GERMANY = {"dimension": "Country", "dimension_key": " de "}

CASES: dict[str, tuple[dict[str, Any], str, float]] = {
    "capacity alone": ({}, "AB", 13),
    "capacity of exactly what is spent": ({"capacity": 9}, "ABD", 14),
    "a floor": ({"capacity_floors": [{**GERMANY, "min_tokens": 3}]}, "AC", 12),
    "a floor that takes both": ({"capacity_floors": [{**GERMANY, "min_tokens": 4}]}, "CD", 5),
    "the larger of two floors": (
        {"capacity_floors": [{**GERMANY, "min_tokens": 1}, {**GERMANY, "min_tokens": 4}]},
        "CD",
        5,
    ),
    "a cap": ({"capacity_caps": [{**UK, "max_tokens": 4}]}, "AC", 12),
    "the smaller of two caps": (
        {"capacity_caps": [{**UK, "max_tokens": 4}, {**UK, "max_tokens": 3}]},
        "BC",
        9,
    ),
    "a cap of nothing": ({"capacity_caps": [{**UK, "max_tokens": 0}]}, "CD", 5),
    "a cap on two dimensions at once": (
        {"capacity_caps": [{"dimension": "country_product", "dimension_key": "UK|Pay", "max_tokens": 0}]},
        "BC",
        9,
    ),
    "a slice whose key nobody has": (
        {"capacity_caps": [{"dimension": "region", "dimension_key": "Mars", "max_tokens": 0}]},
        "AB",
        13,
    ),
    "mandatory": ({"mandatory": [{"initiative_key": "d"}]}, "AD", 9),
    "excluded": ({"exclude_initiatives": [{"initiative_key": "B"}]}, "AC", 12),
    "a pair": ({"exclude_pairs": [{"members": ["B", "A"]}]}, "AC", 12),
    "a bundle": ({"bundles": [{"bundle_key": "x", "members": ["B", "D"]}]}, "AC", 12),
    "a bundle that pays": ({"bundles": [{"bundle_key": "x", "members": ["A", "C"]}]}, "AC", 12),
    "a bundle of one": ({"bundles": [{"bundle_key": "x", "members": ["A"]}]}, "AB", 13),
    "a prerequisite": ({"prerequisites": [{"initiative_key": "B", "requires": ["C"]}]}, "AC", 12),
    "two prerequisites": ({"prerequisites": [{"initiative_key": "A", "requires": ["C", "D"]}]}, "BC", 9),
    "a prerequisite of oneself": ({"prerequisites": [{"initiative_key": "A", "requires": ["A"]}]}, "AB", 13),
    "a circle of prerequisites": (
        {
            "prerequisites": [
                {"initiative_key": "B", "requires": ["D"]},
                {"initiative_key": "D", "requires": ["B"]},
            ]
        },
        "AC",
        12,
    ),
    "a synergy": ({"synergy_bonuses": [{"members": ["B", "C"], "kpi_key": "GMV", "value": 5}]}, "BC", 14),
    "a synergy that is too small": (
        {"synergy_bonuses": [{"members": ["B", "C"], "kpi_key": "gmv", "value": 3}]},
        "AB",
        13,
    ),
    "cannibalisation": (
        {"synergy_bonuses": [{"members": ["A", "B"], "kpi_key": "gmv", "value": -2}]},
        "AC",
        12,
    ),
    "cannibalisation that is borne": (
        {"synergy_bonuses": [{"members": ["A", "B"], "kpi_key": "gmv", "value": -0.5}]},
        "AB",
        12.5,
    ),
    "a synergy of nothing": (
        {"synergy_bonuses": [{"members": ["A", "B"], "kpi_key": "gmv", "value": 0}]},
        "AB",
        13,
    ),
    "a target floor": (
        {"targets": [{**GERMANY, "kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 4}]},
        "AC",
        12,
    ),
    "a target floor above a baseline": (
        {
            "targets": [
                {**GERMANY, "kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 9, "baseline_value": 4}
            ]
        },
        "CD",
        5,
    ),
    "a target that the baseline meets": (
        {
            "targets": [
                {**GERMANY, "kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 4, "baseline_value": 4}
            ]
        },
        "AB",
        13,
    ),
    "a target floor met by a synergy inside": (
        {
            "targets": [{**UK, "kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 15}],
            "synergy_bonuses": [{"members": ["A", "B"], "kpi_key": "gmv", "value": 2}],
        },
        "AB",
        15,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_rule_does_what_it_says(name: str) -> None:
    rules, expected, value = CASES[name]
    result = asked(**rules)
    assert (result.status, funded(result), result.objective.value) == ("optimal", expected, value)


def test_synergies_in_effect_are_listed_with_their_rows() -> None:
    rows = [candidate("A", 1, {"gmv": 1}), candidate("B", 1, {"gmv": 1}), candidate("C", 1)]
    bonuses = [
        {"members": ["A", "B"], "kpi_key": "GMV", "value": 3, "source_rows": ["Constraints!4"]},
        {"members": ["A", "C"], "kpi_key": "gmv", "value": -1, "source_rows": ["Constraints!5"]},
    ]
    result = solve(snapshot(rows, synergy_bonuses=bonuses))
    assert [(s.members, s.kpi_key, s.value, s.source_rows) for s in result.synergies] == [
        (("A", "B"), "gmv", 3, ("Constraints!4",))
    ]
    assert result.kpis == {"gmv": 5}


def test_floors_and_caps_of_a_slice_stand_in_one_line() -> None:
    result = asked(
        capacity_floors=[{**UK, "min_tokens": 1}, {"dimension": "Market", "dimension_key": "UK ", "min_tokens": 2}],
        capacity_caps=[{**UK, "max_tokens": 6}, {"max_tokens": 7.5}],
    )
    capacity = result.capacity
    assert capacity is not None
    assert (capacity.total, capacity.used) == (7, 7)
    assert [(s.dimension_key.upper(), s.used, s.min_tokens, s.max_tokens) for s in capacity.slices] == [
        ("UK", 4, 2, 6),
        ("ALL", 7, None, 7.5),
    ]
