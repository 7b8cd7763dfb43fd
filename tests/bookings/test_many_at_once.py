"""One verb on many bookings: in few statements and one transaction, and still each booking by itself."""

import re
from collections import Counter
from functools import partial
from html import unescape

import pytest

from marketplace.accounts.operations import revoke_reset_token
from marketplace.backoffice import bulk
from marketplace.bookings import views
from marketplace.bookings.models import Booking
from marketplace.bookings.operations import cancel_booking, confirm_booking
from marketplace.errors import DomainError, NotAllowedNow
from marketplace.extensions import db
from marketplace.permissions import Role
from marketplace.transaction import after_commit, one_of_many, transaction
from tests.audit_log import entries, is_whole
from tests.bookings.test_races import race
from tests.factories import (
    BookingFactory,
    PasswordResetTokenFactory,
    ServiceFactory,
    StaffMemberFactory,
    coming_monday,
)
from tests.test_statements import counted

ADDRESS = "/admin/bookings/action/"


def run(browser, action, ids, token=None):
    """Run the verb and return what the page says of each row, in the order of the rows."""
    token = token or browser.token("/admin/bookings/")
    form = {"action": action, "rowid": [str(each) for each in ids], "confirmed": "1", "reason": "A storm."}
    response = browser.post(ADDRESS, data={**form, "csrf_token": token})
    assert response.status_code == 200
    row = r'id=([0-9a-f-]{36})".*?<div class="value">(.*?)</div>'
    outcomes = re.findall(row, response.get_data(as_text=True), re.DOTALL)
    assert [row_id for row_id, _outcome in outcomes] == [str(each) for each in ids]
    return [unescape(re.sub("<[^>]*>", "", outcome)).strip() for _row_id, outcome in outcomes]


def statuses(bookings):
    db.session.rollback()
    return [booking.status for booking in bookings]


@pytest.mark.parametrize(("action", "constant", "each"), [("cancellation", 8, 0), ("confirmation", 9, 2)])
def test_fifty_rows_take_few_statements(app, support, action, constant, each):
    """The session, the rows, who acts (before and after the commit), changes, the chain's lock and head, entries."""
    for rows in (5, 50):
        ids = [BookingFactory(status="pending").id for _row in range(rows)]
        token = support.token("/admin/bookings/")
        with counted() as statements:
            assert run(support, action, ids, token) == ["Done"] * rows
        assert len(statements) <= constant + rows * each, statements
    assert len(entries()) == 1 + 55  # The log-in is the first.
    assert is_whole()


def test_each_row_is_judged_by_itself_and_the_page_keeps_their_order(app, support):
    bookings = [BookingFactory(status=status) for status in ("completed", "pending", "cancelled", "confirmed")]
    gone = "00000000-0000-4000-8000-000000000000"
    first, second, third, fourth = (booking.id for booking in bookings)
    assert run(support, "cancellation", [third, second, gone, first, fourth]) == [
        "This booking is already cancelled.",
        "Done",
        "This record no longer exists.",
        "A completed booking cannot be cancelled.",
        "Done",
    ]
    assert statuses(bookings) == ["completed", "cancelled", "cancelled", "cancelled"]
    assert [entry.subject_id for entry in entries("booking.cancelled")] == [str(second), str(fourth)]
    assert is_whole()


def test_bookings_of_one_run_do_not_overlap_either(app, support):
    service = ServiceFactory()
    bookings = [BookingFactory(service=service, scheduled_at=coming_monday(hour)) for hour in (10, 11, 10)]
    first, second, third = run(support, "confirmation", [booking.id for booking in bookings])
    assert (first, second) == ("Done", "Done")
    assert third.startswith("The provider has a confirmed booking then")
    assert statuses(bookings) == ["confirmed", "confirmed", "pending"]


def test_more_rows_than_one_transaction_takes_are_all_done(app, support, monkeypatch):
    monkeypatch.setattr(bulk, "ROWS_AT_ONCE", 2)
    bookings = [BookingFactory(status="pending") for _each in range(5)]
    assert run(support, "cancellation", [booking.id for booking in bookings]) == ["Done"] * 5
    assert len(entries("booking.cancelled")) == 5
    assert is_whole()


def spoil(monkeypatch, spoilt, act):
    """Have `act` follow the cancelling of the booking `spoilt`."""

    def cancel(booking, **named):
        cancel_booking(booking, **named)
        if booking.id == spoilt:
            act(booking)

    monkeypatch.setattr(views, "cancel_booking", cancel)


def violate_a_constraint(booking):
    booking.duration = -1  # The database finds it only when the changes of all rows are written.


def refuse_too_late(booking):
    after_commit(lambda: pytest.fail("what was refused has an effect"))
    raise NotAllowedNow("Too late.")


@pytest.mark.parametrize(
    ("act", "sentence"),
    [(violate_a_constraint, "The database refused this, so it was not done."), (refuse_too_late, "Too late.")],
)
def test_a_row_that_fails_takes_no_other_with_it(app, support, monkeypatch, act, sentence):
    bookings = [BookingFactory(status=status) for status in ("pending", "pending", "completed", "confirmed")]
    ids = [booking.id for booking in bookings]
    spoil(monkeypatch, ids[1], act)
    outcomes = run(support, "cancellation", ids)
    assert outcomes == ["Done", sentence, "A completed booking cannot be cancelled.", "Done"]
    assert statuses(bookings) == ["cancelled", "pending", "completed", "cancelled"]
    assert [entry.subject_id for entry in entries("booking.cancelled")] == [str(ids[0]), str(ids[3])]
    assert is_whole()


def test_a_run_that_is_killed_leaves_nothing_half_done(app, support, monkeypatch):
    class Killed(BaseException):
        pass

    def die(_booking):
        raise Killed

    bookings = [BookingFactory(status="pending") for _each in range(3)]
    spoil(monkeypatch, bookings[2].id, die)
    with pytest.raises(Killed):
        run(support, "cancellation", [booking.id for booking in bookings])
    assert statuses(bookings) == ["pending"] * 3
    assert not entries("booking.cancelled")


@pytest.mark.parametrize("action", ["cancellation", "confirmation"])
def test_of_two_runs_at_once_exactly_one_does_each_row(app, as_role, action):
    browsers = [as_role(Role.SUPPORT) for _each in range(2)]
    tokens = [browser.token("/admin/bookings/") for browser in browsers]
    for _round in range(5):
        ids = [BookingFactory(status="pending").id for _each in range(12)]
        db.session.rollback()
        told = [{}, {}]

        def act(place, order, told=told):
            told[place] = dict(zip(order, run(browsers[place], action, order, tokens[place]), strict=True))

        assert race(app, partial(act, 0, ids), partial(act, 1, ids[::-1])) == ["done", "done"]
        for row_id in ids:
            done, refused = sorted((told[0][row_id], told[1][row_id]), key="Done".__ne__)
            assert done == "Done"
            assert "already" in refused
    assert Counter(entry.subject_type for entry in entries())[Booking.__tablename__] == 5 * 12
    assert is_whole()


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
