"""The audit log: what was done, by whom, to what; each entry carries the hash of the one before."""

import contextvars
import datetime as dt
import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import InstanceState, Mapped, Session, mapped_column

from marketplace.database import Base, UtcDateTime, session_of, utcnow
from marketplace.transaction import AT_COMMIT

GENESIS = "0" * 64
"""What the first entry names as the hash of the one before."""

CHAIN_LOCK = 7_236_001
"""Key of the PostgreSQL advisory lock under which entries join the chain."""


class AuditEvent(Base):
    """One act. Rows are only ever inserted: triggers refuse UPDATE and DELETE."""

    __tablename__ = "audit_events"

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        primary_key=True,
        autoincrement=False,
    )
    """Position in the chain: 1, 2, 3, ... without a gap."""
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(sa.String(64))
    actor_kind: Mapped[str] = mapped_column(sa.String(20))
    """`staff`, `customer`, `command` or `visitor`."""
    actor_id: Mapped[uuid.UUID | None]
    actor_label: Mapped[str] = mapped_column(sa.String(255))
    subject_type: Mapped[str] = mapped_column(sa.String(64))
    """Table name of the record it was done to."""
    subject_id: Mapped[str] = mapped_column(sa.String(64))
    subject_label: Mapped[str] = mapped_column(sa.String(255))
    changes: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """Field name to `[old, new]`."""
    reason: Mapped[str | None] = mapped_column(sa.Text)
    request_id: Mapped[str | None] = mapped_column(sa.String(64))
    address: Mapped[str | None] = mapped_column(sa.String(64))
    previous_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)

    __table_args__ = (
        sa.Index("ix_audit_events_subject", "subject_type", "subject_id", "id"),
        sa.Index("ix_audit_events_actor_id", "actor_id", "id"),
        sa.Index("ix_audit_events_action", "action", "id"),
        sa.Index("ix_audit_events_at", "at", "id"),
        sa.Index("ix_audit_events_actor_label_id", "actor_label", "id"),
        sa.Index("ix_audit_events_subject_id_id", "subject_id", "id"),
        sa.Index("ix_audit_events_request_id_id", "request_id", "id"),
    )

    def digest(self) -> str:
        """Return what `hash` has to be: SHA-256 over every other field, the previous hash included."""
        return _digest(
            {column.key: getattr(self, column.key) for column in sa.inspect(AuditEvent).columns if column.key != "hash"}
        )


class Actor(Protocol):
    """Whoever acts: a staff member, a customer, a command."""

    @property
    def audit_kind(self) -> str: ...
    @property
    def audit_id(self) -> uuid.UUID | None: ...
    @property
    def audit_label(self) -> str: ...


@dataclass(frozen=True)
class Command:
    """A command on the server as the one who acts."""

    audit_label: str
    audit_kind: str = "command"
    audit_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Visitor:
    """Somebody who has not shown who they are as the one who acts."""

    audit_label: str = "somebody not logged in"
    audit_kind: str = "visitor"
    audit_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Origin:
    """Where a change came from."""

    request_id: str | None = None
    address: str | None = None


current_origin: contextvars.ContextVar[Origin] = contextvars.ContextVar("current_origin", default=Origin())  # noqa: B039 - frozen
"""Set for each request by the web layer; empty in commands."""

current_batch: contextvars.ContextVar[uuid.UUID | None] = contextvars.ContextVar("current_batch", default=None)
"""The batch whose items are being done."""

PART_OF = "batch_id"
"""Under which name the changes of an entry tell of which batch it was a part."""


def record(
    action: str,
    subject: Base,
    *,
    actor: Actor,
    label: str,
    changes: dict[str, tuple[Any, Any]] | None = None,
    reason: str | None = None,
) -> None:
    """Note that `actor` did `action` (past tense: `booking.cancelled`) to `subject`.

    The entry joins the chain just before the running transaction commits, so it is there exactly
    if the change is. `changes` holds `(old, new)` for each field; never a secret.
    """
    session = session_of(subject)
    subject_id = str(_identity(session, subject))
    record_about(
        session,
        action,
        subject_type=subject.__tablename__,
        subject_id=subject_id,
        actor=actor,
        label=label,
        changes=changes,
        reason=reason,
    )


def record_about(
    session: Session,
    action: str,
    *,
    subject_type: str,
    subject_id: str,
    actor: Actor,
    label: str,
    changes: dict[str, tuple[Any, Any]] | None = None,
    reason: str | None = None,
) -> None:
    """Note an act as `record` does, where its subject may be no row."""
    origin = current_origin.get()
    told = dict(changes or {})
    if (batch := current_batch.get()) is not None:
        told[PART_OF] = (None, batch)
    session.info.setdefault(AT_COMMIT, []).append(
        {
            "at": utcnow(),
            "action": action,
            "actor_kind": actor.audit_kind,
            "actor_id": actor.audit_id,
            "actor_label": actor.audit_label[:255],
            "subject_type": subject_type,
            "subject_id": subject_id,
            "subject_label": label[:255],
            "changes": {name: [plain_value(old), plain_value(new)] for name, (old, new) in told.items()},
            "reason": reason,
            "request_id": origin.request_id,
            "address": origin.address,
        }
    )


@event.listens_for(Session, "before_commit")
def _join_chain(session: Session) -> None:
    pending: list[dict[str, Any]] | None = session.info.pop(AT_COMMIT, None)
    if not pending:
        return
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        # Taken last of all locks, so it can close no circle of waiting, and held only until the commit.
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(CHAIN_LOCK)))
    newest = session.execute(
        sa.select(AuditEvent.id, AuditEvent.hash).order_by(AuditEvent.id.desc()).limit(1),
    ).one_or_none()
    position, previous = newest or (0, GENESIS)
    for entry in pending:
        position += 1
        entry |= {"id": position, "previous_hash": previous}
        entry["hash"] = previous = _digest(entry)
    session.connection().execute(sa.insert(AuditEvent), pending)  # In one go, past the bookkeeping for objects.


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _previous: object) -> None:
    session.info.pop(AT_COMMIT, None)


def _identity(session: Session, subject: Base) -> Any:
    state: InstanceState[Base] = sa.inspect(subject)
    if state.identity is None:
        session.flush()  # A new subject has its id only now. The changes of others wait, to be written together.
    if state.identity is None:
        raise RuntimeError("the subject has no id yet")
    return state.identity[0]


def _digest(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def plain_value(value: Any) -> Any:
    """Return `value` as JSON holds it: moments in UTC, figures as texts."""
    return value if value is None or isinstance(value, str | int | bool | list | dict) else _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return str(value)
