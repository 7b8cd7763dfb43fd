"""What lists narrowed to a state need: an index for each order of the rows in it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PARTIAL = {
    "ix_services_active_created_at_id": ("services", ("created_at", "id"), "is_active IS TRUE"),
    "ix_services_inactive_created_at_id": ("services", ("created_at", "id"), "is_active IS NOT TRUE"),
    "ix_services_inactive_title_id": ("services", ("title", "id"), "is_active IS NOT TRUE"),
    "ix_services_inactive_price_id": ("services", ("price", "id"), "is_active IS NOT TRUE"),
    "ix_services_inactive_duration_id": ("services", ("duration", "id"), "is_active IS NOT TRUE"),
    "ix_services_inactive_category_title_id": ("services", ("category", "title", "id"), "is_active IS NOT TRUE"),
    "ix_password_reset_tokens_used_created_at_id": ("password_reset_tokens", ("created_at", "id"), "is_used IS TRUE"),
    "ix_password_reset_tokens_used_expires_at_id": ("password_reset_tokens", ("expires_at", "id"), "is_used IS TRUE"),
    "ix_password_reset_tokens_unused_created_at_id": (
        "password_reset_tokens",
        ("created_at", "id"),
        "is_used IS NOT TRUE",
    ),
    "ix_password_reset_tokens_unused_expires_at_id": (
        "password_reset_tokens",
        ("expires_at", "id"),
        "is_used IS NOT TRUE",
    ),
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        for name, (table, columns, condition) in PARTIAL.items():
            # SQLite takes an index only where the query has its condition to the letter, and ours have 1 for TRUE.
            op.create_index(name, table, columns, sqlite_where=sa.text(condition.replace("TRUE", "1")))
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
