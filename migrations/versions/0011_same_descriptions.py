"""What finds listings with the same description: an index of digests, of as much as duplicates are told by."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAME = "ix_services_description_digest"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return  # SQLite has no such function, and compares few listings.
    with op.get_context().autocommit_block():  # As in 0004: without a lock, and finished by the next run after a kill.
        op.execute("SET lock_timeout = 0")
        invalid = sa.text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
        if op.get_bind().scalar(invalid, {"name": NAME}):
            op.execute(f"DROP INDEX CONCURRENTLY {NAME}")
        digest = "md5(lower(substr(description, 1, 1000)))"
        op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {NAME} ON services ({digest})")
        op.execute("ANALYZE services")
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(NAME, "services")
