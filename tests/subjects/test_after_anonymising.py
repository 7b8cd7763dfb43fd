"""What was a person's stays settled once they are anonymised: nothing is booked, put back or reviewed for nobody."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import User
from marketplace.bookings.models import Booking
from marketplace.bookings.operations import confirm_booking, create_booking, reschedule_booking, restore_booking
from marketplace.errors import NotAllowedNow
from marketplace.extensions import db
from marketplace.listings.models import Service, ServiceState
from marketplace.listings.moderation import approve_service
from marketplace.listings.states import look_at_outdated
from marketplace.staff.models import StaffMember
from marketplace.transaction import in_transaction, transaction
from tests.batch_steps import begin, draft, outcomes, press
from tests.factories import (
    BookingFactory,
    ProviderFactory,
    ServiceFactory,
    StaffMemberFactory,
    UserFactory,
    coming_monday,
)
from tests.others import at_once
from tests.subjects.test_anonymise import anonymise

ZONE = ZoneInfo("UTC")


def settled(side, status="cancelled", **values):
    """Make a booking of which one side is anonymised, with nothing to come of it; return it and whose it was."""
    user = ProviderFactory() if side == "provider" else UserFactory()
    service = ServiceFactory(provider=user, is_active=False) if side == "provider" else ServiceFactory()
    values.setdefault("customer", user if side == "customer" else UserFactory())
    booking = BookingFactory(service=service, status=status, **values)
    anonymise(user)
    return booking, user


def book(customer, service):
    with transaction() as session:
        create_booking(
            session,
            booking_id=uuid.uuid4(),
            customer=customer,
            service=service,
            scheduled_at=coming_monday(),
            duration=None,
            total_amount=None,
            notes=None,
            reason="They insist.",
            zone=ZONE,
            actor=StaffMemberFactory.build(),
        )


@pytest.mark.parametrize("side", ["customer", "provider"])
def test_nothing_is_booked_confirmed_moved_or_put_back_for_nobody(app, side):
    long_ago = coming_monday() - dt.timedelta(days=70)
    pending, _user = settled(side, "pending", scheduled_at=long_ago)
    cancelled, _user = settled(side)
    actor = StaffMemberFactory.build()
    later = coming_monday() + dt.timedelta(days=1)
    verbs = (
        lambda: book(*people),
        lambda: in_transaction(lambda: confirm_booking(pending, actor=actor)),
        lambda: in_transaction(
            lambda: reschedule_booking(pending, was_at=long_ago, scheduled_at=later, reason="x", zone=ZONE, actor=actor)
        ),
        lambda: in_transaction(lambda: restore_booking(cancelled, was={"status": "confirmed"}, actor=actor)),
    )
    people = db.session.get(User, cancelled.customer_id), db.session.get(Service, cancelled.service_id)
    before = states()
    for verb in verbs:
        with pytest.raises(NotAllowedNow, match=f"The {side} of this booking is anonymised"):
            verb()
    assert states() == before


@pytest.mark.parametrize("side", ["customer", "provider"])
def test_undoing_a_batch_of_cancellations_leaves_their_bookings_cancelled(app, administrator, side):
    user = ProviderFactory() if side == "provider" else UserFactory()
    service = ServiceFactory(provider=user) if side == "provider" else ServiceFactory()
    theirs = BookingFactory(customer=user if side == "customer" else UserFactory(), service=service, status="confirmed")
    other = BookingFactory(status="confirmed")
    batch = draft(administrator, "bookings", "cancellation", [theirs.id, other.id])
    address = begin(administrator, batch, reason="They asked.")
    service.is_active = False
    db.session.commit()
    anonymise(user)
    undo = begin(administrator, press(administrator, address, "undo").location)
    told = dict(outcomes(administrator, undo))
    assert told[str(other.id)] == "Done"
    assert f"The {side} of this booking is anonymised" in told[str(theirs.id)]
    db.session.expire_all()
    assert (theirs.status, other.status) == ("cancelled", "confirmed")


def test_the_lookups_offer_nobody_who_is_anonymised(app, administrator):
    _booking, customer = settled("customer")
    booking, provider = settled("provider")
    db.session.get(Service, booking.service_id).title = "A title that stays"
    db.session.commit()
    for name, query in (("customer", "anonym"), ("provider", "anonym"), ("service", "title that stays")):
        found = administrator.get(f"/admin/bookings/ajax/lookup/?name={name}&query={query}")
        assert found.status_code == 200
        assert found.json == [], (name, customer, provider)


def test_one_who_is_anonymised_while_a_booking_is_made_gets_none(app):
    """Either the booking is made and the person cannot be anonymised, or the other way round: never both."""
    customer, service, actor = UserFactory(), ServiceFactory(), StaffMemberFactory()
    ids, email, who = (customer.id, service.id), customer.email, actor.id

    def make():
        book(db.session.get(User, ids[0]), db.session.get(Service, ids[1]))

    def take_away():
        anonymise(db.session.get(User, ids[0]), email, actor=db.session.get(StaffMember, who))

    assert sorted(at_once(lambda: outcome_of(make), lambda: outcome_of(take_away))) == ["done", "refused"]


def test_their_listings_wait_for_no_review_and_are_not_approved(app):
    booking, _provider = settled("provider")
    with transaction() as session:
        look_at_outdated(session, most=100)
    state = db.session.get(ServiceState, booking.service_id)
    assert state.needs_review is False
    service, actor = db.session.get(Service, booking.service_id), StaffMemberFactory()
    with pytest.raises(NotAllowedNow, match="anonymised: nobody offers it"), transaction():
        approve_service(service, actor=actor)


def states():
    db.session.rollback()
    return db.session.execute(sa.select(Booking.id, Booking.status, Booking.scheduled_at).order_by(Booking.id)).all()


def outcome_of(act):
    try:
        act()
    except NotAllowedNow:
        return "refused"
    return "done"
