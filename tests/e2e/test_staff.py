"""How a colleague comes to work here: invited, first log-in, second factor, and the day their phone is at home."""

import pyotp
import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.permissions import Role
from marketplace.staff.models import StaffMember, StaffSecondFactor
from tests.audit_log import entries, is_whole
from tests.e2e.steps import go_to, log_in, rows
from tests.factories import StaffMemberFactory

pytestmark = pytest.mark.browser

PASSWORD = "seventeen blue otters"
NEW = "nora@example.com"


def test_a_colleague_is_invited_sets_up_a_second_factor_and_logs_in_with_it(window):
    ada = StaffMemberFactory(role=Role.ADMINISTRATOR, email="ada@example.com")
    link = invite(log_in(window(), ada))
    nora = window()
    make_account(nora, link)
    secret, codes = set_up(nora)
    log_out(nora)
    log_in_with(nora, "Code", next_code(secret), wrong="000000")
    log_out(nora)
    nora.goto("/login")
    type_password(nora)
    nora.get_by_role("link", name="Use a recovery code instead").click()
    expect(nora.get_by_role("heading", level=1)).to_have_text("Your recovery code")
    type_code(nora, codes[2])
    expect(nora.get_by_role("status")).to_contain_text("You have used a recovery code; 9 are left.")
    end_other_sessions(nora, window(viewport={"width": 390, "height": 844}), codes[3])
    db.session.rollback()
    acts = [entry.action for entry in entries()]
    assert acts.count("staff.recovery_code_used") == 2
    assert {"staff.invited", "staff.invite_used", "staff.created", "staff.second_factor_set"} <= {*acts}
    assert is_whole()


def invite(page: Page) -> str:
    go_to(page, "Staff")
    page.get_by_role("link", name="Invite a colleague").click()
    page.get_by_label("E-mail").fill(NEW)
    page.get_by_label("Name").fill("Nora New")
    page.get_by_label("Role").select_option("support")
    page.get_by_role("button", name="Invite", exact=True).click()
    link = page.get_by_label(f"Link for {NEW}").input_value()
    page.get_by_role("link", name="Invites").click()
    expect(rows(page)).to_contain_text("open")
    return link


def make_account(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_text(NEW)).to_be_visible()
    assert link.rsplit("/", 1)[1] not in page.url
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_label("The same once more").fill("short")
    page.get_by_role("button", name="Make my account").click()
    expect(page.get_by_text("Use at least 12 characters.")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()


def set_up(page: Page) -> tuple[str, list[str]]:
    page.get_by_role("link", name="Nora New").click()
    page.get_by_role("link", name="Set it up").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    page.get_by_text("No camera?").click()
    secret = page.locator("details code").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows").fill(pyotp.TOTP(secret).at(utcnow()))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your second factor is set up")
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("button", name="Copy them").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.locator("#codes").evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert copied.split("\n") == codes
    with page.expect_download() as file:
        page.get_by_role("link", name="Save as a file").click()
    assert file.value.suggested_filename == "recovery-codes.txt"
    assert file.value.path().read_text(encoding="utf-8").split("\n") == codes
    page.get_by_role("link", name="I have kept them").click()
    return secret, codes


def next_code(secret: str) -> str:
    """Return a code that is taken now and has not been used: the app's next one."""
    db.session.rollback()
    return pyotp.TOTP(secret).at((db.session.scalar(sa.select(StaffSecondFactor.last_step)) + 1) * 30)


def log_in_with(page: Page, label: str, code: str, *, wrong: str) -> None:
    type_password(page)
    type_code(page, wrong)
    expect(page.get_by_text("This code is not good")).to_be_visible()
    type_code(page, code)
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()


def type_password(page: Page) -> None:
    page.get_by_label("E-mail").fill(NEW)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_label("Code")).to_be_focused()


def type_code(page: Page, code: str) -> None:
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Log in").click()


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def end_other_sessions(page: Page, phone: Page, code: str) -> None:
    phone.goto("/login")
    type_password(phone)
    phone.get_by_role("link", name="Use a recovery code instead").click()
    type_code(phone, code)
    expect(phone.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    page.goto("/admin/profile/")
    expect(page.locator(".sessions li")).to_have_count(2)
    page.get_by_role("link", name="End all other sessions").click()
    page.get_by_role("button", name="End all other sessions").click()
    expect(page.get_by_role("status")).to_contain_text("All your other sessions are ended.")
    phone.reload()
    expect(phone.get_by_role("heading", name="Log in")).to_be_visible()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StaffMember)) == 2
