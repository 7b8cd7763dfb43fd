"""Work on many rows: batches and their items."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_type", sa.String(64), nullable=False),
        sa.Column("verb", sa.String(40), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("selection", sa.JSON(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("not_done", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid()),
        sa.Column("author_label", sa.String(255), nullable=False),
        sa.Column("runner_label", sa.String(255)),
        sa.Column("undoes_id", sa.Uuid()),
        sa.Column("retries_id", sa.Uuid()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="batches_pkey"),
        sa.ForeignKeyConstraint(
            ["author_id"], ["staff_members.id"], name="batches_author_id_fkey", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["undoes_id"], ["batches.id"], name="batches_undoes_id_fkey"),
        sa.ForeignKeyConstraint(["retries_id"], ["batches.id"], name="batches_retries_id_fkey"),
        sa.CheckConstraint("state IN ('draft', 'running', 'finished')", name=op.f("batches_state_check")),
        sa.CheckConstraint("size > 0", name=op.f("batches_size_check")),
        sa.CheckConstraint(
            "done >= 0 AND not_done >= 0 AND done + not_done <= size", name=op.f("batches_progress_check")
        ),
    )
    op.create_index("ix_batches_created_at_id", "batches", ["created_at", "id"])
    op.create_index("ix_batches_state_created_at_id", "batches", ["state", "created_at", "id"])
    op.create_index("ix_batches_undoes_id", "batches", ["undoes_id"])
    op.create_index("ix_batches_retries_id", "batches", ["retries_id"])
    op.create_table(
        "batch_items",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("arguments", sa.JSON()),
        sa.Column("expected_digest", sa.String(64)),
        sa.Column("sentence", sa.Text()),
        sa.Column("changes", sa.JSON()),
        sa.Column("left_digest", sa.String(64)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("batch_id", "position", name="batch_items_pkey"),
        sa.UniqueConstraint("batch_id", "subject_id", name="batch_items_batch_id_key"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="batch_items_batch_id_fkey", ondelete="CASCADE"),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'refused', 'failed', 'stopped')", name=op.f("batch_items_state_check")
        ),
    )
    op.create_index("ix_batch_items_batch_id_state_position", "batch_items", ["batch_id", "state", "position"])


def downgrade() -> None:
    op.drop_table("batch_items")
    op.drop_table("batches")
