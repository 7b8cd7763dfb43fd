"""Whom a subject is: found by id or e-mail, known by every e-mail address that their account had."""

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import PasswordResetToken, ResetLinkRecord, User
from marketplace.audit import AuditEvent
from marketplace.errors import InvalidInput, Unknown
from marketplace.words import gettext as _


def find_person(session: Session, named: str) -> User:
    """Return the user with this id or e-mail address, case apart where only one account has it so.

    :raises Unknown: when there is none.
    :raises InvalidInput: when several accounts have the address, spelt differently.
    """
    try:
        user = session.get(User, uuid.UUID(named.strip()))
    except ValueError:
        email = named.strip()
        user = session.scalars(sa.select(User).where(User.email == email)).one_or_none()
        if user is None:
            alike = session.scalars(sa.select(User).where(sa.func.lower(User.email) == email.lower()).limit(2)).all()
            if len(alike) > 1:
                raise InvalidInput(_("Several accounts have this e-mail address. Name one by its id.")) from None
            user = alike[0] if alike else None
    if user is None:
        raise Unknown(_("No user has this id or e-mail address."))
    return user


def addresses_of(session: Session, user: User) -> list[str]:
    """Return the e-mail addresses of `user`, the present one first, but those that are another account's by now."""
    edits = sa.select(AuditEvent.changes).where(
        AuditEvent.subject_type == User.__tablename__,
        AuditEvent.subject_id == str(user.id),
        AuditEvent.action == "user.edited",
    )
    pairs = [changes["email"] for changes in session.scalars(edits) if isinstance(changes, dict) and "email" in changes]
    earlier = dict.fromkeys(
        each for pair in pairs if isinstance(pair, list) for each in pair if isinstance(each, str) and each
    )
    others = sa.select(sa.func.lower(User.email)).where(
        sa.func.lower(User.email).in_([each.lower() for each in earlier]), User.id != user.id
    )
    taken = set(session.scalars(others)) if earlier else set()
    return list(dict.fromkeys([user.email, *(each for each in earlier if each.lower() not in taken)]))


def links_of(session: Session, user: User) -> sa.ColumnElement[bool]:
    """Return the condition for the reset links of `user`: those issued for them, or for an address of theirs."""
    addresses = [each.lower() for each in addresses_of(session, user)]
    noted = sa.select(ResetLinkRecord.token_id).where(ResetLinkRecord.user_id == user.id)
    return sa.or_(sa.func.lower(PasswordResetToken.email).in_(addresses), PasswordResetToken.id.in_(noted))
