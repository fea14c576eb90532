"""The command line in a folder of its own."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from optcenter_pipeline.cli.main import run
from optcenter_pipeline_tests.support.planning_space import PlanningSpace


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Optcenter = Callable[..., Ran]


@pytest.fixture
def optcenter(
    sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Optcenter:
    """Calls the command line on a sample of this test's own."""
    monkeypatch.setenv("OPTCENTER_HOME", str(sample_space.home))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: str) -> Ran:
        capsys.readouterr()
        code = run(list(arguments))
        captured = capsys.readouterr()
        return Ran(int(code), captured.out, captured.err)

    return call
