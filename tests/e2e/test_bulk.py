"""One verb on many rows: what is announced, what is done, row by row."""

import pytest
from playwright.sync_api import expect

from marketplace.extensions import db
from tests.audit_log import entries
from tests.e2e.steps import go_to, log_in, rows
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory

pytestmark = pytest.mark.browser


def test_selected_bookings_are_cancelled_but_for_those_that_cannot_be(window):
    bookings = {
        title: BookingFactory(service=ServiceFactory(title=title), status=status)
        for title, status in {
            "Lawn mowing": "pending",
            "Window cleaning": "confirmed",
            "Dog walking": "completed",
            "Piano lesson": "pending",
        }.items()
    }
    page = log_in(window(), StaffMemberFactory(role="support"))
    go_to(page, "Bookings")
    bar = page.get_by_role("group", name="Do with the selected rows")
    for title in ("Lawn mowing", "Window cleaning", "Dog walking"):
        rows(page).filter(has_text=title).get_by_role("checkbox").check()
    expect(bar).to_contain_text("3 selected")
    bar.get_by_role("button", name="Cancel…").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel: 3 selected rows")
    ready = page.get_by_role("region", name="It can be done to 2 rows")
    refused = page.get_by_role("region", name="Not to 1 row: A completed booking cannot be cancelled.")
    expect(ready.get_by_role("listitem")).to_have_count(2)
    expect(refused.get_by_role("listitem")).to_contain_text(["Dog walking"])
    page.get_by_label("Reason").fill("The provider is ill.")
    page.get_by_role("button", name="Cancel: 2 rows").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel: 2 of 3 done")
    expect(rows(page)).to_have_count(3)
    outcomes = {
        "Lawn mowing": "Done",
        "Window cleaning": "Done",
        "Dog walking": "A completed booking cannot be cancelled.",
    }
    for title, outcome in outcomes.items():
        expect(rows(page).filter(has_text=title).get_by_role("cell")).to_have_text(outcome)

    db.session.rollback()
    assert {title: booking.status for title, booking in bookings.items()} == {
        "Lawn mowing": "cancelled",
        "Window cleaning": "cancelled",
        "Dog walking": "completed",
        "Piano lesson": "pending",
    }
    assert {(entry.subject_id, entry.reason) for entry in entries("booking.cancelled")} == {
        (str(bookings[title].id), "The provider is ill.") for title in ("Lawn mowing", "Window cleaning")
    }


def test_a_range_of_rows_is_selected_with_shift_and_a_page_with_one_click(window):
    for _ in range(5):
        BookingFactory()
    page = log_in(window(), StaffMemberFactory(role="support"))
    go_to(page, "Bookings")
    boxes = rows(page).get_by_role("checkbox")
    bar = page.get_by_role("group", name="Do with the selected rows")
    boxes.nth(1).click()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 selected")
    bar.get_by_role("button", name="Select none").click()
    expect(bar).to_be_hidden()
    page.get_by_role("checkbox", name="Select all rows of this page").check()
    expect(bar).to_contain_text("5 selected")
    bar.get_by_role("button", name="Confirm…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm: 5 selected rows")


def test_pressing_without_a_selection_says_what_is_missing(window):
    BookingFactory()
    page = log_in(window(java_script_enabled=False), StaffMemberFactory(role="support"))
    go_to(page, "Bookings")
    page.get_by_role("button", name="Confirm…").click()
    expect(page.get_by_role("status")).to_contain_text("Select at least one row first.")
