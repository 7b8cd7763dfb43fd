"""What a preview announces is what becomes of the rows."""

import datetime as dt
import uuid
from collections import Counter

import pytest

from marketplace.batches.models import Batch
from marketplace.bookings.models import Booking
from marketplace.extensions import db
from tests.batch_steps import begin, draft, outcomes, press, preview
from tests.factories import BookingFactory, ServiceFactory, coming_monday
from tests.raw_rows import stored_rows
from tests.test_statements import counted

LAST_MONDAY = coming_monday() - dt.timedelta(days=70)


def mixed_bookings():
    """Make bookings in every state, some of which stand in each other's way."""
    service = ServiceFactory()
    for status in ("pending", "confirmed", "completed", "cancelled"):
        for _each in range(3):
            BookingFactory(status=status)
        BookingFactory(status=status, scheduled_at=LAST_MONDAY)
    BookingFactory(service=service, status="confirmed", scheduled_at=coming_monday(9))
    for hour, minutes in ((9, 60), (10, 60), (10, 60), (11, 90), (12, 60), (13, 30)):
        BookingFactory(service=service, status="pending", scheduled_at=coming_monday(hour), duration=minutes)


def gist(outcome):
    """Return what the outcomes of one kind have in common."""
    return outcome.partition(": ")[0].removesuffix(".")


@pytest.mark.parametrize("verb", ["confirmation", "completion", "cancellation"])
def test_preview_counts_equal_the_outcome_on_a_mixed_fixture(app, support, verb):
    mixed_bookings()
    everything = draft(support, "bookings", verb, everything="1", matching="")
    ready, refused = preview(support, everything)
    begin(support, everything)
    told = Counter(gist(outcome) for _id, outcome in outcomes(support, everything))
    assert ready == told.pop("Done")
    assert {gist(reason): number for reason, number in refused.items()} == told
    assert ready + sum(told.values()) == 23


def test_the_preview_of_an_undo_equals_its_outcome(app, support):
    mixed_bookings()
    cancelled = begin(support, draft(support, "bookings", "cancellation", everything="1", matching=""))
    done = [row_id for row_id, outcome in outcomes(support, cancelled) if outcome == "Done"]
    touched = db.session.get(Booking, uuid.UUID(done[0]))
    touched.notes = "Meanwhile."
    db.session.commit()
    undo = press(support, cancelled, "undo").location
    assert preview(support, undo) == (len(done) - 1, {"This was changed since, so it is left as it is.": 1})
    begin(support, undo)
    told = Counter(outcome for _id, outcome in outcomes(support, undo))
    assert told == {"Done": len(done) - 1, "This was changed since, so it is left as it is.": 1}


def test_a_preview_does_nothing_to_any_row(app, support):
    mixed_bookings()
    before = stored_rows(but=("staff_sessions", "batches", "batch_items"))
    address = draft(support, "bookings", "confirmation", everything="1", matching="status=pending")
    for _look in range(2):
        assert support.get(address).status_code == 200
    assert stored_rows(but=("staff_sessions", "batches", "batch_items")) == before


def test_refusals_that_differ_in_a_detail_are_one_group_with_examples(app, support):
    first, second = (ServiceFactory() for _each in range(2))
    for service in (first, second):
        BookingFactory(service=service, status="confirmed", scheduled_at=coming_monday(9))
    ids = [BookingFactory(service=service, scheduled_at=coming_monday(9)).id for service in (first, second)]
    address = draft(support, "bookings", "confirmation", ids)
    assert preview(support, address) == (0, {"The provider has a confirmed booking then.": 2})
    page = support.get(address).text
    assert first.title in page
    assert second.title in page


def test_everything_is_what_the_search_and_the_filters_leave(app, support):
    piano = ServiceFactory(title="Piano lesson")
    for service in (piano, ServiceFactory(title="Lawn mowing")):
        for status in ("pending", "confirmed"):
            for _each in range(30):
                BookingFactory(service=service, status=status)
    address = draft(
        support, "bookings", "cancellation", everything="1", matching="search=piano&status=pending&page_size=25"
    )
    assert preview(support, address) == (30, {})
    begin(support, address)
    left = Counter((booking.service_id == piano.id, booking.status) for booking in db.session.query(Booking))
    assert left == {(True, "cancelled"): 30, (True, "confirmed"): 30, (False, "pending"): 30, (False, "confirmed"): 30}
    page = support.get(address).text
    assert "piano" in page
    assert db.session.query(Batch).one().selection == {"search": "piano", "status": "pending"}


@pytest.mark.parametrize(
    ("matching", "status"), [("from=soon", 400), (None, 400), ("status=pending&search=nobody", 302)]
)
def test_what_cannot_be_understood_or_matches_nothing_drafts_nothing(app, support, matching, status):
    BookingFactory()
    form = {"action": "cancellation", "everything": "1", "csrf_token": support.token("/admin/profile/")}
    answer = support.post("/admin/bookings/action/", data={**form, **({"matching": matching} if matching else {})})
    assert answer.status_code == status
    assert db.session.query(Batch).count() == 0


def test_more_than_a_batch_holds_is_said_and_not_cut_short(app, support, monkeypatch):
    monkeypatch.setattr("marketplace.backoffice.bulk.MOST_ITEMS", 3)
    for _each in range(4):
        BookingFactory()
    back = draft(support, "bookings", "cancellation", everything="1", matching="")
    assert back == "/admin/bookings/"
    assert "More than 3 rows match" in support.get(back).text
    assert db.session.query(Batch).count() == 0


def test_thousands_are_foreseen_in_few_statements(app, support):
    mixed_bookings()
    address = draft(support, "bookings", "confirmation", everything="1", matching="")
    with counted() as few:
        support.get(address)
    for _each in range(40):
        BookingFactory(status="pending")
    address = draft(support, "bookings", "confirmation", everything="1", matching="")
    with counted() as more:
        support.get(address)
    assert len(more) == len(few)
