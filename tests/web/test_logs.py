"""The log: one line a request, and nothing in it that is somebody's secret."""

import io
import json
import sys

import pytest
import sqlalchemy as sa
import structlog

from marketplace.accounts.reset_links import issue_reset_link
from marketplace.extensions import db
from marketplace.transaction import transaction
from marketplace.web.logs import init_logs
from tests.accounts.test_reset_links import DAY
from tests.factories import PASSWORD, PASSWORD_HASH, StaffMemberFactory, UserFactory


def test_each_request_is_one_line_of_json(support, log):
    for path in ("/admin/", "/nowhere", "/healthz"):
        support.get(path)
    lines = log()
    assert [(line["route"], line["status"]) for line in lines] == [("/admin/", 200), (None, 404), ("/healthz", 200)]
    # Whom the request did not need to know is not looked up for the log.
    assert [line["staff"] for line in lines] == [str(support.member_id), str(support.member_id), None]
    assert all(line["event"] == "request" and line["timestamp"] and line["milliseconds"] >= 0 for line in lines)


def behind_a_proxy(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "settings", app.extensions["settings"].model_copy(update={"proxy_hops": 1}))


def test_the_line_and_the_answer_carry_the_same_id(stranger, log):
    assert stranger.get("/healthz").headers["X-Request-Id"] == log()[0]["request_id"]


def test_the_id_that_a_proxy_gives_is_taken_over_and_none_that_a_visitor_chose(app, stranger, monkeypatch):
    given = {"X-Request-Id": "proxy-made-this-1"}
    assert stranger.get("/healthz", headers=given).headers["X-Request-Id"] != "proxy-made-this-1"
    behind_a_proxy(app, monkeypatch)
    assert stranger.get("/healthz", headers=given).headers["X-Request-Id"] == "proxy-made-this-1"


@pytest.mark.parametrize("given", ["short", "x" * 65, "a b c d e f g h", "a\tbcdefghij", "é" * 10, "<script>alert(1)"])
def test_an_id_that_could_be_anything_is_not_taken_over(app, stranger, log, given, monkeypatch):
    behind_a_proxy(app, monkeypatch)
    answer = stranger.get("/healthz", headers={"X-Request-Id": given})
    assert answer.headers["X-Request-Id"] != given
    assert log()[0]["request_id"] == answer.headers["X-Request-Id"]


def test_no_password_gets_into_the_log(app, stranger, log, capfd):
    member = StaffMemberFactory()
    stranger.submit("/login", {"email": member.email, "password": "wrong horse battery"})
    stranger.submit("/login", {"email": "wrong horse battery", "password": "y" * 90})
    stranger.log_in(member)
    stranger.get("/login?password=wrong+horse+battery")
    log(without=(PASSWORD, "horse", "y" * 90, PASSWORD_HASH), capfd=capfd)


def test_no_reset_token_gets_into_the_log(stranger, support, log, capfd):
    user = UserFactory()
    with transaction():
        token = issue_reset_link(
            user, reason="They rang.", actor=StaffMemberFactory.build(), storage="digest", valid=DAY
        )
    for method in ("GET", "HEAD", "POST", "PUT"):
        stranger.open(f"/reset/{token}", method=method)
    stranger.get(f"/reset/{token}/")
    stranger.get(f"//reset/{token}")
    stranger.get(f"/reset/{token[:-1]}")
    stranger.submit("/reset/new-password", {"password": "short", "again": "short"})
    good = {"password": "seventeen otters", "again": "seventeen otters"}
    assert stranger.submit("/reset/new-password", good).status_code == 200
    issued = support.submit(f"/admin/users/{user.id}/reset-link", {"reason": "They rang.", "show": "y"}).get_data(
        as_text=True
    )
    shown = issued.split("https://account.example.com/reset/", 1)[1][:43]
    log(without=(token, token[:-1], shown, "seventeen", "otters"), capfd=capfd)


def test_no_profile_gets_into_the_log(support, log, capfd):
    user = UserFactory()
    url = f"/admin/users/edit/?id={user.id}"
    form = {"email": "x", "phone": "+1 202 555 0199", "address": "99 Secret Lane", "loaded": "{}"}
    support.submit(url, form)
    support.get("/admin/users/?search=99+Secret+Lane")
    log(without=("555 0199", "Secret", "Lovelace", user.email), capfd=capfd)


def test_a_line_break_cannot_forge_a_line(app, stranger, log, monkeypatch):
    forged = 'x\r\n{"event": "request", "staff": "root"}\u2028\u2029\x85\x1b[31m'

    def fail():
        raise RuntimeError(forged)

    monkeypatch.setitem(app.view_functions, "health.healthz", fail)
    stranger.get("/healthz", headers={"User-Agent": "x", "X-Request-Id": "a%0d%0ab"})
    stranger.get("/x%0d%0a%7b%22event%22: 1%7d")
    lines = log()
    assert [line["event"] for line in lines] == ["unhandled_error", "request", "request"]
    assert forged in lines[0]["exception"]
    assert not any(character in log.text for character in "\r\u2028\u2029\x85\x1b")


def test_a_row_that_breaks_a_rule_is_not_written_into_the_log(app, stranger, log, monkeypatch):
    """PostgreSQL repeats the whole failing row in the details of its message."""
    user = UserFactory(profile={"firstName": "Ada", "phone": "+1 202 555 0199", "address": "99\nSecret Lane"})

    def fail():
        db.session.execute(sa.text("UPDATE users SET role = 'x' WHERE email = :email"), {"email": user.email})

    monkeypatch.setitem(app.view_functions, "health.healthz", fail)
    assert stranger.get("/healthz").status_code == 500
    lines = log(without=("555 0199", "Secret", PASSWORD_HASH, user.email))
    assert "users_role_check" in lines[0]["exception"]


def test_a_failed_verb_says_where_it_failed(app, stranger, log, monkeypatch):
    monkeypatch.setitem(app.view_functions, "health.healthz", lambda: 1 / 0)
    stranger.get("/healthz")
    fault = log()[0]
    assert (fault["event"], fault["error"], fault["level"]) == ("unhandled_error", "ZeroDivisionError", "error")
    assert "ZeroDivisionError: division by zero" in fault["exception"]
    assert "test_logs.py" in fault["exception"]


@pytest.fixture
def log(request, app, monkeypatch):
    """Give the log from here on: `log()` returns its lines, read; `log.text` is what was written."""
    for browser in ("support", "stranger"):
        if browser in request.fixturenames:
            request.getfixturevalue(browser)
    before, written = structlog.get_config(), io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", written)
        init_logs(app.extensions["settings"])

    def lines(*, without=(), capfd=None):
        lines.text = written.getvalue()
        everything = lines.text + (str(capfd.readouterr()) if capfd else "")
        assert lines.text
        assert not [secret for secret in without if secret in everything]
        return [json.loads(line) for line in lines.text.split("\n") if line]

    yield lines
    structlog.configure(**before)
