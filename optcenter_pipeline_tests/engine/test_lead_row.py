"""How near a row comes to being kept beside others, held against every portfolio."""

from itertools import product

import numpy as np
import pytest

from optcenter_pipeline.engine.lead_row import Lead
from optcenter_pipeline.engine.linear_model import LinearModel, Point, holds
from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.search import SearchLimits
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.engine.switched_rows import SwitchedRows
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

LIMITS = SearchLimits(0.0)
TOKENS = (7.0, 5.0, 4.0, 3.0, 2.0)
BEST = 16.0
"""Of whole candidates within 9 tokens, as 9 + 7; parts of them bring 6 + 13 · 6/7, and floors are whole numbers."""
VALUES = (13.0, 9.0, 7.0, 6.0, 1.0)


def model(required: float) -> LinearModel:
    """A capacity, a pair, and a floor on what candidates bring."""
    rows = [candidate(f"I{i}", TOKENS[i], {"gmv": VALUES[i]}) for i in range(len(TOKENS))]
    target = {"kpi_key": "gmv", "floor_or_goal": "floor", "target_value": required}
    pair = {"members": ["I0", "I1"]}
    return build_question(snapshot(rows, capacity=9.0, exclude_pairs=[pair], targets=[target])).model


def kept(asked: LinearModel) -> list[Point]:
    every = product((0.0, 1.0), repeat=len(TOKENS))
    return [point for point in every if all(holds(row, point) for row in asked.rows)]


def lead_of(asked: LinearModel) -> Lead:
    return Lead(next(n for n, row in enumerate(asked.rows) if row.family == "target_floor"), 1)


@pytest.mark.parametrize("required", [1.0, 10.0, 15.0, 16.0, 16.5, 17.0, 18.0, 30.0])
def test_room_possible_columns_and_searches_are_those_of_every_portfolio(required: float) -> None:
    asked = model(required)
    portfolios, lead = kept(asked), lead_of(asked)
    assert bool(portfolios) == (required <= BEST)
    solver = SwitchedRows(asked, range(len(asked.rows)), SolverOptions())
    reach = solver.reach(lead, LIMITS)
    assert reach is not None
    assert (reach.proof is not None) == (reach.room < 0)
    if portfolios:
        assert reach.proof is None
    if reach.proof is not None:
        return
    decided = ~reach.possible
    for point in portfolios:
        assert (np.array(point)[decided] == reach.rounded[decided]).all()
    search = solver.find_near(lead, reach, reach.possible, LIMITS)
    assert search.infeasible == (not portfolios)
    if search.values is not None:
        assert tuple(np.rint(search.values)) in portfolios
    few = reach.nearest(2)
    assert few.sum() <= 2
    near = solver.find_near(lead, reach, few, LIMITS)
    assert near.values is None or tuple(np.rint(near.values)) in portfolios


def test_the_relaxation_refutes_what_lies_beyond_parts_of_candidates() -> None:
    proofs = []
    for required in (17.0, 18.0, 40.0):
        asked = model(required)
        reach = SwitchedRows(asked, range(len(asked.rows)), SolverOptions()).reach(lead_of(asked), LIMITS)
        assert reach is not None
        proofs.append(reach.proof is not None)
    assert proofs == [False, True, True]


def test_rows_out_of_force_stand_in_nobodys_way_and_a_lead_out_of_force_has_all_the_room() -> None:
    asked = model(25.0)
    lead = lead_of(asked)
    solver = SwitchedRows(asked, range(len(asked.rows)), SolverOptions())
    in_force = np.ones(len(asked.rows), dtype=bool)
    for _ in range(2):
        solver.switch(in_force)
        refuted = solver.reach(lead, LIMITS)
        assert refuted is not None
        assert refuted.proof is not None
        solver.anchor()
        solver.switch(np.array([row.family != "scenario_capacity" for row in asked.rows]))
        kept_alone = solver.reach(lead, LIMITS)
        assert kept_alone is not None
        assert kept_alone.proof is None
        assert kept_alone.room > 0
        solver.switch(np.arange(len(asked.rows)) != lead.row)
        beside = solver.reach(lead, LIMITS)
        assert beside is not None
        assert beside.room == np.inf
        assert beside.possible.all()
