import pytest

from optcenter_pipeline.engine.presolve import closure_bounds as module
from optcenter_pipeline.engine.presolve import overruns
from optcenter_pipeline.engine.presolve.closure_bounds import closure_bounds
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline_tests.support.reductions import SmallRun, for_random_runs, is_right, small_run
from optcenter_pipeline_tests.support.snapshots import Json, candidate, snapshot

FIVE = [candidate(key, tokens, {"gmv": 5}) for key, tokens in zip("ABCDE", (4, 3, 2, 2, 1), strict=True)]


def needs(dependent: str, *required: str) -> Json:
    return {"initiative_key": dependent, "requires": list(required)}


CHAIN = [needs("A", "B"), needs("B", "C"), needs("D", "C")]


def constants(question: Snapshot) -> dict[str, float]:
    """What the columns that were fixed are, by name; the answer is checked against every portfolio."""
    run = small_run(question)
    reduced = is_right(run, closure_bounds)
    names = [*run.model.columns.index, *(f"y{number}" for number in range(len(run.model.synergies)))]
    places, values = reduced.columns.representative.tolist(), reduced.columns.constant.tolist()
    return {name: value for name, place, value in zip(names, places, values, strict=True) if place < 0}


def test_every_random_run_keeps_its_best_portfolios() -> None:
    def test(run: SmallRun) -> None:
        is_right(run, closure_bounds)

    for_random_runs(test, 2003)


@pytest.mark.parametrize(("capacity", "fixed"), [(9, {}), (8.9, {"A": 0}), (5, {"A": 0}), (4.9, {"A": 0, "B": 0})])
def test_what_costs_more_than_there_is_with_all_that_it_needs_is_not_funded(
    capacity: float, fixed: dict[str, float]
) -> None:
    assert constants(snapshot(FIVE, capacity=capacity, prerequisites=CHAIN)) == fixed


def test_what_needs_both_of_an_exclusive_pair_is_not_funded() -> None:
    pairs = [{"members": ["B", "D"]}]
    assert constants(snapshot(FIVE, prerequisites=[needs("A", "B", "D")], exclude_pairs=pairs)) == {"A": 0}


def test_a_bonus_whose_members_together_cost_too_much_is_not_paid() -> None:
    question = snapshot(FIVE, capacity=6, synergy_bonuses=[{"members": ["A", "B"], "kpi_key": "gmv", "value": 3}])
    assert constants(question) == {"y0": 0}


@pytest.mark.parametrize(("least", "fixed"), [(3, {}), (3.1, {"C": 1}), (11.5, {"B": 1, "C": 1})])
def test_what_everything_for_a_floor_needs_is_funded(least: float, fixed: dict[str, float]) -> None:
    """Without C, D and E are left of the slice: 3 tokens; without B, 5 or less."""
    rows = [{**row, "attributes": {"country": "UK"}} for row in FIVE]
    floor = {"dimension": "country", "dimension_key": "UK", "min_tokens": least}
    chain = [needs("A", "B"), needs("B", "C")]
    assert constants(snapshot(rows, prerequisites=chain, capacity_floors=[floor])) == fixed


def test_a_gain_that_its_price_eats_up_counts_by_the_row_that_it_hurts() -> None:
    """A brings 5 of what is asked for and its prerequisite takes 9: the floor is out of reach with both."""
    rows = [candidate("A", 1, {"gmv": 5}), candidate("B", 1, {"gmv": -9}), candidate("C", 1, {"gmv": 3})]
    target = {"kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 2}
    question = snapshot(rows, prerequisites=[needs("A", "B"), needs("C", "B")], targets=[target])
    assert not small_run(question).feasible.any()
    is_right(small_run(question), closure_bounds)


def test_alone_a_column_is_none_of_its_business() -> None:
    run = small_run(snapshot(FIVE, capacity=3, prerequisites=[needs("C", "E")]))
    assert closure_bounds(run.unreduced) is run.unreduced


def test_with_too_much_to_follow_only_the_first_steps_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then no more is known than that A needs B."""
    monkeypatch.setattr(module, "MOST_STEPS", 0)
    assert constants(snapshot(FIVE, capacity=8.9, prerequisites=CHAIN)) == {}
    assert constants(snapshot(FIVE, capacity=6.9, prerequisites=CHAIN)) == {"A": 0}
    monkeypatch.setattr(overruns, "MOST_STEPS", 0)
    assert constants(snapshot(FIVE, capacity=6.9, prerequisites=CHAIN)) == {}
