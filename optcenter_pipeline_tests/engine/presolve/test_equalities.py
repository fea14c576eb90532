"""Bundles and circles of prerequisites become one column."""

from optcenter_pipeline.engine.presolve.equalities import equalities
from optcenter_pipeline_tests.support.reductions import SmallRun, for_random_runs, is_right, small_run
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

FOUR = [candidate(f"I-{i}", i + 1, {"gmv": 2.0}) for i in range(4)]


def test_every_portfolio_stays() -> None:
    def right(run: SmallRun) -> None:
        is_right(run, equalities)

    for_random_runs(right, 10)


def test_a_bundle_is_one_column_with_all_of_its_tokens() -> None:
    run = small_run(snapshot(FOUR, bundles=[{"bundle_key": "b", "members": ["I-0", "I-1", "I-3"]}]))
    reduced = is_right(run, equalities)
    assert (reduced.width, reduced.height) == (2, 1)
    assert reduced.matrix.toarray().tolist() == [[7.0, 3.0]]
    assert reduced.benefits.tolist() == [[6.0, 2.0], [-7.0, -3.0]]
    assert reduced.columns.representative.tolist() == [0, 0, 1, 0]


def test_a_circle_of_prerequisites_and_bundles_is_one_column() -> None:
    rules = [{"initiative_key": a, "requires": [b]} for a, b in (("I-0", "I-1"), ("I-1", "I-2"), ("I-3", "I-0"))]
    run = small_run(snapshot(FOUR, prerequisites=rules, bundles=[{"bundle_key": "b", "members": ["I-2", "I-3"]}]))
    assert is_right(run, equalities).width == 1


def test_prerequisites_without_a_circle_stay() -> None:
    rules = [{"initiative_key": "I-0", "requires": ["I-1"]}, {"initiative_key": "I-1", "requires": ["I-2"]}]
    run = small_run(snapshot(FOUR, prerequisites=rules))
    assert equalities(run.unreduced) is run.unreduced
