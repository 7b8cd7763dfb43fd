"""What happened to a record, newest first: the acts the audit log knows of, and the notes at their place among them."""

import datetime as dt
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import PART_OF, AuditEvent
from marketplace.notes import ERASED, TAKEN_AWAY, WRITTEN, Note, digest

BEGAN = "began"
"""The act of a record's beginning where the audit log knows nothing of it: the marketplace made it."""

ANONYMISED = "user.anonymised"
"""The act after which the pages say no more what was there about a person before."""

SHOWN = 50
"""Happenings on a page; older ones are behind a link."""


@dataclass(frozen=True)
class Happening:
    """One act or note, as far as whoever may read the record may know of it: see docs/adr/0007."""

    at: dt.datetime
    action: str
    who: str
    kind: str = "staff"
    """Of whoever did it: `staff`, `customer` or `command`."""
    who_id: uuid.UUID | None = None
    number: int | None = None
    """Of the entry in the audit log."""
    other: tuple[str, str] | None = None
    """Table and id of what it was done to, where that is another record."""
    is_other_there: bool = True
    """Whether that record is stored still."""
    changes: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """Field to old and new value."""
    reason: str | None = None
    note: str | None = None
    batch: uuid.UUID | None = None
    """Of which batch it was a part."""
    is_altered: bool = False
    """Whether the note is not (or no longer) what the audit log says that was written."""


@dataclass(frozen=True)
class Timeline:
    """One page of what happened to a record."""

    happenings: Sequence[Happening]
    older: str | None = None
    """Where the next page begins; None where this is the last."""
    only_notes: bool = False
    is_newest: bool = True


Others = Mapping[str, Sequence[uuid.UUID]]
"""Table to ids of other records."""


def without_values(happening: Happening) -> Happening:
    """Leave out what an entry says about a person who was anonymised since: the audit log cannot forget it."""
    if happening.action == ANONYMISED:
        return happening
    who = "" if happening.kind == "customer" else happening.who  # Customers are called by their e-mail address.
    return replace(happening, who=who, changes={}, reason=None)


def read_timeline(
    session: Session, subject: Any, *, before: str = "", only_notes: bool = False, others: Others | None = None
) -> Timeline:
    """Return a page of the timeline of `subject`.

    :param before: the `older` of the page before; what cannot be one means the first page.
    :param others: records whose acts are part of it.
    """
    if only_notes:
        return _notes_alone(session, subject, before)
    # The chain of the audit log is the one order of everything: a note is in it by the entry that says it was written.
    shown = (
        AuditEvent.id,
        AuditEvent.at,
        AuditEvent.action,
        AuditEvent.actor_kind,
        AuditEvent.actor_id,
        AuditEvent.actor_label,
        AuditEvent.subject_type,
        AuditEvent.subject_id,
        AuditEvent.changes,
        AuditEvent.reason,
    )
    own = str(subject.id)
    edge = int(before) if re.fullmatch("[0-9]{1,18}", before) else None
    found = session.execute(_newest(shown, {subject.__tablename__: [subject.id], **(others or {})}, edge)).all()
    entries = found[:SHOWN]
    texts = _texts(session, entries)
    return Timeline(
        [_happening(entry, texts, own) for entry in entries],
        older=str(entries[-1].id) if len(found) > SHOWN else None,
        is_newest=edge is None,
    )


def _newest(shown: Sequence[Any], subjects: Others, edge: int | None) -> Any:
    """Select the newest entries about `subjects`, of each table by its index and then of all together."""
    parts = []
    for table, ids in subjects.items():
        about = AuditEvent.subject_type == table, AuditEvent.subject_id.in_([str(each) for each in ids])
        part = sa.select(*shown).where(*about).order_by(AuditEvent.id.desc()).limit(SHOWN + 1)
        if ids:
            parts.append(part if edge is None else part.where(AuditEvent.id < edge))
    if len(parts) == 1:
        return parts[0]
    both = sa.union_all(*(sa.select(part.subquery()) for part in parts)).subquery()
    return sa.select(both).order_by(both.c.id.desc()).limit(SHOWN + 1)


def _notes_alone(session: Session, subject: Any, before: str) -> Timeline:
    about = Note.subject_type == subject.__tablename__, Note.subject_id == subject.id
    select = sa.select(Note.id, Note.written_at, Note.author_label, Note.text).where(*about)
    order = Note.written_at, Note.id
    edge = _uuid(before)
    if edge is not None:
        select = select.where(sa.tuple_(*order) < sa.select(*order).where(Note.id == edge).scalar_subquery())
    found = session.execute(select.order_by(*(column.desc() for column in order)).limit(SHOWN + 1)).all()
    return Timeline(
        [Happening(note.written_at, WRITTEN, note.author_label, note=note.text) for note in found[:SHOWN]],
        older=str(found[SHOWN - 1].id) if len(found) > SHOWN else None,
        only_notes=True,
        is_newest=edge is None,
    )


def _texts(session: Session, entries: Sequence[Any]) -> dict[uuid.UUID | None, str]:
    """Return the texts of the notes that `entries` say were written, all at once.

    A note whose words were taken away is among them only where an entry says so.
    """
    ids = [_note_id(entry) for entry in entries if entry.action == WRITTEN]
    if not ids:
        return {}
    texts = {note.id: note.text for note in session.execute(sa.select(Note.id, Note.text).where(Note.id.in_(ids)))}
    erased = [str(note_id) for note_id, text in texts.items() if text == ERASED]
    if not erased:
        return texts
    about = AuditEvent.subject_type == Note.__tablename__, AuditEvent.subject_id.in_(erased)
    known = set(session.scalars(sa.select(AuditEvent.subject_id).where(*about, AuditEvent.action == TAKEN_AWAY)))
    return {note_id: text for note_id, text in texts.items() if text != ERASED or str(note_id) in known}


def _happening(entry: Any, texts: Mapping[uuid.UUID | None, str], own: str) -> Happening:
    happening = Happening(
        entry.at,
        entry.action,
        entry.actor_label,
        entry.actor_kind,
        entry.actor_id,
        entry.id,
        other=None if entry.subject_id == own else (entry.subject_type, entry.subject_id),
        reason=entry.reason,
    )
    if entry.action != WRITTEN:
        changes = _pairs(entry.changes)
        return replace(happening, changes=changes, batch=_uuid(str(changes.get(PART_OF, (None, ""))[1])))
    text = texts.get(_note_id(entry))
    recorded = _pairs(entry.changes).get("sha256", (None, None))[1]
    is_altered = text is None or (text != ERASED and digest(text) != recorded)
    return replace(happening, note=text or "", is_altered=is_altered)


def _note_id(entry: Any) -> uuid.UUID | None:
    return _uuid(str(_pairs(entry.changes).get("note", (None, ""))[1]))


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _pairs(changes: Any) -> dict[str, Sequence[Any]]:
    """Return the fields that have an old and a new value; a log that somebody has tampered with breaks no page."""
    if not isinstance(changes, dict):
        return {}
    return {name: pair for name, pair in changes.items() if isinstance(pair, list) and len(pair) == 2}
