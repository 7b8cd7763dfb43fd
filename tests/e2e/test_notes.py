"""A record's page at work: her next booking in two clicks, a note with the keyboard alone, times as one reads them."""

import pytest
from playwright.sync_api import Page, expect

from marketplace.extensions import db
from marketplace.notes import Note
from tests.e2e import test_keyboard as keyboard
from tests.e2e.steps import fact, find, go_to, log_in, rows
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, UserFactory, coming_monday

pytestmark = pytest.mark.browser


def make_bookings() -> None:
    """Make three bookings of Grace's, her next one that of the lawn, and one of somebody else's."""
    grace = UserFactory(email="grace@example.com", profile={"firstName": "Grace", "lastName": "Hopper"})
    BookingFactory(customer=grace, service=ServiceFactory(title="Window cleaning"), scheduled_at=coming_monday(12))
    BookingFactory(customer=grace, service=ServiceFactory(title="Lawn mowing"), scheduled_at=coming_monday(9))
    cancelled = ServiceFactory(title="Dog walking")
    BookingFactory(customer=grace, service=cancelled, scheduled_at=coming_monday(8), status="cancelled")
    BookingFactory(scheduled_at=coming_monday(7))


def test_her_next_booking_is_two_clicks_from_her_e_mail(window):
    make_bookings()
    page = log_in(window(), StaffMemberFactory(role="support"))
    go_to(page, "Users")
    find(page, "grace@example.com")
    rows(page).get_by_role("link", name="grace@example.com").click()
    next_one(page).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lawn mowing / Grace Hopper")
    expect(fact(page, "Status")).to_have_text("pending")
    beside = page.get_by_role("region", name="Other bookings of Grace Hopper")
    expect(beside.get_by_role("link")).to_contain_text(["Window cleaning", "Dog walking", "All bookings"])


def test_the_same_and_a_note_with_the_keyboard_alone(window):
    make_bookings()
    page = window()
    keyboard.log_in(page, StaffMemberFactory(role="support", email="sana@example.com").email)
    keyboard.press(page, page.get_by_role("link", name="Users", exact=True))
    page.keyboard.press("/")
    page.keyboard.type("grace@example.com")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    keyboard.press(page, page.get_by_role("link", name="grace@example.com"))
    keyboard.press(page, next_one(page))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lawn mowing")
    write_a_note(page)
    expect(happenings(page)).to_have_count(2)
    expect(happenings(page).first).to_contain_text("sana@example.com")
    expect(happenings(page).first).to_contain_text("She rang: the back door.")
    expect(happenings(page).last).to_contain_text("The booking was made in the marketplace.")
    db.session.rollback()
    assert db.session.query(Note).one().text == "She rang: the back door.\nThe bell is broken."


def test_a_note_that_was_refused_still_stands_there(window):
    booking = BookingFactory()
    page = log_in(window(), StaffMemberFactory(role="operations"))
    page.goto(f"/admin/bookings/details/?id={booking.id}")
    words = page.get_by_label("Internal note")
    words.evaluate("element => element.removeAttribute('maxlength')")
    words.fill("x" * 5001)
    page.get_by_role("button", name="Write the note").click()
    expect(page.get_by_text("Field cannot be longer than 5000 characters.")).to_be_visible()
    expect(words).to_have_value("x" * 5001)
    expect(words).to_be_focused()


def test_times_and_figures_are_written_as_one_chose(window):
    booking = BookingFactory(service=ServiceFactory(currency="EUR"), scheduled_at=coming_monday(15))
    page = log_in(window(), StaffMemberFactory(role="support", name="Sana Support"))
    page.get_by_role("link", name="Sana Support").click()
    page.get_by_label("Time zone").fill("Tokyo")
    page.get_by_label("Dates, numbers and money").select_option("German (Austria)")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    expect(page.get_by_role("complementary")).to_contain_text("Times in Asia/Tokyo")
    page.goto(f"/admin/bookings/details/?id={booking.id}")
    expect(fact(page, "Amount")).to_have_text("€ 40,00")
    expect(fact(page, "When")).to_contain_text("00:00 – 01:00 (Asia/Tokyo)")
    expect(fact(page, "When")).to_contain_text(f"{coming_monday(15):%Y-%m-%d} 15:00 – 16:00 UTC")


def next_one(page: Page):
    return page.get_by_role("region", name="Bookings as a customer").get_by_role("rowheader").get_by_role("link").first


def happenings(page: Page):
    return page.get_by_role("region", name="What happened").locator("ol > li")


def write_a_note(page: Page) -> None:
    keyboard.tab_to(page, page.get_by_label("Internal note"))
    page.keyboard.type("She rang: the back door.")
    page.keyboard.press("Enter")
    page.keyboard.type("The bell is broken.")
    keyboard.press(page, page.get_by_role("button", name="Write the note"))
