"""What the desk of reset links notes of each: by whom, for whom, why, how, and how it ended."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reset_link_records",
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid()),
        sa.Column("issuer_id", sa.Uuid()),
        sa.Column("issuer_label", sa.String(255)),
        sa.Column("reason", sa.Text()),
        sa.Column("way", sa.String(10)),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaces", sa.String(64)),
        sa.Column("page_digest", sa.String(64)),
        sa.Column("sealed", sa.String(64)),
        sa.Column("ended_as", sa.String(10)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_by", sa.String(255)),
        sa.PrimaryKeyConstraint("token_id", name="reset_link_records_pkey"),
        sa.UniqueConstraint("page_digest", name="reset_link_records_page_digest_key"),
        sa.ForeignKeyConstraint(
            ["issuer_id"], ["staff_members.id"], name="reset_link_records_issuer_id_fkey", ondelete="RESTRICT"
        ),
        sa.CheckConstraint("way IN ('mailed', 'shown')", name=op.f("reset_link_records_way_check")),
        sa.CheckConstraint("ended_as IN ('used', 'voided', 'revoked')", name=op.f("reset_link_records_ended_as_check")),
    )
    op.create_index("ix_reset_link_records_issuer_id_issued_at", "reset_link_records", ["issuer_id", "issued_at"])
    op.create_index("ix_reset_link_records_user_id_issued_at", "reset_link_records", ["user_id", "issued_at"])
    op.create_index("ix_reset_link_records_ended_as_issued_at", "reset_link_records", ["ended_as", "issued_at"])


def downgrade() -> None:
    op.drop_table("reset_link_records")
