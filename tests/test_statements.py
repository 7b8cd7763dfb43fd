"""How many statements a page takes: as many for a hundred rows as for one."""

import contextlib
import re

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from marketplace.extensions import db
from marketplace.notes import write_note
from marketplace.transaction import transaction
from tests.factories import (
    BookingFactory,
    PasswordResetTokenFactory,
    ServiceFactory,
    StaffMemberFactory,
    UserFactory,
)

LISTS = {
    "bookings": 3,  # The session, the page, the counts.
    "services": 4,  # And the categories to filter by.
    "users": 3,
    "reset-tokens": 4,  # And who has issued some, to filter by.
    "staff": 3,
    "audit": 4,  # And the colleagues to filter by.
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
    browser.get("/admin/profile/")  # The menu counts what waits for reviews, now and then.
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


RECORDS = {
    "services": 4,  # The session, the record, what happened to it, the notes among that.
    "users": 11,  # And their bookings on either side (the last asked twice), listings, reset links, and all counts.
    "bookings": 6,  # And what stands in the way of its verbs.
}


@pytest.mark.parametrize(("name", "most"), RECORDS.items())
@pytest.mark.parametrize("amount", [1, 60])
def test_a_page_of_one_record_takes_as_many_statements_for_many_notes_and_bookings_as_for_one(
    app, administrator, name, most, amount
):
    customer, service = UserFactory(), ServiceFactory()
    for _each in range(min(amount, 12)):
        booking = BookingFactory(customer=customer, service=service, status="pending")
    row = {"bookings": booking, "services": service, "users": customer}[name]
    author = StaffMemberFactory()
    with transaction():
        for number in range(amount):
            write_note(row, text=f"Note {number}", label="x", actor=author)
    found = statements_of(administrator, f"/admin/{name}/details/?id={row.id}")
    assert len(found) == most, found
    alone = statements_of(administrator, f"/admin/{name}/details/?id={row.id}&show=notes")
    assert len(alone) == most - (2 if name == "users" else 1), "notes alone are read at once"


def test_no_page_of_a_record_reads_what_only_the_audit_log_may_show(app, administrator):
    booking = BookingFactory()
    for statement in statements_of(administrator, f"/admin/bookings/details/?id={booking.id}"):
        assert not re.search(r"audit_events\.(address|request_id|hash|previous_hash)", statement)


def test_one_s_own_account_takes_four_statements(app, support):
    # The session, the account, its second factor, its sessions.
    assert len(statements_of(support, "/admin/profile/")) == 4


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
