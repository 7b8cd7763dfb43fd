"""Listings decided on: with keys alone, one after the other; an edited one with its differences; one that is booked."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from marketplace.extensions import db
from marketplace.listings.models import Service, ServiceReview
from marketplace.listings.states import look_at_outdated
from marketplace.transaction import transaction
from tests.audit_log import entries
from tests.e2e.steps import go_to, log_in, rows
from tests.e2e.test_keyboard import press
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, UserFactory, coming_monday

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


def settled(page: Page) -> None:
    """Wait until the page takes decisions: its script has run, and a moment has passed."""
    page.wait_for_load_state()
    expect(page.locator(".decisions button:disabled")).to_have_count(0)


def type_keys(page: Page, *keys: str) -> None:
    """Press keys, the last of which decides."""
    settled(page)
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
    expect(page.get_by_text("This is the end of the queue. Skipped, or looked at by others: 1.")).to_be_visible()
    press(page, page.get_by_role("button", name="Review the next"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Listing number 8")
    settled(page)
    page.keyboard.press("t")
    for key in ("Enter", "a", "s"):  # Only a reason decides now.
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    type_keys(page, "A")
    type_keys(page, "u")
    expect(page.get_by_role("heading", level=1)).to_have_text("Listing number 8")
    page.get_by_role("link", name="Review queue").click()
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
    settled(page)
    with page.expect_navigation():
        page.keyboard.down("a")
    settled(page)
    for _repeat in range(3):
        page.keyboard.down("a")
    page.keyboard.up("a")
    expect(page.get_by_role("heading", level=1)).to_have_text("Listing number 2")
    type_keys(page, "s")  # It is let go, and keys are heard again.
    expect(page.get_by_role("heading", level=1)).to_have_text("Listing number 3")
    assert decided() == ["approved"]


def test_a_second_key_or_click_does_not_decide_on_the_listing_behind(window):
    listings(3)
    page = open_queue(window())
    page.clock.install()
    press(page, page.get_by_role("button", name="Review the next"))
    settled(page)
    page.clock.pause_at(
        dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    )  # The moment lasts for as long as the test needs.
    box = page.locator("[data-key=a]").bounding_box()
    type_keys(page, "a")
    page.wait_for_load_state()
    expect(page.get_by_role("heading", level=1)).to_have_text("Listing number 2")
    expect(page.locator(".decisions button:enabled")).to_have_count(0)
    page.keyboard.press("a")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.clock.run_for(1_000)
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Listing number 2")
    type_keys(page, "a")
    assert decided() == ["approved", "approved"]


def test_keys_are_switched_off_and_stay_off(window):
    listings(2)
    page = open_queue(window())
    page.get_by_role("button", name="Review the next").click()
    page.get_by_role("switch", name="Keys").uncheck()
    page.reload()
    settled(page)
    expect(page.get_by_role("switch", name="Keys")).not_to_be_checked()
    for key in ("t", "2", "a", "s"):
        page.keyboard.press(key)
    expect(page.locator("details.decision[open]")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Listing number 1")
    page.get_by_role("switch", name="Keys").check()
    type_keys(page, "a")
    assert decided() == ["approved"]


def test_another_reason_asks_for_words_where_they_are_typed(window):
    listings(2)
    page = open_queue(window())
    page.get_by_role("button", name="Review the next").click()
    settled(page)
    page.keyboard.press("t")
    page.keyboard.press("8")
    words = page.get_by_label("In words").locator("visible=true")
    expect(words).to_be_focused()
    expect(words).to_have_attribute("aria-invalid", "true")
    expect(words).to_have_accessible_description(re.compile("Another reason needs words"))
    page.keyboard.type("Nobody is there.")
    page.keyboard.press("Escape")
    type_keys(page, "8")
    expect(page.get_by_role("heading", level=1)).to_have_text("Listing number 2")
    assert [entry.reason for entry in entries("service.taken_down")] == ["Nobody is there."]


def test_a_decision_is_looked_at_again_taken_back_and_gone_on_from_with_keys(window):
    listings(3)
    page = open_queue(window())
    press(page, page.get_by_role("button", name="Review the next"))
    for keys in ("a", "u", "n", "s", "u", "a", "u", "z"):
        type_keys(page, keys)
    expect(page.get_by_role("heading", level=1)).to_have_text("Listing number 2")
    assert decided() == ["approved", "approved", "reversed"]


def test_with_both_reasons_opened_in_turn_a_key_decides_for_the_last(window):
    listings(1)
    page = open_queue(window())
    page.get_by_role("button", name="Review the next").click()
    page.locator("summary", has_text="Request changes").click()
    page.locator("summary", has_text="Take down").click()
    expect(page.locator("details.decision[open]")).to_have_count(1)
    expect(page.get_by_role("heading", name="Take down because of")).to_be_visible()
    type_keys(page, "1")
    assert decided() == ["taken_down"]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_no_button_moves_when_reasons_are_opened(window, scripts):
    listings(2)
    page = open_queue(window(java_script_enabled=scripts))
    page.get_by_role("button", name="Review the next").click()
    buttons = page.locator(".decisions > details > summary, .decisions > form > button")
    places = [each.bounding_box() for each in buttons.all()]
    for name in ("Request changes", "Take down"):
        page.locator("summary", has_text=name).click()
        expect(page.get_by_role("heading", name=f"{name} because of")).to_be_visible()
        assert [each.bounding_box() for each in buttons.all()] == places


def test_a_double_click_opens_reasons_and_does_nothing_else(window):
    listings(2)
    page = open_queue(window())
    page.get_by_role("button", name="Review the next").click()
    for name in ("Take down", "Request changes"):
        page.locator("summary", has_text=name).dblclick()
        expect(page.get_by_role("heading", name=f"{name} because of")).to_be_visible()
        expect(page.locator("details.decision[open]")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_text("Listing number 1")
    assert decided() == []


def test_on_a_low_screen_the_last_reason_is_reached_and_the_row_covers_no_focus(window):
    ServiceFactory(title="Listing number 1", description="Many words. " * 300)
    page = open_queue(window())
    page.set_viewport_size({"width": 390, "height": 450})
    page.get_by_role("button", name="Review the next").click()
    row = page.locator(".decisions")
    page.evaluate("window.scrollTo(0, 1200)")
    page.locator("summary", has_text="Take down").click()
    last = page.locator("button:visible", has_text="Other, in words")
    drawer = page.locator("details[open] > form")
    drawer.hover()
    page.mouse.wheel(0, 2_000)
    expect(last).to_be_in_viewport(ratio=1)
    bottom = drawer.bounding_box()
    assert bottom["y"] + bottom["height"] <= 450
    page.keyboard.press("Escape")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.get_by_label("Note").focus()
    covered = []
    for _stop in range(12):
        page.keyboard.press("Shift+Tab")
        box = page.evaluate("(({y, height}) => ({y, height}))(document.activeElement.getBoundingClientRect())")
        edge = row.bounding_box()
        is_in_row = page.evaluate("document.activeElement.closest('.decisions') !== null")
        if not is_in_row and box["y"] < edge["y"] + edge["height"] and box["y"] + box["height"] > edge["y"]:
            covered.append(page.evaluate("document.activeElement.outerHTML"))
    assert covered == []


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


def test_what_stands_below_each_other_ends_at_one_edge_and_names_begin_at_one(window):
    [service] = listings(1)
    for first, last in (("Grace", "Hopper"), ("ליאב", "שרון")):
        customer = UserFactory(profile={"firstName": first, "lastName": last})
        BookingFactory(service=service, customer=customer, status="confirmed", scheduled_at=coming_monday(10))
    page = open_queue(window())
    title = page.get_by_role("columnheader", name="Title").bounding_box()
    assert title["width"] >= 240
    page.get_by_role("button", name="Review the next").click()
    page.get_by_role("link", name="Review queue").click()
    expect(rows(page)).to_contain_text(["@example.com"])  # It is claimed by now.
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="Listing number 1").click()
    edges = [each.bounding_box() for each in page.locator(".record-facts > *, .timeline").all()]
    assert len(edges) >= 3
    assert len({round(box["x"] + box["width"]) for box in edges}) == 1
    begins = page.locator(".beside-rows a > span[dir=auto]").evaluate_all(
        """names => names.map(name => {
            const range = document.createRange();
            range.selectNodeContents(name);
            return Math.round(range.getBoundingClientRect().x);
        })"""
    )
    assert len(begins) == 2
    assert len(set(begins)) == 1


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
