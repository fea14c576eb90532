"""Rules that contradict each other by plain arithmetic: proven without a search of the run."""

from random import Random

import pytest

from optcenter_pipeline.engine import Snapshot, solve
from optcenter_pipeline.engine.infeasibility import QuickProof, contradictions
from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.contradictions import CASES, asked, row
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot


@pytest.mark.parametrize("name", CASES)
def test_a_contradiction_is_seen_and_proven(name: str) -> None:
    rules, expected = CASES[name]
    plan = asked(**rules)
    model = build_question(plan).model
    assert QuickProof(model).found
    seen = [
        {source for number in seed for source in model.rows[number].source_rows} for seed in contradictions(model)
    ]
    assert any(expected <= sources for sources in seen)
    assert not any(brute_force.satisfiable(plan, sources) for sources in seen)
    assert solve(plan).status == "infeasible"


def test_what_can_be_kept_is_not_called_a_contradiction() -> None:
    plan = asked(capacity_floors=[row(2, dimension="country", dimension_key="UK", min_tokens=5)])
    assert not QuickProof(build_question(plan).model).found


def test_what_takes_many_rules_together_is_left_to_a_search() -> None:
    rows = [candidate(key, 5, {"gmv": 1}) for key in "ABC"]
    pairs = [{"members": pair} for pair in (["A", "B"], ["B", "C"], ["A", "C"])]
    plan = snapshot(rows, exclude_pairs=pairs, capacity_floors=[{"min_tokens": 6}])
    assert not QuickProof(build_question(plan).model).found
    result = solve(plan)
    assert (result.status, result.conflict, result.alerts) == ("infeasible", None, ())


def subset_sum(seconds: float | None) -> Snapshot:
    """An exact sum of tokens is asked for, which takes ages to refute alone; a cap lies far below it."""
    random = Random(1)
    rows = [candidate(f"I{i:02d}", 2 * random.randrange(10**6, 10**7), {"gmv": 1}) for i in range(45)]
    wanted = sum(row["engineering_tokens"] for row in rows) // 2 | 1
    question = snapshot(
        rows,
        capacity=10**9,
        capacity_floors=[row(2, min_tokens=wanted)],
        capacity_caps=[row(2, max_tokens=wanted), row(3, max_tokens=1000)],
    )
    return question.model_copy(update={"solver": SolverOptions(time_limit_seconds=seconds)})


@pytest.mark.parametrize("seconds", [1e-9, 3.0, None])
def test_a_proof_needs_no_time_that_is_left(seconds: float | None) -> None:
    assert solve(subset_sum(seconds)).status == "infeasible"


def test_somebody_who_cancels_is_heard() -> None:
    asks = iter(range(10**9))
    assert solve(subset_sum(None), cancel=lambda: next(asks) > 3).status in ("cancelled", "infeasible")
    assert next(asks) < 30
