"""One verb on many rows: what is announced, what is done, how far it is, row by row; and undone."""

import datetime as dt
import uuid
from collections import Counter

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from marketplace.bookings.models import Booking
from marketplace.extensions import db
from tests.audit_log import entries
from tests.e2e.steps import find, go_to, log_in, rows
from tests.e2e.test_keyboard import press, tab_to
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, coming_monday

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

    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel: 3 bookings")
    ready = page.get_by_role("region", name="It can be done to 2 bookings")
    refused = page.get_by_role("region", name="Not to 1 booking: A completed booking cannot be cancelled.")
    expect(ready.get_by_role("listitem")).to_have_count(2)
    expect(refused.get_by_role("listitem")).to_contain_text(["Dog walking"])
    page.get_by_label("Reason").fill("The provider is ill.")
    page.get_by_role("button", name="Cancel: 2 bookings").click()

    expect(page.get_by_role("region", name="Progress")).to_contain_text("2 done, 1 not done")
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
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm: 5 bookings")


def test_pressing_without_a_selection_says_what_is_missing(window):
    BookingFactory()
    page = log_in(window(java_script_enabled=False), StaffMemberFactory(role="support"))
    go_to(page, "Bookings")
    page.get_by_role("button", name="Confirm…").click()
    expect(page.get_by_role("status")).to_contain_text("Select at least one row first.")


# -- Everything that matches ---------------------------------------------------------------------

MANY = 400
"""Bookings that take several requests: each works on a hundred at least (see `environment` in server.py)."""


def many_bookings():
    """Make pending bookings of one service, one after the other."""
    model = BookingFactory(service=ServiceFactory(title="Lawn mowing"), scheduled_at=coming_monday(9))
    shared = {name: getattr(model, name) for name in ("customer_id", "service_id", "provider_id", "total_amount")}
    rows = [
        {
            **shared,
            "id": uuid.uuid4(),
            "status": "pending",
            "scheduled_at": model.scheduled_at + dt.timedelta(hours=number),
            "duration": 60,
        }
        for number in range(1, MANY)
    ]
    db.session.execute(sa.insert(Booking), rows)
    db.session.commit()


def choose_everything(page: Page, verb: str) -> None:
    """Choose a verb for all that the open list's search finds."""
    page.get_by_role("checkbox", name="Select all rows of this page").check()
    page.get_by_role("checkbox", name="that match").check()
    bar = page.get_by_role("group", name="Do with the selected rows")
    expect(bar).to_contain_text("All selected")
    bar.get_by_role("button", name=f"{verb}…").click()


def watch_steps(page: Page) -> list[str]:
    """Return where what the server tells of the progress of a batch, each time the page asks, is kept."""
    told: list[str] = []
    page.on("response", lambda answer: told.append(answer.text()) if answer.url.endswith("/progress") else None)
    return told


def states() -> dict[str, int]:
    db.session.rollback()
    return Counter(db.session.scalars(sa.select(Booking.status)))


def go_on_to_the_end(page):
    """Press the button until nothing waits, as one does without scripts."""
    button = page.get_by_role("button", name="Go on")
    expect(page.get_by_role("region", name="Progress")).to_be_visible()  # The page of a batch that has begun.
    while button.count():
        with page.expect_navigation():
            button.click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_everything_that_matches_is_confirmed_with_progress_and_undone(window, scripts):
    many_bookings()
    BookingFactory(service=ServiceFactory(title="Dog walking"))
    page = log_in(window(java_script_enabled=scripts), StaffMemberFactory(role="support"))
    go_to(page, "Bookings")
    find(page, "lawn")
    if scripts:
        choose_everything(page, "Confirm")
    else:
        page.get_by_role("checkbox", name="that match").check()
        page.get_by_role("button", name="Confirm…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm: 400 bookings")
    expect(page.get_by_role("listitem").filter(has_text="and 390 more")).to_be_visible()
    steps = watch_steps(page)
    page.get_by_role("button", name="Confirm: 400 bookings").click()

    progress = page.get_by_role("region", name="Progress")
    expect(progress.get_by_role("progressbar")).to_be_visible()
    if scripts:
        expect(progress).to_contain_text("Finished")  # It has gone on by itself, and then shown the whole result.
        assert len([step for step in steps if "still wait" in step]) >= 2
    else:
        go_on_to_the_end(page)
    expect(progress).to_contain_text("400 done")
    assert states() == {"confirmed": MANY, "pending": 1}

    page.get_by_role("button", name="Undo…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Undo “Confirm”: 400 bookings")
    page.get_by_role("button", name="Undo: 400 bookings").click()
    if not scripts:
        go_on_to_the_end(page)
    expect(progress).to_contain_text("400 done")
    expect(progress).to_contain_text("Finished")
    assert states() == {"pending": MANY + 1}


def test_a_batch_whose_window_was_closed_is_gone_on_with_by_a_colleague(window):
    many_bookings()
    page = log_in(window(java_script_enabled=False), StaffMemberFactory(role="support"))
    go_to(page, "Bookings")
    find(page, "lawn")
    page.get_by_role("checkbox", name="that match").check()
    page.get_by_role("button", name="Confirm…").click()
    page.get_by_role("button", name="Confirm: 400 bookings").click()
    expect(page.get_by_role("region", name="Progress")).to_contain_text("still wait")
    page.close()

    colleague = log_in(window(), StaffMemberFactory(role="support"))
    go_to(colleague, "Batches")
    expect(rows(colleague)).to_contain_text(["running"])
    colleague.get_by_role("link", name="Confirm: 400 bookings").click()
    expect(colleague.get_by_role("region", name="Progress")).to_contain_text("still wait")
    colleague.get_by_role("button", name="Go on").click()
    expect(colleague.get_by_role("region", name="Progress")).to_contain_text("400 done")
    assert states() == {"confirmed": MANY}
    assert len(entries("booking.confirmed")) == MANY
    assert len(entries("batch.resumed")) == 1


def test_the_keyboard_alone_confirms_many_and_undoes_it(window):
    for _each in range(3):
        BookingFactory()
    page = log_in(window(), StaffMemberFactory(role="support"))
    go_to(page, "Bookings")
    tab_to(page, page.get_by_role("checkbox", name="Select all rows of this page"))
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Confirm…"))
    press(page, page.get_by_role("button", name="Confirm: 3 bookings"))
    progress = page.get_by_role("region", name="Progress")
    expect(progress).to_contain_text("3 done")
    assert states() == {"confirmed": 3}
    press(page, page.get_by_role("button", name="Undo…"))
    press(page, page.get_by_role("button", name="Undo: 3 bookings"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Undo “Confirm”: 3 bookings")
    expect(progress).to_contain_text("3 done")
    assert states() == {"pending": 3}
