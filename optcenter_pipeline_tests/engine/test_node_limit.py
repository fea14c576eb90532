"""A limit of nodes: the same on every machine, for all stages together."""

import pytest

from optcenter_pipeline.engine import Result, solve
from optcenter_pipeline.engine.checker import check
from optcenter_pipeline_tests.support.hard_plan import hard_snapshot

HARD = hard_snapshot()


def limited(nodes: int) -> Result:
    solver = HARD.solver.model_copy(update={"node_limit": nodes})
    return solve(HARD.model_copy(update={"solver": solver}))


@pytest.mark.parametrize("nodes", [1, 40])
def test_a_run_ends_at_its_limit_with_the_portfolio_that_it_has(nodes: int) -> None:
    result = limited(nodes)
    assert result.status == "feasible"
    assert check(HARD, result) == ()
    stages = result.objective.stages
    # a stage that is begun takes a node at least: its root
    assert sum(stage.nodes for stage in stages) <= nodes + len(stages) - 1
    first = stages[0]
    assert first.bound > first.value
    assert "stage_not_proven" in {alert.code for alert in result.alerts}


def test_two_runs_end_at_the_same_point() -> None:
    one, other = limited(40), limited(40)
    assert [chosen.initiative_key for chosen in one.selected] == [
        chosen.initiative_key for chosen in other.selected
    ]
    found = [[(stage.value, stage.bound, stage.nodes) for stage in run.objective.stages] for run in (one, other)]
    assert found[0] == found[1]
