"""Which process carries out a request, so that its end is noticed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("action_requests", sa.Column("worker", sa.Text()))


def downgrade() -> None:
    """Refused: data would be lost; restore a backup."""
    raise NotImplementedError("downgrades lose data; restore a backup instead")
