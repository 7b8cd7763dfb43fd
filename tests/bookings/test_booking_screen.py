"""The screen of bookings, as a browser without scripts sees it."""

from html import unescape

import pytest

from marketplace.bookings.models import Booking
from marketplace.extensions import db
from tests.audit_log import entries
from tests.batch_steps import begin, draft, outcomes, press, preview
from tests.factories import BookingFactory, ServiceFactory, UserFactory, coming_monday


def text(response):
    return unescape(response.get_data(as_text=True))


def status_of(booking):
    db.session.expire_all()
    return booking.status


def test_a_booking_is_confirmed_with_a_button(app, support):
    booking = BookingFactory(status="pending")
    response = support.submit(f"/admin/bookings/{booking.id}/confirmation")
    assert response.status_code == 302
    assert "The booking is confirmed." in text(support.get(response.location))
    assert status_of(booking) == "confirmed"


def test_cancelling_without_a_reason_says_so_beside_the_field(app, support):
    booking = BookingFactory(status="confirmed")
    response = support.submit(f"/admin/bookings/{booking.id}/cancellation", {"reason": "   "})
    assert response.status_code == 422
    assert "This field is required" in text(response)
    assert status_of(booking) == "confirmed"


@pytest.mark.parametrize(
    ("status", "noun", "sentence"),
    [
        ("confirmed", "confirmation", "This booking is already confirmed."),
        ("completed", "confirmation", "A completed booking cannot be confirmed."),
        ("cancelled", "cancellation", "This booking is already cancelled."),
        ("completed", "cancellation", "A completed booking cannot be cancelled."),
    ],
)
def test_the_page_shows_the_sentence_the_server_answers_with(app, support, status, noun, sentence):
    booking = BookingFactory(status=status)
    page = text(support.get(f"/admin/bookings/details/?id={booking.id}"))
    assert sentence in page
    response = support.submit(
        f"/admin/bookings/{booking.id}/{noun}", {"reason": "Asked to."}, page=f"/admin/bookings/edit/?id={booking.id}"
    )
    assert response.status_code == 409
    assert sentence in text(response)
    assert status_of(booking) == status


def test_many_are_previewed_then_done_or_refused_one_by_one(app, support):
    open_ones = [BookingFactory(status="pending") for _each in range(3)]
    closed = BookingFactory(status="completed")
    ids = [str(booking.id) for booking in [*open_ones, closed]]
    batch = draft(support, "bookings", "cancellation", ids)
    assert preview(support, batch) == (3, {"A completed booking cannot be cancelled.": 1})
    assert all(status_of(booking) == "pending" for booking in open_ones)
    refused = press(support, batch, "start")
    assert refused.status_code == 422
    assert "This field is required." in text(refused)
    begin(support, batch)
    assert outcomes(support, batch) == [
        *((row_id, "Done") for row_id in ids[:3]),
        (ids[3], "A completed booking cannot be cancelled."),
    ]
    assert [status_of(booking) for booking in [*open_ones, closed]] == ["cancelled"] * 3 + ["completed"]
    assert [entry.reason for entry in entries("booking.cancelled")] == ["A storm."] * 3


def test_a_booking_is_made_by_typing_e_mail_and_title(app, support):
    UserFactory(email="ada@example.com")
    service = ServiceFactory(title="Piano lesson")
    typed = {
        "customer": "ada@example.com", "service": "piano", "scheduled_at": f"{coming_monday(10):%Y-%m-%dT%H:%M}",
        "duration": "", "total_amount": "", "notes": "", "reason": "",
    }  # fmt: skip
    response = support.submit("/admin/bookings/new/", typed)
    assert response.status_code == 302
    booking = db.session.query(Booking).one()
    assert (booking.service_id, booking.status, booking.scheduled_at) == (service.id, "pending", coming_monday(10))


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("customer", "nobody@example.com", "Nothing matches “nobody@example.com”."),
        ("customer", "example.com", "More than one matches."),
        ("scheduled_at", "yesterday", "Not a valid datetime value"),
        ("duration", "0", "Number must be between 1 and"),
    ],
)
def test_a_mistake_is_named_beside_its_field_and_nothing_typed_is_lost(app, support, field, typed, sentence):
    UserFactory(email="ada@example.com")
    UserFactory(email="bob@example.com")
    ServiceFactory(title="Piano lesson")
    good = {
        "customer": "ada@example.com", "service": "piano", "scheduled_at": f"{coming_monday(10):%Y-%m-%dT%H:%M}",
        "notes": "Third floor, ring twice.",
    }  # fmt: skip
    response = support.submit("/admin/bookings/new/", {**good, field: typed})
    assert response.status_code == 422
    page = text(response)
    assert sentence in page
    assert "Third floor, ring twice." in page
    assert typed in page


def test_a_booking_s_own_address_leads_to_its_page(app, support):
    booking = BookingFactory()
    response = support.get(f"/admin/bookings/{booking.id}")
    assert response.status_code == 302
    assert response.location == f"/admin/bookings/details/?id={booking.id}"


def test_a_customer_is_found_by_e_mail_and_the_list_narrowed_by_status_and_day(app, support):
    ada = UserFactory(email="ada@example.com")
    wanted = BookingFactory(customer=ada, status="pending", scheduled_at=coming_monday(10))
    BookingFactory(customer=ada, status="cancelled", scheduled_at=coming_monday(10))
    BookingFactory(status="pending", scheduled_at=coming_monday(10))
    day = f"{coming_monday():%Y-%m-%d}"
    page = text(support.get(f"/admin/bookings/?search=ada@example.com&status=pending&from={day}&to={day}"))
    assert page.count('name="rowid"') == 1
    assert str(wanted.id) in page


def test_sending_the_form_twice_books_once(app, support):
    UserFactory(email="ada@example.com")
    ServiceFactory(title="Piano lesson")
    page = support.get("/admin/bookings/new/").get_data(as_text=True)
    chosen = page.split('name="booking_id"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    typed = {
        "customer": "ada@example.com", "service": "piano lesson", "scheduled_at": f"{coming_monday(10):%Y-%m-%dT%H:%M}",
        "booking_id": chosen,
    }  # fmt: skip
    first, second = (support.submit("/admin/bookings/new/", typed) for _each in range(2))
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert db.session.query(Booking).count() == 1


def test_an_address_typed_in_full_means_just_its_owner(app, support):
    UserFactory(email="joann@example.com")
    ann = UserFactory(email="Ann@example.com")
    ServiceFactory(title="Piano lesson for two")
    piano = ServiceFactory(title="Piano lesson")
    typed = {
        "customer": "ann@example.com", "service": "piano LESSON", "scheduled_at": f"{coming_monday(10):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    assert support.submit("/admin/bookings/new/", typed).status_code == 302
    booking = db.session.query(Booking).one()
    assert (booking.customer_id, booking.service_id) == (ann.id, piano.id)


@pytest.mark.parametrize("moment", ["9999-12-31 23:30:00+00", "infinity", "-infinity", "20000-01-01 00:00:00+00"])
def test_a_time_beyond_all_calendars_breaks_no_page(app, support, moment):
    booking = BookingFactory(status="pending")
    postgresql = db.engine.dialect.name == "postgresql"
    stored = moment if postgresql else "9999-12-31 23:30:00"
    db.session.connection().exec_driver_sql(f"UPDATE bookings SET scheduled_at = '{stored}', created_at = '{stored}'")
    db.session.commit()
    for page in (
        "", "?sort=scheduled_at", f"details/?id={booking.id}", f"edit/?id={booking.id}", f"{booking.id}/confirmation"
    ):  # fmt: skip
        assert support.get(f"/admin/bookings/{page}").status_code == 200


def test_what_was_typed_is_shown_when_the_session_ended_meanwhile(app, support):
    booking = BookingFactory(status="pending")
    address = f"/admin/bookings/{booking.id}/cancellation"
    typed = {"csrf_token": support.token(address), "reason": "She moved to Łódź."}
    db.session.connection().exec_driver_sql("UPDATE staff_sessions SET ended_at = created_at")
    db.session.commit()
    response = support.post(address, data=typed)
    assert response.status_code == 401
    assert "She moved to Łódź." in text(response)
    assert f"/login?next={address}" in text(response)
    assert typed["csrf_token"] not in text(response)
    support.delete_cookie("back_office")
    refused = support.post(address, data=typed)
    assert refused.status_code == 400
    assert "She moved to Łódź." in text(refused)
