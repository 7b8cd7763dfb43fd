"""What can be done to staff accounts."""

import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import Actor, Visitor, record, record_about
from marketplace.database import lock, session_of, utcnow
from marketplace.errors import InvalidInput, refuse
from marketplace.permissions import Role
from marketplace.staff.models import StaffInvite, StaffMember, StaffSession
from marketplace.staff.sessions import end_all_sessions
from marketplace.words import gettext as _

UNUSED = (StaffInvite.used_at.is_(None), StaffInvite.voided_at.is_(None))
"""Conditions on invites that are neither used nor voided."""

_ADMINISTRATORS = sa.select(StaffMember.id).where(StaffMember.role == Role.ADMINISTRATOR, StaffMember.is_active)


def create_staff_member(
    session: Session,
    *,
    email: str,
    name: str,
    role: str,
    password_hash: str,
    actor: Actor,
) -> StaffMember:
    """Open an account for a colleague.

    :raises InvalidInput: when the e-mail address has an account already.
    """
    email = email.strip().lower()
    refuse_taken_email(session, email)
    member = StaffMember(email=email, name=name, role=Role(role).value, password_hash=password_hash)
    session.add(member)
    record(
        "staff.created",
        member,
        actor=actor,
        label=email,
        changes={"email": (None, email), "name": (None, name), "role": (None, role)},
    )
    return member


def edit_staff_member(member: StaffMember, *, changes: Mapping[str, Any], actor: Actor) -> None:
    """Change name, time zone or locale; the role has a verb of its own."""
    lock(member)
    changed = {key: (getattr(member, key), new) for key, new in changes.items() if getattr(member, key) != new}
    if not changed:
        return
    record("staff.edited", member, actor=actor, label=member.email, changes=changed)
    for key, (_old, new) in changed.items():
        setattr(member, key, new)
    member.updated_at = utcnow()


def role_change_refusal(member: StaffMember, *, actor: Actor) -> str | None:
    """Say why `actor` may not change the role of `member` or disable them; None when they may."""
    if actor.audit_id == member.id:
        return _("Nobody changes or disables their own account.")
    if member.role == Role.ADMINISTRATOR and member.is_active and _is_last_administrator(member):
        return _("%(email)s is the last administrator.", email=member.email)
    return None


def change_role(member: StaffMember, *, role: str, actor: Actor) -> None:
    """Give `member` another role and end their sessions.

    :raises NotAllowedNow: for one's own role, and for the last administrator's.
    """
    _lock_with_administrators(member)
    if role == member.role:
        return
    refuse(role_change_refusal(member, actor=actor))
    record("staff.role_changed", member, actor=actor, label=member.email, changes={"role": (member.role, role)})
    member.role, member.updated_at = Role(role).value, utcnow()
    end_all_sessions(member)
    _void_invites_by(member, actor=actor)


def disable_staff_member(member: StaffMember, *, reason: str, actor: Actor) -> None:
    """Shut the account and end its sessions.

    :raises NotAllowedNow: as `disable_refusal` says.
    """
    _lock_with_administrators(member)
    refuse(disable_refusal(member, actor=actor))
    record(
        "staff.disabled",
        member,
        actor=actor,
        label=member.email,
        reason=reason,
        changes={"is_active": (True, False)},
    )
    member.is_active, member.updated_at = False, utcnow()
    end_all_sessions(member)
    _void_invites_by(member, actor=actor)


def disable_refusal(member: StaffMember, *, actor: Actor) -> str | None:
    """Say why `actor` may not disable `member`; None when they may."""
    if not member.is_active:
        return _("%(email)s is disabled already.", email=member.email)
    return role_change_refusal(member, actor=actor)


def enable_staff_member(member: StaffMember, *, reason: str, actor: Actor) -> None:
    """Open a disabled account again.

    :raises NotAllowedNow: as `enable_refusal` says.
    """
    lock(member)
    refuse(enable_refusal(member))
    record(
        "staff.enabled",
        member,
        actor=actor,
        label=member.email,
        reason=reason,
        changes={"is_active": (False, True)},
    )
    member.is_active, member.updated_at = True, utcnow()


def enable_refusal(member: StaffMember) -> str | None:
    """Say why the account cannot be enabled; None when it can."""
    return _("%(email)s is not disabled.", email=member.email) if member.is_active else None


def change_staff_password(member: StaffMember, *, password_hash: str, actor: Actor) -> None:
    """Set a new password and end every session of `member`."""
    lock(member)
    record("staff.password_changed", member, actor=actor, label=member.email)
    member.password_hash, member.updated_at = password_hash, utcnow()
    end_all_sessions(member)


def end_own_session(member: StaffMember, session_id: uuid.UUID, *, device: str, actor: Actor) -> None:
    """End one session of `member`; whoever ends it twice finds it ended."""
    lock(member)
    theirs = sa.select(StaffSession).where(StaffSession.id == session_id, StaffSession.member_id == member.id)
    found = session_of(member).scalars(theirs).one_or_none()
    if found is None or found.ended_at is not None:
        return
    found.ended_at = utcnow()
    record("staff.session_ended", member, actor=actor, label=member.email, changes={"device": (device, None)})


def end_other_sessions(member: StaffMember, *, keeping: uuid.UUID, actor: Actor) -> None:
    """End all sessions of `member` but the one that goes on."""
    lock(member)
    end_all_sessions(member, but=keeping)
    record("staff.sessions_ended", member, actor=actor, label=member.email)


def end_sessions_refusal(member: StaffMember, *, actor: Actor) -> str | None:
    """Say why `actor` may not end the sessions of `member` from outside; None when they may."""
    return _("Your own sessions are on the page of your account.") if actor.audit_id == member.id else None


def end_sessions_of(member: StaffMember, *, reason: str, actor: Actor) -> None:
    """End all sessions of a colleague.

    :raises NotAllowedNow: as `end_sessions_refusal` says.
    """
    lock(member)
    refuse(end_sessions_refusal(member, actor=actor))
    end_all_sessions(member)
    record("staff.sessions_ended", member, actor=actor, label=member.email, reason=reason)


def renew_password_hash(member: StaffMember, *, password_hash: str) -> None:
    """Store the same password hashed at today's cost; nothing has changed for anybody, so nothing is recorded."""
    member.password_hash = password_hash


def record_failed_sign_in(session: Session, *, email: str, step: str) -> None:
    """Note that somebody failed to log in.

    Of an e-mail that no account has not even the text is kept: people type passwords there.

    :param step: what was wrong: `password` or `code`.
    """
    known = sa.select(StaffMember.id, StaffMember.email).where(StaffMember.email == email.strip().lower())
    member_id, label = session.execute(known).one_or_none() or ("unknown", "no account")
    record_about(
        session,
        "staff.sign_in_failed",
        subject_type=StaffMember.__tablename__,
        subject_id=str(member_id),
        actor=Visitor(),
        label=label,
        changes={"wrong": (None, step)},
    )


def record_failed_proof(member: StaffMember, *, actor: Actor) -> None:
    """Note that somebody typed a wrong password where the member's own was asked for: they, or who found the screen."""
    record("staff.proof_failed", member, actor=actor, label=member.email)


def refuse_taken_email(session: Session, email: str) -> None:
    """:raises InvalidInput: when the e-mail address has an account already."""
    if session.scalar(sa.select(StaffMember.id).where(StaffMember.email == email)):
        raise InvalidInput(_("%(email)s has an account already.", email=email), fields=("email",))


def void_invite(invite: StaffInvite, action: str, *, actor: Actor) -> None:
    """Void an invite that is locked, and record that as `action`."""
    invite.voided_at = utcnow()
    record(action, invite, actor=actor, label=invite.email)


def _void_invites_by(member: StaffMember, *, actor: Actor) -> None:
    """Void what a member has invited who may do so no more: nobody comes in by it afterwards."""
    theirs = sa.select(StaffInvite).where(StaffInvite.invited_by == member.email, *UNUSED)
    for invite in session_of(member).scalars(theirs.order_by(StaffInvite.id).with_for_update()):
        void_invite(invite, "staff.invite_voided", actor=actor)


def _is_last_administrator(member: StaffMember) -> bool:
    return session_of(member).scalar(_ADMINISTRATORS.where(StaffMember.id != member.id).limit(1)) is None


def _lock_with_administrators(member: StaffMember) -> None:
    """Lock `member`, and keep who is an administrator as it is: of the last two who go at one moment, one stays."""
    session_of(member).scalars(_ADMINISTRATORS.order_by(StaffMember.id).with_for_update(key_share=True)).all()
    lock(member)
