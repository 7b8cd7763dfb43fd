"""Two people, one booking: nobody's change is lost unseen."""

import pytest
from playwright.sync_api import Page, expect

from marketplace.bookings.models import Booking
from marketplace.extensions import db
from tests.audit_log import entries
from tests.e2e.steps import fact, log_in
from tests.e2e.test_keyboard import press, tab_to
from tests.factories import BookingFactory, StaffMemberFactory

pytestmark = pytest.mark.browser


def test_the_second_save_of_a_field_is_refused_with_both_values(window):
    booking = BookingFactory(notes="Ring twice.")
    first, second = two_tabs(window(), booking)
    save(first, "Notes", "Ring three times.")
    expect(first.get_by_role("status")).to_contain_text("Saved.")

    save(second, "Notes", "Do not ring.")
    expect(second.get_by_role("alert")).to_contain_text("Somebody changed this record while you were editing")
    notes = second.get_by_label("Notes")
    expect(notes).to_have_value("Do not ring.")
    expect(notes).to_be_focused()
    conflict = second.get_by_role("group", name="Changed by")
    expect(conflict.get_by_role("definition")).to_have_text(["Ring twice.", "Ring three times.", "Do not ring."])
    db.session.rollback()
    assert booking.notes == "Ring three times."

    second.get_by_role("button", name="Save").click()
    expect(conflict, "the browser asks for the choice").to_be_visible()
    conflict.get_by_label("Put in mine").check()
    second.get_by_role("button", name="Save").click()
    expect(fact(second, "Notes")).to_have_text("Do not ring.")
    db.session.rollback()
    changes = [entry.changes for entry in entries("booking.edited")]
    assert changes == [
        {"notes": ["Ring twice.", "Ring three times."]},
        {"notes": ["Ring three times.", "Do not ring."]},
    ]


def test_changes_of_different_fields_come_together(window):
    booking = BookingFactory(notes="Ring twice.", duration=60)
    first, second = two_tabs(window(), booking)
    save(first, "Duration (minutes)", "90")
    expect(first.get_by_role("status")).to_contain_text("Saved.")
    save(second, "Notes", "Do not ring.")
    expect(second.get_by_role("status")).to_contain_text("Saved.")
    expect(fact(second, "Minutes")).to_have_text("90")
    expect(fact(second, "Notes")).to_have_text("Do not ring.")
    db.session.rollback()
    assert (booking.duration, booking.notes) == (90, "Do not ring.")


def test_the_keyboard_alone_chooses_between_both_values(window):
    booking = BookingFactory(notes="Ring twice.")
    first, second = two_tabs(window(), booking)
    save(first, "Notes", "Ring three times.")
    expect(first.get_by_role("status")).to_contain_text("Saved.")
    second.bring_to_front()
    tab_to(second, second.get_by_label("Notes"))
    second.keyboard.press("Control+A")
    second.keyboard.type("Do not ring.")
    press(second, second.get_by_role("button", name="Save"))
    expect(second.get_by_label("Notes")).to_be_focused()
    tab_to(second, second.get_by_label("Keep what is there now"))
    second.keyboard.press("ArrowDown")
    expect(second.get_by_label("Put in mine")).to_be_checked()
    press(second, second.get_by_role("button", name="Save"))
    expect(fact(second, "Notes")).to_have_text("Do not ring.")


def two_tabs(page: Page, booking: Booking) -> tuple[Page, Page]:
    """Open the form of `booking` in two tabs before either saves."""
    log_in(page, StaffMemberFactory(role="support"))
    tabs = page, page.context.new_page()
    for tab in tabs:
        tab.goto(f"/admin/bookings/details/?id={booking.id}")
        tab.get_by_role("link", name="Edit").click()
        expect(tab.get_by_role("button", name="Save")).to_be_visible()
    return tabs


def save(page: Page, label: str, value: str) -> None:
    page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Save").click()
