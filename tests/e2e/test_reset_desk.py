"""A reset link from the desk to a new password: why, one's own password, the public page, and the list afterwards."""

import re

import bcrypt
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.staff.models import StaffMember
from tests.e2e.steps import fact, go_to, log_in, rows
from tests.factories import PASSWORD, StaffMemberFactory, UserFactory
from tests.proofs import let_proof_grow_old

NEW_PASSWORD = "three quiet mice knit"
WHY = "She rang from the number in her profile."


def test_a_link_from_its_issue_to_the_new_password(window):
    grace = UserFactory(email="grace@example.com").id
    page = log_in(window(), StaffMemberFactory(email="sana@example.com", role="support"))
    page.member_id = db.session.scalar(sa.select(StaffMember.id).where(StaffMember.email == "sana@example.com"))
    let_proof_grow_old(page)
    open_the_form(page)
    issue = page.get_by_role("button", name="Issue the link")
    page.get_by_label("Reason").fill(WHY)
    page.get_by_label("Your password").fill("not my password")
    issue.click()
    expect(page.get_by_role("alert")).to_contain_text("This is not your password.")
    expect(page.get_by_label("Reason")).to_have_value(WHY)
    page.get_by_label("Your password").fill(PASSWORD)
    issue.click()

    set_password(window(), page.get_by_label("Link for grace@example.com").input_value())
    stored = db.session.scalar(sa.select(User.password).where(User.id == grace))
    db.session.rollback()
    assert bcrypt.checkpw(NEW_PASSWORD.encode(), stored.encode())

    go_to(page, "Reset links")
    expect(rows(page)).to_have_count(1)
    for text in ("used", "sana@example.com", "Ada Lovelace"):
        expect(rows(page)).to_contain_text(text)
    rows(page).get_by_role("link").first.click()
    expect(fact(page, "Reason")).to_have_text(WHY)
    expect(fact(page, "How it ended")).to_contain_text("A new password was set by it: grace@example.com")


def open_the_form(page: Page) -> None:
    go_to(page, "Users")
    page.get_by_role("link", name="grace@example.com").click()
    page.get_by_role("link", name="Issue reset link").click()


def set_password(public: Page, link: str) -> None:
    public.goto(link)
    expect(public).to_have_url(re.compile("/reset/new-password$"))
    for label in ("New password", "The same once more"):
        public.get_by_label(label).fill(NEW_PASSWORD)
    public.get_by_role("button", name="Set the password").click()
    expect(public.get_by_role("heading", level=1)).to_have_text("The new password is set")
