"""Ways out of small infeasible plans: what is proposed, in which words, at what cost; and against enumeration."""

import math
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from optcenter_pipeline.engine import Snapshot, solve
from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.result import Conflict, Repair
from optcenter_pipeline.explain.conflict import find_conflict
from optcenter_pipeline.explain.repairs import find_repairs
from optcenter_pipeline.rules.commitment import Commitments
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.infeasible_plans import InfeasiblePlan, infeasible_plans
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.repair_oracle import assert_repairs_hold, changed, forgiveness
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot, snapshots

Json = dict[str, Any]
UK = {"dimension": "country", "dimension_key": "UK"}


def pool() -> list[Json]:
    """Two of 5 tokens in the UK, one of 4 in Germany, and a closed one of 8."""
    return [
        candidate("A", 5, {"gmv": 4}, attributes={"country": "UK"}, source_row="Candidates!2"),
        candidate("B", 5, {"gmv": 4}, attributes={"country": "UK"}, source_row="Candidates!3"),
        candidate("C", 4, {"gmv": 3}, attributes={"country": "DE"}, source_row="Candidates!4"),
        candidate("D", 8, {"gmv": 9}, lifecycle_status="done", source_row="Candidates!5"),
    ]


def row(number: int, tab: str = "Constraints", **fields: Any) -> Json:
    return {**fields, "source_rows": [f"{tab}!{number}"]}


def asked(capacity: float = 20, fixed: tuple[str, ...] = (), **rules: Any) -> Snapshot:
    return snapshot(pool(), capacity=capacity, known=["X"], **rules).model_copy(update={"fixed_rows": fixed})


def located(asked_for: Snapshot) -> Conflict:
    question = build_question(asked_for)
    conflict = find_conflict(question, left=lambda: None, cancel=lambda: False)
    assert conflict is not None
    return conflict


def repairs(asked_for: Snapshot, cancel: Callable[[], bool] = lambda: False) -> tuple[Repair, ...]:
    return find_repairs(build_question(asked_for), located(asked_for), cancel=cancel)


def texts(asked_for: Snapshot) -> dict[str, float]:
    found = repairs(asked_for)
    assert [repair.cost for repair in found] == sorted(repair.cost for repair in found)
    for repair in found:
        assert solve(changed(asked_for, repair)).status == "optimal"
    return {repair.text: repair.cost for repair in found}


def test_single_numbers() -> None:
    floor, cap = row(7, **UK, min_tokens=9.5), row(8, **UK, max_tokens=9.8)
    assert texts(asked(capacity_floors=[floor], capacity_caps=[cap])) == {
        "Constraints row 8: raise max_tokens from 9.8 to 10": 0.2,
        "Constraints row 7: lower min_tokens from 9.5 to 5": 4.5,
    }


def test_the_capacity_and_what_is_mandatory() -> None:
    must = [row(2, initiative_key="A"), row(3, initiative_key="B"), row(4, "Candidates", initiative_key="C")]
    assert texts(asked(capacity=12.5, mandatory=must)) == {
        "Scenario_Config row 2: raise capacity_total_tokens from 12.5 to 14": 1.5,
        "Candidates row 4: set is_mandatory to FALSE": 12.5,
        "Constraints row 2: drop the rule (A is mandatory)": 12.5,
        "Constraints row 3: drop the rule (B is mandatory)": 12.5,
    }


def test_a_target_counts_by_its_share_and_keeps_its_baseline() -> None:
    target = row(6, "Targets", kpi_key="gmv", floor_or_goal="floor", target_value=40, baseline_value=25)
    assert texts(asked(targets=[target])) == {"Targets row 6: lower target_value from 40 to 36": 20 * 4 / 40}


def test_several_numbers_where_one_is_not_enough() -> None:
    floors = [row(3, **UK, min_tokens=12), row(4, dimension="country", dimension_key="DE", min_tokens=6)]
    assert texts(asked(capacity_floors=floors)) == {
        "Constraints row 3: lower min_tokens from 12 to 10; Constraints row 4: lower min_tokens from 6 to 4": 4
    }


def test_a_rule_goes_only_with_all_the_rows_that_say_it() -> None:
    twice = {"members": ["A", "B"], "source_rows": ["Candidates!2", "Constraints!9"]}
    must = [row(2, initiative_key="A"), row(3, initiative_key="B")]
    fixed = ("Constraints!2", "Constraints!3")
    text = "Candidates row 2: clear exclusion_keys; Constraints row 9: drop the rule (A and B exclude each other)"
    assert texts(asked(fixed=fixed, mandatory=must, exclude_pairs=[twice])) == {text: 40.0}


def test_an_ineligible_initiative_stays_so() -> None:
    must = row(5, "Candidates", initiative_key="D")
    assert texts(asked(mandatory=[must])) == {"Candidates row 5: set is_mandatory to FALSE": 20.0}


def test_rules_dropped_and_numbers_changed_together() -> None:
    """Neither helps alone: B is excluded and needed, and the cap is fixed too low for both."""
    must = [row(2, initiative_key="A"), row(3, initiative_key="D")]
    floor = row(7, **UK, min_tokens=11)
    assert texts(asked(fixed=("Constraints!2",), mandatory=must, capacity_floors=[floor])) == {
        "Constraints row 7: lower min_tokens from 11 to 10; Constraints row 3: drop the rule (D is mandatory)": 21.0
    }


def test_what_an_earlier_run_asks_for_can_be_let_go() -> None:
    locked = Commitments(run_id="r1", selected=("A", "C"), locked_in=("A",))
    plan = asked(exclude_initiatives=[row(2, initiative_key="A")]).model_copy(update={"commitments": locked})
    assert {repair.text: repair.cost for repair in repairs(plan)} == {
        "Constraints row 2: drop the rule (A is excluded)": 20.0,
        "run r1 locked_in A: drop the rule (A is locked in: run r1 funds it)": 20.0,
    }
    budget = Commitments(run_id="r1", selected=("A",), max_changes=0)
    plan = asked(mandatory=[row(2, initiative_key="B")]).model_copy(update={"commitments": budget})
    assert {repair.text: repair.cost for repair in repairs(plan)} == {
        "Constraints row 2: drop the rule (B is mandatory)": 20.0,
        "run r1 max_changes: raise max_changes from 0 to 1": 20.0,
    }


def test_nothing_fixed_is_touched_and_nothing_is_left_then() -> None:
    floor, cap = row(7, **UK, min_tokens=9.5), row(8, **UK, max_tokens=9.8)
    plan = asked(fixed=("Constraints!8",), capacity_floors=[floor], capacity_caps=[cap])
    assert texts(plan) == {"Constraints row 7: lower min_tokens from 9.5 to 5": 4.5}
    plan = asked(fixed=("Constraints!8", "Constraints!7"), capacity_floors=[floor], capacity_caps=[cap])
    assert repairs(plan) == ()


def test_rows_without_names_are_named_after_their_place() -> None:
    floor, cap = {**UK, "min_tokens": 9.5}, {**UK, "max_tokens": 9.8}
    found = repairs(asked(capacity_floors=[floor], capacity_caps=[cap]))
    assert found[0].text == "constraint_set.capacity_caps[0]: raise max_tokens from 9.8 to 10"


def test_a_number_that_two_rules_share_is_not_changed() -> None:
    floors = [row(7, **UK, min_tokens=12), row(7, dimension="all", min_tokens=3)]
    assert repairs(asked(capacity_floors=floors)) == ()


def test_a_dropped_mandate_that_empties_the_pool_is_no_way_out() -> None:
    """B is in the pool only as A is mandatory and needs it: without the mandate nothing meets the floor."""
    rules: Json = {
        "mandatory": [row(2, initiative_key="A")],
        "prerequisites": [row(4, initiative_key="A", requires=["B"])],
        "capacity_floors": [row(7, **UK, min_tokens=5)],
        "capacity_caps": [row(8, **UK, max_tokens=6)],
    }
    plan = snapshot(pool(), capacity=20, scope={"scope_type": "selected", "initiative_keys": ["C"]}, **rules)
    assert texts(plan) == {
        "Constraints row 8: raise max_tokens from 6 to 10": 4.0,
        "Constraints row 4: drop the rule (A needs B)": 20.0,
    }


@pytest.mark.parametrize("with_it", ["requires", "bundle"])
def test_numbers_beside_a_dropped_mandate_suit_the_pool_that_is_left(with_it: str) -> None:
    """A is in the pool only as D, which cannot be funded, is mandatory: without both, C alone meets 4 of 7."""
    rules: Json = {
        "requires": {"prerequisites": [row(4, initiative_key="D", requires=["A"])]},
        "bundle": {"bundles": [row(4, bundle_key="AD", members=["A", "D"])]},
    }[with_it]
    must, floor = row(2, initiative_key="D"), row(7, min_tokens=7)
    scope = {"scope_type": "selected", "initiative_keys": ["C"]}
    plan = snapshot(pool(), capacity=20, scope=scope, mandatory=[must], capacity_floors=[floor], **rules)
    assert texts(plan) == {
        "Constraints row 7: lower min_tokens from 7 to 4; Constraints row 2: drop the rule (D is mandatory)": 23.0
    }


def test_who_cancels_gets_what_was_found() -> None:
    floor, cap = row(7, **UK, min_tokens=9.5), row(8, **UK, max_tokens=9.8)
    assert repairs(asked(capacity_floors=[floor], capacity_caps=[cap]), cancel=lambda: True) == ()


def test_the_same_snapshot_has_the_same_repairs() -> None:
    floors = [row(3, **UK, min_tokens=12), row(4, dimension="country", dimension_key="DE", min_tokens=6)]
    plan = asked(capacity_floors=floors, mandatory=[row(5, initiative_key="D")])
    assert repairs(plan) == repairs(plan)


def assert_they_are_the_cheapest(plan: Snapshot, found: tuple[Repair, ...]) -> None:
    """Nothing that is looked for costs less, and single numbers and rows are those that enumeration finds."""
    known = forgiveness(plan)
    cheapest = known.cheapest()
    if math.isinf(cheapest):
        assert not found
        return
    assert cheapest * (1 - 1e-9) <= found[0].cost <= cheapest * 1.02
    numbers, drops = known.single_numbers(), known.single_drops()
    single = [repair.changes[0] for repair in found if len(repair.changes) == 1]
    told_numbers = {(c.source_row, c.field): abs((c.to or 0) - (c.from_ or 0)) for c in single if c.field}
    told_drops = {change.source_row for change in single if change.drop}
    for (source, field), moved in told_numbers.items():
        least = numbers[source, str(field)]
        assert least * (1 - 1e-9) <= moved <= least * 1.011
    assert told_drops <= drops
    if len(found) < 6:
        assert told_numbers.keys() == numbers.keys()
        assert told_drops == drops


@pytest.mark.parametrize("plan", list(infeasible_plans()), ids=lambda plan: plan.name)
def test_every_kind_of_contradiction_against_enumeration(plan: InfeasiblePlan) -> None:
    found = repairs(plan.snapshot)
    assert_repairs_hold(plan.snapshot, found)
    assert_they_are_the_cheapest(plan.snapshot, found)


@settings(max_examples=cases(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(plan=snapshots(spoilt_percent=0, tight_percent=90, most=8), seed=st.integers(0, 2**16))
def test_any_infeasible_plan_against_enumeration(plan: Snapshot, seed: int) -> None:
    assume(brute_force.solve(plan).status == "infeasible")
    dice = Random(seed)
    rows = sorted({source for rule in plan.constraint_set.rules() for source in rule.source_rows})
    fixed = tuple(source for source in [*rows, "Scenario_Config!2"] if dice.random() < 0.1)
    plan = plan.model_copy(update={"fixed_rows": fixed})
    found = repairs(plan)
    assert_repairs_hold(plan, found)
    if plan.scope.scope_type == "all":  # else a dropped mandate changes the pool
        assert_they_are_the_cheapest(plan, found)


@pytest.mark.parametrize("share", [0.95, 0.5])
def test_less_of_a_repair_does_not_do(share: float) -> None:
    floor, cap = row(7, **UK, min_tokens=9.5), row(8, **UK, max_tokens=9.8)
    plan = asked(capacity_floors=[floor], capacity_caps=[cap])
    for repair in repairs(plan):
        assert solve(changed(plan, repair, share)).status == "infeasible"
