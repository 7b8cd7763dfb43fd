"""What finds confirmed bookings of one provider that share time: an index of those alone, by provider and time."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PARTIAL = {
    # The last two columns are read out of the index, so that the walk through it looks at no row.
    "ix_bookings_confirmed_provider_id_scheduled_at": (
        "bookings",
        ("provider_id", "scheduled_at", "id", "duration"),
        "status = 'confirmed'",
    ),
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        for name, (table, columns, condition) in PARTIAL.items():
            op.create_index(name, table, columns, sqlite_where=sa.text(condition))
        return
    with op.get_context().autocommit_block():  # As in 0004: without a lock, and finished by the next run after a kill.
        op.execute("SET lock_timeout = 0")
        for name, (table, columns, condition) in PARTIAL.items():
            _build(name, f"{table} ({', '.join(columns)}) WHERE {condition}")
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    for name, (table, _columns, _condition) in PARTIAL.items():
        op.drop_index(name, table)


def _build(name: str, on: str) -> None:
    invalid = sa.text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
    if op.get_bind().scalar(invalid, {"name": name}):
        op.execute(f"DROP INDEX CONCURRENTLY {name}")
    op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {on}")
