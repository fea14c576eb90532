"""One run from snapshot to result: validity, pool, rows, Pyomo model, stages, outcome."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from pyomo.common.gc_manager import PauseGC

from optcenter_pipeline.engine.canonical import canonical_snapshot
from optcenter_pipeline.engine.highs import SolverModel, solver_version
from optcenter_pipeline.engine.infeasibility import Refutation, not_located
from optcenter_pipeline.engine.linear_model import LinearModel, build_linear_model
from optcenter_pipeline.engine.model_form import natural_form
from optcenter_pipeline.engine.objective import Plan, build_plan
from optcenter_pipeline.engine.outcome import Run, write_result
from optcenter_pipeline.engine.pool import Pool, build_pool
from optcenter_pipeline.engine.presolve.presolve import presolve
from optcenter_pipeline.engine.presolve.reduced_form import reduced_form
from optcenter_pipeline.engine.presolve.reduced_model import SHORTFALL, ReducedModel
from optcenter_pipeline.engine.problems import invalid_result
from optcenter_pipeline.engine.progress import Progress
from optcenter_pipeline.engine.pyomo_model import through_pyomo
from optcenter_pipeline.engine.result import ModelSize, Result, SolverInfo, Timings
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.staged import NOTHING_SEARCHED, Clock, Staged
from optcenter_pipeline.engine.stages import StagedSearch
from optcenter_pipeline.engine.validity import find_problems


@dataclass(frozen=True)
class Question:
    """A valid snapshot as a model: what every run, export and analysis begins with."""

    snapshot: Snapshot
    """In canonical form."""
    pool: Pool
    model: LinearModel
    plan: Plan


def build_question(snapshot: Snapshot) -> Question:
    """The model of a snapshot in which `find_problems` found nothing."""
    canonical = canonical_snapshot(snapshot)
    pool = build_pool(canonical)
    model = build_linear_model(canonical, pool)
    return Question(canonical, pool, model, build_plan(canonical, pool, model))


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
    prepared = _prepared(question, asked_to_cancel)
    built = time.perf_counter()
    clock = Clock(began, snapshot.solver.time_limit_seconds)
    refutation = Refutation(question.model, snapshot.solver.threads, lambda: clock.left, asked_to_cancel)
    staged = NOTHING_SEARCHED
    if prepared is not None:
        search = StagedSearch(
            question.model,
            question.plan,
            prepared.reduced,
            prepared.solver,
            options=snapshot.solver,
            clock=clock,
            on_progress=on_progress or (lambda _: None),
            cancel=asked_to_cancel,
            refuted=lambda: refutation.found,
        )
        staged = search.run()
    solved = time.perf_counter()
    result = write_result(_told(question, prepared.size if prepared else None, staged, refutation))
    timings = Timings(build=built - began, solve=solved - built, extract=time.perf_counter() - solved)
    return result.model_copy(update={"timings": timings})


@dataclass(frozen=True)
class _Prepared:
    """A question as the solver gets it."""

    reduced: ReducedModel
    solver: SolverModel

    @property
    def size(self) -> ModelSize:
        """Of what presolve left."""
        return ModelSize(
            rows=self.reduced.height, columns=self.reduced.width, nonzeros=int(self.reduced.matrix.nnz)
        )


def _prepared(question: Question, cancel: Callable[[], bool]) -> _Prepared | None:
    """Presolve, Pyomo, HiGHS; None where somebody cancels meanwhile."""
    if cancel():
        return None
    reduced = presolve(question.model, question.plan)
    if cancel():
        return None
    form = reduced_form(reduced, natural_form(question.model))
    arrays = through_pyomo(form, reduced.benefits[0], "max")
    return _Prepared(reduced, SolverModel(arrays, reduced.families == SHORTFALL, question.snapshot.solver))


def _told(question: Question, presolved: ModelSize | None, staged: Staged, refutation: Refutation) -> Run:
    """The run with its conflict, where there is no portfolio because the rules contradict each other."""
    if staged.ending in ("unconfirmed", "nothing_found") and refutation.found:
        staged = replace(staged, ending="infeasible")
    infeasible = staged.ending == "infeasible"
    conflict = refutation.conflict if infeasible else None
    return Run(
        snapshot=question.snapshot,
        pool=question.pool,
        model=question.model,
        plan=question.plan,
        presolved=presolved,
        staged=staged,
        conflict=conflict,
        conflict_alerts=not_located(conflict) if infeasible else (),
        solver_version=solver_version(),
    )
