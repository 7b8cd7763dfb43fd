"""What a list does beside finding rows."""

import psycopg
import pytest
import sqlalchemy as sa

from marketplace.backoffice import listing
from marketplace.database import LIMITS
from marketplace.extensions import db
from tests.factories import BookingFactory


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
