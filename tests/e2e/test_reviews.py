"""Listings decided on: with keys alone, one after the other; an edited one with its differences; one that is booked."""

import datetime as dt

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from marketplace.extensions import db
from marketplace.listings.models import Service, ServiceReview
from marketplace.listings.states import look_at_outdated
from marketplace.transaction import transaction
from tests.audit_log import entries
from tests.e2e.steps import go_to, log_in
from tests.e2e.test_keyboard import press
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, coming_monday

pytestmark = pytest.mark.browser

OLDEST = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def listings(number: int) -> list[Service]:
    return [
        ServiceFactory(title=f"Listing number {place}", created_at=OLDEST + dt.timedelta(days=place))
        for place in range(1, number + 1)
    ]


def decided() -> list[str]:
    db.session.rollback()
    newest_last = sa.select(ServiceReview.decision).order_by(ServiceReview.decided_at)
    return list(db.session.scalars(newest_last))


def open_queue(page: Page) -> Page:
    log_in(page, StaffMemberFactory(role="operations"))
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Review").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review")
    return page


def type_keys(page: Page, *keys: str) -> None:
    """Press keys, the last of which decides."""
    page.wait_for_load_state()  # Keys are heard from when the script has run.
    *first, last = keys
    for key in first:
        page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press(last)


def test_ten_listings_are_cleared_with_keys_only(window):
    listings(10)
    page = open_queue(window())
    press(page, page.get_by_role("button", name="Review the next"))
    for number, keys in enumerate(("a", "a", "t2", "a", "c7", "a", "t3", "s", "a", "a"), start=1):
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Listing number {number}")
        type_keys(page, *keys)
    expect(page.get_by_text("Nothing else waits here.")).to_be_visible()
    press(page, page.get_by_role("button", name="Review the next"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Listing number 8")
    page.wait_for_load_state()
    page.keyboard.press("t")
    page.keyboard.press("Escape")
    type_keys(page, "a")
    expect(page.get_by_text("Every listing is as it was approved.")).to_be_visible()
    assert decided() == [
        "approved", "approved", "taken_down", "approved", "changes_requested", "approved", "taken_down", "approved",
        "approved", "approved",
    ]  # fmt: skip
    assert [entry.changes["reason_code"][1] for entry in entries("service.taken_down")] == [
        "misleading",
        "contact_details",
    ]


def test_a_key_that_is_held_decides_once(window):
    listings(3)
    page = open_queue(window())
    press(page, page.get_by_role("button", name="Review the next"))
    page.wait_for_load_state()
    with page.expect_navigation():
        page.keyboard.down("a")
    page.wait_for_load_state()
    for _repeat in range(3):
        page.keyboard.down("a")
    page.keyboard.up("a")
    expect(page.get_by_role("heading", level=1)).to_have_text("Listing number 2")
    type_keys(page, "s")  # It is let go, and keys are heard again.
    expect(page.get_by_role("heading", level=1)).to_have_text("Listing number 3")
    assert decided() == ["approved"]


def test_typed_words_are_no_keys(window):
    [service] = listings(1)
    page = open_queue(window())
    page.get_by_role("button", name="Review the next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Listing number 1")
    page.wait_for_load_state()  # Keys are heard from when the script has run.
    page.keyboard.press("c")
    page.locator("textarea[name=words]:visible").press_sequentially("a cat, s and t")
    with page.expect_navigation():
        page.locator("button:visible", has_text="Other, in words").click()
    assert [entry.reason for entry in entries("service.changes_requested")] == ["a cat, s and t"]
    db.session.expire_all()
    assert db.session.get(Service, service.id).is_active


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_edited_listing_shows_its_differences_and_one_that_is_booked_its_bookings(window, scripts):
    edited, booked = listings(2)
    page = open_queue(window(java_script_enabled=scripts))
    page.get_by_role("button", name="Review the next").click()
    page.get_by_role("button", name="Approve", exact=False).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Listing number 2")
    values = {"description": "Every window, outside only.", "price": 55}
    db.session.execute(sa.update(Service).where(Service.id == edited.id).values(values))
    db.session.commit()
    BookingFactory(service=booked, status="confirmed", scheduled_at=coming_monday(10))
    with transaction() as session:  # The queue looks by itself, though not with every page of a busy machine.
        look_at_outdated(session, most=10)

    page.reload()
    expect(page.get_by_role("heading", name="Coming bookings of this listing: 1")).to_be_visible()
    page.locator("summary", has_text="Take down").click()
    page.locator("button:visible", has_text="Quality").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Listing number 1")
    differences = page.get_by_role("region", name="What changed since it was approved")
    expect(differences.locator("del")).to_have_text(["inside and out.", "€40.00"])
    expect(differences.locator("ins")).to_have_text(["outside only.", "€55.00"])
    go_to(page, "Services")
    db.session.expire_all()
    assert db.session.get(Service, booked.id).is_active is False
