"""Promise 10, the second factor: codes of an app that work once, recovery codes stored hashed, required by role."""

import datetime as dt
import re
import time
from collections import Counter
from html import unescape

import pytest
import sqlalchemy as sa

from marketplace.database import utcnow
from marketplace.extensions import db, limiter
from marketplace.sealing import Purpose, unseal
from marketplace.staff.models import StaffMember, StaffRecoveryCode, StaffSecondFactor, StaffSession
from tests.audit_log import entries
from tests.factories import PASSWORD, StaffMemberFactory
from tests.others import at_once
from tests.pages import fields_of
from tests.proofs import let_proof_grow_old
from tests.raw_rows import stored_rows
from tests.staff.second_factors import (
    CODE,
    PAGE,
    account,
    factor_of,
    give_second_factor,
    secret_on,
    set_up,
    shown,
    type_code,
    type_password,
)

NOT_GOOD = "This code is not good, or no more."
CODES = re.compile(r'<li><code dir="ltr">([^<]+)</code></li>')


@pytest.fixture(autouse=True)
def early_in_a_step(time_machine):
    """Let the test begin with one of the app's 30 seconds, so that the code it shows stays the same meanwhile."""
    time_machine.move_to(dt.datetime.fromtimestamp(time.time() // 30 * 30, dt.UTC), tick=True)


@pytest.fixture(autouse=True)
def fresh_counts(app):
    limiter.reset()


@pytest.fixture
def member(app):
    return StaffMemberFactory(email="sam@example.com")


@pytest.fixture
def app_of(member):
    """The secret in the member's app and their recovery codes."""
    return give_second_factor(member)


# -- Logging in ------------------------------------------------------------------------------------


def test_the_password_alone_opens_nothing(stranger, member, app_of):
    answer = type_password(stranger, member)
    assert (answer.status_code, answer.location) == (302, CODE)
    assert "sam@example.com" in stranger.get(CODE).text
    for path in ("/admin/", "/admin/profile/", PAGE, "/admin/bookings/"):
        assert stranger.get(path).location.startswith("/login?")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StaffSession)) == 0
    assert not entries("staff.signed_in")


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_the_code_of_now_and_its_neighbours_let_in(stranger, member, app_of, steps):
    type_password(stranger, member)
    answer = type_code(stranger, shown(app_of[0], steps))
    assert (answer.status_code, answer.location) == (302, "/admin/")
    assert stranger.get("/admin/").status_code == 200
    assert len(entries("staff.signed_in")) == 1


def test_it_leads_on_to_where_one_wanted_to_go(stranger, member, app_of):
    there = "/admin/bookings/?status=pending"
    answer = stranger.submit(f"/login?next={there}", {"email": member.email, "password": PASSWORD, "next": there})
    page = stranger.get(answer.location)
    answer = stranger.post(answer.location, data={**fields_of(page.text), "code": shown(app_of[0])})
    assert answer.location == there


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_older_and_later_codes_do_not(stranger, member, app_of, steps):
    type_password(stranger, member)
    answer = type_code(stranger, shown(app_of[0], steps))
    assert answer.status_code == 401
    assert NOT_GOOD in answer.text


def test_a_code_is_good_once_replay_is_refused(app, member, app_of):
    code = shown(app_of[0])
    first, second = app.test_client(), app.test_client()
    type_password(first, member)
    type_password(second, member)
    assert type_code(first, code).status_code == 302
    answer = type_code(second, code)
    assert answer.status_code == 401
    assert NOT_GOOD in answer.text
    assert type_code(second, shown(app_of[0], -1)).status_code == 401, "nor is an older one after a newer one"
    assert type_code(second, shown(app_of[0], 1)).status_code == 302


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_many_who_type_the_same_code_at_the_same_moment_one_gets_in(app, member, app_of, kind):
    code = shown(app_of[0]) if kind == "app" else app_of[1][0]
    browsers = [app.test_client() for _each in range(8)]
    forms = []
    for browser in browsers:
        type_password(browser, member)
        forms.append({**fields_of(browser.get(CODE).text), "code": code})
    sends = [lambda b=browser, f=form: b.post(CODE, data=f) for browser, form in zip(browsers, forms, strict=True)]
    answers = at_once(*sends)
    assert Counter(answer.status_code for answer in answers) == {302: 1, 401: 7}
    assert len(entries("staff.signed_in")) == 1


def test_a_recovery_code_lets_in_once_and_is_recorded(app, member, app_of):
    code = app_of[1][3]
    first, second = app.test_client(), app.test_client()
    for browser in (first, second):
        type_password(browser, member)
    typed = " ".join(code[start : start + 4] for start in range(0, 24, 4)).upper()
    assert type_code(first, typed).status_code == 302
    assert "You have used a recovery code; 9 are left." in first.get("/admin/").text
    assert type_code(second, code).status_code == 401
    [entry] = entries("staff.recovery_code_used")
    assert (entry.actor_id, code in str(entry.changes)) == (member.id, False)


def test_a_colleagues_codes_open_nothing(stranger, member, app_of):
    secret, codes = give_second_factor(StaffMemberFactory())
    type_password(stranger, member)
    assert type_code(stranger, shown(secret)).status_code == 401
    assert type_code(stranger, codes[0]).status_code == 401


def test_whatever_is_wrong_gets_the_same_answer(stranger, member, app_of):
    type_password(stranger, member)
    pages = set()
    for code in ("000000", "12", "x" * 24, "\N{ARABIC-INDIC DIGIT ONE}23456", "🎈", app_of[1][0][:-1]):
        answer = type_code(stranger, code)
        assert answer.status_code == 401
        token = fields_of(answer.text)["csrf_token"]
        pages.add(answer.text.replace(token, ""))
    assert len(pages) == 1


def test_codes_can_be_tried_as_seldom_as_passwords(stranger, member, app_of):
    type_password(stranger, member)
    statuses = [type_code(stranger, f"00000{number}").status_code for number in range(10)]
    assert statuses == [401] * 10
    page = fields_of(stranger.get(CODE).text)
    answer = stranger.post(CODE, data={**page, "code": shown(app_of[0])})
    assert answer.status_code == 429
    assert len(entries("staff.sign_in_failed")) == 10


def test_fifty_wrong_codes_a_day_are_the_most(app, stranger, member, app_of, time_machine):
    time_machine.move_to(utcnow())
    type_password(stranger, member)
    for number in range(50):
        if number % 10 == 0:
            time_machine.shift(301)
            type_password(stranger, member)
        assert type_code(stranger, "000000").status_code == 401
    time_machine.shift(301)
    type_password(stranger, member)
    page = fields_of(stranger.get(CODE).text)
    assert stranger.post(CODE, data={**page, "code": shown(app_of[0])}).status_code == 429


@pytest.mark.parametrize("change", ["disabled", "password", "time"])
def test_what_the_password_opened_half_is_shut_when_it_is_good_no_more(stranger, member, app_of, time_machine, change):
    type_password(stranger, member)
    page = fields_of(stranger.get(CODE).text)
    if change == "disabled":
        member.is_active = False
    elif change == "password":
        member.password_hash = "$2b$04$" + "x" * 53
    else:
        time_machine.move_to(utcnow())
        time_machine.shift(11 * 60)
    db.session.commit()
    answer = stranger.post(CODE, data={**page, "code": shown(app_of[0])})
    assert (answer.status_code, answer.location) == (302, "/login")
    assert not entries("staff.signed_in")


def test_without_a_password_there_is_no_page_for_codes(stranger, member, app_of):
    assert stranger.get(CODE).location == "/login"
    assert stranger.post(CODE, data={"csrf_token": stranger.token(), "code": shown(app_of[0])}).location == "/login"


# -- Setting up ------------------------------------------------------------------------------------


def test_opening_the_page_stores_nothing(app, support):
    before = stored_rows(but=("staff_sessions", "audit_events"))
    page = support.get(PAGE).text
    assert "<svg" in page
    assert "style=" not in page.split("<svg", 1)[1].split("</svg>", 1)[0]
    assert stored_rows(but=("staff_sessions", "audit_events")) == before
    assert secret_on(page) != secret_on(support.get(PAGE).text)


def test_an_app_is_set_up_by_a_code_and_ten_recovery_codes_are_shown_once(app, support):
    answer, secret = set_up(support)
    assert answer.status_code == 200
    codes = CODES.findall(answer.text)
    assert len({*codes}) == 10
    assert all(re.fullmatch(r"([0-9a-z]{4} ){5}[0-9a-z]{4}", code) for code in codes)
    assert unseal(factor_of(support.member_id).secret, Purpose.SECOND_FACTOR) == secret
    assert "10 recovery codes are left" in support.get("/admin/profile/").text
    [entry] = entries("staff.second_factor_set")
    assert (entry.actor_id, entry.changes) == (support.member_id, {})
    elsewhere = app.test_client()
    type_password(elsewhere, account(support))
    assert type_code(elsewhere, shown(secret)).status_code == 401, "the code of the set-up has been used"
    assert type_code(elsewhere, codes[9]).status_code == 302


def test_neither_secret_nor_codes_are_stored_or_shown_again(app, support, administrator):
    answer, secret = set_up(support)
    codes = [code.replace(" ", "") for code in CODES.findall(answer.text)]
    pages = [support.get(path).text for path in ("/admin/profile/", PAGE, "/admin/profile/recovery-codes")]
    pages += [
        administrator.get(path).text
        for path in ("/admin/staff/", f"/admin/staff/details/?id={support.member_id}", "/admin/audit/")
    ]
    everything = str(stored_rows()) + " ".join(pages).replace(" ", "")
    for text in (secret, *codes):
        assert text not in everything


@pytest.mark.parametrize("code", ["000000", "", "x"])
def test_without_the_right_code_nothing_is_set_up_and_the_picture_stays(app, support, code):
    page = support.get(PAGE).text
    answer = support.post(PAGE, data={**fields_of(page, PAGE), "code": code})
    assert answer.status_code == 422
    assert 'id="code-errors"' in answer.text
    assert secret_on(answer.text) == secret_on(page)
    assert factor_of(support.member_id) is None


def test_sent_twice_it_is_set_up_once_and_shows_the_same_codes(app, support):
    page = support.get(PAGE).text
    sent = {**fields_of(page, PAGE), "code": shown(secret_on(page))}
    first, second = support.post(PAGE, data=sent), support.post(PAGE, data=sent)
    assert (first.status_code, second.status_code) == (200, 200)
    assert CODES.findall(first.text) == CODES.findall(second.text)
    assert len(entries("staff.second_factor_set")) == 1


def test_what_another_session_was_offered_is_not_taken(app, support, operations):
    page = support.get(PAGE).text
    theirs = fields_of(operations.get(PAGE).text, PAGE)
    answer = operations.post(
        PAGE, data={**theirs, "sealed": fields_of(page, PAGE)["sealed"], "code": shown(secret_on(page))}
    )
    assert answer.status_code == 409
    assert factor_of(operations.member_id) is None


@pytest.mark.parametrize("sealed", ["", "x", "gAAAAA", "\N{BALLOON}"])
def test_a_page_that_came_back_damaged_offers_another_secret(app, support, sealed):
    page = support.get(PAGE).text
    answer = support.post(PAGE, data={**fields_of(page, PAGE), "sealed": sealed, "code": "123456"})
    assert answer.status_code == 409
    assert secret_on(answer.text) != secret_on(page)


def test_what_was_sealed_for_something_else_opens_nothing_here(administrator):
    invite = fields_of(administrator.get("/admin/staff/invites/new/").text)
    page = administrator.get(PAGE).text
    offer = fields_of(page, PAGE)
    answer = administrator.post(PAGE, data={**offer, "sealed": invite["sealed"], "code": "123456"})
    assert answer.status_code == 409
    assert "open for too long" in answer.text
    told = {**invite, "email": "nora@example.com", "name": "Nora", "role": "support", "sealed": offer["sealed"]}
    assert secret_on(page) not in administrator.post("/admin/staff/invites/new/", data=told).text


def test_setting_up_moving_and_removing_end_the_other_sessions_and_ask_for_the_password(app, support):
    def elsewhere():
        browser = app.test_client()
        type_password(browser, account(support))
        if factor_of(support.member_id):
            type_code(browser, shown(secret, 1))
        assert browser.get("/admin/").status_code == 200
        return browser

    other = elsewhere()
    answer, secret = set_up(support)
    assert (answer.status_code, other.get("/admin/").status_code) == (200, 302)
    let_proof_grow_old(support)
    answer, _secret = set_up(support)
    assert answer.status_code == 422
    assert "Type your own password" in answer.text
    other = elsewhere()
    answer, secret = set_up(support, own_password=PASSWORD)
    assert (answer.status_code, other.get("/admin/").status_code) == (200, 302)
    removal = "/admin/profile/second-factor/removal"
    let_proof_grow_old(support)
    assert support.submit(removal).status_code == 422
    assert factor_of(support.member_id)
    assert support.submit(removal, {"own_password": PASSWORD}).status_code == 302
    assert factor_of(support.member_id) is None
    assert [entry.action for entry in entries() if "second_factor" in entry.action] == [
        "staff.second_factor_set", "staff.second_factor_set", "staff.second_factor_removed",
    ]  # fmt: skip


def test_new_recovery_codes_take_the_place_of_the_old(app, support):
    answer, _secret = set_up(support)
    old = CODES.findall(answer.text)
    url = "/admin/profile/recovery-codes"
    sent = fields_of(support.get(url).text)
    first, second = support.post(url, data=sent), support.post(url, data=sent)
    new = CODES.findall(first.text)
    assert new == CODES.findall(second.text)
    assert not {*new} & {*old}
    assert len(entries("staff.recovery_codes_made")) == 1
    elsewhere = app.test_client()
    type_password(elsewhere, account(support))
    assert type_code(elsewhere, old[0]).status_code == 401
    assert type_code(elsewhere, new[0]).status_code == 302
    let_proof_grow_old(support)
    assert support.post(url, data=fields_of(support.get(url).text)).status_code == 422


@pytest.mark.parametrize("page", [PAGE, "/admin/profile/recovery-codes"])
def test_a_page_of_before_makes_no_dead_recovery_codes_good_again(app, support, page):
    url = "/admin/profile/recovery-codes"
    first = support.get(PAGE).text
    set_up_once = {**fields_of(first, PAGE), "code": shown(secret_on(first))}
    assert support.post(PAGE, data=set_up_once).status_code == 200
    earlier = fields_of(support.get(url).text)
    assert support.post(url, data=earlier).status_code == 200
    good = CODES.findall(support.post(url, data=fields_of(support.get(url).text)).text)
    before = stored_rows()
    again = support.post(page, data=set_up_once if page == PAGE else earlier)
    assert again.status_code == 409
    assert "Your recovery codes were changed since this page was opened" in again.text
    assert not CODES.findall(again.text)
    assert stored_rows() == before
    elsewhere = app.test_client()
    type_password(elsewhere, account(support))
    assert type_code(elsewhere, good[0]).status_code == 302


def test_without_a_second_factor_there_are_no_recovery_codes(support):
    url = "/admin/profile/recovery-codes"
    assert "you have none" in support.get(url).text
    token = support.token("/admin/profile/")
    assert support.post(url, data={"csrf_token": token}).status_code == 409
    sealed = fields_of(support.get(PAGE).text, PAGE)["sealed"]
    answer = support.post(url, data={"csrf_token": token, "sealed": sealed})
    assert answer.status_code == 409
    assert "Set up a second factor first." in answer.text


# -- Required by role ------------------------------------------------------------------------------


@pytest.fixture
def required(app, monkeypatch):
    changed = app.extensions["settings"].model_copy(update={"require_second_factor": ("support", "administrator")})
    monkeypatch.setitem(app.extensions, "settings", changed)


def test_whose_role_requires_one_can_open_nothing_until_it_is_set_up(app, support, required):
    before = stored_rows(but=("staff_sessions", "audit_events"))
    opened = []
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and not rule.arguments:
            answer = support.get(rule.rule)
            if (answer.status_code, answer.location) != (302, PAGE):
                opened.append(rule.endpoint)
    assert set(opened) <= {
        "profile.second_factor_view", "staff_login.log_in", "staff_login.ask_for_code", "root",
        "health.healthz", "health.readyz", "health.metrics", "reset.set_password", "invite.new_account",
    }  # fmt: skip
    token = fields_of(support.get(PAGE).text, PAGE)["csrf_token"]
    for path in ("/admin/profile/", "/admin/bookings/new/", "/admin/users/action/", "/admin/profile/password"):
        assert support.post(path, data={"csrf_token": token, "reason": "x"}).status_code == 403
    assert stored_rows(but=("staff_sessions", "audit_events")) == before
    page = support.get(PAGE).text
    assert "/admin/bookings/" not in page, "no menu whose links lead nowhere"
    assert support.get("/static/app.css").status_code == 200
    answer, _secret = set_up(support)
    assert answer.status_code == 200
    assert support.get("/admin/bookings/").status_code == 200


def test_they_can_log_out(app, support, required):
    page = support.get(PAGE).text
    assert support.post("/logout", data=fields_of(page, PAGE)).location == "/login"
    assert support.get(PAGE).location.startswith("/login?")


def test_roles_that_require_none_are_left_alone(app, operations, required):
    assert operations.get("/admin/").status_code == 200


def test_who_needs_one_cannot_remove_it(app, support, required):
    set_up(support)
    answer = support.submit("/admin/profile/second-factor/removal")
    assert answer.status_code == 409
    assert "Your role requires a second factor." in answer.text
    assert factor_of(support.member_id)


# -- Reset -----------------------------------------------------------------------------------------


def test_an_administrator_resets_a_colleagues_with_a_reason_and_their_sessions_end(app, administrator, support):
    set_up(support)
    url = f"/admin/staff/{support.member_id}/second-factor-reset"
    let_proof_grow_old(administrator)
    assert administrator.submit(url, {"reason": "Phone lost."}).status_code == 422
    assert administrator.submit(url, {"reason": " ", "own_password": PASSWORD}).status_code == 422
    assert administrator.submit(url, {"reason": "Phone lost."}).status_code == 302
    assert factor_of(support.member_id) is None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StaffRecoveryCode)) == 0
    assert support.get("/admin/").status_code == 302
    [entry] = entries("staff.second_factor_reset")
    assert (entry.actor_id, entry.reason) == (administrator.member_id, "Phone lost.")
    assert support.log_in(account(support)).location == "/admin/"
    assert administrator.submit(url, {"reason": "Again."}).status_code == 409


def test_nobody_resets_their_own(app, administrator):
    set_up(administrator)
    url = f"/admin/staff/{administrator.member_id}/second-factor-reset"
    assert "Nobody resets their own second factor." in unescape(administrator.get(url).text)
    token = administrator.token("/admin/profile/")
    assert administrator.post(url, data={"csrf_token": token, "reason": "x"}).status_code == 409
    assert factor_of(administrator.member_id)


def test_the_command_resets_it_as_well(app, member, app_of):
    result = app.test_cli_runner().invoke(args=["staff", "reset-mfa", "SAM@example.com"])
    assert (result.exit_code, "no second factor any more" in result.output) == (0, True)
    assert factor_of(member.id) is None
    result = app.test_cli_runner().invoke(args=["staff", "reset-mfa", "sam@example.com"])
    assert result.exit_code == 1
    assert "has no second factor" in result.output


# -- Keys ------------------------------------------------------------------------------------------


def test_secrets_outlive_the_rotation_of_the_key_and_are_sealed_anew_at_log_in(
    app, stranger, member, app_of, monkeypatch
):
    settings = app.extensions["settings"]
    old = settings.secret_key.get_secret_value()
    new = type(settings.secret_key)("0e9d8c7b6a594837261504f3e2d1c0bf")
    rotated = settings.model_copy(update={"secret_key": new, "secret_key_fallbacks": (old,)})
    monkeypatch.setitem(app.extensions, "settings", rotated)
    type_password(stranger, member)
    assert type_code(stranger, shown(app_of[0])).status_code == 302
    monkeypatch.setitem(app.extensions, "settings", rotated.model_copy(update={"secret_key_fallbacks": ()}))
    assert unseal(factor_of(member.id).secret, Purpose.SECOND_FACTOR) == app_of[0]


def test_a_secret_whose_key_is_gone_opens_nothing_but_recovery_codes_do(app, stranger, member, app_of, monkeypatch):
    settings = app.extensions["settings"]
    new = type(settings.secret_key)("0e9d8c7b6a594837261504f3e2d1c0bf")
    monkeypatch.setitem(app.extensions, "settings", settings.model_copy(update={"secret_key": new}))
    type_password(stranger, member)
    assert type_code(stranger, shown(app_of[0])).status_code == 401
    assert type_code(stranger, app_of[1][0]).status_code == 302


def test_the_database_holds_one_factor_of_a_kind(app, member, app_of):
    db.session.add(StaffSecondFactor(member_id=member.id, secret="x", last_step=0, created_at=member.created_at))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.commit()
    db.session.rollback()
    assert db.session.get(StaffMember, member.id)
