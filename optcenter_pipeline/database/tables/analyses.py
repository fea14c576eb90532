"""The analyses of runs: what was asked for, and the documents that came of it."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from optcenter_pipeline.database.tables.base import Base, Id, JsonText, OptionalJsonText, OptionalUtc, Utc


class RunAnalysis(Base):
    """One analysis of one run; the run itself is final and stays as it is."""

    __tablename__ = "run_analyses"
    __table_args__ = (UniqueConstraint("run_id", "kind"), Index("ix_run_analyses_status", "status"))

    id: Mapped[Id]
    run_id: Mapped[str] = mapped_column(ForeignKey("optimization_runs.run_id"))
    kind: Mapped[str]
    """explain, frontier, alternatives, robustness, comparison or report."""
    status: Mapped[str]
    """wanted, running, done or failed."""
    options_json: Mapped[JsonText]
    """An object: how it was asked for, and what else it depends on."""
    document_json: Mapped[OptionalJsonText]
    """What came of it last; an earlier one stands until another is kept."""
    error_text: Mapped[str | None]
    worker: Mapped[str | None]
    """`host:pid` of the process that works on it."""
    created_at: Mapped[Utc]
    started_at: Mapped[OptionalUtc]
    finished_at: Mapped[OptionalUtc]
    delivered_at: Mapped[OptionalUtc]
    """When what came of it, a document or a failure, came to stand in the sheet."""
