"""Internal notes on records, and the triggers that keep them as they were written."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_type", sa.String(64), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid()),
        sa.Column("author_label", sa.String(255), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="notes_pkey"),
        sa.ForeignKeyConstraint(["author_id"], ["staff_members.id"], name="notes_author_id_fkey", ondelete="RESTRICT"),
        sa.CheckConstraint("length(text) > 0 AND length(text) <= 5000", name=op.f("notes_text_check")),
    )
    op.create_index("ix_notes_subject", "notes", ["subject_type", "subject_id", "written_at", "id"])
    _refuse_changes()


def downgrade() -> None:
    op.drop_table("notes")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_note_change()")


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("""
            CREATE FUNCTION refuse_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'notes are never changed: % refused', TG_OP USING ERRCODE = 'restrict_violation';
            END
            $$
        """)
        op.execute("""
            CREATE TRIGGER notes_append_only BEFORE UPDATE OR DELETE ON notes
            FOR EACH ROW EXECUTE FUNCTION refuse_note_change()
        """)
        op.execute("""
            CREATE TRIGGER notes_no_truncate BEFORE TRUNCATE ON notes
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_note_change()
        """)
        return
    # REPLACE would delete the old row without a word to the triggers below.
    op.execute("""
        CREATE TRIGGER notes_no_replace BEFORE INSERT ON notes
        WHEN EXISTS (SELECT 1 FROM notes AS old WHERE old.id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'notes are never changed: REPLACE refused'); END
    """)
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"""
            CREATE TRIGGER notes_no_{verb.lower()} BEFORE {verb} ON notes
            BEGIN SELECT RAISE(ABORT, 'notes are never changed: {verb} refused'); END
        """)
