"""How many statements a page takes: as many for a hundred rows as for one."""

import contextlib

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from marketplace.extensions import db
from tests.factories import BookingFactory, PasswordResetTokenFactory, StaffMemberFactory, UserFactory

LISTS = {
    "bookings": 3,  # The session, the page, the counts.
    "services": 4,  # And the categories to filter by.
    "users": 3,
    "reset-tokens": 3,
    "staff": 3,
    "audit": 3,
}


@contextlib.contextmanager
def counted():
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def statements_of(browser, address):
    with counted() as statements:
        assert browser.get(address).status_code == 200
    return statements


@pytest.mark.parametrize(("name", "most"), LISTS.items())
def test_a_list_takes_as_many_statements_for_many_rows_as_for_one(app, administrator, name, most):
    address = f"/admin/{name}/?page_size=100"
    for _each in range(12):
        BookingFactory()
        PasswordResetTokenFactory()
        StaffMemberFactory()
        UserFactory()
    assert len(statements_of(administrator, address)) <= most


@pytest.mark.parametrize("name", ["bookings", "services", "users"])
def test_a_page_of_one_record_takes_few_statements(app, administrator, name):
    booking = BookingFactory(status="pending")
    identity = {"bookings": booking.id, "services": booking.service_id, "users": booking.customer_id}[name]
    found = statements_of(administrator, f"/admin/{name}/details/?id={identity}")
    assert len(found) <= 3, found  # The session, the record, and what stands in the way of its verbs.


def test_no_list_reads_a_secret(app, administrator):
    BookingFactory()
    PasswordResetTokenFactory()
    for name in LISTS:
        for statement in statements_of(administrator, f"/admin/{name}/"):
            read = statement.split("FROM")[0]
            assert not {"users.password", "password_hash", "reset_tokens.token"} & set(read.replace(",", " ").split())


def test_the_counter_counts(app):
    with counted() as statements:
        db.session.execute(sa.select(1))
    assert len(statements) == 1
