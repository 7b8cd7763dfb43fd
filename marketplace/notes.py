"""Internal notes on records: who wrote what, and when. They are written once and never changed."""

import datetime as dt
import hashlib
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.audit import Actor, record
from marketplace.database import Base, UtcDateTime, lock, session_of, utcnow
from marketplace.errors import InvalidInput
from marketplace.words import gettext as _

LONGEST = 5_000
"""Characters of a note."""

WRITTEN = "note.written"
"""The act, as the audit log calls it."""


ERASED = "[Removed: the account was anonymised.]"
"""What stands in place of the words of a note on a person who was anonymised: the one change that triggers let pass."""


TAKEN_AWAY = "note.erased"
"""The act that leaves ERASED of a note; its subject is the note."""


class Note(Base):
    """One note on one record. Rows are inserted; triggers refuse DELETE, and UPDATE to any text but ERASED."""

    __tablename__ = "notes"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    subject_type: Mapped[str] = mapped_column(sa.String(64))
    """Table name of the record it is about."""
    subject_id: Mapped[uuid.UUID]
    author_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("staff_members.id", ondelete="RESTRICT"))
    author_label: Mapped[str] = mapped_column(sa.String(255))
    """The author as they were called then."""
    text: Mapped[str] = mapped_column(sa.Text)
    written_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("length(text) > 0 AND length(text) <= 5000", name="text"),
        sa.Index("ix_notes_subject", "subject_type", "subject_id", "written_at", "id"),
    )


def write_note(subject: Any, *, text: str, label: str, actor: Actor, form_id: uuid.UUID | None = None) -> Note:
    """Write an internal note on `subject`, the row of a booking, a service or a user.

    :param label: what the subject is called in the audit log.
    :param form_id: names the page that it was typed on: the same words from the same page are one note, however often
        they are sent; other words from it are another note.
    :raises InvalidInput: for a note without words, or with more than 5,000 characters.
    """
    _refuse_unfit(text)
    lock(subject)
    session = session_of(subject)
    about = f"{subject.__tablename__} {subject.id} {actor.audit_id}"
    note_id = uuid.uuid5(form_id, f"{about} {text}") if form_id else uuid.uuid4()
    written_before = session.get(Note, note_id)
    if written_before is not None:
        return written_before
    note = Note(
        id=note_id,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        author_id=actor.audit_id,
        author_label=actor.audit_label[:255],
        text=text,
        written_at=utcnow(),
    )
    session.add(note)
    # Not the text: it would be personal data a second time. Its hash tells whether the note is still as it was written.
    record(
        WRITTEN, subject, actor=actor, label=label, changes={"note": (None, note_id), "sha256": (None, digest(text))}
    )
    return note


def erase_note(note: Note, *, actor: Actor) -> None:
    """Take the words of a note away, whose subject is anonymised; who wrote it, when and about what stays."""
    note.text = ERASED
    record(TAKEN_AWAY, note, actor=actor, label=note.subject_type)


def digest(text: str) -> str:
    """Return what the audit log keeps of a note: SHA-256 of its text, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _refuse_unfit(text: str) -> None:
    if not text.strip():
        raise InvalidInput(_("A note needs words."), fields=("notes",))
    if len(text) > LONGEST:
        raise InvalidInput(_("A note has at most %(most)d characters.", most=LONGEST), fields=("notes",))
