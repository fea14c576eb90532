"""Starts a worker for one solver and one instance, listens to it, and ends it: at a limit, or with us."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from benchmarks.compare.record import Run

GRACE = 60.0
"""Seconds behind the time limit after which a solver is killed."""
_LOADING = 300.0
"""Seconds in which a worker has to be ready."""
_ROOT = Path(__file__).resolve().parents[2]


def measure(
    *, solver: str, instance: str, data: Path, mip_gap: float, limit: float, repeats: int, grace: float = GRACE
) -> tuple[list[Run], str]:
    """(runs, what went wrong); there is always a run, `overran` or `died` where the worker gave no answer.

    Repeats end early at the first answer that is no proof, and once `limit` seconds were measured in all.
    """
    asked = {
        "solver": solver,
        "instance": instance,
        "data": str(data.resolve()),
        "mip_gap": mip_gap,
        "limit": limit,
        "repeats": repeats,
    }
    runs: list[Run] = []
    with tempfile.TemporaryFile("w+") as errors, _worker(asked, errors) as messages:
        waiting = _LOADING
        while True:
            began = time.perf_counter()
            try:
                message = messages.get(timeout=waiting)
            except queue.Empty:
                return [*runs, _lost("overran", time.perf_counter() - began)], "killed behind the time limit"
            if message is None:
                break
            if "ready" not in message:
                runs.append(message)
            waiting = limit + grace
        seconds = time.perf_counter() - began
        errors.seek(0)
        said = errors.read().strip()[-2000:]
    return (runs, "") if runs and _is_over(runs, limit, repeats) else ([*runs, _lost("died", seconds)], said)


def _is_over(runs: list[Run], limit: float, repeats: int) -> bool:
    """Whether a worker that ended had nothing more to do."""
    return len(runs) == repeats or runs[-1]["status"] != "proven" or sum(run["seconds"] for run in runs) > limit


def _lost(status: str, seconds: float) -> Run:
    blank = dict.fromkeys(("value", "bound", "funded", "handover", "peak_mb"))
    return {**blank, "status": status, "seconds": seconds, "cpu": seconds, "broken": [], "more": {}}


@contextmanager
def _worker(asked: dict[str, Any], errors: TextIO) -> Iterator["queue.Queue[dict[str, Any] | None]"]:
    """The messages of a worker, None at its end; however the block is left, the worker is gone."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.compare.worker"],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        threading.Thread(target=_listen, args=(process.stdout, messages), daemon=True).start()
        with contextlib.suppress(BrokenPipeError):  # a worker that has died says so by its silence
            json.dump(asked, process.stdin)
            process.stdin.close()
        yield messages
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _listen(lines: TextIO, messages: "queue.Queue[dict[str, Any] | None]") -> None:
    with lines:
        for line in lines:
            messages.put(json.loads(line))
    messages.put(None)
