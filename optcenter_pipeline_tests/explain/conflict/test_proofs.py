"""Proofs that rows contradict each other: by the relaxation's dual ray, with few rows, and by branching."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, seed, settings

from optcenter_pipeline.engine.question import Question, build_question
from optcenter_pipeline.engine.refutation import Refutation
from optcenter_pipeline.engine.search import SearchLimits
from optcenter_pipeline.engine.snapshot import Snapshot, SolverOptions
from optcenter_pipeline.engine.switched_rows import SwitchedRows
from optcenter_pipeline.explain.conflict.branching import Branching
from optcenter_pipeline.explain.conflict.effort import Effort
from optcenter_pipeline.explain.conflict.probes import Probes
from optcenter_pipeline.explain.conflict.rule_rows import RuleRows
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.infeasible_plans import InfeasiblePlan, infeasible_plans
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot, snapshots

LIMITS = SearchLimits(0.0)


def effort() -> Effort:
    return Effort(lambda: None, lambda: False)


def hard_rows(question: Question) -> list[int]:
    """All rows but those of goals."""
    rules = RuleRows(question.model)
    return rules.numbers(rules.by_source)


def sources(question: Question, numbers: frozenset[int]) -> set[str]:
    return {source for number in numbers for source in question.model.rows[number].source_rows}


def solver_of(question: Question) -> SwitchedRows:
    ties = [n for n, row in enumerate(question.model.rows) if row.family == "synergy_bonus"]
    return SwitchedRows(question.model, sorted({*hard_rows(question), *ties}), SolverOptions())


@pytest.mark.parametrize("share", range(2))
def test_a_ray_names_rows_that_nothing_keeps_and_fewer_do_as_well(share: int) -> None:
    met = []

    @seed(40 + share)
    @settings(max_examples=cases(60), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(plan=snapshots(spoilt_percent=0, tight_percent=60))
    def put(plan: Snapshot) -> None:
        assume(plan.candidates)
        try:
            assume(not brute_force.feasible(plan))
        except brute_force.InvalidSnapshotError:
            assume(False)
        question = build_question(plan)
        solver = solver_of(question)
        proof = solver.relaxed(LIMITS) if solver.width else None
        assume(isinstance(proof, Refutation))
        assert isinstance(proof, Refutation)
        fewer = solver.rows_of(solver.sparser(proof))
        assert fewer <= solver.rows_of(proof)
        assert not brute_force.satisfiable(plan, sources(question, fewer))
        met.append(len(fewer))

    put()
    assert len(met) >= 20


@pytest.mark.parametrize("plan", [p for p in infeasible_plans() if p.only_whole], ids=str)
def test_branching_ends_with_rows_that_no_portfolio_keeps(plan: InfeasiblePlan) -> None:
    question = build_question(plan.snapshot)
    branching = Branching(solver_of(question), effort(), most=500)
    rows = branching.rows()
    assert rows is not None
    assert not brute_force.satisfiable(plan.snapshot, sources(question, rows))


def thirteen_in_a_ring() -> Question:
    """Unequal tokens, so that no single row tells; whoever is out of the ring has nothing to do with it."""
    tokens = (30, 31, 33, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73)
    rows = [candidate(f"A{n:02d}", t, attributes={"country": "UK"}) for n, t in enumerate(tokens)]
    rows += [candidate(f"B{n:02d}", 5 + n, attributes={"country": "DE"}) for n in range(30)]
    pairs = [
        {"members": [f"A{n:02d}", f"A{(n + 1) % 13:02d}"], "source_rows": [f"Constraints!{n + 10}"]}
        for n in range(13)
    ]
    floors = [
        {
            "dimension": "country",
            "dimension_key": "UK",
            "min_tokens": 322,
            "source_rows": ["Constraints!2"],
        },
        {"dimension": "country", "dimension_key": "DE", "min_tokens": 222, "source_rows": ["Constraints!3"]},
    ]
    caps = [{"dimension": "country", "dimension_key": "DE", "max_tokens": 222, "source_rows": ["Constraints!4"]}]
    return build_question(
        snapshot(rows, capacity=5000, exclude_pairs=pairs, capacity_floors=floors, capacity_caps=caps)
    )


def test_branching_passes_by_what_has_nothing_to_do_with_it() -> None:
    question = thirteen_in_a_ring()
    solver = solver_of(question)
    assert isinstance(solver.relaxed(LIMITS), np.ndarray)
    rows = Branching(solver, effort(), most=2000).rows()
    assert rows is not None
    assert {"Constraints!3", "Constraints!4"}.isdisjoint(sources(question, rows))


def test_branching_leaves_the_solver_as_it_was_and_gives_up_in_time() -> None:
    question = thirteen_in_a_ring()
    solver = solver_of(question)
    branching = Branching(solver, effort(), most=2)
    assert branching.rows() is None
    assert branching.solved == 2
    solver.switch(np.zeros(len(solver.numbers), dtype=bool))
    assert not solver.search(LIMITS).infeasible


def test_rows_are_put_in_force_and_out_of_it_in_place() -> None:
    rows = [candidate("A", 4), candidate("B", 5)]
    question = build_question(snapshot(rows, capacity=8, mandatory=[{"initiative_key": key} for key in "AB"]))
    numbers = hard_rows(question)
    probes = Probes(RuleRows(question.model), numbers, effort(), 1)
    for _ in range(3):
        assert probes.contradict(numbers) == frozenset(numbers)
        for dropped in numbers:
            assert probes.contradict([number for number in numbers if number != dropped]) is False
        assert probes.contradict([]) is False
