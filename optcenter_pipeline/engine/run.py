"""One run from snapshot to result: validity, pool, rows, Pyomo model, stages, outcome."""

import time
from collections.abc import Callable
from dataclasses import replace

from pyomo.common.gc_manager import PauseGC

from optcenter_pipeline.engine.highs import solver_version
from optcenter_pipeline.engine.infeasibility import QuickProof
from optcenter_pipeline.engine.outcome import Run, write_result
from optcenter_pipeline.engine.portfolio_search import Searched, search_portfolio
from optcenter_pipeline.engine.problems import invalid_result
from optcenter_pipeline.engine.progress import Progress
from optcenter_pipeline.engine.question import Question, build_question
from optcenter_pipeline.engine.result import Result, SolverInfo, Timings
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.staged import Clock
from optcenter_pipeline.engine.validity import find_problems


def solve_snapshot(
    snapshot: Snapshot,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Result:
    """See `optcenter_pipeline.engine.solve`."""
    began = time.perf_counter()
    with PauseGC():  # whatever is made here stays
        problems = find_problems(snapshot)
        if problems:
            solver = SolverInfo(version=solver_version())
            return invalid_result(problems, mode=snapshot.scenario.objective_mode, solver=solver)
        question = build_question(snapshot)
    asked_to_cancel = cancel or (lambda: False)
    clock = Clock(began, snapshot.solver.time_limit_seconds)
    proof = QuickProof(question.model, snapshot.solver.threads, lambda: clock.left, asked_to_cancel)
    searched = search_portfolio(
        question,
        clock=clock,
        on_progress=on_progress,
        cancel=asked_to_cancel,
        refuted=lambda: proof.found,
    )
    solved = time.perf_counter()
    result = write_result(_told(question, searched, proof))
    timings = Timings(
        build=searched.built - began, solve=solved - searched.built, extract=time.perf_counter() - solved
    )
    return result.model_copy(update={"timings": timings})


def _told(question: Question, searched: Searched, proof: QuickProof) -> Run:
    """The run; infeasible too where only the search came to no end, and the rules contradict each other."""
    staged = searched.staged
    if staged.ending in ("unconfirmed", "nothing_found") and proof.found:
        staged = replace(staged, ending="infeasible")
    return Run(
        snapshot=question.snapshot,
        pool=question.pool,
        model=question.model,
        plan=question.plan,
        presolved=searched.presolved,
        staged=staged,
        solver_version=solver_version(),
    )
