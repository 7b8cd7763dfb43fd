"""Sessions: a key in the browser, its digest in the table, dead within one request of what ends it."""

import datetime as dt
import hashlib

import pytest
import sqlalchemy as sa

from marketplace.extensions import db
from marketplace.passwords import hash_password, password_matches
from marketplace.permissions import Role
from marketplace.staff import signing_in
from marketplace.staff.models import StaffMember, StaffSession
from marketplace.staff.operations import change_staff_password, disable_staff_member
from marketplace.transaction import transaction
from tests.factories import PASSWORD, StaffMemberFactory
from tests.staff.second_factors import give_second_factor, shown, type_code

COOKIE = "back_office"


def test_the_table_holds_the_digest_and_not_the_key(support):
    key = key_of(support)
    row = sessions()[0]
    assert len(key) == 43
    assert row.key_digest == hashlib.sha256(key.encode()).hexdigest()
    assert key not in str(vars(row))


def test_the_cookie_is_for_this_site_and_for_no_script(stranger):
    flags = cookie_flags(stranger.log_in(StaffMemberFactory()))
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= flags
    assert not any(flag.startswith(("Domain", "Expires", "Max-Age")) for flag in flags)


@pytest.mark.parametrize(
    ("origin", "secure"),
    [
        ("http://localhost", False),
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
        ("https://localhost", True),
        ("https://office.example.com", True),
        ("http://office.example.com", True),
        ("http://localhost.example.com", True),
        ("http://192.0.2.7", True),
    ],
)
def test_the_cookie_is_secure_everywhere_but_on_this_machine(stranger, origin, secure):
    answer = stranger.get("/login", base_url=origin)
    assert ("Secure" in cookie_flags(answer)) is secure


def test_logging_in_changes_the_key_and_the_csrf_secret(app, stranger):
    with stranger.session_transaction() as planted:
        planted["_user_id"] = "planted"
        planted["csrf_token"] = "planted"
        planted["anything"] = "planted"
    member = StaffMemberFactory()
    before = stranger.token()
    assert stranger.log_in(member).status_code == 302
    with stranger.session_transaction() as now:
        assert now["_user_id"] != "planted"
        assert "anything" not in now
        assert now.get("csrf_token") != "planted"
    assert stranger.post("/logout", data={"csrf_token": before}).status_code == 400
    assert stranger.get("/admin/").status_code == 200


def test_a_key_made_up_beforehand_opens_nothing(app, stranger):
    for key in ("", "x", "A" * 43, "\ud800", "é" * 1000, None):
        with stranger.session_transaction() as planted:
            planted["_user_id"] = key
        assert stranger.get("/admin/").status_code == 302, key


def test_logging_in_again_ends_the_session_before(app, support):
    first = key_of(support)
    token = support.token("/admin/")
    member = db.session.get(StaffMember, support.member_id)
    form = {"csrf_token": token, "email": member.email, "password": PASSWORD}
    assert support.post("/login", data=form).status_code == 302
    assert key_of(support) != first
    assert support.get("/admin/").status_code == 200
    assert not is_open(app, first)


def test_logging_out_kills_the_cookie_on_the_server(app, support):
    key, cookie = key_of(support), support.get_cookie(COOKIE).value
    assert is_open(app, key)
    support.submit("/logout", page="/admin/")
    assert not is_open(app, key)
    thief = app.test_client()
    thief.set_cookie(COOKIE, cookie)
    assert thief.get("/admin/").status_code == 302
    assert sessions()[0].ended_at is not None


def test_logging_out_here_leaves_the_other_device_logged_in(app, support):
    member = db.session.get(StaffMember, support.member_id)
    other = app.test_client()
    other.log_in(member)
    support.submit("/logout", page="/admin/")
    assert other.get("/admin/").status_code == 200


@pytest.mark.parametrize("what", ["disabled", "given another role", "given another password"])
def test_a_session_is_dead_within_one_request(app, support, administrator, what):
    assert support.get("/admin/").status_code == 200
    member = db.session.get(StaffMember, support.member_id)
    if what == "disabled":
        assert administrator.submit(f"/admin/staff/{member.id}/disabling", {"reason": "Left."}).status_code == 302
    elif what == "given another role":
        edit = f"/admin/staff/edit/?id={member.id}"
        form = {"name": member.name, "role": "manager", "loaded": '{"name": "Sam Staff", "role": "support"}'}
        assert administrator.submit(edit, form).status_code == 302
    else:
        with transaction():
            change_staff_password(member, password_hash=hash_password("a new long password", cost=4), actor=member)
    assert support.get("/admin/").status_code == 302
    assert support.post("/admin/bookings/action/", data={"csrf_token": support.token()}).status_code == 401
    assert administrator.get("/admin/").status_code == 200


@pytest.mark.parametrize("cost", ["today's", "raised"])
@pytest.mark.parametrize("what", ["password", "account", "second factor"])
def test_what_changes_while_a_password_is_checked_leaves_no_session(app, stranger, monkeypatch, what, cost):
    """Checking takes long, and an administrator, or its owner, can be quicker."""
    member, boss = StaffMemberFactory(), StaffMemberFactory()
    member_id, boss_id, sent = member.id, boss.id, typed(stranger, member)
    if cost == "raised":
        dearer = app.extensions["settings"].model_copy(update={"bcrypt_cost": 5})
        monkeypatch.setitem(app.extensions, "settings", dearer)
    new_hash = hash_password("another long password", cost=4)

    def check_slowly(password, password_hash):
        is_right = password_matches(password, password_hash)
        if what == "second factor":
            give_second_factor(db.session.get(StaffMember, member_id))
            return is_right
        with transaction():
            changed = db.session.get(StaffMember, member_id)
            if what == "password":
                change_staff_password(changed, password_hash=new_hash, actor=changed)
            else:
                disable_staff_member(changed, reason="Left.", actor=db.session.get(StaffMember, boss_id))
        return is_right

    monkeypatch.setattr(signing_in, "password_matches", check_slowly)
    answer = stranger.post("/login", data=sent)
    assert answer.status_code == (302 if what == "second factor" else 401)
    assert stranger.get("/admin/").location.startswith("/login?")
    assert not sessions()
    if what == "password":
        kept = sa.select(StaffMember.password_hash).where(StaffMember.id == member_id)
        assert db.session.scalar(kept) == new_hash


def test_a_second_factor_that_is_set_up_just_before_the_session_begins_is_asked_for(app, stranger, monkeypatch):
    sent = typed(stranger, StaffMemberFactory())
    monkeypatch.setattr("marketplace.staff.login.needs_code", lambda member: give_second_factor(member) is None)
    assert stranger.post("/login", data=sent).status_code == 401
    assert not sessions()


def test_logging_in_again_with_a_second_factor_ends_the_session_before(app, support):
    member = db.session.get(StaffMember, support.member_id)
    secret, _codes = give_second_factor(member)
    copied = app.test_client()
    copied.set_cookie(COOKIE, support.get_cookie(COOKIE).value)
    form = {"csrf_token": support.token("/admin/profile/"), "email": member.email, "password": PASSWORD}
    assert support.post("/login", data=form).location.startswith("/login/code")
    assert type_code(support, shown(secret)).status_code == 302
    assert support.get("/admin/").status_code == 200
    assert copied.get("/admin/").status_code == 302


def test_enabling_an_account_again_revives_no_session(app, support, administrator):
    account = f"/admin/staff/{support.member_id}"
    assert administrator.submit(f"{account}/disabling", {"reason": "Left."}).status_code == 302
    assert administrator.submit(f"{account}/enabling", {"reason": "Came back."}).status_code == 302
    assert support.get("/admin/").status_code == 302


def test_what_is_changed_about_a_person_shows_within_one_request(app, administrator):
    def change(**columns):
        db.session.execute(sa.update(StaffMember).where(StaffMember.id == administrator.member_id).values(**columns))
        db.session.commit()

    assert administrator.get("/admin/staff/").status_code == 200
    change(role="manager", name="Another Name", timezone="Asia/Tokyo")
    assert administrator.get("/admin/staff/").status_code == 403
    page = administrator.get("/admin/bookings/").text
    assert "Another Name" in page
    assert "Asia/Tokyo" in page
    assert "/admin/staff/" not in page
    change(is_active=False)
    assert administrator.get("/admin/bookings/").status_code == 302


def test_no_page_is_made_of_what_another_person_may_see(as_role):
    seen = {role: as_role(role).get("/admin/").text for role in (*Role, *reversed(Role))}
    assert {role for role, page in seen.items() if "/admin/staff/" in page} == {Role.ADMINISTRATOR}
    assert {role for role, page in seen.items() if "/admin/audit/" in page} == {Role.ADMINISTRATOR, Role.MANAGER}
    for role, page in seen.items():
        assert f"<span>{role.capitalize()}</span>" in page


def test_a_session_dies_after_thirty_idle_minutes(clock, support):
    for _hop in range(3):
        clock.shift(dt.timedelta(minutes=29))
        assert support.get("/admin/").status_code == 200
    clock.shift(dt.timedelta(minutes=30, seconds=1))
    assert support.get("/admin/").status_code == 302


def test_a_session_dies_after_twelve_hours_however_busy(clock, support):
    for _hop in range(12 * 3 - 1):
        clock.shift(dt.timedelta(minutes=20))
        assert support.get("/admin/users/").status_code == 200
    clock.shift(dt.timedelta(minutes=20, seconds=1))
    assert support.get("/admin/users/").status_code == 302


def test_both_spans_can_be_set(app, support, clock, monkeypatch):
    shorter = app.extensions["settings"].model_copy(update={"session_idle_minutes": 5, "session_hours": 1})
    monkeypatch.setitem(app.extensions, "settings", shorter)
    clock.shift(dt.timedelta(minutes=4))
    assert support.get("/admin/").status_code == 200
    clock.shift(dt.timedelta(minutes=6))
    assert support.get("/admin/").status_code == 302


def test_use_is_noted_once_a_minute_at_most(clock, support):
    first = sessions()[0].last_used_at
    clock.shift(dt.timedelta(seconds=59))
    assert support.get("/admin/").status_code == 200
    assert sessions()[0].last_used_at == first
    clock.shift(dt.timedelta(seconds=2))
    assert support.get("/admin/").status_code == 200
    assert sessions()[0].last_used_at > first


def test_a_long_user_agent_is_cut(stranger):
    token = stranger.token()
    form = {"csrf_token": token, "email": StaffMemberFactory().email, "password": PASSWORD}
    assert stranger.post("/login", data=form, headers={"User-Agent": "é" * 3000}).status_code == 302
    assert len(sessions()[0].user_agent) == 255


@pytest.mark.parametrize("role", list(Role))
def test_no_page_holds_the_key(as_role, role):
    browser = as_role(role)
    key = key_of(browser)
    for path in ("/admin/", "/admin/bookings/", "/admin/staff/", "/admin/audit/"):
        page = browser.get(path).get_data(as_text=True)
        assert key not in page
        assert hashlib.sha256(key.encode()).hexdigest() not in page


def test_a_cookie_signed_with_another_key_opens_nothing(app, support, stranger, monkeypatch):
    cookie = support.get_cookie(COOKIE).value
    monkeypatch.setitem(app.config, "SECRET_KEY", "b3a1" * 10)
    stranger.set_cookie(COOKIE, cookie)
    assert stranger.get("/admin/").status_code == 302
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [app.extensions["settings"].secret_key.get_secret_value()])
    assert stranger.get("/admin/").status_code == 200


# -- What the tests above are made of ------------------------------------------------------------


def typed(browser, member):
    """Return what the log-in form of `member` sends; nothing is read any more, so that SQLite in memory can write."""
    form = {"csrf_token": browser.token(), "email": member.email, "password": PASSWORD}
    db.session.rollback()
    return form


def key_of(browser) -> str:
    with browser.session_transaction() as stored:
        return stored["_user_id"]


def is_open(app, key) -> bool:
    thief = app.test_client()
    with thief.session_transaction() as stored:
        stored["_user_id"] = key
    return thief.get("/admin/").status_code == 200


def sessions() -> list[StaffSession]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(StaffSession).order_by(StaffSession.created_at)))


def cookie_flags(answer) -> set[str]:
    [cookie] = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith(f"{COOKIE}=")]
    return {part.strip() for part in cookie.split(";")[1:]}


@pytest.fixture
def clock(time_machine):
    """The clock of the app, to be moved on; the database keeps its own."""
    time_machine.move_to(dt.datetime.now(dt.UTC))
    return time_machine
