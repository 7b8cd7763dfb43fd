"""The page of a user at work: found, paged and sorted by keyboard, revealed, handed out as a file, anonymised."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from marketplace.accounts.models import User
from marketplace.backoffice.record_lists import SHOWN
from marketplace.bookings.models import Booking
from marketplace.extensions import db
from tests.audit_log import entries
from tests.e2e import test_keyboard as keyboard
from tests.e2e.steps import fact, find, go_to, log_in, rows
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, UserFactory, coming_monday
from tests.pages import without_ids

pytestmark = pytest.mark.browser

PROFILE = {"firstName": "Grace", "lastName": "Hopper", "phone": "+442079460123", "address": "99 Secret Lane"}


def make_grace(bookings: int = 0) -> None:
    grace, service = UserFactory(email="grace@example.com", profile=PROFILE), ServiceFactory(currency="EUR")
    for number in range(bookings):
        BookingFactory(
            customer=grace,
            service=service,
            scheduled_at=coming_monday(8),
            total_amount=f"{10 + number}.00",
            status="pending",
        )


def open_grace(page: Page) -> None:
    go_to(page, "Users")
    find(page, "grace@example.com")
    rows(page).get_by_role("link", name="grace@example.com").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Grace Hopper")


def amounts(page: Page) -> list[str]:
    return page.get_by_role("region", name="Bookings as a customer").locator("tbody td.number").all_inner_texts()


def test_a_list_is_sorted_and_paged_by_keyboard_alone(window):
    make_grace(SHOWN + 3)
    page = window()
    keyboard.log_in(page, StaffMemberFactory(role="support").email)
    keyboard.press(page, page.get_by_role("link", name="Users", exact=True))
    page.keyboard.press("/")
    page.keyboard.type("grace@example.com")
    page.keyboard.press("Enter")
    keyboard.press(page, page.get_by_role("link", name="grace@example.com"))
    region = page.get_by_role("region", name="Bookings as a customer")
    keyboard.press(page, region.get_by_role("link", name="Amount"))
    expect(region.get_by_role("columnheader", name="Amount")).to_have_attribute("aria-sort", "ascending")
    assert amounts(page) == [f"€{10 + number}.00" for number in range(SHOWN)]
    expect(region).to_be_focused()  # From there the keyboard goes on.
    keyboard.press(page, region.get_by_role("link", name="Next"))
    expect(region.get_by_role("link", name="Previous")).to_be_visible()
    expect(region).to_be_focused()
    assert amounts(page) == [f"€{10 + number}.00" for number in range(SHOWN, SHOWN + 3)]
    keyboard.press(page, region.get_by_role("link", name="Previous"))
    expect(region.get_by_role("link", name="Next")).to_be_visible()
    assert amounts(page)[0] == "€10.00"


def test_states_stand_one_below_the_other_on_a_phone(window):
    make_grace(2)
    page = log_in(window(viewport={"width": 390, "height": 900}), StaffMemberFactory(role="support"))
    grace = db.session.scalars(sa.select(User.id).where(User.email == "grace@example.com")).one()
    first, second = (booking for booking in db.session.scalars(sa.select(Booking)))
    first.status, second.total_amount = "confirmed", 12_345
    db.session.commit()
    page.goto(f"/admin/users/details/?id={grace}")
    states = page.get_by_role("region", name="Bookings as a customer").locator('tbody [class^="status-"]')
    expect(states).to_have_count(2)
    assert len({states.nth(number).bounding_box()["x"] for number in range(2)}) == 1


def test_a_phone_is_revealed_for_that_page_only(window):
    make_grace()
    page = log_in(window(), StaffMemberFactory(role="support", email="sana@example.com"))
    open_grace(page)
    expect(fact(page, "Phone")).to_contain_text("•••• 23")
    expect(page.get_by_text("Secret Lane")).to_have_count(0)
    page.get_by_role("button", name="Reveal what is masked").click()
    expect(fact(page, "Phone")).to_contain_text("+44 20 7946 0123")
    expect(fact(page, "Address")).to_contain_text("99 Secret Lane")
    expect(page.get_by_role("region", name="What happened")).to_contain_text("Masked details were shown to staff.")
    page.get_by_role("link", name="Mask it again").click()
    expect(fact(page, "Phone")).to_contain_text("•••• 23")
    [entry] = entries("user.revealed")
    assert entry.actor_label == "sana@example.com"


def test_a_new_phone_is_typed_without_the_old_one_being_shown(window):
    make_grace()
    page = log_in(window(), StaffMemberFactory(role="support"))
    open_grace(page)
    page.get_by_role("link", name="Edit").click()
    assert "7946" not in without_ids(page.content())
    page.get_by_label("New phone").fill("020 7946")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#phone-errors")).to_contain_text("Begin with + and the code of the country")
    page.get_by_label("New phone").fill("+442079460777")
    page.get_by_role("button", name="Save").click()
    expect(fact(page, "Phone")).to_contain_text("•••• 77")
    db.session.rollback()
    assert db.session.query(User).filter_by(email="grace@example.com").one().profile["phone"] == "+44 20 7946 0777"


def test_a_person_is_handed_out_as_a_file_and_then_anonymised(window):
    make_grace()
    page = log_in(window(), StaffMemberFactory(role="administrator"))
    open_grace(page)
    page.get_by_role("link", name="Export what is held about the person").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as a file").click()
    held = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert held["user"]["profile"] == PROFILE
    page.get_by_role("link", name="Go back").click()
    page.get_by_role("link", name="Anonymise…").click()
    expect(page.get_by_text("This cannot be undone by anybody.")).to_be_visible()
    page.get_by_label("Reason").fill("Asked for by letter.")
    page.get_by_label("The e-mail address of the account").fill("somebody@example.com")
    page.get_by_role("button", name="Anonymise this person").click()
    expect(page.locator("#email-errors")).to_contain_text("This is not the e-mail address of the account.")
    expect(page.get_by_label("Reason")).to_have_value("Asked for by letter.")
    page.get_by_label("The e-mail address of the account").fill("grace@example.com")
    page.get_by_role("button", name="Anonymise this person").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anonymised user")
    assert "grace@example.com" not in page.content()
    [entry] = entries("user.anonymised")
    assert entry.reason == "Asked for by letter."
