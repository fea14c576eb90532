"""What a person sees while a run goes on."""

import dataclasses
import io
import json
import os
import pty
import select
import sys
import time
from pathlib import Path

import pytest
import rich.console

from optcenter_pipeline.cli.console import Console
from optcenter_pipeline.cli.progress_view import BarView, bar_view
from optcenter_pipeline.engine.progress import Progress
from optcenter_pipeline_tests.support.hard_plan import hard_snapshot

PATIENCE_SECONDS = 240
PROGRESS = Progress(
    kind="bound", stage="[red]gmv", position=1, stages=2, value=31.5, bound=32.0, gap=0.01, nodes=4, seconds=7.0
)


def test_the_bar_says_where_the_search_is_and_reads_no_markup() -> None:
    screen = io.StringIO()
    with bar_view(rich.console.Console(file=screen, force_terminal=True, width=120), "plan[1].json") as view:
        view.show(PROGRESS)
    assert "stage 1/2 [red]gmv: 31.5, bound 32, gap 1 %, 4 nodes" in screen.getvalue()


def test_the_bar_grows_with_the_proof_and_never_shrinks() -> None:
    gaps = [None, 7.0, 1.0, 0.2, 1e-3, 1e-9, 0.0]
    steps = [dataclasses.replace(PROGRESS, gap=gap) for gap in gaps]
    steps += [dataclasses.replace(PROGRESS, gap=0.5, kind="finished")]
    steps += [dataclasses.replace(PROGRESS, gap=gap, position=2) for gap in gaps]
    steps += [dataclasses.replace(PROGRESS, gap=0.5, position=2, kind="finished")]
    shown = []
    console = rich.console.Console(file=io.StringIO(), force_terminal=True)
    with bar_view(console, "plan") as view:
        assert isinstance(view, BarView)
        for step in steps:
            view.show(step)
            shown.append(view._bar.tasks[0].completed)
    assert shown == sorted(shown)
    assert (shown[0], shown[7], shown[-1]) == (0.0, 0.5, 1.0)


def test_a_log_is_told_of_long_runs_alone_and_stdout_of_none(capsys: pytest.CaptureFixture[str]) -> None:
    with Console(as_json=False, debug=False).progress("plan") as view:
        for second in range(12):
            view.show(dataclasses.replace(PROGRESS, seconds=float(second)))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert [line.split(" (")[1] for line in captured.err.splitlines()] == ["5.0 s)", "10.0 s)"]


def test_beside_json_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with Console(as_json=True, debug=False).progress("plan") as view:
        view.show(dataclasses.replace(PROGRESS, seconds=60.0))
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_ctrl_c_at_a_real_terminal_while_the_bar_moves(tmp_path: Path) -> None:
    (tmp_path / "hard.json").write_text(hard_snapshot().model_dump_json(), encoding="utf-8")
    # SIGINT is ignored in what a shell runs in its background
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    main = f"{heard}\nfrom optcenter_pipeline.cli import main; main()"
    command = [sys.executable, "-c", main, "solve", str(tmp_path / "hard.json"), "-o", str(tmp_path / "r.json")]
    child, terminal = pty.fork()
    if child == 0:
        os.execve(command[0], command, {**os.environ, "TERM": "xterm", "COLUMNS": "140"})
    screen = _until(terminal, "stage 1/2 gmv: ")
    # twice, as a wrapper does that passes the signal on
    os.write(terminal, b"\x03\x03")
    screen += _until(terminal, None)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code == 3, screen
    result = json.loads((tmp_path / "r.json").read_text())
    assert result["status"] == "cancelled"
    assert "stopped by a person" in screen


def _until(terminal: int, text: str | None) -> str:
    """What the terminal shows until the text comes; without one until the process has closed it."""
    shown, end = "", time.monotonic() + PATIENCE_SECONDS
    while text is None or text not in shown:
        assert time.monotonic() < end, shown
        if not select.select([terminal], [], [], 1.0)[0]:
            continue
        try:
            read = os.read(terminal, 65536)
        except OSError:  # Linux says so where the other side has gone
            read = b""
        if not read:
            assert text is None, shown
            break
        shown += read.decode(errors="replace")
    return shown
