"""Every fault of the server, alone and in pairs, at every request of a save and a run: nothing lost, nothing twice.

`OPTCENTER_FAULT_PAIRS=all` tries every pair at every two requests; the suite tries a sample of them.
"""

import itertools
import os
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from optcenter_pipeline.workbook.errors import WorkbookError
from optcenter_pipeline_tests.support.fault_trials import FAULTS, QUICK, FaultTrials, Stage
from optcenter_pipeline_tests.support.ordered_server import FaultOrder, OrderedServer

Place = tuple[Stage, int]
"""A request: the stage that sends it, and how many that stage has sent before."""

ALL_PAIRS = os.environ.get("OPTCENTER_FAULT_PAIRS") == "all"
SAMPLE = 3
"""Pairs by first fault."""
LASTING = tuple(name for name in FAULTS if name != "delay")


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultTrials]:
    home = tmp_path_factory.mktemp("faults")
    with OrderedServer(home / "workbook.sqlite") as server:
        yield FaultTrials(home, server)


def places(trials: FaultTrials) -> list[Place]:
    return [(stage, number) for stage in Stage for number in range(len(trials.requests[stage]))]


def struck(name: str, skip: int, **fault: object) -> FaultOrder:
    return {**FAULTS[name], "skip": skip, **fault}


def distance(trials: FaultTrials, first: Place, second: Place) -> int:
    """How many requests lie between the stage of the first place and the second place."""
    between = sum(len(trials.requests[stage]) for stage in Stage if first[0] <= stage < second[0])
    return between + second[1]


def test_each_stage_speaks_with_the_workbook(trials: FaultTrials) -> None:
    assert all(requests[0] == "POST token" for requests in trials.requests.values())
    assert all(any(r.startswith("GET") for r in requests) for requests in trials.requests.values())
    for stage in (Stage.STATUSES, Stage.OUTPUTS):
        last_write = max(n for n, r in enumerate(trials.requests[stage]) if not r.startswith("GET"))
        assert last_write < len(trials.requests[stage]) - 1, "what was written is read back"
    sheet = trials.expected[Stage.OUTPUTS]["sheet"]
    assert [len(sheet[tab]) - 1 for tab in ("Runs", "Results")] == [1, 5]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_passes_is_outlived_wherever_it_strikes(trials: FaultTrials, name: str) -> None:
    for stage, number in places(trials):
        with trials.trial(stage, struck(name, number)) as trial:
            trial.go_through(stage, stage)
            assert trials.server.waiting() == [], f"{name} did not strike {stage.name} {number}"
            assert trial.outcome() == trials.expected[stage], f"{name} at {trials.requests[stage][number]}"


def is_answered_all_the_same(name: str, place: Place) -> bool:
    """Whether the request needs no second try: a token is given even where the ones before have expired."""
    return name == "delay" or (name == "expired token" and place[1] == 0)


def seconds_to_try(trials: FaultTrials, one: str) -> list[tuple[str, Place, Place]]:
    """Another fault, on the same request (it strikes the retry), or on any later one of a save and run."""
    every = places(trials)
    two = [(first, second) for n, first in enumerate(every) for second in every[n:]]
    tries = [
        (other, first, second)
        for other, (first, second) in itertools.product(FAULTS, two)
        if first != second or not is_answered_all_the_same(one, first)
    ]
    return tries if ALL_PAIRS else random.Random(one).sample(tries, SAMPLE)  # the same in every run


@pytest.mark.parametrize("one", FAULTS)
def test_two_faults_are_outlived_wherever_they_strike(trials: FaultTrials, one: str) -> None:
    for other, first, second in seconds_to_try(trials, one):
        plan = [struck(one, first[1]), struck(other, distance(trials, first, second))]
        with trials.trial(first[0], *plan) as trial:
            trial.go_through(first[0], second[0])
            where = f"{one} at {first[0].name} {first[1]}, {other} at {second[0].name} {second[1]}"
            assert trials.server.waiting() == [], where
            assert trial.outcome() == trials.expected[second[0]], where


@pytest.mark.parametrize("name", LASTING)
def test_a_fault_that_lasts_is_a_clear_error_and_the_next_save_finishes(trials: FaultTrials, name: str) -> None:
    hasty = replace(QUICK, deadline=0.3, read_timeout=0.1)
    where = places(trials) if ALL_PAIRS else [(stage, 1) for stage in Stage]
    for stage, number in where:
        lasting = struck(name, number, times=None)
        with trials.trial(stage, lasting, policy=hasty) as trial:
            with pytest.raises(WorkbookError, match=r"safe|nothing was changed"):
                trial.go_through(stage, Stage.OUTPUTS)
            trial.save_again()
            if not trial.has_run():
                trial.run()
                trial.go_through(Stage.OUTPUTS, Stage.OUTPUTS)
            assert trial.outcome() == trials.expected[Stage.OUTPUTS], f"{name} from {stage.name} {number} on"
