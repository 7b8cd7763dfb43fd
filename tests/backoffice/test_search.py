"""Searching lists: the same rows as reading all of them would find, in the list's order, however they are found."""

import uuid

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.accounts.models import User
from marketplace.accounts.queries import USERS
from marketplace.backoffice import finding as engine
from marketplace.backoffice.finding import search_page
from marketplace.backoffice.ordering import Order
from marketplace.backoffice.paging import Listed, Place
from marketplace.backoffice.search import SHORT, best_matches
from marketplace.bookings.models import Booking
from marketplace.bookings.queries import BOOKING_SEARCH, listed_bookings
from marketplace.extensions import db
from marketplace.listings.models import Service
from marketplace.listings.queries import SERVICE_SEARCH, SERVICES, listed_services
from tests.conftest import WITHOUT_TRIGRAMS
from tests.factories import BookingFactory, ServiceFactory, UserFactory, coming_monday

PEOPLE = (
    ("Ada", "Lovelace"), ("ADA", "O'Brien"), ("Ann_Ada", "100%"), ("Žofie", "Dvořáková"), ("محمد", "العربي"),
    ("李", "小龙"), ("Ευγενία", "Παπά"), ("back\\slash", 'say "hi"'), ("a/b", "c//d"), ("😀", "e\u0301clair"),
)  # fmt: skip
TITLES = ("Yoga for Ada", "Piano 100%", "Plumbing_24/7", "李 cooking", "Sewing")

BOOKINGS = Listed.of(Booking, listed_bookings)
OFFERS = Listed.of(Service, listed_services)

ALPHABET = sorted(set("".join(map("".join, PEOPLE)) + "".join(TITLES) + "@. %_\\/'\""))

WAYS = {
    "gathered": {},
    "walked past many records": {"MOST_GATHERED": 0},
    "walked along matching records": {"many": 0},
    "given up walking": {"many": 0, "LONGEST_WALK": 1},
    "more ids than a statement holds": {"MOST_VALUES": 0},
}
"""What makes the engine find rows in each of its ways."""


@pytest.fixture
def market(app):
    people = [UserFactory(profile={"firstName": first, "lastName": last}) for first, last in PEOPLE]
    offers = [ServiceFactory(title=title, provider=UserFactory(role="provider")) for title in TITLES]
    made = [
        BookingFactory(customer=people[n % len(people)], service=offers[n % len(offers)], total_amount=30 + n % 3)
        for n in range(30)
    ]
    db.session.execute(
        sa.update(Booking).where(Booking.id.in_([row.id for row in made[::4]])).values(created_at=None),
    )
    db.session.commit()
    return made


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    for name, value in WAYS[request.param].items():
        if name == "many":
            monkeypatch.setattr(engine._Finder, "_many", lambda _self: 0)
        else:
            monkeypatch.setattr(engine, name, value)


def texts(source, model):
    """Return id to what is searched, as the database writes it."""
    return dict(db.session.execute(sa.select(model.id, source.text)).all())


def brute_force(term):
    """Return the ids of all bookings that match, found by reading everything."""
    wanted = db.session.scalar(sa.select(sa.func.lower(sa.literal(f" {term}" if len(term) < SHORT else term))))
    people, offers = texts(USERS, User), texts(SERVICES, Service)
    return {
        row.id
        for row in db.session.scalars(sa.select(Booking))
        if wanted in people[row.customer_id] or wanted in people[row.provider_id] or wanted in offers[row.service_id]
    }


def walk(search, listed, order, term, size, *, conditions=(), forwards=True):
    """Return the ids on all pages of a search, and the counts they were shown with."""
    ids, counts, cursor = [], [], None
    keys = sa.select(search.identity).where(*conditions)
    for _page in range(100):
        direction = "after" if forwards else "before" if cursor else "last"
        place = Place.read(order, size=size, direction=direction, cursor=cursor)
        page, count = search_page(db.session(), search, term, listed=listed, keys=keys, place=place)
        found = [row.id for row in page.rows]
        ids = ids + found if forwards else found + ids
        counts.append(count)
        cursor = page.next if forwards else page.previous
        if not cursor:
            return ids, counts
    raise AssertionError("the pages go round in a circle")


def sorted_ids(condition, order):
    return list(
        db.session.scalars(sa.select(order.identity).where(condition).order_by(*order.clauses(backwards=False)))
    )


@pytest.mark.parametrize("column", [Booking.created_at, Booking.scheduled_at, Booking.total_amount])
@pytest.mark.parametrize("descending", [False, True])
def test_every_way_gives_the_same_rows_in_the_list_s_order(market, way, column, descending):
    order = Order(column, Booking.id, descending=descending)
    for term in ("ada", "example", "李", "100%", "_", "nobody at all"):
        expected = brute_force(term)
        for forwards in (True, False):
            ids, _counts = walk(BOOKING_SEARCH, BOOKINGS, order, term, 7, forwards=forwards)
            assert ids == sorted_ids(Booking.id.in_(expected), order), (term, forwards)


@given(term=st.text(ALPHABET, min_size=1, max_size=5) | st.sampled_from(["ada", "ann_", "%", "\\", "élan", "e\u0301c"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_term_finds_what_reading_everything_finds(market, way, term):
    term = term.strip()
    if not term:
        return
    expected = brute_force(term)
    order = Order(Booking.created_at, Booking.id, descending=True)
    ids, counts = walk(BOOKING_SEARCH, BOOKINGS, order, term, 10)
    assert len(ids) == len(set(ids))
    assert set(ids) == expected
    for count in counts:
        assert count.kind != "exactly" or count.number == len(expected)
    assert set(db.session.scalars(sa.select(Booking.id).where(BOOKING_SEARCH.condition(term)))) == expected


def test_a_search_within_filters_finds_no_more_than_they_leave(market, way):
    order = Order(Booking.created_at, Booking.id, descending=True)
    conditions = (Booking.duration == 31,)
    ids, _counts = walk(BOOKING_SEARCH, BOOKINGS, order, "example", 4, conditions=conditions)
    assert set(ids) == {row.id for row in market if row.duration == 31}


def test_an_id_finds_everything_it_stands_in(market):
    booking = market[5]
    order = Order(Booking.created_at, Booking.id, descending=True)
    for identity in (booking.id, booking.customer_id, booking.service_id, booking.provider_id):
        column = {booking.id: Booking.id, booking.customer_id: Booking.customer_id, booking.service_id:
                  Booking.service_id, booking.provider_id: Booking.provider_id}[identity]  # fmt: skip
        for written in (str(identity), str(identity).upper(), identity.hex):
            ids, [count, *_rest] = walk(BOOKING_SEARCH, BOOKINGS, order, written, 50)
            assert set(ids) == set(db.session.scalars(sa.select(Booking.id).where(column == identity)))
            assert (count.kind, count.number) == ("exactly", len(ids))
    assert walk(BOOKING_SEARCH, BOOKINGS, order, str(uuid.uuid4()), 50)[0] == []


def test_the_beginning_of_an_id_finds_it(market, way):
    order = Order(Booking.created_at, Booking.id, descending=True)
    for length in (6, 8, 9, 13, 30, 35):
        assert market[3].id in walk(BOOKING_SEARCH, BOOKINGS, order, str(market[3].id)[:length], 50)[0]
    for nonsense in ("1234567-", "--------", "g" * 8, "1" * 40, "12345678-" + "9" * 27):
        assert isinstance(walk(BOOKING_SEARCH, BOOKINGS, order, nonsense, 50)[0], list)


def test_services_are_found_by_their_provider_as_well(market, way):
    provider = UserFactory(role="provider", profile={"firstName": "Quill", "lastName": "Feather"})
    offers = [ServiceFactory(provider=provider, title=f"Lesson {number}") for number in range(3)]
    order = Order(Service.title, Service.id)
    assert walk(SERVICE_SEARCH, OFFERS, order, "quill feather", 2)[0] == [row.id for row in offers]
    assert set(walk(SERVICE_SEARCH, OFFERS, order, "lesson", 2)[0]) == {row.id for row in offers}


def test_short_terms_are_found_at_the_beginning_of_words(app):
    ada, _bob = (UserFactory(email=f"{name}@example.com", profile={}) for name in ("ada", "bob"))
    for term, found in (("ad", {ada.id}), ("da", set()), ("a", {ada.id}), ("AD", {ada.id})):
        assert set(db.session.scalars(sa.select(User.id).where(USERS.matches(term)))) == found


def test_suggestions_begin_with_what_was_typed_in_full(app):
    emails = ("zada@example.com", "ada@example.com", "ada@example.com.au", "xadax@example.com")
    for email in emails:
        UserFactory(email=email, profile={})
    found = best_matches(
        db.session(), sa.select(User), USERS, "ada@example.com", name=lambda user: user.email, limit=10
    )
    assert [user.email for user in found] == ["ada@example.com", "ada@example.com.au", "zada@example.com"]
    found = best_matches(db.session(), sa.select(User), USERS, "ada", name=lambda user: user.email, limit=2)
    assert [user.email for user in found] == ["ada@example.com", "ada@example.com.au"]


def test_rows_that_come_while_somebody_pages_through_double_none(market, way):
    order = Order(Booking.scheduled_at, Booking.id)
    place = Place.read(order, size=8, direction="after", cursor=None)
    page, _count = search_page(
        db.session(), BOOKING_SEARCH, "example", listed=BOOKINGS, keys=sa.select(Booking.id), place=place
    )
    seen, cursor = [row.id for row in page.rows], page.next
    BookingFactory(customer=db.session.get(User, market[0].customer_id), scheduled_at=coming_monday(1))
    while cursor:
        place = Place.read(order, size=8, direction="after", cursor=cursor)
        page, _count = search_page(
            db.session(), BOOKING_SEARCH, "example", listed=BOOKINGS, keys=sa.select(Booking.id), place=place
        )
        seen, cursor = seen + [row.id for row in page.rows], page.next
    assert len(seen) == len(set(seen)) >= 30


FOUND_ALIKE = (
    "ada",
    "ADA",
    "an",
    "o'brien",
    "100%",
    "_",
    "back\\slash",
    "李",
    "dvořák",
    "العربي",
    "é",
    "yoga",
    "nobody",
)


@pytest.mark.parametrize("app", [WITHOUT_TRIGRAMS], indirect=True)
def test_a_server_without_pg_trgm_finds_the_same(market, way):
    assert search_indexes() == 0
    order = Order(Booking.created_at, Booking.id, descending=True)
    for term in FOUND_ALIKE:
        assert set(walk(BOOKING_SEARCH, BOOKINGS, order, term, 10)[0]) == brute_force(term), term


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_the_trigram_indexes_find_the_same(market, way):
    if not search_indexes():
        pytest.skip("this server has no pg_trgm")
    order = Order(Booking.created_at, Booking.id, descending=True)
    for term in (*FOUND_ALIKE, *(term[1:4] for term in FOUND_ALIKE)):
        db.session.execute(sa.text("SET LOCAL enable_seqscan = on"))
        expected = brute_force(term)
        db.session.execute(sa.text("SET LOCAL enable_seqscan = off"))  # So few rows would be read without an index.
        plan = db.session.scalars(sa.text("EXPLAIN SELECT 1 FROM users WHERE " + written(USERS.matches(term)))).all()
        assert "ix_users_search" in "".join(plan)
        assert set(walk(BOOKING_SEARCH, BOOKINGS, order, term, 10)[0]) == expected, term


def search_indexes():
    return db.session.scalar(sa.text("SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'ix!_%!_search' ESCAPE '!'"))


def written(condition):
    text = str(condition.compile(db.engine, compile_kwargs={"literal_binds": True}))
    return text.replace("%%", "%").replace(":", "\\:")
