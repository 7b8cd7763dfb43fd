"""Promise 9 for staff: one sees where one is logged in, ends one session or all others; disabling ends all at once."""

import uuid

import pytest
import sqlalchemy as sa

from marketplace.extensions import db
from marketplace.staff.devices import device_of
from marketplace.staff.models import StaffMember, StaffSession
from tests.audit_log import entries
from tests.factories import PASSWORD, StaffMemberFactory
from tests.proofs import let_proof_grow_old

PROFILE = "/admin/profile/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36"
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0"
)
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (CHROME, "Chrome on Android"),
        (EDGE, "Edge on Windows"),
        (SAFARI, "Safari on macOS"),
        (IPHONE, "Safari on iPhone"),
        ("curl/8.5.0", "Unknown device"),
        ("", "Unknown device"),
        ("<script>", "Unknown device"),
        ("Something on Linux", "Linux"),
    ],
)
def test_a_device_is_named_in_words(app, user_agent, words):
    with app.test_request_context():
        assert device_of(user_agent) == words


@pytest.fixture
def phone(app, support):
    """A second device on which the support agent is logged in."""
    browser = app.test_client()
    member = db.session.get(StaffMember, support.member_id)
    place = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.7"}, "headers": {"User-Agent": CHROME}}
    page = browser.get("/login", **place).text
    token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    form = {"csrf_token": token, "email": member.email, "password": PASSWORD}
    assert browser.post("/login", data=form, **place).status_code == 302
    return browser


def ids(member_id):
    db.session.rollback()
    mine = sa.select(StaffSession.id).where(StaffSession.member_id == member_id, StaffSession.ended_at.is_(None))
    return list(db.session.scalars(mine.order_by(StaffSession.created_at)))


def test_ones_sessions_are_listed_with_device_address_and_which_is_this_one(support, phone, operations):
    page = support.get(PROFILE).text
    assert page.count("last used") == 2
    assert "Chrome on Android" in page
    assert "203.0.113.7" in page
    assert page.count("this one") == 1
    assert operations.get(PROFILE).text.count("last used") == 1, "and nobody else's"


def test_one_is_ended_and_is_out_with_the_next_click(support, phone):
    _own, theirs = ids(support.member_id)
    url = f"/admin/profile/sessions/{theirs}/ending"
    assert "Chrome on Android" in support.get(url).text
    assert phone.get("/admin/").status_code == 200
    assert support.submit(url).status_code == 302
    assert phone.get("/admin/").status_code == 302
    assert support.get("/admin/").status_code == 200
    [entry] = entries("staff.session_ended")
    assert (entry.actor_id, entry.changes) == (support.member_id, {"device": ["Chrome on Android", None]})
    assert support.submit(url).status_code == 302, "sent twice"
    assert len(entries("staff.session_ended")) == 1


def test_all_others_are_ended(app, support, phone):
    assert support.submit("/admin/profile/sessions/ending").status_code == 302
    assert phone.get("/admin/").status_code == 302
    assert support.get("/admin/").status_code == 200
    assert len(entries("staff.sessions_ended")) == 1


@pytest.mark.parametrize("which", ["one", "all"])
def test_ending_asks_for_the_password_where_it_was_typed_a_while_ago(support, phone, which):
    """ASVS 5.0, 7.5.2."""
    url = "/admin/profile/sessions/ending"
    if which == "one":
        url = f"/admin/profile/sessions/{ids(support.member_id)[1]}/ending"
    let_proof_grow_old(support)
    assert support.submit(url).status_code == 422
    assert phone.get("/admin/").status_code == 200
    assert support.submit(url, {"own_password": PASSWORD}).status_code == 302
    assert phone.get("/admin/").status_code == 302


def test_neither_a_colleagues_session_nor_this_one_is_ended_there(support, operations):
    [own], [theirs] = ids(support.member_id), ids(operations.member_id)
    token = support.token(PROFILE)
    for each in (own, theirs, uuid.uuid4()):
        url = f"/admin/profile/sessions/{each}/ending"
        assert support.get(url).status_code == 404
        assert support.post(url, data={"csrf_token": token}).status_code == 404
    assert operations.get("/admin/").status_code == 200


def test_disabling_ends_sessions_at_once(app, administrator, support, phone):
    assert [browser.get("/admin/").status_code for browser in (support, phone)] == [200, 200]
    url = f"/admin/staff/{support.member_id}/disabling"
    assert administrator.submit(url, {"reason": "Left."}).status_code == 302
    assert [browser.get("/admin/").status_code for browser in (support, phone)] == [302, 302]
    assert ids(support.member_id) == []


def test_an_administrator_ends_all_sessions_of_a_colleague_with_a_reason(app, administrator, support, phone):
    """ASVS 5.0, 7.4.5."""
    url = f"/admin/staff/{support.member_id}/sessions-ending"
    assert administrator.submit(url, {"reason": " "}).status_code == 422
    assert administrator.submit(url, {"reason": "Laptop stolen."}).status_code == 302
    assert [browser.get("/admin/").status_code for browser in (support, phone)] == [302, 302]
    assert entries("staff.sessions_ended")[0].reason == "Laptop stolen."
    assert support.log_in(db.session.get(StaffMember, support.member_id)).status_code == 302
    own = f"/admin/staff/{administrator.member_id}/sessions-ending"
    token = administrator.token(PROFILE)
    assert administrator.post(own, data={"csrf_token": token, "reason": "x"}).status_code == 409


def test_a_session_that_timed_out_is_listed_no_more(app, support, phone):
    mine = StaffSession.id == ids(support.member_id)[1]
    long_ago = StaffMemberFactory().created_at.replace(year=2020)
    db.session.execute(sa.update(StaffSession).where(mine).values(last_used_at=long_ago))
    db.session.commit()
    assert support.get(PROFILE).text.count("last used") == 1
