"""How the lists are read: by indexes, a page at a time, in few statements, however many rows there are."""

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy.engine import URL

from marketplace.accounts.desk_view import STATES as TOKEN_STATES
from marketplace.accounts.models import Ending
from marketplace.backoffice.counting import CAP
from marketplace.backoffice.finding import LONGEST_WALK, MOST_GATHERED
from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.listings.views import ACTIVE
from marketplace.permissions import Role
from tests.conftest import Browser
from tests.factories import BookingFactory, StaffMemberFactory
from tests.seed import app_on
from tests.servers import postgresql_database
from tests.test_hostile import view_of
from tests.test_statements import RECORDS

# One user in 500 is named Thistledown, two in five are named Anna, and the last 2,000 have never booked anything; most
# bookings are completed, few are pending; here and there a moment is NULL. States come in stretches, as time brings
# them: of services none of the newest is inactive, and those that are share category, length and some prices; of tokens
# the oldest are all used, the newest none.
ROWS = (
    """
    INSERT INTO users (id, email, password, role, profile, created_at, updated_at)
    SELECT md5('user' || n)::uuid, 'user' || n || '@example.com', repeat('x', 60),
        CASE WHEN n % 30 = 1 THEN 'provider' ELSE 'customer' END,
        json_build_object('firstName', CASE WHEN n % 5 < 2 THEN 'Anna' ELSE 'Emily' END,
            'lastName', CASE WHEN n % 500 = 7 THEN 'Thistledown' WHEN n > 28000 THEN 'Wallflower' ELSE 'Berg' END,
            'phone', '+1 202 555 0100', 'address', n || ' Example Street'),
        CASE WHEN n % 200 <> 0 THEN timestamptz '2025-01-01 00:00+00' + n * interval '1 hour' END,
        CASE WHEN n % 200 <> 1 THEN timestamptz '2026-01-01 00:00+00' + n * 7919 % 30000 * interval '1 minute' END
    FROM generate_series(1, 30000) AS n
    """,
    """
    INSERT INTO services (id, provider_id, title, description, category, price, duration, availability, is_active,
        created_at)
    SELECT md5('service' || n)::uuid, md5('user' || 1 + n % 900 * 30)::uuid,
        (ARRAY['Yoga', 'Gardening', 'Piano', 'Repairs'])[1 + n % 4] || ' no. ' || n, repeat('Tea is included. ', 10),
        (ARRAY['wellness', 'home', 'lessons'])[1 + n % 3], 10 + n % 90, 30 + n % 9 * 15, '{}',
        n > 17500 OR n % 18 > 0,
        CASE WHEN n % 200 <> 0 THEN timestamptz '2025-01-01 00:00+00' + n * interval '1 hour' END
    FROM generate_series(1, 20000) AS n
    """,
    """
    INSERT INTO bookings (id, customer_id, service_id, provider_id, status, scheduled_at, duration, total_amount,
        created_at)
    SELECT md5('booking' || n)::uuid, md5('user' || 2 + n * 7919 % 27998)::uuid, md5('service' || s)::uuid,
        md5('user' || 1 + s % 900 * 30)::uuid,
        CASE WHEN n % 100 < 4 THEN 'pending' WHEN n % 100 < 30 THEN 'confirmed' WHEN n % 100 < 90 THEN 'completed'
            ELSE 'cancelled' END,
        timestamptz '2025-01-01 00:00+00' + n * 7919 % 100000 * interval '10 minutes', 60, 10 + n % 500,
        CASE WHEN n % 200 <> 0 THEN timestamptz '2025-01-01 00:00+00' + n * interval '10 minutes' END
    FROM generate_series(1, 100000) AS n, LATERAL (SELECT 1 + n * 31 % 20000 AS s) AS chosen
    """,
    """
    INSERT INTO password_reset_tokens (id, email, token, expires_at, is_used, created_at)
    SELECT md5('token' || n)::uuid, 'user' || n % 9000 || '@example.com', md5('secret' || n), moment + interval '1 day',
        n > 16000 OR n > 4000 AND n % 3 = 0, CASE WHEN n % 200 <> 0 THEN moment END
    FROM generate_series(1, 20000) AS n, LATERAL (SELECT now() - n * interval '3 minutes' AS moment) AS issued
    """,
    """
    INSERT INTO audit_events (id, at, action, actor_kind, actor_label, subject_type, subject_id, subject_label, changes,
        previous_hash, hash)
    SELECT n, timestamptz '2025-01-01 00:00+00' + n * interval '10 minutes',
        (ARRAY['booking.cancelled', 'booking.confirmed', 'user.edited'])[1 + n % 3], 'staff',
        'staff' || n % 20 || '@example.com', 'bookings', md5('booking' || n)::uuid::text,
        CASE WHEN n % 500 = 7 THEN 'Thistledown' ELSE 'Anna' END, '{}', md5('event' || n - 1), md5('event' || n)
    FROM generate_series(1, 20000) AS n
    """,
    """
    INSERT INTO staff_members (id, email, name, role, password_hash)
    SELECT md5('staff' || n)::uuid, 'staff' || n || '@example.com', 'Anna', 'support', ''
    FROM generate_series(1, 50) AS n
    """,
)

RECORDS_OF_LINKS = """
    INSERT INTO reset_link_records (token_id, user_id, issuer_id, issuer_label, reason, way, issued_at,
        ended_as, ended_at)
    SELECT md5('token' || n)::uuid, md5('user' || n % 9000)::uuid, md5('staff' || s)::uuid, 'staff' || s, 'Rang.',
        'mailed', now() - n * interval '3 minutes',
        CASE WHEN n > 16000 OR n > 4000 AND n % 3 = 0 THEN
            CASE WHEN n % 100 < 60 THEN 'used' WHEN n % 100 < 95 THEN 'voided' ELSE 'revoked' END END,
        CASE WHEN n > 16000 OR n > 4000 AND n % 3 = 0 THEN now() END
    FROM generate_series(1, 20000) AS n, LATERAL (SELECT CASE WHEN n > 19000 THEN 50 ELSE 1 + n % 20 END AS s) AS chosen
    WHERE n % 7 > 0
    """
"""Of each seventh token the desk knows nothing; the last of the colleagues has issued the oldest links only."""

BATCHES = (
    """
    INSERT INTO batches (id, subject_type, verb, arguments, selection, origin, state, size, done, not_done,
        author_label, created_at)
    SELECT md5('batch' || size)::uuid, 'services', 'take-down', '{}', '{}', '/', 'draft', size, 0, 0, 'Anna', now()
    FROM unnest(ARRAY[20, 5000]) AS size
    """,
    """
    INSERT INTO batch_items (batch_id, position, subject_id, state)
    SELECT md5('batch' || size)::uuid, n, md5('service' || n * 3)::uuid, 'waiting'
    FROM unnest(ARRAY[20, 5000]) AS size, generate_series(1, size) AS n
    """,
)
"""A small one, and one of a quarter of all services."""

LISTS = ("bookings", "services", "users", "reset-tokens", "staff", "audit")

FILTERS = (
    *(f"bookings/?status={status}" for status in ("pending", "confirmed", "completed", "cancelled")),
    "bookings/?status=pending&sort=scheduled_at",
    "bookings/?sort=scheduled_at&from=2025-06-01",
    "bookings/?sort=scheduled_at&status=pending&from=2025-06-01&to=2025-06-02",
    "bookings/?customer={customer}",
    "bookings/?provider={provider}&sort=scheduled_at",
    "bookings/?service={service}",
    "bookings/?service={service}&coming=yes&sort=scheduled_at",
    "bookings/?batch={few}&coming=yes&sort=scheduled_at",
    "bookings/?batch={few}",
    "services/?category=home",
    "services/?category=home&sort=title",
    "services/?provider={provider}",
    "users/?role=provider",
    "users/?role=customer",
    "users/?joined_from=2025-06-01",
    "staff/?role=support",
    "audit/?action=booking.cancelled",
    "audit/?actor=staff7@example.com",
    "audit/?sort=at&from=2025-03-01&to=2025-03-02",
    "audit/?record={id}",
    "reset-tokens/?from={day}&to={day}",
)
"""Each filter in one order; by other columns than these there may be no more than a walk that passes others by."""

STATES = (
    *(f"services/?active={value}" for value in ACTIVE),
    *(f"reset-tokens/?state={state}" for state, _label in TOKEN_STATES if state in ("active", "expired")),
)
"""Those that are quick in every order."""

ENDED = (
    *(f"reset-tokens/?state={ending}" for ending in Ending),
    "reset-tokens/?by={issuer}",
    "reset-tokens/?by={former}",
    "reset-tokens/?by={issuer}&state=used",
)
"""Those that are told by the records of the desk: found by their indexes, or on a walk past other tokens."""

TERMS = {
    "rare": "thistledown",
    "common": "anna",
    "everybody's": "example",
    "of two letters": "an",
    "many people without a booking": "wallflower",
    "nobody's": "no such name",
    "an e-mail": "user4321@example.com",
    "an id": "{id}",
    "the beginning of an id": "{beginning}",
}

OVERLAP_INDEX = "ix_bookings_confirmed_provider_id_scheduled_at"

MOST_STATEMENTS = 4
"""For a list: the session, the page, the count, the planner's guess. For a search: the session, what matches, its page
in two steps."""

CHOICES = {"services": 1, "reset-tokens": 1}
"""Statements by which a list tells what can be filtered by; choosing one of them reads them once more."""

NAMED = 1
"""More for a list that is narrowed to one record: its name, by its id."""

IN_VAIN = 1
"""More for a search that finds nothing: how many there are is asked for on its own."""

GIVEN_UP = 2
"""More for a search that looked for many, one after the other, and then all at once after all."""


# -- What a plan may be ----------------------------------------------------------------------------
#
# Each statement is run under EXPLAIN ANALYZE, and what counts is how many rows each step has read or sorted.
# A page of a list: no more than twice CAP of any table or index, as the count goes as far as CAP and passes some by.
# A page of a search: no more than LONGEST_WALK, some rows ahead; MOST_GATHERED is less.
# So a sequential scan is one that a LIMIT ends soon, and a sort is one of a page or of what was gathered.
# Without pg_trgm a search reads the tables it searches. The categories of services are read as a whole.

WHOLE = re.compile(r"SELECT DISTINCT services\.category")
AHEAD = 50
FEW = ("staff_members",)
"""Searched by reading all of them: colleagues are hundreds at most."""

SEARCHED = ("users", "services", "password_reset_tokens", "audit_events")


def too_much(statements, most, *, but=()):
    """Return each step that reads or sorts more than `most` rows, reading `but` aside."""
    found = []
    with db.engine.connect() as connection:
        for statement, parameters in statements:
            if statement.startswith(("SELECT", "WITH")) and not WHOLE.match(statement):
                explain = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}"
                [[[explained]]] = connection.exec_driver_sql(explain, parameters)
                for step in steps(explained["Plan"]):
                    table = step.get("Relation Name")
                    rows = rows_sorted(step) if step["Node Type"].endswith("Sort") else rows_read(step)
                    if rows > most and table not in but:
                        found.append((step["Node Type"], table or step.get("Index Name"), rows, statement))
    return found


def steps(plan):
    yield plan
    for each in plan.get("Plans", ()):
        yield from steps(each)


def rows_read(step):
    if not {"Relation Name", "Index Name"} & step.keys():
        return 0
    in_vain = step.get("Rows Removed by Filter", 0) + step.get("Rows Removed by Index Recheck", 0)
    return (step["Actual Rows"] + in_vain) * step["Actual Loops"]


def rows_sorted(step):
    return sum(each["Actual Rows"] * each["Actual Loops"] for each in step["Plans"])


# -- The lists -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large(postgresql: URL, unhurried: None) -> Iterator[FlaskClient]:
    """A browser on which an administrator of a large marketplace is logged in."""
    with postgresql_database(postgresql) as url, app_on(url) as app:
        upgrade(revision="0003")
        in_one_go(*ROWS)
        upgrade()
        in_one_go(RECORDS_OF_LINKS, *BATCHES, "VACUUM ANALYZE")
        app.test_client_class = Browser
        browser = app.test_client()
        browser.log_in(StaffMemberFactory(role=Role.ADMINISTRATOR))
        for name in LISTS:
            browser.get(f"/admin/{name}/?search=anna")  # How large a table is, is asked for once a minute.
        yield browser


def in_one_go(*statements):
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT", no_parameters=True) as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.detach()


def visit(browser, address):
    """Return the page at `address`, and the statements that it took."""
    answer, statements = watched(lambda: browser.get(address))
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True), statements


def watched(act):
    """Return what `act` returns, and the statements that it took."""
    statements = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        statements.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        return act(), statements
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def turned(page, way):
    """Return the address of the page `next` to this one, or of the one before (`prev`)."""
    [link] = re.findall(rf'<a[^>]* rel="{way}"[^>]*>', page)
    return unescape(re.search(r'href="([^"]*)"', link)[1])


def known(template):
    """Fill in the ids of a booking and of those it names."""
    row = db.session.execute(sa.text("SELECT * FROM bookings ORDER BY id LIMIT 1")).one()
    few, many = db.session.scalars(sa.text("SELECT id FROM batches ORDER BY size"))
    issuer, former = db.session.scalars(sa.text("SELECT md5('staff' || n)::uuid FROM unnest(ARRAY[7, 50]) AS n"))
    return template.format(
        id=row.id,
        beginning=str(row.id)[:8],
        customer=row.customer_id,
        provider=row.provider_id,
        service=row.service_id,
        issuer=issuer,
        former=former,
        few=few,
        many=many,
        day=f"{utcnow() - dt.timedelta(days=20):%Y-%m-%d}",
    )


@pytest.mark.parametrize("asked", [*(f"{name}/?" for name in LISTS), *STATES])
def test_a_page_of_a_list_in_any_order_reads_hardly_more_than_it_shows(large, asked):
    name = asked.split("/")[0]
    most_statements = MOST_STATEMENTS + CHOICES.get(name, 0)
    for sort in view_of(large.application, name).sort_columns:
        for direction in ("", "&desc=1"):
            first = f"/admin/{asked}&sort={sort}{direction}"
            for start, way in ((first, "next"), (f"{first}&last=1", "prev")):
                page, statements = visit(large, start)
                _page, further = visit(large, turned(page, way))
                for each in (statements, further):
                    assert len(each) <= most_statements, (start, each)
                    assert not too_much(each, 2 * CAP), start


@pytest.mark.parametrize("asked", ENDED)
@pytest.mark.parametrize("sort", ["created_at", "created_at&desc=1", "expires_at", "expires_at&desc=1"])
def test_tokens_by_their_records_are_read_by_indexes(large, asked, sort):
    for further in ("", "&last=1"):
        address = known(f"/admin/{asked}&sort={sort}{further}")
        _page, statements = visit(large, address)
        assert len(statements) <= MOST_STATEMENTS + 2 * CHOICES["reset-tokens"], statements
        whole = [step for step in too_much(statements, 2 * CAP) if step[0] == "Seq Scan"]
        assert not whole, address


@pytest.mark.parametrize("address", FILTERS)
def test_a_filtered_list_reads_hardly_more_than_it_shows(large, address):
    for further in ("", "&last=1"):
        _page, statements = visit(large, f"/admin/{known(address)}{further}")
        assert len(statements) <= MOST_STATEMENTS + NAMED + 2 * CHOICES.get(address.split("/")[0], 0), statements
        assert not too_much(statements, 2 * CAP)


def test_the_coming_bookings_of_a_large_batch_are_found_by_index_and_its_items_read_once(large):
    for further in ("", "&last=1"):
        _page, statements = visit(
            large, f"/admin/{known('bookings/?batch={many}&coming=yes&sort=scheduled_at')}{further}"
        )
        assert not too_much(statements, 2 * CAP, but=("batch_items",))


@pytest.mark.parametrize("kind", TERMS)
@pytest.mark.parametrize(
    "name",
    LISTS,
)
def test_a_search_reads_no_more_than_a_walk_may(large, name, kind):
    has_trigrams = db.session.scalar(sa.text("SELECT true FROM pg_extension WHERE extname = 'pg_trgm'"))
    most_statements = MOST_STATEMENTS + GIVEN_UP + IN_VAIN + CHOICES.get(name, 0)
    assert MOST_GATHERED < LONGEST_WALK
    for further in (*(f"&sort={sort}" for sort in view_of(large.application, name).sort_columns), "&last=1"):
        address = known(f"/admin/{name}/?search={TERMS[kind]}{further}")
        _page, statements = visit(large, address)
        assert len(statements) <= most_statements, (address, statements)
        assert not too_much(statements, LONGEST_WALK + AHEAD, but=FEW if has_trigrams else (*FEW, *SEARCHED)), address


@pytest.mark.parametrize("kind", ["rare", "common", "everybody's", "of two letters"])
@pytest.mark.parametrize("name", ["bookings", "users"])
def test_a_search_that_finds_something_takes_four_statements(large, name, kind):
    _page, statements = visit(large, f"/admin/{name}/?search={TERMS[kind]}")
    assert len(statements) <= MOST_STATEMENTS, statements


@pytest.mark.parametrize(
    ("name", "key"), [("bookings", "id"), ("services", "service"), ("users", "customer"), ("users", "provider")]
)
def test_the_page_of_a_record_reads_hardly_more_than_it_shows(large, name, key):
    for show in ("", "&show=notes", "&before=15000"):
        _page, statements = visit(large, known(f"/admin/{name}/details/?id={{{key}}}{show}"))
        assert len(statements) <= RECORDS[name], statements
        assert not too_much(statements, CAP)


def test_a_plan_that_reads_a_table_is_found(large):
    whole = ("SELECT id FROM bookings ORDER BY notes LIMIT 5", ())
    assert [(kind, table) for kind, table, *_rest in too_much([whole], LONGEST_WALK)] == [
        ("Sort", None),
        ("Seq Scan", "bookings"),
    ]


def test_overlaps_are_found_by_one_walk_through_an_index(large):
    for past in ("", "?past=1"):
        _page, statements = visit(large, f"/admin/bookings/overlaps/{past}")
        assert len(statements) <= 3  # The session, the pairs, what is shown of them.
        with db.engine.connect() as connection:
            for statement, parameters in statements:
                [[[explained]]] = connection.exec_driver_sql(
                    f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", parameters
                )
                read = [(step.get("Relation Name"), step["Node Type"]) for step in steps(explained["Plan"])]
                assert ("bookings", "Seq Scan") not in read, read
                if "busy_until" in statement:
                    [*_outer, window] = [step for step in steps(explained["Plan"]) if step["Node Type"] == "WindowAgg"]
                    walked = [
                        (step["Node Type"], step.get("Index Name")) for each in window["Plans"] for step in steps(each)
                    ]
                    assert walked == [("Index Only Scan", OVERLAP_INDEX)], "it comes sorted, and no row is looked at"


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("sort", ["scheduled_at", "status", "total_amount", "created_at"])
@pytest.mark.parametrize("direction", ["", "&desc=1"])
def test_on_sqlite_a_page_comes_out_of_an_index_in_its_order(app, administrator, sort, direction):
    for _each in range(27):
        BookingFactory()
    first = f"/admin/bookings/?sort={sort}{direction}"
    page, statements = visit(administrator, first)
    for address in (turned(page, "next"), f"{first}&last=1", ""):
        assert not sorted_by_hand(statements), first
        _page, statements = visit(administrator, address) if address else ("", [])


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("address", "index"),
    [
        ("services/?active=no&sort=price", "ix_services_inactive_price_id"),
        ("services/?active=yes", "ix_services_active_created_at_id"),
        ("reset-tokens/?state=used&sort=expires_at", "ix_password_reset_tokens_used_expires_at_id"),
        ("reset-tokens/?state=expired&sort=expires_at", "ix_password_reset_tokens_unused_expires_at_id"),
    ],
)
def test_on_sqlite_a_state_is_read_by_the_index_of_its_rows(app, administrator, address, index):
    _page, statements = visit(administrator, f"/admin/{address}")
    [(statement, parameters)] = [each for each in statements if "AS page" in each[0]]
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    assert [row.detail for row in plan if f" {index}" in row.detail]


def sorted_by_hand(statements):
    """Return what SQLite sorts that is more than one page."""
    found = []
    for statement, parameters in statements:
        if "ORDER BY" in statement:
            plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            beside = {row.parent: [each.detail for each in plan if each.parent == row.parent] for row in plan}
            found += [
                beside[row.parent]
                for row in plan
                if "B-TREE FOR" in row.detail and "SCAN page" not in beside[row.parent]
            ]
    return found
