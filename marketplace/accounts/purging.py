"""Removing reset tokens that expired long ago."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import PasswordResetToken, ResetLinkRecord
from marketplace.audit import Actor, record_about
from marketplace.sql import database_now

AT_ONCE = 1000
"""Tokens that one transaction removes."""


def purge_edge(session: Session, older_than: dt.timedelta) -> dt.datetime:
    """Return the moment before which a token has to have expired, by the database's clock."""
    return session.execute(sa.select(database_now())).scalar_one() - older_than


def count_purgeable(session: Session, *, before: dt.datetime) -> int:
    return session.scalar(sa.select(sa.func.count()).where(PasswordResetToken.expires_at < before)) or 0


def purge_tokens(session: Session, *, before: dt.datetime, most: int, actor: Actor) -> int:
    """Remove up to `most` tokens that expired before a moment, the oldest first; return how many it were.

    What the desk noted of them stays. Those that somebody is working on just now are left for the next time.
    """
    expired = sa.select(PasswordResetToken.id).where(PasswordResetToken.expires_at < before)
    oldest = expired.order_by(PasswordResetToken.expires_at).limit(most).with_for_update(skip_locked=True)
    ids = session.scalars(oldest).all()
    if not ids:
        return 0
    session.execute(sa.delete(PasswordResetToken).where(PasswordResetToken.id.in_(ids)))
    kept = ResetLinkRecord.token_id.in_(ids), ResetLinkRecord.sealed.is_not(None)
    session.execute(sa.update(ResetLinkRecord).where(*kept).values(sealed=None))
    record_about(
        session,
        "reset_links.purged",
        subject_type=PasswordResetToken.__tablename__,
        subject_id="",
        actor=actor,
        label="expired reset links",
        changes={"tokens": (None, len(ids)), "expired_before": (None, before)},
    )
    return len(ids)
