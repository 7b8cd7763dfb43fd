"""From a password, and a code where there is a second factor, to a session; failures are counted and recorded."""

import datetime as dt
import hashlib
import json
import uuid

import sqlalchemy as sa
import structlog
from flask import flash, redirect, request, session
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import undefer
from werkzeug.wrappers import Response

from marketplace.audit import record
from marketplace.connections import was_in_the_way
from marketplace.database import lock
from marketplace.extensions import client_address, db, settings
from marketplace.passwords import decoy_hash, hash_password, is_outdated, password_matches
from marketplace.sealing import BrokenSealError, Purpose, seal, unseal
from marketplace.staff.cookie import stand_for
from marketplace.staff.device import remember_device
from marketplace.staff.models import StaffMember
from marketplace.staff.operations import record_failed_sign_in, renew_password_hash
from marketplace.staff.second_factor import accept_code, factor_state
from marketplace.staff.sessions import end_session, start_session
from marketplace.transaction import in_transaction

HALF = "half_log_in"
"""Under which name the cookie keeps that the password was right."""

HALF_LASTS = dt.timedelta(minutes=10)

log = structlog.get_logger()


def member_with(email: str, password: str) -> StaffMember | None:
    """Return the active member with this e-mail and password; an unknown e-mail takes as long as a wrong password."""
    known = sa.select(StaffMember.id, StaffMember.password_hash).where(
        StaffMember.email == email.lower(), StaffMember.is_active
    )
    member_id, password_hash = db.session.execute(known).one_or_none() or (None, decoy_hash(settings().bcrypt_cost))
    db.session.rollback()  # No connection is held while a password is checked, which takes long.
    if not password_matches(password, password_hash) or member_id is None:
        return None
    return db.session.get(StaffMember, member_id, options=[undefer(StaffMember.password_hash)])


def note_failure(email: str, *, step: str) -> None:
    """Record that a log-in failed; the same is done for an e-mail that nobody has, and takes as long.

    :param step: what was wrong: `password` or `code`.
    """
    try:
        in_transaction(lambda: record_failed_sign_in(db.session(), email=email, step=step))
    except OperationalError as failure:
        if not was_in_the_way(failure):
            raise
        log.warning("failed_sign_in_not_recorded", step=step)


def needs_code(member: StaffMember) -> bool:
    return factor_state(db.session(), member.id) is not None


def renew_hash(member: StaffMember, password: str) -> None:
    """Hash the password, which is right, at today's cost where it was hashed at a lower one."""
    cost = settings().bcrypt_cost
    if is_outdated(member.password_hash, cost=cost):
        new_hash = hash_password(password, cost=cost)
        in_transaction(lambda: renew_password_hash(member, password_hash=new_hash))


def keep_half(member: StaffMember) -> None:
    """Let the cookie say whose password was right, for the page that asks for the code; it opens nothing else."""
    told = json.dumps({"member": str(member.id), "mark": _mark(member)})
    session.clear()
    session[HALF] = seal(told, Purpose.HALF_SIGNED_IN)


def half_signed_in() -> StaffMember | None:
    """Return whose password was right, if that was a while ago at most and neither it nor the account changed since."""
    try:
        told = json.loads(unseal(session.get(HALF, ""), Purpose.HALF_SIGNED_IN, within=HALF_LASTS))
    except BrokenSealError:
        return None
    member = db.session.get(StaffMember, uuid.UUID(told["member"]), options=[undefer(StaffMember.password_hash)])
    return member if member and member.is_active and told["mark"] == _mark(member) else None


def sign_in(member: StaffMember, *, then: str, code: str | None = None) -> Response | None:
    """Begin a session and lead the browser to `then`; None where `code` is not accepted.

    :param code: of the second factor, where there is one.
    """
    earlier = session.get("_user_id", "")
    recovery_codes = factor_state(db.session(), member.id)

    def begin() -> str | None:
        lock(member)
        if code is not None and not accept_code(member, code):
            return None
        record("staff.signed_in", member, actor=member, label=member.email)
        end_session(db.session(), earlier)
        return start_session(member, address=client_address(), user_agent=request.user_agent.string)

    key = in_transaction(begin)
    if key is None:
        return None
    stand_for(key)
    left = factor_state(db.session(), member.id)
    if recovery_codes and left and left.codes_left < recovery_codes.codes_left:
        flash(_("You have used a recovery code; %(left)d are left.", left=left.codes_left), "warning")
    answer = redirect(then)
    remember_device(answer, member.email)
    return answer


def _mark(member: StaffMember) -> str:
    return hashlib.sha256(member.password_hash.encode()).hexdigest()
