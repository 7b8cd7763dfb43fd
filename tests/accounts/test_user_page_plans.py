"""The page of a provider with 100,000 bookings: few statements, each read by an index, a page at a time."""

import hashlib
import re
import uuid

import pytest
from flask_migrate import upgrade

from marketplace.backoffice.counting import CAP
from marketplace.permissions import Role
from tests.conftest import Browser
from tests.factories import StaffMemberFactory
from tests.seed import app_on
from tests.servers import postgresql_database
from tests.test_plans import in_one_go, too_much, visit

USERS = """
    INSERT INTO users (id, email, password, role, profile)
    SELECT md5('user' || n)::uuid, 'user' || n || '@example.com', '', CASE n WHEN 1 THEN 'provider' ELSE 'customer' END,
        '{"firstName": "Ada", "phone": "+442079460123"}'
    FROM generate_series(1, 2000) AS n
"""
SERVICES = """
    INSERT INTO services (id, provider_id, title, description, category, price, duration, availability)
    SELECT md5('service' || n)::uuid, md5('user1')::uuid, 'Yoga ' || n, 'Tea.', 'home', 10, 60, '{}'
    FROM generate_series(1, 50) AS n
"""
BOOKINGS = """
    INSERT INTO bookings (id, customer_id, service_id, provider_id, status, scheduled_at, duration, total_amount)
    SELECT md5('booking' || n)::uuid, md5('user' || 2 + n % 1998)::uuid, md5('service' || 1 + n % 50)::uuid,
        md5('user1')::uuid, (ARRAY['pending', 'confirmed', 'completed', 'cancelled'])[1 + n % 4],
        now() + (n * 7919 % 100000 - 90000) * interval '10 minutes', 60, 10 + n % 500
    FROM generate_series(1, 100000) AS n
"""
MOST_STATEMENTS = 11


@pytest.fixture(scope="module")
def large(postgresql, unhurried):
    with postgresql_database(postgresql) as url, app_on(url) as app:
        upgrade()
        in_one_go(USERS, SERVICES, BOOKINGS, "VACUUM ANALYZE")
        app.test_client_class = Browser
        browser = app.test_client()
        browser.log_in(StaffMemberFactory(role=Role.ADMINISTRATOR))
        browser.get("/admin/profile/")  # The menu counts what waits for reviews, now and then.
        yield browser


@pytest.mark.parametrize(
    "asked",
    [
        "", "provider-show=all", "provider-show=all&provider-last=1", "provider-sort=scheduled_at&provider-desc=1",
        "provider-show=all&provider-sort=total_amount", "provider-show=all&provider-sort=total_amount&provider-desc=1",
        "provider-show=coming&provider-last=1", "listings-sort=price",
    ],
)  # fmt: skip
def test_it_opens_in_a_few_statements_that_read_hardly_more_than_they_show(large, asked):
    identity = uuid.UUID(hashlib.md5(b"user1", usedforsecurity=False).hexdigest())
    address = f"/admin/users/details/?id={identity}&{asked}"
    for _turn in range(3):
        page, statements = visit(large, address)
        assert len(statements) <= MOST_STATEMENTS, statements
        assert not too_much(statements, 2 * CAP), address
        assert not any(re.search(r"OFFSET (?!0)", str(statement)) for statement, _values in statements)
        section = page.split('id="provider"')[1].split("</section>")[0]
        links = re.findall(r'href="([^"]*)"[^>]*rel="next"|rel="next"[^>]*href="([^"]*)"', section)
        if not links:
            break
        address = (links[0][0] or links[0][1]).replace("&amp;", "&").split("#")[0]
    assert "more than 1,000" in page
