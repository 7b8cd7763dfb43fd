"""An authenticator app, as tests have one."""

import datetime as dt

import pyotp
import sqlalchemy as sa

from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.sealing import Purpose, seal
from marketplace.staff.codes import new_recovery_codes, recovery_digest
from marketplace.staff.models import StaffMember, StaffRecoveryCode, StaffSecondFactor
from tests.factories import PASSWORD
from tests.pages import fields_of

PAGE = "/admin/profile/second-factor"
CODE = "/login/code"


def give_second_factor(member):
    """Give `member` an app; return its secret and the recovery codes."""
    secret, codes = pyotp.random_base32(32), new_recovery_codes()
    now = utcnow()
    db.session.add(
        StaffSecondFactor(
            member_id=member.id, kind="totp", secret=seal(secret, Purpose.SECOND_FACTOR), last_step=0, created_at=now
        )
    )
    db.session.add_all(
        StaffRecoveryCode(member_id=member.id, digest=recovery_digest(code), created_at=now) for code in codes
    )
    db.session.commit()
    return secret, codes


def shown(secret, steps=0):
    """Return the code that the app shows now, or some steps of 30 seconds before or after."""
    return pyotp.TOTP(secret).at(utcnow() + dt.timedelta(seconds=30 * steps))


def type_password(browser, member, password=PASSWORD):
    return browser.submit("/login", {"email": member.email, "password": password})


def type_code(browser, code, **query):
    return browser.submit(CODE, {"code": code})


def secret_on(page):
    """Return the secret that a set-up page shows."""
    return page.split('<code class="id" dir="ltr">', 1)[1].split("<", 1)[0].replace(" ", "")


def set_up(browser, **typed):
    """Set up an app on the page; return the answer and the app's secret."""
    page = browser.get(PAGE).text
    secret = secret_on(page)
    return browser.post(PAGE, data={**fields_of(page, PAGE), "code": shown(secret), **typed}), secret


def factor_of(member_id):
    db.session.rollback()
    return db.session.scalars(
        sa.select(StaffSecondFactor).where(StaffSecondFactor.member_id == member_id)
    ).one_or_none()


def account(browser):
    db.session.rollback()
    return db.session.get(StaffMember, browser.member_id)
