"""The plan that an analysis starts from: a run's question and the portfolio that answered it."""

from collections.abc import Callable
from dataclasses import dataclass

from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.objective import Stage
from optcenter_pipeline.engine.question import Question, build_question
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot, SolverOptions
from optcenter_pipeline.engine.validity import find_problems
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.units import NET

ANALYSIS_GAP = 1e-3
"""Relative gap of each of the many searches of an analysis, where the run itself did not ask for a full proof."""


class NoPlanError(ValueError):
    """The run has no portfolio that could be analysed; the text says why, and what to do."""


@dataclass(frozen=True)
class BasePlan:
    """A run with a portfolio."""

    question: Question
    result: Result
    point: Point

    @property
    def stage(self) -> Stage:
        """The first KPI stage: what `objective` means in every analysis."""
        return self.question.plan.kpi_stages[0]

    @property
    def objective_name(self) -> str:
        """What `objective` counts: a KPI or `weighted_kpis`; `gmv net of changes` where their price is off it."""
        return f"{self.stage.name}{NET}" if self.stage.unpriced is not None else self.stage.name

    @property
    def options(self) -> SolverOptions:
        """How hard an analysis that solves many times searches each: to 0.1 %, or in full where the run did."""
        own = self.question.snapshot.solver
        gap = max(own.mip_gap, ANALYSIS_GAP) if own.mip_gap > 0 else 0.0
        return own.model_copy(update={"mip_gap": gap})

    @property
    def objective(self) -> float:
        """The first KPI stage's value in the run's portfolio, the price of changes taken off."""
        return self.stage.terms.value(self.point)

    @property
    def tokens(self) -> float:
        """Tokens that the portfolio spends."""
        return self.question.model.columns.token_terms().value(self.point)


def base_plan(snapshot: Snapshot, result: Result) -> BasePlan:
    """The plan of a run.

    Args:
        snapshot: its inputs.
        result: its answer to them.

    Raises:
        NoPlanError: the run has no portfolio.
    """
    if not result.has_portfolio or find_problems(snapshot):
        raise NoPlanError(
            f"the run is {result.status} and has no portfolio; `optcenter explain` tells what stands in its way"
        )
    question = build_question(snapshot)
    point = question.point_of([chosen.initiative_key for chosen in result.selected])
    return BasePlan(question, result, point)


def kpi_named(question: Question, name: str) -> str | None:
    """A KPI of the snapshot as Metrics_Config spells it; None where there is none of that name."""
    kpis = (metric.kpi_key for metric in question.snapshot.metrics)
    return next((kpi for kpi in kpis if fold(kpi) == fold(name)), None)


Cancel = Callable[[], bool]
"""Asked often; True ends an analysis with what it has by then."""
