"""The command line in a folder of its own."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from optcenter_pipeline.cli.main import run
from optcenter_pipeline.orchestration.instance import open_instance
from optcenter_pipeline.settings import Settings
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


@pytest.fixture(scope="session")
def new_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dagster's history without a run, its tables made; copied for each test."""
    settings = Settings(home=tmp_path_factory.mktemp("history"))
    with open_instance(settings):
        return settings.dagster_home()


@pytest.fixture
def optcenter(
    sample_space: PlanningSpace,
    new_history: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Optcenter:
    """Calls the command line on a sample of this test's own."""
    shutil.copytree(new_history, sample_space.home / "dagster")
    monkeypatch.setenv("OPTCENTER_HOME", str(sample_space.home))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: str) -> Ran:
        capsys.readouterr()
        code = run(list(arguments))
        captured = capsys.readouterr()
        return Ran(int(code), captured.out, captured.err)

    return call
