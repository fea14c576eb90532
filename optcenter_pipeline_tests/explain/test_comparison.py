"""Two runs side by side."""

import copy
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.what_if import with_overrides
from optcenter_pipeline.explain.comparison import ComparedRun, compare
from optcenter_pipeline.explain.comparison_differences import Group
from optcenter_pipeline.explain.comparison_inputs import input_differences
from optcenter_pipeline.explain.comparison_steps import mixed
from optcenter_pipeline.explain.documents import Comparison
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.snapshots import Json, candidate, reordered, snapshot, snapshots


def random(examples: int) -> settings:
    return settings(max_examples=cases(examples), suppress_health_check=list(HealthCheck))


CANDIDATES = [
    candidate("A", 4, {"gmv": 8}, source_row="Candidates!2", attributes={"country": "UK"}),
    candidate("B", 5, {"gmv": 7}, source_row="Candidates!3", attributes={"country": "UK"}),
    candidate("C", 3, {"gmv": 4}, source_row="Candidates!4", attributes={"country": "DE"}),
    candidate("D", 6, {"gmv": 5}, source_row="Candidates!5", attributes={"country": "DE"}),
]


def plan(candidates: list[Json] | None = None, **more: Any) -> Snapshot:
    return snapshot(copy.deepcopy(candidates or CANDIDATES), **{"capacity": 9, **more})


def changed(original: Snapshot, key: str, **more: Any) -> Snapshot:
    """The plan with one candidate's fields changed."""
    found = tuple(c.model_copy(update=more) if c.initiative_key == key else c for c in original.candidates)
    return original.model_copy(update={"candidates": found})


def run(question: Snapshot, run_id: str = "a") -> ComparedRun:
    return ComparedRun(run_id, question, solve(question))


def comparison(before: Snapshot, after: Snapshot) -> Comparison:
    return compare(run(before), run(after, "b"))


def never() -> bool:
    raise AssertionError("something was solved again")


def moved_rows(original: Snapshot, by: int) -> Snapshot:
    """The same rows further down in their tabs."""

    def down(row: str) -> str:
        tab, _, number = row.partition("!")
        return f"{tab}!{int(number) + by}"

    document = original.model_dump(mode="json")
    for rows in document["constraint_set"].values():
        for rule in rows if isinstance(rows, list) else ():
            rule["source_rows"] = [down(row) for row in rule["source_rows"]]
    for row in [document["scenario"], *document["candidates"]]:
        row["source_row"] = down(row["source_row"]) if row["source_row"] else None
    return Snapshot.model_validate(document)


def adds_up(found: Comparison, before: Result, after: Result) -> None:
    """The explained changes are the whole difference."""
    tokens = sum(step.tokens_change or 0.0 for step in found.explained)
    assert before.capacity is not None
    assert after.capacity is not None
    assert tokens == pytest.approx(after.capacity.used - before.capacity.used, abs=1e-6)
    funded = [{chosen.initiative_key for chosen in result.selected} for result in (before, after)]
    stands = set(funded[0])
    for step in found.explained:
        assert not stands & set(step.moves_in)
        assert stands >= set(step.moves_out)
        stands = (stands | set(step.moves_in)) - set(step.moves_out)
    assert stands == funded[1]
    names = [
        next(s.name for s in result.objective.stages if s.kind in ("kpi", "weighted")) for result in (before, after)
    ]
    if names[0].strip().casefold() == names[1].strip().casefold():
        objective = sum(step.objective_change or 0.0 for step in found.explained)
        difference = (after.objective.value or 0.0) - (before.objective.value or 0.0)
        if all(step.objective_change is not None for step in found.explained if step.tokens_change is not None):
            assert objective == pytest.approx(difference, rel=1e-6, abs=1e-6)


@seed(1)
@random(30)
@given(question=snapshots())
def test_a_run_and_itself_differ_in_nothing_and_nothing_is_solved_again(question: Snapshot) -> None:
    result = solve(question)
    found = compare(ComparedRun("a", question, result), ComparedRun("b", question, result), cancel=never)
    assert found.is_empty
    assert found.explained == ()


@seed(2)
@random(30)
@given(question=snapshots(), dice=st.randoms(use_true_random=False), by=st.integers(1, 40))
def test_rows_that_only_moved_are_no_change(question: Snapshot, dice: Random, by: int) -> None:
    other = moved_rows(reordered(question, dice.shuffle), by)
    assert input_differences(question, other) == ()
    found = compare(run(question), run(other, "b"), cancel=never)
    assert found.is_empty


@seed(3)
@random(80)
@given(before=snapshots(), after=snapshots())
def test_what_explains_two_runs_adds_up_to_their_whole_difference(before: Snapshot, after: Snapshot) -> None:
    first, second = solve(before), solve(after)
    found = compare(ComparedRun("a", before, first), ComparedRun("b", after, second))
    if first.has_portfolio and second.has_portfolio:
        adds_up(found, first, second)
        moved = {m.initiative_key: m.change for m in found.initiatives}
        funded = [{chosen.initiative_key for chosen in result.selected} for result in (first, second)]
        assert moved == dict.fromkeys(funded[1] - funded[0], "in") | dict.fromkeys(funded[0] - funded[1], "out")
        assert all(m.reason for m in found.initiatives)
    else:
        assert found.initiatives == ()


@seed(4)
@random(80)
@given(before=snapshots(), after=snapshots(), dice=st.randoms(use_true_random=False))
def test_groups_that_are_made_differ_no_more_and_the_others_still_do(
    before: Snapshot, after: Snapshot, dice: Random
) -> None:
    groups = [group for group in Group if group is not Group.SEARCH]
    made = set(dice.sample(groups, dice.randint(0, len(groups))))
    left = {
        d.group
        for d in input_differences(mixed(before, after, made), after)
        if "Metrics_Config" not in d.source_rows
    }
    there = {d.group for d in input_differences(before, after) if "Metrics_Config" not in d.source_rows}
    assert not left & made
    # who left the pool has no numbers that could differ
    assert left | {Group.NUMBERS, Group.CONTRIBUTIONS} >= there - made


def test_one_group_of_changes_needs_no_search() -> None:
    found = compare(run(plan()), run(plan(capacity=12), "b"), cancel=never)
    (change,) = found.inputs
    assert (change.kind, change.what, change.before, change.after, change.source_row) == (
        "changed",
        "capacity_total_tokens",
        "9",
        "12",
        "Scenario_Config!2",
    )
    (step,) = found.explained
    assert (step.cause, step.objective_change, step.tokens_change, step.certainty) == (
        "capacity and scenario",
        4,
        3,
        "exact",
    )
    (moved,) = found.initiatives
    assert (moved.initiative_key, moved.change) == ("C", "in")
    assert moved.reason == "comes in with the changes of capacity and scenario"
    assert moved.source_rows == ("Scenario_Config!2",)
    assert {(f.name, f.before, f.after, f.change) for f in found.figures} == {
        ("objective", 15, 19, 4),
        ("bound", 15, 19, 4),
        ("tokens", 9, 12, 3),
        ("initiatives funded", 2, 3, 1),
        ("gmv", 15, 19, 4),
    }


def test_each_step_is_what_a_run_on_those_inputs_would_answer() -> None:
    before = plan(capacity_caps=[{"max_tokens": 5, "dimension": "country", "dimension_key": "UK"}])
    after = changed(plan(capacity=12), "D", engineering_tokens=2.0)
    after = changed(after, "C", contributions={"gmv": 40.0})
    found = comparison(before, after)
    made: set[Group] = set()
    values = [solve(before).objective.value]
    for group in (Group.SCENARIO, Group.CONSTRAINTS, Group.NUMBERS, Group.CONTRIBUTIONS):
        made.add(group)
        values.append(solve(mixed(before, after, made)).objective.value)
    assert values[-1] == solve(after).objective.value
    steps = [(step.cause, step.objective_change) for step in found.explained]
    causes = ["capacity and scenario", "constraints", "candidates' numbers", "contributions"]
    assert steps == [
        (cause, (now or 0) - (was or 0)) for cause, was, now in zip(causes, values, values[1:], strict=False)
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            {"mandatory": [{"initiative_key": "D", "source_rows": ["Constraints!7"]}]},
            {},
            [("removed", "D is mandatory", None, None, "Constraints!7")],
        ),
        (
            {"capacity_floors": [{"dimension": "country", "dimension_key": "UK", "min_tokens": 1}]},
            {"capacity_floors": [{"dimension": "market", "dimension_key": "uk", "min_tokens": 2}]},
            [
                (
                    "changed",
                    "min_tokens of capacity_floor on market uk",
                    "1",
                    "2",
                    "constraint_set.capacity_floors[0]",
                )
            ],
        ),
        (
            {"capacity_caps": [{"max_tokens": 5}, {"max_tokens": 7, "source_rows": ["Constraints!5"]}]},
            {"capacity_caps": [{"max_tokens": 7}, {"max_tokens": 6, "source_rows": ["Constraints!9"]}]},
            [("changed", "max_tokens of capacity_cap on the whole portfolio", "5", "6", "Constraints!9")],
        ),
        (
            {"targets": [{"kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 5}]},
            {"targets": [{"kpi_key": "GMV", "floor_or_goal": "goal", "target_value": 5, "baseline_value": 1}]},
            [
                ("removed", "floor for gmv of the whole portfolio", "5", None, "constraint_set.targets[0]"),
                (
                    "added",
                    "goal for GMV of the whole portfolio",
                    None,
                    "5, baseline 1",
                    "constraint_set.targets[0]",
                ),
            ],
        ),
        (
            {"bundles": [{"bundle_key": "x", "members": ["A", "B"]}]},
            {"bundles": [{"bundle_key": "y", "members": ["B", "A"]}]},
            [],
        ),
        (
            {"bundles": [{"bundle_key": "x", "members": ["A", "B"]}]},
            {"bundles": [{"bundle_key": "X", "members": ["A", "B", "C"], "source_rows": ["Candidates!2"]}]},
            [("changed", "members of bundle X", "A|B", "A|B|C", "Candidates!2")],
        ),
        (
            {"prerequisites": [{"initiative_key": "A", "requires": ["B"]}]},
            {
                "prerequisites": [
                    {"initiative_key": "A", "requires": ["C"], "source_rows": ["Constraints!3"]},
                    {"initiative_key": "A", "requires": ["B"], "source_rows": ["Constraints!4"]},
                ]
            },
            [("added", "what A needs", None, "C", "Constraints!3")],
        ),
        (
            {"synergy_bonuses": [{"members": ["A", "B"], "kpi_key": "gmv", "value": 1}]},
            {"synergy_bonuses": [{"members": ["B", "A"], "kpi_key": "gmv", "value": -1}]},
            [("changed", "value of synergy of A + B on gmv", "1", "-1", "constraint_set.synergy_bonuses[0]")],
        ),
        (
            {"exclude_pairs": [{"members": ["A", "B"]}]},
            {"exclude_pairs": [{"members": ["B", "A"]}, {"members": ["A", "C"]}]},
            [("added", "A and C exclude each other", None, None, "constraint_set.exclude_pairs[1]")],
        ),
    ],
)
def test_rules_are_matched_by_what_they_speak_of(
    before: Json, after: Json, said: list[tuple[str | None, ...]]
) -> None:
    found = [d.change() for d in input_differences(plan(**before), plan(**after))]
    assert [(c.kind, c.what, c.before, c.after, c.source_row) for c in found] == said


def test_every_field_of_a_candidate_and_the_scenario_is_looked_at() -> None:
    before = plan(metrics={"gmv": "north_star", "nps": "supporting"})
    after = changed(
        plan(
            capacity=10,
            metrics={"gmv": "north_star", "nps": "strategic", "churn": "supporting"},
            scenario={"period_key": "2026", "scenario_name": "Other", "goal_tolerance_pct": 3},
        ),
        "A",
        title="Faster checkout",
        attributes={"Country": "uk", "department": "Growth"},
        contributions={"GMV": 8.0, "nps": 1.0},
        contribution_ranges={"gmv": (7.0, 9.0)},
        lifecycle_status="ready",
    )
    found = [(d.group.name, d.what, d.before, d.after, d.matters) for d in input_differences(before, after)]
    assert found == [
        ("SCENARIO", "scenario_name", "plan", "Other", False),
        ("SCENARIO", "period_key", None, "2026", True),
        ("SCENARIO", "capacity_total_tokens", "9", "10", True),
        ("SCENARIO", "goal_tolerance_pct", "5", "3", True),
        ("SCENARIO", "KPI churn", None, None, True),
        ("SCENARIO", "kpi_level of nps", "supporting", "strategic", True),
        ("NUMBERS", "lifecycle_status of A", None, "ready", True),
        ("NUMBERS", "department of A", None, "Growth", True),
        ("NUMBERS", "title of A", None, "Faster checkout", False),
        ("CONTRIBUTIONS", "low and high of the contribution to gmv of A", None, "7 to 9", False),
        ("CONTRIBUTIONS", "contribution to nps of A", "0", "1", True),
    ]


def test_the_pool_differs_by_candidates_and_by_what_was_selected() -> None:
    chosen = {"scope_type": "selected", "initiative_keys": ["A", "B"]}
    before = plan(scope=chosen)
    after = plan(CANDIDATES[1:], scope={**chosen, "initiative_keys": ["B", "C"]})
    found = comparison(before, after)
    assert [(c.kind, c.what, c.before, c.after, c.source_row) for c in found.inputs] == [
        ("removed", "candidate A", None, None, "Candidates!2"),
        ("changed", "is_selected_for_run of A", "TRUE", "FALSE", "Candidates!2"),
        ("changed", "is_selected_for_run of C", "FALSE", "TRUE", "Candidates!4"),
    ]
    assert [(m.initiative_key, m.change, m.reason) for m in found.initiatives] == [
        ("A", "out", "no longer candidate A (Candidates row 2)"),
        ("C", "in", "is_selected_for_run of C from FALSE to TRUE (Candidates row 4)"),
    ]
    (scope,) = input_differences(before, plan())
    assert (scope.what, scope.before, scope.after) == ("scope_type", "selected", "all")


def test_who_moves_is_told_why_with_rows() -> None:
    excluded = [{"initiative_key": "A", "source_rows": ["Constraints!4"]}]
    found = comparison(plan(), plan(exclude_initiatives=excluded))
    by_key = {m.initiative_key: m for m in found.initiatives}
    assert by_key["A"].reason == "now A is excluded (Constraints row 4)"
    assert by_key["A"].source_rows == ("Constraints!4",)
    assert by_key["C"].reason == "comes in with the changes of constraints, in the place of A"
    back = comparison(plan(exclude_initiatives=excluded), plan())
    assert {m.initiative_key: m.reason for m in back.initiatives} == {
        "A": "no longer A is excluded (Constraints row 4)",
        "C": "goes out with the changes of constraints, displaced by A",
    }
    dearer = comparison(plan(), changed(plan(), "A", engineering_tokens=9.0))
    reasons = {m.initiative_key: m.reason for m in dearer.initiatives}
    assert reasons["A"] == "engineering_tokens of A from 4 to 9 (Candidates row 2)"


def test_a_group_that_makes_no_question_alone_is_one_step_with_the_next() -> None:
    before = plan(mandatory=[{"initiative_key": "D"}])
    after = plan(CANDIDATES[:3], capacity=7)
    found = comparison(before, after)
    assert [step.cause for step in found.explained] == ["capacity and scenario", "pool + constraints"]
    adds_up(found, solve(before), solve(after))


def test_a_step_without_a_plan_changes_nothing_and_the_next_makes_up_for_it() -> None:
    before = plan(mandatory=[{"initiative_key": "A"}, {"initiative_key": "B"}])
    after = plan(capacity=5)
    found = comparison(before, after)
    assert [(step.cause, step.objective_change) for step in found.explained] == [
        ("capacity and scenario (with that alone the run is infeasible)", None),
        ("constraints", -7),
    ]
    adds_up(found, solve(before), solve(after))


@pytest.mark.parametrize("turned", [False, True])
def test_a_run_without_a_plan_is_compared_by_its_inputs_and_status(turned: bool) -> None:
    one, other = plan(), plan(mandatory=[{"initiative_key": key} for key in "ABCD"])
    found = comparison(*((other, one) if turned else (one, other)))
    assert {found.status_a, found.status_b} == {"optimal", "infeasible"}
    assert (len(found.inputs), found.initiatives) == (4, ())
    objective = next(figure for figure in found.figures if figure.name == "objective")
    assert (objective.before is None, objective.after is None, objective.change) == (turned, not turned, None)
    (step,) = found.explained
    assert (step.objective_change, step.tokens_change) == (None, None)
    assert step.cause.startswith("constraints (")


def test_failed_and_invalid_runs_are_compared_by_their_inputs() -> None:
    failed = ComparedRun("b", plan(capacity=12), None)
    found = compare(run(plan()), failed, cancel=never)
    assert (found.status_a, found.status_b, len(found.inputs)) == ("optimal", "failed", 1)
    assert found.messages == ("run b is failed: nothing can be explained from it",)
    assert not found.is_empty
    invalid = plan(targets=[{"kpi_key": "nobody's", "floor_or_goal": "floor", "target_value": 1}])
    found = compare(run(invalid), run(plan(capacity=12), "b"), cancel=never)
    assert (found.status_a, found.explained) == ("invalid", ())
    assert compare(run(invalid), run(invalid, "b"), cancel=never).is_empty


def test_search_options_are_told_apart_and_come_last() -> None:
    one = plan()
    other = one.model_copy(update={"solver": one.solver.model_copy(update={"mip_gap": 0.5})})
    found = comparison(one, other)
    assert found.messages == ("searched otherwise: mip_gap from 0 to 0.5",)
    assert (found.inputs, [step.cause for step in found.explained]) == ((), ["search options"])
    both = other.model_copy(update={"scenario": other.scenario.model_copy(update={"capacity_total_tokens": 12.0})})
    found = comparison(one, both)
    assert [step.cause for step in found.explained] == ["capacity and scenario", "search options"]
    adds_up(found, solve(one), solve(both))


def test_objectives_that_differ_are_not_taken_from_each_other() -> None:
    candidates = [{**c, "contributions": {**c["contributions"], "nps": 1}} for c in CANDIDATES]
    metrics = {"gmv": "north_star", "nps": "strategic"}
    one = plan(candidates, metrics=metrics)
    weights = {"objective_mode": "lexicographic", "objective_weights": ["nps", {"kpi": "gmv", "tolerance_pct": 5}]}
    found = comparison(one, plan(candidates, metrics=metrics, scenario=weights, capacity=12))
    assert "the objectives are gmv and nps: their values cannot be taken from each other" in found.messages
    objective = next(figure for figure in found.figures if figure.name == "objective")
    assert (objective.before, objective.after, objective.change) == (15, 3, None)
    assert found.explained[0].objective_change is None
    assert found.explained[0].tokens_change == 3
    weighed = next(change for change in found.inputs if change.what == "objective_weights_json")
    assert (weighed.before, weighed.after) == (None, "nps, gmv (5 %)")


def test_a_comparison_that_is_cancelled_says_so() -> None:
    after = changed(plan(capacity=12), "D", engineering_tokens=2.0)
    found = compare(run(plan()), run(after, "b"), cancel=lambda: True)
    assert found.explained == ()
    assert "stopped before the differences were explained" in found.messages
    assert found.inputs
    assert found.figures


def test_rows_left_out_of_one_run_are_told() -> None:
    row = {"source_row": "Candidates!9", "message": "engineering_tokens: is blank"}
    left = Snapshot.model_validate({**plan().model_dump(), "rows_left_out": [row]})
    found = comparison(plan(), left)
    assert found.messages == ("left out of run b: Candidates row 9: engineering_tokens: is blank",)
    assert found.is_empty


def test_a_what_if_is_told_as_one() -> None:
    asked = with_overrides(plan(), {"capacity_total_tokens": 12})
    found = comparison(plan(), asked)
    (told,) = [message for message in found.messages if "what-if" in message]
    assert told.startswith("run b is a what-if: capacity_total_tokens")
    assert [change.what for change in found.inputs] == ["capacity_total_tokens"]
    assert comparison(asked, asked).messages == ()
