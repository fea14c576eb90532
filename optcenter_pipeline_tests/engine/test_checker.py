"""The checker accepts results worked out by hand, and finds every single thing that is then made wrong in them."""

import copy
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from pydantic import ValidationError

from optcenter_pipeline.engine.checker import check
from optcenter_pipeline.engine.checker_numbers import Recount
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.snapshots import Json, candidate, snapshot, snapshots

UNCHECKED = {"reason", "message", "text", "solver", "timings", "schema_version", "nodes", "seconds", "alerts"}
"""Parts of a result that carry no number or rule."""


def stage(
    name: str, value: float, sense: str = "max", second_pass: bool = False, bound: float | None = None
) -> Json:
    limit = value if bound is None else bound
    gap = abs(limit - value) / abs(value) if value else 0.0
    kind = {"weighted_kpis": "weighted", "goals": "goals", "economy": "economy"}.get(name, "kpi")
    return {"name": name, "kind": kind, "sense": sense, "value": value, "bound": limit, "mip_gap": gap,
            "proven": True, "nodes": 1, "seconds": 0.0, "second_pass": second_pass}  # fmt: skip


def selected(key: str, rank: int, tokens: float, worth: float, contributions: dict[str, float]) -> Json:
    return {"initiative_key": key, "rank": rank, "allocated_tokens": tokens, "objective_contribution": worth,
            "contributions": contributions, "reason": "it pays"}  # fmt: skip


def gap(place: tuple[str, str], kpi: str, kind: str, row: str, said: tuple[Any, ...]) -> Json:
    target, required, achieved, short, surplus, severity = said
    return {"dimension": place[0], "dimension_key": place[1], "kpi_key": kpi, "floor_or_goal": kind,
            "target_value": target, "required": required, "achieved": achieved, "gap": short, "surplus": surplus,
            "severity": severity, "source_rows": [row]}  # fmt: skip


def rejected(*keys: str) -> list[Json]:
    return [{"initiative_key": key, "reason": "it does not pay"} for key in keys]


def alert(code: str, key: str) -> Json:
    return {"code": code, "initiative_key": key, "message": "so it is"}


ALL = ("all", "all")
SOLVER = {"version": "1"}

NORTH_STAR = snapshot(
    [
        candidate("A", 10, {"gmv": 10, "nps": 1}, attributes={"country": "UK", "product": "Search"}),
        candidate("B", 5, {"GMV": 4, "nps": 3}, attributes={"country": "uk "}),
        candidate("C", 8, {"gmv": 9}, attributes={"Country": "DE"}),
        candidate("D", 4, {"gmv": 3, "nps": -1}, attributes={"country": "DE"}),
        candidate("E", 6, {"gmv": 7}, source_row="Candidates!8"),
        candidate("F", 3, {"gmv": 5}, deadline_date="2026-03-31", source_row="Candidates!9"),
        candidate("G", 2, {"gmv": 9}),
        candidate("H", 2, {"gmv": 0.5}),
        candidate("I", 2, {"gmv": 0.5}, lifecycle_status=" Done"),
        candidate("J", 2, {"gmv": 3}),
        candidate("K", 2, {"gmv": 50}),
    ],
    capacity=27,
    metrics={"gmv": "north_star", "nps": "supporting"},
    scenario={"period_key": "2026-Q2"},
    scope={"scope_type": "selected", "initiative_keys": ["A", "C", "E", "F", "G", "H", "I", "J"]},
    known=["X-1", "X-2"],
    capacity_floors=[
        {"dimension": "country", "dimension_key": "UK", "min_tokens": 5, "source_rows": ["Constraints!2"]},
        {"dimension": "market", "dimension_key": "UK", "min_tokens": 4, "source_rows": ["Constraints!3"]},
    ],
    capacity_caps=[
        {"dimension": "country", "dimension_key": "DE", "max_tokens": 12, "source_rows": ["Constraints!4"]},
        {"dimension": "Country", "dimension_key": "de", "max_tokens": 13, "source_rows": ["Constraints!5"]},
        {"max_tokens": 27, "source_rows": ["Constraints!18"]},
        {"dimension": "product|country", "dimension_key": "search|uk", "max_tokens": 10,
         "source_rows": ["Constraints!6"]},
    ],
    targets=[
        {"kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 10, "source_rows": ["Targets!2"]},
        {"dimension": "country", "dimension_key": "UK", "kpi_key": "gmv", "floor_or_goal": "goal",
         "target_value": 20, "source_rows": ["Targets!3"]},
        {"kpi_key": "NPS", "floor_or_goal": "goal", "target_value": 4.1, "baseline_value": 1,
         "source_rows": ["Targets!4"]},
    ],
    mandatory=[{"initiative_key": "B", "source_rows": ["Constraints!7"]}],
    exclude_initiatives=[{"initiative_key": "E", "source_rows": ["Constraints!8"]}],
    exclude_pairs=[{"members": ["A", "H"], "source_rows": ["Constraints!9"]}],
    bundles=[
        {"bundle_key": "checkout", "members": ["B", "D"], "source_rows": ["Constraints!10"]},
        {"bundle_key": "ghost", "members": ["J", "X-2"], "source_rows": ["Constraints!11"]},
    ],
    prerequisites=[
        {"initiative_key": "C", "requires": ["A"], "source_rows": ["Constraints!12"]},
        {"initiative_key": "G", "requires": ["A", "X-1"], "source_rows": ["Constraints!13"]},
    ],
    synergy_bonuses=[
        {"members": ["A", "B"], "kpi_key": "gmv", "value": 2, "source_rows": ["Constraints!14"]},
        {"members": ["C", "D"], "kpi_key": "Gmv", "value": -1, "source_rows": ["Constraints!15"]},
        {"members": ["A", "H"], "kpi_key": "gmv", "value": 9, "source_rows": ["Constraints!16"]},
        {"members": ["A", "K"], "kpi_key": "gmv", "value": 9, "source_rows": ["Constraints!17"]},
    ],
)  # fmt: skip
"""B and D have to be funded; A and C fill the capacity. UK reaches 16 of 20 gmv, nps 3 of 3.1."""

NORTH_STAR_RESULT: Json = {
    "status": "optimal",
    "objective": {
        "mode": "north_star", "value": 27, "best_possible": 27, "bound": 27, "mip_gap": 0, "goals_cost": 0,
        "stages": [stage("gmv", 27), stage("goals", 0.2 + 0.1 / 3.1, "min"), stage("gmv", 27, second_pass=True),
                   stage("economy", 27, "min")],
    },
    "selected": [
        selected("A", 1, 10, 10, {"gmv": 10, "nps": 1}),
        selected("C", 2, 8, 9, {"gmv": 9}),
        selected("B", 3, 5, 4, {"gmv": 4, "nps": 3}),
        selected("D", 4, 4, 3, {"gmv": 3, "nps": -1}),
    ],
    "rejected": rejected("E", "F", "G", "H", "I", "J"),
    "synergies": [
        {"members": ["A", "B"], "kpi_key": "gmv", "value": 2, "source_rows": ["Constraints!14"]},
        {"members": ["C", "D"], "kpi_key": "gmv", "value": -1, "source_rows": ["Constraints!15"]},
    ],
    "kpis": {"gmv": 27, "nps": 3},
    "gaps": [
        gap(ALL, "gmv", "floor", "Targets!2", (10, 10, 27, 0, 17, "OK")),
        gap(("country", "UK"), "gmv", "goal", "Targets!3", (20, 20, 16, 4, 0, "CRITICAL")),
        gap(ALL, "nps", "goal", "Targets!4", (4.1, 3.1, 3, 0.1, 0, "WARN")),
    ],
    "capacity": {"total": 27, "used": 27, "slices": [
        {"dimension": "country", "dimension_key": "UK", "used": 15, "min_tokens": 5},
        {"dimension": "country", "dimension_key": "DE", "used": 12, "max_tokens": 12},
        {"dimension": "all", "dimension_key": "all", "used": 27, "max_tokens": 27},
        {"dimension": "country|product", "dimension_key": "UK|Search", "used": 10, "max_tokens": 10},
    ]},
    "alerts": [
        alert("pool_extended", "B"), alert("pool_extended", "D"), alert("deadline_before_period", "F"),
        alert("lifecycle_closed", "I"), alert("blocked_by_prerequisite", "G"), alert("blocked_by_bundle", "J"),
    ],
    "solver": SOLVER,
}  # fmt: skip

WEIGHTED = snapshot(
    [
        candidate("P", 5, {"gmv": 10, "nps": 2}, attributes={"country": "UK"}),
        candidate("Q", 5, {"gmv": 2, "nps": 8}),
        candidate("R", 5, {"churn": 3}),
        candidate("S", 0.5, {"churn": -1}),
        candidate("T", 0.5, {"churn": 100}, lifecycle_status="archived"),
    ],
    capacity=10,
    metrics={"gmv": "north_star", "nps": "supporting", "churn": "supporting", "margin": "supporting"},
    scenario={"objective_mode": "weighted_kpis",
              "objective_weights": {"gmv": 1, "NPS": 0.5, "churn": 2, "margin": 3}},
    targets=[
        {"kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 5, "source_rows": ["Targets!2"]},
        {"kpi_key": "gmv", "floor_or_goal": "floor", "target_value": -4, "source_rows": ["Targets!3"]},
        {"dimension": "country", "dimension_key": "UK", "kpi_key": "gmv", "floor_or_goal": "floor",
         "target_value": 9, "source_rows": ["Targets!4"]},
        {"dimension": "country", "dimension_key": "UK", "kpi_key": "nps", "floor_or_goal": "floor",
         "target_value": 2, "source_rows": ["Targets!5"]},
        {"kpi_key": "nps", "floor_or_goal": "floor", "target_value": 0, "source_rows": ["Targets!6"]},
    ],
)  # fmt: skip
"""Worth: P 10/5 + 0.5·2/2 = 2.5; Q 2/5 + 0.5·8/2 = 2.4; R 2·3/3 = 2. P must be funded; with Q it fills the plan."""

WEIGHTED_RESULT: Json = {
    "status": "optimal",
    "objective": {
        "mode": "weighted_kpis", "value": 4.9, "best_possible": 4.9, "bound": 4.9, "mip_gap": 0,
        "stages": [stage("weighted_kpis", 4.9), stage("economy", 10, "min")],
        "scales": [
            {"kpi_key": "gmv", "weight": 1, "scale": 5, "source": "all_target", "source_rows": ["Targets!2"]},
            {"kpi_key": "nps", "weight": 0.5, "scale": 2, "source": "slice_target", "source_rows": ["Targets!5"]},
            {"kpi_key": "churn", "weight": 2, "scale": 3, "source": "positive_contributions"},
            {"kpi_key": "margin", "weight": 3, "scale": 1, "source": "unit"},
        ],
    },
    "selected": [
        selected("P", 1, 5, 2.5, {"gmv": 10, "nps": 2}),
        selected("Q", 2, 5, 2.4, {"gmv": 2, "nps": 8, "churn": 0}),
    ],
    "rejected": rejected("R", "S", "T"),
    "kpis": {"gmv": 12, "nps": 10, "churn": 0, "margin": 0},
    "gaps": [
        gap(ALL, "gmv", "floor", "Targets!2", (5, 5, 12, 0, 7, "OK")),
        gap(ALL, "gmv", "floor", "Targets!3", (-4, -4, 12, 0, 16, "OK")),
        gap(("country", "UK"), "gmv", "floor", "Targets!4", (9, 9, 10, 0, 1, "OK")),
        gap(("country", "UK"), "nps", "floor", "Targets!5", (2, 2, 2, 0, 0, "OK")),
        gap(ALL, "nps", "floor", "Targets!6", (0, 0, 10, 0, 10, "OK")),
    ],
    "capacity": {"total": 10, "used": 10},
    "alerts": [alert("lifecycle_closed", "T")],
    "solver": SOLVER,
}  # fmt: skip

LISTED = snapshot(
    [candidate("M", 5, {"nps": 8}), candidate("N", 5, {"nps": 5, "gmv": 6}), candidate("O", 5, {"gmv": 9})],
    capacity=5,
    metrics={"gmv": "north_star", "nps": "supporting"},
    scenario={
        "objective_mode": "lexicographic",
        "objective_weights": [{"kpi": "NPS", "tolerance_pct": 50}, "goals", "gmv"],
    },
    targets=[{"kpi_key": "gmv", "floor_or_goal": "goal", "target_value": 6, "source_rows": ["Targets!2"]}],
)
"""M has most nps, 8; N keeps more than half of it, and reaches the goal; O would have more gmv."""

LISTED_RESULT: Json = {
    "status": "optimal",
    "objective": {
        "mode": "lexicographic", "value": 5, "best_possible": 8, "bound": 8, "mip_gap": 0, "goals_cost": 3,
        "stages": [stage("nps", 8), stage("goals", 0, "min"), stage("gmv", 6), stage("economy", 5, "min")],
    },
    "selected": [selected("N", 1, 5, 5, {"nps": 5, "gmv": 6})],
    "rejected": rejected("M", "O"),
    "kpis": {"gmv": 6, "nps": 5},
    "gaps": [gap(ALL, "gmv", "goal", "Targets!2", (6, 6, 6, 0, 0, "OK"))],
    "capacity": {"total": 5, "used": 5},
    "solver": SOLVER,
}  # fmt: skip

CASES = {
    "north_star": (NORTH_STAR, NORTH_STAR_RESULT),
    "weighted": (WEIGHTED, WEIGHTED_RESULT),
    "listed": (LISTED, LISTED_RESULT),
}


def full(document: Json) -> Json:
    """The result with every default filled in."""
    return Result.model_validate(document).model_dump(mode="json", by_alias=True)


def violations(question: Snapshot, document: Json) -> set[str]:
    return {violation.what for violation in check(question, Result.model_validate(document))}


@pytest.mark.parametrize("name", CASES)
def test_a_right_result_passes(name: str) -> None:
    question, document = CASES[name]
    assert check(question, Result.model_validate(document)) == ()


@pytest.mark.parametrize("name", CASES)
def test_the_hand_made_results_are_those_of_the_oracle(name: str) -> None:
    question, document = CASES[name]
    answer = brute_force.solve(question)
    *stages, economy = document["objective"]["stages"]
    assert [(s.name, s.second_pass) for s in answer.stages] == [(s["name"], s["second_pass"]) for s in stages]
    assert [s.value for s in answer.stages] == pytest.approx([s["value"] for s in stages])
    assert answer.tokens == economy["value"]
    assert answer.portfolios == {frozenset(row["initiative_key"] for row in document["selected"])}
    assert answer.pool == {row["initiative_key"] for row in document["selected"] + document["rejected"]}


Path = tuple[str | int, ...]


def leaves(part: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in UNCHECKED:
                yield from leaves(value, (*path, name))
    elif isinstance(part, list):
        for position, value in enumerate(part):
            yield from leaves(value, (*path, position))
    else:
        yield path, part


def changed(document: Json, path: Path, value: Any) -> Json:
    copied = copy.deepcopy(document)
    place: Any = copied
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return copied


def other_values(value: Any) -> tuple[Any, ...]:
    if value is None:
        return (7,)
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, (int, float)):
        return (value + 1, value - 1, value + 0.001)
    words = ("OK", "WARN", "CRITICAL", "floor", "goal", "max", "min", "unit", "all_target", "kpi", "weighted",
             "goals", "economy", "Other!1")  # fmt: skip
    return tuple(word for word in words if word != value)


def fits(document: Json) -> bool:
    """Whether the types let it through, so that the checker has to find it."""
    try:
        Result.model_validate(document)
    except ValidationError:
        return False
    return True


def single_changes() -> Iterator[Any]:
    """Every leaf of every right result, with other values for it."""
    for name, (_, document) in CASES.items():
        complete = full(document)
        economy = ("objective", "stages", len(complete["objective"]["stages"]) - 1, "proven")
        for path, value in leaves(complete):
            if path != economy:
                for other in other_values(value):
                    if fits(changed(complete, path, other)):
                        yield pytest.param(name, path, other, id=f"{name}:{'.'.join(map(str, path))}:{other}")


@pytest.mark.parametrize(("name", "path", "value"), list(single_changes()))
def test_each_single_change_is_found(name: str, path: Path, value: Any) -> None:
    question, document = CASES[name]
    assert violations(question, changed(full(document), path, value))


@pytest.mark.parametrize("name", CASES)
def test_an_unproven_economy_takes_nothing_from_optimal(name: str) -> None:
    question, document = CASES[name]
    unproven = full(document)
    unproven["objective"]["stages"][-1]["proven"] = False
    assert violations(question, unproven) == set()


def rows_of(part: Any, path: Path = ()) -> Iterator[Path]:
    """Places of every row of every list of rows, and of every entry of a mapping."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "alerts" or name not in UNCHECKED:
                if path and path[-1] in {"kpis", "contributions"} and value:
                    yield (*path, name)
                yield from rows_of(value, (*path, name))
    elif isinstance(part, list):
        for position, value in enumerate(part):
            if isinstance(value, dict):
                yield (*path, position)
                yield from rows_of(value, (*path, position))


@pytest.mark.parametrize(
    ("name", "path"),
    [(name, path) for name, (_, document) in CASES.items() for path in rows_of(full(document))],
    ids=str,
)
def test_each_row_that_is_lost_or_told_twice_is_found(name: str, path: Path) -> None:
    question, document = CASES[name]
    wrong = full(document)
    place: Any = wrong
    for step in path[:-1]:
        place = place[step]
    lost = place.pop(path[-1])
    assert violations(question, wrong)
    if isinstance(place, list) and path[0] != "alerts":
        place.extend([lost, copy.deepcopy(lost)])
        assert violations(question, wrong)


def funding(*keys: str) -> Json:
    """The north star result with other initiatives funded, each with its own right numbers."""
    document = full(NORTH_STAR_RESULT)
    candidates = {c.initiative_key: c for c in NORTH_STAR.candidates}
    document["selected"] = [
        selected(key, rank, candidates[key].engineering_tokens, 0, candidates[key].contributions)
        for rank, key in enumerate(keys, start=1)
    ]
    document["rejected"] = rejected(*sorted(set("ABCDEFGHIJ") - set(keys)))
    return document


@pytest.mark.parametrize(
    ("keys", "rule", "row"),
    [
        ("ABCDH", "scenario_capacity", "Scenario_Config!2"),
        ("ABCDH", "exclude_pair", "Constraints!9"),
        ("ABDE", "exclude_initiative", "Constraints!8"),
        ("ABDF", "eligibility", "Candidates!9"),
        ("ABDG", "blocked_by_prerequisite", "Constraints!13"),
        ("ABDJ", "blocked_by_bundle", "Constraints!11"),
        ("ABDJ", "bundle_all_or_nothing", "Constraints!11"),
        ("ABC", "bundle_all_or_nothing", "Constraints!10"),
        ("AC", "mandatory", "Constraints!7"),
        ("BCD", "require_prereq", "Constraints!12"),
        ("BD", "target_floor", "Targets!2"),
        ("D", "capacity_floor", "Constraints!2"),
        ("ABDK", "pool", None),
    ],
)
def test_a_broken_rule_is_named_with_its_row(keys: str, rule: str, row: str | None) -> None:
    found = check(NORTH_STAR, Result.model_validate(funding(*keys)))
    assert [v for v in found if v.what == rule and (row is None or row in v.source_rows)]


def test_caps_are_checked_on_their_slice() -> None:
    tighter = NORTH_STAR.constraint_set.capacity_caps[0].model_copy(update={"max_tokens": 11.9})
    rules = NORTH_STAR.constraint_set.model_copy(update={"capacity_caps": (tighter,)})
    question = NORTH_STAR.model_copy(update={"constraint_set": rules})
    assert "capacity_cap" in violations(question, NORTH_STAR_RESULT)


def test_a_stage_that_gave_way_too_far_is_found() -> None:
    document = full(LISTED_RESULT)
    document["objective"]["stages"][0] |= {"value": 10.01, "bound": 10.01}
    document["objective"] |= {"best_possible": 10.01, "bound": 10.01, "goals_cost": 5.01}
    assert violations(LISTED, document) == {"objective.stages.0 (nps) held"}
    document["objective"]["stages"][0] |= {"value": 10, "bound": 10}
    document["objective"] |= {"best_possible": 10, "bound": 10, "goals_cost": 5}
    assert violations(LISTED, document) == set()


@pytest.mark.parametrize("name", CASES)
def test_an_optimal_run_may_lack_its_economy_where_it_says_so(name: str) -> None:
    question, document = CASES[name]
    skipped = full(document)
    skipped["objective"]["stages"].pop()
    assert violations(question, skipped) == {"objective.stages"}
    skipped["alerts"].append({"code": "stage_skipped", "message": "no time was left"})
    assert violations(question, skipped) == set()
    skipped["objective"]["stages"].pop()
    assert violations(question, skipped) == {"objective.stages"}


def test_a_bound_that_the_portfolio_beats_is_found() -> None:
    document = full(LISTED_RESULT)
    document["objective"]["stages"][2] |= {"value": 5, "bound": 5}
    assert violations(LISTED, document) == {"objective.stages.2 (gmv).bound"}


def test_a_gap_wider_than_asked_for_is_not_proven() -> None:
    document = full(LISTED_RESULT)
    document["objective"]["stages"][2] |= {"bound": 6.6, "mip_gap": 0.1}
    assert violations(LISTED, document) == {"objective.stages.2 (gmv).proven"}
    document["objective"]["stages"][2]["proven"] = False
    document["status"] = "feasible"
    assert violations(LISTED, document) == set()
    document["objective"]["stages"] = document["objective"]["stages"][:3]
    assert violations(LISTED, document) == set()


@pytest.mark.parametrize(
    ("required", "achieved", "severity"),
    [
        (2, 1.9, "WARN"),  # exactly 5 %, though 2 - 1.9 > 0.05 * 2 in floats
        (0.3, 0.285, "WARN"),
        (100, 94.9999, "CRITICAL"),
        (100, 99.99995, "OK"),
        (100, 99.9998, "WARN"),
        (0, -0.1, "CRITICAL"),
        (5e-7, 0, "CRITICAL"),
        (1e-6, 9.6e-7, "WARN"),
        (-10, -10.5, "WARN"),
        (-10, -10.6, "CRITICAL"),
    ],
)
def test_severity_at_its_thresholds(required: float, achieved: float, severity: str) -> None:
    question = snapshot(
        [candidate("A", 1, {"gmv": achieved})],
        mandatory=[{"initiative_key": "A"}],
        targets=[{"kpi_key": "gmv", "floor_or_goal": "goal", "target_value": required}],
    )
    short = required - achieved
    share = short / max(abs(required), 1)
    for told in ("OK", "WARN", "CRITICAL"):
        row = gap(ALL, "gmv", "goal", "x", (required, required, achieved, short, 0, told)) | {
            "source_rows": ["constraint_set.targets[0]"]
        }
        document = {
            "status": "optimal",
            "objective": {
                "mode": "north_star", "value": achieved, "best_possible": achieved, "bound": achieved, "mip_gap": 0,
                "goals_cost": 0,
                "stages": [stage("gmv", achieved), stage("goals", share, "min"),
                           stage("gmv", achieved, second_pass=True), stage("economy", 1, "min")],
            },
            "selected": [selected("A", 1, 1, achieved, {"gmv": achieved})],
            "kpis": {"gmv": achieved},
            "gaps": [row],
            "capacity": {"total": 100, "used": 1},
            "solver": SOLVER,
        }  # fmt: skip
        expected = set() if told == severity else {"gaps.gmv of all all.severity"}
        assert violations(question, document) == expected


def infeasible(row: str) -> Json:
    return {
        "status": "infeasible",
        "objective": {"mode": "north_star"},
        "conflict": {"source_rows": [row], "minimal": True, "rules": [{"source_row": row, "text": "no"}],
                     "repairs": [{"changes": [{"source_row": row, "drop": True}], "cost": 1, "text": "drop it"}]},
        "solver": SOLVER,
    }  # fmt: skip


@pytest.mark.parametrize(
    "row", ["Scenario_Config!2", "Candidates!9", "Targets!3", *(f"Constraints!{n}" for n in range(2, 19))]
)
def test_a_conflict_names_rows_of_the_snapshot(row: str) -> None:
    assert violations(NORTH_STAR, infeasible(row)) == set()


def test_a_conflict_with_rows_from_nowhere_is_found() -> None:
    assert violations(NORTH_STAR, infeasible("Constraints!99")) == {"conflict"}


@pytest.mark.parametrize("status", ["infeasible", "no_solution", "invalid", "cancelled", "failed"])
def test_without_a_portfolio_nothing_is_selected(status: str) -> None:
    document = {"status": status, "objective": {"mode": "north_star"}, "solver": SOLVER}
    assert violations(NORTH_STAR, document) == set()
    document = full(NORTH_STAR_RESULT) | {"status": status} | ({"capacity": None} if status == "cancelled" else {})
    assert violations(NORTH_STAR, document) >= {"selected", "objective.value"}


def test_a_cancelled_run_with_a_portfolio_is_checked_as_any_other() -> None:
    document = full(NORTH_STAR_RESULT) | {"status": "cancelled"}
    assert violations(NORTH_STAR, document) == set()
    document["capacity"]["used"] += 1
    assert violations(NORTH_STAR, document) == {"capacity.used"}


@pytest.mark.parametrize(("family", "row"), [("rejected", 0), ("alerts", 0)])
def test_a_source_row_from_nowhere_is_found(family: str, row: int) -> None:
    document = full(NORTH_STAR_RESULT)
    document[family][row]["source_rows"] = ["Constraints!2"]
    assert violations(NORTH_STAR, document) == set()
    document[family][row]["source_rows"] = ["Constraints!99"]
    assert violations(NORTH_STAR, document) == {"source_rows"}


def test_what_has_no_source_row_is_known_by_its_place() -> None:
    question = snapshot([candidate("A", 1)], mandatory=[{"initiative_key": "A"}], scenario={"source_row": None})
    for row in ("scenario", "candidates[0]", "constraint_set.mandatory[0]"):
        assert violations(question, infeasible(row)) == set()
    for row in ("candidates[1]", "constraint_set.mandatory[1]", "constraint_set.targets[0]", ""):
        assert violations(question, infeasible(row)) == {"conflict"}


def test_a_portfolio_for_a_snapshot_without_meaning_is_found() -> None:
    cap = {"dimension": "planet", "dimension_key": "Mars", "max_tokens": 1}
    question = snapshot([candidate("A", 1, {"gmv": 1})], capacity_caps=[cap])
    document = {"status": "optimal", "objective": {"mode": "north_star"}, "solver": SOLVER}
    assert violations(question, document) == {"snapshot"}


HARD = {
    "scenario_capacity", "capacity_floor", "capacity_cap", "mandatory", "exclude_initiative", "exclude_pair",
    "bundle_all_or_nothing", "blocked_by_bundle", "require_prereq", "blocked_by_prerequisite", "eligibility",
    "target_floor",
}  # fmt: skip


@settings(max_examples=cases(250), suppress_health_check=list(HealthCheck))
@given(question=snapshots(spoilt_percent=0, most=6))
def test_the_checker_and_the_oracle_allow_the_same_portfolios(question: Snapshot) -> None:
    answer = brute_force.solve(question)
    allowed = brute_force.feasible(question)
    pool = sorted(answer.pool)
    for size in range(len(pool) + 1):
        for keys in combinations(pool, size):
            document = {
                "status": "optimal",
                "objective": {"mode": question.scenario.objective_mode},
                "selected": [selected(key, rank, 1, 0, {}) for rank, key in enumerate(keys, start=1)],
                "rejected": rejected(*sorted(set(pool) - set(keys))),
                "solver": SOLVER,
            }
            found = violations(question, document)
            assert "pool" not in found
            assert (frozenset(keys) in allowed) == found.isdisjoint(HARD)


@settings(max_examples=cases(250), suppress_health_check=list(HealthCheck))
@given(question=snapshots(spoilt_percent=0))
def test_the_checker_and_the_oracle_count_the_same(question: Snapshot) -> None:
    answer = brute_force.solve(question)
    assume(answer.status == "optimal")
    for portfolio in answer.portfolios:
        count = Recount(question, portfolio)
        *stages, economy = count.stages
        assert [(s.kind, s.name, s.second_pass) for s in stages] == [
            (s.kind, s.name, s.second_pass) for s in answer.stages
        ]
        assert float(count.measure(economy)) == pytest.approx(answer.tokens)
        for stage_, best in zip(stages, answer.stages, strict=True):
            reached = float(count.measure(stage_))
            room = 1e-6 * max(1.0, abs(best.value))
            if stage_.kind == "goals":
                allowed = float(stage_.tolerance) * abs(best.value) + 2 * room
                assert best.value - room <= reached <= best.value + allowed
            else:
                assert reached >= best.value - float(stage_.tolerance) * abs(best.value) - 2 * room
        if stages[0].is_kpi:
            best_first = answer.stages[0].value
            assert float(count.measure(stages[0])) <= best_first + 1e-6 * max(1.0, abs(best_first))
