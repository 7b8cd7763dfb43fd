"""Editing a booking."""

import datetime as dt
from decimal import Decimal

import pytest

from marketplace.bookings.operations import edit_booking
from marketplace.errors import NotAllowedNow
from marketplace.transaction import transaction
from tests.audit_log import entries
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, coming_monday


def edit(booking, **changes):
    with transaction():
        edit_booking(booking, changes=changes, actor=StaffMemberFactory.build())


def test_what_changes_is_recorded_with_its_old_value(app):
    booking = BookingFactory(duration=60, notes=None)
    edit(booking, duration=90, total_amount=Decimal("40.00"), notes="Ring twice.")
    assert entries("booking.edited")[0].changes == {"duration": [60, 90], "notes": [None, "Ring twice."]}


def test_an_edit_that_changes_nothing_leaves_no_trace(app):
    booking = BookingFactory(duration=60)
    edit(booking, duration=60, total_amount=Decimal("40.0"))
    assert not entries()


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_a_closed_booking_keeps_its_amount_but_takes_notes(app, status):
    booking = BookingFactory(status=status)
    with pytest.raises(NotAllowedNow, match=status):
        edit(booking, total_amount=Decimal("1.00"))
    edit(booking, notes="The customer called.")
    assert (booking.total_amount, booking.notes) == (Decimal("40.00"), "The customer called.")


def test_a_confirmed_booking_cannot_grow_into_the_next(app):
    service = ServiceFactory()
    BookingFactory(service=service, status="confirmed", scheduled_at=coming_monday(11))
    booking = BookingFactory(service=service, status="confirmed", scheduled_at=coming_monday(10), duration=60)
    with pytest.raises(NotAllowedNow, match="confirmed booking"):
        edit(booking, duration=61)
    assert booking.duration == 60
    assert booking.ends_at - booking.scheduled_at == dt.timedelta(minutes=60)
