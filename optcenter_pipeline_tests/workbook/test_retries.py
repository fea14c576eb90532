"""How long a call is patient."""

from dataclasses import replace

import pytest

from optcenter_pipeline.workbook.retries import Patience, RetryPolicy


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def patience(clock: Clock, policy: RetryPolicy) -> Patience:
    return Patience(replace(policy, clock=clock, jitter=lambda: 1.0))


def test_a_server_that_is_there_is_waited_for_until_the_deadline(clock: Clock) -> None:
    call = patience(clock, RetryPolicy(deadline=100, unreachable_deadline=10))
    for _ in range(5):
        call.begin()
        clock.now += 15
        call.note(somebody_is_there=True)
    assert call.lasts(24.9)
    assert not call.lasts(25)


def test_one_that_is_not_there_is_given_up_sooner_counted_from_when_it_went(clock: Clock) -> None:
    call = patience(clock, RetryPolicy(deadline=100, unreachable_deadline=10))
    call.begin()
    clock.now += 50
    call.note(somebody_is_there=True)
    call.begin()
    clock.now += 4
    call.note(somebody_is_there=False)
    assert call.lasts(5.9)
    assert not call.lasts(6)
    call.begin()
    clock.now += 5
    call.note(somebody_is_there=False)
    assert call.lasts(0.9)
    assert not call.lasts(1)
    call.begin()
    call.note(somebody_is_there=True)
    assert call.lasts(40)


def test_a_first_attempt_that_nobody_answers_counts_with_its_wait(clock: Clock) -> None:
    call = patience(clock, RetryPolicy(deadline=100, unreachable_deadline=10))
    call.begin()
    clock.now += 10
    call.note(somebody_is_there=False)
    assert not call.lasts(0)


def test_the_waits_double_to_their_longest(clock: Clock) -> None:
    call = patience(clock, RetryPolicy(first_wait=1, longest_wait=8))
    waits = []
    for _ in range(5):
        call.begin()
        waits.append(call.wait(None))
    assert waits == [1, 2, 4, 8, 8]


@pytest.mark.parametrize("spent", [0, 50, 95, 99.5, 100, 500])
def test_timeouts_fit_into_what_is_left(clock: Clock, spent: float) -> None:
    call = patience(clock, RetryPolicy(deadline=100, connect_timeout=10, read_timeout=60))
    clock.now += spent
    connect, read = call.timeouts()
    assert 0 < connect <= 10
    assert 0 < read <= 60
    assert connect + read <= max(100 - spent, 0.1)
