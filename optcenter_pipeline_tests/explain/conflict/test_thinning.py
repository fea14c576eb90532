"""Thinning a contradiction: what is left is one, nothing of it is needless, and few questions were asked."""

from collections.abc import Collection, Sequence
from random import Random

import pytest

from optcenter_pipeline.explain.conflict.thinning import Thinning


class Judge:
    """Numbers contradict each other where they hold all of one of the causes."""

    def __init__(self, *causes: Collection[int], silent_on: Collection[int] = ()) -> None:
        self.causes = [frozenset(cause) for cause in causes]
        self.silent_on = frozenset(silent_on)
        self.asked = 0

    def __call__(self, items: Sequence[int]) -> Collection[int] | bool | None:
        self.asked += 1
        if self.silent_on and self.silent_on.isdisjoint(items):
            return None
        return any(cause <= set(items) for cause in self.causes)


class TellingJudge(Judge):
    """Says which numbers are enough, and some more."""

    def __call__(self, items: Sequence[int]) -> Collection[int] | bool | None:
        if not super().__call__(items):
            return False
        return sorted(next(cause for cause in self.causes if cause <= set(items)) | {items[0]})


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 300])
def test_one_cause_is_found_among_many(size: int) -> None:
    random = Random(size)
    cause = random.sample(range(size), min(4, size))
    judge = Judge(cause)
    thin = Thinning(judge)
    assert sorted(thin.quick_explanation(range(size))) == sorted(cause)
    assert thin.minimal(thin.quick_explanation(range(size))) == (sorted(cause), True)
    assert judge.asked <= 2 * 4 * (size.bit_length() + 2)


def test_of_two_causes_the_one_that_stands_first_is_found() -> None:
    thin = Thinning(Judge({1, 2}, {7, 8}))
    assert sorted(thin.quick_explanation(range(10))) == [1, 2]
    assert thin.minimal(range(10)) == ([1, 2], True)


def test_a_verdict_that_tells_what_is_enough_saves_questions() -> None:
    silent, telling = Judge({3, 50}), TellingJudge({3, 50})
    assert Thinning(silent).minimal(range(100)) == Thinning(telling).minimal(range(100)) == ([3, 50], True)
    assert telling.asked * 5 < silent.asked


def test_what_nobody_can_say_is_needless_stays_and_is_told() -> None:
    thin = Thinning(Judge({3, 5}, silent_on={8}))
    kept, is_minimal = thin.minimal(range(10))
    assert (kept, is_minimal) == ([3, 5, 8], False)
    assert set(thin.quick_explanation(range(10))) >= {3, 5, 8}


def test_a_stop_leaves_what_is_left_by_then() -> None:
    judge = Judge({3, 5})
    thin = Thinning(judge, lambda: judge.asked >= 4)
    kept, is_minimal = thin.minimal(range(100))
    assert (kept, is_minimal, judge.asked) == (list(range(96)), False, 4)


def test_the_same_question_is_asked_once() -> None:
    judge = Judge(range(6))
    thin = Thinning(judge)
    thin.minimal(range(6))
    asked = judge.asked
    thin.minimal(range(6))
    assert judge.asked == asked
