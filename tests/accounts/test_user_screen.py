"""The screens of users and reset links."""

from html import unescape

import pytest
import sqlalchemy as sa
from flask import current_app

from marketplace.accounts.models import PasswordResetToken
from marketplace.extensions import db
from tests.audit_log import entries
from tests.batch_steps import draft, press, preview, run
from tests.factories import PasswordResetTokenFactory, UserFactory


def text(response):
    return unescape(response.get_data(as_text=True))


def link_in(page):
    return page.split("https://account.example.com/reset/", 1)[1].split('"', 1)[0].split("<", 1)[0]


def test_a_link_is_shown_once_and_kept_nowhere(app, support):
    user = UserFactory()
    response = support.submit(f"/admin/users/{user.id}/reset-link", {"reason": "They rang.", "show": "y"})
    assert response.status_code == 200
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    token = link_in(text(response))
    assert len(token) == 43
    stored = db.session.scalar(sa.select(PasswordResetToken.token))
    assert token != stored
    for address in (
        "/admin/reset-tokens/",
        f"/admin/users/details/?id={user.id}",
        f"/admin/users/{user.id}/reset-link",
    ):
        page = text(support.get(address))
        assert token not in page
        assert stored not in page
    assert token not in str([(entry.changes, entry.reason, entry.subject_label) for entry in entries()])


def test_a_link_is_mailed_where_nothing_else_is_asked_for(app, support):
    user = UserFactory()
    response = support.submit(f"/admin/users/{user.id}/reset-link", {"reason": "They rang."})
    assert "https://account.example.com/reset/" not in text(response)
    assert user.email in text(response)
    [message] = current_app.extensions["mailman"].outbox
    assert message.to == [user.email]
    assert len(link_in(message.body).split()[0]) == 43


def test_links_for_many_users_come_row_by_row(app, support):
    users = [UserFactory() for _each in range(3)]
    batch = draft(support, "users", "reset-link", [user.id for user in users])
    assert preview(support, batch) == (3, {})
    assert not entries("reset_link.issued")
    result = press(support, batch, "start", reason="They rang.", show="y")
    assert result.headers["Referrer-Policy"] == "no-referrer"
    assert len({part[:43] for part in text(result).split("https://account.example.com/reset/")[1:]}) == 3
    assert len(entries("reset_link.issued")) == 3
    again = press(support, batch, "start", reason="They rang.", show="y")
    assert again.status_code == 302
    assert "/reset/" not in text(support.get(again.location))
    assert len(entries("reset_link.issued")) == 3


def test_tokens_are_revoked_one_or_many(app, support):
    tokens = [PasswordResetTokenFactory() for _each in range(3)]
    used = PasswordResetTokenFactory(is_used=True)
    assert support.submit(f"/admin/reset-tokens/{tokens[0].id}/revocation").status_code == 302
    chosen = [token.id for token in [*tokens[1:], used]]
    told = run(support, "reset-tokens", "revocation", chosen)
    assert told == ["Done", "Done", "This link was used or voided already."]
    assert len(entries("reset_link.revoked")) == 3


@pytest.mark.parametrize(("state", "shown"), [("active", 1), ("closed", 2), ("expired", 3)])
def test_tokens_are_filtered_by_their_state(app, support, state, shown):
    for number in range(6):
        token = PasswordResetTokenFactory(is_used=number in (1, 2))
        if number > 2:
            token.expires_at = token.expires_at.replace(year=2020)
    db.session.commit()
    page = text(support.get(f"/admin/reset-tokens/?state={state}"))
    assert page.count('name="rowid"') == shown


def test_a_clash_of_addresses_is_said_beside_the_field(app, support):
    UserFactory(email="taken@example.com")
    user = UserFactory()
    address = f"/admin/users/edit/?id={user.id}"
    page = support.get(address).get_data(as_text=True)
    loaded = unescape(page.split('name="loaded"', 1)[1].split('value="', 1)[1].split('"', 1)[0])
    typed = {"loaded": loaded, "email": "TAKEN@example.com", "first_name": "Zoë", "reason": "She asked."}
    response = support.submit(address, typed)
    assert response.status_code == 422
    assert "Another account has this e-mail address." in text(response)
    assert "Zoë" in text(response)


def test_a_link_is_never_made_of_the_host_that_a_request_names(app, support, monkeypatch):
    user = UserFactory()
    token = support.token(f"/admin/users/{user.id}/reset-link")
    nowhere = current_app.extensions["settings"].model_copy(update={"reset_link_base_url": ""})
    monkeypatch.setitem(current_app.extensions, "settings", nowhere)
    address = f"/admin/users/{user.id}/reset-link"
    form = {"csrf_token": token, "reason": "They rang.", "show": "y"}
    here = support.post(address, data=form)
    assert "http://localhost/reset/" in text(here)
    cookie = support.get_cookie("back_office")
    support.set_cookie("back_office", cookie.value, domain="evil.example")
    there = support.post(address, data=form, headers={"Host": "evil.example"})
    assert there.status_code == 409
    assert "RESET_LINK_BASE_URL" in text(there)
    assert len(entries("reset_link.issued")) == 1
