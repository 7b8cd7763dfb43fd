"""The four tables shared with the marketplace API, as its documentation states them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("password", sa.String(255), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("created_at", moment, server_default=sa.func.now()),
        sa.Column("updated_at", moment, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="users_pkey"),
        sa.UniqueConstraint("email", name="users_email_key"),
        sa.CheckConstraint("role IN ('customer', 'provider')", name=op.f("users_role_check")),
    )
    op.create_index("idx_users_email", "users", ["email"])

    op.create_table(
        "services",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.String(50), nullable=False),
        sa.Column("price", sa.Numeric(10, 2), nullable=False),
        sa.Column("currency", sa.String(3), server_default="USD"),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("availability", sa.JSON(), nullable=False),
        sa.Column("images", sa.JSON(), server_default="[]"),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true()),
        sa.Column("created_at", moment, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="services_pkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["users.id"], name="services_provider_id_fkey", ondelete="RESTRICT"),
        sa.CheckConstraint("price > 0", name=op.f("services_price_check")),
        sa.CheckConstraint("duration > 0", name=op.f("services_duration_check")),
    )
    op.create_index("idx_services_provider_id", "services", ["provider_id"])
    op.create_index("idx_services_category", "services", ["category"])

    op.create_table(
        "bookings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("scheduled_at", moment, nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("total_amount", sa.Numeric(10, 2), nullable=False),
        sa.Column("notes", sa.Text()),
        sa.Column("created_at", moment, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="bookings_pkey"),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name="bookings_customer_id_fkey", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="bookings_service_id_fkey", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["provider_id"], ["users.id"], name="bookings_provider_id_fkey", ondelete="RESTRICT"),
        sa.CheckConstraint(
            "status IN ('pending', 'confirmed', 'completed', 'cancelled')",
            name=op.f("bookings_status_check"),
        ),
        sa.CheckConstraint("duration > 0", name=op.f("bookings_duration_check")),
        sa.CheckConstraint("total_amount > 0", name=op.f("bookings_total_amount_check")),
    )
    op.create_index("idx_bookings_customer_id", "bookings", ["customer_id"])
    op.create_index("idx_bookings_provider_id", "bookings", ["provider_id"])
    op.create_index("idx_bookings_service_id", "bookings", ["service_id"])

    op.create_table(
        "password_reset_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("token", sa.String(255), nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("is_used", sa.Boolean(), server_default=sa.false()),
        sa.Column("created_at", moment, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="password_reset_tokens_pkey"),
        sa.UniqueConstraint("token", name="password_reset_tokens_token_key"),
    )
    op.create_index("idx_password_reset_tokens_token", "password_reset_tokens", ["token"])
    op.create_index("idx_password_reset_tokens_email", "password_reset_tokens", ["email"])
    op.create_index("idx_password_reset_tokens_expires_at", "password_reset_tokens", ["expires_at"])


def downgrade() -> None:
    _refuse_to_drop_rows()
    for table in ("password_reset_tokens", "bookings", "services", "users"):
        op.drop_table(table)


def _refuse_to_drop_rows() -> None:
    # The marketplace API keeps its data here: one careless `downgrade base` must not be the end of it.
    for name in ("users", "services", "bookings", "password_reset_tokens"):
        if op.get_bind().scalar(sa.select(sa.literal(1)).select_from(sa.table(name)).limit(1)):
            raise RuntimeError(f"The table {name} holds rows, which are the marketplace's: it is not dropped.")
