"""Error pages: in our dress, with our words, and telling nobody what is behind them."""

import re

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from marketplace import create_app
from marketplace.extensions import db
from marketplace.staff.models import StaffMember
from tests.conftest import Browser, make_settings

TITLES = {
    400: "That request cannot be understood",
    401: "Please log in",
    403: "This is not open to your role",
    404: "There is no such page",
    405: "That is not possible here",
    413: "That is too much at once",
    429: "Too many tries",
    500: "Something went wrong",
    503: "Not just now",
}
SECRETS = ("hunter2", "10.0.0.1", "INSERT", "SELECT", "psycopg", "sqlalchemy", "Traceback", "sqlite")


def test_each_refusal_has_its_page(app, support, stranger):
    answers = {
        400: support.post("/admin/bookings/new/"),
        401: stranger.post("/admin/bookings/new/", data={"csrf_token": stranger.token()}),
        403: support.get("/admin/staff/"),
        404: support.get("/admin/nowhere"),
        405: support.get("/logout"),
        413: support.post("/login", data=b"x" * 3_000_000),
        429: too_many_tries(app),
    }
    for status, answer in answers.items():
        assert_page(answer, status)


def test_a_method_that_is_not_possible_names_those_that_are(stranger):
    assert set(stranger.put("/login").headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_those_who_try_too_often_are_told_when_to_come_back(app):
    assert 0 < int(too_many_tries(app).headers["Retry-After"]) <= 300


@pytest.mark.parametrize("who", ["support", "stranger"])
def test_a_fault_of_ours_has_a_page_that_tells_nothing(app, request, monkeypatch, who):
    browser = request.getfixturevalue(who)
    fail_with(app, monkeypatch, RuntimeError("hunter2 at 10.0.0.1: SELECT"))
    assert_page(browser.get("/healthz"), 500)


@pytest.mark.parametrize("who", ["support", "stranger"])
@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_a_database_that_is_gone_is_a_503_to_be_tried_again(app, request, monkeypatch, who, kind):
    browser = request.getfixturevalue(who)
    cause = RuntimeError("connection to 10.0.0.1 failed: psycopg hunter2")
    fail_with(app, monkeypatch, kind("SELECT x", {"password": "hunter2"}, cause))
    answer = browser.get("/healthz")
    assert_page(answer, 503)
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_a_statement_that_breaks_a_rule_is_a_500_that_tells_nothing(app, support, monkeypatch):
    fail_with(app, monkeypatch, IntegrityError("INSERT INTO x", {"password": "hunter2"}, RuntimeError("hunter2")))
    assert_page(support.get("/healthz"), 500)


def test_what_was_half_done_is_undone(app, support, monkeypatch):
    def half():
        db.session.execute(sa.update(StaffMember).values(name="New"))
        raise RuntimeError

    monkeypatch.setitem(app.view_functions, "health.healthz", half)
    assert support.get("/healthz").status_code == 500
    assert db.session.scalars(sa.select(StaffMember.name)).all() == ["Sam Staff"]


def test_without_its_database_the_app_lives_and_says_so(app):
    nowhere = create_app(make_settings("postgresql://user:hunter2@127.0.0.1:1/none?connect_timeout=1"))
    nowhere.test_client_class = Browser
    browser = nowhere.test_client()
    with nowhere.app_context():
        assert (browser.get("/healthz").status_code, browser.get("/healthz").get_json()) == (200, {"status": "alive"})
        ready = browser.get("/readyz")
        assert (ready.status_code, ready.get_json()) == (503, {"status": "database unreachable"})
        assert browser.get("/login").status_code == 200
        form = {"email": "sam@example.com", "password": "hunter2"}
        assert_page(browser.submit("/login", form), 503)
        assert_page(browser.get("/reset/unknown"), 503)
        with browser.session_transaction() as planted:
            planted["_user_id"] = "x" * 43
        for path in ("/admin/", "/admin/bookings/", "/login", "/nowhere", "/admin/nowhere"):
            answer = browser.get(path)
            assert answer.status_code in (404, 503), path
            assert_page(answer, answer.status_code)
        assert browser.get("/healthz").status_code == 200
        assert browser.get("/static/app.css").status_code == 200
        db.engine.dispose()


def test_parameters_stand_in_no_message_of_the_database(app):
    with pytest.raises(Exception, match="hidden") as failure:
        db.session.execute(sa.text("SELECT * FROM nowhere WHERE a = :a"), {"a": "hunter2"})
    db.session.rollback()
    assert "hunter2" not in str(failure.value)


# -- What the tests above are made of ------------------------------------------------------------


def fail_with(app, monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setitem(app.view_functions, "health.healthz", fail)


def too_many_tries(app):
    browser = app.test_client()
    answers = [browser.get(f"/reset/nothing{number}") for number in range(21)]
    return answers[-1]


def assert_page(answer, status):
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert page.startswith("<!doctype html>")
    assert '<html lang="en-GB">' in page
    assert re.search(rf"<h1>{TITLES[status]}</h1>", page)
    assert not [secret for secret in SECRETS if secret in page]
