"""From a password, and a code where there is a second factor, to a session; failures are counted and recorded."""

import datetime as dt
import hashlib
import json
import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from flask import flash, redirect, request, session
from flask_babel import gettext as _
from sqlalchemy.orm import undefer
from werkzeug.wrappers import Response

from marketplace.audit import record
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
from marketplace.staff.throttle import note_failure
from marketplace.transaction import in_transaction

HALF = "half_log_in"
"""Under which name the cookie keeps that the password was right."""

EARLIER = "earlier_session"
"""Under which name the cookie keeps the key of a session that the new one is to end."""

HALF_LASTS = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Known:
    """A member whose password was right."""

    member: StaffMember
    mark: str
    """Of that password's hash: with another one, nothing of this holds any more."""


def member_with(email: str, password: str) -> Known | None:
    """Return the active member with this e-mail and password; an unknown e-mail takes as long as a wrong password."""
    known = sa.select(StaffMember.id, StaffMember.password_hash).where(
        StaffMember.email == email.lower(), StaffMember.is_active
    )
    member_id, password_hash = db.session.execute(known).one_or_none() or (None, decoy_hash(settings().bcrypt_cost))
    db.session.rollback()  # No connection is held while a password is checked, which takes long.
    if not password_matches(password, password_hash) or member_id is None:
        return None
    return Known(db.session.get_one(StaffMember, member_id), _mark(password_hash))


def note_failed(email: str, *, step: str) -> None:
    """Record that a log-in failed; the same is done for an e-mail that nobody has, and takes as long.

    :param step: what was wrong: `password` or `code`.
    """
    note_failure(lambda: record_failed_sign_in(db.session(), email=email, step=step), step=step)


def needs_code(member: StaffMember) -> bool:
    return factor_state(db.session(), member.id) is not None


def with_renewed_hash(known: Known, password: str) -> Known:
    """Hash the password, which is right, at today's cost where it was hashed at a lower one."""
    cost, member = settings().bcrypt_cost, known.member
    if not is_outdated(member.password_hash, cost=cost):
        return known
    new_hash = hash_password(password, cost=cost)

    def renew() -> Known:
        lock(member)
        if not _still_holds(known):  # Another password was set meanwhile, and this one is not put back.
            return known
        renew_password_hash(member, password_hash=new_hash)
        return Known(member, _mark(new_hash))

    return in_transaction(renew)


def keep_half(known: Known) -> None:
    """Let the cookie say whose password was right, for the page that asks for the code; it opens nothing else."""
    told = json.dumps({"member": str(known.member.id), "mark": known.mark})
    earlier = session.get("_user_id")
    session.clear()
    session[HALF] = seal(told, Purpose.HALF_SIGNED_IN)
    if earlier:
        session[EARLIER] = earlier


def half_signed_in() -> Known | None:
    """Return whose password was right, if that was a while ago at most and neither it nor the account changed since."""
    try:
        told = json.loads(unseal(session.get(HALF, ""), Purpose.HALF_SIGNED_IN, within=HALF_LASTS))
    except BrokenSealError:
        return None
    member = db.session.get(StaffMember, uuid.UUID(told["member"]), options=[undefer(StaffMember.password_hash)])
    known = Known(member, told["mark"]) if member else None
    return known if known and _still_holds(known) else None


def sign_in(known: Known, *, then: str, code: str | None = None) -> Response | None:
    """Begin a session and lead the browser to `then`; None where `code` is not accepted.

    None as well where what the password opened has changed meanwhile: the password, the account, its second factor.

    :param code: of the second factor, where there is one.
    """
    member, earlier = known.member, session.get(EARLIER) or session.get("_user_id", "")
    recovery_codes = factor_state(db.session(), member.id)

    def begin() -> str | None:
        lock(member)
        if not _still_holds(known):
            return None
        if not accept_code(member, code) if code is not None else needs_code(member):
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


def _still_holds(known: Known) -> bool:
    return known.member.is_active and _mark(known.member.password_hash) == known.mark


def _mark(password_hash: str) -> str:
    return hashlib.sha256(password_hash.encode()).hexdigest()
