"""Fixtures for tests of the whole path; a room's own fixtures stand in its folder."""

from pathlib import Path

import pytest

from optcenter_pipeline_tests.support.planning_space import PlanningSpace


@pytest.fixture(scope="session")
def _ready_sample(tmp_path_factory: pytest.TempPathFactory) -> PlanningSpace:
    space = PlanningSpace(tmp_path_factory.mktemp("ready-sample"))
    space.init()
    return space


@pytest.fixture
def sample_space(_ready_sample: PlanningSpace, tmp_path: Path) -> PlanningSpace:
    """A planning space of this test's own, its workbook filled with the sample."""
    return _ready_sample.copied_to(tmp_path / "space")


@pytest.fixture
def empty_space(tmp_path: Path) -> PlanningSpace:
    """A planning space of this test's own, its workbook ready and empty."""
    (tmp_path / "space").mkdir()
    space = PlanningSpace(tmp_path / "space")
    space.init(sample=False)
    return space
