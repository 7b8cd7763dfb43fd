"""At most one open invite to an address."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OPEN = "used_at IS NULL AND voided_at IS NULL"


def upgrade() -> None:
    # Of those that were made at one moment the newest stays open.
    op.execute(f"""
        UPDATE staff_invites SET voided_at = CURRENT_TIMESTAMP
        WHERE {OPEN} AND id <> (
            SELECT newest.id FROM staff_invites newest
            WHERE newest.email = staff_invites.email AND newest.used_at IS NULL AND newest.voided_at IS NULL
            ORDER BY newest.created_at DESC, newest.id DESC LIMIT 1
        )
    """)  # noqa: S608 - made of constants
    op.create_index(
        "uq_staff_invites_open_email",
        "staff_invites",
        ["email"],
        unique=True,
        postgresql_where=sa.text(OPEN),
        sqlite_where=sa.text(OPEN),
    )


def downgrade() -> None:
    op.drop_index("uq_staff_invites_open_email", "staff_invites")
