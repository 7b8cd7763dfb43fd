"""What finds confirmed bookings of one provider that share time: an index of those alone, by provider and time."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NAME = "ix_bookings_confirmed_provider_id_scheduled_at"
COLUMNS = ("provider_id", "scheduled_at", "id", "duration")
"""The last two are read out of the index, so that the walk through it looks at no row."""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        op.create_index(NAME, "bookings", COLUMNS, sqlite_where=sa.text("status = 'confirmed'"))
        return
    with op.get_context().autocommit_block():  # As in 0004: without a lock, and finished by the next run after a kill.
        op.execute("SET lock_timeout = 0")
        invalid = sa.text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
        if op.get_bind().scalar(invalid, {"name": NAME}):
            op.execute(f"DROP INDEX CONCURRENTLY {NAME}")
        on = f"bookings ({', '.join(COLUMNS)}) WHERE status = 'confirmed'"
        op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {NAME} ON {on}")
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    op.drop_index(NAME, "bookings")
