"""The plans that people approved: the newest of a scenario is its plan, the others its history."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from optcenter_pipeline.database.tables.base import Base, Id, Utc


class Approval(Base):
    """One run frozen as its scenario's plan. A trigger of the database refuses to change or delete an approval."""

    __tablename__ = "approvals"
    __table_args__ = (Index("ix_approvals_scenario_key", "scenario_key"), Index("ix_approvals_run_id", "run_id"))

    id: Mapped[Id]
    run_id: Mapped[str] = mapped_column(ForeignKey("optimization_runs.run_id"))
    scenario_key: Mapped[str]
    approved_by: Mapped[str]
    approved_at: Mapped[Utc]
