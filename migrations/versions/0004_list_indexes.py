"""What the lists need to stay quick at millions of rows: an index for each order and filter, and for searching."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ORDERED = {
    "ix_bookings_created_at_id": ("bookings", ("created_at", "id")),
    "ix_bookings_scheduled_at_id": ("bookings", ("scheduled_at", "id")),
    "ix_bookings_total_amount_id": ("bookings", ("total_amount", "id")),
    "ix_bookings_status_created_at_id": ("bookings", ("status", "created_at", "id")),
    "ix_bookings_status_scheduled_at_id": ("bookings", ("status", "scheduled_at", "id")),
    "ix_users_created_at_id": ("users", ("created_at", "id")),
    "ix_users_updated_at_id": ("users", ("updated_at", "id")),
    "ix_users_role_created_at_id": ("users", ("role", "created_at", "id")),
    "ix_services_created_at_id": ("services", ("created_at", "id")),
    "ix_services_title_id": ("services", ("title", "id")),
    "ix_services_price_id": ("services", ("price", "id")),
    "ix_services_duration_id": ("services", ("duration", "id")),
    "ix_services_category_title_id": ("services", ("category", "title", "id")),
    "ix_password_reset_tokens_created_at_id": ("password_reset_tokens", ("created_at", "id")),
    "ix_audit_events_actor_label_id": ("audit_events", ("actor_label", "id")),
    "ix_audit_events_subject_id_id": ("audit_events", ("subject_id", "id")),
    "ix_audit_events_request_id_id": ("audit_events", ("request_id", "id")),
}

SEARCHED = {
    "ix_users_search": ("users", "user_search_text(email, profile)"),
    "ix_services_search": ("services", "lower(' ' || title || ' ' || category)"),
    "ix_password_reset_tokens_search": ("password_reset_tokens", "lower(' ' || email)"),
    "ix_audit_events_search": (
        "audit_events",
        "lower(' ' || actor_label || ' ' || action || ' ' || subject_label || ' ' || coalesce(reason, ''))",
    ),
}
"""Made where the server offers pg_trgm; without them searches read whole tables."""

# Not inlined and dear on purpose: the planner has to know that reading JSON for each row of a table is not for nothing.
# Each word follows a blank, the first one too: terms of one or two letters are looked for at the beginning of words.
# A json column can hold escapes that no text can, and `->>` fails on them: an index must never stop the API's writes.
SEARCH_TEXT = r"""
    CREATE OR REPLACE FUNCTION user_search_text(email text, profile json) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 100 AS $$
    BEGIN
        IF profile IS NULL OR strpos(profile::text, '\u') > 0 AND profile::text ~ (
            '\\u0000|\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])'
            '|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]'
        ) THEN
            RETURN lower(' ' || email);
        END IF;
        RETURN lower(
            ' ' || email || ' ' || coalesce(profile ->> 'firstName', '') || ' ' || coalesce(profile ->> 'lastName', '')
        );
    END
    $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        for name, (table, columns) in ORDERED.items():
            op.create_index(name, table, columns)
        return
    op.execute(SEARCH_TEXT)
    offers_trigrams = _offers_trigrams()
    # Without a lock on the tables, so that the marketplace goes on; and outside of a transaction, so that what a
    # kill leaves behind has to be found and finished by the next run.
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")  # It waits for every transaction that is older, and takes no lock meanwhile.
        for name, (table, columns) in ORDERED.items():
            _build(name, f"{table} ({', '.join(columns)})")
        if offers_trigrams:
            for name, (table, text) in SEARCHED.items():
                _build(name, f"{table} USING gin (({text}) gin_trgm_ops)")
        for table in ("users", "services", "password_reset_tokens", "audit_events"):
            op.execute(f"ANALYZE {table}")  # So that the planner knows what the new expressions hold.
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    for name, (table, _columns) in ORDERED.items():
        op.drop_index(name, table)
    if op.get_bind().dialect.name == "postgresql":
        for name in SEARCHED:
            op.execute(f"DROP INDEX IF EXISTS {name}")
        op.execute("DROP FUNCTION user_search_text(text, json)")


def _offers_trigrams() -> bool:
    """Whether pg_trgm is there, or can be made by whom we are."""
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT true FROM pg_extension WHERE extname = 'pg_trgm'")):
        return True
    trusted = sa.text("""
        SELECT bool_or(trusted AND has_database_privilege(current_database(), 'CREATE') OR rolsuper)
        FROM pg_available_extension_versions, pg_roles WHERE name = 'pg_trgm' AND rolname = current_user
    """)
    if not connection.scalar(trusted):
        return False
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    return True


def _build(name: str, on: str) -> None:
    invalid = sa.text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
    if op.get_bind().scalar(invalid, {"name": name}):
        op.execute(f"DROP INDEX CONCURRENTLY {name}")
    op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {on}")
