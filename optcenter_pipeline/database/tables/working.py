"""Working tables: what the stages hand on, and what was promised and delivered to the sheet."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from optcenter_pipeline.database.tables.base import Base, JsonText, OptionalJsonText, Sha256, Utc


class StageOutput(Base):
    """The current output of one stage of the pipeline."""

    __tablename__ = "stage_outputs"

    stage: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[Sha256]
    payload_json: Mapped[JsonText]
    input_sha256: Mapped[str | None]
    updated_at: Mapped[Utc]
    """When the payload last changed."""


class TabState(Base):
    """Whether a tab could be read at the last save, and why not: a run may not go on old rows in silence."""

    __tablename__ = "tab_states"

    tab: Mapped[str] = mapped_column(primary_key=True)
    is_readable: Mapped[bool]
    messages_json: Mapped[JsonText]
    updated_at: Mapped[Utc]


class RowStatus(Base):
    """What the sheet was promised to be told of one row's content."""

    __tablename__ = "row_statuses"

    tab: Mapped[str] = mapped_column(primary_key=True)
    content_hash: Mapped[Sha256] = mapped_column(primary_key=True)
    occurrence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """0 for the first row of this content in the tab, 1 for the next, …"""
    row_num: Mapped[int]
    key: Mapped[str]
    run_status: Mapped[str]
    left_out_json: Mapped[OptionalJsonText]
    """Its errors, a list of `column: text`, where they keep the row out of the tables and so out of every run."""
    updated_source: Mapped[str]
    updated_at: Mapped[Utc]


class Delivery(Base):
    """A run whose outputs stand in the sheet."""

    __tablename__ = "deliveries"

    run_id: Mapped[str] = mapped_column(ForeignKey("optimization_runs.run_id"), primary_key=True)
    delivered_at: Mapped[Utc]


class Lease(Base):
    """Who does what only one process at a time may do; no row while nobody does."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str]
    worker: Mapped[str]
    expires_at: Mapped[Utc]
