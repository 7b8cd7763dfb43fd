"""Exports by PostgreSQL's COPY: the same file as without, and nothing left behind by a reader who goes away."""

import threading
import time

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from marketplace.backoffice import copying, export
from marketplace.backoffice.copying import Tally, copy_lines
from marketplace.backoffice.ordering import Order
from marketplace.bookings.models import Booking
from marketplace.bookings.queries import exported_bookings
from marketplace.extensions import db
from tests.backoffice.test_export import FORMULAS, read_csv
from tests.factories import BookingFactory, ServiceFactory, UserFactory
from tests.raw_rows import overwrite
from tests.test_malformed_rows import NOBODY, SHAPES, TEXTS

NEWEST = Order(Booking.created_at, Booking.id, descending=True)
LETTERS = ["é", "я", "日本", "＝", "😀", "_x", "[x", "{x", "~", "0", "9-1", "a=b", "\u00a0=1", "\u2003+1", "\u3000@x"]


@pytest.fixture
def copying_app(app):
    """The app on the database that can copy."""
    if not copying.can_copy(db.engine):
        pytest.skip("SQLite has no COPY")
    return app


@pytest.fixture
def many_bookings(copying_app):
    """More rows than fit into the chunk on its way and into what the network holds."""
    booking = BookingFactory(notes="A note. " * 1000)
    db.session.execute(
        sa.insert(Booking).from_select(
            ["id", "customer_id", "service_id", "provider_id", "status", "scheduled_at", "duration", "total_amount",
             "notes"],
            sa.select(
                sa.func.gen_random_uuid(), Booking.customer_id, Booking.service_id, Booking.provider_id, Booking.status,
                Booking.scheduled_at, Booking.duration, Booking.total_amount, Booking.notes,
            ).join_from(Booking, sa.func.generate_series(1, 3000).table_valued("number"), sa.true()),
        )
    )  # fmt: skip
    db.session.commit()
    return booking


def copied(select=None, order=NEWEST, tally=None):
    select = exported_bookings() if select is None else select
    return copy_lines(db.engine, select, order, head=b"", tally=tally or Tally())


def running_copies():
    with db.engine.connect() as connection:
        return connection.scalar(
            sa.text(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'COPY%'"
            )
        )


def soon_none_runs():
    until = time.monotonic() + 10
    while running_copies() and time.monotonic() < until:
        time.sleep(0.05)
    return not running_copies()


def test_the_copied_file_is_the_same_to_the_byte(copying_app):
    service = ServiceFactory()
    for text in (*FORMULAS, *LETTERS, *TEXTS.values(), None):
        BookingFactory(service=service, notes=text)
    for shape in SHAPES:
        customer = UserFactory()
        BookingFactory(service=service, customer=customer)
        overwrite(customer, profile=shape)
    for moment in ("infinity", "-infinity", "0044-03-15 BC", "10000-01-01", "0999-12-31 23:59:59.999+00"):
        overwrite(BookingFactory(), scheduled_at=moment, created_at=moment)
    overwrite(BookingFactory(), created_at=None)
    overwrite(BookingFactory(), customer_id=NOBODY, provider_id=NOBODY, service_id=NOBODY)
    overwrite(service, currency=None, title='a "quoted", title')
    for order in (NEWEST, Order(Booking.scheduled_at, Booking.id)):
        rows = export.exported_rows(db.session(), exported_bookings(), order)
        assert b"".join(copied(order=order)) == b"".join(export.csv_chunks(b"", rows, Tally()))


def test_a_file_comes_in_chunks_of_64_kib_and_ends_with_its_last_row(many_bookings):
    tally = Tally()
    chunks = list(copied(tally=tally))
    assert {len(chunk) for chunk in chunks[:-1]} == {64 * 1024}
    assert tally.rows == 3001 == b"".join(chunks).count(b"\r\n")


@pytest.mark.parametrize("column", [Booking.created_at, Booking.notes, Booking.total_amount])
def test_what_is_too_much_to_sort_is_whole_all_the_same(many_bookings, monkeypatch, column):
    monkeypatch.setattr(copying, "SORTED", 10)
    overwrite(many_bookings, created_at=None, notes=None)
    lines = b"".join(copied(order=Order(column, Booking.id))).splitlines()
    assert len({line.split(b",")[0] for line in lines}) == len(lines) == 3001
    if column is Booking.created_at:
        assert lines[-1].startswith(f'"{many_bookings.id}"'.encode())


def test_when_the_reader_goes_away_nothing_runs_on(many_bookings):
    chunks = copied()
    next(chunks)
    assert running_copies() == 1
    chunks.close()
    assert soon_none_runs()


def test_a_request_that_ends_early_leaves_nothing_running(many_bookings, manager):
    with manager.application.app_context():
        response = super(type(manager), manager).open("/admin/bookings/export/csv/", buffered=False)
        assert next(response.iter_encoded()).startswith(b"\xef\xbb\xbf")
        assert "X-Row-Count" not in response.headers
        response.close()
    assert soon_none_runs()


def test_a_reader_who_takes_too_long_is_cut_off(many_bookings, monkeypatch):
    monkeypatch.setattr(copying, "LONGEST", 0.3)
    chunks = copied()
    next(chunks)
    assert soon_none_runs()
    with pytest.raises(OperationalError):
        list(chunks)


def test_a_file_that_is_broken_off_does_not_look_whole(many_bookings):
    chunks = copied()
    next(chunks)
    with db.engine.connect() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND datname = :name"
            ),
            {"name": db.engine.url.database},
        )
    with pytest.raises(OperationalError):
        list(chunks)


def test_a_statement_that_takes_too_long_for_its_first_row_is_canceled(many_bookings):
    def be_brief(connection, _record):
        connection.execute("SET statement_timeout = 300")
        connection.commit()

    slow = exported_bookings().where(sa.func.pg_sleep(60).is_not(None), Booking.notes.is_not(None))
    sa.event.listen(db.engine, "connect", be_brief)
    db.engine.dispose()
    try:
        with pytest.raises(OperationalError) as failure:
            next(copied(slow))
    finally:
        sa.event.remove(db.engine, "connect", be_brief)
        db.engine.dispose()
    assert isinstance(failure.value.orig, psycopg.errors.QueryCanceled)
    assert soon_none_runs()


def test_no_error_names_what_was_searched_for(copying_app):
    select = exported_bookings().where(Booking.notes == "ada@example.com", sa.text("1 / length('') = 1"))
    BookingFactory(notes="ada@example.com")
    with pytest.raises(sa.exc.DataError) as failure:
        next(copied(select))
    assert "ada@" not in str(failure.value)


def test_values_are_written_into_the_statement_safely(copying_app):
    for text in ("'; DROP TABLE bookings; --", "100 %s %% %(x)s", "back\\slash", "a:b ::text", "$1"):
        BookingFactory(notes=text)
        [line] = b"".join(copied(exported_bookings().where(Booking.notes == text))).splitlines()
        assert text.encode() in line


def test_an_export_has_no_connection_of_the_pool(many_bookings):
    before = db.engine.pool.checkedout()
    chunks = copied()
    next(chunks)
    assert db.engine.pool.checkedout() == before
    chunks.close()


def test_no_thread_is_left(many_bookings):
    list(copied())
    assert not [each for each in threading.enumerate() if isinstance(each, threading.Timer) and not each.finished]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_short_file_tells_its_rows_and_its_length(app, manager, kind):
    BookingFactory.create_batch(3)
    response = manager.get(f"/admin/bookings/export/{kind}/")
    assert response.headers["X-Row-Count"] == "3"
    assert response.headers["Content-Length"] == str(len(response.get_data()))


def test_an_empty_export_is_a_header(app, manager):
    response = manager.get("/admin/bookings/export/csv/")
    assert response.headers["X-Row-Count"] == "0"
    assert read_csv(response) == []
    assert response.get_data().startswith(b'\xef\xbb\xbf"id","status",')


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_fault_before_the_file_begins_is_an_error_page(app, manager, monkeypatch, kind):
    def fail(*_arguments, **_options):
        raise OperationalError("COPY", None, Exception("gone"))
        yield

    for name in ("copy_lines", "read_rows", "exported_rows"):
        monkeypatch.setattr(export, name, fail)
    response = manager.get(f"/admin/bookings/export/{kind}/")
    assert response.status_code == 503
    assert "Content-Disposition" not in response.headers
