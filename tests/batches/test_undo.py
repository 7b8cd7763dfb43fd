"""Undoing a batch: it puts back what it says, and no more."""

import datetime as dt
import uuid

import pytest
import sqlalchemy as sa

from marketplace.batches.models import Batch
from marketplace.bookings.models import REVERSALS, TRANSITIONS, Booking, BookingStatus
from marketplace.bookings.operations import restore_booking
from marketplace.errors import InvalidTransition, NotAllowedNow
from marketplace.extensions import db
from marketplace.permissions import Role
from marketplace.transaction import transaction
from tests.audit_log import entries, is_whole
from tests.batch_steps import batch_at, begin, draft, outcomes, press, preview, work_as_briefly_as_possible
from tests.factories import (
    BookingFactory,
    PasswordResetTokenFactory,
    ServiceFactory,
    StaffMemberFactory,
    coming_monday,
)
from tests.raw_rows import stored_rows

LAST_MONDAY = coming_monday() - dt.timedelta(days=70)
OURS = ("staff_sessions", "batches", "batch_items", "audit_events")
SINCE = "This was changed since, so it is left as it is."


def begun(browser, verb, bookings):
    return begin(browser, draft(browser, "bookings", verb, [booking.id for booking in bookings]))


def undone(browser, address):
    return begin(browser, press(browser, address, "undo").location)


def columns_of(booking_id):
    return db.session.execute(sa.select(*Booking.__table__.columns).where(Booking.id == booking_id)).one()


def make(verb):
    """Make bookings to which `verb` can be done, from every state it can be done in."""
    if verb == "completion":
        return [BookingFactory(status="confirmed", scheduled_at=LAST_MONDAY) for _each in range(3)]
    states = ("pending", "confirmed") if verb == "cancellation" else ("pending",)
    return [BookingFactory(status=status, notes="Ring twice.") for status in states for _each in range(2)]


@pytest.mark.parametrize("verb", ["confirmation", "completion", "cancellation"])
def test_every_table_is_as_it_was_to_the_last_bit(app, support, verb):
    bookings = make(verb)
    before = stored_rows(but=OURS)
    address = begun(support, verb, bookings)
    assert stored_rows(but=OURS) != before
    undo = undone(support, address)
    assert stored_rows(but=OURS) == before
    assert [outcome for _id, outcome in outcomes(support, undo)] == ["Done"] * len(bookings)
    assert len(entries("booking.restored")) == len(bookings)
    assert is_whole()


@pytest.mark.parametrize(
    "touch",
    [
        {"notes": "She rang."},
        {"duration": 61},
        {"total_amount": 41},
        {"scheduled_at": coming_monday(13)},
        {"status": "completed"},
    ],
    ids=lambda touch: next(iter(touch)),
)
def test_what_was_touched_since_is_named_and_left_alone(app, support, touch):
    """Touched by us or by another program: the row itself tells."""
    bookings = [BookingFactory(status="confirmed") for _each in range(3)]
    address = begun(support, "cancellation", bookings)
    touched = bookings[1].id
    db.session.execute(sa.update(Booking).where(Booking.id == touched).values(touch))
    db.session.commit()
    before = columns_of(touched)
    undo = press(support, address, "undo").location
    assert preview(support, undo) == (2, {SINCE: 1})
    begin(support, undo)
    assert dict(outcomes(support, undo)) == {
        str(booking.id): SINCE if booking.id == touched else "Done" for booking in bookings
    }
    assert columns_of(touched) == before
    db.session.expire_all()
    assert [db.session.get(Booking, booking.id).status for booking in bookings] == [
        "confirmed",
        touch.get("status", "cancelled"),
        "confirmed",
    ]


def test_it_can_be_touched_between_the_preview_and_its_turn(app, support):
    bookings = [BookingFactory(status="pending") for _each in range(2)]
    undo = press(support, begun(support, "cancellation", bookings), "undo").location
    assert preview(support, undo) == (2, {})
    db.session.execute(sa.update(Booking).where(Booking.id == bookings[0].id).values(notes="Meanwhile."))
    db.session.commit()
    begin(support, undo)
    assert [outcome for _id, outcome in outcomes(support, undo)] == ["Done", SINCE]


def test_only_what_was_done_is_put_back(app, support):
    pending, completed = BookingFactory(status="pending"), BookingFactory(status="completed")
    undo = undone(support, begun(support, "cancellation", [pending, completed]))
    assert outcomes(support, undo) == [(str(pending.id), "Done")]


def test_what_has_taken_its_place_meanwhile_is_not_overlapped(app, support):
    service = ServiceFactory()
    booking = BookingFactory(service=service, status="confirmed", scheduled_at=coming_monday(9))
    address = begun(support, "cancellation", [booking])
    BookingFactory(service=service, status="confirmed", scheduled_at=coming_monday(9))
    undo = press(support, address, "undo").location
    assert preview(support, undo) == (0, {"The provider has a confirmed booking then.": 1})
    assert press(support, undo, "start").status_code == 302
    [(_id, outcome)] = outcomes(support, undo)
    assert outcome.startswith("The provider has a confirmed booking then: ")
    assert db.session.get(Booking, booking.id).status == "cancelled"


def test_it_is_a_recorded_act_of_its_own(app, support, as_role):
    booking = BookingFactory(status="pending")
    address = begun(support, "confirmation", [booking])
    colleague = as_role(Role.SUPPORT)
    undo = undone(colleague, address)
    restored = entries("booking.restored")[0]
    assert restored.changes == {"status": ["confirmed", "pending"], "batch_id": [None, undo.partition("id=")[2]]}
    assert restored.actor_id == colleague.member_id
    started = entries("batch.started")[-1]
    assert started.subject_label == "Undo “Confirm”: 1 booking"
    assert started.changes["undoes_id"] == [None, address.partition("id=")[2]]
    page = support.get(address).text
    assert "Undone by" in page
    assert undo in page
    assert "A change of many bookings was undone." in support.get(f"/admin/bookings/details/?id={booking.id}").text


def test_it_is_undone_once_however_often_it_is_asked_for(app, support):
    bookings = [BookingFactory(status="pending") for _each in range(2)]
    address = begun(support, "cancellation", bookings)
    first, second = (press(support, address, "undo").location for _each in range(2))
    begin(support, first)
    late = press(support, second, "start")
    assert late.status_code == 409
    assert "It was undone already." in late.text
    assert press(support, address, "undo").status_code == 409
    assert len(entries("booking.restored")) == 2
    undoing = press(support, first, "undo")
    assert undoing.status_code == 409
    assert "This is an undoing itself." in undoing.text


def test_it_can_be_undone_for_a_day(app, support):
    bookings = [BookingFactory(status="pending") for _each in range(2)]
    address = begun(support, "cancellation", bookings)
    drafted = press(support, address, "undo").location
    finish(address, hours=23.9)
    assert "Undo…" in support.get(address).text
    assert preview(support, press(support, address, "undo").location) == (2, {})
    finish(address, hours=24.1)
    assert "Undo…" not in support.get(address).text
    for answer in (press(support, address, "undo"), press(support, drafted, "start")):
        assert answer.status_code == 409
        assert "It could be undone until" in answer.text
    assert not entries("booking.restored")


def finish(address, *, hours):
    """Let the batch have finished so many hours ago."""
    batch = batch_at(address)
    db.session.execute(
        sa.update(Batch)
        .where(Batch.id == batch.id)
        .values(finished_at=dt.datetime.now(dt.UTC) - dt.timedelta(hours=hours))
    )
    db.session.commit()


def test_a_verb_that_has_no_way_back_says_so(app, support):
    token = PasswordResetTokenFactory()
    draft_address = draft(support, "reset-tokens", "revocation", [token.id])
    assert "It cannot be undone." in support.get(draft_address).text
    address = begin(support, draft_address)
    assert "Undo…" not in support.get(address).text
    answer = press(support, address, "undo")
    assert answer.status_code == 409
    assert "This cannot be undone." in answer.text


def test_a_batch_that_was_stopped_is_undone_as_far_as_it_came(app, support, monkeypatch):
    bookings = [BookingFactory(status="pending") for _each in range(5)]
    monkeypatch.setattr("marketplace.batches.running.AT_ONCE", 2)
    work_as_briefly_as_possible(app, monkeypatch)
    address = draft(support, "bookings", "cancellation", [booking.id for booking in bookings])
    press(support, address, "start", reason="A storm.")
    assert press(support, address, "undo").status_code == 409
    assert press(support, address, "stop").status_code == 302
    stopped = "The batch was stopped before this was done."
    assert [outcome for _id, outcome in outcomes(support, address)] == ["Done"] * 2 + [stopped] * 3
    assert press(support, address, "stop").status_code == 409
    undone(support, address)
    assert {booking.status for booking in db.session.query(Booking)} == {"pending"}
    assert len(entries("batch.stopped")) == 1


# -- Its rule ------------------------------------------------------------------------------------


def test_reversals_are_the_transitions_turned_round():
    there = {(earlier, later) for earlier, laters in TRANSITIONS.items() for later in laters}
    assert {(earlier, later) for later, earliers in REVERSALS.items() for earlier in earliers} == there


@pytest.mark.parametrize("status", list(BookingStatus))
@pytest.mark.parametrize("was", list(BookingStatus))
def test_a_booking_goes_back_one_step_along_its_transitions_and_no_other_way(app, status, was):
    booking = BookingFactory(status=status)
    if was in REVERSALS[status]:
        with transaction():
            restore_booking(booking, was={"status": was}, actor=StaffMemberFactory.build())
        assert db.session.get(Booking, booking.id).status == was
    elif was != status:
        with pytest.raises(NotAllowedNow), transaction():
            restore_booking(booking, was={"status": was}, actor=StaffMemberFactory.build())
        with pytest.raises(InvalidTransition):
            Booking(status=status.value).move_back_to(was)
    assert isinstance(booking.id, uuid.UUID)
