"""How each staff member reads dates, numbers and money."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_members", sa.Column("locale", sa.String(64)))


def downgrade() -> None:
    op.drop_column("staff_members", "locale")
