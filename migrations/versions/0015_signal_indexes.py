"""What finds listings that wait with a signal of one kind: an index of those alone for each kind."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KINDS = ("contact", "price", "duplicate", "shouting", "availability", "images", "provider")


def upgrade() -> None:
    for kind in KINDS:
        op.create_index(
            name_of(kind),
            "service_states",
            ["waiting_since", "service_id"],
            postgresql_where=sa.text(f"needs_review IS TRUE AND strpos(signal_kinds, ' {kind} ') > 0"),
            sqlite_where=sa.text(f"needs_review IS 1 AND instr(signal_kinds, ' {kind} ') > 0"),
        )


def downgrade() -> None:
    for kind in reversed(KINDS):
        op.drop_index(name_of(kind), "service_states")


def name_of(kind: str) -> str:
    return f"ix_service_states_{kind}_waiting_since_service_id"
