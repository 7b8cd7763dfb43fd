"""Staff accounts and their sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "staff_members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("timezone", sa.String(64)),
        sa.Column("created_at", moment, nullable=False, server_default=sa.func.now()),
        sa.Column("updated_at", moment, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="staff_members_pkey"),
        sa.UniqueConstraint("email", name="staff_members_email_key"),
        sa.CheckConstraint(
            "role IN ('operations', 'support', 'manager', 'administrator')",
            name=op.f("staff_members_role_check"),
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("staff_members_email_lower_check")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("key_digest", sa.String(64), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("last_used_at", moment, nullable=False),
        sa.Column("ended_at", moment),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("id", name="staff_sessions_pkey"),
        sa.UniqueConstraint("key_digest", name="staff_sessions_key_digest_key"),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["staff_members.id"],
            name="staff_sessions_member_id_fkey",
            ondelete="RESTRICT",
        ),
    )
    op.create_index("ix_staff_sessions_member_id", "staff_sessions", ["member_id"])


def downgrade() -> None:
    op.drop_table("staff_sessions")
    op.drop_table("staff_members")
