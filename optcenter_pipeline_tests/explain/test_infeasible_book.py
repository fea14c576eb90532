"""Infeasible sets of a real workbook, through rows, database and snapshot: ways out, and where they are told."""

import json

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from optcenter_pipeline.database.inputs import load_run_inputs
from optcenter_pipeline.engine.checker import check
from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.result import Repair
from optcenter_pipeline.engine.snapshot import Scope, Snapshot, SolverOptions
from optcenter_pipeline.explain.answer import answer
from optcenter_pipeline.runs.inputs import snapshot_of
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.infeasible_book import InfeasibleBook, Kind
from optcenter_pipeline_tests.support.planning_space import PlanningSpace, materialized
from optcenter_pipeline_tests.support.repair_oracle import assert_repairs_hold, forgiveness

ROUNDS = 7
BOOK = InfeasibleBook(seed=5, rounds=ROUNDS)


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> PlanningSpace:
    """A workbook with all the sets, saved once."""
    space = PlanningSpace(tmp_path_factory.mktemp("infeasible"))
    space.init(sample=False)
    for tab, rows in BOOK.rows.items():
        cells = [{c: "|".join(v) if isinstance(v, list) else v for c, v in row.items()} for row in rows]
        space.type_rows(tab, cells, first_row=2)
    assert space.save().success
    return space


def snapshot_in(space: PlanningSpace, scenario: str, constraint_set: str) -> Snapshot:
    """The inputs as a run would get them."""
    with space.database.open() as database, database.reading() as session:
        inputs = load_run_inputs(session, scenario, constraint_set)
    return Snapshot.model_validate(snapshot_of(inputs, scope=Scope(), solver=SolverOptions()))


def keeps_with_parts(snapshot: Snapshot) -> bool:
    """Whether parts of candidates could keep every rule."""
    rows = build_question(snapshot).model.row_matrix
    n = rows.matrix.shape[1]
    constraint = LinearConstraint(rows.matrix.toarray(), rows.lower, rows.upper)
    return bool(milp(np.zeros(n), constraints=constraint, bounds=Bounds(0, 1), integrality=np.zeros(n)).success)


def test_the_book_is_what_it_says() -> None:
    assert len(BOOK.sets) >= 50
    assert sum(kind == "by whole candidates" for *_, kind in BOOK.sets) >= 20


@pytest.mark.parametrize(("scenario", "constraint_set", "kind"), BOOK.sets, ids=[name for name, *_ in BOOK.sets])
def test_ways_out_of_a_set(space: PlanningSpace, scenario: str, constraint_set: str, kind: Kind) -> None:
    snapshot = snapshot_in(space, scenario, constraint_set)
    assert brute_force.solve(snapshot).status == "infeasible"
    assert keeps_with_parts(snapshot) == (kind == "by whole candidates")

    result = answer(snapshot)
    assert result.status == "infeasible"
    assert not check(snapshot, result)
    assert result.conflict is not None
    assert_repairs_hold(snapshot, result.conflict.repairs)

    known = forgiveness(snapshot)
    cheapest = known.cheapest()
    assert cheapest * (1 - 1e-9) <= result.conflict.repairs[0].cost <= cheapest * 1.02
    singles = known.single_numbers()
    for repair in filter(is_one_number, result.conflict.repairs):
        (change,) = repair.changes
        least = singles[change.source_row, str(change.field)]
        moved = abs((change.to or 0.0) - (change.from_ or 0.0))
        assert least * (1 - 1e-9) <= moved <= least * 1.011
    if singles:
        assert any(map(is_one_number, result.conflict.repairs))


def is_one_number(repair: Repair) -> bool:
    return len(repair.changes) == 1 and repair.changes[0].field is not None


@pytest.mark.parametrize("nth", [0, len(BOOK.sets) // 2, -1])
def test_the_sheet_tells_conflict_and_ways_out(space: PlanningSpace, nth: int) -> None:
    scenario, constraint_set, _ = BOOK.sets[nth]
    run_id = materialized_run(space, scenario, constraint_set)
    ((results_json,),) = space.query("select results_json from optimization_runs where run_id = ?", run_id)
    conflict = json.loads(results_json)["conflict"]
    lines = [row for row in space.rows("Gaps_Alerts") if row["run_id"] == run_id]
    told = [row for row in lines if row["kind"] == "conflict"]
    assert [row["source_rows"] for row in told] == [", ".join(conflict["source_rows"])]
    ways_out = [row for row in lines if row["kind"] == "repair"]
    assert [row["recommendation"] for row in ways_out] == [repair["text"] for repair in conflict["repairs"]]
    assert [row["message"].partition(":")[0] for row in ways_out] == [
        f"Way out {number} of {len(ways_out)}" for number in range(1, len(ways_out) + 1)
    ]


def materialized_run(space: PlanningSpace, scenario: str, constraint_set: str) -> str:
    result = space.optimize(scenario, constraint_set)
    assert result.success
    return str(materialized(result, "solve")["run_id"])


def test_a_fixed_row_reaches_the_snapshot_and_is_left_alone(space: PlanningSpace) -> None:
    scenario, constraint_set, _ = BOOK.sets[0]
    before = snapshot_in(space, scenario, constraint_set)
    assert before.fixed_rows == ()
    (first, second) = (answer(before).conflict or pytest.fail("no conflict")).source_rows
    ((old_hash,),) = space.query(
        "select content_hash from optimization_constraint_sets where scenario_name = ?", scenario
    )

    row_num = int(first.partition("!")[2])
    space.type_cell("Constraints", row_num, "notes", "the board wants this [Fixed], see minutes")
    space.type_cell("Candidates", 3, "notes", "[FIXED]")
    space.type_cell("Scenario_Config", 2, "notes", "[fixed] by finance")
    assert space.save().success
    ((new_hash,),) = space.query(
        "select content_hash from optimization_constraint_sets where scenario_name = ?", scenario
    )
    assert new_hash != old_hash
    snapshot = snapshot_in(space, scenario, constraint_set)
    assert snapshot.fixed_rows == ("Candidates!3", first, "Scenario_Config!2")
    assert snapshot_in(space, *BOOK.sets[1][:2]).fixed_rows == ("Candidates!3",)

    conflict = answer(snapshot).conflict
    assert conflict is not None
    assert conflict.repairs
    assert all(change.source_row == second for repair in conflict.repairs for change in repair.changes)

    for tab, row in (("Constraints", row_num), ("Candidates", 3), ("Scenario_Config", 2)):
        space.type_cell(tab, row, "notes", "")
    assert space.save().success
    assert snapshot_in(space, scenario, constraint_set) == before
