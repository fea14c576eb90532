"""One solver on one instance, in a process of its own: `python -m benchmarks.compare.worker`.

Reads one JSON object from standard input (solver, data, instance, mip_gap, limit, repeats) and writes JSON lines:
`{"ready": true}` once everything is loaded and warm, then one line a run. Each run is timed by itself, in
seconds of the wall and of the processor.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from benchmarks.compare.answer import Answer, Prepare
from benchmarks.compare.solvers import SOLVERS
from benchmarks.instances.catalogue import all_instances
from benchmarks.instances.portfolio import Portfolio, Synergy

_MOST_BROKEN = 5
_TINY_BEST = 14.0


def main() -> None:
    """Do what standard input asks for."""
    channel = _own_channel()
    asked = json.load(sys.stdin)
    instance = next(i for i in all_instances(Path(asked["data"])) if i.name == asked["instance"])
    portfolio = instance.load()
    prepare = SOLVERS[asked["solver"]].load()
    warm_up(prepare)
    solve = prepare(portfolio, asked["mip_gap"], asked["limit"])
    _tell(channel, {"ready": True})
    spent = 0.0
    for _ in range(asked["repeats"]):
        wall, processor = time.perf_counter(), time.process_time()
        answer = solve()
        seconds, cpu = time.perf_counter() - wall, time.process_time() - processor
        _tell(channel, run_record(portfolio, answer) | {"seconds": seconds, "cpu": cpu})
        spent += seconds
        if answer.status != "proven" or spent > asked["limit"]:
            break


def _own_channel() -> TextIO:
    """Standard output for us alone: what a solver prints goes to standard error."""
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return channel


def _tell(channel: TextIO, message: dict[str, Any]) -> None:
    channel.write(json.dumps(message) + "\n")
    channel.flush()


def warm_up(prepare: Prepare) -> None:
    """Solve a tiny problem, so that no run pays for imports and first uses.

    Raises:
        RuntimeError: its answer is wrong.
    """
    tiny = Portfolio(
        name="tiny",
        tokens=np.array([2.0, 3.0, 4.0, 5.0]),
        values=np.array([3.0, 4.0, 5.0, 1.0]),
        capacity=9.0,
        synergies=(Synergy((0, 1), 2.5), Synergy((1, 2), -0.5)),
        prerequisites=((0, 1),),
    )
    answer = prepare(tiny, 0.0, 10.0)()
    if answer.status != "proven" or answer.funded is None or tiny.value(answer.funded) != _TINY_BEST:
        raise RuntimeError(f"the tiny problem's answer is {answer}")


def run_record(portfolio: Portfolio, answer: Answer) -> dict[str, Any]:
    """A run as a record has it; the portfolio's value and rules are looked at here, apart from any solver."""
    funded = answer.funded
    return {
        "status": answer.status,
        "value": None if funded is None else portfolio.value(funded),
        "bound": answer.bound,
        "funded": None if funded is None else int(np.count_nonzero(funded)),
        "broken": [] if funded is None else list(portfolio.broken(funded))[:_MOST_BROKEN],
        "handover": answer.handover,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "more": answer.more,
    }


if __name__ == "__main__":
    main()
