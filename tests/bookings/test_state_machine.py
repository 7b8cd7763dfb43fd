"""Verbs on bookings in any order, beside a model of them that is a few lines long."""

import datetime as dt
import uuid
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

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
from marketplace.errors import DomainError
from marketplace.extensions import db
from marketplace.listings.models import Service
from marketplace.transaction import transaction
from tests.audit_log import entries, is_whole
from tests.factories import ServiceFactory, StaffMemberFactory, UserFactory, coming_monday
from tests.servers import empty_tables

UTC = ZoneInfo("UTC")
PAST, COMING = coming_monday(9) - dt.timedelta(days=70), coming_monday(9)

# Few times, half an hour apart, in the past and to come: so bookings meet, touch and overlap often.
times = st.builds(
    lambda day, halves: day + dt.timedelta(minutes=30 * halves), st.sampled_from([PAST, COMING]), st.integers(0, 7)
)
durations = st.sampled_from([30, 60, 90])


@dataclass
class Modelled:
    """What a booking ought to be."""

    status: str
    at: dt.datetime
    duration: int
    notes: str | None = None

    @property
    def end(self):
        return self.at + dt.timedelta(minutes=self.duration)

    @property
    def is_open(self):
        return self.status in ("pending", "confirmed")


class Desk(RuleBasedStateMachine):
    """One provider, any number of bookings, a support agent who tries everything."""

    bookings = Bundle("bookings")

    def __init__(self):
        super().__init__()
        self.service_id, self.customer_id = ServiceFactory().id, UserFactory().id
        self.model: dict[uuid.UUID, Modelled] = {}
        self.recorded = 0

    def teardown(self):
        db.session.rollback()
        db.session.remove()
        empty_tables(db.engine)

    # -- What the agent does -----------------------------------------------------------------------

    @rule(target=bookings, at=times, duration=durations)
    def create(self, at, duration):
        service, customer = db.session.get(Service, self.service_id), db.session.get(User, self.customer_id)
        identity = uuid.uuid4()
        wanted = Modelled("pending", at, duration)
        done = self.attempt(
            lambda: create_booking(
                db.session(),
                booking_id=identity,
                customer=customer,
                service=service,
                scheduled_at=at,
                duration=duration,
                total_amount=None,
                notes=None,
                reason="Agreed by phone.",
                zone=UTC,
                actor=StaffMemberFactory.build(),
            )
        )
        assert done is self.is_free(wanted)
        if done:
            self.model[identity] = wanted
        return identity

    @rule(identity=bookings)
    def confirm(self, identity):
        self.expect(
            identity,
            confirm_booking,
            lambda it: it.status == "pending" and self.is_free(it, but=identity),
            status="confirmed",
        )

    @rule(identity=bookings)
    def cancel(self, identity):
        self.expect(identity, cancel_booking, lambda it: it.is_open, {"reason": "Asked to."}, status="cancelled")

    @rule(identity=bookings)
    def complete(self, identity):
        self.expect(
            identity, complete_booking, lambda it: it.status == "confirmed" and it.at < COMING, status="completed"
        )

    @rule(identity=bookings, at=times, knows=st.booleans())
    def reschedule(self, identity, at, knows):
        was_at = self.model[identity].at if identity in self.model and knows else COMING - dt.timedelta(days=1)
        self.expect(
            identity,
            reschedule_booking,
            lambda it: (
                it.is_open and knows and it.at != at and self.is_free(Modelled("", at, it.duration), but=identity)
            ),
            {"was_at": was_at, "scheduled_at": at, "reason": "Agreed by phone.", "zone": UTC},
            at=at,
        )

    @rule(identity=bookings, duration=durations)
    def lengthen(self, identity, duration):
        self.expect(
            identity,
            edit_booking,
            lambda it: (
                it.duration == duration
                or (
                    it.is_open and (it.status == "pending" or self.is_free(Modelled("", it.at, duration), but=identity))
                )
            ),
            {"changes": {"duration": duration}},
            duration=duration,
        )

    @rule(identity=bookings, notes=st.sampled_from([None, "Ring.", "Do not ring."]))
    def note(self, identity, notes):
        self.expect(identity, edit_booking, lambda _it: True, {"changes": {"notes": notes}}, notes=notes)

    # -- What has to hold --------------------------------------------------------------------------

    @invariant()
    def the_rows_are_as_the_model_says(self):
        db.session.rollback()
        rows = {
            row.id: Modelled(row.status, row.scheduled_at, row.duration, row.notes) for row in db.session.query(Booking)
        }
        assert rows == self.model

    @invariant()
    def no_two_confirmed_bookings_overlap(self):
        confirmed = sorted((it for it in self.model.values() if it.status == "confirmed"), key=lambda it: it.at)
        assert all(one.end <= next_one.at for one, next_one in pairwise(confirmed))

    @invariant()
    def the_log_tells_how_each_row_came_to_be_so(self):
        told = entries()
        assert len(told) == self.recorded
        assert is_whole()
        columns = {}
        for entry in told:
            row = columns.setdefault(uuid.UUID(entry.subject_id), {})
            for name, (old, new) in entry.changes.items():
                assert row.get(name) == old
                row[name] = new
        assert {
            identity: (row["status"], dt.datetime.fromisoformat(row["scheduled_at"]), row["duration"], row.get("notes"))
            for identity, row in columns.items()
        } == {identity: (it.status, it.at, it.duration, it.notes) for identity, it in self.model.items()}

    # -- What that is made of ----------------------------------------------------------------------

    def is_free(self, wanted, but=None):
        """Whether no other confirmed booking is in the way."""
        return not any(
            it.status == "confirmed" and it.at < wanted.end and wanted.at < it.end
            for identity, it in self.model.items()
            if identity != but
        )

    def expect(self, identity, verb, allowed, named=None, **changes):
        """Run the verb; it has to be done exactly if the model allows it, and to change just that."""
        if identity not in self.model:
            return  # Creating it was refused.
        it = self.model[identity]
        expected = allowed(it)
        before = dict(vars(it))
        booking = db.session.get(Booking, identity)
        done = self.attempt(
            lambda: verb(booking, actor=StaffMemberFactory.build(), **(named or {})),
            records=expected and before != before | changes,
        )
        assert done is expected
        if done:
            vars(it).update(changes)

    def attempt(self, act, *, records=True):
        try:
            with transaction():
                act()
        except DomainError:
            return False
        self.recorded += records
        return True


def test_any_order_of_verbs_leaves_rows_and_log_as_the_model_says(app):
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
