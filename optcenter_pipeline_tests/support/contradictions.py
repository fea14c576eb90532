"""Rules that contradict each other, each with the sheet rows to blame; they show without a search."""

from typing import Any

from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

Json = dict[str, Any]

UK = {"dimension": "country", "dimension_key": "UK"}
DE = {"dimension": "country", "dimension_key": "DE"}


def asked(**rules: Any) -> Snapshot:
    """A, B 5 tokens in the UK, C 4 and D (closed) 8 in Germany; capacity 12."""
    rows = [
        candidate("A", 5, {"gmv": 4}, attributes={"country": "UK", "product": "Pay"}, source_row="Candidates!2"),
        candidate("B", 5, {"gmv": 4}, attributes={"country": "UK"}, source_row="Candidates!3"),
        candidate("C", 4, {"gmv": 3}, attributes={"country": "DE"}, source_row="Candidates!4"),
        candidate("D", 8, {"gmv": 9}, attributes={"country": "DE"}, source_row="Candidates!5",
                  lifecycle_status="done"),
    ]  # fmt: skip
    return snapshot(rows, capacity=rules.pop("capacity", 12), known=["X"], **rules)


def row(number: int, **fields: Any) -> Json:
    return {**fields, "source_rows": [f"Constraints!{number}"]}


CASES: dict[str, tuple[Json, set[str]]] = {
    "mandatory and excluded": (
        {"mandatory": [row(2, initiative_key="A")], "exclude_initiatives": [row(3, initiative_key="A")]},
        {"Constraints!2", "Constraints!3"},
    ),
    "mandatory and ineligible": ({"mandatory": [row(2, initiative_key="D")]}, {"Constraints!2", "Candidates!5"}),
    "mandatory and blocked": (
        {"mandatory": [row(2, initiative_key="A")], "prerequisites": [row(3, initiative_key="A", requires=["X"])]},
        {"Constraints!2", "Constraints!3"},
    ),
    "mandatory in a blocked bundle": (
        {"mandatory": [row(2, initiative_key="A")], "bundles": [row(3, bundle_key="b", members=["A", "X"])]},
        {"Constraints!2", "Constraints!3"},
    ),
    "mandatory needs an excluded one, two steps away": (
        {
            "mandatory": [row(2, initiative_key="A"), row(9, initiative_key="B")],
            "prerequisites": [row(3, initiative_key="A", requires=["C"])],
            "bundles": [row(4, bundle_key="b", members=["C", "D"])],
            "capacity": 100,
        },
        {"Constraints!2", "Constraints!3", "Constraints!4", "Candidates!5"},
    ),
    "a floor above the cap on its slice": (
        {"capacity_floors": [row(2, **UK, min_tokens=7)], "capacity_caps": [row(3, **UK, max_tokens=6)]},
        {"Constraints!2", "Constraints!3"},
    ),
    "a floor above the cap around its slice": (
        {
            "capacity_floors": [row(2, dimension="country|product", dimension_key="UK|Pay", min_tokens=5)],
            "capacity_caps": [row(3, **UK, max_tokens=4)],
        },
        {"Constraints!2", "Constraints!3"},
    ),
    "a floor above the scenario's capacity": (
        {"capacity_floors": [row(2, **UK, min_tokens=9)], "capacity": 8},
        {"Constraints!2", "Scenario_Config!2"},
    ),
    "two floors that exceed the capacity together": (
        {"capacity_floors": [row(2, **UK, min_tokens=5), row(3, **DE, min_tokens=4)], "capacity": 8},
        {"Constraints!2", "Constraints!3", "Scenario_Config!2"},
    ),
    "a floor, and something mandatory beside it": (
        {"capacity_floors": [row(2, **UK, min_tokens=5)], "mandatory": [row(3, initiative_key="C")], "capacity": 8},
        {"Constraints!2", "Constraints!3", "Scenario_Config!2"},
    ),
    "mandatory ones above the capacity": (
        {"mandatory": [row(2, initiative_key="A"), row(3, initiative_key="B")], "capacity": 9},
        {"Constraints!2", "Constraints!3", "Scenario_Config!2"},
    ),
    "mandatory with its prerequisite above a cap": (
        {
            "mandatory": [row(2, initiative_key="A")],
            "prerequisites": [row(3, initiative_key="A", requires=["B"])],
            "capacity_caps": [row(4, **UK, max_tokens=9.5)],
        },
        {"Constraints!2", "Constraints!3", "Constraints!4"},
    ),
    "a floor above what the slice's eligible ones hold": (
        {"capacity_floors": [row(2, **DE, min_tokens=5)], "exclude_initiatives": [row(3, initiative_key="B")]},
        {"Constraints!2", "Candidates!5"},
    ),
    "a floor on an empty slice": (
        {"capacity_floors": [row(2, dimension="region", dimension_key="Mars", min_tokens=1)]},
        {"Constraints!2"},
    ),
    "a target above the best of its slice": (
        {"targets": [row(2, **DE, kpi_key="gmv", floor_or_goal="floor", target_value=4)]},
        {"Constraints!2", "Candidates!5"},
    ),
    "a target that nobody adds to": (
        {"targets": [row(2, dimension="region", dimension_key="Mars", kpi_key="gmv", floor_or_goal="floor",
                         target_value=1)]},
        {"Constraints!2"},
    ),
    "a pair of mandatory ones": (
        {
            "mandatory": [row(2, initiative_key="A"), row(3, initiative_key="B"), row(5, initiative_key="C")],
            "exclude_pairs": [row(4, members=["A", "B"])],
            "capacity": 100,
        },
        {"Constraints!2", "Constraints!3", "Constraints!4"},
    ),
}  # fmt: skip
