"""Reviews of listings, and what is known of each listing as it was when it was last looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WAITING = {
    "ix_service_states_waiting_since_service_id": ("waiting_since", "service_id"),
    "ix_service_states_is_edited_waiting_since_service_id": ("is_edited", "waiting_since", "service_id"),
    "ix_service_states_signal_count_waiting_since_service_id": (
        sa.text("signal_count DESC"),
        "waiting_since",
        "service_id",
    ),
    "ix_service_states_category_waiting_since_service_id": ("category", "waiting_since", "service_id"),
    "ix_service_states_provider_id_waiting_since_service_id": ("provider_id", "waiting_since", "service_id"),
}


def upgrade() -> None:
    op.create_table(
        "service_reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.String(20), nullable=False),
        sa.Column("reason_code", sa.String(20)),
        sa.Column("words", sa.Text()),
        sa.Column("reviewed", sa.JSON(), nullable=False),
        sa.Column("was_active", sa.Boolean()),
        sa.Column("is_active", sa.Boolean()),
        sa.Column("reverses_id", sa.Uuid()),
        sa.Column("batch_id", sa.Uuid()),
        sa.Column("reviewer_id", sa.Uuid()),
        sa.Column("reviewer_label", sa.String(255), nullable=False),
        sa.Column("waited_since", sa.DateTime(timezone=True)),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="service_reviews_pkey"),
        sa.UniqueConstraint("reverses_id", name="service_reviews_reverses_id_key"),
        sa.ForeignKeyConstraint(["reverses_id"], ["service_reviews.id"], name="service_reviews_reverses_id_fkey"),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["staff_members.id"], name="service_reviews_reviewer_id_fkey", ondelete="RESTRICT"
        ),
        sa.CheckConstraint(
            "decision IN ('approved', 'changes_requested', 'taken_down', 'reinstated', 'reversed')",
            name=op.f("service_reviews_decision_check"),
        ),
        sa.CheckConstraint(
            "reason_code IS NOT NULL OR decision NOT IN ('changes_requested', 'taken_down')",
            name=op.f("service_reviews_reason_check"),
        ),
    )
    op.create_index(
        "ix_service_reviews_service_id_decided_at_id", "service_reviews", ["service_id", "decided_at", "id"]
    )
    op.create_index("ix_service_reviews_provider_id_decision", "service_reviews", ["provider_id", "decision"])
    op.create_index("ix_service_reviews_decided_at", "service_reviews", ["decided_at"])
    op.create_table(
        "service_states",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("content_digest", sa.String(64), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(50), nullable=False),
        sa.Column("review_id", sa.Uuid()),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("is_edited", sa.Boolean(), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signals", sa.JSON(), nullable=False),
        sa.Column("signal_kinds", sa.String(200), nullable=False),
        sa.Column("signal_count", sa.Integer(), nullable=False),
        sa.Column("claimed_by_id", sa.Uuid()),
        sa.Column("claimed_by_label", sa.String(255)),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("service_id", name="service_states_pkey"),
        sa.ForeignKeyConstraint(["review_id"], ["service_reviews.id"], name="service_states_review_id_fkey"),
        sa.ForeignKeyConstraint(
            ["claimed_by_id"], ["staff_members.id"], name="service_states_claimed_by_id_fkey", ondelete="RESTRICT"
        ),
    )
    for name, columns in WAITING.items():
        op.create_index(
            name,
            "service_states",
            columns,
            postgresql_where=sa.text("needs_review IS TRUE"),
            sqlite_where=sa.text("needs_review IS 1"),
        )
    op.create_index("ix_service_states_review_id", "service_states", ["review_id"])


def downgrade() -> None:
    op.drop_table("service_states")
    op.drop_table("service_reviews")
