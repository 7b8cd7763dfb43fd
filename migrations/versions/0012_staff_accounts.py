"""When a member last showed who they are."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_sessions", sa.Column("proved_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE staff_sessions SET proved_at = created_at")  # Logging in is a proof.
    with op.batch_alter_table("staff_sessions") as table:
        table.alter_column("proved_at", nullable=False)


def downgrade() -> None:
    op.drop_column("staff_sessions", "proved_at")
