"""Claims on listings: whoever opens one has it for ten minutes, so that no two moderators work on the same one."""

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.database import utcnow
from marketplace.listings.models import ServiceState
from marketplace.words import gettext as _
from marketplace.words import moment

CLAIMED_FOR = dt.timedelta(minutes=10)
"""For how long a listing that somebody has opened is theirs."""

NOBODY: dict[str, Any] = {"claimed_by_id": None, "claimed_by_label": None, "claimed_until": None}


def claim_service(session: Session, service_id: uuid.UUID, *, actor: Any) -> bool:
    """Let a listing be `actor`'s for ten minutes, unless it is somebody else's; return whether it is theirs now.

    One conditional UPDATE decides, so that no two ever hold it.
    """
    now = utcnow()
    claimed = (
        sa.update(ServiceState)
        .where(ServiceState.service_id == service_id, is_free_for(actor.id, now))
        .values(claimed_by_id=actor.id, claimed_by_label=actor.audit_label, claimed_until=now + CLAIMED_FOR)
        .returning(ServiceState.service_id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(claimed) is not None


def is_free_for(member_id: Any, now: dt.datetime) -> sa.ColumnElement[bool]:
    """Return the condition for listings that nobody else has claimed."""
    lapsed = sa.or_(ServiceState.claimed_until.is_(None), ServiceState.claimed_until <= now)
    return sa.or_(lapsed, ServiceState.claimed_by_id == member_id)


def claim_refusal(state: ServiceState, *, actor: Any) -> str | None:
    """Say who else is looking at a listing just now; None where nobody is."""
    until = state.claimed_until
    if until is None or until <= utcnow() or state.claimed_by_id == actor.audit_id:
        return None
    return _("%(who)s is looking at this listing until %(end)s.", who=state.claimed_by_label, end=moment(until))


def release_service(session: Session, service_id: uuid.UUID, *, actor: Any) -> None:
    """Give back a listing that `actor` has claimed."""
    mine = ServiceState.service_id == service_id, ServiceState.claimed_by_id == actor.id
    session.execute(sa.update(ServiceState).where(*mine).values(**NOBODY).execution_options(synchronize_session=False))
