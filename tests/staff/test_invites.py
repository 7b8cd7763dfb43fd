"""Invites: by a link, once, a colleague makes their account and chooses a password that nobody else knows."""

import datetime as dt
import re
from collections import Counter
from functools import partial

import bcrypt
import pytest
import sqlalchemy as sa
from flask import current_app
from flask_mailman import EmailMessage

from marketplace.database import utcnow
from marketplace.extensions import db, limiter
from marketplace.staff.models import StaffInvite, StaffMember
from tests.audit_log import entries
from tests.factories import PASSWORD, StaffMemberFactory
from tests.others import at_once
from tests.pages import fields_of
from tests.proofs import let_proof_grow_old
from tests.raw_rows import stored_rows

NEW = "/admin/staff/invites/new/"
GOOD = {"email": "New@Example.com", "name": "Nora New", "role": "support"}
ACCOUNT = "/invite/account"
CHOSEN = "seventeen blue otters"
LINK = re.compile(r"https?://[^\s\"]+/invite/([\w-]{43})")
DEAD = "This link does not work (any more)."


@pytest.fixture(autouse=True)
def without_mail(app, monkeypatch):
    limiter.reset()
    changed = app.extensions["settings"].model_copy(update={"mail_backend": "smtp", "mail_server": ""})
    monkeypatch.setitem(app.extensions, "settings", changed)


def invite(browser, **typed):
    """Invite somebody, and return the token in the link that is shown."""
    answer = browser.post(NEW, data={**fields_of(browser.get(NEW).text), **GOOD, **typed})
    assert answer.status_code == 200, answer.text
    return LINK.search(answer.text)[1]


def accept(browser, token, **typed):
    opened = browser.get(f"/invite/{token}")
    assert (opened.status_code, opened.location) == (302, ACCOUNT)
    page = browser.get(ACCOUNT).text
    return browser.post(ACCOUNT, data={**fields_of(page), "password": CHOSEN, "again": CHOSEN, **typed})


def member(email="new@example.com"):
    db.session.rollback()
    return db.session.scalars(sa.select(StaffMember).where(StaffMember.email == email)).one_or_none()


def test_who_is_invited_makes_an_account_and_is_logged_in(app, administrator, stranger):
    token = invite(administrator)
    stranger.get(f"/invite/{token}")
    page = stranger.get(ACCOUNT).text
    assert "new@example.com" in page
    assert 'value="Nora New"' in page
    answer = accept(stranger, token, name="Nora Newly")
    assert (answer.status_code, answer.location) == (302, "/admin/")
    assert stranger.get("/admin/").status_code == 200
    nora = member()
    assert (nora.name, nora.role, nora.is_active) == ("Nora Newly", "support", True)
    assert app.test_client().log_in(nora, CHOSEN).status_code == 302
    assert entries("staff.invite_used")[0].actor_label == "new@example.com"
    assert entries("staff.created")[0].actor_label == "new@example.com"
    assert entries("staff.invited")[0].actor_id == administrator.member_id


def test_the_link_is_mailed_where_mail_is_sent_and_shown_nowhere(app, administrator, monkeypatch):
    changed = app.extensions["settings"].model_copy(update={"mail_backend": "locmem"})
    monkeypatch.setitem(app.extensions, "settings", changed)
    outbox = current_app.extensions["mailman"]
    outbox.outbox = []
    sent = {**fields_of(administrator.get(NEW).text), **GOOD}
    answers = [administrator.post(NEW, data=sent) for _twice in range(2)]
    assert all("on its way to new@example.com" in answer.text for answer in answers)
    assert not LINK.search(answers[0].text)
    [mail] = outbox.outbox
    assert mail.to == ["new@example.com"]
    assert LINK.search(mail.body)


def test_a_mail_that_the_server_does_not_take_is_said_and_the_link_shown(app, administrator, monkeypatch):
    changed = app.extensions["settings"].model_copy(update={"mail_backend": "locmem"})
    monkeypatch.setitem(app.extensions, "settings", changed)

    def refuse(_mail, *_given, **_named):
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailMessage, "send", refuse)
    answer = administrator.post(NEW, data={**fields_of(administrator.get(NEW).text), **GOOD})
    assert "The mail server did not take the mail to new@example.com." in answer.text
    assert accept(app.test_client(), LINK.search(answer.text)[1]).status_code == 302


@pytest.mark.parametrize("other", [{"role": "administrator"}, {"email": "other@example.com"}])
def test_a_page_that_has_invited_somebody_invites_nobody_else(app, administrator, other):
    sent = {**fields_of(administrator.get(NEW).text), **GOOD}
    assert administrator.post(NEW, data=sent).status_code == 200
    answer = administrator.post(NEW, data={**sent, **other})
    assert answer.status_code == 409
    assert "This page has invited new@example.com already." in answer.text
    [made] = db.session.scalars(sa.select(StaffInvite))
    assert (made.email, made.role) == ("new@example.com", "support")


def test_opening_the_link_uses_nothing_up(app, administrator):
    token = invite(administrator)
    for _scan in range(5):
        scanner = app.test_client()
        assert scanner.get(f"/invite/{token}").status_code == 302
        assert scanner.get(ACCOUNT).status_code == 200
        assert scanner.head(f"/invite/{token}").status_code == 302
    assert accept(app.test_client(), token).status_code == 302


def test_the_token_moves_from_the_address_into_the_session(administrator, stranger):
    token = invite(administrator)
    stranger.get(f"/invite/{token}")
    page = stranger.get(ACCOUNT)
    assert token not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_the_token_is_kept_by_its_digest_and_shown_once(administrator):
    token = invite(administrator)
    everything = str(stored_rows())
    for path in ("/admin/staff/invites/", "/admin/audit/", NEW):
        everything += administrator.get(path).text
    assert token not in everything


def test_it_works_once(app, administrator):
    token = invite(administrator)
    first, second = app.test_client(), app.test_client()
    second.get(f"/invite/{token}")
    fields = fields_of(second.get(ACCOUNT).text)
    assert accept(first, token).status_code == 302
    answer = second.post(ACCOUNT, data={**fields, "password": "four other words put", "again": "four other words put"})
    assert answer.status_code == 404
    assert DEAD in answer.text
    assert second.get(f"/invite/{token}").status_code == 404
    assert app.test_client().log_in(member(), CHOSEN).status_code == 302


def test_of_many_at_the_same_moment_one_makes_the_account(app, administrator):
    token = invite(administrator)
    sends = []
    for number in range(12):
        browser = app.test_client()
        browser.get(f"/invite/{token}")
        typed = f"four words put number {number}"
        fields = {**fields_of(browser.get(ACCOUNT).text), "password": typed, "again": typed}
        sends.append(lambda b=browser, f=fields: b.post(ACCOUNT, data=f))
    answers = at_once(*sends)
    assert Counter(answer.status_code for answer in answers) == {302: 1, 404: 11}
    assert len(entries("staff.created")) == 1


def test_it_expires(app, administrator, stranger):
    token = invite(administrator)
    db.session.execute(sa.update(StaffInvite).values(expires_at=utcnow() - dt.timedelta(seconds=1)))
    db.session.commit()
    answer = stranger.get(f"/invite/{token}")
    assert (answer.status_code, DEAD in answer.text) == (404, True)
    assert "expired" in administrator.get("/admin/staff/invites/").text


def test_inviting_again_voids_the_earlier_one(app, administrator, stranger):
    old = invite(administrator)
    new = invite(administrator, role="manager")
    assert stranger.get(f"/invite/{old}").status_code == 404
    assert accept(stranger, new).status_code == 302
    assert member().role == "manager"
    assert len(entries("staff.invite_voided")) == 1


def test_of_invites_made_at_one_moment_one_is_open(app, administrator):
    other = app.test_client()
    other.log_in(StaffMemberFactory(role="administrator"))
    sends = [
        partial(browser.post, NEW, data={**fields_of(browser.get(NEW).text), **GOOD})
        for browser in (administrator, other, administrator, other)
    ]
    answers = at_once(*sends)
    made = [LINK.search(answer.text)[1] for answer in answers if answer.status_code == 200]
    assert {answer.status_code for answer in answers} <= {200, 503}, "more than three may not part by chance"
    assert len(made) >= 2
    opened = Counter(app.test_client().get(f"/invite/{token}").status_code for token in made)
    assert opened == {302: 1, 404: len(made) - 1}
    assert len(entries("staff.invite_voided")) == len(made) - 1


@pytest.mark.parametrize("act", ["disabled", "another role"])
def test_it_does_not_outlive_the_right_of_who_sent_it(app, administrator, as_role, stranger, act):
    gone = as_role("administrator")
    token, kept = invite(gone), invite(administrator, email="kept@example.com")
    if act == "disabled":
        administrator.submit(f"/admin/staff/{gone.member_id}/disabling", {"reason": "Left."})
    else:
        page = f"/admin/staff/edit/?id={gone.member_id}"
        administrator.post(page, data={**fields_of(administrator.get(page).text), "role": "manager"})
    answer = stranger.get(f"/invite/{token}")
    assert (answer.status_code, DEAD in answer.text) == (404, True)
    assert stranger.get(f"/invite/{kept}").status_code == 302
    [entry] = entries("staff.invite_voided")
    assert (entry.subject_label, entry.actor_id) == ("new@example.com", administrator.member_id)


def test_it_can_be_revoked(app, administrator, stranger):
    token = invite(administrator)
    stranger.get(f"/invite/{token}")
    fields = fields_of(stranger.get(ACCOUNT).text)
    row = db.session.scalars(sa.select(StaffInvite)).one()
    url = f"/admin/staff/invites/{row.id}/revocation"
    assert administrator.submit(url).status_code == 302
    assert stranger.post(ACCOUNT, data={**fields, "password": CHOSEN, "again": CHOSEN}).status_code == 404
    assert member() is None
    assert administrator.post(url, data={"csrf_token": administrator.token("/admin/profile/")}).status_code == 409


def test_inviting_asks_for_the_password_where_it_was_typed_a_while_ago(app, administrator):
    let_proof_grow_old(administrator)
    sent = {**fields_of(administrator.get(NEW).text), **GOOD}
    answer = administrator.post(NEW, data=sent)
    assert answer.status_code == 422
    assert "Type your own password" in answer.text
    assert 'value="Nora New"' in answer.text
    assert db.session.scalars(sa.select(StaffInvite)).all() == []
    assert administrator.post(NEW, data={**sent, "own_password": PASSWORD}).status_code == 200


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": "new"}, "not an e-mail address"),
        ({"email": '"<x>"@example.com'}, "not an e-mail address"),
        ({"email": ""}, "required"),
        ({"email": "TAKEN@example.com"}, "has an account already"),
        ({"name": ""}, "required"),
        ({"name": "x" * 101}, "longer than 100"),
        ({"role": "root"}, "Not a valid choice"),
        ({"role": ""}, "required"),
    ],
)
def test_what_cannot_be_taken_is_named(administrator, typed, sentence):
    StaffMemberFactory(email="taken@example.com")
    answer = administrator.post(NEW, data={**fields_of(administrator.get(NEW).text), **GOOD, **typed})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert db.session.scalars(sa.select(StaffInvite)).all() == []


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("elevenchars", "Use at least 12 characters."),
        ("x" * 73, "Use at most 72 bytes"),
        ("1q2w3e4r5t6y", "among the most used"),
        ("", "required"),
    ],
)
def test_promise_11_a_password_that_cannot_be_taken_is_refused_with_the_reason(
    administrator, stranger, password, sentence
):
    token = invite(administrator)
    answer = accept(stranger, token, password=password, again=password)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert password not in answer.text or not password
    assert member() is None
    assert accept(stranger, token).status_code == 302, "the link is still good"


@pytest.mark.parametrize(
    "password", ["seventeen blue otters", "密碼密碼密碼密碼密碼密碼", "   twelve   x  ", "p" * 12 + "🎈"]
)
def test_promise_11_any_characters_make_a_password(app, administrator, stranger, password):
    assert accept(stranger, invite(administrator), password=password, again=password).status_code == 302
    stored = db.session.scalar(sa.select(StaffMember.password_hash).where(StaffMember.email == "new@example.com"))
    assert bcrypt.checkpw(password.encode(), stored.encode())


def test_a_form_accepts_no_other_role(administrator, stranger):
    assert accept(stranger, invite(administrator), role="administrator", email="x@example.com").status_code == 302
    assert member().role == "support"


@pytest.mark.parametrize("token", ["x", "x" * 43, "../account", "\N{BALLOON}"])
def test_unknown_tokens_open_nothing_and_are_tried_seldom(app, stranger, token):
    statuses = [stranger.get(f"/invite/{token}").status_code for _number in range(21)]
    assert set(statuses[:20]) == {404}
    assert statuses[20] == (429 if "/" not in token else 404)


def test_without_a_link_there_is_no_form(stranger):
    assert stranger.get(ACCOUNT).status_code == 404
    assert stranger.post(ACCOUNT, data={"csrf_token": stranger.token()}).status_code == 404


# -- Host --------------------------------------------------------------------------------------------


def test_a_forged_host_gets_into_no_link(app, administrator, monkeypatch):
    sent = {**fields_of(administrator.get(NEW).text), **GOOD}
    cookie = administrator.get_cookie("back_office").value
    forged = app.test_client()
    forged.set_cookie("back_office", cookie, domain="evil.example")
    answer = forged.post(NEW, data=sent, base_url="https://evil.example")
    assert answer.status_code == 200
    assert LINK.search(answer.text)[0].startswith("https://account.example.com/invite/")
    assert "//evil.example/invite" not in answer.text
    nowhere = app.extensions["settings"].model_copy(update={"reset_link_base_url": ""})
    monkeypatch.setitem(app.extensions, "settings", nowhere)
    answer = forged.post(NEW, data={**sent, "email": "other@example.com"}, base_url="https://evil.example")
    assert answer.status_code == 409
    assert "No link can be made" in answer.text


# -- Of the screen -----------------------------------------------------------------------------------


def test_the_list_shows_the_state_of_each(app, administrator, stranger):
    invite(administrator, email="a@example.com")
    invite(administrator, email="a@example.com")
    accept(stranger, invite(administrator, email="b@example.com"))
    for state, amount in {"open": 1, "voided": 1, "used": 1, "expired": 0}.items():
        page = administrator.get(f"/admin/staff/invites/?state={state}").text
        count = re.search(r'<p class="count">\s*(\d+)', page)
        assert int(count[1]) == amount


def test_the_list_of_staff_leads_to_inviting(administrator):
    page = administrator.get("/admin/staff/").text
    assert f'href="{NEW}"' in page
    assert 'href="/admin/staff/invites/"' in page
