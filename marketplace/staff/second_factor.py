"""What can be done about second factors: set up, asked for, reset."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session, undefer

from marketplace.audit import Actor, record
from marketplace.database import lock, session_of, utcnow
from marketplace.errors import InvalidInput, NotAllowedNow, refuse
from marketplace.sealing import BrokenSealError, Purpose, is_sealed_anew, seal, unseal
from marketplace.staff.codes import recovery_digest, steps_of
from marketplace.staff.models import StaffMember, StaffRecoveryCode, StaffSecondFactor
from marketplace.staff.sessions import end_all_sessions
from marketplace.words import gettext as _

log = structlog.get_logger()


@dataclass(frozen=True)
class FactorState:
    """What a page tells of a member's second factor."""

    since: dt.datetime
    codes_left: int


def factor_state(session: Session, member_id: uuid.UUID) -> FactorState | None:
    """Return since when `member_id` has a second factor and how many recovery codes are left; None without one."""
    since = session.scalar(
        sa.select(sa.func.min(StaffSecondFactor.created_at)).where(StaffSecondFactor.member_id == member_id)
    )
    left = sa.select(sa.func.count()).where(
        StaffRecoveryCode.member_id == member_id, StaffRecoveryCode.used_at.is_(None)
    )
    return FactorState(since, session.scalar(left) or 0) if since else None


def recovery_set(session: Session, member_id: uuid.UUID) -> str:
    """Name the recovery codes that `member_id` has: every new set has another name; empty where there are none."""
    first = sa.select(sa.func.min(StaffRecoveryCode.digest)).where(StaffRecoveryCode.member_id == member_id)
    return session.scalar(first) or ""


def set_up_totp(
    member: StaffMember,
    *,
    secret: str,
    code: str,
    recovery_codes: Sequence[str],
    instead_of: str,
    keeping: uuid.UUID,
    actor: Actor,
) -> None:
    """Take an app's `secret` for the member's second factor; `code` shows that the app has it.

    It takes the place of one they had. Sent twice it is done once. Sessions elsewhere end.

    :param recovery_codes: in place of those of before.
    :param instead_of: the name of those (`recovery_set`).
    :param keeping: the session that goes on.
    :raises InvalidInput: when the app does not show this code now.
    :raises NotAllowedNow: when the recovery codes are others by now.
    """
    lock(member)
    if _is_kept(member, recovery_codes, instead_of):
        return
    steps = list(steps_of(secret, code))
    if not steps:
        raise InvalidInput(_("This is not the code that your app shows now."), fields=("code",))
    session = session_of(member)
    _forget(session, member.id)
    factor = StaffSecondFactor(
        member_id=member.id,
        kind="totp",
        secret=seal(secret, Purpose.SECOND_FACTOR),
        last_step=max(steps),
        created_at=utcnow(),
    )
    session.add(factor)
    _keep(session, member.id, recovery_codes)
    end_all_sessions(member, but=keeping)
    record("staff.second_factor_set", member, actor=actor, label=member.email)


def renew_recovery_codes(member: StaffMember, *, recovery_codes: Sequence[str], instead_of: str, actor: Actor) -> None:
    """Take these recovery codes in place of the earlier ones; sent twice it is done once.

    :param instead_of: the name of the earlier ones (`recovery_set`).
    :raises NotAllowedNow: without a second factor there is nothing to recover; or they are others by now.
    """
    lock(member)
    session = session_of(member)
    if _totp_of(member) is None:
        raise NotAllowedNow(_("Set up a second factor first."))
    if _is_kept(member, recovery_codes, instead_of):
        return
    session.execute(sa.delete(StaffRecoveryCode).where(StaffRecoveryCode.member_id == member.id))
    _keep(session, member.id, recovery_codes)
    record("staff.recovery_codes_made", member, actor=actor, label=member.email)


def remove_second_factor(member: StaffMember, *, is_required: bool, keeping: uuid.UUID, actor: Actor) -> None:
    """Give up one's own second factor; sessions elsewhere end.

    :raises NotAllowedNow: where there is none, or the role requires one.
    """
    lock(member)
    if is_required:
        raise NotAllowedNow(_("Your role requires a second factor. You can move it to another app."))
    refuse(_none_refusal(member))
    _forget(session_of(member), member.id)
    end_all_sessions(member, but=keeping)
    record("staff.second_factor_removed", member, actor=actor, label=member.email)


def reset_refusal(member: StaffMember, *, actor: Actor) -> str | None:
    """Say why `actor` may not reset the second factor of `member`; None when they may."""
    if actor.audit_id == member.id:
        return _("Nobody resets their own second factor. On the page of your account you can move it to another app.")
    return _none_refusal(member)


def reset_second_factor(member: StaffMember, *, reason: str, actor: Actor) -> None:
    """Forget the second factor and the recovery codes of `member`, who has lost them, and end their sessions.

    :raises NotAllowedNow: as `reset_refusal` says.
    """
    lock(member)
    refuse(reset_refusal(member, actor=actor))
    _forget(session_of(member), member.id)
    end_all_sessions(member)
    record("staff.second_factor_reset", member, actor=actor, label=member.email, reason=reason)


def accept_code(member: StaffMember, code: str) -> bool:
    """Whether `code` is one that the member's app shows now, or a recovery code; accepted, it is so only this once.

    Which of two that come at the same moment is the first, one conditional UPDATE decides.
    """
    return _accept_totp(member, code) or _accept_recovery_code(member, code)


def _accept_totp(member: StaffMember, code: str) -> bool:
    factor = _totp_of(member)
    secret = _opened(factor) if factor else None
    if factor is None or secret is None:
        return False
    session = session_of(member)
    for step in steps_of(secret, code):
        newer = sa.update(StaffSecondFactor).where(
            StaffSecondFactor.id == factor.id, StaffSecondFactor.last_step < step
        )
        if session.scalar(newer.values(last_step=step).returning(StaffSecondFactor.id)):
            if not is_sealed_anew(factor.secret, Purpose.SECOND_FACTOR):
                factor.secret = seal(secret, Purpose.SECOND_FACTOR)
            return True
    return False


def _accept_recovery_code(member: StaffMember, code: str) -> bool:
    session = session_of(member)
    used = session.scalar(
        sa.update(StaffRecoveryCode)
        .where(
            StaffRecoveryCode.member_id == member.id,
            StaffRecoveryCode.digest == recovery_digest(code),
            StaffRecoveryCode.used_at.is_(None),
        )
        .values(used_at=utcnow())
        .returning(StaffRecoveryCode.id)
    )
    if used is None:
        return False
    record("staff.recovery_code_used", member, actor=member, label=member.email)
    return True


def _none_refusal(member: StaffMember) -> str | None:
    return _("%(email)s has no second factor.", email=member.email) if _totp_of(member) is None else None


def _totp_of(member: StaffMember) -> StaffSecondFactor | None:
    mine = sa.select(StaffSecondFactor).where(
        StaffSecondFactor.member_id == member.id, StaffSecondFactor.kind == "totp"
    )
    return session_of(member).scalars(mine.options(undefer(StaffSecondFactor.secret))).one_or_none()


def _opened(factor: StaffSecondFactor) -> str | None:
    """Return the secret; None where the key it was sealed with is no more."""
    try:
        return unseal(factor.secret, Purpose.SECOND_FACTOR)
    except BrokenSealError:
        log.warning("second_factor_unreadable", factor_id=str(factor.id))
        return None


def _forget(session: Session, member_id: uuid.UUID) -> None:
    for table in (StaffSecondFactor, StaffRecoveryCode):
        session.execute(sa.delete(table).where(table.member_id == member_id))


def _is_kept(member: StaffMember, recovery_codes: Sequence[str], instead_of: str) -> bool:
    """Whether the member's recovery codes are these already; raise NotAllowedNow where they are others by now."""
    now = recovery_set(session_of(member), member.id)
    if now == min(map(recovery_digest, recovery_codes)):
        return True
    if now != instead_of:
        raise NotAllowedNow(
            _("Your recovery codes were changed since this page was opened, so nothing was done. Open it again.")
        )
    return False


def _keep(session: Session, member_id: uuid.UUID, recovery_codes: Sequence[str]) -> None:
    now = utcnow()
    digests = map(recovery_digest, recovery_codes)
    session.add_all(StaffRecoveryCode(member_id=member_id, digest=digest, created_at=now) for digest in digests)
