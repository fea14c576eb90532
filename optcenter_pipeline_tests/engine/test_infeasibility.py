"""Contradictions that show without a search: which rows, whether the set is minimal, and what is said otherwise."""

import time
from random import Random
from typing import Any

import pytest

from optcenter_pipeline.engine import Result, Snapshot, solve
from optcenter_pipeline.engine.result import Conflict
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

Json = dict[str, Any]

UK = {"dimension": "country", "dimension_key": "UK"}
DE = {"dimension": "country", "dimension_key": "DE"}


def asked(**rules: Any) -> Result:
    """A, B 5 tokens in the UK, C 4 and D (closed) 8 in Germany; capacity 12."""
    rows = [
        candidate("A", 5, {"gmv": 4}, attributes={"country": "UK", "product": "Pay"}, source_row="Candidates!2"),
        candidate("B", 5, {"gmv": 4}, attributes={"country": "UK"}, source_row="Candidates!3"),
        candidate("C", 4, {"gmv": 3}, attributes={"country": "DE"}, source_row="Candidates!4"),
        candidate("D", 8, {"gmv": 9}, attributes={"country": "DE"}, source_row="Candidates!5",
                  lifecycle_status="done"),
    ]  # fmt: skip
    return solve(snapshot(rows, capacity=rules.pop("capacity", 12), known=["X"], **rules))


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
    "a target that only an impossible synergy reaches": (
        {
            "targets": [row(2, **UK, kpi_key="gmv", floor_or_goal="floor", target_value=9)],
            "synergy_bonuses": [row(3, members=["A", "B"], kpi_key="gmv", value=2)],
            "exclude_pairs": [row(4, members=["A", "B"])],
        },
        set(),
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


@pytest.mark.parametrize("name", [name for name, (_, rows) in CASES.items() if rows])
def test_a_contradiction_is_located(name: str) -> None:
    rules, expected = CASES[name]
    result = asked(**rules)
    assert result.status == "infeasible"
    conflict = located(result)
    assert (set(conflict.source_rows), conflict.minimal) == (expected, True)
    assert {rule.source_row for rule in conflict.rules} == expected
    assert all(rule.text for rule in conflict.rules)
    assert (conflict.repairs, result.selected, result.kpis) == ((), (), {})
    assert "conflict_not_located" not in {alert.code for alert in result.alerts}


def located(result: Result) -> Conflict:
    assert result.conflict is not None
    return result.conflict


@pytest.mark.parametrize("name", [name for name, (_, rows) in CASES.items() if rows])
def test_dropping_any_one_row_resolves_it(name: str) -> None:
    """Minimal means it: of the conflict's rows alone, any but one can be kept together."""
    rules, expected = CASES[name]
    for dropped in sorted(row for row in expected if row.startswith("Constraints!")):
        kept = {
            family: [entry for entry in entries if set(entry["source_rows"]) <= expected - {dropped}]
            for family, entries in rules.items()
            if isinstance(entries, list)
        }
        capacity = rules.get("capacity", 12) if "Scenario_Config!2" in expected else 1000
        assert asked(**kept, capacity=capacity).status == "optimal"


def test_what_takes_many_rules_together_is_said_to_be_so() -> None:
    rows = [candidate(key, 5, {"gmv": 1}) for key in "ABC"]
    pairs = [{"members": pair} for pair in (["A", "B"], ["B", "C"], ["A", "C"])]
    result = solve(snapshot(rows, exclude_pairs=pairs, capacity_floors=[{"min_tokens": 6}]))
    assert (result.status, result.conflict) == ("infeasible", None)
    (alert,) = result.alerts
    assert alert.code == "conflict_not_located"
    assert "floors" in alert.message


def test_rules_without_rows_are_named_by_their_place() -> None:
    rows = [candidate("A", 5), candidate("B", 5, lifecycle_status="done")]
    rules = [{"initiative_key": "A"}, {"initiative_key": "B"}]
    conflict = located(solve(snapshot(rows, mandatory=rules, scenario={"source_row": None})))
    assert set(conflict.source_rows) == {"constraint_set.mandatory[1]", "candidates[1]"}
    conflict = located(solve(snapshot(rows[:1], capacity=4, mandatory=rules[:1], scenario={"source_row": None})))
    assert set(conflict.source_rows) == {"constraint_set.mandatory[0]", "scenario"}


def test_rows_that_name_a_source_twice_are_dropped_together() -> None:
    """A candidate's own row that makes it mandatory and ineligible contradicts itself."""
    rows = [candidate("A", 1, lifecycle_status="done", source_row="Candidates!2")]
    conflict = located(solve(snapshot(rows, mandatory=[{"initiative_key": "A", "source_rows": ["Candidates!2"]}])))
    assert (conflict.source_rows, conflict.minimal) == (("Candidates!2",), True)
    assert len(conflict.rules) == 2


def test_a_long_contradiction_is_thinned_too() -> None:
    rows = [candidate(f"I{i:03d}", 1 + (i == 399) * 500) for i in range(400)]
    mandatory = [row(i, initiative_key=f"I{i:03d}") for i in range(400)]
    short = located(solve(snapshot(rows, capacity=450, mandatory=mandatory)))
    assert (set(short.source_rows), short.minimal) == ({"Constraints!399", "Scenario_Config!2"}, True)
    long = located(solve(snapshot(rows[:300], capacity=199.5, mandatory=mandatory[:300])))
    assert (len(long.source_rows), long.minimal) == (201, True)


def subset_sum(seconds: float | None) -> Snapshot:
    """One row asks for an exact sum of tokens, which takes ages to refute alone; another caps all far below it."""
    random = Random(1)
    rows = [candidate(f"I{i:02d}", 2 * random.randrange(10**6, 10**7), {"gmv": 1}) for i in range(45)]
    wanted = sum(row["engineering_tokens"] for row in rows) // 2 | 1
    question = snapshot(
        rows,
        capacity=10**9,
        capacity_floors=[row(2, min_tokens=wanted)],
        capacity_caps=[row(2, max_tokens=wanted), row(3, max_tokens=1000)],
    )
    return question.model_copy(update={"solver": SolverOptions(time_limit_seconds=seconds)})


@pytest.mark.parametrize("seconds", [3.0, None])
def test_what_a_conflict_needs_is_not_searched_for_ever(seconds: float | None) -> None:
    began = time.process_time()
    result = solve(subset_sum(seconds))
    assert time.process_time() - began < 15
    conflict = located(result)
    assert (set(conflict.source_rows), conflict.minimal) == ({"Constraints!2", "Constraints!3"}, False)


def test_a_conflict_is_the_same_each_time() -> None:
    assert len({located(solve(subset_sum(None))).model_dump_json() for _ in range(2)}) == 1


def test_a_conflict_told_when_time_is_over_is_not_called_minimal() -> None:
    rows = [candidate(f"I{i:02d}", 2) for i in range(10)]
    mandatory = [row(i, initiative_key=f"I{i:02d}") for i in range(10)]
    question = snapshot(rows, capacity=5, mandatory=mandatory)
    late = question.model_copy(update={"solver": SolverOptions(time_limit_seconds=1e-9)})
    assert not located(solve(late)).minimal
    assert located(solve(question)).minimal


def test_somebody_who_cancels_need_not_wait_for_the_thinnest_conflict() -> None:
    asked = iter(range(10**9))
    result = solve(subset_sum(None), cancel=lambda: next(asked) > 20)
    assert next(asked) < 40
    assert result.status == "cancelled" or not located(result).minimal
