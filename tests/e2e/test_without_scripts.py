"""The forms of the walk where no script runs."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from marketplace.bookings.models import Booking
from marketplace.extensions import db
from tests.e2e.steps import fact, find, go_to, log_in, rows
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, UserFactory, coming_monday

pytestmark = pytest.mark.browser


@pytest.fixture
def page(window):
    """A support agent's window in which no script runs."""
    return log_in(window(java_script_enabled=False), StaffMemberFactory(role="support"))


def test_a_booking_is_found_confirmed_and_cancelled(page):
    booking = BookingFactory(customer=UserFactory(email="grace@example.com"))
    BookingFactory()
    go_to(page, "Bookings")
    find(page, "grace@example.com")
    expect(rows(page)).to_have_count(1)
    rows(page).get_by_role("rowheader").get_by_role("link").click()
    page.get_by_role("link", name="Confirm", exact=True).click()
    page.get_by_role("button", name="Confirm this booking").click()
    expect(fact(page, "Status")).to_have_text("confirmed")
    page.get_by_role("link", name="Cancel booking").click()
    page.get_by_label("Reason").fill("No scripts, no cleaning.")
    page.get_by_role("button", name="Cancel this booking").click()
    expect(page.get_by_role("status")).to_contain_text("The booking is cancelled.")
    db.session.rollback()
    assert booking.status == "cancelled"


def test_many_bookings_are_confirmed_at_once(page):
    bookings = [BookingFactory(), BookingFactory(), BookingFactory(status="cancelled")]
    go_to(page, "Bookings")
    for box in rows(page).get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Confirm…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm: 3 bookings")
    page.get_by_role("button", name="Confirm: 2 bookings").click()
    expect(page.get_by_role("region", name="Progress")).to_contain_text("2 done, 1 not done")
    db.session.rollback()
    assert [booking.status for booking in bookings] == ["confirmed", "confirmed", "cancelled"]


def test_a_booking_is_created_by_typing_an_address_and_a_title(page):
    customer, service = UserFactory(email="grace@example.com"), ServiceFactory(title="Lawn mowing")
    UserFactory(email="other@example.com")
    ServiceFactory(title="Lawn moving")
    go_to(page, "Bookings")
    page.get_by_role("link", name="New booking").click()
    fill_in(page, "other@example.com", "Lawn")
    expect(page.get_by_role("alert")).to_contain_text("More than one matches.")
    fill_in(page, "grace@example.com", "Lawn mowing")
    expect(page.get_by_role("status")).to_contain_text("Created.")
    [booking] = db.session.scalars(sa.select(Booking))
    assert (booking.customer_id, booking.service_id) == (customer.id, service.id)


def test_a_reset_link_is_issued_and_used(page, window):
    UserFactory(email="grace@example.com")
    go_to(page, "Users")
    page.get_by_role("link", name="grace@example.com").click()
    page.get_by_role("link", name="Issue reset link").click()
    page.get_by_label("Reason").fill("She rang from the number in her profile.")
    page.get_by_role("button", name="Issue the link").click()
    public = window(java_script_enabled=False)
    public.goto(page.get_by_label("Link for grace@example.com").input_value())
    for label in ("New password", "The same once more"):
        public.get_by_label(label).fill("three quiet mice knit")
    expect(public.get_by_label("Show what I type")).to_be_hidden()
    public.get_by_role("button", name="Set the password").click()
    expect(public.get_by_role("heading", level=1)).to_have_text("The new password is set")


def fill_in(page: Page, customer: str, service: str) -> None:
    page.get_by_label("Customer").fill(customer)
    page.get_by_label("Service").fill(service)
    page.get_by_label("When").fill(f"{coming_monday(11):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Create").click()
