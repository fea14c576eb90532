"""Conflicts of generated plans and of random snapshots, against enumeration of every portfolio."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, seed, settings
from scipy.optimize import linprog

from optcenter_pipeline.engine.question import Question, build_question
from optcenter_pipeline.engine.result import Conflict
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.conflict import find_conflict
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.infeasible_plans import InfeasiblePlan, infeasible_plans
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.snapshots import snapshots

PLANS = list(infeasible_plans())


def conflict_of(question: Question) -> Conflict:
    found = find_conflict(question, left=lambda: None, cancel=lambda: False)
    assert found is not None
    return found


def has_fractional_solution(question: Question) -> bool:
    """Whether parts of candidates keep all rows, by another solver's interface and no reduction of ours."""
    rows = question.model.row_matrix
    matrix = rows.matrix.toarray()
    above, below = np.isfinite(rows.upper), np.isfinite(rows.lower)
    bounds = [(0, 1)] * (matrix.shape[1] - len(question.model.goals)) + [(0, None)] * len(question.model.goals)
    answer = linprog(
        np.zeros(matrix.shape[1]),
        A_ub=np.vstack([matrix[above], -matrix[below]]),
        b_ub=np.concatenate([rows.upper[above], -rows.lower[below]]),
        bounds=bounds,
    )
    assert answer.status in (0, 2)
    return bool(answer.status == 0)


def is_right(conflict: Conflict, snapshot: Snapshot) -> None:
    """Its rows cannot be kept together; without any one of them the rest can."""
    rows = set(conflict.source_rows)
    assert len(rows) == len(conflict.source_rows) > 0
    assert not brute_force.satisfiable(snapshot, rows)
    assert {row for row in rows if not brute_force.satisfiable(snapshot, rows - {row})} == set()
    assert conflict.minimal
    assert {rule.source_row for rule in conflict.rules} == rows
    assert all(rule.text for rule in conflict.rules)


def test_there_are_many_plans_and_many_that_only_whole_candidates_rule_out() -> None:
    assert len(PLANS) >= 60
    assert sum(plan.only_whole for plan in PLANS) >= 25


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_a_plan_is_infeasible_as_it_says(plan: InfeasiblePlan) -> None:
    assert brute_force.feasible(plan.snapshot) == frozenset()
    assert has_fractional_solution(build_question(plan.snapshot)) == plan.only_whole


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_the_conflict_of_a_plan(plan: InfeasiblePlan) -> None:
    is_right(conflict_of(build_question(plan.snapshot)), plan.snapshot)


@pytest.mark.parametrize("plan", [p for p in PLANS if p.only_whole and p.name.endswith(("-0", "-1"))], ids=str)
def test_where_branching_comes_to_no_end_the_conflict_is_found_by_halves(
    plan: InfeasiblePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optcenter_pipeline.explain.conflict.probes._RELAXATIONS", (0, 0))
    monkeypatch.setattr("optcenter_pipeline.explain.conflict.finding._MANY", 2)
    is_right(conflict_of(build_question(plan.snapshot)), plan.snapshot)


@pytest.mark.parametrize("plan", [p for p in PLANS if not p.only_whole], ids=str)
def test_what_the_relaxation_refutes_is_weighed_and_found_by_narrow_searches_too(
    plan: InfeasiblePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optcenter_pipeline.explain.conflict.finding._MANY", 1)
    monkeypatch.setattr("optcenter_pipeline.explain.conflict.edge._NEAR", (1, 3, 2_000))
    is_right(conflict_of(build_question(plan.snapshot)), plan.snapshot)


@pytest.mark.parametrize("share", range(3))
def test_conflicts_of_random_snapshots(share: int) -> None:
    met = []

    @seed(700 + share)
    @settings(max_examples=cases(80), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(snapshot=snapshots(spoilt_percent=0, tight_percent=60))
    def put(snapshot: Snapshot) -> None:
        try:
            infeasible = not brute_force.feasible(snapshot)
        except brute_force.InvalidSnapshotError:
            infeasible = False
        assume(infeasible)
        met.append(1)
        is_right(conflict_of(build_question(snapshot)), snapshot)

    put()
    assert len(met) >= 50
