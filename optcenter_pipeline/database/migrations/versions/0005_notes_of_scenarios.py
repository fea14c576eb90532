"""Notes of a scenario, where a person marks its row as fixed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("optimization_scenarios", sa.Column("notes", sa.Text()))


def downgrade() -> None:
    """Refused: data would be lost; restore a backup."""
    raise NotImplementedError("downgrades lose data; restore a backup instead")
