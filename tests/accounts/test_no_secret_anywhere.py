"""A link's whole life, and then a search for its token, its password and the hashes wherever anything was written."""

import io
import logging
import re
import sys
from html import unescape

import pytest
import sqlalchemy as sa
import structlog

from marketplace.accounts.models import PasswordResetToken, User
from marketplace.extensions import db
from marketplace.web.logs import init_logs
from tests.accounts.test_reset_page import GOOD, PAGE, SHOWN
from tests.factories import PASSWORD, UserFactory
from tests.raw_rows import stored_rows

LINK = re.compile(r"https://account\.example\.com/reset/([\w-]{43})")

PAGES = (
    "users/", "users/details/?id={user}", "users/edit/?id={user}", "users/{user}/reset-link",
    "reset-tokens/", "reset-tokens/details/?id={token}", "reset-tokens/{token}/revocation",
    "audit/", "audit/?record={token}", "batches/", "staff/", "profile/",
    "users/export/csv/", "bookings/export/csv/", "services/export/csv/",
)  # fmt: skip
"""Everything that tells of links, users or what was done to them."""


@pytest.fixture
def logged(app, administrator, stranger, caplog, monkeypatch):
    """Give what all logs say: structlog's lines, and those of every library."""
    before, written = structlog.get_config(), io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", written)
        init_logs(app.extensions["settings"].model_copy(update={"log_level": "DEBUG"}))
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)  # At DEBUG it tells the rows it read.
    yield lambda: caplog.text + written.getvalue()
    logging.getLogger("sqlalchemy.engine").setLevel(logging.NOTSET)
    structlog.configure(**before)


def test_token_password_and_hash_are_in_no_log_dump_entry_export_or_page(app, administrator, stranger, logged):
    user = UserFactory(profile={"firstName": "Ada", "phone": "+1 202 555 0199", "address": "99 Secret Lane"})
    identity = user.id
    shown = administrator.submit(f"/admin/users/{identity}/reset-link", SHOWN).text
    [token] = set(LINK.findall(shown))
    written = stored_rows()
    assert token not in str(written), "as it was issued"
    assert token.encode().hex().upper() not in str(written)
    stranger.get(f"/reset/{token}")
    answers = [stranger.submit(PAGE, {"password": "short pw", "again": "short pw"}), stranger.submit(PAGE, GOOD)]
    answers += [stranger.get(f"/reset/{token}"), stranger.get(PAGE)]
    assert [answer.status_code for answer in answers] == [422, 200, 404, 404]
    stored_hash = db.session.scalar(sa.select(User.password).where(User.id == identity))
    [row] = db.session.execute(sa.select(PasswordResetToken.id, PasswordResetToken.token))
    pages = [unescape(administrator.get(f"/admin/{page.format(user=identity, token=row.id)}").text) for page in PAGES]
    pages += [unescape(answer.text) for answer in answers]

    secrets = {"token": token, "hash": stored_hash, "digest": row.token, "new": GOOD["password"], "old": PASSWORD}
    places = {"pages": "\n".join(pages), "logs": logged(), "entries": "\n".join(stored_rows()["audit_events"])}
    assert "reset_link.issued" in places["pages"], "the pages tell of the link"
    assert '"route": "/reset/<token>"' in places["logs"], "the logs tell of the visit"
    for place, everything in places.items():
        for name, secret in secrets.items():
            assert secret not in everything, (name, place)
            assert secret.encode().hex().upper() not in everything, (name, place)
    dump = str(stored_rows(but=("users", "staff_members")))
    for secret in (token, GOOD["password"], PASSWORD, stored_hash):
        assert secret not in dump
        assert secret.encode().hex().upper() not in dump
    for personal in ("555 0199", "Secret Lane"):
        assert personal not in places["logs"]
        assert personal not in places["entries"]
        assert personal.encode().hex().upper() not in places["entries"]


def test_the_search_finds_what_is_there(app):
    """Else the test above could not fail."""
    user = UserFactory()
    dump = str(stored_rows())
    assert user.email in dump or user.email.encode().hex().upper() in dump
    assert user.password in dump or user.password.encode().hex().upper() in dump
