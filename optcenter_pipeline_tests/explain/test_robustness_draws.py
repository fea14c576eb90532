"""What is drawn: from where, how often, and by what names."""

import math

import numpy as np
import pytest

from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.validity import find_problems
from optcenter_pipeline.explain.robustness_draws import Draws, drawn_between
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot
from optcenter_pipeline_tests.support.uncertain import rough_plan


def draws_of(one: Snapshot, *, count: int = 20, tokens_pct: float = 10.0, seed: int = 0) -> Draws:
    return Draws(build_question(one), count, tokens_pct, seed)


def numbers_of(draws: Draws, number: int) -> dict[str, tuple[float, dict[str, float]]]:
    return {
        c.initiative_key: (c.engineering_tokens, c.contributions) for c in draws.drawn(number).snapshot.candidates
    }


def test_every_number_stays_in_its_range_and_all_else_as_it_is() -> None:
    one = rough_plan()
    draws = draws_of(one)
    for number in range(20):
        drawn = draws.drawn(number)
        assert find_problems(drawn.snapshot) == ()
        for before, after in zip(draws.question.snapshot.candidates, drawn.snapshot.candidates, strict=True):
            assert abs(after.engineering_tokens / before.engineering_tokens - 1) <= 0.1
            assert after.contributions.keys() == before.contributions.keys()
            for kpi, (low, high) in before.contribution_ranges.items():
                assert low <= after.contributions[kpi] <= high
            same = {"engineering_tokens": 0, "contributions": {}}
            assert after.model_copy(update=same) == before.model_copy(update=same)
        emptied = {"candidates": ()}
        assert drawn.snapshot.model_copy(update=emptied) == draws.question.snapshot.model_copy(update=emptied)


def test_the_drawn_model_is_the_drawn_snapshots_own() -> None:
    draws = draws_of(rough_plan())
    drawn = draws.drawn(7)
    built = build_question(Snapshot.model_validate(drawn.snapshot.model_dump(mode="json")))
    assert drawn.model.rows == built.model.rows
    assert drawn.plan == built.plan
    assert drawn.model.rows != draws.question.model.rows


def test_a_contribution_without_a_range_and_tokens_without_a_percentage_stay() -> None:
    rows = [candidate("A", 10, {"gmv": 5, "nps": 2}, contribution_ranges={"gmv": [4, 9]}), candidate("B", 3)]
    draws = draws_of(snapshot(rows, metrics={"gmv": "north_star", "nps": "strategic"}), tokens_pct=0.0)
    found = [numbers_of(draws, number) for number in range(20)]
    assert {numbers["A"][0] for numbers in found} == {10.0}
    assert {numbers["A"][1]["nps"] for numbers in found} == {2.0}
    assert len({numbers["A"][1]["gmv"] for numbers in found}) == 20
    assert {numbers["B"] for numbers in [{k: (t, tuple(a)) for k, (t, a) in n.items()} for n in found]} == {
        (3.0, ())
    }


def test_a_range_of_a_kpi_that_is_not_planned_is_drawn_around_0() -> None:
    rows = [candidate("A", 10, {}, contribution_ranges={"gmv": [-1, 1]})]
    draws = draws_of(snapshot(rows), count=400)
    values = [numbers_of(draws, number)["A"][1]["gmv"] for number in range(400)]
    assert np.mean(values) == pytest.approx(0, abs=0.06)
    assert np.std(values) == pytest.approx(math.sqrt(1 / 6), rel=0.1)


@pytest.mark.parametrize(("low", "mode", "high"), [(0, 2, 10), (-5, -5, 5), (1, 3, 3), (2, 2.5, 3)])
def test_inside_its_range_a_contribution_is_drawn_from_a_triangle(low: float, mode: float, high: float) -> None:
    even = (np.arange(100_000) + 0.5) / 100_000
    low_, mode_, high_ = (np.full(len(even), float(end)) for end in (low, mode, high))
    drawn = drawn_between(low_, mode_, high_, even)
    assert np.all(np.diff(drawn) > 0)
    mean, ends = (low + mode + high) / 3, low * low + mode * mode + high * high
    variance = (ends - low * mode - low * high - mode * high) / 18
    assert np.mean(drawn) == pytest.approx(mean, abs=1e-4 * (high - low))
    assert np.var(drawn) == pytest.approx(variance, rel=1e-3)


def test_outside_its_range_it_is_drawn_evenly() -> None:
    even = np.linspace(0, 1, 11)
    low, mode, high = (np.full(11, end) for end in (10.0, 3.0, 20.0))
    assert drawn_between(low, mode, high, even).tolist() == pytest.approx((10 + 10 * even).tolist())


def test_a_range_of_one_number_is_that_number() -> None:
    even = np.linspace(0, 1, 11)
    same = np.full(11, 0.1)
    assert set(drawn_between(same, same, same, even).tolist()) == {0.1}


def test_more_draws_and_more_candidates_change_no_draw() -> None:
    rows = [candidate(key, 10, {"gmv": 5}, contribution_ranges={"GMV ": [4, 9]}) for key in ("B", "D")]
    more = [candidate(key, 7, {"gmv": 2}, contribution_ranges={"gmv": [1, 4]}) for key in ("A", "C", "E")]
    few = draws_of(snapshot(rows), count=3)
    many = draws_of(snapshot([*more, *rows]), count=9)
    for number in range(3):
        assert numbers_of(few, number).items() <= numbers_of(many, number).items()
    assert numbers_of(few, 0) != numbers_of(few, 1)
    assert numbers_of(few, 0)["B"] != numbers_of(few, 0)["D"]
    assert numbers_of(few, 0) != numbers_of(draws_of(snapshot(rows), count=3, seed=1), 0)


def test_candidates_outside_the_pool_keep_their_numbers() -> None:
    rows = [candidate(key, 10, {"gmv": 5}, contribution_ranges={"gmv": [4, 9]}) for key in ("A", "B")]
    scope = {"scope_type": "selected", "initiative_keys": ["B"]}
    draws = draws_of(snapshot(rows, scope=scope))
    assert numbers_of(draws, 0)["A"] == (10.0, {"gmv": 5.0})
    assert numbers_of(draws, 0)["B"] == numbers_of(draws_of(snapshot(rows)), 0)["B"]
    assert [c.initiative_key for c in draws.drawn(0).model.columns.candidates] == ["B"]
