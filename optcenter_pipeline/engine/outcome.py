"""The result document: a portfolio, or why there is none, in numbers and words."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyomo.common.gc_manager import PauseGC

from optcenter_pipeline.engine.figures import capacity_use, clean, gaps, kpi_values, stability, synergies_in_effect
from optcenter_pipeline.engine.linear_model import LinearModel, Point
from optcenter_pipeline.engine.objective import Plan
from optcenter_pipeline.engine.pool import Pool
from optcenter_pipeline.engine.proportions import proportion_alerts
from optcenter_pipeline.engine.reasons import Reasons
from optcenter_pipeline.engine.result import (
    Alert,
    ModelSize,
    Objective,
    RejectedCandidate,
    Result,
    SelectedCandidate,
    SolverInfo,
    StageLimit,
    StageResult,
    Status,
    Timings,
)
from optcenter_pipeline.engine.snapshot import Snapshot, SolverOptions
from optcenter_pipeline.engine.staged import Staged
from optcenter_pipeline.engine.what_if import what_if_alerts
from optcenter_pipeline.rules.numbers import amount
from optcenter_pipeline.rules.portfolio import Candidate


@dataclass(frozen=True)
class Run:
    """Everything that a run went through, as its result is written from it."""

    snapshot: Snapshot
    """In canonical form."""
    pool: Pool
    model: LinearModel
    plan: Plan
    presolved: ModelSize | None
    staged: Staged
    solver_version: str

    @property
    def status(self) -> Status:
        """By the table in semantics.md, *Outcome*."""
        return self.staged.status(self.plan)


def write_result(run: Run) -> Result:
    """The result of a run, timings still to be filled in."""
    with PauseGC():  # a text a candidate, none of it garbage: looking for some takes longer than writing
        return _written(run)


def _written(run: Run) -> Result:
    size = ModelSize(rows=len(run.model.rows), columns=run.model.column_count, nonzeros=run.model.nonzero_count)
    common = {
        "status": run.status,
        "objective": _objective(run),
        "alerts": (
            *what_if_alerts(run.snapshot),
            *run.pool.alerts,
            *proportion_alerts(run.snapshot, run.model, run.plan),
            *_limit_alerts(run),
        ),
        "solver": SolverInfo(version=run.solver_version, model=size, presolved=run.presolved),
        "timings": Timings(),
    }
    point = run.staged.point
    if point is None:
        return Result(**common)
    reasons = Reasons(run.snapshot, run.pool, run.model, run.plan, point)
    return Result(
        **common,
        selected=_selected(run, reasons, point),
        rejected=_rejected(run, reasons, point),
        synergies=synergies_in_effect(run.model, point),
        kpis=kpi_values(run.snapshot, run.model, point),
        gaps=gaps(run.snapshot, run.model, point),
        capacity=capacity_use(run.snapshot, run.model, point),
        stability=stability(run.snapshot, run.model, point),
    )


def _objective(run: Run) -> Objective:
    mode = run.snapshot.scenario.objective_mode
    stages = tuple(_cleaned(stage) for stage in run.staged.stages)
    first = next((stage for stage in stages if stage.kind in ("kpi", "weighted")), None)
    point = run.staged.point
    if first is None or point is None:
        return Objective(mode=mode, stages=stages, scales=run.plan.scales)
    stage = run.plan.kpi_stages[0]
    value = clean(stage.own_terms.value(point))
    price = value - clean(stage.terms.value(point))
    best = max(clean(first.value + price), value)
    return Objective(
        mode=mode,
        value=value,
        best_possible=best,
        bound=max(clean(first.bound + price), best),
        mip_gap=first.mip_gap,
        goals_cost=clean(best - value) if run.model.goals else None,
        stages=stages,
        scales=run.plan.scales,
    )


def _cleaned(stage: StageResult) -> StageResult:
    return stage.model_copy(
        update={"value": clean(stage.value), "bound": clean(stage.bound), "mip_gap": clean(stage.mip_gap)}
    )


def _limit_alerts(run: Run) -> Iterator[Alert]:
    """What a limit kept the run from doing."""
    for name in run.staged.skipped:
        message = f"no time was left for the stage {name}: the portfolio is the best of the stages before it"
        yield Alert(code="stage_skipped", message=message)
    for stage in run.staged.stages:
        if not stage.proven:
            reached = f"stage {stage.name} stopped at {amount(stage.value)} with the bound at {amount(stage.bound)}"
            why = _stopped_by(run.snapshot.solver, stage.stopped_by)
            yield Alert(code="stage_not_proven", message=f"{reached} (gap {100 * stage.mip_gap:.3g} %){why}")
    if run.staged.ending == "unconfirmed":
        message = "the solver called the rules contradictory, and a limit stopped the second look at that"
        yield Alert(code="infeasible_not_confirmed", message=message)


def _stopped_by(options: SolverOptions, limit: StageLimit | None) -> str:
    match limit:
        case "time":
            return f": the time limit of {amount(options.time_limit_seconds or 0.0)} s was reached"
        case "nodes":
            return f": the limit of {options.node_limit:,} nodes was reached"
        case "cancel":
            return ": a person stopped it"
        case "effort":
            return ": it takes no longer than the stages before it"
        case None:
            return ""


def _selected(run: Run, reasons: Reasons, point: Point) -> tuple[SelectedCandidate, ...]:
    """Funded candidates: most objective first, then fewest tokens, then by key."""
    terms = run.plan.kpi_stages[0].own_terms
    worth = dict(zip(terms.columns, terms.coefficients, strict=True))
    funded = [
        (-clean(worth.get(column, 0.0)), candidate.engineering_tokens, candidate.initiative_key, column)
        for column, candidate in enumerate(run.model.columns.candidates)
        if point[column]
    ]
    return tuple(
        SelectedCandidate(
            initiative_key=key,
            rank=rank,
            allocated_tokens=tokens,
            objective_contribution=-cost,
            contributions=_contributions(run, run.model.columns.candidates[column]),
            reason=reasons.of_selected(column),
        )
        for rank, (cost, tokens, key, column) in enumerate(sorted(funded), start=1)
    )


def _contributions(run: Run, candidate: Candidate) -> dict[str, float]:
    """The candidate's contributions in the order of the metrics."""
    given = candidate.contributions
    return {metric.kpi_key: given[metric.kpi_key] for metric in run.snapshot.metrics if metric.kpi_key in given}


def _rejected(run: Run, reasons: Reasons, point: Point) -> tuple[RejectedCandidate, ...]:
    """Pool members that are not funded, in order of key, each with its reason."""
    out = []
    for column, candidate in enumerate(run.model.columns.candidates):
        if not point[column]:
            text, rows = reasons.of_rejected(column)
            entry = RejectedCandidate(
                initiative_key=candidate.initiative_key, reason=text, source_rows=tuple(dict.fromkeys(rows))
            )
            out.append(entry)
    return tuple(out)
