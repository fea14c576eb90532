"""What rules speak about: candidates with their cost and effect, metrics, and the scenario."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from optcenter_pipeline.rules.names import Document, InitiativeKey, Name, SourceRow, Value

CLOSED_LIFECYCLES = frozenset({"done", "cancelled", "archived", "rejected"})
"""A candidate in one of these states is ineligible (semantics.md, *The pool*, 3)."""

Number = Annotated[float, Field(strict=True)]
PositiveTokens = Annotated[float, Field(strict=True, gt=0)]
Percent = Annotated[float, Field(strict=True, ge=0, le=100)]

ObjectiveMode = Literal["north_star", "weighted_kpis", "lexicographic"]
KpiLevel = Literal["north_star", "strategic", "supporting"]


class Candidate(Document):
    """An initiative that a scenario may fund."""

    initiative_key: InitiativeKey
    title: str = ""
    engineering_tokens: PositiveTokens
    """Cost, in engineering tokens."""
    deadline_date: dt.date | None = None
    lifecycle_status: str | None = None
    attributes: dict[str, str | None] = {}
    """By dimension (`country`, `department`, …), as typed."""
    contributions: dict[Name, Number] = {}
    """By KPI, in the KPI's native unit over the scenario's period."""
    contribution_ranges: dict[Name, tuple[Number, Number]] = {}
    """By KPI: low and high, for robustness."""
    source_row: SourceRow | None = None


class Metric(Document):
    """One KPI of tab Metrics_Config."""

    kpi_key: Name
    kpi_level: KpiLevel
    unit: str | None = None
    is_active: bool = True


GOALS = "goals"
"""The word that stands for the goals stage in a lexicographic list; no KPI of that name can be listed."""


class LexicographicStage(Value):
    """One KPI of a lexicographic list; `tolerance_pct` of its best may be given up for later stages."""

    kpi: Name
    tolerance_pct: Percent = 0.0


ObjectiveWeights = dict[Name, Number] | list[Name | LexicographicStage]
"""`weighted_kpis`: KPI → weight. `lexicographic`: KPI keys, stages, and the word `goals`, in order."""


class Scenario(Document):
    """One planning question: a period, a capacity, an objective."""

    scenario_name: Name
    period_key: str | None = None
    capacity_total_tokens: PositiveTokens
    objective_mode: ObjectiveMode = "north_star"
    objective_weights: ObjectiveWeights | None = None
    goal_tolerance_pct: Percent = 5.0
    source_row: SourceRow | None = None
