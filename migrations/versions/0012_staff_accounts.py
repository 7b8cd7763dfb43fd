"""Staff accounts that are hard to steal: proofs in sessions, second factors, recovery codes, invites."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("staff_sessions", sa.Column("proved_at", MOMENT))
    op.execute("UPDATE staff_sessions SET proved_at = created_at")  # Logging in is a proof.
    with op.batch_alter_table("staff_sessions") as table:
        table.alter_column("proved_at", nullable=False)
    op.create_table(
        "staff_second_factors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="staff_second_factors_pkey"),
        _member_key("staff_second_factors"),
        sa.UniqueConstraint("member_id", "kind", name="staff_second_factors_member_id_kind_key"),
        sa.CheckConstraint("kind = 'totp'", name=op.f("staff_second_factors_kind_check")),
    )
    op.create_table(
        "staff_recovery_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="staff_recovery_codes_pkey"),
        _member_key("staff_recovery_codes"),
        sa.UniqueConstraint("digest", name="staff_recovery_codes_digest_key"),
    )
    op.create_index("ix_staff_recovery_codes_member_id", "staff_recovery_codes", ["member_id"])
    op.create_table(
        "staff_invites",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("invited_by", sa.String(255), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.Column("voided_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="staff_invites_pkey"),
        sa.UniqueConstraint("token_digest", name="staff_invites_token_digest_key"),
        sa.CheckConstraint(
            "role IN ('operations', 'support', 'manager', 'administrator')", name=op.f("staff_invites_role_check")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("staff_invites_email_lower_check")),
    )
    op.create_index("ix_staff_invites_email", "staff_invites", ["email"])


def downgrade() -> None:
    op.drop_table("staff_invites")
    op.drop_table("staff_recovery_codes")
    op.drop_table("staff_second_factors")
    op.drop_column("staff_sessions", "proved_at")


def _member_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["member_id"], ["staff_members.id"], name=f"{table}_member_id_fkey", ondelete="RESTRICT"
    )
