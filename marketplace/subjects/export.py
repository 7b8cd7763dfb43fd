"""Subject access: everything held about one person as one JSON file (docs/subject-export.md says what is in it)."""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import PasswordResetToken, ResetLinkRecord, User
from marketplace.accounts.queries import full_name_column
from marketplace.audit import Actor, AuditEvent, plain_value, record
from marketplace.bookings.models import Booking
from marketplace.database import utcnow
from marketplace.listings.models import Service, ServiceReview
from marketplace.notes import Note
from marketplace.sql import uuid_text
from marketplace.subjects.person import links_of

VERSION = 1
"""Of the file's shape: it grows by one whenever a key changes its name or meaning."""

AT_ONCE = 500
"""Rows held in memory."""

Row = Callable[[Any], dict[str, Any]]


def write_subject(session: Session, user: User, file: IO[bytes]) -> None:
    """Write all that is held about `user`, a few hundred rows at a time."""
    if session.get_bind().dialect.name == "postgresql":
        session.rollback()
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})  # All of it as of one moment.
    for part in _parts(session, user):
        # Half of a surrogate pair comes out as the escape that JSON has for it.
        file.write(part.encode("utf-8", "backslashreplace"))


def record_export(user: User, *, actor: Actor) -> None:
    """Record that everything held about `user` was written into a file."""
    record("user.exported", user, actor=actor, label=user.email, changes={"version": (None, VERSION)})


def _parts(session: Session, user: User) -> Iterator[str]:
    head: dict[str, Any] = {
        "format": "marketplace-subject",
        "version": VERSION,
        "exported_at": utcnow(),
        "user": _of(user, "id", "email", "role", "profile", "created_at", "updated_at"),
    }
    yield "{\n" + ",\n".join(f" {json.dumps(name)}: {_json(value)}" for name, value in head.items())
    for name, select, row in _sections(session, user):
        yield f',\n "{name}": ['
        between = "\n  "
        for found in session.execute(select.execution_options(yield_per=AT_ONCE)):
            yield between + _json(row(found))
            between = ",\n  "
        yield "]" if between == "\n  " else "\n ]"
    yield "\n}\n"


def _sections(session: Session, user: User) -> Sequence[tuple[str, sa.Select[Any], Row]]:
    links = links_of(session, user)
    return (
        ("bookings_as_customer", _bookings(Booking.customer_id == user.id), _as_customer),
        ("bookings_as_provider", _bookings(Booking.provider_id == user.id), _as_provider),
        ("listings", _columns(Service, Service.provider_id == user.id, *LISTING), _plain(*LISTING)),
        ("reset_links", _columns(PasswordResetToken, links, *LINK), _plain(*LINK)),
        ("reset_link_records", _records(user, links), _plain(*RECORD)),
        ("notes", _notes(user), _plain("about", "text", "written_at")),
        ("listing_reviews", _columns(ServiceReview, ServiceReview.provider_id == user.id, *REVIEW), _plain(*REVIEW)),
        ("audit_entries", _entries(user, links), _entry),
    )


LISTING = (
    "id", "title", "description", "category", "price", "currency", "duration", "availability", "images", "is_active",
    "created_at",
)  # fmt: skip
LINK = ("id", "email", "expires_at", "is_used", "created_at")
"""Never the token."""
RECORD = ("token_id", "reason", "way", "issued_at", "lost_at", "ended_as", "ended_at")
"""Neither who issued nor who ended it: that is staff, or the person. It outlives the link itself."""
REVIEW = ("id", "service_id", "decision", "reason_code", "words", "reviewed", "decided_at")
"""Not who decided: that is personal data of staff."""


def _columns(model: Any, condition: sa.ColumnElement[bool], *names: str) -> sa.Select[Any]:
    return sa.select(*(getattr(model, name) for name in names)).where(condition).order_by(model.id)


def _records(user: User, links: sa.ColumnElement[bool]) -> sa.Select[Any]:
    columns = (getattr(ResetLinkRecord, name) for name in RECORD)
    return sa.select(*columns).where(_is_theirs(user, links)).order_by(ResetLinkRecord.token_id)


def _is_theirs(user: User, links: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return the condition for records of links that were issued for the person, be the links stored still or not."""
    there = sa.select(PasswordResetToken.id).where(links)
    return sa.or_(ResetLinkRecord.user_id == user.id, ResetLinkRecord.token_id.in_(there))


def _bookings(condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    provider = aliased(User)
    return (
        sa.select(
            *(getattr(Booking, name) for name in BOOKING),
            Booking.notes,
            Booking.provider_id,
            Booking.customer_id,
            Booking.service_id,
            Service.title,
            Service.category,
            Service.currency,
            full_name_column(provider).label("provider_name"),
        )
        .outerjoin(Service, Service.id == Booking.service_id)
        .outerjoin(provider, provider.id == Booking.provider_id)
        .where(condition)
        .order_by(Booking.id)
    )


BOOKING = ("id", "status", "scheduled_at", "duration", "total_amount", "created_at")


def _booking(row: Any) -> dict[str, Any]:
    service = {"id": row.service_id, "title": row.title, "category": row.category}
    return {**_of(row, *BOOKING), "currency": row.currency, "service": service}


def _as_customer(row: Any) -> dict[str, Any]:
    """Say with whom, as their listing did, and what the customer wrote."""
    return {**_booking(row), "notes": row.notes, "provider": {"id": row.provider_id, "name": row.provider_name}}


def _as_provider(row: Any) -> dict[str, Any]:
    """Leave out who booked and what they wrote: that is about them."""
    return {**_booking(row), "customer": {"id": row.customer_id}}


def _notes(user: User) -> sa.Select[Any]:
    own = {
        User.__tablename__: sa.select(sa.literal(user.id, sa.Uuid())),
        Booking.__tablename__: sa.select(Booking.id).where(Booking.customer_id == user.id),
        Service.__tablename__: sa.select(Service.id).where(Service.provider_id == user.id),
    }
    about = sa.or_(*(sa.and_(Note.subject_type == name, Note.subject_id.in_(ids)) for name, ids in own.items()))
    columns: tuple[Any, ...] = (Note.subject_type.label("about"), Note.text, Note.written_at)
    return sa.select(*columns).where(about).order_by(Note.id)


def _entries(user: User, links: sa.ColumnElement[bool]) -> sa.Select[Any]:
    # Links are removed some time after they expired; what is known of them stays.
    link_ids = sa.union(
        sa.select(uuid_text(PasswordResetToken.id)).where(links),
        sa.select(uuid_text(ResetLinkRecord.token_id)).where(ResetLinkRecord.user_id == user.id),
    )
    about = sa.or_(
        sa.and_(AuditEvent.subject_type == User.__tablename__, AuditEvent.subject_id == str(user.id)),
        sa.and_(AuditEvent.subject_type == PasswordResetToken.__tablename__, AuditEvent.subject_id.in_(link_ids)),
        AuditEvent.actor_id == user.id,
    )
    shown = (AuditEvent.id, AuditEvent.at, AuditEvent.action, AuditEvent.actor_kind, AuditEvent.actor_id)
    told = (AuditEvent.subject_type, AuditEvent.changes, AuditEvent.reason, AuditEvent.address)
    return (
        sa.select(*shown, *told, sa.literal(user.id, sa.Uuid()).label("user_id")).where(about).order_by(AuditEvent.id)
    )


def _entry(row: Any) -> dict[str, Any]:
    """Tell of an entry what is about the person: of staff only that it was staff, and no address of theirs."""
    own = row.actor_id == row.user_id
    by = "the person" if own else row.actor_kind
    told = {"by": by, **_of(row, "changes", "reason"), **({"address": row.address} if own else {})}
    return {"number": row.id, "at": row.at, "action": row.action, "about": row.subject_type, **told}


def _plain(*names: str) -> Row:
    return lambda row: _of(row, *names)


def _of(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _json(value: Any) -> str:
    return json.dumps(_writable(value), ensure_ascii=False, default=plain_value)


def _writable(value: Any) -> Any:
    """Return `value` with text in place of what JSON has no word for: stored 1e999 is read as infinity."""
    if isinstance(value, Mapping):
        return {str(key): _writable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_writable(each) for each in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
