"""The public page that a reset link opens."""

import re

import bcrypt
import pytest
import sqlalchemy as sa
from flask_mailman import EmailMessage

from marketplace.accounts.models import PasswordResetToken, User
from marketplace.accounts.operations import edit_user
from marketplace.accounts.reset_links import issue_reset_link, revoke_reset_token
from marketplace.extensions import db
from marketplace.transaction import transaction
from tests.accounts.test_reset_links import DAY
from tests.audit_log import entries
from tests.factories import PASSWORD, StaffMemberFactory, UserFactory
from tests.pages import without_ids
from tests.raw_rows import stored_rows

GOOD = {"password": "seventeen otters", "again": "seventeen otters"}
SHOWN = {"reason": "They rang.", "show": "y"}
DEAD = "Ask the support of the marketplace for a new one."
PAGE = "/reset/new-password"


def test_the_link_moves_the_token_out_of_the_address(stranger):
    answer = stranger.get(f"/reset/{issue(UserFactory())}")
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    assert stranger.get(PAGE).status_code == 200


def test_the_link_sets_a_password_once(stranger):
    user = UserFactory()
    token = issue(user)
    stranger.get(f"/reset/{token}")
    answer = stranger.submit(PAGE, GOOD)
    assert answer.status_code == 200
    assert "The new password is set" in answer.get_data(as_text=True)
    assert fits(user, "seventeen otters")
    assert not fits(user, PASSWORD)
    assert is_dead(stranger.get(PAGE))
    assert is_dead(stranger.get(f"/reset/{token}"))
    assert [entry.action for entry in entries()] == ["reset_link.issued", "reset_link.used", "user.password_reset"]


def test_opening_the_link_does_not_use_it_up(app):
    token = issue(UserFactory())
    before = stored_rows()
    for _each in range(5):
        browser = app.test_client()
        assert browser.get(f"/reset/{token}").status_code == 302
        assert browser.get(PAGE).status_code == 200
        assert browser.head(f"/reset/{token}").status_code == 302
    assert stored_rows() == before
    assert browser.submit(PAGE, GOOD).status_code == 200


def test_every_dead_link_gets_the_same_answer(app):
    links = {}
    links["unknown"] = "x" * 43
    links["empty"] = " "
    user = UserFactory()
    links["voided"], links["revoked"] = issue(user), issue(user)
    row = db.session.scalars(sa.select(PasswordResetToken).where(PasswordResetToken.is_used.is_not(True))).one()
    with transaction():
        revoke_reset_token(row, actor=StaffMemberFactory.build())
    links["expired"] = issue(UserFactory(), valid=-DAY)
    links["used"] = issue(UserFactory())
    browser = app.test_client()
    browser.get(f"/reset/{links['used']}")
    browser.submit(PAGE, GOOD)
    moved = UserFactory()
    links["moved"] = issue(moved)
    with transaction():
        edit_user(moved, changes={"email": "moved@example.com"}, reason="x", actor=StaffMemberFactory.build())
    links["digest"] = db.session.scalars(sa.select(PasswordResetToken.token)).first()
    pages = {}
    for name, token in links.items():
        answer = app.test_client().get(f"/reset/{token}")
        assert is_dead(answer), name
        pages[name] = answer.get_data(as_text=True)
    assert len(set(pages.values())) == 1


def test_a_link_that_dies_while_the_page_is_open_sets_nothing(app, stranger):
    user = UserFactory()
    token = issue(user)
    stranger.get(f"/reset/{token}")
    form = {"csrf_token": stranger.token(PAGE), **GOOD}
    issue(user)
    assert is_dead(stranger.post(PAGE, data=form))
    assert fits(user, PASSWORD)


def test_of_two_open_pages_the_second_sets_nothing(app, stranger):
    user = UserFactory()
    token, other = issue(user), app.test_client()
    for browser in (stranger, other):
        browser.get(f"/reset/{token}")
    form = {"csrf_token": other.token(PAGE), "password": "eighteen otters", "again": "eighteen otters"}
    assert stranger.submit(PAGE, GOOD).status_code == 200
    assert is_dead(other.post(PAGE, data=form))
    assert fits(user, "seventeen otters")


def test_the_page_without_a_link_is_a_dead_one(stranger):
    assert is_dead(stranger.get(PAGE))
    assert is_dead(stranger.submit(PAGE, GOOD, page="/login"))


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("nine char", "nine char", "Use at least 10 characters."),
        ("", "", "required"),
        ("qwertyuiop", "qwertyuiop", "among the most used"),
        ("QwertyUIOP", "QwertyUIOP", "among the most used"),
        ("x" * 73, "x" * 73, "Use at most 72 bytes"),
        ("é" * 37, "é" * 37, "Use at most 72 bytes"),
        ("🎈" * 19, "🎈" * 19, "Use at most 72 bytes"),
        ("seventeen otters", "seventeen Otters", "The two do not match."),
        ("seventeen otters", "", "The two do not match."),
    ],
)
def test_a_password_that_cannot_be_chosen_uses_nothing_up(stranger, password, again, sentence):
    user = UserFactory()
    stranger.get(f"/reset/{issue(user)}")
    before = stored_rows()
    answer = stranger.submit(PAGE, {"password": password, "again": again})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert sentence in page
    assert not password or password not in page
    assert stored_rows() == before
    assert stranger.submit(PAGE, GOOD).status_code == 200


@pytest.mark.parametrize(
    "password", ["ten chars!", "   otters   ", "密碼密碼密碼密碼密碼", "x" * 71 + "y", "é" * 36, "otter\totter"]
)
def test_any_characters_make_a_password(stranger, password):
    user = UserFactory()
    stranger.get(f"/reset/{issue(user)}")
    assert stranger.submit(PAGE, {"password": password, "again": password}).status_code == 200
    assert fits(user, password)


def test_the_new_password_is_hashed_at_the_configured_cost(app, stranger, monkeypatch):
    dearer = app.extensions["settings"].model_copy(update={"bcrypt_cost": 5})
    monkeypatch.setitem(app.extensions, "settings", dearer)
    user = UserFactory()
    stranger.get(f"/reset/{issue(user)}")
    stranger.submit(PAGE, GOOD)
    assert hash_of(user).startswith("$2b$05$")


def test_other_open_links_of_the_account_die_with_it(app, stranger):
    user = UserFactory(email="two@example.com")
    token = issue(user)
    stranger.get(f"/reset/{token}")
    stranger.submit(PAGE, GOOD)
    open_ones = sa.select(PasswordResetToken).where(PasswordResetToken.is_used.is_not(True))
    assert not db.session.scalars(open_ones).all()


def test_the_token_stands_on_no_page_and_in_no_record(app, stranger):
    user = UserFactory()
    token = issue(user)
    answers = [
        stranger.get(f"/reset/{token}"),
        stranger.get(PAGE),
        stranger.submit(PAGE, {"password": "x", "again": "x"}),
    ]
    answers += [stranger.submit(PAGE, GOOD), stranger.get(f"/reset/{token}"), stranger.get(PAGE)]
    for answer in answers:
        headers = [value for name, value in answer.headers if name != "Set-Cookie"]
        assert token not in answer.get_data(as_text=True)
        assert token not in str(headers)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
    assert token not in str(stored_rows())
    assert token.encode().hex().upper() not in str(stored_rows())
    assert token not in str([vars(entry) for entry in entries()])


def test_the_page_shows_nothing_of_the_account(stranger):
    user = UserFactory()
    stranger.get(f"/reset/{issue(user)}")
    page = stranger.get(PAGE).get_data(as_text=True)
    assert user.email not in page
    assert "Lovelace" not in page


def test_the_session_forgets_the_token_when_it_is_used_or_dead(stranger):
    user = UserFactory()
    stranger.get(f"/reset/{issue(user)}")
    assert "reset_token" in session_of(stranger)
    stranger.submit(PAGE, GOOD)
    assert "reset_token" not in session_of(stranger)
    stranger.get(f"/reset/{issue(user)}")
    issue(user)
    stranger.get(PAGE)
    assert "reset_token" not in session_of(stranger)


def test_a_link_does_not_log_its_opener_in_or_out(support):
    assert support.get(f"/reset/{issue(UserFactory())}").status_code == 302
    assert support.submit(PAGE, GOOD).status_code == 200
    assert support.get("/admin/").status_code == 200
    assert support.get("/admin/staff/").status_code == 403


def test_guessing_links_is_slowed_down(app):
    browser = app.test_client()
    statuses = [browser.get(f"/reset/{number}").status_code for number in range(21)]
    assert statuses == [404] * 20 + [429]


@pytest.mark.parametrize("host", ["evil.example", "localhost", "office.example.com:8443"])
def test_the_link_names_the_configured_origin_whatever_the_host(app, support, host):
    user = UserFactory()
    url = f"/admin/users/{user.id}/reset-link"
    token = support.token(url)
    headers = {"X-Forwarded-Host": host, "X-Forwarded-Proto": "http"}
    page = support.post(url, data={"csrf_token": token, **SHOWN}, headers=headers).get_data(as_text=True)
    assert re.findall(r"https?://[^\"<\s]+/reset/", page) == ["https://account.example.com/reset/"]


def test_the_link_that_is_shown_works_and_is_shown_once(support, stranger):
    user = UserFactory()
    url = f"/admin/users/{user.id}/reset-link"
    page = support.submit(url, SHOWN).get_data(as_text=True)
    [token] = re.findall(r"https://account\.example\.com/reset/([\w-]{43})", page)
    assert token not in support.get(url).get_data(as_text=True)
    assert stranger.get(f"/reset/{token}").status_code == 302
    assert stranger.submit(PAGE, GOOD).status_code == 200
    assert fits(user, "seventeen otters")


def test_a_mailed_link_is_shown_to_no_member_of_staff(app, support, stranger, monkeypatch):
    sent = []
    monkeypatch.setattr(EmailMessage, "send", lambda message, **_options: sent.append(message))
    user = UserFactory()
    page = support.submit(f"/admin/users/{user.id}/reset-link", {"reason": "They rang."}).get_data(as_text=True)
    assert "account.example.com" not in page
    [message] = sent
    assert message.to == [user.email]
    [token] = re.findall(r"https://account\.example\.com/reset/([\w-]{43})", message.body)
    assert token not in message.subject
    assert stranger.get(f"/reset/{token}").status_code == 302


# -- What the tests above are made of ------------------------------------------------------------


def issue(user, valid=DAY):
    with transaction():
        return issue_reset_link(
            user, reason="They rang.", actor=StaffMemberFactory.build(), storage="digest", valid=valid
        )


def is_dead(answer) -> bool:
    page = answer.get_data(as_text=True)
    title = "<h1>This link no longer works</h1>"
    return answer.status_code == 404 and DEAD in page and title in page and "404" not in without_ids(page)


def hash_of(user) -> str:
    db.session.rollback()
    return db.session.scalar(sa.select(User.password).where(User.id == user.id))


def fits(user, password) -> bool:
    return bcrypt.checkpw(password.encode(), hash_of(user).encode())


def session_of(browser):
    with browser.session_transaction() as stored:
        return dict(stored)
