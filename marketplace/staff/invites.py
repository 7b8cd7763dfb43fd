"""What can be done about invites, by which colleagues-to-be make their accounts."""

import datetime as dt
import hashlib
import secrets
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import Actor, Visitor, record
from marketplace.database import lock, utcnow
from marketplace.errors import NotAllowedNow, Unknown, refuse
from marketplace.permissions import Role
from marketplace.sql import database_now
from marketplace.staff.models import StaffInvite, StaffMember
from marketplace.staff.operations import UNUSED, create_staff_member, refuse_taken_email, void_invite
from marketplace.words import gettext as _

VALID = dt.timedelta(hours=72)


class InviteState(StrEnum):
    OPEN = "open"
    USED = "used"
    VOIDED = "voided"
    EXPIRED = "expired"


def state_of(invite: StaffInvite) -> InviteState:
    if invite.used_at is not None:
        return InviteState.USED
    if invite.voided_at is not None:
        return InviteState.VOIDED
    return InviteState.OPEN if invite.expires_at > utcnow() else InviteState.EXPIRED


def state_condition(state: str) -> sa.ColumnElement[bool]:
    """Return the condition on invites that are in `state`."""
    unused = StaffInvite.used_at.is_(None)
    still = unused & StaffInvite.voided_at.is_(None)
    return {
        InviteState.USED: ~unused,
        InviteState.VOIDED: unused & StaffInvite.voided_at.is_not(None),
        InviteState.OPEN: still & (StaffInvite.expires_at > utcnow()),
        InviteState.EXPIRED: still & (StaffInvite.expires_at <= utcnow()),
    }[InviteState(state)]


def new_token() -> str:
    """Return a token that nobody can guess: 32 random bytes, url-safe."""
    return secrets.token_urlsafe(32)


def invite_colleague(
    session: Session, *, email: str, name: str, role: str, token: str, actor: Actor
) -> tuple[StaffInvite, bool]:
    """Make an invite that `token` opens, and void earlier ones to that address; sent twice it is made once.

    :return: the invite, and whether it is new.
    :raises InvalidInput: when the address has an account already.
    :raises NotAllowedNow: where that very token was used or voided meanwhile.
    """
    email = email.strip().lower()
    known = session.scalars(sa.select(StaffInvite).where(StaffInvite.token_digest == _digest(token))).one_or_none()
    if known is not None:
        if (known.email, known.role) != (email, role):
            raise NotAllowedNow(
                _("This page has invited %(email)s already. Open it again for another.", email=known.email)
            )
        if state_of(known) != InviteState.OPEN:
            raise NotAllowedNow(
                _("The link from this page was used or voided meanwhile. Open the page again for another.")
            )
        return known, False
    refuse_taken_email(session, email)
    earlier = sa.select(StaffInvite).where(StaffInvite.email == email, *UNUSED)
    for each in session.scalars(earlier.order_by(StaffInvite.id).with_for_update()):
        void_invite(each, "staff.invite_voided", actor=actor)
    session.flush()  # There is one open invite to an address; of two made at one moment the second voids the first.
    now = session.scalar(sa.select(database_now())) or utcnow()
    invite = StaffInvite(
        token_digest=_digest(token),
        email=email,
        name=name,
        role=Role(role).value,
        invited_by=actor.audit_label[:255],
        created_at=now,
        expires_at=now + VALID,
    )
    session.add(invite)
    record("staff.invited", invite, actor=actor, label=email, changes={"role": (None, role), "name": (None, name)})
    return invite, True


def revoke_refusal(invite: StaffInvite) -> str | None:
    """Say why the invite cannot be revoked; None when it can."""
    return None if state_of(invite) == InviteState.OPEN else _("This invite is not open any more.")


def revoke_invite(invite: StaffInvite, *, actor: Actor) -> None:
    """Void one invite.

    :raises NotAllowedNow: as `revoke_refusal` says.
    """
    lock(invite)
    refuse(revoke_refusal(invite))
    void_invite(invite, "staff.invite_revoked", actor=actor)


def open_invite(session: Session, token: str) -> StaffInvite | None:
    """Return the invite that `token` opens; looking does not use it up."""
    return session.scalars(sa.select(StaffInvite).where(*_live(token))).one_or_none()


def accept_invite(session: Session, token: str, *, name: str, password_hash: str) -> StaffMember:
    """Use the invite up and open the account: one conditional UPDATE decides who comes first.

    :raises Unknown: when the token is unknown, used, voided or expired: one sentence for all.
    :raises InvalidInput: when the address has got an account otherwise.
    """
    used = session.scalar(
        sa.update(StaffInvite).where(*_live(token)).values(used_at=database_now()).returning(StaffInvite.id)
    )
    if used is None:
        raise Unknown(dead_invite_sentence())
    invite = session.get_one(StaffInvite, used)
    guest = Visitor(invite.email)
    record("staff.invite_used", invite, actor=guest, label=invite.email)
    return create_staff_member(
        session, email=invite.email, name=name, role=invite.role, password_hash=password_hash, actor=guest
    )


def dead_invite_sentence() -> str:
    return _("This link does not work (any more). Ask for a new one.")


def _live(token: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        StaffInvite.token_digest == _digest(token),
        *UNUSED,
        StaffInvite.expires_at > database_now(),
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
