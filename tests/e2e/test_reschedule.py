"""Another time for a booking: a free one with a click, with keys alone, or where no script runs."""

import datetime as dt

import pytest
from playwright.sync_api import Locator, Page, expect

from marketplace.extensions import db
from marketplace.staff.models import StaffMember
from tests.audit_log import entries
from tests.e2e.steps import fact, log_in
from tests.e2e.test_keyboard import press, tab_to
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, UserFactory, coming_monday

pytestmark = pytest.mark.browser


@pytest.fixture
def booking(app):
    """A confirmed booking on a Wednesday at 10 UTC, whose provider is busy on Monday from 12 to 13."""
    service = ServiceFactory(title="Lawn mowing")
    BookingFactory(service=service, status="confirmed", scheduled_at=coming_monday(12))
    wednesday = coming_monday(10) + dt.timedelta(days=2)
    return BookingFactory(service=service, status="confirmed", scheduled_at=wednesday)


def test_a_booking_is_moved_by_clicking_a_free_time(window, booking):
    page = open_booking(window(), booking)
    page.get_by_role("link", name="Reschedule").click()
    expect(day(page, coming_monday())).to_contain_text("12:00–13:00 taken")
    expect(slot(page, coming_monday(12))).to_have_count(0)
    expect(page.get_by_text("for 60 minutes, in UTC")).to_be_visible()
    click(slot(page, coming_monday(13)))
    expect(page.get_by_label("New time")).to_have_value(f"{coming_monday(13):%Y-%m-%dT%H:%M}")
    move(page)
    is_at(booking, coming_monday(13))


def test_a_time_of_another_week_is_found_and_typing_one_lets_go_of_it(window, booking):
    page = open_booking(window(), booking)
    page.get_by_role("link", name="Reschedule").click()
    page.get_by_label("Reason").fill("She asked for it.")
    page.get_by_role("button", name="Week after").click()
    expect(page.get_by_role("button", name="Week after")).to_be_focused()
    expect(page.get_by_label("Reason")).to_have_value("She asked for it.")
    next_monday = coming_monday(9) + dt.timedelta(days=7)
    click(slot(page, next_monday))
    page.get_by_role("button", name="Week before").click()
    expect(page.get_by_role("radio", name="Chosen: ")).to_be_checked()
    page.get_by_label("New time").fill(f"{coming_monday(15):%Y-%m-%dT%H:%M}")
    expect(page.get_by_role("radio", name="Another time")).to_be_checked()
    move(page)
    is_at(booking, coming_monday(15))
    assert [entry.reason for entry in entries("booking.rescheduled")] == ["She asked for it."]


def test_the_keyboard_alone_moves_a_booking(window, booking):
    page = open_booking(window(), booking)
    press(page, page.get_by_role("link", name="Reschedule"))
    expect(slot(page, coming_monday(9))).to_be_focused()
    press(page, page.get_by_role("button", name="Week after"))
    expect(page.get_by_role("button", name="Week after")).to_be_focused()
    next_monday = coming_monday(9) + dt.timedelta(days=7)
    tab_to(page, page.get_by_role("radio", name="Another time"))
    page.keyboard.press("ArrowDown")  # The times are one group: after the last of it comes the first.
    page.keyboard.press("ArrowDown")
    expect(slot(page, next_monday + dt.timedelta(minutes=30))).to_be_checked()
    page.keyboard.press("ArrowUp")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The booking is rescheduled.")
    is_at(booking, next_monday)


def test_no_script_is_needed(window, booking):
    page = open_booking(window(java_script_enabled=False), booking)
    page.get_by_role("link", name="Reschedule").click()
    page.get_by_role("button", name="Week after").click()
    click(slot(page, coming_monday(16) + dt.timedelta(days=8)))
    move(page)
    is_at(booking, coming_monday(16) + dt.timedelta(days=8))


def test_a_new_booking_gets_a_free_time_of_the_chosen_service(window, booking):
    UserFactory(email="ada@example.com")
    page = log_in(window(java_script_enabled=False), StaffMemberFactory(role="support"))
    page.goto("/admin/bookings/new/")
    page.get_by_label("Customer").fill("ada@example.com")
    page.get_by_label("Service").fill("Lawn mowing")
    page.get_by_label("Notes").fill("Ring twice.")
    page.get_by_role("button", name="Show free times").click()
    expect(page.get_by_label("Notes")).to_have_value("Ring twice.")
    page.get_by_role("button", name="Week after").click()
    click(slot(page, coming_monday(13)))
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Created.")
    expect(fact(page, "Notes")).to_have_text("Ring twice.")
    expect(fact(page, "When")).to_contain_text("13:00")


def test_a_time_that_comes_twice_is_asked_about(window, booking):
    member = StaffMemberFactory(role="support", timezone="Europe/Berlin")
    page = open_booking(window(), booking, member)
    page.get_by_role("link", name="Reschedule").click()
    page.get_by_label("New time").fill("2027-10-31T02:30")
    page.get_by_label("Reason").fill("A night shift.")
    page.get_by_role("button", name="Reschedule this booking").click()
    expect(page.get_by_role("alert")).to_contain_text("so 02:30 comes twice")
    page.get_by_label("The second, after the clocks have changed (UTC+01:00)").check()
    expect(page.get_by_label("Reason")).to_have_value("A night shift.")
    move(page)
    is_at(booking, dt.datetime(2027, 10, 31, 1, 30, tzinfo=dt.UTC))


def open_booking(page: Page, booking, member: StaffMember | None = None) -> Page:
    address = f"/admin/bookings/details/?id={booking.id}"
    log_in(page, member or StaffMemberFactory(role="support"))
    page.goto(address)
    return page


def day(page: Page, moment: dt.datetime) -> Locator:
    return page.get_by_role("group", name=f"{moment:%a}, {moment.day} {moment:%b %Y}")


def slot(page: Page, moment: dt.datetime) -> Locator:
    return day(page, moment).get_by_role("radio", name=f"{moment:%H:%M}")


def click(radio: Locator) -> None:
    """Click on the text of a free time, as people do: the circle itself is not seen."""
    radio.locator("xpath=..").click()
    expect(radio).to_be_checked()


def move(page: Page) -> None:
    page.get_by_role("button", name="Reschedule this booking").click()
    expect(page.get_by_role("status")).to_contain_text("The booking is rescheduled.")


def is_at(booking, moment: dt.datetime) -> None:
    db.session.rollback()
    assert booking.scheduled_at == moment
    assert len(entries("booking.rescheduled")) == 1
