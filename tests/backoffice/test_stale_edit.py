"""Two people at one edit form: merged where they changed different fields, side by side where they changed the same."""

import json
import re
from decimal import Decimal
from html import unescape

import pytest

from marketplace.accounts.operations import edit_user
from marketplace.bookings.operations import edit_booking
from marketplace.extensions import db
from marketplace.listings.operations import edit_service
from marketplace.transaction import transaction
from tests.audit_log import entries
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, UserFactory


def text(response):
    return unescape(response.get_data(as_text=True))


def edit_page(browser, booking):
    """Return the fields that the page of the form carries unseen."""
    return form_of(browser, "bookings", booking)


def form_of(browser, name, row):
    address = f"/admin/{name}/edit/?id={row.id}"
    page = browser.get(address).get_data(as_text=True)
    loaded = unescape(page.split('name="loaded"', 1)[1].split('value="', 1)[1].split('"', 1)[0])
    return address, {"loaded": loaded, **json.loads(loaded)}


def test_what_two_people_change_in_different_fields_is_merged(app, support):
    booking = BookingFactory(status="pending", notes="Old", duration=60)
    address, fields = edit_page(support, booking)
    booking.duration = 90
    db.session.commit()
    assert support.submit(address, {**fields, "notes": "New"}).status_code == 302
    db.session.expire_all()
    assert (booking.notes, booking.duration) == ("New", 90)
    assert entries("booking.edited")[0].changes == {"notes": ["Old", "New"]}


def test_a_field_that_both_changed_is_not_saved_over(app, support):
    booking = BookingFactory(status="pending", total_amount=Decimal("40.00"))
    address, fields = edit_page(support, booking)
    booking.total_amount = Decimal("55.00")
    db.session.commit()
    response = support.submit(address, {**fields, "total_amount": "45.00"})
    assert response.status_code == 409
    page = text(response)
    assert "Changed meanwhile by another program" in page
    assert re.findall(r"<dd[^>]*>(.*?)</dd>", page) == ["40.00", "55.00", "45.00"]
    assert 'value="45.00"' in page, "what was typed is still there"
    db.session.expire_all()
    assert booking.total_amount == Decimal("55.00")


def test_saving_an_untouched_form_leaves_no_trace(app, support):
    booking = BookingFactory(notes=" spaces \r\nand lines\n")
    address, fields = edit_page(support, booking)
    assert support.submit(address, fields).status_code == 302
    db.session.expire_all()
    assert booking.notes == " spaces \r\nand lines\n"
    assert not entries("booking.edited")


def test_saving_again_after_a_conflict_puts_back_nothing_unseen(app, support):
    booking = BookingFactory(status="pending", notes="Old", duration=60, total_amount=Decimal("40.00"))
    address, fields = edit_page(support, booking)
    booking.notes, booking.duration, booking.total_amount = "Theirs", 90, Decimal("55.00")
    db.session.commit()
    page = support.submit(address, {**fields, "notes": "Mine"})
    assert page.status_code == 409
    assert 'value="90"' in text(page), "what only they changed is shown as it is now"
    loaded = unescape(page.get_data(as_text=True).split('name="loaded"', 1)[1].split('value="', 1)[1].split('"', 1)[0])
    again = {"loaded": loaded, **json.loads(loaded), "notes": "Mine"}
    assert support.submit(address, again).status_code == 302
    db.session.expire_all()
    assert (booking.notes, booking.duration, booking.total_amount) == ("Mine", 90, Decimal("55.00"))


def conflict_of(browser, booking, typed, change):
    """Open the form, let `change` happen to the booking, save `typed`; return the address and what the page carries."""
    address, fields = edit_page(browser, booking)
    change()
    db.session.commit()
    response = browser.submit(address, {**fields, **typed})
    assert response.status_code == 409
    return address, carried(response), text(response)


def carried(response):
    page = response.get_data(as_text=True)
    hidden = {
        name: unescape(page.split(f'name="{name}"', 1)[1].split('value="', 1)[1].split('"', 1)[0])
        for name in ("loaded", "were")
    }
    return {**json.loads(hidden["loaded"]), **hidden}


def test_who_changed_a_field_meanwhile_and_when_stands_beside_it(app, support):
    booking, colleague = BookingFactory(notes="Old"), StaffMemberFactory(email="colleague@example.com")

    def change():
        with transaction():
            edit_booking(booking, changes={"notes": "Theirs"}, actor=colleague)

    _address, _fields, page = conflict_of(support, booking, {"notes": "Mine"}, change)
    assert "Changed by colleague@example.com" in page
    assert re.findall(r"<dd[^>]*>(.*?)</dd>", page) == ["Old", "Theirs", "Mine"]


def test_a_value_that_the_log_does_not_know_has_no_author(app, support):
    booking, colleague = BookingFactory(notes="Old"), StaffMemberFactory(email="colleague@example.com")

    def change():
        with transaction():
            edit_booking(booking, changes={"notes": "Theirs"}, actor=colleague)
        booking.notes = "The program's"

    _address, _fields, page = conflict_of(support, booking, {"notes": "Mine"}, change)
    assert "colleague@example.com" not in page
    assert "Changed meanwhile by another program" in page


@pytest.mark.parametrize(("choice", "kept"), [("theirs", "Theirs"), ("yours", "Mine")])
def test_the_chosen_value_of_a_disputed_field_is_kept(app, support, choice, kept):
    booking = BookingFactory(notes="Old", duration=60)
    address, fields, _page = conflict_of(
        support, booking, {"notes": "Mine", "duration": "75"}, lambda: setattr(booking, "notes", "Theirs")
    )
    answer = support.submit(address, {**fields, "notes": "Mine", "duration": "75", "choice-notes": choice})
    assert answer.status_code == 302
    db.session.expire_all()
    assert (booking.notes, booking.duration) == (kept, 75)


def test_nothing_is_saved_before_the_choice_is_made(app, support):
    booking = BookingFactory(notes="Old")
    address, fields, _page = conflict_of(
        support, booking, {"notes": "Mine"}, lambda: setattr(booking, "notes", "Theirs")
    )
    for choice in ({}, {"choice-notes": "both"}):
        answer = support.submit(address, {**fields, "notes": "Mine", **choice})
        assert answer.status_code == 409
        assert re.findall(r"<dd[^>]*>(.*?)</dd>", text(answer)) == ["Old", "Theirs", "Mine"]
    db.session.expire_all()
    assert booking.notes == "Theirs"


def test_a_choice_made_on_what_is_no_longer_there_does_not_count(app, support):
    booking = BookingFactory(notes="Old")
    address, fields, _page = conflict_of(
        support, booking, {"notes": "Mine"}, lambda: setattr(booking, "notes", "Theirs")
    )
    booking.notes = "Theirs again"
    db.session.commit()
    answer = support.submit(address, {**fields, "notes": "Mine", "choice-notes": "yours"})
    assert answer.status_code == 409
    assert re.findall(r"<dd[^>]*>(.*?)</dd>", text(answer)) == ["Old", "Theirs again", "Mine"]


def test_what_is_in_dispute_stays_in_view_when_something_else_is_wrong(app, support):
    booking = BookingFactory(notes="Old")
    address, fields, _page = conflict_of(
        support, booking, {"notes": "Mine"}, lambda: setattr(booking, "notes", "Theirs")
    )
    answer = support.submit(address, {**fields, "notes": "Mine", "duration": "none", "choice-notes": "yours"})
    assert answer.status_code == 422
    assert re.findall(r"<dd[^>]*>(.*?)</dd>", text(answer)) == ["Old", "Theirs", "Mine"]
    assert 'name="choice-notes" value="yours" checked' in text(answer)


@pytest.mark.parametrize(
    ("field", "mine", "change"),
    [("phone", "+1 202 555 0123", {"phone": "+1 202 555 0199"}), ("first_name", "Mine", {"firstName": "Augusta"})],
)
def test_the_author_of_a_user_s_value_is_known_though_the_log_masks_it(app, support, field, mine, change):
    user, colleague = UserFactory(), StaffMemberFactory(email="colleague@example.com")
    address, fields = form_of(support, "users", user)
    with transaction():
        edit_user(user, changes=change, reason="", actor=colleague)
    answer = support.submit(address, {**fields, field: mine})
    assert answer.status_code == 409
    assert "Changed by colleague@example.com" in text(answer)


@pytest.mark.parametrize(("field", "typed"), [("monday", "08:00-09:00"), ("images", "https://example.com/mine.png")])
def test_the_author_of_a_day_or_an_image_is_known(app, operations, field, typed):
    service, colleague = ServiceFactory(), StaffMemberFactory(email="colleague@example.com")
    address, fields = form_of(operations, "services", service)
    week = {**service.availability, "monday": [{"start": "10:00", "end": "11:00"}]}
    with transaction():
        edit_service(
            service, changes={"availability": week, "images": ["https://example.com/theirs.png"]}, actor=colleague
        )
    answer = operations.submit(address, {**fields, field: typed})
    assert answer.status_code == 409
    assert "Changed by colleague@example.com" in text(answer)
