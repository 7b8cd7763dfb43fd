"""The day the back office is for: roles log in, a customer is helped, and the audit log tells all of it."""

import bcrypt
import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from marketplace.accounts.models import PasswordResetToken, User
from marketplace.bookings.models import Booking
from marketplace.extensions import db
from marketplace.listings.models import Service
from marketplace.permissions import Role
from tests.audit_log import entries, is_whole
from tests.e2e.steps import fact, find, go_to, log_in, rows
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, UserFactory

pytestmark = pytest.mark.browser

NEW_PASSWORD = "seven brown otters swim"

MENUS = {
    Role.OPERATIONS: ["Today", "Bookings", "Services", "Review", "Users", "Batches"],
    Role.SUPPORT: ["Today", "Bookings", "Services", "Users", "Reset links", "Batches"],
    Role.MANAGER: ["Today", "Bookings", "Services", "Users", "Batches", "Audit log"],
    Role.ADMINISTRATOR: [
        "Today",
        "Bookings",
        "Services",
        "Review",
        "Users",
        "Reset links",
        "Batches",
        "Staff",
        "Audit log",
    ],
}  # fmt: skip


@pytest.mark.parametrize("role", Role)
def test_each_role_logs_in_sees_its_own_menu_and_logs_out(window, role):
    page = log_in(window(), StaffMemberFactory(role=role, name="Kim Colleague"))
    menu = page.get_by_role("navigation", name="Main")
    expect(menu.get_by_role("link")).to_have_text(MENUS[role])
    expect(page.get_by_role("complementary")).to_contain_text(f"Kim Colleague {role.capitalize()}")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.goto("/admin/bookings/")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_a_support_agent_helps_a_customer_and_the_audit_log_tells_all_of_it(window):
    grace = make_people_and_bookings()
    support = StaffMemberFactory(role="support", email="sana@example.com", name="Sana Support")
    manager = StaffMemberFactory(role="manager", email="mika@example.com")

    page = log_in(window(), support)
    confirm_the_lawn(page)
    cancel_the_windows(page)
    link = issue_a_link(page)
    set_a_password(window(), link)

    read_the_audit_log(log_in(window(), manager))
    check_the_database(grace)


def confirm_the_lawn(page: Page) -> None:
    go_to(page, "Bookings")
    expect(rows(page)).to_have_count(3)
    find(page, "grace@example.com")
    expect(rows(page)).to_have_count(2)
    expect(page.locator("tbody")).not_to_contain_text("Somebody")
    rows(page).filter(has_text="Lawn mowing").get_by_role("rowheader").get_by_role("link").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Lawn mowing / Grace Hopper")
    expect(fact(page, "Status")).to_have_text("pending")
    page.get_by_role("link", name="Confirm", exact=True).click()
    expect(fact(page, "Who")).to_have_text("Grace Hopper")
    expect(fact(page, "How much")).to_have_text("€40.00")
    page.get_by_role("button", name="Confirm this booking").click()
    expect(page.get_by_role("status")).to_contain_text("The booking is confirmed.")
    expect(fact(page, "Status")).to_have_text("confirmed")
    refused = page.get_by_role("button", name="Confirm", exact=True)
    expect(refused).to_have_attribute("aria-disabled", "true")
    expect(refused).to_have_accessible_description("Confirm: This booking is already confirmed.")


def cancel_the_windows(page: Page) -> None:
    page.get_by_role("link", name="All bookings of this customer").click()
    # Anywhere in a row leads to its page.
    rows(page).filter(has_text="Window cleaning").locator("td.number").click()
    page.get_by_role("link", name="Cancel booking").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel this booking")
    page.get_by_label("Reason").fill("The customer has moved.")
    page.get_by_role("button", name="Cancel this booking").click()
    expect(page.get_by_role("status")).to_contain_text("The booking is cancelled.")
    expect(fact(page, "Status")).to_have_text("cancelled")


def issue_a_link(page: Page) -> str:
    go_to(page, "Users")
    find(page, "GRACE@example.com")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("link", name="grace@example.com").click()
    page.get_by_role("link", name="Issue reset link").click()
    expect(page.get_by_text("Make sure that it is the owner who asks.")).to_be_visible()
    page.get_by_label("Reason").fill("She rang.")
    page.get_by_role("button", name="Issue the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The reset link is issued")
    link = page.get_by_label("Link for grace@example.com").input_value()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()

    go_to(page, "Reset links")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("active")
    assert link.rsplit("/", 1)[1] not in page.content()
    return link


def set_a_password(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set a new password")
    assert link.rsplit("/", 1)[1] not in page.url
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_label("The same once more").fill("another one entirely")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("The two do not match.")).to_be_visible()

    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_label("The same once more").fill(NEW_PASSWORD)
    page.get_by_label("Show what I type").check()
    expect(page.get_by_label("New password")).to_have_attribute("type", "text")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The new password is set")

    page.goto(link)
    expect(page.get_by_text("Ask the support of the marketplace for a new one.")).to_be_visible()


def read_the_audit_log(page: Page) -> None:
    go_to(page, "Audit log")
    told = [
        ("grace@example.com", "Set a new password by a reset link", "grace@example.com", ""),
        ("grace@example.com", "Used a reset link", "grace@example.com", ""),
        ("sana@example.com", "Issued a reset link", "grace@example.com", "She rang."),
        ("sana@example.com", "Cancelled a booking", "Window cleaning / grace@example.com", "The customer has moved."),
        ("sana@example.com", "Confirmed a booking", "Lawn mowing / grace@example.com", ""),
    ]
    acts = rows(page).filter(has_not_text="Logged in")
    expect(acts).to_have_count(len(told))
    for row, (who, did, to, reason) in zip(acts.all(), told, strict=True):
        for column, text in (("Who", who), ("Did", did), ("About", to), ("Reason", reason)):
            expect(row.locator(f"td[data-label='{column}']")).to_contain_text(text)
    expect(acts.nth(3).locator("del")).to_have_text("pending")
    expect(acts.nth(3).locator("ins")).to_have_text("cancelled")

    find(page, "moved")
    expect(rows(page)).to_have_count(1)
    rows(page).get_by_role("link").first.click()
    expect(fact(page, "Reason")).to_have_text("The customer has moved.")
    expect(fact(page, "Address")).to_have_text("127.0.0.1")


def check_the_database(grace: User) -> None:
    assert is_whole()
    statuses = sa.select(Service.title, Booking.status).join(Service, Booking.service_id == Service.id)
    titles = dict(iter(db.session.execute(statuses)))
    assert titles == {"Lawn mowing": "confirmed", "Window cleaning": "cancelled", "Dog walking": "pending"}
    assert bcrypt.checkpw(NEW_PASSWORD.encode(), grace.password.encode())
    assert db.session.scalars(sa.select(PasswordResetToken.is_used)).all() == [True]
    secret = db.session.scalars(sa.select(PasswordResetToken.token)).one()
    for entry in entries():
        assert secret not in str(entry.changes)
        assert grace.password not in str(entry.changes)


def make_people_and_bookings() -> User:
    """Make two bookings of Grace's and one of somebody else's; return Grace."""
    profile = {"firstName": "Grace", "lastName": "Hopper", "phone": "", "address": ""}
    grace = UserFactory(email="grace@example.com", profile=profile)
    for title in ("Lawn mowing", "Window cleaning"):
        BookingFactory(customer=grace, service=ServiceFactory(title=title))
    stranger = UserFactory(email="other@example.com", profile={**profile, "firstName": "Somebody", "lastName": "Else"})
    BookingFactory(customer=stranger, service=ServiceFactory(title="Dog walking"))
    return grace
