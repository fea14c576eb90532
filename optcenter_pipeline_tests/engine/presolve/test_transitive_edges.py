"""What other prerequisites imply is not said."""

import pytest

from optcenter_pipeline.engine.presolve.transitive_edges import transitive_edges
from optcenter_pipeline_tests.support.reductions import SmallRun, for_random_runs, is_right, small_run
from optcenter_pipeline_tests.support.snapshots import Json, candidate, snapshot

FIVE = [candidate(f"I-{i}", i + 1, {"gmv": 2.0}) for i in range(5)]


def needs(*pairs: tuple[int, int]) -> list[Json]:
    return [{"initiative_key": f"I-{a}", "requires": [f"I-{b}"]} for a, b in pairs]


def test_every_portfolio_stays() -> None:
    def right(run: SmallRun) -> None:
        is_right(run, transitive_edges)

    for_random_runs(right, 20)


@pytest.mark.parametrize(
    ("pairs", "dropped"),
    [
        ([(0, 1), (1, 2), (0, 2)], 1),
        ([(0, 1), (1, 2), (2, 3), (0, 3), (1, 3)], 2),
        ([(0, 1), (0, 2), (1, 3), (2, 3)], 0),
        ([(0, 1), (0, 2), (1, 3), (2, 3), (0, 3)], 1),
        ([(0, 1), (1, 2), (2, 0), (0, 2)], 0),
    ],
)
def test_an_edge_goes_where_a_longer_way_leads(pairs: list[tuple[int, int]], dropped: int) -> None:
    run = small_run(snapshot(FIVE, prerequisites=needs(*pairs)))
    reduced = is_right(run, transitive_edges)
    assert run.unreduced.height - reduced.height == dropped


def test_a_synergy_needs_no_member_that_another_needs() -> None:
    run = small_run(
        snapshot(
            FIVE,
            prerequisites=needs((0, 1), (1, 2)),
            synergy_bonuses=[{"members": ["I-0", "I-2", "I-3"], "kpi_key": "gmv", "value": 5}],
        )
    )
    reduced = is_right(run, transitive_edges)
    assert run.unreduced.height - reduced.height == 1
