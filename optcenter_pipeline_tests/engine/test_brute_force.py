"""The engine against the oracle: thousands of small snapshots, each answered by enumeration as well.

They are spread evenly over the shares; the snapshots of a share are the same on every machine.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, seed, settings

from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.checker import check
from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.result import Conflict, Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.conflict import find_conflict
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.snapshots import (
    Json,
    candidate,
    in_other_units,
    reordered,
    snapshot,
    snapshots,
)

SHARES = 16
EACH = 100


def for_random(test: Callable[[Snapshot], None], seeded: int, examples: int, **kind: Any) -> None:
    """Put random snapshots to a test: the same for the same seed, on every machine, however long they take."""

    @seed(seeded)
    @settings(max_examples=cases(examples), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(question=snapshots(**kind))
    def put(question: Snapshot) -> None:
        test(question)

    put()


def near(value: float) -> Any:
    return pytest.approx(value, rel=1e-6, abs=1e-6)


def funded(result: Result) -> frozenset[str]:
    return frozenset(item.initiative_key for item in result.selected)


def same_answer(result: Result, answer: brute_force.Answer) -> None:
    """Status, the best of every stage, and one of the best portfolios."""
    assert result.status == answer.status
    if answer.status != "optimal":
        return
    *stages, economy = result.objective.stages
    found = [(s.kind, brute_force.folded(s.name), s.second_pass, s.value) for s in stages]
    assert found == [(s.kind, s.name, s.second_pass, near(s.value)) for s in answer.stages]
    assert (economy.kind, economy.name, economy.value) == ("economy", "economy", near(answer.tokens or 0.0))
    assert funded(result) in answer.portfolios


def answers_as_the_oracle(question: Snapshot) -> None:
    answer = brute_force.solve(question)
    assume(answer.decided)
    result = solve(question)
    same_answer(result, answer)
    assert check(question, result) == ()
    assert answer.status != "invalid" or result.alerts


@pytest.mark.parametrize("share", range(SHARES))
def test_the_engine_answers_as_the_oracle(share: int) -> None:
    for_random(answers_as_the_oracle, share, EACH)


@pytest.mark.parametrize("factor", [123456.7, 0.0137])
def test_units_large_and_small(factor: float) -> None:
    def answers(question: Snapshot) -> None:
        answers_as_the_oracle(in_other_units(question, "GMV", factor))

    for_random(answers, 500, 200, spoilt_percent=0)


def located(question: Snapshot) -> Conflict:
    conflict = find_conflict(build_question(question), left=lambda: None, cancel=lambda: False)
    assert conflict is not None
    return conflict


def answers_within_the_gap(question: Snapshot) -> None:
    answer = brute_force.solve(question)
    result = solve(question)
    assert result.status == answer.status
    assert check(question, result) == ()
    if answer.stages:
        first, best = result.objective.stages[0], answer.stages[0].value
        assert abs(first.value - best) <= 1e-4 * abs(first.value) + 1e-6
        low, high = (first.value, first.bound) if first.sense == "max" else (first.bound, first.value)
        assert low - 1e-6 <= best <= high + 1e-6


@pytest.mark.parametrize("share", range(2))
def test_the_usual_gap_costs_no_more_than_itself(share: int) -> None:
    for_random(answers_within_the_gap, 100 + share, 100, mip_gap=1e-4, spoilt_percent=0)


def timeless(result: Result) -> Json:
    """The result without what a clock said."""
    document = result.model_dump(mode="json", exclude={"timings": True})
    for stage in document["objective"]["stages"]:
        del stage["seconds"]
    return document


def minds_no_order(question: Snapshot) -> None:
    expected = timeless(solve(question))
    for order in (1, 2):
        assert timeless(solve(reordered(question, Random(order).shuffle))) == expected


@pytest.mark.parametrize("share", range(2))
def test_the_order_of_rows_changes_nothing(share: int) -> None:
    for_random(minds_no_order, 200 + share, 100, spoilt_percent=0)


def changing_sides(question: Snapshot, result: Result) -> Iterator[Result]:
    """The result with each candidate in turn moved between selected and rejected, and no other number changed."""
    candidates = {c.initiative_key: c for c in question.candidates}
    for key in [row.initiative_key for row in result.selected] + [row.initiative_key for row in result.rejected]:
        document = result.model_dump(by_alias=True)
        kept = [row for row in document["selected"] if row["initiative_key"] != key]
        passed = [row for row in document["rejected"] if row["initiative_key"] != key]
        row: Json = {"initiative_key": key, "reason": "so it is"}
        if len(kept) < len(result.selected):
            passed.append(row)
        else:
            own = candidates[key]
            row |= {"rank": len(kept) + 1, "allocated_tokens": own.engineering_tokens}
            kept.append(row | {"objective_contribution": 0, "contributions": own.contributions})
        yield Result.model_validate(document | {"selected": kept, "rejected": passed})


def shows_who_changed_sides(question: Snapshot) -> None:
    result = solve(question)
    assume(result.status == "optimal")
    for wrong in changing_sides(question, result):
        assert check(question, wrong)


def test_the_checker_finds_each_candidate_that_changes_sides() -> None:
    for_random(shows_who_changed_sides, 300, 100, spoilt_percent=0)


# --- the oracle, and with it the engine, against answers worked out by hand ---

Stages = list[tuple[str, bool, float]]


def hand_made() -> dict[str, tuple[Snapshot, Stages, float, set[str]]]:
    """Question → stages, tokens, and the best portfolios, each written as its keys."""
    lexicographic = {"objective_mode": "lexicographic"}
    two = {"gmv": "north_star", "nps": "supporting"}
    one_of_two = [candidate("A", 5, {"gmv": 100}), candidate("B", 5, {"gmv": 96, "nps": 10})]
    nps_goal = [{"kpi_key": "nps", "floor_or_goal": "goal", "target_value": 10}]
    ladder = [
        candidate("A", 1, {"gmv": 10}),
        candidate("B", 1, {"gmv": 9, "nps": 1}),
        candidate("C", 1, {"nps": 5}),
    ]
    return {
        "a knapsack": (
            snapshot([candidate("A", 6, {"gmv": 7}), candidate("B", 5, {"gmv": 5}), candidate("C", 5, {"gmv": 4})],
                     capacity=10),
            [("gmv", False, 9)], 10, {"BC"},
        ),
        "nothing is funded that adds nothing": (
            snapshot([candidate("A", 6, {"gmv": 7}), candidate("B", 1), candidate("C", 1, {"gmv": -1})]),
            [("gmv", False, 7)], 6, {"A"},
        ),
        "of two equals the cheaper": (
            snapshot([candidate("A", 6, {"gmv": 7}), candidate("B", 5.9, {"gmv": 7})], capacity=10),
            [("gmv", False, 7)], 5.9, {"B"},
        ),
        "twins": (
            snapshot([candidate(key, 4, {"gmv": 7}) for key in "ABC"], capacity=8),
            [("gmv", False, 14)], 8, {"AB", "AC", "BC"},
        ),
        "an empty pool": (snapshot([]), [("gmv", False, 0)], 0, {""}),
        "cannibalisation": (
            snapshot([candidate("A", 1, {"gmv": 5}), candidate("B", 1, {"gmv": 4})],
                     synergy_bonuses=[{"members": ["A", "B"], "kpi_key": "gmv", "value": -4.5}]),
            [("gmv", False, 5)], 1, {"A"},
        ),
        "a synergy is worth a loss": (
            snapshot([candidate("A", 1, {"gmv": 5}), candidate("B", 1, {"gmv": -4})],
                     synergy_bonuses=[{"members": ["A", "B"], "kpi_key": "gmv", "value": 4.5}]),
            [("gmv", False, 5.5)], 2, {"AB"},
        ),
        "a synergy across slices counts in neither": (
            snapshot(
                [candidate("A", 1, {"gmv": 5}, attributes={"country": "UK"}),
                 candidate("B", 1, {"gmv": 4}, attributes={"country": "DE"})],
                synergy_bonuses=[{"members": ["A", "B"], "kpi_key": "gmv", "value": 10}],
                targets=[{"dimension": "country", "dimension_key": "uk", "kpi_key": "gmv", "floor_or_goal": "goal",
                          "target_value": 10}],
            ),
            [("gmv", False, 19), ("goals", False, 0.5), ("gmv", True, 19)], 2, {"AB"},
        ),
        "a goal takes its five per cent": (
            snapshot(one_of_two, capacity=5, metrics=two, targets=nps_goal),
            [("gmv", False, 100), ("goals", False, 0), ("gmv", True, 96)], 5, {"B"},
        ),
        "a goal takes no more than it may": (
            snapshot(one_of_two, capacity=5, metrics=two, targets=nps_goal, scenario={"goal_tolerance_pct": 3}),
            [("gmv", False, 100), ("goals", False, 1), ("gmv", True, 100)], 5, {"A"},
        ),
        "exactly what it may": (
            snapshot(one_of_two, capacity=5, metrics=two, targets=nps_goal, scenario={"goal_tolerance_pct": 4}),
            [("gmv", False, 100), ("goals", False, 0), ("gmv", True, 96)], 5, {"B"},
        ),
        "a small shortfall counts in units, a large one in shares": (
            snapshot([candidate("A", 1, {"gmv": 0.1})], targets=[
                {"kpi_key": "gmv", "floor_or_goal": "goal", "target_value": 0.5},
                {"kpi_key": "gmv", "floor_or_goal": "goal", "target_value": 3, "baseline_value": 1},
            ]),
            [("gmv", False, 0.1), ("goals", False, 0.4 + 0.95), ("gmv", True, 0.1)], 1, {"A"},
        ),
        "goals at their place in the list": (
            snapshot(one_of_two, capacity=5, metrics=two, targets=nps_goal,
                     scenario={**lexicographic, "objective_weights": ["gmv", "goals"]}),
            [("gmv", False, 100), ("goals", False, 1)], 5, {"A"},
        ),
        "goals first": (
            snapshot(one_of_two, capacity=5, metrics=two, targets=nps_goal,
                     scenario={**lexicographic, "objective_weights": ["goals", "gmv"]}),
            [("goals", False, 0), ("gmv", False, 96)], 5, {"B"},
        ),
        "the second KPI decides among equals": (
            snapshot(ladder, capacity=1, metrics=two,
                     scenario={**lexicographic, "objective_weights": ["gmv", "nps"]}),
            [("gmv", False, 10), ("nps", False, 0)], 1, {"A"},
        ),
        "or within the tolerance of the first": (
            snapshot(ladder, capacity=1, metrics=two, scenario={
                **lexicographic, "objective_weights": [{"kpi": "gmv", "tolerance_pct": 10}, "nps"]}),
            [("gmv", False, 10), ("nps", False, 1)], 1, {"B"},
        ),
        "a tolerance of a best below zero": (
            snapshot(
                [candidate("A", 1, {"gmv": -10}), candidate("B", 1, {"gmv": -11, "nps": 1}),
                 candidate("C", 1, {"gmv": -12, "nps": 2})],
                capacity=1, metrics=two, capacity_floors=[{"min_tokens": 1}],
                scenario={**lexicographic, "objective_weights": [{"kpi": "gmv", "tolerance_pct": 10}, "nps"]}),
            [("gmv", False, -10), ("nps", False, 1)], 1, {"B"},
        ),
        "weights in shares of the targets": (
            snapshot([candidate("A", 1, {"gmv": 100}), candidate("B", 1, {"nps": 4})], capacity=1, metrics=two,
                     scenario={"objective_mode": "weighted_kpis", "objective_weights": {"gmv": 1, "nps": 1}},
                     targets=[{"kpi_key": "nps", "floor_or_goal": "floor", "target_value": -2},
                              {"kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 0}]),
            [("weighted_kpis", False, 2)], 1, {"B"},
        ),
        "mandatory brings its bundle and what that needs": (
            snapshot([candidate("A", 1), candidate("B", 2), candidate("C", 4), candidate("D", 8, {"gmv": 1})],
                     scope={"scope_type": "selected", "initiative_keys": []},
                     mandatory=[{"initiative_key": "A"}], bundles=[{"bundle_key": "b", "members": ["A", "B"]}],
                     prerequisites=[{"initiative_key": "B", "requires": ["C"]}]),
            [("gmv", False, 0)], 7, {"ABC"},
        ),
        "an ineligible prerequisite": (
            snapshot([candidate("A", 1, {"gmv": 5}), candidate("B", 1, {"gmv": 5}, lifecycle_status="Done")],
                     prerequisites=[{"initiative_key": "A", "requires": ["B"]}]),
            [("gmv", False, 0)], 0, {""},
        ),
        "a deadline on the first day is in time": (
            snapshot([candidate("A", 1, {"gmv": 5}, deadline_date="2026-05-11"),
                      candidate("B", 1, {"gmv": 5}, deadline_date="2026-05-10")],
                     scenario={"period_key": "2026-W20"}),
            [("gmv", False, 5)], 1, {"A"},
        ),
    }  # fmt: skip


HAND_MADE = hand_made()


@pytest.mark.parametrize("name", HAND_MADE)
def test_the_oracle_by_hand(name: str) -> None:
    question, stages, tokens, portfolios = HAND_MADE[name]
    answer = brute_force.solve(question)
    assert (answer.status, answer.decided) == ("optimal", True)
    assert [(s.name, s.second_pass, s.value) for s in answer.stages] == [(n, p, near(v)) for n, p, v in stages]
    assert answer.tokens == near(tokens)
    assert {"".join(sorted(keys)) for keys in answer.portfolios} == portfolios


@pytest.mark.parametrize("name", HAND_MADE)
def test_the_engine_by_hand(name: str) -> None:
    question = HAND_MADE[name][0]
    result = solve(question)
    same_answer(result, brute_force.solve(question))
    assert check(question, result) == ()


INFEASIBLE: dict[str, Json] = {
    "mandatory and excluded": {
        "mandatory": [{"initiative_key": "A"}],
        "exclude_initiatives": [{"initiative_key": "A"}],
    },
    "mandatory and ineligible": {"mandatory": [{"initiative_key": "C"}]},
    "mandatory and blocked": {
        "mandatory": [{"initiative_key": "A"}],
        "prerequisites": [{"initiative_key": "A", "requires": ["X"]}],
    },
    "a floor on an empty slice": {
        "capacity_floors": [{"dimension": "country", "dimension_key": "UK", "min_tokens": 1}]
    },
    "a floor that capacity forbids": {"capacity_floors": [{"min_tokens": 11}]},
    "a target out of reach": {"targets": [{"kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 8.01}]},
    "two that exclude each other": {
        "mandatory": [{"initiative_key": "A"}, {"initiative_key": "B"}],
        "exclude_pairs": [{"members": ["A", "B"]}],
    },
}  # fmt: skip


def asking(rules: Json) -> Snapshot:
    rows = [candidate("A", 5, {"gmv": 4}), candidate("B", 5, {"gmv": 4}),
            candidate("C", 5, {"gmv": 4}, lifecycle_status="cancelled")]  # fmt: skip
    return snapshot(rows, capacity=10, known=["X"], **rules)


@pytest.mark.parametrize("name", INFEASIBLE)
def test_infeasible_by_hand(name: str) -> None:
    question = asking(INFEASIBLE[name])
    assert brute_force.solve(question).status == "infeasible"
    result = solve(question)
    assert result.status == "infeasible"
    assert check(question, result) == ()


def sourced(**rules: list[Json]) -> Json:
    """Rules with a source row each: the family and its number."""
    return {
        family: [{**row, "source_rows": [f"{family}!{number}"]} for number, row in enumerate(rows, start=1)]
        for family, rows in rules.items()
    }


CONFLICTS = {
    "a bonus is no part of a conflict": (
        snapshot(
            [candidate("A", 3, {"gmv": 11})],
            capacity=1,
            **sourced(
                synergy_bonuses=[{"members": ["A"], "kpi_key": "gmv", "value": 4}],
                targets=[{"kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 3}],
            ),
        ),
        [{"Scenario_Config!2", "targets!1"}],
    ),
    "a cannibalisation can be": (
        snapshot(
            [candidate("A", 1, {"gmv": 2}), candidate("B", 1, {"gmv": 2})],
            **sourced(
                synergy_bonuses=[{"members": ["A", "B"], "kpi_key": "gmv", "value": -2}],
                targets=[{"kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 3}],
            ),
        ),
        [{"synergy_bonuses!1", "targets!1"}],
    ),
    "one of two mandatory ones is enough": (
        snapshot(
            [candidate(key, 1) for key in "ABCDE"],
            capacity=4,
            **sourced(
                mandatory=[{"initiative_key": "A"}, {"initiative_key": "B"}],
                bundles=[
                    {"bundle_key": "1", "members": ["A", "B", "C"]},
                    {"bundle_key": "2", "members": ["B", "D", "E"]},
                ],
            ),
        ),
        [{"Scenario_Config!2", "bundles!1", "bundles!2", f"mandatory!{number}"} for number in (1, 2)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONFLICTS)
def test_conflicts_by_hand(name: str) -> None:
    question, right = CONFLICTS[name]
    for rows in right:
        assert not brute_force.satisfiable(question, rows)
        assert all(brute_force.satisfiable(question, rows - {row}) for row in rows)
    assert set(located(question).source_rows) in right


def test_the_same_question_without_those_rules_has_an_answer() -> None:
    answer = brute_force.solve(asking({}))
    assert answer.status == "optimal"
    assert answer.portfolios == {frozenset("AB")}


def test_the_oracle_says_when_floating_point_cannot_decide() -> None:
    metrics = {"gmv": "north_star", "nps": "supporting"}
    scenario = {"objective_mode": "lexicographic", "objective_weights": ["gmv", "nps"]}
    for lost, decided in ((1e-6, False), (2e-6, False), (1e-5, True)):
        rows = [candidate("A", 1, {"gmv": 1}), candidate("B", 1, {"gmv": 1 - lost, "nps": 1})]
        question = snapshot(rows, capacity=1, metrics=metrics, scenario=scenario)
        assert brute_force.solve(question).decided is decided
