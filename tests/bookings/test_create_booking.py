"""Booking on behalf of a customer."""

import datetime as dt
import uuid
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from marketplace.bookings.operations import create_booking
from marketplace.errors import InvalidInput, NotAllowedNow
from marketplace.transaction import transaction
from tests.audit_log import entries
from tests.factories import (
    BookingFactory,
    ProviderFactory,
    ServiceFactory,
    StaffMemberFactory,
    UserFactory,
    coming_monday,
)


def create(service, **changes):
    asked = {
        "booking_id": uuid.uuid4(),
        "customer": changes.pop("customer", None) or UserFactory(),
        "scheduled_at": coming_monday(10),
        "duration": None,
        "total_amount": None,
        "notes": None,
        "reason": "",
        "zone": ZoneInfo("UTC"),
        "actor": StaffMemberFactory.build(),
        **changes,
    }
    with transaction() as session:
        return create_booking(session, service=service, **asked)


def test_provider_duration_and_amount_come_from_the_service(app):
    service = ServiceFactory(duration=45, price=Decimal("12.50"))
    booking = create(service)
    assert (booking.provider_id, booking.duration, booking.total_amount, booking.status) == (
        service.provider_id,
        45,
        Decimal("12.50"),
        "pending",
    )
    assert entries("booking.created")[0].changes["total_amount"] == [None, "12.50"]


def test_duration_and_amount_can_be_others(app):
    booking = create(ServiceFactory(), duration=90, total_amount=Decimal("99.90"))
    assert (booking.duration, booking.total_amount) == (90, Decimal("99.90"))


def test_a_provider_cannot_be_the_customer(app):
    with pytest.raises(InvalidInput, match="not a customer"):
        create(ServiceFactory(), customer=ProviderFactory())


def test_a_time_the_provider_is_confirmed_for_is_refused_even_with_a_reason(app):
    service = ServiceFactory()
    BookingFactory(service=service, status="confirmed", scheduled_at=coming_monday(10))
    with pytest.raises(NotAllowedNow, match="confirmed booking"):
        create(service, reason="The customer insists.")


@pytest.mark.parametrize(
    ("service", "changes", "warning"),
    [
        ({}, {"scheduled_at": coming_monday(10) - dt.timedelta(days=70)}, "in the past"),
        ({}, {"scheduled_at": coming_monday(20)}, "outside the hours"),
        ({}, {"scheduled_at": coming_monday(16), "duration": 61}, "outside the hours"),
        ({"is_active": False}, {}, "not active"),
    ],
)
def test_a_warning_is_overridden_by_a_reason(app, service, changes, warning):
    service = ServiceFactory(**service)
    with pytest.raises(InvalidInput, match=warning):
        create(service, **changes)
    booking = create(service, reason="The provider agreed.", **changes)
    assert booking.status == "pending"
    assert entries("booking.created")[0].reason == "The provider agreed."


def test_availability_is_meant_in_the_marketplace_zone(app):
    service = ServiceFactory()  # 09:00 to 17:00
    with pytest.raises(InvalidInput, match="outside the hours"):
        create(service, scheduled_at=coming_monday(16), zone=ZoneInfo("Asia/Tokyo"))
    assert create(service, scheduled_at=coming_monday(1), zone=ZoneInfo("Asia/Tokyo")).status == "pending"


def test_asking_twice_makes_one_booking(app):
    service, customer, booking_id = ServiceFactory(), UserFactory(), uuid.uuid4()
    first = create(service, customer=customer, booking_id=booking_id)
    again = create(service, customer=customer, booking_id=booking_id)
    assert (first.id, again.id) == (booking_id, booking_id)
    assert len(entries("booking.created")) == 1
