"""Security headers: on every answer, whoever asks and whatever became of it."""

import re

import pytest

from marketplace.accounts.reset_links import issue_reset_link
from marketplace.extensions import db
from marketplace.transaction import transaction
from tests.accounts.test_reset_links import DAY
from tests.batch_steps import draft, press
from tests.factories import StaffMemberFactory, UserFactory

# Less the nonce of this one answer.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

PUBLIC = ("/login", "/reset/unknown", "/reset/new-password", "/healthz", "/nowhere", "/", "/admin/", "/static/app.css")
BEHIND_LOG_IN = (
    "/admin/", "/admin/bookings/", "/admin/users/", "/admin/staff/", "/admin/audit/", "/admin/bookings/new/",
    "/admin/bookings/export/csv/", "/admin/bookings/ajax/lookup/?name=customer&query=x", "/admin/users/details/?id=x",
    "/admin/audit/new/", "/admin/bookings", "/admin/nowhere",
)  # fmt: skip


@pytest.mark.parametrize("path", PUBLIC)
def test_a_strangers_answer_carries_every_header(stranger, path):
    assert headers_of(stranger.get(path)) == expected()


@pytest.mark.parametrize("path", BEHIND_LOG_IN)
def test_an_answer_behind_the_log_in_carries_every_header_and_is_kept_by_nobody(administrator, path):
    answer = administrator.get(path)
    assert headers_of(answer) == expected()
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_refused_form_carries_every_header_and_is_kept_by_nobody(administrator, stranger):
    for browser in (administrator, stranger):
        for answer in (
            browser.post("/admin/bookings/new/"),
            browser.post("/login", data={"csrf_token": browser.token("/login" if browser is stranger else "/admin/")}),
            browser.put("/admin/bookings/new/"),
            browser.post("/admin/bookings/new/", data=b"x" * 3_000_000),
        ):
            assert headers_of(answer) == expected()
            assert answer.headers["Cache-Control"] == "no-store"


def test_a_failure_carries_every_header(app, stranger, monkeypatch):
    monkeypatch.setitem(app.view_functions, "health.healthz", lambda: 1 / 0)
    answer = stranger.get("/healthz")
    assert answer.status_code == 500
    assert headers_of(answer) == expected()
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_nonce_is_another_one_each_time(stranger):
    nonces = {re.search(r"'nonce-([^']+)'", policy_of(stranger.get("/login"))).group(1) for _each in range(5)}
    assert len(nonces) == 5
    assert min(len(nonce) for nonce in nonces) >= 20


@pytest.mark.parametrize("path", ["/login", "/admin/", "/admin/bookings/", "/admin/bookings/new/", "/nowhere"])
def test_nothing_inline_would_need_a_weaker_policy(administrator, path):
    page = administrator.get(path).get_data(as_text=True)
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert not re.search(r"(src|href|action)=\"(https?:)?//", page)


def test_no_page_with_a_reset_token_is_named_to_another(app, administrator, stranger):
    user = UserFactory()
    with transaction():
        token = issue_reset_link(
            user, reason="They rang.", actor=StaffMemberFactory.build(), storage="digest", valid=DAY
        )
    for answer in (
        stranger.get(f"/reset/{token}"),
        stranger.get("/reset/new-password"),
        stranger.submit("/reset/new-password", {"password": "short"}),
        stranger.get("/reset/unknown"),
        administrator.submit(f"/admin/users/{user.id}/reset-link", {"reason": "They rang.", "show": "y"}),
    ):
        assert answer.headers["Referrer-Policy"] == "no-referrer", answer.request.path
    db.session.rollback()
    assert administrator.get("/admin/").headers["Referrer-Policy"] == "same-origin"


def test_a_bulk_page_that_shows_reset_links_is_named_to_nobody(administrator):
    answer = press(
        administrator,
        draft(administrator, "users", "reset-link", [UserFactory().id]),
        "start",
        reason="They rang.",
        show="y",
    )
    assert "https://account.example.com/reset/" in answer.get_data(as_text=True)
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_browsers_are_bound_to_tls_where_there_is_some(stranger):
    assert "Strict-Transport-Security" not in stranger.get("/login").headers
    secure = stranger.get("/login", base_url="https://office.example.com")
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_styles_and_scripts_may_be_kept(stranger):
    assert "no-store" not in stranger.get("/static/app.css").headers["Cache-Control"]


def test_the_server_does_not_say_what_it_is_made_of(stranger):
    headers = stranger.get("/login").headers
    assert "X-Powered-By" not in headers
    assert not re.search(r"flask|werkzeug|python|gunicorn", str(headers), re.IGNORECASE)


# -- What the tests above are made of ------------------------------------------------------------


def expected():
    return {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def headers_of(answer):
    found = {name: answer.headers.get(name) for name in expected()}
    return found | {"Content-Security-Policy": re.sub(r" 'nonce-[^']+'", "", policy_of(answer))}


def policy_of(answer):
    return answer.headers["Content-Security-Policy"]
