"""When the mail server did not take the mail with a reset link."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reset_link_records", sa.Column("lost_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("reset_link_records", "lost_at")
