"""Keyset pages."""

import datetime as dt
import itertools
import uuid

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.backoffice import counting
from marketplace.backoffice.counting import CAP, count_each
from marketplace.backoffice.ordering import Order, read_cursor, write_cursor
from marketplace.backoffice.paging import Listed, Place, fetch_page
from marketplace.bookings.models import Booking
from marketplace.extensions import db
from tests.factories import BookingFactory, ServiceFactory, UserFactory, coming_monday

COLUMNS = {
    "status": Booking.status, "scheduled_at": Booking.scheduled_at, "total_amount": Booking.total_amount,
    "created_at": Booking.created_at, "duration": Booking.duration,
}  # fmt: skip

LISTED = Listed.of(Booking, lambda page: sa.select(*page.c))


def make_bookings(count):
    """Make bookings with many ties, and some that have no `created_at`."""
    service, customer = ServiceFactory(), UserFactory()
    db.session.execute(
        Booking.__table__.insert(),
        [
            {
                "id": uuid.uuid4(), "customer_id": customer.id, "service_id": service.id,
                "provider_id": service.provider_id, "status": ("pending", "cancelled")[number % 2],
                "scheduled_at": coming_monday(9) + dt.timedelta(minutes=number % 5),
                "duration": 10 + number % 3, "total_amount": 10 + number % 4,
                "created_at": None if number % 3 == 0 else coming_monday(number % 7),
            }
            for number in range(count)
        ],
    )  # fmt: skip
    db.session.commit()


def page_at(order, size, direction="after", cursor=None):
    place = Place.read(order, size=size, direction=direction, cursor=cursor)
    return fetch_page(db.session(), LISTED, sa.select(Booking.id), place)


def walk(order, size, *, forwards):
    """Return the ids of all pages, first to last, or last to first and then turned round."""
    page = page_at(order, size, "after" if forwards else "last")
    pages = [[row.id for row in page.rows]]
    while cursor := (page.next if forwards else page.previous):
        page = page_at(order, size, "after" if forwards else "before", cursor)
        pages.append([row.id for row in page.rows])
        assert len(pages) < 100, "the pages go round in a circle"
    return [identity for each in (pages if forwards else reversed(pages)) for identity in each]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("size", [1, 4, 13, 100])
def test_every_row_is_visited_once_in_either_direction(app, column, descending, size):
    make_bookings(26)
    order = Order(COLUMNS[column], Booking.id, descending=descending)
    forwards = walk(order, size, forwards=True)
    assert len(forwards) == len(set(forwards)) == 26
    assert walk(order, size, forwards=False) == forwards
    values = [getattr(db.session.get(Booking, identity), column) for identity in forwards]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=descending)
    assert all(value is None for value in values[len(known) :]), "what has no value comes last"


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("further", [(), (Booking.total_amount,), (Booking.total_amount, Booking.scheduled_at)])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("size", [1, 4, 13])
def test_what_is_sorted_the_other_way_within_a_value_is_visited_once_too(app, column, further, descending, size):
    make_bookings(26)
    further = tuple(each for each in further if each.key != column)
    order = Order(COLUMNS[column], Booking.id, descending=descending, further=further, opposed=True)
    rows = [db.session.get(Booking, identity) for identity in walk(order, size, forwards=True)]
    assert len({row.id for row in rows}) == len(rows) == 26
    assert walk(order, size, forwards=False) == [row.id for row in rows]

    def rest(row):
        return (*(getattr(row, each.key) for each in further), str(row.id))

    for _value, group in itertools.groupby(rows, key=lambda row: getattr(row, column)):
        of_one_value = [rest(row) for row in group]
        assert of_one_value == sorted(of_one_value, reverse=not descending)
    known = [value for row in rows if (value := getattr(row, column)) is not None]
    assert known == sorted(known, reverse=descending)


def test_rows_that_come_and_go_double_and_hide_no_other(app):
    make_bookings(20)
    order = Order(Booking.scheduled_at, Booking.id)
    page = page_at(order, 8)
    seen, cursor = [row.id for row in page.rows], page.next
    db.session.execute(sa.delete(Booking).where(Booking.id == seen[3]))
    db.session.commit()
    BookingFactory(scheduled_at=coming_monday(8))
    while cursor:
        page = page_at(order, 8, "after", cursor)
        seen += [row.id for row in page.rows]
        cursor = page.next
    assert len(seen) == len(set(seen)) == 20


def test_the_first_page_offers_no_way_back_and_the_last_no_way_on(app):
    make_bookings(5)
    order = Order(Booking.scheduled_at, Booking.id)
    first = page_at(order, 2)
    last = page_at(order, 2, "last")
    assert (first.previous, last.next) == (None, None)
    assert first.next
    assert last.previous


@pytest.mark.parametrize("column", COLUMNS)
@given(text=st.text(max_size=80))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cursor_of_nobody_s_is_no_cursor(column, text):
    order = Order(COLUMNS[column], Booking.id)
    assert read_cursor(text, order) is None


def test_rows_come_and_go_while_somebody_pages_where_directions_are_mixed(app):
    make_bookings(20)
    order = Order(Booking.status, Booking.id, further=(Booking.scheduled_at,), opposed=True)
    page = page_at(order, 7)
    seen, cursor = [row.id for row in page.rows], page.next
    db.session.execute(sa.delete(Booking).where(Booking.id == seen[-1]))  # The very row that the cursor names.
    db.session.commit()
    BookingFactory(status="cancelled", scheduled_at=coming_monday(20))  # The first of all.
    while cursor:
        page = page_at(order, 7, "after", cursor)
        seen, cursor = seen + [row.id for row in page.rows], page.next
    assert len(seen) == len(set(seen)) == 20


def test_a_cursor_leads_back_to_its_row(app):
    booking = BookingFactory()
    for column in COLUMNS.values():
        order = Order(column, Booking.id)
        position = read_cursor(write_cursor(booking, order), order)
        assert position.values == (getattr(booking, column.key), booking.id)


def test_rows_are_counted_no_further_than_the_cap(app):
    make_bookings(CAP + 30)
    counting._noted.clear()
    every, some = sa.select(Booking.id), sa.select(Booking.id).where(Booking.status == "cancelled")
    counts = count_each(db.session(), {"all": every, "some": some})
    assert (counts["all"].kind, counts["all"].number) == ("more than", CAP)
    assert (counts["some"].kind, counts["some"].number) == ("exactly", (CAP + 30) // 2)
    db.session.execute(sa.text("ANALYZE"))
    lists = {"every": every, "of some length": every.where(Booking.duration > 0)}
    postgresql = db.engine.dialect.name == "postgresql"
    for reckoned in count_each(db.session(), lists, reckoned=lists).values():
        assert (reckoned.kind, reckoned.number) == (("about", CAP) if postgresql else ("more than", CAP))


def test_a_list_that_was_large_a_moment_ago_is_not_counted_again(app, monkeypatch):
    make_bookings(CAP + 1)
    counting._noted.clear()
    lists = {"all": sa.select(Booking.id), "none": sa.select(Booking.id).where(Booking.duration == 1)}
    assert count_each(db.session(), lists)["all"].kind == "more than"
    db.session.execute(sa.update(Booking).values(duration=1))
    assert count_each(db.session(), lists)["none"].kind == "more than", "small ones are counted each time"
    db.session.execute(sa.delete(Booking).where(Booking.status == "pending"))
    db.session.commit()
    assert count_each(db.session(), lists)["all"].kind == "more than"
    monkeypatch.setattr(counting, "A_WHILE", 0.0)
    assert count_each(db.session(), lists)["all"].kind == "exactly"


def test_times_that_the_database_set_page_like_any_other(app):
    make_bookings(4)
    db.session.execute(
        sa.text("UPDATE bookings SET created_at = CURRENT_TIMESTAMP")
        if db.engine.dialect.name == "sqlite"
        else sa.text("UPDATE bookings SET created_at = date_trunc('second', now())")
    )
    db.session.commit()
    BookingFactory(created_at=coming_monday(9))
    assert len(set(walk(Order(Booking.created_at, Booking.id), 1, forwards=True))) == 5
