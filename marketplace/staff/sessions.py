"""Sessions kept on the server: the browser holds a random key, the table its digest."""

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.database import session_of, utcnow
from marketplace.staff.models import StaffActor, StaffMember, StaffSession, has_second_factor

KEY_BYTES = 32
PROVED_FOR = dt.timedelta(minutes=10)
"""For how long it counts that a member has shown who they are: what is dangerous asks again after that."""
TOUCH_AFTER = dt.timedelta(seconds=60)
"""How old `last_used_at` may grow before a request writes it anew."""

# Built once, of tables and not of models: it is asked for by every request, and both would take longer than it runs.
_member, _session = StaffMember.__table__.c, StaffSession.__table__.c
_LIVE = (
    sa.select(
        _member.id,
        _member.email,
        _member.name,
        _member.role,
        _member.timezone,
        _member.locale,
        _session.id,
        _session.last_used_at,
        _session.proved_at,
        has_second_factor(_member.id).label("has_second_factor"),
    )
    .join_from(StaffMember.__table__, StaffSession.__table__)
    .where(
        _session.key_digest == sa.bindparam("digest"),
        _session.ended_at.is_(None),
        _session.last_used_at > sa.bindparam("idle_since"),
        _session.created_at > sa.bindparam("begun"),
        _member.is_active,
    )
)


@dataclass(frozen=True)
class LiveSession(StaffActor):
    """A session that is neither ended nor timed out, with what a request needs to know of whose it is."""

    id: uuid.UUID
    """The member's."""
    email: str
    name: str
    role: str
    timezone: str | None
    locale: str | None
    session_id: uuid.UUID
    last_used_at: dt.datetime
    proved_at: dt.datetime
    has_second_factor: bool


def start_session(member: StaffMember, *, address: str, user_agent: str) -> str:
    """Open a session for `member` and return the key that the browser is to keep."""
    key = secrets.token_urlsafe(KEY_BYTES)
    now = utcnow()
    session_of(member).add(
        StaffSession(
            member=member,
            key_digest=key_digest(key),
            created_at=now,
            last_used_at=now,
            proved_at=now,
            address=address[:64],
            user_agent=user_agent[:255],
        )
    )
    return key


def find_session(session: Session, key: str, *, idle: dt.timedelta, absolute: dt.timedelta) -> LiveSession | None:
    """Return the live session with this key; None when it is ended or timed out, or its member disabled.

    :param idle: how long a session lives without a request.
    :param absolute: how long it lives at all.
    """
    now = utcnow()
    moments = {"digest": key_digest(key), "idle_since": now - idle, "begun": now - absolute}
    found = session.execute(_LIVE, moments).one_or_none()
    return LiveSession(*found) if found else None


def live_sessions(
    session: Session, member_id: uuid.UUID, *, idle: dt.timedelta, absolute: dt.timedelta
) -> Sequence[StaffSession]:
    """Return the sessions of a member that are neither ended nor timed out, the one used last first."""
    now = utcnow()
    return session.scalars(
        sa.select(StaffSession)
        .where(
            StaffSession.member_id == member_id,
            StaffSession.ended_at.is_(None),
            StaffSession.last_used_at > now - idle,
            StaffSession.created_at > now - absolute,
        )
        .order_by(StaffSession.last_used_at.desc(), StaffSession.id)
    ).all()


def needs_touch(live: LiveSession) -> bool:
    return utcnow() - live.last_used_at > TOUCH_AFTER


def touch_session(session: Session, session_id: uuid.UUID) -> None:
    """Note that the session is in use, unless somebody is ending it just now."""
    free = sa.select(StaffSession.id).where(StaffSession.id == session_id).with_for_update(skip_locked=True)
    session.execute(sa.update(StaffSession).where(StaffSession.id.in_(free)).values(last_used_at=utcnow()))


def renew_proof(session: Session, session_id: uuid.UUID) -> str:
    """Note that the member has just shown who they are, and return the key that is good from now on (ASVS 5.0, 7.2.4).

    Whoever else holds the key of before gains nothing by it.
    """
    key = secrets.token_urlsafe(KEY_BYTES)
    renewed = {"proved_at": utcnow(), "key_digest": key_digest(key)}
    session.execute(sa.update(StaffSession).where(StaffSession.id == session_id).values(renewed))
    return key


def end_session(session: Session, key: str) -> None:
    """End the session with this key, if there is one."""
    session.execute(_end().where(StaffSession.key_digest == key_digest(key)))


def end_all_sessions(member: StaffMember, *, but: uuid.UUID | None = None) -> None:
    """End every session of `member`: within one request they are out on every device.

    :param but: the session that goes on, if one does.
    """
    others = StaffSession.member_id == member.id
    session_of(member).execute(_end().where(others if but is None else others & (StaffSession.id != but)))


def key_digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _end() -> sa.Update:
    return sa.update(StaffSession).where(StaffSession.ended_at.is_(None)).values(ended_at=utcnow())
