"""What tests do to the proof, kept in a session, of who somebody is."""

import datetime as dt

import sqlalchemy as sa

from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.staff.models import StaffSession
from marketplace.staff.sessions import PROVED_FOR


def let_proof_grow_old(browser, by=PROVED_FOR + dt.timedelta(seconds=1)):
    """Let it be so long ago that whoever is logged in on `browser` typed their password."""
    db.session.rollback()
    mine = StaffSession.member_id == browser.member_id
    db.session.execute(sa.update(StaffSession).where(mine).values(proved_at=utcnow() - by))
    db.session.commit()


def proved_at(browser):
    db.session.rollback()
    mine = StaffSession.member_id == browser.member_id
    return db.session.scalar(sa.select(sa.func.max(StaffSession.proved_at)).where(mine))
