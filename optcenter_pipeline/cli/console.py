"""What a command prints, for people and for scripts, and the errors that end it."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import rich.box
import rich.console
import rich.table
import rich.text
from pydantic_core import to_json

if TYPE_CHECKING:
    import pandas as pd

    from optcenter_pipeline.cli.progress_view import ProgressView


_UNBROKEN = frozenset({"initiative", "run", "severity", "kind", "status", "created"})
"""Columns of a table whose cells are too short to be folded."""

_NUMBERS = frozenset(
    {
        "rank", "tokens", "adds", "required", "achieved", "gap", "cost", "limit", "used", "bound",
        "before", "after", "funded", "share of draws", "below the plan", "objective", "tokens used",
    }
)  # fmt: skip
"""Columns of a table whose cells are numbers, one below the other."""

_MOST_DRAWN = 1000
"""Rows of a table that is fitted to the terminal: a longer one would take many seconds, and is written plainly."""


class ExitCode(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    INVALID = 1
    USAGE = 2
    NO_PORTFOLIO = 3
    SYSTEM = 4


class InvalidInputError(Exception):
    """The inputs are invalid; one line a finding, `TAB!ROW column: text`."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = tuple(lines)


class SystemFailureError(Exception):
    """The workbook, the database or the solver failed; the text says what to do."""


class StoppedError(Exception):
    """A person stopped the command.

    Args:
        job_run_id: of Dagster, where one had begun.
    """

    def __init__(self, job_run_id: str | None = None) -> None:
        super().__init__("stopped by a person")
        self.job_run_id = job_run_id


class Console:
    """Prints for people (tables on stdout, problems on stderr) or, with `as_json`, one JSON document on stdout."""

    def __init__(self, *, as_json: bool, debug: bool) -> None:
        self.as_json = as_json
        self.debug = debug
        self._out = rich.console.Console(highlight=False, soft_wrap=True)
        self._err = rich.console.Console(stderr=True, highlight=False, soft_wrap=True)

    def document(self, value: Any) -> None:
        """The command's JSON document; nothing where the command prints for people."""
        if self.as_json:
            sys.stdout.write(to_json(value, indent=2, fallback=str).decode() + "\n")
            sys.stdout.flush()

    def say(self, text: str = "", style: str = "") -> None:
        """A line for people. What PMs typed is text: no markup is read in it."""
        if not self.as_json:
            self._out.print(rich.text.Text(text, style=style))

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        return self._out.width

    def table(self, frame: "pd.DataFrame", title: str) -> None:
        """A frame as a table for people."""
        if self.as_json:
            return
        if len(frame) > _MOST_DRAWN:
            self.say(title, style="bold")
            sys.stdout.write(frame.to_string(index=False) + "\n\n")
            return
        table = rich.table.Table(
            title=rich.text.Text(title), title_justify="left", title_style="bold", box=rich.box.SIMPLE_HEAD
        )
        for name in frame.columns:
            is_number = name in _NUMBERS
            table.add_column(
                str(name),
                justify="right" if is_number else "left",
                overflow="fold",
                no_wrap=is_number or name in _UNBROKEN,
            )
        for row in frame.itertuples(index=False):
            table.add_row(*(rich.text.Text(str(cell)) for cell in row))
        # soft wrapping is for lines; a table has to know the terminal's width
        rich.console.Console(highlight=False).print(table)

    def problem(self, text: str) -> None:
        """One line on stderr; with `as_json` also a document with `error`."""
        line = " ".join(text.split())
        self._err.print(rich.text.Text(f"optcenter: {line}", style="red"))
        self.document({"error": line})

    def warn(self, text: str) -> None:
        """One line on stderr that ends nothing."""
        self._err.print(rich.text.Text(text, style="yellow"))

    def findings(self, lines: Sequence[str]) -> None:
        """What is wrong with the inputs, one a line on stderr."""
        for line in lines:
            self._err.print(rich.text.Text(" ".join(line.split()), style="red"))

    def invalid(self, lines: Sequence[str]) -> None:
        """Findings that end the command; with `as_json` also as a document with `status` and `messages`."""
        self.findings(lines)
        self.document({"status": "invalid", "messages": list(lines)})

    @contextmanager
    def progress(self, text: str) -> Iterator["ProgressView"]:
        """What people see on stderr while something runs: a bar on a terminal, else lines; none beside JSON."""
        from optcenter_pipeline.cli.progress_view import LogView, SilentView, bar_view

        if self.as_json:
            yield SilentView()
        elif self._err.is_terminal:
            with bar_view(self._err, text) as view:
                yield view
        else:
            yield LogView(self._err)
