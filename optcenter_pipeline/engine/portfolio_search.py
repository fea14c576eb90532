"""The best portfolio for a question: presolve, Pyomo, HiGHS, stages. Runs and analyses search by this alone."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optcenter_pipeline.engine.highs import SolverModel
from optcenter_pipeline.engine.linear_model import Point, broken_rows
from optcenter_pipeline.engine.model_form import natural_form
from optcenter_pipeline.engine.presolve.presolve import presolve
from optcenter_pipeline.engine.presolve.reduced_form import reduced_form
from optcenter_pipeline.engine.presolve.reduced_model import SHORTFALL, ReducedModel
from optcenter_pipeline.engine.progress import Progress
from optcenter_pipeline.engine.pyomo_model import through_pyomo
from optcenter_pipeline.engine.question import Question
from optcenter_pipeline.engine.result import ModelSize
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.engine.staged import NOTHING_SEARCHED, Clock, Staged
from optcenter_pipeline.engine.stages import StagedSearch


@dataclass(frozen=True)
class Searched:
    """What a search came to, and when its model stood."""

    staged: Staged
    presolved: ModelSize | None
    built: float
    """By `time.perf_counter`."""


def search_portfolio(
    question: Question,
    *,
    options: SolverOptions | None = None,
    clock: Clock | None = None,
    start: Point | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    refuted: Callable[[], bool] | None = None,
) -> Searched:
    """Search the best portfolio by the question's stages.

    Args:
        question: what is asked.
        options: limits, threads and seed; those of the question's snapshot where None.
        clock: the time that the caller has already spent; one that begins now where None.
        start: a portfolio to begin with; passed over where it breaks a row, or is none of those that presolve left.
        on_progress: told of every better portfolio and every finished stage.
        cancel: asked often; True ends the search with the portfolio in hand.
        refuted: asked when the solver says infeasible; True where that is proven already by other means.

    Raises:
        SolverError: the solver refused the model or gave no usable answer.
    """
    limits = options or question.snapshot.solver
    clock = clock or Clock(time.perf_counter(), limits.time_limit_seconds)
    asked_to_cancel = cancel or (lambda: False)
    if asked_to_cancel():
        return Searched(NOTHING_SEARCHED, None, time.perf_counter())
    reduced = presolve(question.model, question.plan)
    if asked_to_cancel():
        return Searched(NOTHING_SEARCHED, None, time.perf_counter())
    arrays = through_pyomo(reduced_form(reduced, natural_form(question.model)), reduced.benefits[0], "max")
    solver = SolverModel(arrays, reduced.families == SHORTFALL, limits)
    built = time.perf_counter()
    search = StagedSearch(
        question.model,
        question.plan,
        reduced,
        solver,
        options=limits,
        clock=clock,
        start=start if start is not None and _is_kept(question, reduced, start) else None,
        on_progress=on_progress or (lambda _: None),
        cancel=asked_to_cancel,
        refuted=refuted or (lambda: False),
    )
    size = ModelSize(rows=reduced.height, columns=reduced.width, nonzeros=int(reduced.matrix.nnz))
    return Searched(search.run(), size, built)


def _is_kept(question: Question, reduced: ReducedModel, point: Point) -> bool:
    """Whether a portfolio keeps every row, and presolve left it where it can be found."""
    count = question.model.candidate_count
    back = reduced.columns.restore(reduced.columns.project(point, reduced.width))[:count]
    return bool(np.array_equal(back, np.asarray(point[:count]))) and not broken_rows(question.model, point)
