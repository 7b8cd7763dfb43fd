"""Which listings were sent back to their providers, and since when: a list of its own, by an index of those alone."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INDEX = "ix_service_states_sent_back_waiting_since_service_id"


def upgrade() -> None:
    op.add_column("service_states", sa.Column("is_sent_back", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Since when a listing waits was not kept up once it was decided on.
    op.execute(
        """
        UPDATE service_states SET
            waiting_since = (SELECT decided_at FROM service_reviews WHERE service_reviews.id = review_id),
            is_sent_back = (SELECT decision FROM service_reviews WHERE service_reviews.id = review_id)
                = 'changes_requested'
        WHERE NOT needs_review AND review_id IS NOT NULL
        """
    )
    op.create_index(
        INDEX,
        "service_states",
        ["waiting_since", "service_id"],
        postgresql_where=sa.text("is_sent_back IS TRUE"),
        sqlite_where=sa.text("is_sent_back IS 1"),
    )


def downgrade() -> None:
    op.drop_index(INDEX, "service_states")
    op.drop_column("service_states", "is_sent_back")
