"""What stages are given: of the settings where a resource does not say itself."""

import pytest

from optcenter_pipeline.settings import SettingsError
from optcenter_pipeline.stages.resources import SolverResource, WorkbookResource


def test_the_client_is_as_patient_as_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    assert WorkbookResource().policy().deadline == 120
    monkeypatch.setenv("OPTCENTER_WORKBOOK_DEADLINE", "7.5")
    assert WorkbookResource().policy().deadline == 7.5
    named = WorkbookResource(deadline_seconds=2, answer_seconds=0.5, first_wait_seconds=0.1).policy()
    assert (named.deadline, named.read_timeout, named.first_wait) == (2, 0.5, 0.1)


@pytest.mark.parametrize("deadline", ["0", "inf", "soon"])
def test_a_deadline_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, deadline: str) -> None:
    monkeypatch.setenv("OPTCENTER_WORKBOOK_DEADLINE", deadline)
    with pytest.raises(SettingsError, match="OPTCENTER_WORKBOOK_DEADLINE"):
        WorkbookResource().policy()


def test_a_requests_limits_go_before_the_resources_and_those_before_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert SolverResource().options().node_limit is None
    monkeypatch.setenv("OPTCENTER_SOLVER_NODE_LIMIT", "300")
    assert SolverResource().options().node_limit == 300
    assert SolverResource(node_limit=200).options().node_limit == 200
    assert SolverResource(node_limit=200).options(node_limit=100).node_limit == 100
