"""Runs that were approved as their scenario's plan, and runs of other numbers than the sheet's."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

REFUSAL = "an approval never changes; approve another run"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("scenario_key", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["optimization_runs.run_id"], name="fk_approvals_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
    )
    op.create_index("ix_approvals_scenario_key", "approvals", ["scenario_key"])
    op.create_index("ix_approvals_run_id", "approvals", ["run_id"])
    op.add_column("optimization_runs", sa.Column("what_if", sa.Text()))
    _keep_history()


def _keep_history() -> None:
    """The database itself refuses to change or delete an approval, whoever asks."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_approval() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER approvals_kept BEFORE UPDATE OR DELETE ON approvals "
            "FOR EACH ROW EXECUTE FUNCTION refuse_approval()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER approvals_kept_{event.lower()} BEFORE {event} ON approvals "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def downgrade() -> None:
    """Refused: data would be lost; restore a backup."""
    raise NotImplementedError("downgrades lose data; restore a backup instead")
