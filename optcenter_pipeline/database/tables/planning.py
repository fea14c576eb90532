"""Tables that mirror the workbook's input tabs, kept by `sync`.

Names that compare without case are stored twice: as shown, and folded (`*_key`, `*_folded`); the folded one
is the identity, and since folding is a function of the name, both are unique.
"""

import datetime as dt

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from optcenter_pipeline.database.tables.base import Base, Id, JsonText, OptionalJsonText, Synced


class OptimizationScenario(Synced, Base):
    """A row of Scenario_Config, valid or not; what an invalid one could not give is None."""

    __tablename__ = "optimization_scenarios"

    id: Mapped[Id]
    scenario_name: Mapped[str] = mapped_column(unique=True)
    scenario_key: Mapped[str] = mapped_column(unique=True)
    period_key: Mapped[str | None]
    capacity_total_tokens: Mapped[float | None]
    objective_mode: Mapped[str | None]
    objective_weights_json: Mapped[OptionalJsonText]
    goal_tolerance_pct: Mapped[float | None]
    analyses_json: Mapped[OptionalJsonText]
    """The analyses that each of its runs is to have, a list of texts: `frontier(points=20)`."""
    notes: Mapped[str | None]
    is_valid: Mapped[bool]
    messages_json: Mapped[JsonText]
    default_compiled_json: Mapped[OptionalJsonText]
    """The Candidates' own rules alone, compiled, for runs without a set; None where they contradict themselves."""


class OptimizationConstraintSet(Synced, Base):
    """One named set of rules and targets.

    `scenario_id` is None where the scenario has no row in Scenario_Config: such a set is kept with its rows
    and messages (and cannot run), and is tied to its scenario by the save that brings it.
    """

    __tablename__ = "optimization_constraint_sets"
    __table_args__ = (
        UniqueConstraint("scenario_name", "constraint_set_name", name="uq_optimization_constraint_sets_names"),
        UniqueConstraint("scenario_key", "constraint_set_key", name="uq_optimization_constraint_sets_keys"),
    )

    id: Mapped[Id]
    scenario_id: Mapped[int | None] = mapped_column(ForeignKey("optimization_scenarios.id"), index=True)
    scenario_name: Mapped[str]
    constraint_set_name: Mapped[str]
    scenario_key: Mapped[str]
    constraint_set_key: Mapped[str]
    rows_json: Mapped[JsonText]
    """The set's rows as they stand in Constraints and Targets."""
    compiled_json: Mapped[OptionalJsonText]
    """A `ConstraintSetCompiled`; None for an invalid set, which is never compiled in part."""
    is_valid: Mapped[bool]
    messages_json: Mapped[JsonText]


class Initiative(Synced, Base):
    """A row of the registry."""

    __tablename__ = "initiatives"

    id: Mapped[Id]
    initiative_key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    lifecycle_status: Mapped[str | None]
    country: Mapped[str | None]
    region: Mapped[str | None]
    segment: Mapped[str | None]
    product: Mapped[str | None]
    category: Mapped[str | None]
    program: Mapped[str | None]
    department: Mapped[str | None]
    notes: Mapped[str | None]


class CandidateRecord(Synced, Base):
    """A row of Candidates: cost, governance, selection. Attributes are the initiative's."""

    __tablename__ = "candidates"

    id: Mapped[Id]
    initiative_key: Mapped[str] = mapped_column(ForeignKey("initiatives.initiative_key"), unique=True)
    engineering_tokens: Mapped[float]
    deadline_date: Mapped[dt.date | None]
    is_mandatory: Mapped[bool]
    mandate_reason: Mapped[str | None]
    bundle_key: Mapped[str | None]
    prerequisite_keys_json: Mapped[JsonText]
    exclusion_keys_json: Mapped[JsonText]
    synergy_group_keys_json: Mapped[JsonText]
    is_selected_for_run: Mapped[bool]
    notes: Mapped[str | None]


class MetricRecord(Synced, Base):
    """A row of Metrics_Config."""

    __tablename__ = "metrics_config"

    id: Mapped[Id]
    kpi_key: Mapped[str] = mapped_column(unique=True)
    kpi_folded: Mapped[str] = mapped_column(unique=True)
    kpi_name: Mapped[str | None]
    kpi_level: Mapped[str]
    unit: Mapped[str | None]
    is_active: Mapped[bool]
    description: Mapped[str | None]


class KpiContribution(Synced, Base):
    """What an initiative adds to a KPI. `kpi_key` follows the metric's spelling."""

    __tablename__ = "kpi_contributions"
    __table_args__ = (UniqueConstraint("initiative_key", "kpi_key"),)

    id: Mapped[Id]
    initiative_key: Mapped[str] = mapped_column(ForeignKey("initiatives.initiative_key"))
    kpi_key: Mapped[str] = mapped_column(ForeignKey("metrics_config.kpi_key", onupdate="CASCADE"), index=True)
    contribution: Mapped[float]
    low: Mapped[float | None]
    high: Mapped[float | None]
    notes: Mapped[str | None]
