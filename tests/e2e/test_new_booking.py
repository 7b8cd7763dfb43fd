"""A booking for somebody who calls: two look-ups, a time, done."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from marketplace.bookings.models import Booking
from marketplace.extensions import db
from tests.audit_log import entries
from tests.e2e.steps import fact, go_to, log_in
from tests.factories import ServiceFactory, StaffMemberFactory, UserFactory, coming_monday

pytestmark = pytest.mark.browser


@pytest.fixture
def people(app):
    """Two customers and two services whose names begin alike."""
    ada, adele = UserFactory(email="ada@example.com"), UserFactory(email="adele@example.com")
    care, mowing = ServiceFactory(title="Lawn care"), ServiceFactory(title="Lawn mowing")
    return ada, adele, care, mowing


def test_look_ups_are_filled_by_typing_an_arrow_and_enter(window, people):
    _ada, adele, _care, mowing = people
    page = open_form(window())
    expect(page.get_by_role("combobox", name="Customer")).to_be_focused()
    choose(page, "Customer", "ad", 2, "adele@example.com")
    page.keyboard.press("Tab")
    choose(page, "Service", "lawn", 2, "Lawn mowing")
    page.get_by_label("When").fill(f"{coming_monday(11):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("status")).to_contain_text("Created.")
    expect(fact(page, "Customer")).to_contain_text("adele@example.com")
    expect(fact(page, "Service")).to_have_text("Lawn mowing")
    expect(fact(page, "Amount")).to_have_text("€40.00")

    [booking] = db.session.scalars(sa.select(Booking))
    assert (booking.customer_id, booking.service_id) == (adele.id, mowing.id)
    assert (booking.scheduled_at, booking.status) == (coming_monday(11), "pending")
    assert [entry.subject_id for entry in entries("booking.created")] == [str(booking.id)]


def test_escape_closes_the_suggestions_and_a_click_chooses_one(window, people):
    page = open_form(window())
    field = page.get_by_role("combobox", name="Customer")
    field.press_sequentially("ad")
    expect(page.get_by_role("option")).to_have_count(2)
    field.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(field).to_have_value("ad")
    field.press_sequentially("a@")
    page.get_by_role("option").filter(has_text="ada@example.com").click()
    expect(field).to_have_value(re.compile("ada@example.com"))
    expect(page.locator("input[type=hidden][name=customer]")).to_have_value(str(people[0].id))


def test_a_refused_form_keeps_what_was_chosen_and_asks_for_a_reason(window, people):
    page = open_form(window())
    choose(page, "Customer", "ada@", 1, "ada@example.com")
    choose(page, "Service", "mowing", 1, "Lawn mowing")
    page.get_by_label("When").fill(f"{coming_monday(22):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("alert")).to_contain_text("This is outside the hours in which the provider offers it.")
    expect(page.get_by_role("combobox", name="Customer")).to_have_value(re.compile("ada@example.com"))
    reason = page.get_by_label("Reason")
    expect(reason).to_be_focused()
    reason.fill("Agreed with the provider by phone.")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("status")).to_contain_text("Created.")
    db.session.rollback()
    assert [entry.reason for entry in entries("booking.created")] == ["Agreed with the provider by phone."]


def open_form(page: Page) -> Page:
    log_in(page, StaffMemberFactory(role="support"))
    go_to(page, "Bookings")
    page.get_by_role("link", name="New booking").click()
    return page


def choose(page: Page, label: str, typed: str, downs: int, chosen: str) -> None:
    """Type into a look-up, go down `downs` times, take what stands there."""
    field = page.get_by_role("combobox", name=label)
    field.press_sequentially(typed)
    expect(page.get_by_role("option").first).to_be_visible()
    for _ in range(downs):
        field.press("ArrowDown")
    option = page.get_by_role("option", selected=True)
    expect(option).to_contain_text(chosen)
    whole = option.inner_text()
    field.press("Enter")
    expect(field).to_have_value(whole)
    expect(page.get_by_role("option")).to_have_count(0)
