"""What a list does beside finding rows."""

import datetime as dt
import re
from html import unescape

import psycopg
import pytest
import sqlalchemy as sa

from marketplace.backoffice import listing
from marketplace.bookings.models import Booking
from marketplace.connections import LIMITS
from marketplace.extensions import db
from tests.factories import BookingFactory, coming_monday


def too_slow(*_arguments, **_options):
    raise sa.exc.OperationalError("SELECT", {}, psycopg.errors.QueryCanceled("canceling statement due to timeout"))


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ("?search=an", ("Type more of the name", "Paste an id", "Choose “Status” above")),
        ("?status=pending", ("Choose “From” above",)),
        ("?sort=total_amount", ("Go back to the usual order",)),
    ],
)
def test_a_list_that_takes_too_long_says_how_to_ask_for_less(support, monkeypatch, query, advice):
    BookingFactory()
    monkeypatch.setattr(listing, "fetch_page", too_slow)
    monkeypatch.setattr(listing, "search_page", too_slow)
    answer = support.get(f"/admin/bookings/{query}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for sentence in ("takes too long", *advice):
        assert sentence in page
    assert support.get("/admin/bookings/details/?id=x").status_code == 404, "the session goes on"


def test_tabs_say_how_many_rows_each_part_has(support):
    for status, number in (("pending", 3), ("confirmed", 2)):
        for _each in range(number):
            BookingFactory(status=status)
    counts = {"Pending": "3", "Confirmed": "2", "Completed": "0", "Cancelled": "0"}
    assert tabs_on(support, "/admin/bookings/") == {"All": "", **counts}
    assert tabs_on(support, "/admin/bookings/?status=pending") == {"All": "", **counts}
    for narrowed in ("?search=example", "?from=2026-01-01"):
        assert tabs_on(support, f"/admin/bookings/{narrowed}") == {"All": "", **dict.fromkeys(counts, "")}


def test_a_list_of_moments_can_be_opened_at_a_day(app, support):
    days = [coming_monday(9) + dt.timedelta(days=number) for number in range(6)]
    for day in days:
        BookingFactory(scheduled_at=day, created_at=day)
    third = f"{days[2]:%Y-%m-%d}"
    newest_first = ids_on(support, f"/admin/bookings/?at={third}")
    assert newest_first == booked_on(days[2::-1])
    soonest_first = ids_on(support, f"/admin/bookings/?sort=scheduled_at&at={third}")
    assert soonest_first == booked_on(days[2:])
    page = support.get(f"/admin/bookings/?sort=scheduled_at&at={third}").get_data(as_text=True)
    before = unescape(page.split('rel="prev" href="')[1].split('"')[0])
    assert ids_on(support, before) == booked_on(days[:2])


@pytest.mark.parametrize("day", ["", "x", "2026-02-30", "0001-01-01", "9999-12-31", "20260101", "-1", "2026-W01-1"])
def test_a_day_that_is_none_opens_the_list_as_usual(support, day):
    BookingFactory()
    for sort in ("", "&sort=scheduled_at", "&sort=total_amount", "&sort=created_at&desc=1"):
        assert support.get(f"/admin/bookings/?at={day}{sort}").status_code == 200


def test_another_fault_of_the_database_is_not_taken_for_a_slow_list(support, monkeypatch):
    def gone(*_arguments, **_options):
        raise sa.exc.OperationalError("SELECT", {}, psycopg.OperationalError("server closed the connection"))

    monkeypatch.setattr(listing, "fetch_page", gone)
    assert support.get("/admin/bookings/").status_code == 503


def test_a_connection_waits_no_longer_than_it_may(app):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has none of these limits but busy_timeout")
    for name, seconds in LIMITS.items():
        shown = db.session.scalar(sa.text("SELECT setting::int FROM pg_settings WHERE name = :name"), {"name": name})
        assert shown == seconds * 1000
    with pytest.raises(sa.exc.OperationalError, match="statement timeout"):
        db.session.execute(sa.text("SET LOCAL statement_timeout = '50ms'; SELECT pg_sleep(10)"))
    db.session.rollback()


# -- What the tests above are made of ------------------------------------------------------------


def tabs_on(browser, address):
    nav = browser.get(address).get_data(as_text=True).split('<nav class="tabs"')[1].split("</nav>")[0]
    found = re.findall(r'<a [^>]*>([^<]+?)\s*(?:<span class="tab-count">([^<]*)</span>)?</a>', nav)
    return dict(found)


def ids_on(browser, address):
    page = browser.get(address).get_data(as_text=True)
    return re.findall(r'<th scope="row"[^>]*><a href="[^"]*id=([0-9a-f-]{36})"', page)


def booked_on(days):
    return [str(db.session.scalar(sa.select(Booking.id).where(Booking.scheduled_at == day))) for day in days]
