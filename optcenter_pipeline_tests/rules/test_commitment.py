from optcenter_pipeline.rules.commitment import Commitments
from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, Terms
from optcenter_pipeline.rules.portfolio import Candidate

POOL = PoolColumns(tuple(Candidate(initiative_key=key, engineering_tokens=1) for key in "ABCD"))
KEPT = Commitments(run_id="r-1", selected=("B", "D", "GONE"), locked_in=("D", "GONE"), max_changes=3)


def test_what_is_locked_in_and_in_the_pool_has_a_row_and_the_budget_one_more() -> None:
    locked, budget = KEPT.linear_rows(POOL)
    assert locked == LinearRow(
        "locked_in", Terms((3,), (1.0,)), ("run r-1 locked_in D",), "D is locked in: run r-1 funds it", 1.0, 1.0
    )
    assert budget.terms == Terms((0, 1, 2, 3), (1.0, -1.0, 1.0, -1.0))
    assert (budget.lower, budget.upper) == (float("-inf"), 3 - 2)
    assert budget.source_rows == ("run r-1 max_changes",)
    assert budget.text == "at most 3 changes against run r-1"


def test_changes_are_counted_against_the_portfolio_within_the_pool() -> None:
    changes = KEPT.changes(POOL)
    assert changes.value((0, 1, 0, 1)) == 0
    assert changes.value((1, 0, 1, 0)) == 4
    assert changes.value((0, 0, 0, 0)) == 2


def test_a_price_comes_off_an_expression_for_each_change() -> None:
    worth = Terms((0, 1), (5.0, 0.5))
    priced = KEPT.model_copy(update={"price_per_change": 0.5}).priced(worth, POOL)
    for point in [(1, 1, 0, 0), (0, 1, 0, 1), (1, 0, 1, 0)]:
        assert priced.value(point) == worth.value(point) - 0.5 * KEPT.changes(POOL).value(point)
    assert KEPT.priced(worth, POOL) is worth


def test_without_a_budget_there_is_no_row_for_it() -> None:
    free = Commitments(run_id="r-1", selected=("B",), price_per_change=2.0)
    assert list(free.linear_rows(POOL)) == []
    assert free.source_rows == ()
    assert free.in_words() == "commitments to run r-1: 2 off for each change"
    assert KEPT.in_words() == "commitments to run r-1: 2 locked in, at most 3 changes"
