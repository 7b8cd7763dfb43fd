"""Showing the phone and the address of a person: what of a profile is masked, and the verb that lifts the mask."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.accounts.models import User
from marketplace.audit import Actor, AuditEvent, record
from marketplace.database import lock, session_of, utcnow
from marketplace.errors import TooOften
from marketplace.staff.models import StaffMember
from marketplace.words import gettext as _
from marketplace.words import moment

HOUR = dt.timedelta(hours=1)
REVEALED = "user.revealed"
OPEN_KEYS = ("firstName", "lastName")
"""What of a profile whoever may read users sees, where it is text: a person's name."""


def masked_parts(stored: Any) -> dict[str, Any]:
    """Return what of a stored profile is masked, by its keys; what is no set of names and values is so as a whole.

    Keys that we do not know may hold what they like, so they are masked as well; so are names that are no text.
    """
    if not isinstance(stored, dict):
        return {"": stored} if stored else {}
    return {
        key: value
        for key, value in stored.items()
        if value not in ("", None) and not (key in OPEN_KEYS and isinstance(value, str))
    }


def glimpse(key: str, value: Any) -> str:
    """Return what stands in place of a masked value: of a phone its last two digits, by which its owner knows it."""
    digits = [letter for letter in value if letter.isdigit()] if key == "phone" and isinstance(value, str) else []
    return f"•••• {''.join(digits[-2:])}" if len(digits) > 4 else "••••••"


def fields_of(parts: Mapping[str, Any]) -> list[str]:
    """Return what an entry calls the fields that were shown: the keys that we know, and `other` for all else."""
    known = [key for key in ("phone", "address") if key in parts]
    return [*known, *(["other"] if set(parts) - set(known) else [])]


def disclose_profile(user: User, *, actor: Actor, most: int) -> Sequence[str]:
    """Record that `actor` has the masked parts of the profile shown, and return what an entry calls them.

    :param most: how often one member of staff may within an hour.
    :raises TooOften: when they have done so as often as that.
    """
    session = session_of(user)
    # One at a time for each member, so that no second window slips by the count.
    lock(session.get_one(StaffMember, actor.audit_id))
    own = AuditEvent.actor_id == actor.audit_id, AuditEvent.action == REVEALED, AuditEvent.at > utcnow() - HOUR
    lately = session.scalars(sa.select(AuditEvent.at).where(*own).order_by(AuditEvent.id.desc()).limit(most)).all()
    if len(lately) >= most:
        again = lately[-1] + HOUR
        raise TooOften(
            _(
                "You had masked details shown %(most)s times within an hour, which is the most there may be. "
                "You can go on at %(again)s.",
                most=most,
                again=moment(again),
            ),
            seconds=max(1, int((again - utcnow()).total_seconds()) + 1),
        )
    fields = fields_of(masked_parts(user.profile))
    record(REVEALED, user, actor=actor, label=user.email, changes={"fields": (None, fields)})
    return fields
