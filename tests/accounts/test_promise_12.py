"""Promise 12: a reset link sets one password, once, for its owner, in its time, and leads to our own page."""

import datetime as dt
import os
from collections import Counter
from functools import partial

import pytest
import sqlalchemy as sa
import time_machine
from flask import current_app

from marketplace.accounts.models import PasswordResetToken
from marketplace.accounts.reset_links import is_live_token
from marketplace.extensions import db
from tests.accounts.test_reset_links import issue, use
from tests.accounts.test_reset_page import GOOD, PAGE, SHOWN, fits
from tests.audit_log import entries, is_whole
from tests.factories import PasswordResetTokenFactory, UserFactory
from tests.others import at_once

ROUNDS = int(os.environ.get("RESET_ROUNDS", "2"))
"""Races of 24 clients with every run; by hand 100: `RESET_ROUNDS=100 pytest tests/accounts/test_promise_12.py`."""

API_QUERY = "SELECT email FROM password_reset_tokens WHERE token = :t AND is_used = false AND expires_at > now()"
"""As a marketplace API would ask that looks tokens up itself."""


def opened(app, token):
    """Return what sends the form from a browser that has opened the link."""
    browser = app.test_client()
    assert browser.get(f"/reset/{token}").status_code == 302
    return partial(browser.post, PAGE, data={"csrf_token": browser.token(PAGE), **GOOD})


def found_by_the_api(token):
    db.session.rollback()
    query = API_QUERY.replace("now()", "CURRENT_TIMESTAMP") if db.engine.dialect.name == "sqlite" else API_QUERY
    return db.session.scalars(sa.text(query), {"t": token}).all()


def test_of_24_clients_at_the_same_moment_exactly_one_sets_a_password(app, monkeypatch):
    monkeypatch.setattr("marketplace.accounts.reset_page.limiter.enabled", False)
    for number in range(ROUNDS):
        user = UserFactory()
        token = issue(user)
        answers = at_once(*[opened(app, token) for _each in range(24)])
        told = Counter(answer.status_code for answer in answers)
        assert told[200] == 1, told
        assert told[404] + told[503] == 23, told  # On SQLite one may have waited too long, and is asked to try again.
        assert len(entries("user.password_reset")) == len(entries("reset_link.used")) == number + 1
    assert is_whole()


def test_of_a_hundred_attempts_at_the_same_moment_exactly_one_succeeds(app, monkeypatch):
    """More than there are connections: some are asked to try again, and none sets a second password."""
    monkeypatch.setattr("marketplace.accounts.reset_page.limiter.enabled", False)
    token = issue(UserFactory())
    answers = at_once(*[opened(app, token) for _each in range(100)])
    told = Counter(answer.status_code for answer in answers)
    assert told[200] == 1, told
    assert told[404] + told[503] == 99, told
    assert len(entries("user.password_reset")) == len(entries("reset_link.used")) == 1
    assert is_whole()


def test_a_mail_scanner_that_opens_the_link_many_times_leaves_it_valid(app, stranger):
    user = UserFactory()
    token = issue(user)
    for number in range(30):
        scanner = app.test_client()
        assert scanner.open(f"/reset/{token}", method=("GET", "HEAD")[number % 2]).status_code == 302
        assert scanner.open(PAGE, method="HEAD").status_code == 200
    stranger.get(f"/reset/{token}")
    assert stranger.submit(PAGE, GOOD).status_code == 200
    assert fits(user, GOOD["password"])


@pytest.mark.parametrize("hours", [-72, -25, 25, 72])
def test_a_skewed_clock_of_the_app_makes_a_link_live_no_longer_and_no_shorter(app, hours):
    token, dead = issue(UserFactory()), issue(UserFactory(), valid=-dt.timedelta(seconds=1))
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours)):
        assert is_live_token(db.session(), token, storage="digest")
        assert not is_live_token(db.session(), dead, storage="digest")
        skewed = issue(UserFactory())
    assert is_live_token(db.session(), skewed, storage="digest")
    newest = db.session.scalar(sa.select(sa.func.max(PasswordResetToken.expires_at)))
    assert abs(newest - dt.datetime.now(dt.UTC) - dt.timedelta(hours=24)) < dt.timedelta(minutes=1)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"])
def test_expiry_is_exact_to_the_second_in_any_zone_of_the_database(app, zone):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite knows no zone but UTC.")
    alive, dead = issue(UserFactory(), valid=dt.timedelta(seconds=20)), issue(UserFactory(), valid=dt.timedelta(0))
    db.session.execute(sa.text(f"SET LOCAL TIME ZONE '{zone}'"))
    assert is_live_token(db.session(), alive, storage="digest")
    assert not is_live_token(db.session(), dead, storage="digest")


# -- Plain storage -------------------------------------------------------------------------------


def test_a_marketplace_api_finds_a_plain_token_by_its_own_query(app):
    user = UserFactory()
    token = issue(user, "plain")
    assert found_by_the_api(token) == [user.email]
    newer = issue(user, "plain")
    assert (found_by_the_api(token), found_by_the_api(newer)) == ([], [user.email])
    use(newer, "plain")
    assert found_by_the_api(newer) == []


def test_a_marketplace_api_does_not_find_an_expired_plain_token(app):
    assert found_by_the_api(issue(UserFactory(), "plain", valid=-dt.timedelta(seconds=2))) == []


def test_a_token_that_the_marketplace_api_issued_and_used_is_dead_here(app):
    user = UserFactory()
    theirs = "t" * 43
    row = PasswordResetTokenFactory(email=user.email, token=theirs)
    assert is_live_token(db.session(), theirs, storage="plain")
    db.session.execute(sa.update(PasswordResetToken).where(PasswordResetToken.id == row.id).values(is_used=True))
    db.session.commit()
    assert not is_live_token(db.session(), theirs, storage="plain")


def test_with_digests_stored_a_stolen_table_opens_nothing(app, stranger):
    issue(UserFactory())
    stored = db.session.scalar(sa.select(PasswordResetToken.token))
    assert found_by_the_api(stored) != []
    assert stranger.get(f"/reset/{stored}").status_code == 404


# -- Where it leads ------------------------------------------------------------------------------

TRICKS = (
    {"Host": "evil.example"},
    {"Host": "account.example.com.evil.example"},
    {"Host": "localhost@evil.example"},
    {"X-Forwarded-Host": "evil.example"},
    {"X-Forwarded-Server": "evil.example"},
    {"Forwarded": "host=evil.example"},
    {"X-Original-Host": "evil.example", "X-Rewrite-URL": "https://evil.example/"},
)


def link_with(support, headers, user):
    """Issue a link by a request with these headers, and return the page."""
    url = f"/admin/users/{user.id}/reset-link"
    token, cookie = support.token(url), support.get_cookie("back_office")
    if "Host" in headers:
        support.set_cookie("back_office", cookie.value, domain=headers["Host"].split("@")[-1])
    return support.post(url, data={"csrf_token": token, **SHOWN}, headers=headers)


@pytest.mark.parametrize("headers", TRICKS, ids=str)
def test_no_header_changes_the_configured_base_of_a_link(app, support, headers):
    page = link_with(support, headers, UserFactory())
    if page.status_code == 200:
        assert "https://account.example.com/reset/" in page.text
    assert "evil.example/reset" not in page.text
    assert "evil.example" not in str(getattr(current_app.extensions["mailman"], "outbox", []))


@pytest.mark.parametrize("headers", TRICKS, ids=str)
def test_without_a_configured_base_a_link_is_made_for_a_trusted_host_only(app, support, monkeypatch, headers):
    settings = app.extensions["settings"]
    trusting = settings.model_copy(update={"reset_link_base_url": "", "trusted_hosts": ("localhost",)})
    monkeypatch.setitem(app.extensions, "settings", trusting)
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["localhost"])
    page = link_with(support, headers, UserFactory())
    if "Host" in headers:
        assert page.status_code == 400
    else:
        assert "http://localhost/reset/" in page.text
    assert "evil.example" not in page.text
