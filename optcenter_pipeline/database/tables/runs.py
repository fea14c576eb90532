"""The ledger's tables: runs, the portfolios that they found, and the requests that asked for them."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from optcenter_pipeline.database.tables.base import (
    Base,
    Id,
    JsonText,
    OptionalJsonText,
    OptionalUtc,
    Sha256,
    Utc,
)

OPEN_STATUSES = ("pending", "running")
"""A run in any other status is final: a trigger of the database refuses to change or delete it."""


class OptimizationRun(Base):
    """One run: its inputs before anything is solved, then its one final status."""

    __tablename__ = "optimization_runs"
    __table_args__ = (
        Index("ix_optimization_runs_what", "scenario_key", "constraint_set_key", "created_at"),
        Index("ix_optimization_runs_status", "status"),
    )

    id: Mapped[Id]
    run_id: Mapped[str] = mapped_column(unique=True)
    scenario_name: Mapped[str]
    constraint_set_name: Mapped[str]
    """Empty for a run on the Candidates' own rules alone."""
    scenario_key: Mapped[str]
    constraint_set_key: Mapped[str]
    period_key: Mapped[str | None]
    scope_type: Mapped[str]
    objective_mode: Mapped[str | None]
    capacity_total: Mapped[float | None]
    status: Mapped[str]
    inputs_snapshot_json: Mapped[JsonText]
    inputs_sha256: Mapped[Sha256]
    results_json: Mapped[OptionalJsonText]
    gaps_json: Mapped[OptionalJsonText]
    objective_value: Mapped[float | None]
    objective_bound: Mapped[float | None]
    mip_gap: Mapped[float | None]
    """Relative, as the solver proved it."""
    build_seconds: Mapped[float | None]
    solve_seconds: Mapped[float | None]
    extract_seconds: Mapped[float | None]
    solver_name: Mapped[str | None]
    solver_version: Mapped[str | None]
    error_text: Mapped[str | None]
    dagster_run_id: Mapped[str | None]
    requested_by: Mapped[str | None]
    worker: Mapped[str | None]
    """`host:pid` of the process that solves it."""
    what_if: Mapped[str | None]
    """In words, where its numbers are not those of the sheet."""
    created_at: Mapped[Utc]
    started_at: Mapped[OptionalUtc]
    heartbeat_at: Mapped[OptionalUtc]
    finished_at: Mapped[OptionalUtc]


class Portfolio(Base):
    """What a run found: which initiatives to fund. A run without a portfolio has no row here."""

    __tablename__ = "portfolios"

    id: Mapped[Id]
    run_id: Mapped[str] = mapped_column(ForeignKey("optimization_runs.run_id"), unique=True)
    scenario_name: Mapped[str]
    constraint_set_name: Mapped[str]
    objective_value: Mapped[float | None]
    capacity_used: Mapped[float]
    selected_count: Mapped[int]
    created_at: Mapped[Utc]


class PortfolioItem(Base):
    """One funded initiative of a portfolio."""

    __tablename__ = "portfolio_items"
    __table_args__ = (UniqueConstraint("portfolio_id", "initiative_key"),)

    id: Mapped[Id]
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    initiative_key: Mapped[str]
    rank: Mapped[int]
    allocated_tokens: Mapped[float]
    objective_contribution: Mapped[float]
    contributions_json: Mapped[JsonText]
    reason: Mapped[str]


class ActionRequest(Base):
    """A request from the workbook's menu or the command line; the same request_id twice is one action."""

    __tablename__ = "action_requests"

    id: Mapped[Id]
    request_id: Mapped[str] = mapped_column(unique=True)
    action: Mapped[str]
    request_json: Mapped[JsonText]
    """The request as it came."""
    scenario_name: Mapped[str | None]
    constraint_set_name: Mapped[str | None]
    requested_by: Mapped[str | None]
    status: Mapped[str] = mapped_column(index=True)
    """queued, running, success, failed or rejected."""
    message: Mapped[str | None]
    run_id: Mapped[str | None]
    run_url: Mapped[str | None]
    dagster_run_id: Mapped[str | None]
    worker: Mapped[str | None]
    """`host:pid` of the process that carries it out."""
    created_at: Mapped[Utc]
    started_at: Mapped[OptionalUtc]
    finished_at: Mapped[OptionalUtc]
