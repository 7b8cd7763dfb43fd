"""What the page of a user reads by, and the one change of a note that there is: its words are taken away."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_bookings_customer_id_scheduled_at_id": ("bookings", ("customer_id", "scheduled_at", "id")),
    "ix_bookings_provider_id_scheduled_at_id": ("bookings", ("provider_id", "scheduled_at", "id")),
    "ix_bookings_provider_id_total_amount_id": ("bookings", ("provider_id", "total_amount", "id")),
}

ERASED = "[Removed: the account was anonymised.]"
KEPT = ("id", "subject_type", "subject_id", "author_id", "author_label", "written_at")


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        for name, (table, columns) in INDEXES.items():
            op.create_index(name, table, columns)
        op.execute("DROP TRIGGER notes_no_update")
        same = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in KEPT)
        _refuse_updates(f" WHEN NOT (NEW.text = '{ERASED}' AND {same})")
        return
    new, old = (", ".join(f"{row}.{column}" for column in KEPT) for row in ("NEW", "OLD"))
    _refuse(f"""
        IF TG_OP = 'UPDATE' THEN
            IF NEW.text = '{ERASED}' AND ROW({new}) IS NOT DISTINCT FROM ROW({old}) THEN RETURN NEW; END IF;
        END IF;
    """)
    with op.get_context().autocommit_block():  # As in 0004: without a lock, and finished by the next run after a kill.
        op.execute("SET lock_timeout = 0")
        for name, (table, columns) in INDEXES.items():
            _build(name, f"{table} ({', '.join(columns)})")
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    for name, (table, _columns) in INDEXES.items():
        op.drop_index(name, table)
    if op.get_bind().dialect.name == "postgresql":
        _refuse("")
        return
    op.execute("DROP TRIGGER notes_no_update")
    _refuse_updates("")


def _refuse(but: str) -> None:
    """Refuse every change of a note, but for what the statements `but` let through; as 0006 has it where none do."""
    op.execute(f"""
            CREATE OR REPLACE FUNCTION refuse_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN{but}
                RAISE EXCEPTION 'notes are never changed: % refused', TG_OP USING ERRCODE = 'restrict_violation';
            END
            $$
        """)


def _refuse_updates(condition: str) -> None:
    op.execute(f"""
            CREATE TRIGGER notes_no_update BEFORE UPDATE ON notes{condition}
            BEGIN SELECT RAISE(ABORT, 'notes are never changed: UPDATE refused'); END
        """)


def _build(name: str, on: str) -> None:
    invalid = sa.text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
    if op.get_bind().scalar(invalid, {"name": name}):
        op.execute(f"DROP INDEX CONCURRENTLY {name}")
    op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {on}")
