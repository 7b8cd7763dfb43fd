"""Rescheduling a booking."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from marketplace.bookings.operations import reschedule_booking, reschedule_refusal
from marketplace.errors import InvalidInput, NotAllowedNow, Stale
from marketplace.extensions import db
from marketplace.transaction import transaction
from tests.audit_log import entries, is_whole
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, UserFactory, coming_monday

LONG_AGO = coming_monday(10) - dt.timedelta(days=70)
NOW_THERE = object()


def reschedule(booking, to, *, was_at=NOW_THERE, reason="", zone="UTC"):
    with transaction():
        reschedule_booking(
            booking,
            was_at=booking.scheduled_at if was_at is NOW_THERE else was_at,
            scheduled_at=to,
            reason=reason,
            zone=ZoneInfo(zone),
            actor=StaffMemberFactory.build(email="agent@example.com"),
        )


@pytest.mark.parametrize("status", ["pending", "confirmed"])
def test_an_open_booking_is_moved_and_stays_as_long_as_it_was(app, status):
    booking = BookingFactory(status=status, scheduled_at=coming_monday(10), duration=45)
    reschedule(booking, coming_monday(14))
    assert (booking.scheduled_at, booking.duration, booking.status) == (coming_monday(14), 45, status)
    [entry] = entries("booking.rescheduled")
    assert entry.changes == {
        "scheduled_at": [moment.isoformat(timespec="microseconds") for moment in (coming_monday(10), coming_monday(14))]
    }
    assert (entry.actor_label, entry.subject_id, entry.reason) == ("agent@example.com", str(booking.id), None)
    assert is_whole()


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_a_closed_booking_cannot_be_moved(app, status):
    booking = BookingFactory(status=status, scheduled_at=coming_monday(10))
    sentence = reschedule_refusal(booking)
    assert sentence == f"A {status} booking cannot be rescheduled."
    with pytest.raises(NotAllowedNow) as refusal:
        reschedule(booking, coming_monday(14), reason="The customer insists.")
    assert str(refusal.value) == sentence
    assert booking.scheduled_at == coming_monday(10)
    assert not entries()


@pytest.mark.parametrize("status", ["pending", "confirmed"])
@pytest.mark.parametrize(
    ("minutes", "overlaps"),
    [(-60, False), (-59, True), (0, True), (59, True), (60, False)],
)
def test_no_booking_is_moved_onto_a_confirmed_one_whatever_the_reason(app, status, minutes, overlaps):
    service, start = ServiceFactory(), coming_monday(12)
    ada = UserFactory(email="ada@example.com")
    BookingFactory(customer=ada, service=service, status="confirmed", scheduled_at=start, duration=60)
    booking = BookingFactory(service=service, status=status, scheduled_at=coming_monday(15), duration=60)
    if overlaps:
        with pytest.raises(NotAllowedNow) as refusal:
            reschedule(booking, start + dt.timedelta(minutes=minutes), reason="The customer insists.")
        assert f"confirmed booking then: {service.title} / ada@example.com, from " in str(refusal.value)
        assert booking.scheduled_at == coming_monday(15)
    else:
        reschedule(booking, start + dt.timedelta(minutes=minutes))
        assert booking.scheduled_at == start + dt.timedelta(minutes=minutes)


def test_a_booking_does_not_stand_in_its_own_way(app):
    booking = BookingFactory(status="confirmed", scheduled_at=coming_monday(10), duration=60)
    reschedule(booking, coming_monday(10) + dt.timedelta(minutes=30))
    assert booking.scheduled_at == coming_monday(10) + dt.timedelta(minutes=30)


@pytest.mark.parametrize("status", ["pending", "completed", "cancelled"])
def test_only_confirmed_bookings_of_the_same_provider_stand_in_the_way(app, status):
    service = ServiceFactory()
    BookingFactory(service=service, status=status, scheduled_at=coming_monday(14))
    BookingFactory(status="confirmed", scheduled_at=coming_monday(14))
    booking = BookingFactory(service=service, status="confirmed", scheduled_at=coming_monday(10))
    reschedule(booking, coming_monday(14))
    assert booking.scheduled_at == coming_monday(14)


@pytest.mark.parametrize(
    ("service", "to", "warning"),
    [
        ({}, LONG_AGO, "in the past"),
        ({}, coming_monday(20), "outside the hours"),
        ({}, coming_monday(16) + dt.timedelta(minutes=1), "outside the hours"),
        ({"is_active": False}, coming_monday(14), "not active"),
    ],
)
def test_a_warning_is_overridden_by_a_reason(app, service, to, warning):
    booking = BookingFactory(service=ServiceFactory(**service), scheduled_at=coming_monday(10))
    with pytest.raises(InvalidInput, match=warning) as refusal:
        reschedule(booking, to)
    assert refusal.value.fields == ("reason",)
    assert not entries()
    reschedule(booking, to, reason="The provider agreed.")
    assert booking.scheduled_at == to
    assert entries("booking.rescheduled")[0].reason == "The provider agreed."


def test_hours_that_cannot_be_read_are_a_warning(app):
    booking = BookingFactory(scheduled_at=coming_monday(10))
    db.session.connection().exec_driver_sql("""UPDATE services SET availability = '{"funday": []}'""")
    db.session.commit()
    with pytest.raises(InvalidInput, match="cannot be read"):
        reschedule(booking, coming_monday(14))
    reschedule(booking, coming_monday(14), reason="Asked the provider.")
    assert booking.scheduled_at == coming_monday(14)


def test_availability_is_meant_in_the_marketplace_zone(app):
    booking = BookingFactory(scheduled_at=coming_monday(10))  # 09:00 to 17:00
    with pytest.raises(InvalidInput, match="outside the hours"):
        reschedule(booking, coming_monday(16), zone="Asia/Tokyo")
    reschedule(booking, coming_monday(1), zone="Asia/Tokyo")
    assert booking.scheduled_at == coming_monday(1)


def test_moving_it_twice_to_the_same_time_does_it_once(app):
    booking = BookingFactory(scheduled_at=coming_monday(10))
    reschedule(booking, coming_monday(14), was_at=coming_monday(10))
    with pytest.raises(NotAllowedNow, match="already at that time"):
        reschedule(booking, coming_monday(14), was_at=coming_monday(10))
    assert len(entries()) == 1


@pytest.mark.parametrize("was_at", [coming_monday(10), None])
def test_what_somebody_else_has_moved_meanwhile_is_not_moved_unseen(app, was_at):
    booking = BookingFactory(scheduled_at=coming_monday(10))
    reschedule(booking, coming_monday(14))
    with pytest.raises(Stale, match=r"Meanwhile this booking was moved to .*14:00"):
        reschedule(booking, coming_monday(15), was_at=was_at)
    assert booking.scheduled_at == coming_monday(14)
    reschedule(booking, coming_monday(15), was_at=coming_monday(14))
    assert booking.scheduled_at == coming_monday(15)


def test_a_time_to_the_microsecond_is_recognised_again(app):
    odd = coming_monday(10) + dt.timedelta(seconds=7, microseconds=123457)
    booking = BookingFactory(scheduled_at=odd)
    reschedule(booking, coming_monday(14), was_at=odd)
    assert booking.scheduled_at == coming_monday(14)
    assert entries("booking.rescheduled")[0].changes["scheduled_at"][0].endswith("07.123457+00:00")
