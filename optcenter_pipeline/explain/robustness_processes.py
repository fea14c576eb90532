"""Draws solved here, or in processes of their own: the same answers, sooner.

Processes are started afresh (`spawn`): nobody's threads or handles are copied into them. Each is told the run once,
and ends when the pipe from this process closes, so none is left behind whatever becomes of this one.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection

from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel, base_plan
from optcenter_pipeline.explain.robustness_draws import Draws
from optcenter_pipeline.explain.robustness_search import DrawnAnswer, search_draw

_START_SECONDS = 3.0
"""What starting processes takes."""
_TRIAL_SECONDS = 1.0
"""How long draws are solved here before it is judged how long the others would take."""
_LOOK_SECONDS = 0.1
_GRACE_SECONDS = 3.0
"""How long a process that is told to end may take; the solver does not always listen."""


class WorkerDiedError(RuntimeError):
    """A process that solved draws ended by itself; the text says what to do."""


def search_draws(
    plan: BasePlan, draws: Draws, processes: int | None, *, ends: float | None, cancel: Cancel
) -> list[DrawnAnswer]:
    """Every draw's answer, in order; those before the first that was not solved, where something ended it early.

    Args:
        plan: the run's plan.
        draws: of its question.
        processes: how many solve; 1 is this one alone. None: as many as there are processors, once the draws solved
            here show that starting them is worth it.
        ends: when all draws have to end, by `time.time`; None without a limit.
        cancel: asked often.

    Raises:
        WorkerDiedError: a process ended before its draw was solved.
        SolverError: the solver refused a model or gave no usable answer.
    """
    numbers = range(draws.count)
    if processes is not None and processes > 1:
        return _search_in_processes(plan, draws, numbers, processes, ends, cancel)
    most = 1 if processes == 1 else _most_processes()
    answers: list[DrawnAnswer] = []
    began = time.perf_counter()
    for number in numbers:
        answer = search_draw(plan, draws, number, ends=ends, cancel=cancel)
        if answer is None:
            break
        answers.append(answer)
        left = numbers[number + 1 :]
        wanted = min(most, len(left))
        if wanted > 1 and _is_worth_starting(time.perf_counter() - began, len(answers), len(left), wanted):
            return answers + _search_in_processes(plan, draws, left, wanted, ends, cancel)
    return answers


def _most_processes() -> int:
    """The processors that this process may use; 1 where it may start no others."""
    if multiprocessing.current_process().daemon:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _is_worth_starting(seconds: float, solved: int, left: int, processes: int) -> bool:
    """Whether what is left is sooner solved by that many processes, by what a draw has taken so far."""
    here = seconds / solved * left
    return seconds >= _TRIAL_SECONDS and _START_SECONDS + here / processes < here


def _search_in_processes(
    plan: BasePlan,
    draws: Draws,
    numbers: Sequence[int],
    processes: int,
    ends: float | None,
    cancel: Cancel,
) -> list[DrawnAnswer]:
    answers: list[DrawnAnswer] = []
    try:
        with _workers(plan, draws, min(processes, len(numbers)), ends) as pool:
            with _without_interrupts():
                futures = [pool.submit(_search, number) for number in numbers]
            for future in futures:
                answer = _awaited(future, cancel)
                if answer is None:
                    break
                answers.append(answer)
    except BrokenProcessPool as error:
        raise WorkerDiedError(
            f"a process that solved draws ended by itself after {len(answers)} of {len(numbers)} draws: the system "
            "ended it (for want of memory, say), or it could not start (a script that calls this needs "
            '`if __name__ == "__main__":`). Try fewer processes; with 1, all is solved in this one'
        ) from error
    return answers


def _awaited(future: Future[DrawnAnswer | None], cancel: Cancel) -> DrawnAnswer | None:
    """The answer; None where there is none, or somebody cancelled first."""
    while not wait([future], timeout=_LOOK_SECONDS).done:
        if cancel():
            return None
    return future.result()


@contextlib.contextmanager
def _workers(plan: BasePlan, draws: Draws, processes: int, ends: float | None) -> Iterator[ProcessPoolExecutor]:
    """Processes that know the run; they are gone at the end, whatever ends it."""
    fresh = multiprocessing.get_context("spawn")
    stop, told_to_stop = fresh.Pipe(duplex=False)
    told = (stop, plan.question.snapshot, plan.result, draws.count, draws.tokens_pct, draws.seed, ends)
    pool = ProcessPoolExecutor(processes, mp_context=fresh, initializer=_begin, initargs=told)
    try:
        yield pool
    finally:
        told_to_stop.close()
        pool.shutdown(wait=True, cancel_futures=True)
        stop.close()


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Processes started within never see Ctrl-C: this one hears it, and ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Told:
    """What a process was told when it began."""

    plan: BasePlan
    draws: Draws
    ends: float | None
    stop: "connection.Connection"


def _begin(
    stop: "connection.Connection",
    snapshot: Snapshot,
    result: Result,
    count: int,
    tokens_pct: float,
    seed: int,
    ends: float | None,
) -> None:
    """In a process of its own: take the run, and watch for the end."""
    threading.Thread(target=_end_with, args=(stop,), name="end", daemon=True).start()
    _Told.stop, _Told.ends = stop, ends
    _Told.plan = base_plan(snapshot, result)
    _Told.draws = Draws(_Told.plan.question, count, tokens_pct, seed)


def _search(number: int) -> DrawnAnswer | None:
    """In a process of its own: one draw."""
    return search_draw(_Told.plan, _Told.draws, number, ends=_Told.ends, cancel=_Told.stop.poll)


def _end_with(stop: "connection.Connection") -> None:
    """End this process soon after the one that started it closes the pipe, or is gone."""
    connection.wait([stop])
    time.sleep(_GRACE_SECONDS)
    os._exit(1)
