"""The cost of stability is what the two plans differ by, each found by enumeration too."""

from hypothesis import HealthCheck, assume, given, seed, settings

from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.snapshot import Scope, Snapshot
from optcenter_pipeline.explain.explanation import explain
from optcenter_pipeline.explain.stability import cost_of_stability
from optcenter_pipeline_tests.engine.test_brute_force import funded, near
from optcenter_pipeline_tests.engine.test_commitments import RUN, asked
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.commitments import committed_snapshots
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot


def told(question: Snapshot) -> str:
    cost = cost_of_stability(question, solve(question))
    assert cost is not None
    return cost.message


def test_the_cost_is_the_difference_of_two_plans_each_the_best_of_all() -> None:
    @seed(11)
    @settings(max_examples=cases(40), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(question=committed_snapshots())
    def put(question: Snapshot) -> None:
        best = brute_force.solve(question)
        scope = Scope(scope_type="selected", initiative_keys=tuple(best.pool))
        bests = [best, brute_force.solve(question.model_copy(update={"commitments": None, "scope": scope}))]
        assume(all(best.decided for best in bests))
        result = solve(question)
        cost = cost_of_stability(question, result)
        assert cost is not None
        assume(cost.certainty == "exact")
        if any(best.status != "optimal" for best in bests):
            assert cost.cost is None
            return
        assert cost.cost == near((cost.free_value or 0.0) - (cost.value or 0.0))
        portfolio = (funded(result) | set(cost.moves_in)) - set(cost.moves_out)
        assert portfolio in bests[1].portfolios
        assert result.stability is not None
        assert cost.changes == result.stability.changes
        assert question.commitments is not None
        if len(bests[1].stages) == 1 and not question.commitments.price_per_change:
            assert cost.cost == near(bests[1].stages[0].value - bests[0].stages[0].value)
            assert cost.cost is not None
            assert cost.cost >= -1e-6

    put()


def test_without_the_commitment_the_pool_is_the_same() -> None:
    scope = {"scope_type": "selected", "initiative_keys": ["D"]}
    question = asked({"locked_in": ["C"]}, scope=scope, exclude_initiatives=[{"initiative_key": "D"}])
    assert told(question) == f"keeping to run {RUN} costs nothing: 8 gmv either way"


def test_the_cost_is_told_in_the_units_of_the_kpi() -> None:
    assert told(asked({"max_changes": 2})) == (
        f"keeping to run {RUN} costs 1 gmv: without that the plan brings 19 instead of 18 (in: B; out: C)"
    )
    assert told(asked({"price_per_change": 1.6})) == (
        f"keeping to run {RUN} costs 4 gmv: without that the plan brings 19 instead of 15 (in: A, B; out: C, D)"
    )
    assert told(asked({"max_changes": 4})) == f"keeping to run {RUN} costs nothing: 19 gmv either way"


def test_where_commitments_allow_no_plan_that_is_told() -> None:
    question = asked({"locked_in": ["A", "B", "C"]})
    cost = cost_of_stability(question, solve(question))
    assert cost is not None
    assert (cost.value, cost.free_value, cost.cost) == (None, 19, None)
    assert cost.message == f"keeping to run {RUN} allows no plan; without that one brings 19 gmv"
    neither = asked({"locked_in": ["A"]}, capacity_floors=[{"min_tokens": 11}])
    assert told(neither).endswith("there is none without it either")


def test_a_cost_below_0_is_what_goals_get_instead() -> None:
    goal = {"kpi_key": "nps", "floor_or_goal": "goal", "target_value": 4}
    rows = [candidate("A", 5, {"gmv": 100}), candidate("B", 5, {"gmv": 97, "nps": 4})]
    base = snapshot(rows, capacity=5, metrics={"gmv": "north_star", "nps": "supporting"}, targets=[goal])
    question = Snapshot.model_validate(
        {**base.model_dump(), "commitments": {"run_id": "r-1", "selected": ["A"], "locked_in": ["A"]}}
    )
    cost = cost_of_stability(question, solve(question))
    assert cost is not None
    assert cost.cost == -3
    assert cost.message == (
        "keeping to run r-1 costs no gmv: without that the plan brings 97 instead of 100 (in: B; out: A), and then "
        "meets goals or later KPIs better"
    )


def test_a_run_without_commitments_has_no_such_cost() -> None:
    question = asked({}).model_copy(update={"commitments": None})
    assert cost_of_stability(question, solve(question)) is None


def test_a_search_that_is_stopped_says_so() -> None:
    question = asked({"max_changes": 2})
    cost = cost_of_stability(question, solve(question), cancel=lambda: True)
    assert cost is not None
    assert (cost.certainty, cost.cost) == ("found", None)
    again = "was not found out in time; run it again with a longer time limit, or without one"
    assert cost.message == f"what keeping to run {RUN} costs {again}"


def test_whether_there_is_a_plan_without_it_is_told_only_where_it_is_known() -> None:
    question = asked({"locked_in": ["A", "B", "C"]})
    cost = cost_of_stability(question, solve(question), cancel=lambda: True)
    assert cost is not None
    assert cost.message == (
        f"whether keeping to run {RUN} is what keeps a plan from being found was not found out in time; run it "
        "again with a longer time limit, or without one"
    )


def test_an_explanation_tells_what_the_commitments_cost() -> None:
    document = explain(asked({"max_changes": 2, "price_per_change": 0.1}))
    assert document.stability is not None
    assert document.stability.cost == 1
    assert document.stability.message in document.messages
    assert f"each change against run {RUN} has its price of 0.1 taken off here" in document.messages
    assert document.objective_name == "gmv net of changes"
    net = [told.reason for told in document.candidates if told.objective_change]
    assert net
    assert all("gmv net of changes" in reason for reason in net)
    infeasible = explain(asked({"locked_in": ["A", "B", "C"]}))
    assert f"keeping to run {RUN} allows no plan; without that one brings 19 gmv" in infeasible.messages
    assert explain(asked({}).model_copy(update={"commitments": None})).stability is None
