"""A provider is ill for two days: one booking is moved, one cancelled, with keys alone and where no script runs."""

import datetime as dt

import pytest
from playwright.sync_api import Locator, Page, expect

from marketplace.extensions import db
from tests.audit_log import entries
from tests.e2e.steps import go_to, log_in
from tests.e2e.test_keyboard import press, tab_to
from tests.factories import BookingFactory, ProviderFactory, ServiceFactory, StaffMemberFactory, coming_monday

pytestmark = pytest.mark.browser

ILL = "The provider is ill."


@pytest.fixture
def bookings(app):
    """Two confirmed bookings with a provider, on a Monday at 10 and on the Tuesday after it at 11, in UTC."""
    service = ServiceFactory(title="Lawn mowing", provider=ProviderFactory(email="mo@example.com"))
    return [
        BookingFactory(service=service, status="confirmed", scheduled_at=coming_monday(hour) + dt.timedelta(days=days))
        for hour, days in ((10, 0), (11, 1))
    ]


def test_the_keyboard_alone_moves_one_and_cancels_one(window, bookings):
    page = log_in(window(), StaffMemberFactory(role="support"))
    go_to(page, "Bookings")
    press(page, page.get_by_role("link", name="Provider away"))
    expect(page.get_by_role("combobox", name="Provider")).to_be_focused()
    page.keyboard.type("mo@example.com")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    type_moment(page, "From", coming_monday(0))
    type_moment(page, "Until", coming_monday(0) + dt.timedelta(days=2))
    press(page, page.get_by_role("button", name="Show the bookings"))

    tab_to(page, page.get_by_role("radio", name="As chosen for each below"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Cancel them all")).to_be_checked()
    expect(choice(page, 0)).to_have_value("cancel")
    expect(choice(page, 1)).to_have_value("cancel")
    tab_to(page, choice(page, 0))
    page.keyboard.press("ArrowDown")  # After "Cancel it" comes the first free time.
    expect(page.get_by_role("radio", name="As chosen for each below")).to_be_checked()
    tab_to(page, page.get_by_label("Reason"))
    page.keyboard.type(ILL)
    press(page, page.get_by_role("button", name="Look at what will be done"))

    ready = page.get_by_role("region", name="It can be done to 2 bookings").get_by_role("listitem")
    expect(ready).to_contain_text(["Move from ", "Cancel"])
    press(page, page.get_by_role("button", name="Provider away: 2 bookings"))
    is_done(page, bookings)


def test_no_script_is_needed(window, bookings):
    page = log_in(window(java_script_enabled=False), StaffMemberFactory(role="support"))
    go_to(page, "Users")
    page.get_by_role("link", name="mo@example.com").click()
    page.get_by_role("link", name="This provider is away").click()
    page.get_by_label("From").fill(f"{coming_monday(0):%Y-%m-%dT%H:%M}")
    page.get_by_label("Until").fill(f"{coming_monday(0) + dt.timedelta(days=2):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Show the bookings").click()
    choice(page, 0).select_option(index=2)
    choice(page, 1).select_option("Cancel it")
    page.get_by_role("button", name="Look at what will be done").click()
    expect(page.get_by_role("alert")).to_contain_text("Cancelling needs a reason.")
    page.get_by_label("Reason").fill(ILL)
    page.get_by_role("button", name="Look at what will be done").click()
    page.get_by_role("button", name="Provider away: 2 bookings").click()
    is_done(page, bookings)


def test_all_are_moved_at_once(window, bookings):
    page = log_in(window(), StaffMemberFactory(role="support"))
    until = coming_monday(0) + dt.timedelta(days=2)
    period = f"since={coming_monday(0):%Y-%m-%dT%H:%M}&until={until:%Y-%m-%dT%H:%M}"
    page.goto(f"/admin/bookings/provider-away/?provider=mo@example.com&{period}")
    page.get_by_role("radio", name="Move each to its first free time").check()
    expect(choice(page, 0)).to_have_value((until + dt.timedelta(hours=9)).isoformat())
    expect(choice(page, 1)).to_have_value((until + dt.timedelta(hours=10)).isoformat())
    page.get_by_role("button", name="Look at what will be done").click()
    page.get_by_role("button", name="Provider away: 2 bookings").click()
    expect(page.get_by_text("2 done", exact=True)).to_be_visible()
    assert states(bookings) == [("confirmed", until + dt.timedelta(hours=hour)) for hour in (9, 10)]


def choice(page: Page, number: int) -> Locator:
    return page.get_by_role("combobox", name="What to do").nth(number)


def type_moment(page: Page, label: str, moment: dt.datetime) -> None:
    """Type a local time part by part, in the order in which this browser has them."""
    field = page.get_by_label(label)
    tab_to(page, field)
    page.keyboard.type(f"{moment:%m%d%Y}")
    page.keyboard.press("ArrowRight")  # A year can have more digits.
    page.keyboard.type(f"{moment:%I%M%p}")
    expect(field).to_have_value(f"{moment:%Y-%m-%dT%H:%M}")


def is_done(page: Page, bookings) -> None:
    """See that the first of `bookings` is moved to the Wednesday, and the second cancelled."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Provider away: 2 bookings")
    expect(page.get_by_text("2 done", exact=True)).to_be_visible()
    wednesday = coming_monday(9) + dt.timedelta(days=2)
    assert states(bookings) == [("confirmed", wednesday), ("cancelled", coming_monday(11) + dt.timedelta(days=1))]
    assert [entry.reason for entry in entries("booking.rescheduled") + entries("booking.cancelled")] == [ILL, ILL]


def states(bookings):
    db.session.rollback()
    return [(booking.status, booking.scheduled_at) for booking in bookings]
