"""The generated problems without a plan: infeasible as they say, and for the rows that they say."""

import numpy as np
import pytest
from scipy.optimize import linprog

from benchmarks.instances.infeasible import INTEGER_INFEASIBLE, LP_INFEASIBLE
from benchmarks.instances.snapshots import to_snapshot
from optcenter_pipeline.engine.question import Question, build_question
from optcenter_pipeline.explain.conflict import find_conflict

ALL = {**LP_INFEASIBLE, **INTEGER_INFEASIBLE}
FAMILIES = {
    "rival_targets": {"scenario_capacity": 1, "target_floor": 2},
    "region_beyond_caps": {"capacity_floor": 1, "capacity_cap": 4},
    "crowded_floors": {"scenario_capacity": 1, "capacity_floor": 15},
    "long_chain": {"capacity_cap": 1, "mandatory": 1, "require_prereq": 19},
    "ring_of_pairs": {"capacity_floor": 1, "exclude_pair": 5},
    "coarse_tokens": {"capacity_floor": 1, "capacity_cap": 2},
    "shared_bases": {"capacity_cap": 1, "capacity_floor": 1, "require_prereq": 4},
}
"""Of the smallest conflict, how many rows there are of each family."""


def asked(name: str, size: int) -> Question:
    return build_question(to_snapshot(ALL[name](size, 1), mip_gap=0.0))


def has_fractional_solution(question: Question) -> bool:
    rows = question.model.row_matrix
    above, below = np.isfinite(rows.upper), np.isfinite(rows.lower)
    matrix = rows.matrix.tocsr()
    signed = np.concatenate([matrix[above].toarray(), -matrix[below].toarray()])
    limits = np.concatenate([rows.upper[above], -rows.lower[below]])
    return bool(linprog(np.zeros(matrix.shape[1]), A_ub=signed, b_ub=limits, bounds=(0, 1)).status == 0)


@pytest.mark.parametrize("name", ALL)
def test_parts_of_candidates_keep_all_rows_only_where_it_says_so(name: str) -> None:
    assert has_fractional_solution(asked(name, 400)) == (name in INTEGER_INFEASIBLE)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_rows_that_clash_are_named(name: str) -> None:
    question = asked(name, 1000)
    conflict = find_conflict(question, left=lambda: None, cancel=lambda: False)
    assert conflict is not None
    assert conflict.minimal
    family = {source: row.family for row in question.model.rows for source in row.source_rows}
    told = [family[source] for source in conflict.source_rows]
    assert {name: told.count(name) for name in told} == FAMILIES[name]


def test_a_conflict_of_many_rows_is_told_whole() -> None:
    conflict = find_conflict(asked("unreachable_target", 200), left=lambda: None, cancel=lambda: False)
    assert conflict is not None
    assert conflict.minimal
    assert any("buyers of the whole portfolio must reach" in rule.text for rule in conflict.rules)
