"""The same day without a mouse: everything is reached by keys, and it shows where one is."""

import bcrypt
import pytest
from playwright.sync_api import Locator, Page, expect

from marketplace.extensions import db
from tests.audit_log import entries
from tests.e2e.steps import fact, rows
from tests.factories import PASSWORD, BookingFactory, ServiceFactory, StaffMemberFactory, UserFactory

pytestmark = pytest.mark.browser

NEW_PASSWORD = "nine patient herons wait"
STOPS = 60
"""Presses of Tab after which nobody would go on looking."""

MARKED = """element => {
    const {outlineStyle, outlineWidth, boxShadow} = getComputedStyle(element);
    const outlined = outlineStyle !== "none" && outlineWidth !== "0px";
    return element.matches(":focus-visible") && (outlined || boxShadow !== "none");
}"""


def test_the_main_steps_need_nothing_but_the_keyboard(window):
    grace = UserFactory(email="grace@example.com")
    for title in ("Lawn mowing", "Window cleaning"):
        BookingFactory(customer=grace, service=ServiceFactory(title=title))
    BookingFactory()

    page = window()
    log_in(page, StaffMemberFactory(role="support").email)
    find_bookings(page)
    confirm(page)
    cancel(page)
    page.goto(issue_link(page))
    set_password(page)

    db.session.rollback()
    assert bcrypt.checkpw(NEW_PASSWORD.encode(), grace.password.encode())
    assert [entry.action for entry in entries()] == [
        "staff.signed_in",
        "booking.confirmed",
        "booking.cancelled",
        "reset_link.issued",
        "reset_link.used",
        "user.password_reset",
    ]


def log_in(page: Page, email: str) -> None:
    page.goto("/login")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()


def find_bookings(page: Page) -> None:
    press(page, page.get_by_role("link", name="Bookings", exact=True))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("grace@example.com")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(2)


def confirm(page: Page) -> None:
    press(page, rows(page).filter(has_text="Lawn mowing").get_by_role("rowheader").get_by_role("link"))
    press(page, page.get_by_role("link", name="Confirm", exact=True))
    press(page, page.get_by_role("button", name="Confirm this booking"))
    expect(fact(page, "Status")).to_have_text("confirmed")


def cancel(page: Page) -> None:
    press(page, page.get_by_role("link", name="All bookings of this customer"))
    press(page, rows(page).filter(has_text="Window cleaning").get_by_role("rowheader").get_by_role("link"))
    press(page, page.get_by_role("link", name="Cancel booking"))
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("The customer has moved.")
    press(page, page.get_by_role("button", name="Cancel this booking"))
    expect(fact(page, "Status")).to_have_text("cancelled")


def issue_link(page: Page) -> str:
    press(page, page.get_by_role("link", name="Users", exact=True))
    page.keyboard.press("/")
    page.keyboard.type("grace@")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    press(page, page.get_by_role("link", name="grace@example.com"))
    press(page, page.get_by_role("link", name="Issue reset link"))
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("She rang from the number in her profile.")
    press(page, page.get_by_role("button", name="Issue the link"))
    link = page.get_by_label("Link for grace@example.com")
    tab_to(page, link)
    # What gets the focus is selected, ready for Ctrl-C.
    assert page.evaluate("getSelection().toString()") == link.input_value()
    return link.input_value()


def set_password(page: Page) -> None:
    expect(page.get_by_label("New password")).to_be_focused()
    page.keyboard.type(NEW_PASSWORD)
    page.keyboard.press("Tab")
    page.keyboard.type(NEW_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The new password is set")).to_be_visible()


def press(page: Page, target: Locator) -> None:
    """Follow a link or press a button."""
    tab_to(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus, and see that it shows."""
    expect(target).to_be_visible()
    for _stop in range(STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            assert target.evaluate(MARKED), "nothing shows where the focus is"
            return
    raise AssertionError(f"Tab does not lead to {target}")
