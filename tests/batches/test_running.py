"""One verb on many bookings: in few statements and few transactions, and still each booking by itself."""

from collections import Counter
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from marketplace.accounts.reset_links import revoke_reset_token
from marketplace.batches import running
from marketplace.bookings import many
from marketplace.bookings.models import Booking
from marketplace.bookings.operations import cancel_booking, confirm_booking
from marketplace.errors import DomainError, NotAllowedNow
from marketplace.extensions import db
from marketplace.permissions import Role
from marketplace.transaction import after_commit, one_of_many, transaction
from tests.audit_log import entries, is_whole
from tests.batch_steps import batch_at, begin, draft, outcomes, press, preview, run
from tests.bookings.test_races import race
from tests.factories import (
    BookingFactory,
    PasswordResetTokenFactory,
    ServiceFactory,
    StaffMemberFactory,
    coming_monday,
)
from tests.pages import fields_of
from tests.raw_rows import stored_rows
from tests.test_statements import counted


def statuses(bookings):
    db.session.rollback()
    return [booking.status for booking in bookings]


@pytest.mark.parametrize(("action", "constant", "each"), [("cancellation", 20, 0), ("confirmation", 21, 2)])
def test_fifty_rows_take_few_statements(app, support, action, constant, each):
    """Session, batch, its beginning; the batch once more, items, rows, who acts; changes, outcomes; entries, twice."""
    for rows in (5, 50):
        ids = [BookingFactory(status="pending").id for _row in range(rows)]
        token = support.token("/admin/bookings/")
        address = draft(support, "bookings", action, ids, token=token)
        with counted() as statements:
            assert press(support, address, "start", token=token, reason="A storm.").status_code == 302
        assert [outcome for _id, outcome in outcomes(support, address)] == ["Done"] * rows
        assert len(statements) <= constant + rows * each, statements
    assert len(entries()) == 1 + 2 + 55  # The log-in, two batches, and each booking.
    assert is_whole()


def test_each_row_is_judged_by_itself_and_the_page_keeps_their_order(app, support):
    bookings = [BookingFactory(status=status) for status in ("completed", "pending", "cancelled", "confirmed")]
    first, second, third, fourth = (booking.id for booking in bookings)
    gone = BookingFactory().id
    address = draft(support, "bookings", "cancellation", [third, second, gone, first, fourth])
    db.session.execute(sa.delete(Booking).where(Booking.id == gone))
    db.session.commit()
    assert preview(support, address)[0] == 2
    begin(support, address)
    assert [outcome for _id, outcome in outcomes(support, address)] == [
        "This booking is already cancelled.",
        "Done",
        "This record no longer exists.",
        "A completed booking cannot be cancelled.",
        "Done",
    ]
    assert statuses(bookings) == ["completed", "cancelled", "cancelled", "cancelled"]
    assert [entry.subject_id for entry in entries("booking.cancelled")] == [str(second), str(fourth)]
    assert is_whole()


def test_what_is_done_in_a_batch_says_so_in_the_log_and_on_the_page(app, support, administrator):
    booking = BookingFactory(status="pending")
    address = draft(support, "bookings", "cancellation", [booking.id])
    begin(support, address)
    [entry] = entries("booking.cancelled")
    assert entry.changes["batch_id"] == [None, address.partition("id=")[2]]
    [started] = entries("batch.started")
    assert (started.subject_label, started.reason) == ("Cancel: 1 booking", "A storm.")
    assert address in support.get(f"/admin/bookings/details/?id={booking.id}").text
    assert administrator.get(f"/admin/audit/details/?id={entry.id}").status_code == 200


def test_bookings_of_one_run_do_not_overlap_either(app, support):
    service = ServiceFactory()
    bookings = [BookingFactory(service=service, scheduled_at=coming_monday(hour)) for hour in (10, 11, 10)]
    first, second, third = run(support, "bookings", "confirmation", [booking.id for booking in bookings])
    assert (first, second) == ("Done", "Done")
    assert third.startswith("The provider has a confirmed booking then")
    assert statuses(bookings) == ["confirmed", "confirmed", "pending"]


def test_more_rows_than_one_transaction_takes_are_all_done(app, support, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 2)
    bookings = [BookingFactory(status="pending") for _each in range(5)]
    assert run(support, "bookings", "cancellation", [booking.id for booking in bookings]) == ["Done"] * 5
    assert len(entries("booking.cancelled")) == 5
    assert is_whole()


def spoil(monkeypatch, spoilt, act):
    """Have `act` follow the cancelling of the booking `spoilt`."""

    def cancel(booking, **named):
        cancel_booking(booking, **named)
        if booking.id == spoilt:
            act(booking)

    monkeypatch.setattr(many, "cancel_booking", cancel)


def violate_a_constraint(booking):
    booking.duration = -1  # The database finds it only when the changes of all rows are written.


def refuse_too_late(booking):
    after_commit(lambda: pytest.fail("what was refused has an effect"))
    raise NotAllowedNow("Too late.")


def break_down(_booking):
    raise ValueError("a fault of ours")


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (violate_a_constraint, "The database refused this, so it was not done."),
        (refuse_too_late, "Too late."),
        (break_down, "Something went wrong here, so it was not done. The fault is ours and has been logged."),
    ],
)
def test_a_row_that_fails_takes_no_other_with_it(app, support, monkeypatch, act, sentence):
    bookings = [BookingFactory(status=status) for status in ("pending", "pending", "completed", "confirmed")]
    ids = [booking.id for booking in bookings]
    spoil(monkeypatch, ids[1], act)
    outcomes = run(support, "bookings", "cancellation", ids)
    assert outcomes == ["Done", sentence, "A completed booking cannot be cancelled.", "Done"]
    assert statuses(bookings) == ["cancelled", "pending", "completed", "cancelled"]
    assert [entry.subject_id for entry in entries("booking.cancelled")] == [str(ids[0]), str(ids[3])]
    assert is_whole()


def test_a_run_that_dies_leaves_nothing_half_done_and_is_gone_on_with(app, support, monkeypatch):
    class Killed(BaseException):
        pass

    def die(_booking):
        raise Killed

    bookings = [BookingFactory(status="pending") for _each in range(5)]
    address = draft(support, "bookings", "cancellation", [booking.id for booking in bookings])
    with monkeypatch.context() as patched:
        patched.setattr(running, "AT_ONCE", 2)
        spoil(patched, bookings[3].id, die)
        with pytest.raises(Killed):
            press(support, address, "start", reason="A storm.")
    assert statuses(bookings) == ["cancelled", "cancelled", "pending", "pending", "pending"]
    assert len(entries("booking.cancelled")) == 2
    page = support.get(address).text
    assert "2 of 5: 3 still wait." in page
    assert press(support, address, "progress").status_code == 302
    assert statuses(bookings) == ["cancelled"] * 5
    assert len(entries("booking.cancelled")) == 5
    assert is_whole()


def test_a_run_that_loses_the_database_is_gone_on_with_where_it_was(app, support, monkeypatch):
    bookings = [BookingFactory(status="pending") for _each in range(4)]
    address = draft(support, "bookings", "cancellation", [booking.id for booking in bookings])

    def lose_the_database(_booking):
        raise OperationalError("statement", {}, Exception("gone"))

    with monkeypatch.context() as patched:
        spoil(patched, bookings[2].id, lose_the_database)
        answer = press(support, address, "start", reason="A storm.")
    assert answer.status_code == 503
    assert statuses(bookings) == ["cancelled", "cancelled", "pending", "pending"], "alone, the first two went through"
    begin(support, address)
    assert statuses(bookings) == ["cancelled"] * 4
    assert len(entries("booking.cancelled")) == 4


@pytest.mark.parametrize("action", ["cancellation", "confirmation"])
def test_of_two_batches_at_once_exactly_one_does_each_row(app, as_role, action):
    browsers = [as_role(Role.SUPPORT) for _each in range(2)]
    tokens = [browser.token("/admin/bookings/") for browser in browsers]
    for _round in range(5):
        ids = [BookingFactory(status="pending").id for _each in range(12)]
        db.session.rollback()
        told = [{}, {}]

        def act(place, order, told=told):
            outcome = run(browsers[place], "bookings", action, order, token=tokens[place])
            told[place] = dict(zip(order, outcome, strict=True))

        assert race(app, partial(act, 0, ids), partial(act, 1, ids[::-1])) == ["done", "done"]
        for row_id in ids:
            done, refused = sorted((told[0][row_id], told[1][row_id]), key="Done".__ne__)
            assert done == "Done"
            assert "already" in refused
    assert Counter(entry.subject_type for entry in entries())[Booking.__tablename__] == 5 * 12
    assert is_whole()


def test_a_batch_that_two_run_at_once_does_each_row_once(app, as_role):
    browsers = [as_role(Role.SUPPORT) for _each in range(2)]
    tokens = [browser.token("/admin/bookings/") for browser in browsers]
    bookings = [BookingFactory(status="pending") for _each in range(40)]
    address = draft(browsers[0], "bookings", "cancellation", [booking.id for booking in bookings])
    acts = (partial(begin, browser, address, token=token) for browser, token in zip(browsers, tokens, strict=True))
    assert race(app, *acts) == ["done", "done"]
    assert statuses(bookings) == ["cancelled"] * 40
    assert len(entries("booking.cancelled")) == 40
    assert len(entries("batch.started")) == 1
    assert (batch_at(address).done, batch_at(address).not_done) == (40, 0)


def test_a_row_that_is_gone_already_when_it_is_chosen_is_named(app, support):
    gone = "00000000-0000-4000-8000-000000000000"
    there = BookingFactory(status="pending").id
    address = draft(support, "bookings", "cancellation", [gone, there])
    assert preview(support, address) == (1, {"This record no longer exists.": 1})
    begin(support, address)
    assert outcomes(support, address) == [(gone, "This record no longer exists."), (str(there), "Done")]


@pytest.mark.parametrize("matching", ["search=%00", "search=a%00b", "%00=x"])
def test_nul_is_refused_wherever_it_hides(app, support, matching):
    form = {"action": "confirmation", "everything": "1", "matching": matching}
    answer = support.post("/admin/bookings/action/", data={**form, "csrf_token": support.token("/admin/profile/")})
    assert answer.status_code == 400


def test_submitting_the_same_page_twice_runs_it_once(app, support):
    bookings = [BookingFactory(status="pending") for _each in range(3)]
    address = begin(support, draft(support, "bookings", "confirmation", [booking.id for booking in bookings]))
    before = stored_rows(but=("staff_sessions",))
    for button in ("start", "progress", "start"):
        answer = press(support, address, button)
        assert answer.status_code == 302
        assert answer.location == address
    assert stored_rows(but=("staff_sessions",)) == before


def test_a_row_that_somebody_holds_is_named_and_can_be_tried_again(app, support):
    """PostgreSQL only: SQLite has one lock for all of it."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite locks no single row")
    bookings = [BookingFactory(status="pending") for _each in range(3)]
    held = bookings[1].id
    token = support.token("/admin/bookings/")
    address = draft(support, "bookings", "cancellation", [booking.id for booking in bookings], token=token)
    with db.engine.begin() as other:
        other.execute(sa.select(Booking.id).where(Booking.id == held).with_for_update())
        begin(support, address, token=token)
    sentence = "Somebody else was changing this just then, so it was not done. Try again."
    assert [outcome for _id, outcome in outcomes(support, address)] == ["Done", sentence, "Done"]
    retry = press(support, address, "retry").location
    assert preview(support, retry) == (1, {})
    page = support.get(retry).text
    assert fields_of(page, f"/admin/batches/{retry.partition('id=')[2]}/start")["reason"] == "A storm."
    assert outcomes(support, begin(support, retry)) == [(str(held), "Done")]


def overlapping():
    service = ServiceFactory()
    BookingFactory(service=service, scheduled_at=coming_monday(10), status="confirmed")
    return BookingFactory(service=service, scheduled_at=coming_monday(10))


@pytest.mark.parametrize(
    ("make", "verb", "named"),
    [
        (lambda: BookingFactory(status="completed"), cancel_booking, {"reason": "A storm."}),
        (lambda: BookingFactory(status="pending"), cancel_booking, {"reason": " "}),
        (lambda: BookingFactory(status="cancelled"), confirm_booking, {}),
        (overlapping, confirm_booking, {}),
        (lambda: PasswordResetTokenFactory(is_used=True), revoke_reset_token, {}),
    ],
)
def test_verbs_for_many_rows_refuse_before_they_change_anything(app, make, verb, named):
    row = make()
    with transaction(), pytest.raises(DomainError), one_of_many(DomainError):
        verb(row, actor=StaffMemberFactory.build(), **named)
