"""Logging in: who gets in, what the others are told, and how often they may try."""

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import bcrypt
import pytest
import sqlalchemy as sa
from limits.errors import StorageError

from marketplace import passwords
from marketplace.extensions import db, limiter
from marketplace.staff.device import COOKIE as DEVICE
from marketplace.staff.models import StaffMember
from tests.audit_log import entries, is_whole
from tests.factories import PASSWORD, StaffMemberFactory
from tests.raw_rows import stored_rows

WRONG = "wrong horse battery"
SENTENCE = "E-mail and password do not fit together."
TOO_LONG = "Use at most 72 bytes"


def test_the_right_password_opens_the_first_page(stranger):
    answer = stranger.log_in(StaffMemberFactory())
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")
    assert stranger.get("/admin/").status_code == 200


@pytest.mark.parametrize("typed", ["SAM@EXAMPLE.COM", " sam@example.com ", "Sam@Example.com"])
def test_the_e_mail_is_known_whatever_its_case(stranger, typed):
    StaffMemberFactory(email="sam@example.com")
    assert stranger.submit("/login", {"email": typed, "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("typed", [PASSWORD.upper(), PASSWORD + " ", " " + PASSWORD, PASSWORD[:-1], "x"])
def test_the_password_has_to_be_exact(stranger, typed):
    assert stranger.log_in(StaffMemberFactory(), typed).status_code == 401
    assert stranger.get("/admin/").status_code == 302


def test_unknown_wrong_and_disabled_get_the_same_answer(app):
    known, disabled = StaffMemberFactory(), StaffMemberFactory(is_active=False)
    answers = []
    for email, password in (
        (known.email, WRONG),
        ("nobody@example.com", WRONG),
        ("nobody@example.com", PASSWORD),
        (disabled.email, WRONG),
        (disabled.email, PASSWORD),
    ):
        answer = app.test_client().submit("/login", {"email": email, "password": password})
        page = answer.get_data(as_text=True)
        assert SENTENCE in page
        answers.append((answer.status_code, without_what_is_typed(page, email)))
    assert {status for status, _page in answers} == {401}
    assert len({page for _status, page in answers}) == 1


def test_an_unknown_e_mail_costs_as_many_checks_as_a_known_one(app, stranger, monkeypatch):
    checks = []
    monkeypatch.setattr(passwords.bcrypt, "checkpw", lambda _typed, known: checks.append(known) or False)
    known, disabled = StaffMemberFactory(), StaffMemberFactory(is_active=False)
    passwords.decoy_hash(app.extensions["settings"].bcrypt_cost)
    counts = []
    for email in (known.email, "nobody@example.com", disabled.email):
        checks.clear()
        assert stranger.submit("/login", {"email": email, "password": WRONG}).status_code == 401
        counts.append([bytes(known).split(b"$")[2] for known in checks])
    assert counts == [[b"04"]] * 3, "one check each, of the same cost"


@pytest.mark.parametrize("password", ["x" * 73, "é" * 37, "🎈" * 19, "x" * 5000])
def test_a_password_that_bcrypt_cannot_see_all_of_is_refused_with_the_reason(stranger, password):
    for email in (StaffMemberFactory().email, "nobody@example.com"):
        answer = stranger.submit("/login", {"email": email, "password": password})
        assert answer.status_code == 422
        assert TOO_LONG in answer.get_data(as_text=True)


def test_a_password_of_exactly_72_bytes_works(stranger):
    password = "é" * 36
    member = StaffMemberFactory(password_hash=bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode())
    assert stranger.log_in(member, password[:-1]).status_code == 401
    assert stranger.log_in(member, password).status_code == 302


@pytest.mark.parametrize("stored", ["", "!", "plain text", "$2b$04$short", "$argon2id$v=19$x"])
def test_a_malformed_hash_lets_nobody_in(stranger, stored):
    member = StaffMemberFactory(password_hash=stored)
    assert stranger.log_in(member).status_code == 401
    assert stranger.log_in(member, stored or "x").status_code == 401


def test_a_cheaper_hash_is_made_anew_at_log_in_and_only_then(app, stranger, monkeypatch):
    dearer = app.extensions["settings"].model_copy(update={"bcrypt_cost": 5})
    monkeypatch.setitem(app.extensions, "settings", dearer)
    member = StaffMemberFactory()
    assert stranger.log_in(member, WRONG).status_code == 401
    assert cost_of(member) == "04"
    assert stranger.log_in(member).status_code == 302
    renewed = hash_of(member)
    assert cost_of(member) == "05"
    assert bcrypt.checkpw(PASSWORD.encode(), renewed.encode())
    assert app.test_client().log_in(member).status_code == 302
    assert hash_of(member) == renewed


def test_blank_fields_are_asked_for(stranger):
    assert stranger.submit("/login", {"email": "", "password": ""}).status_code == 422
    assert stranger.submit("/login", {"email": "x@example.com", "password": ""}).status_code == 422
    assert stranger.submit("/login").status_code == 422


def test_logging_in_and_out_and_failing_is_recorded_and_whoever_fails_is_not_believed(stranger):
    member = StaffMemberFactory()
    stranger.log_in(member, WRONG)
    stranger.log_in(member)
    stranger.submit("/logout", page="/admin/")
    assert [(entry.action, entry.actor_id, entry.subject_id) for entry in entries()] == [
        ("staff.sign_in_failed", None, str(member.id)),
        ("staff.signed_in", member.id, str(member.id)),
        ("staff.signed_out", member.id, str(member.id)),
    ]
    assert entries()[0].actor_label == "somebody not logged in"
    assert is_whole()


def test_of_an_e_mail_that_nobody_has_not_even_the_text_is_kept(stranger):
    """People type their password into the wrong field."""
    stranger.submit("/login", {"email": "correct horse battery", "password": WRONG})
    [entry] = entries("staff.sign_in_failed")
    assert (entry.subject_id, entry.subject_label, entry.changes) == (
        "unknown",
        "no account",
        {"wrong": [None, "password"]},
    )
    assert "horse" not in str(stored_rows())


def test_an_unknown_e_mail_makes_as_many_statements_as_a_known_one(app, stranger):
    """The entry of a failure must not tell, by the time it takes, which e-mails have an account."""
    known, disabled = StaffMemberFactory(), StaffMemberFactory(is_active=False)
    counts = []
    for email in ("warm.up@example.com", known.email, "nobody@example.com", disabled.email):
        token = stranger.token()
        with statements() as made:
            stranger.post("/login", data={"csrf_token": token, "email": email, "password": WRONG})
        counts.append([each.split(" ", 1)[0] for each in made])
    assert counts[1] == counts[2] == counts[3]
    assert "INSERT" in counts[1]


def test_tries_that_are_refused_unseen_make_no_entry(app):
    for number in range(15):
        attempt(app, "nobody@example.com", WRONG, f"203.0.113.{number}")
    assert len(entries("staff.sign_in_failed")) == 10


def test_all_strangers_together_cannot_fill_the_log(app):
    for number in range(110):
        assert attempt(app, f"user{number}@example.com", WRONG, f"10.0.{number}.1").status_code == 401
    assert len(entries("staff.sign_in_failed")) == 100


def test_the_eleventh_wrong_try_on_an_account_is_refused_from_anywhere(app):
    member = StaffMemberFactory()
    for number in range(10):
        assert attempt(app, member.email, WRONG, f"203.0.113.{number}").status_code == 401
    answer = attempt(app, member.email.upper(), WRONG, "203.0.113.99")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Too many tries" in answer.text
    assert f'value="{member.email.upper()}"' in answer.text, "what was typed is not lost"
    assert 'action="/login"' in answer.text
    assert WRONG not in answer.text
    assert attempt(app, member.email, PASSWORD, "203.0.113.98").status_code == 429


def test_the_log_in_says_who_helps_without_password_or_phone(stranger):
    assert "An administrator of the back office can help." in stranger.get("/login").text


def test_spraying_one_password_over_many_accounts_is_stopped(app):
    members = [StaffMemberFactory() for _each in range(12)]
    statuses = [attempt(app, member.email, WRONG, "203.0.113.7").status_code for member in members]
    assert statuses == [401] * 10 + [429] * 2
    assert attempt(app, members[11].email, PASSWORD, "203.0.113.8").status_code == 302


def test_tries_on_accounts_that_do_not_exist_count_as_well(app):
    statuses = [attempt(app, "nobody@example.com", WRONG, f"203.0.113.{number}").status_code for number in range(11)]
    assert statuses == [401] * 10 + [429]


def test_a_password_that_is_too_long_counts_as_a_try(app):
    statuses = [attempt(app, "x@example.com", "x" * 100, "203.0.113.7").status_code for _number in range(11)]
    assert statuses == [422] * 10 + [429]


@pytest.mark.parametrize("spray", [False, True])
def test_tries_at_the_same_time_are_no_more(app, spray):
    """A password takes long to check: whoever counts afterwards lets all of them through."""
    members = [StaffMemberFactory(email=f"user{number}@example.com") for number in range(24)]
    db.session.commit()
    places = [(members[n if spray else 0].email, f"203.0.113.{1 if spray else n}") for n in range(24)]
    db.session.rollback()  # SQLite in memory commits nothing while somebody still reads.

    def one(place):
        with app.app_context():
            return attempt(app, place[0], WRONG, place[1]).status_code

    with ThreadPoolExecutor(12) as pool:
        statuses = Counter(pool.map(one, places))
    assert statuses == {401: 10, 429: 14}


def test_those_who_get_in_are_not_counted(app):
    member = StaffMemberFactory()
    assert [attempt(app, member.email, PASSWORD, "203.0.113.7").status_code for _number in range(15)] == [302] * 15
    assert attempt(app, member.email, WRONG, "203.0.113.7").status_code == 401


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP"])
def test_a_forged_origin_buys_no_more_tries(app, header):
    statuses = []
    for number in range(11):
        value = f"for=198.51.100.{number}" if header == "Forwarded" else f"198.51.100.{number}"
        statuses.append(attempt(app, f"user{number}@example.com", WRONG, "203.0.113.7", {header: value}).status_code)
    assert statuses == [401] * 10 + [429]


def test_tries_are_forgotten_after_five_minutes(app, time_machine):
    time_machine.move_to(dt.datetime.now(dt.UTC))
    member = StaffMemberFactory()
    for _number in range(10):
        attempt(app, member.email, WRONG, "203.0.113.7")
    time_machine.shift(4 * 60)
    assert attempt(app, member.email, PASSWORD, "203.0.113.7").status_code == 429
    time_machine.shift(62)
    assert attempt(app, member.email, PASSWORD, "203.0.113.7").status_code == 302


def test_where_tries_cannot_be_counted_nobody_gets_in(stranger, monkeypatch):
    def unreachable(*_key):
        raise StorageError(ConnectionError("refused"))

    member = StaffMemberFactory()
    token = stranger.token()
    monkeypatch.setattr(limiter.limiter, "test", unreachable)
    answer = stranger.post("/login", data={"csrf_token": token, "email": member.email, "password": PASSWORD})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Tries cannot be counted" in answer.get_data(as_text=True)
    assert stranger.get("/admin/").status_code == 302


def test_looking_at_the_page_is_not_a_try(stranger):
    assert [stranger.get("/login").status_code for _number in range(30)] == [200] * 30


def test_whoever_is_logged_in_is_led_on(support):
    assert support.get("/login").headers["Location"] == "/admin/"


def test_the_password_comes_back_in_no_page(stranger):
    for password in (WRONG, "y" * 80):
        page = stranger.submit("/login", {"email": "sam@example.com", "password": password}).get_data(as_text=True)
        assert "sam@example.com" in page
        assert password not in page


# -- Promise 8: a stranger slows nobody down but themselves ----------------------------------------


def test_a_stranger_cannot_lock_out_a_colleague_whose_browser_is_known(app):
    member = StaffMemberFactory()
    own = app.test_client()
    assert own.log_in(member).status_code == 302
    assert own.submit("/logout", page="/admin/").status_code == 302
    for number in range(11):  # From their very address, too: the office has one.
        attempt(app, member.email, WRONG, "127.0.0.1" if number % 2 else f"203.0.113.{number}")
    assert attempt(app, member.email, PASSWORD, "203.0.113.99").status_code == 429, "strangers wait"
    assert own.log_in(member).status_code == 302


def test_a_known_browser_has_ten_tries_of_its_own(app):
    member = StaffMemberFactory()
    own = app.test_client()
    own.log_in(member)
    own.submit("/logout", page="/admin/")
    form = {"csrf_token": own.token(), "email": member.email, "password": WRONG}
    statuses = [own.post("/login", data=form).status_code for _number in range(11)]
    assert statuses == [401] * 10 + [429]
    assert app.test_client().log_in(member).status_code == 302, "and takes none from others"


def test_a_known_browser_is_known_for_its_own_accounts_only(app):
    own = app.test_client()
    own.log_in(StaffMemberFactory())
    own.submit("/logout", page="/admin/")
    token = own.token()
    forms = [{"csrf_token": token, "email": f"user{n}@example.com", "password": WRONG} for n in range(11)]
    assert [own.post("/login", data=form).status_code for form in forms] == [401] * 10 + [429]


def test_two_who_share_a_desk_are_both_known_there(app):
    first, second = StaffMemberFactory(), StaffMemberFactory()
    desk = app.test_client()
    for member in (first, second):
        desk.log_in(member)
        desk.submit("/logout", page="/admin/")
    for member in (first, second):
        for number in range(10):
            attempt(app, member.email, WRONG, f"203.0.{number}.7")
    for member in (first, second):
        assert desk.log_in(member).status_code == 302
        desk.submit("/logout", page="/admin/")


@pytest.mark.parametrize("forged", ["x", "", "eyJhIjoiYiJ9.x.y", "\x00", "[]"])
def test_a_forged_device_buys_no_tries(app, forged):
    member = StaffMemberFactory()
    statuses = []
    for _number in range(11):
        browser = app.test_client()
        browser.set_cookie(DEVICE, forged)
        statuses.append(browser.log_in(member, WRONG).status_code)
    assert statuses == [401] * 10 + [429]


def test_the_cookie_of_a_device_is_out_of_reach_of_scripts_and_of_plain_connections(app):
    member = StaffMemberFactory()
    browser = app.test_client()
    form = {"csrf_token": browser.token("/login"), "email": member.email, "password": PASSWORD}
    [set_here] = [each for each in browser.post("/login", data=form).headers.getlist("Set-Cookie") if DEVICE in each]
    assert "HttpOnly" in set_here
    assert "SameSite=Lax" in set_here
    assert "Secure" not in set_here, "on this very machine"
    assert member.email not in set_here
    there = {"base_url": "https://office.example.com"}
    elsewhere = app.test_client()
    page = elsewhere.get("/login", **there).text
    form["csrf_token"] = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    cookies = elsewhere.post("/login", data=form, **there).headers.getlist("Set-Cookie")
    [set_there] = [each for each in cookies if DEVICE in each]
    assert "Secure" in set_there


def test_an_ipv6_network_counts_as_one_address(app):
    members = [StaffMemberFactory() for _each in range(11)]
    statuses = [
        attempt(app, member.email, WRONG, f"2001:db8:1:2::{number}").status_code
        for number, member in enumerate(members)
    ]
    assert statuses == [401] * 10 + [429]
    assert attempt(app, members[0].email, WRONG, "2001:db8:1:3::1").status_code == 401


# -- What the tests above are made of ------------------------------------------------------------


def attempt(app, email, password, address, headers=None):
    browser = app.test_client()
    place = {"REMOTE_ADDR": address}
    token = browser.get("/login", environ_overrides=place).get_data(as_text=True)
    token = token.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    form = {"csrf_token": token, "email": email, "password": password}
    return browser.post("/login", data=form, environ_overrides=place, headers=headers)


def without_what_is_typed(page, email):
    token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    return page.replace(token, "").replace(email, "")


def hash_of(member):
    db.session.rollback()
    return db.session.scalar(sa.select(StaffMember.password_hash).where(StaffMember.id == member.id))


def cost_of(member):
    return hash_of(member).split("$")[2]


@pytest.fixture(autouse=True)
def fresh_counts(app):
    limiter.reset()


@contextmanager
def statements():
    made = []

    def note(_connection, _cursor, statement, *_rest):
        made.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield made
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
