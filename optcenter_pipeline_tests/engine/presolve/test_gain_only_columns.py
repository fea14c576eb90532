"""Bonuses become one with the only member that they need, or with each other."""

from optcenter_pipeline.engine.presolve.gain_only_columns import gain_only_columns
from optcenter_pipeline_tests.engine.presolve.test_cost_only_columns import earning, pays
from optcenter_pipeline_tests.engine.presolve.test_transitive_edges import needs
from optcenter_pipeline_tests.support.reductions import SmallRun, for_random_runs, is_right


def test_a_portfolio_as_good_stays_for_every_one() -> None:
    def right(run: SmallRun) -> None:
        is_right(run, gain_only_columns)

    for_random_runs(right, 50)


def test_a_bonus_is_its_member_where_that_needs_the_others() -> None:
    run = earning(0, size=2, prerequisites=needs((0, 1)), synergy_bonuses=[pays(0, 1)])
    reduced = is_right(run, gain_only_columns)
    assert reduced.columns.representative.tolist() == [0, 1, 0]
    assert reduced.benefits[0].tolist() == [3.0 + 7.0, 0.0]


def test_bonuses_of_the_same_members_are_one() -> None:
    run = earning(size=3, synergy_bonuses=[pays(0, 1), pays(0, 1, value=2), pays(1, 2)])
    reduced = is_right(run, gain_only_columns)
    assert reduced.columns.representative.tolist() == [0, 1, 2, 3, 3, 4]
    assert reduced.height == 1 + 4


def test_a_bonus_of_a_bundle_is_the_bundle() -> None:
    bundle = {"bundle_key": "b", "members": ["I-0", "I-1"]}
    run = earning(size=2, bundles=[bundle], synergy_bonuses=[pays(0, 1)])
    assert is_right(run, gain_only_columns).width == 1


def test_what_costs_tokens_is_never_raised() -> None:
    run = earning(0, size=2, prerequisites=needs((0, 1)))
    assert gain_only_columns(run.unreduced) is run.unreduced
