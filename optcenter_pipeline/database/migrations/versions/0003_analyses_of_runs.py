"""Analyses of runs: what was asked for, and the documents that came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "run_analyses",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("options_json", sa.Text(), nullable=False),
        sa.Column("document_json", sa.Text()),
        sa.Column("error_text", sa.Text()),
        sa.Column("worker", sa.Text()),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("started_at", UTC),
        sa.Column("finished_at", UTC),
        sa.Column("delivered_at", UTC),
        sa.ForeignKeyConstraint(["run_id"], ["optimization_runs.run_id"], name="fk_run_analyses_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_run_analyses"),
        sa.UniqueConstraint("run_id", "kind", name="uq_run_analyses_run_id_kind"),
    )
    op.create_index("ix_run_analyses_status", "run_analyses", ["status"])


def downgrade() -> None:
    """Refused: data would be lost; restore a backup."""
    raise NotImplementedError("downgrades lose data; restore a backup instead")
