"""Contradictions that show without a search: which rows, whether the set is minimal, and in what words."""

import pytest

from optcenter_pipeline.engine import Snapshot, solve
from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.result import Conflict
from optcenter_pipeline.explain.conflict import find_conflict
from optcenter_pipeline_tests.support.contradictions import CASES, asked, row
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot


def located(plan: Snapshot) -> Conflict:
    conflict = find_conflict(build_question(plan), left=lambda: None, cancel=lambda: False)
    assert conflict is not None
    return conflict


@pytest.mark.parametrize("name", CASES)
def test_a_contradiction_is_located(name: str) -> None:
    rules, expected = CASES[name]
    conflict = located(asked(**rules))
    assert (set(conflict.source_rows), conflict.minimal) == (expected, True)
    assert {rule.source_row for rule in conflict.rules} == expected
    assert all(rule.text for rule in conflict.rules)
    assert conflict.repairs == ()


@pytest.mark.parametrize("name", CASES)
def test_dropping_any_one_row_resolves_it(name: str) -> None:
    """Minimal means it: of the conflict's rows alone, any but one can be kept together."""
    rules, expected = CASES[name]
    for dropped in sorted(source for source in expected if source.startswith("Constraints!")):
        kept = {
            family: [entry for entry in entries if set(entry["source_rows"]) <= expected - {dropped}]
            for family, entries in rules.items()
            if isinstance(entries, list)
        }
        capacity = rules.get("capacity", 12) if "Scenario_Config!2" in expected else 1000
        assert solve(asked(**kept, capacity=capacity)).status == "optimal"


def test_rules_without_rows_are_named_by_their_place() -> None:
    rows = [candidate("A", 5), candidate("B", 5, lifecycle_status="done")]
    rules = [{"initiative_key": "A"}, {"initiative_key": "B"}]
    conflict = located(snapshot(rows, mandatory=rules, scenario={"source_row": None}))
    assert set(conflict.source_rows) == {"constraint_set.mandatory[1]", "candidates[1]"}
    conflict = located(snapshot(rows[:1], capacity=4, mandatory=rules[:1], scenario={"source_row": None}))
    assert set(conflict.source_rows) == {"constraint_set.mandatory[0]", "scenario"}


def test_rows_that_name_a_source_twice_are_dropped_together() -> None:
    """A candidate's own row that makes it mandatory and ineligible contradicts itself."""
    rows = [candidate("A", 1, lifecycle_status="done", source_row="Candidates!2")]
    conflict = located(snapshot(rows, mandatory=[{"initiative_key": "A", "source_rows": ["Candidates!2"]}]))
    assert (conflict.source_rows, conflict.minimal) == (("Candidates!2",), True)
    assert len(conflict.rules) == 2


def test_a_long_contradiction_is_thinned_too() -> None:
    rows = [candidate(f"I{i:03d}", 1 + (i == 399) * 500) for i in range(400)]
    mandatory = [row(i, initiative_key=f"I{i:03d}") for i in range(400)]
    short = located(snapshot(rows, capacity=450, mandatory=mandatory))
    assert (set(short.source_rows), short.minimal) == ({"Constraints!399", "Scenario_Config!2"}, True)
    long = located(snapshot(rows[:300], capacity=199.5, mandatory=mandatory[:300]))
    assert (len(long.source_rows), long.minimal) == (201, True)
