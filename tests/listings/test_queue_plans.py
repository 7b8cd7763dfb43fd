"""The queue at 50,000 listings: its first page, with filters and count, is read by index."""

import uuid
from collections.abc import Iterator
from functools import partial
from hashlib import md5

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy.engine import URL

from marketplace.backoffice.counting import CAP
from marketplace.extensions import db
from marketplace.listings.duplicates import MOST_CANDIDATES, near_duplicates
from marketplace.listings.states import DIGEST
from marketplace.permissions import Role
from tests.conftest import Browser
from tests.factories import StaffMemberFactory
from tests.seed import app_on
from tests.servers import postgresql_database
from tests.test_plans import in_one_go, too_much, visit, watched

LISTINGS = 50_000

ROWS = (
    """
    INSERT INTO users (id, email, password, role, profile)
    SELECT md5('user' || n)::uuid, 'user' || n || '@example.com', repeat('x', 60), 'provider', '{}'
    FROM generate_series(1, 1000) AS n
    """,
    f"""
    INSERT INTO services (id, provider_id, title, description, category, price, duration, availability, is_active,
        created_at)
    SELECT md5('service' || n)::uuid, md5('user' || 1 + n % 1000)::uuid, 'Lesson no. ' || n,
        md5('first' || n) || repeat('Tea is included. ', 10) || md5('last' || n),
        (ARRAY['wellness', 'home', 'lessons'])[1 + n % 3], 10 + n % 90, 60, '{{}}',
        true, timestamptz '2025-01-01 00:00+00' + n * interval '1 minute'
    FROM generate_series(1, {LISTINGS}) AS n
    """,
)

STATES = f"""
    INSERT INTO service_states (service_id, content_digest, provider_id, category, needs_review, is_edited,
        waiting_since, signals, signal_kinds, signal_count, looked_at)
    SELECT id, %s, provider_id, category, true, duration = 0, created_at, '[]',
        CASE WHEN price < 11 THEN ' price ' ELSE '' END, CASE WHEN price < 11 THEN 1 ELSE 0 END, now()
    FROM services LIMIT {LISTINGS - 1}
"""


SENT_BACK = """
    UPDATE service_states SET needs_review = false, is_sent_back = services.price > 98
    FROM services WHERE services.id = service_id AND services.price > 89
"""
"""One listing in nine is decided on, one of these in ten was sent back."""


@pytest.fixture(scope="module")
def moderator(postgresql: URL, unhurried: None) -> Iterator[FlaskClient]:
    with postgresql_database(postgresql) as url, app_on(url) as app:
        upgrade()
        digest = str(DIGEST.compile(dialect=db.engine.dialect))
        in_one_go(*ROWS, STATES % digest, SENT_BACK, "VACUUM ANALYZE")
        app.test_client_class = Browser
        browser = app.test_client()
        browser.log_in(StaffMemberFactory(role=Role.OPERATIONS))
        for _each in range(2):
            browser.get("/admin/services/review/")  # It looks at the one listing that nobody has looked at.
        yield browser


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "kind=new",
        "kind=edited",
        "kind=requested",
        "kind=requested&provider={provider}",
        "search=user7@example.com",
        "category=home",
        "provider={provider}",
        "signal=price",
        "waiting_before=2025-01-10",
        "search=lesson",
        "last=1",
        "sort=signals&desc=1",
    ],
)
def test_a_page_of_the_queue_reads_hardly_more_than_it_shows(moderator, asked):
    provider = db.session.scalar(sa.text("SELECT provider_id FROM services ORDER BY id LIMIT 1"))
    page, statements = visit(moderator, f"/admin/services/review/?{asked.format(provider=provider)}")
    assert ("/review" in page) or asked == "kind=edited"
    shown = [each for each in statements if "sha256" not in each[0] and "service_states" in each[0]]
    assert len(shown) <= 5
    assert not too_much(shown, 3 * CAP, but=("users",))


def test_the_next_is_found_at_the_head_of_the_index(moderator):
    token = moderator.token("/admin/profile/")
    claim = partial(moderator.post, "/admin/services/review/claim", data={"csrf_token": token})
    answer, statements = watched(claim)
    assert "/review" in answer.location
    [search] = [each for each in statements if each[0].startswith("SELECT") and "claimed_until" in each[0]]
    assert not too_much([search], 5)


def test_near_duplicates_are_found_by_index(moderator):
    text = (
        "Our family has cleaned houses and offices here for twelve years, with {}, and brings machines and soaps along."
    )
    copies = sa.text(
        "UPDATE services SET title = :title, description = :text WHERE id = md5('service' || :number)::uuid"
    )
    for number, title, word in (("7", "House cleaning", "care"), ("8", "Maids for you", "love")):
        db.session.execute(copies, {"number": number, "title": title, "text": text.format(word)})
    db.session.commit()
    one = uuid.UUID(bytes=md5(b"service7", usedforsecurity=False).digest())
    found, statements = watched(lambda: near_duplicates(db.session, [one]))
    assert len(found[one]) == 1
    [compared] = [each for each in statements if "description_letters" in each[0]]
    # A provider has fifty listings here, and an index is read to the end of what it finds.
    assert not too_much([compared], 5 * MOST_CANDIDATES)


@pytest.mark.parametrize("sort", ["created_at&desc=1", "title", "price"])
def test_services_that_wait_with_a_signal_are_found_by_the_index_of_the_queue(moderator, sort):
    page, statements = visit(moderator, f"/admin/services/?signal=price&sort={sort}")
    assert "Lesson no." in page
    shown = [each for each in statements if "service_states" in each[0]]
    assert not too_much(shown, 3 * CAP, but=("users",))


def test_what_has_changed_is_looked_for_once_a_minute_not_with_every_page(moderator):
    moderator.get("/admin/services/review/")
    for address in ("/admin/profile/", "/admin/services/", "/admin/profile/"):
        _page, statements = visit(moderator, address)
        assert not [each for each in statements if "sha256" in each[0]], address
    page, statements = visit(moderator, "/admin/services/review/figures")
    waiting = db.session.scalar(sa.text("SELECT count(*) FROM service_states WHERE needs_review"))
    assert f"{waiting:,}" in page
    assert len([each for each in statements if "sha256" in each[0]]) == 1
