"""Each verb against each other one: what comes of two at once is what one after the other comes to."""

import datetime as dt
import os
import uuid
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations_with_replacement, pairwise
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import User
from marketplace.bookings.models import Booking
from marketplace.bookings.operations import (
    cancel_booking,
    complete_booking,
    confirm_booking,
    create_booking,
    edit_booking,
    reschedule_booking,
)
from marketplace.extensions import db
from marketplace.listings.models import Service
from marketplace.transaction import transaction
from tests.audit_log import entries, is_whole
from tests.bookings.test_races import race
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, UserFactory, coming_monday

ROUNDS = int(os.environ.get("RACE_ROUNDS", "6"))
"""Of each pair, some with every run; by hand 200: `RACE_ROUNDS=200 pytest tests/bookings/test_race_pairs.py`."""

UTC = ZoneInfo("UTC")
ENDED = coming_monday(10) - dt.timedelta(days=70)


@dataclass(frozen=True)
class State:
    """A booking as far as verbs judge and change it."""

    status: str
    at: dt.datetime
    duration: int = 60


STARTS = (State("pending", coming_monday(10)), State("pending", ENDED), State("confirmed", ENDED))
"""In each round another one; together they let each verb win."""


# -- The verbs, and what they do to a booking by the rules ----------------------------------------
# `number` tells the two who race apart: they want different things.


def confirm(booking, _start, _number, actor):
    confirm_booking(booking, actor=actor)


def cancel(booking, _start, _number, actor):
    cancel_booking(booking, reason="Asked to.", actor=actor)


def complete(booking, _start, _number, actor):
    complete_booking(booking, actor=actor)


def reschedule(booking, start, number, actor):
    reschedule_booking(
        booking, was_at=start.at, scheduled_at=coming_monday(14 + number), reason="Asked to.", zone=UTC, actor=actor
    )


def edit(booking, _start, number, actor):
    edit_booking(booking, changes={"duration": 90 + number}, actor=actor)


ACTIONS = {
    confirm: "booking.confirmed",
    cancel: "booking.cancelled",
    complete: "booking.completed",
    reschedule: "booking.rescheduled",
    edit: "booking.edited",
}


def after(verb, state, start, number):
    """Return the state that the rules let `verb` lead to; None where they refuse it."""
    is_open = state.status in ("pending", "confirmed")
    allowed, changed = {
        confirm: (state.status == "pending", {"status": "confirmed"}),
        cancel: (is_open, {"status": "cancelled"}),
        complete: (state.status == "confirmed" and state.at == ENDED, {"status": "completed"}),
        reschedule: (is_open and state.at == start.at, {"at": coming_monday(14 + number)}),
        edit: (is_open, {"duration": 90 + number}),
    }[verb]
    return replace(state, **changed) if allowed else None


def one_after_the_other(pair, start, order):
    """Return what comes of it by the rules: which are done, the state in the end, what the log tells."""
    state, done, told = start, [False, False], []
    for number in order:
        changed = after(pair[number], state, start, number)
        if changed is not None:
            state, done[number] = changed, True
            told.append(ACTIONS[pair[number]])
    return done, state, told


# -- The races ------------------------------------------------------------------------------------


def act(booking_id, verb, start, number):
    booking = db.session.get(Booking, booking_id)
    with transaction():
        verb(booking, start, number, StaffMemberFactory.build())


def names(pair):
    return "-".join(verb.__name__ for verb in pair)


@pytest.mark.parametrize("pair", list(combinations_with_replacement(ACTIONS, 2)), ids=names)
def test_two_verbs_on_one_booking_come_to_what_one_after_the_other_does(app, pair):
    for number in range(ROUNDS):
        start = STARTS[number % len(STARTS)]
        booking_id = BookingFactory(status=start.status, scheduled_at=start.at, duration=start.duration).id
        db.session.rollback()
        before = len(entries())
        db.session.rollback()
        outcomes = race(app, *(partial(act, booking_id, verb, start, place) for place, verb in enumerate(pair)))
        booking = db.session.get(Booking, booking_id)
        state = State(booking.status, booking.scheduled_at, booking.duration)
        told = entries()[before:]
        came = ([outcome == "done" for outcome in outcomes], state, [entry.action for entry in told])
        possible = [one_after_the_other(pair, start, order) for order in ((0, 1), (1, 0))]
        assert came in possible, outcomes
        if {sum(done) for done, _state, _told in possible} == {1}:
            assert came[0].count(True) == 1, "they exclude one another"
        assert replayed(start, told) == state, "the log and the row agree"
    assert is_whole()


def replayed(start, told):
    """Return the state that the log's entries lead to, each of which begins where the one before has ended."""
    columns = {"status": start.status, "scheduled_at": written(start.at), "duration": start.duration}
    for entry in told:
        for name, (old, new) in entry.changes.items():
            assert columns[name] == old
            columns[name] = new
    return State(columns["status"], dt.datetime.fromisoformat(columns["scheduled_at"]), columns["duration"])


def written(moment):
    return moment.isoformat(timespec="microseconds")


def book(booking_id, service_id, customer_id):
    service, customer = db.session.get(Service, service_id), db.session.get(User, customer_id)
    with transaction() as session:
        create_booking(
            session,
            booking_id=booking_id,
            customer=customer,
            service=service,
            scheduled_at=coming_monday(14),
            duration=None,
            total_amount=None,
            notes=None,
            reason="",
            zone=UTC,
            actor=StaffMemberFactory.build(),
        )


def test_a_booking_that_is_sent_twice_at_once_is_made_once(app):
    for number in range(ROUNDS):
        booking_id, service_id, customer_id = uuid.uuid4(), ServiceFactory().id, UserFactory().id
        db.session.rollback()
        assert race(app, *[partial(book, booking_id, service_id, customer_id)] * 2) == ["done", "done"]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == number + 1
        assert len(entries("booking.created")) == number + 1


def move_there(bookings):
    """Move another confirmed booking to that time."""
    act(bookings["early"], reschedule, State("confirmed", coming_monday(9)), 0)


def confirm_there(bookings):
    """Confirm what is pending at that time."""
    act(bookings["pending"], confirm, None, 0)


def grow_into_it(bookings):
    """Have the booking before it last until then and longer."""
    act(bookings["before"], edit, None, 0)


@pytest.mark.parametrize("other", [move_there, confirm_there, grow_into_it], ids=lambda other: other.__name__)
def test_of_two_that_want_one_time_of_a_provider_exactly_one_gets_it(app, other):
    for _round in range(ROUNDS):
        service = ServiceFactory()
        bookings = {
            name: BookingFactory(service=service, status=status, scheduled_at=coming_monday(hour)).id
            for name, status, hour in (
                ("early", "confirmed", 9),
                ("moved", "confirmed", 10),
                ("before", "confirmed", 13),
                ("pending", "pending", 14),
            )
        }
        db.session.rollback()
        move = partial(act, bookings["moved"], reschedule, State("confirmed", coming_monday(10)), 0)
        outcomes = race(app, move, partial(other, bookings))
        assert sorted(outcome == "done" for outcome in outcomes) == [False, True], outcomes
        assert any("confirmed booking then" in outcome for outcome in outcomes)
        assert_apart(bookings.values())


def assert_apart(ids):
    rows = sa.select(Booking).where(Booking.id.in_(ids), Booking.status == "confirmed")
    confirmed = list(db.session.scalars(rows.order_by(Booking.scheduled_at)))
    assert all(first.ends_at <= second.scheduled_at for first, second in pairwise(confirmed))
