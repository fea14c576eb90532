"""Limits, cancelling, and answers of the solver that are not to be believed."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.search import Search, SearchLimits
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.switched_rows import SwitchedRows
from optcenter_pipeline.explain.conflict import NoConflictError, find_conflict
from optcenter_pipeline.explain.conflict.probes import Probes
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.infeasible_plans import infeasible_plans
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

Json = dict[str, Any]


def unlimited() -> float | None:
    return None


def never() -> bool:
    return False


def exact_sums() -> Snapshot:
    """Three KPIs must come to exact sums, which ages of search would not refute."""
    random = Random(1)
    kpis = ("gmv", "nps", "margin")
    rows = [
        candidate(f"I{i:02d}", 1, {kpi: float(random.randrange(10**4, 10**5)) for kpi in kpis}) for i in range(45)
    ]
    targets: list[Json] = []
    for kpi in kpis:
        total = sum(row["contributions"][kpi] for row in rows) // 2
        for sign, name in ((1, kpi), (-1, f"less {kpi}")):
            targets.append(
                {
                    "kpi_key": name,
                    "floor_or_goal": "floor",
                    "target_value": sign * total,
                    "source_rows": [f"Targets!{len(targets) + 2}"],
                }
            )
        for row in rows:
            row["contributions"][f"less {kpi}"] = -row["contributions"][kpi]
    metrics = {name: "supporting" for kpi in kpis for name in (kpi, f"less {kpi}")} | {"gmv": "north_star"}
    return snapshot(rows, metrics=metrics, targets=targets)


def mandatory_ones(count: int) -> Snapshot:
    rows = [candidate(f"I{i:03d}", 2) for i in range(count)]
    mandatory = [{"initiative_key": row["initiative_key"], "source_rows": [f"Constraints!{i}"]}
                 for i, row in enumerate(rows, start=2)]  # fmt: skip
    return snapshot(rows, capacity=2.0 * count - 5, mandatory=mandatory)


def test_what_takes_too_long_to_refute_is_not_called_minimal() -> None:
    conflict = find_conflict(build_question(exact_sums()), left=unlimited, cancel=never)
    assert conflict is not None
    assert not conflict.minimal
    assert set(conflict.source_rows) >= {f"Targets!{number}" for number in range(2, 8)}


def test_the_same_question_gives_the_same_conflict() -> None:
    plans = [plan.snapshot for plan in infeasible_plans(variants=1)]
    first, second = (
        [find_conflict(build_question(plan), left=unlimited, cancel=never) for plan in plans] for _ in range(2)
    )
    assert first == second


def test_nothing_is_told_where_time_was_over_before_anything_was_proven() -> None:
    question = build_question(exact_sums())
    assert find_conflict(question, left=lambda: 0.0, cancel=never) is None
    assert find_conflict(question, left=unlimited, cancel=lambda: True) is None


@pytest.mark.parametrize("asked_until", [5, 12, 40])
def test_cancelled_on_the_way_it_is_what_is_known_by_then(asked_until: int) -> None:
    question = build_question(mandatory_ones(40))
    asks: Iterator[int] = iter(range(10**9))
    conflict = find_conflict(question, left=unlimited, cancel=lambda: next(asks) > asked_until)
    assert next(asks) < asked_until + 30
    assert conflict is None or not conflict.minimal


def test_a_long_conflict_has_every_row_that_it_takes() -> None:
    conflict = find_conflict(build_question(mandatory_ones(120)), left=unlimited, cancel=never)
    assert conflict is not None
    assert (len(conflict.source_rows), conflict.minimal) == (119, True)


def test_a_portfolio_where_there_should_be_none_is_an_error() -> None:
    rows = [candidate("A", 3, {"gmv": 1})]
    with pytest.raises(NoConflictError, match="a portfolio keeps all of its rules"):
        find_conflict(build_question(snapshot(rows)), left=unlimited, cancel=never)


@pytest.mark.parametrize("name", ["shared_prerequisite-0", "whole_bonus-0", "bundle_too_large-1"])
def test_what_does_not_stand_a_second_look_is_not_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that calls each choice of rows infeasible when first searched, with presolve or without."""
    honest = SwitchedRows.find
    seen = set[tuple[int, bytes]]()
    kept: list[SwitchedRows] = []  # so that no two have the same id

    def lying(self: SwitchedRows, limits: SearchLimits) -> Search:
        search = honest(self, limits)
        choice = (id(self), self._in_force.tobytes())
        if search.values is None or choice in seen:
            return search
        kept.append(self)
        seen.add(choice)
        return Search(None, search.bound, True, True, search.nodes)

    (plan,) = (plan for plan in infeasible_plans(variants=2) if plan.name == name)
    monkeypatch.setattr(SwitchedRows, "find", lying)
    told = find_conflict(build_question(plan.snapshot), left=unlimited, cancel=never)
    assert seen
    assert told is None or not brute_force.satisfiable(plan.snapshot, set(told.source_rows))


def test_without_a_second_look_a_conflict_is_not_called_minimal(monkeypatch: pytest.MonkeyPatch) -> None:
    question = build_question(mandatory_ones(20))
    monkeypatch.setattr(Probes, "confirm", lambda *_: None)
    conflict = find_conflict(question, left=unlimited, cancel=never)
    assert conflict is not None
    assert not conflict.minimal


def test_what_presolve_says_wrongly_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver whose presolve calls all but the smallest questions infeasible misleads nobody."""
    honest = SwitchedRows.find
    lied = []

    def lying(self: SwitchedRows, limits: SearchLimits) -> Search:
        search = honest(self, limits)
        if self.presolves and search.values is not None:
            lied.append(1)
            return Search(None, search.bound, True, True, search.nodes)
        return search

    plans = {plan.name: plan for plan in infeasible_plans(variants=2)}
    for name in ("shared_prerequisite-0", "ring_of_pairs-1", "whole_bonus-0", "bundle_too_large-1"):
        question = build_question(plans[name].snapshot)
        truth = find_conflict(question, left=unlimited, cancel=never)
        monkeypatch.setattr(SwitchedRows, "find", lying)
        told = find_conflict(question, left=unlimited, cancel=never)
        monkeypatch.setattr(SwitchedRows, "find", honest)
        assert truth is not None
        assert told is not None
        assert set(told.source_rows) == set(truth.source_rows)
        assert told.minimal
    assert lied
