"""Fixtures for tests of the whole path; a room's own fixtures stand in its folder."""

import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

from optcenter_pipeline.settings import Settings
from optcenter_pipeline_tests.support.planning_space import PlanningSpace

IN_MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 << 30


def pytest_configure() -> None:
    """Before any test is loaded."""
    _keep_files_in_memory()
    _draw_the_same_cases_everywhere()


def _draw_the_same_cases_everywhere() -> None:
    """Let a random test's cases depend on nothing but the test.

    Hypothesis else draws constants that stand in whatever local modules are loaded by then, so that a seed gives
    other cases beside other tests.
    """
    settings.register_profile("everywhere the same", derandomize=True, database=None, deadline=None)
    settings.load_profile("everywhere the same")
    pytest.MonkeyPatch().setattr(providers, "_get_local_constants", lambda: providers._local_constants)


def _keep_files_in_memory() -> None:
    """Where there is room: no commit of the tests' databases then waits for a disk."""
    if "TMPDIR" in os.environ or not os.access(IN_MEMORY, os.W_OK):
        return
    if shutil.disk_usage(IN_MEMORY).free >= ROOM_BYTES:
        os.environ["TMPDIR"] = str(IN_MEMORY)
        tempfile.tempdir = None  # asked for anew


@pytest.fixture(scope="session", autouse=True)
def _own_settings() -> Iterator[None]:
    """No test reads the settings of the person who runs it: a test must never reach their workbook or database."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("OPTCENTER_", "DAGSTER_"))]:
            if name != "OPTCENTER_FAULT_PAIRS":
                patch.delenv(name)
        patch.setitem(Settings.model_config, "env_file", None)
        # whatever a test or a process of its own asks a local workbook, the answer is one that Google could give
        patch.setenv("OPTCENTER_CHECK_ANSWERS", "1")
        yield


@pytest.fixture(scope="session")
def _ready_sample(tmp_path_factory: pytest.TempPathFactory) -> PlanningSpace:
    space = PlanningSpace(tmp_path_factory.mktemp("ready-sample"))
    space.init()
    # what its first scenario asks for behind each run would take longer than most tests
    space.type_cell("Scenario_Config", 2, "analyses", "")
    return space


@pytest.fixture
def sample_space(_ready_sample: PlanningSpace, tmp_path: Path) -> PlanningSpace:
    """A planning space of this test's own, its workbook filled with the sample."""
    return _ready_sample.copied_to(tmp_path / "space")


@pytest.fixture(scope="session")
def _solved_sample(_ready_sample: PlanningSpace, tmp_path_factory: pytest.TempPathFactory) -> PlanningSpace:
    space = _ready_sample.copied_to(tmp_path_factory.mktemp("solved-sample"))
    assert space.optimize("Q1 2027 growth", "baseline").success
    return space


@pytest.fixture
def first_run(_solved_sample: PlanningSpace, sample_space: PlanningSpace) -> str:
    """The id of a run that found a portfolio, and stands in this test's workbook and database."""
    _solved_sample.copied_to(sample_space.home)
    ((run_id,),) = sample_space.query("select run_id from optimization_runs")
    return str(run_id)


@pytest.fixture
def empty_space(tmp_path: Path) -> PlanningSpace:
    """A planning space of this test's own, its workbook ready and empty."""
    (tmp_path / "space").mkdir()
    space = PlanningSpace(tmp_path / "space")
    space.init(sample=False)
    return space


@pytest.fixture(scope="session", autouse=True)
def _this_machine_alone() -> Iterator[None]:
    """No test, and no library in a thread behind it, talks to anything but this machine."""
    connect, elsewhere = socket.socket.connect, []

    def is_here(host: str) -> bool:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_here(address[0]):
            elsewhere.append(address)
            raise ConnectionRefusedError(f"a test tried to reach {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield
    assert not elsewhere
