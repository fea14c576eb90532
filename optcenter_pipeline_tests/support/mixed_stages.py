"""Reduced models solved stage by stage by a plain call of a solver, against all portfolios of a run."""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from optcenter_pipeline.engine.presolve.integrality import Settling
from optcenter_pipeline.engine.presolve.reduced_model import ReducedModel
from optcenter_pipeline.engine.row_matrix import Floats
from optcenter_pipeline_tests.support.reductions import SmallRun

_HOLD = 1e-6


def is_solved_as_counted(run: SmallRun, reduced: ReducedModel, tolerance: float) -> None:
    """Assert that every stage's best in the mixed model is that of the run, and its point a portfolio as good.

    Args:
        run: the run, whose portfolios are counted.
        reduced: its model after some reductions.
        tolerance: the fraction of each stage's best that later stages may take.
    """
    allowed = run.feasible.copy()
    holds = np.full(len(reduced.benefits), -np.inf)
    settling = Settling.of(reduced)
    for stage in range(len(reduced.benefits)):
        point = _best(reduced, stage, holds)
        assert (point is not None) == bool(allowed.any())
        if point is None:
            return
        best = run.worth[allowed, stage].max()
        near = _HOLD * max(1.0, abs(best))
        assert abs(reduced.benefits[stage] @ point + reduced.offsets[stage] - best) <= 2 * near
        funded = reduced.columns.restore(settling.settled(point))[: run.model.candidate_count] > 0.5
        number = int(funded @ (1 << np.arange(len(funded))))
        assert run.feasible[number]
        assert run.worth[number, stage] >= best - 2 * near
        assert (run.worth[number] >= holds - _HOLD * np.maximum(1.0, np.abs(run.worth[number]))).all()
        holds[stage] = best - tolerance * abs(best) - near
        allowed &= run.worth[:, stage] >= holds[stage]


def _best(model: ReducedModel, stage: int, holds: Floats) -> Floats | None:
    """An optimal point of the mixed model; None where it has no point at all."""
    if not model.width:
        keeps_rows = (model.row_lower <= _HOLD).all() and (model.row_upper >= -_HOLD).all()
        return np.zeros(0) if keeps_rows and (model.offsets >= holds - _HOLD).all() else None
    rows = LinearConstraint(model.matrix, model.row_lower, model.row_upper)
    kept = LinearConstraint(model.benefits, holds - model.offsets, np.inf)
    found = milp(
        -model.benefits[stage],
        integrality=model.integer.astype(np.int8),
        bounds=Bounds(model.lower, model.upper),
        constraints=[rows, kept],
        options={"mip_rel_gap": 0.0},
    )
    assert found.status in (0, 2), found.message
    return None if found.x is None else np.asarray(found.x, dtype=np.float64)
