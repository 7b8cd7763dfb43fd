"""What can be done to staff accounts."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import Actor, record
from marketplace.database import lock, session_of, utcnow
from marketplace.errors import InvalidInput, refuse
from marketplace.permissions import Role
from marketplace.staff.models import StaffMember
from marketplace.staff.sessions import end_all_sessions


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
    _refuse_taken_email(session, email)
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
        return "Nobody changes or disables their own account."
    if member.role == Role.ADMINISTRATOR and member.is_active and _is_last_administrator(member):
        return f"{member.email} is the last administrator."
    return None


def change_role(member: StaffMember, *, role: str, actor: Actor) -> None:
    """Give `member` another role and end their sessions.

    :raises NotAllowedNow: for one's own role, and for the last administrator's.
    """
    lock(member)
    if role == member.role:
        return
    refuse(role_change_refusal(member, actor=actor))
    record("staff.role_changed", member, actor=actor, label=member.email, changes={"role": (member.role, role)})
    member.role, member.updated_at = Role(role).value, utcnow()
    end_all_sessions(member)


def disable_staff_member(member: StaffMember, *, reason: str, actor: Actor) -> None:
    """Shut the account and end its sessions.

    :raises NotAllowedNow: as `disable_refusal` says.
    """
    lock(member)
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


def disable_refusal(member: StaffMember, *, actor: Actor) -> str | None:
    """Say why `actor` may not disable `member`; None when they may."""
    if not member.is_active:
        return f"{member.email} is disabled already."
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
    return f"{member.email} is not disabled." if member.is_active else None


def change_staff_password(member: StaffMember, *, password_hash: str, actor: Actor) -> None:
    """Set a new password and end every session of `member`."""
    lock(member)
    record("staff.password_changed", member, actor=actor, label=member.email)
    member.password_hash, member.updated_at = password_hash, utcnow()
    end_all_sessions(member)


def renew_password_hash(member: StaffMember, *, password_hash: str) -> None:
    """Store the same password hashed at today's cost; nothing has changed for anybody, so nothing is recorded."""
    member.password_hash = password_hash


def _refuse_taken_email(session: Session, email: str) -> None:
    if session.scalar(sa.select(StaffMember.id).where(StaffMember.email == email)):
        raise InvalidInput(f"{email} has an account already.", fields=("email",))


def _is_last_administrator(member: StaffMember) -> bool:
    session = session_of(member)
    others = session.scalars(
        sa.select(StaffMember.id)
        .where(StaffMember.role == Role.ADMINISTRATOR, StaffMember.is_active, StaffMember.id != member.id)
        .with_for_update(key_share=True),
    )
    return others.first() is None
