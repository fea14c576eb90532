import numpy as np
import pytest

from optcenter_pipeline.engine.linear_model import LinearModel
from optcenter_pipeline.engine.presolve import fixings as module
from optcenter_pipeline.engine.presolve.fixings import fixings
from optcenter_pipeline.engine.presolve.reduced_model import ReducedModel
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline_tests.support.reductions import SmallRun, for_random_runs, is_right, small_run
from optcenter_pipeline_tests.support.snapshots import Json, candidate, snapshot

ABC = [candidate("A", 4, {"gmv": 5}), candidate("B", 3, {"gmv": 5}), candidate("C", 2, {"gmv": 5})]


def constants(question: Snapshot) -> dict[str, float]:
    """What the columns that were fixed are, by name; the answer is checked against every portfolio."""
    run = small_run(question)
    reduced = is_right(run, fixings)
    return {
        name: constant
        for name, place, constant in zip(
            names(run.model), reduced.columns.representative, reduced.columns.constant, strict=True
        )
        if place < 0
    }


def names(model: LinearModel) -> list[str]:
    synergies = [f"y{number}" for number in range(len(model.synergies))]
    return [*model.columns.index, *synergies, *(f"s{number}" for number in range(len(model.goals)))]


def test_every_random_run_keeps_its_best_portfolios() -> None:
    def test(run: SmallRun) -> None:
        is_right(run, fixings)

    for_random_runs(test, 2001)


def needs(dependent: str, *required: str) -> Json:
    return {"initiative_key": dependent, "requires": list(required)}


def test_what_is_mandatory_is_funded_with_all_that_it_needs() -> None:
    question = snapshot(ABC, mandatory=[{"initiative_key": "A"}], prerequisites=[needs("A", "B")])
    assert constants(question) == {"A": 1, "B": 1}


def test_what_needs_an_excluded_one_is_not_funded_nor_is_their_bonus_paid() -> None:
    question = snapshot(
        ABC,
        exclude_initiatives=[{"initiative_key": "C"}],
        prerequisites=[needs("A", "B"), needs("B", "C")],
        synergy_bonuses=[{"members": ["A", "B"], "kpi_key": "gmv", "value": 3}],
        known=["C"],
    )
    assert constants(question) == {"A": 0, "B": 0, "C": 0, "y0": 0}


@pytest.mark.parametrize(("value", "paid"), [(3, 1), (-3, 1)])
def test_a_synergy_of_mandatory_ones_is_in_effect(value: float, paid: float) -> None:
    question = snapshot(
        ABC,
        mandatory=[{"initiative_key": "A"}, {"initiative_key": "B"}],
        synergy_bonuses=[{"members": ["A", "B"], "kpi_key": "gmv", "value": value}],
    )
    assert constants(question) == {"A": 1, "B": 1, "y0": paid}


def test_a_loss_that_cannot_occur_is_fixed_at_0() -> None:
    question = snapshot(
        ABC,
        exclude_initiatives=[{"initiative_key": "A"}],
        synergy_bonuses=[{"members": ["A", "B"], "kpi_key": "gmv", "value": -3}],
    )
    assert constants(question) == {"A": 0, "y0": 0}


def test_the_other_one_of_a_pair_with_a_mandatory_one_is_not_funded() -> None:
    question = snapshot(ABC, mandatory=[{"initiative_key": "A"}], exclude_pairs=[{"members": ["A", "B"]}])
    assert constants(question) == {"A": 1, "B": 0}


@pytest.mark.parametrize(("capacity", "fixed"), [(3.9, {"A": 0}), (4, {})])
def test_what_costs_more_than_there_is_is_not_funded(capacity: float, fixed: dict[str, float]) -> None:
    assert constants(snapshot(ABC, capacity=capacity)) == fixed


@pytest.mark.parametrize(("least", "fixed"), [(5.5, {"A": 1}), (5, {})])
def test_what_a_floor_cannot_do_without_is_funded(least: float, fixed: dict[str, float]) -> None:
    floor = {"dimension": "all", "dimension_key": "all", "min_tokens": least}
    assert constants(snapshot(ABC, capacity_floors=[floor])) == fixed


def test_tokens_that_are_rounded_in_binary_fill_a_cap_of_their_decimals() -> None:
    """0.1 + 0.2 is more than 0.3 in binary, and people accept it."""
    question = snapshot(
        [candidate("A", 0.1, {"gmv": 1}), candidate("B", 0.2, {"gmv": 1})],
        mandatory=[{"initiative_key": "A"}],
        capacity=0.3,
    )
    assert constants(question) == {"A": 1}


def test_what_brings_nothing_is_not_funded_unless_somebody_needs_it() -> None:
    idle = [candidate("D", 2, {}), candidate("E", 2, {"gmv": -1}), candidate("F", 2, {})]
    question = snapshot([*ABC, *idle], prerequisites=[needs("A", "D")])
    assert constants(question) == {"E": 0, "F": 0}


def test_what_brings_nothing_may_still_serve_a_floor() -> None:
    floor = {"dimension": "all", "dimension_key": "all", "min_tokens": 7}
    assert constants(snapshot([*ABC, candidate("D", 2, {})], capacity_floors=[floor])) == {}


def test_candidates_that_only_cost_more_than_nothing_are_never_fixed_at_1() -> None:
    assert constants(snapshot(ABC, capacity=100)) == {}


@pytest.mark.parametrize(("target", "fixed"), [(5, {"A": 1, "s0": 0}), (-1, {"A": 1, "s0": 0}), (5.5, {"A": 1})])
def test_a_goal_that_is_reached_in_any_case_has_no_shortfall(target: float, fixed: dict[str, float]) -> None:
    goal = {"kpi_key": "gmv", "floor_or_goal": "goal", "target_value": target}
    assert constants(snapshot(ABC, mandatory=[{"initiative_key": "A"}], targets=[goal])) == fixed


def test_a_goal_that_is_missed_by_less_than_a_rule_is_granted_is_still_missed() -> None:
    """1e9 of what is required comes in any case, and C brings the 0.5 that are left."""
    rows = [candidate("A", 1, {"nps": 1e9}), candidate("B", 1, {"gmv": 1}), candidate("C", 1, {"nps": 0.5})]
    question = snapshot(
        rows,
        metrics={"gmv": "north_star", "nps": "strategic"},
        mandatory=[{"initiative_key": "A"}],
        targets=[{"kpi_key": "nps", "floor_or_goal": "goal", "target_value": 1e9 + 0.5}],
    )
    run = small_run(question)
    assert fixings(run.unreduced).columns.representative.tolist()[2:] == [1, 2]


def test_a_goal_that_nothing_works_towards_is_missed_by_all_of_it() -> None:
    goal = {"kpi_key": "nps", "floor_or_goal": "goal", "target_value": 7}
    metrics = {"gmv": "north_star", "nps": "strategic"}
    assert constants(snapshot(ABC, metrics=metrics, targets=[goal])) == {"s0": 7}


def test_a_synergy_of_which_no_stage_knows_is_forgotten() -> None:
    question = snapshot(
        ABC,
        metrics={"gmv": "north_star", "nps": "strategic"},
        synergy_bonuses=[
            {"members": ["A", "B"], "kpi_key": "nps", "value": 3},
            {"members": ["A", "C"], "kpi_key": "nps", "value": -3},
        ],
    )
    assert constants(question).keys() == {"y0", "y1"}


def test_rules_that_contradict_each_other_stay_for_the_solver_to_find() -> None:
    run = small_run(
        snapshot(
            ABC,
            mandatory=[{"initiative_key": "A"}],
            prerequisites=[needs("A", "B")],
            exclude_initiatives=[{"initiative_key": "B"}],
        )
    )
    assert not run.feasible.any()
    reduced = is_right(run, fixings)
    assert impossible_at_sight(reduced)


def impossible_at_sight(model: ReducedModel) -> bool:
    """Whether a row is out of reach within the columns' bounds."""
    dense = model.matrix.toarray()
    least = np.where(dense > 0, dense * model.lower, dense * model.upper).sum(axis=1)
    most = np.where(dense > 0, dense * model.upper, dense * model.lower).sum(axis=1)
    return bool(((least > model.row_upper) | (most < model.row_lower)).any())


def test_a_model_in_which_nothing_is_certain_is_returned_as_it_is() -> None:
    run: SmallRun = small_run(snapshot(ABC, capacity=5))
    assert fixings(run.unreduced) is run.unreduced


def test_a_long_chain_of_needs_is_followed_to_its_end() -> None:
    """Further than columns in a row of a hundred coefficients or more are looked at once."""
    many = [candidate(f"I-{i:03d}", 1, {"gmv": 1}) for i in range(150)]
    chain = [needs(f"I-{i:03d}", f"I-{i + 1:03d}") for i in range(100)]
    run = small_run(snapshot(many, capacity=101, mandatory=[{"initiative_key": "I-000"}], prerequisites=chain))
    reduced = fixings(run.unreduced)
    assert (reduced.columns.representative < 0).all(), "the capacity is used up by the chain"
    assert reduced.columns.constant.sum() == 101


def test_what_is_too_much_to_follow_is_left_to_the_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WORK", -1_000_000)
    question = snapshot(
        [*ABC, candidate("D", 1, {})], mandatory=[{"initiative_key": "A"}], prerequisites=[needs("A", "B")]
    )
    assert constants(question) == {"D": 0}
