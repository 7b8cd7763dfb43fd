"""Who may use what: every route, every method, every role, a stranger, and somebody whose account was shut."""

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask
from pydantic import SecretStr
from sqlalchemy.orm import undefer
from werkzeug.routing import Rule

from marketplace.accounts.reset_links import issue_reset_link
from marketplace.batches.models import Batch
from marketplace.batches.operations import note_rows
from marketplace.bookings.models import Booking
from marketplace.extensions import db
from marketplace.listings.models import ReviewReason
from marketplace.listings.moderation import take_down_service
from marketplace.notes import Note
from marketplace.permissions import ROLE_PERMISSIONS, Permission, Role
from marketplace.staff.models import StaffInvite, StaffMember
from marketplace.transaction import in_transaction, transaction
from tests.accounts.test_reset_links import DAY
from tests.audit_log import entries
from tests.factories import (
    PASSWORD,
    BatchFactory,
    BookingFactory,
    PasswordResetTokenFactory,
    ServiceFactory,
    StaffInviteFactory,
    StaffMemberFactory,
    UserFactory,
    coming_monday,
)
from tests.pages import fields_of
from tests.raw_rows import stored_but_refusals
from tests.test_hostile import view_of

EVERYONE = "everyone"
STAFF = "whoever is logged in"
NOBODY = "nobody"


def table_routes(name, *, read, create=None, edit=None, export=None):
    """Return who may use the routes that every table has."""
    return {
        f"{name}.index_view": {"GET": read},
        f"{name}.details_view": {"GET": read},
        f"{name}.record_view": {"GET": read},
        f"{name}.action_view": {"POST": read},  # Each verb behind it asks for its own: see BULK_VERBS.
        f"{name}.create_view": {"GET": create or NOBODY, "POST": create or NOBODY},
        f"{name}.edit_view": {"GET": edit or NOBODY, "POST": edit or NOBODY},
        f"{name}.ajax_lookup": {"GET": create or edit or NOBODY},
        f"{name}.export": {"GET": export or NOBODY},
    }


def verb_route(endpoint, permission):
    return {endpoint: {"GET": permission, "POST": permission}}


ACCESS = {
    "root": {"GET": EVERYONE},
    "static": {"GET": EVERYONE},
    "admin.static": {"GET": EVERYONE},
    "bootstrap.static": {"GET": EVERYONE},
    "health.healthz": {"GET": EVERYONE},
    "health.readyz": {"GET": EVERYONE},
    "health.metrics": {"GET": EVERYONE},  # From this machine; test_figures_are_for_this_machine_or_for_a_token.
    "staff_login.log_in": {"GET": EVERYONE, "POST": EVERYONE},
    "staff_login.log_out": {"POST": STAFF},
    "reset.open_link": {"GET": EVERYONE},
    "reset.set_password": {"GET": EVERYONE, "POST": EVERYONE},
    "profile.index_view": {"GET": STAFF, "POST": STAFF},
    "profile.password_view": {"GET": STAFF, "POST": STAFF},
    "staff_login.ask_for_code": {"GET": EVERYONE, "POST": EVERYONE},
    **verb_route("profile.second_factor_view", STAFF),
    **verb_route("profile.recovery_codes_view", STAFF),
    **verb_route("profile.removal_view", STAFF),
    **verb_route("profile.session_ending_view", STAFF),
    **verb_route("profile.sessions_ending_view", STAFF),
    "profile.proof_view": {"GET": STAFF, "POST": STAFF},
    "admin.index": {"GET": Permission.DASHBOARD_READ},
    **table_routes(
        "bookings",
        read=Permission.BOOKINGS_READ,
        create=Permission.BOOKINGS_CREATE,
        edit=Permission.BOOKINGS_EDIT,
        export=Permission.BOOKINGS_EXPORT,
    ),
    **verb_route("bookings.notes_view", Permission.NOTES_WRITE),
    **verb_route("bookings.confirmation_view", Permission.BOOKINGS_CONFIRM),
    **verb_route("bookings.cancellation_view", Permission.BOOKINGS_CANCEL),
    "bookings.overlaps_view": {"GET": Permission.BOOKINGS_READ},
    **verb_route("bookings.provider_away_view", Permission.BOOKINGS_RESCHEDULE),  # And to cancel.
    **verb_route("bookings.completion_view", Permission.BOOKINGS_COMPLETE),
    **verb_route("bookings.rescheduling_view", Permission.BOOKINGS_RESCHEDULE),
    **table_routes(
        "services",
        read=Permission.SERVICES_READ,
        edit=Permission.SERVICES_EDIT,
        export=Permission.SERVICES_EXPORT,
    ),
    **verb_route("services.notes_view", Permission.NOTES_WRITE),
    **{name: dict.fromkeys(methods, NOBODY) for name, methods in table_routes("review", read=NOBODY).items()},
    "review.index_view": {"GET": Permission.SERVICES_MODERATE},
    "review.figures_view": {"GET": Permission.SERVICES_READ},
    "review.claim_view": {"POST": Permission.SERVICES_MODERATE},
    "services.review_view": {"GET": Permission.SERVICES_MODERATE},
    "services.claim_view": {"POST": Permission.SERVICES_MODERATE},
    "services.skip_view": {"POST": Permission.SERVICES_MODERATE},
    "services.reversal_view": {"POST": Permission.SERVICES_MODERATE},
    **verb_route("services.approval_view", Permission.SERVICES_MODERATE),
    **verb_route("services.reinstatement_view", Permission.SERVICES_MODERATE),
    **verb_route("services.change_request_view", Permission.SERVICES_MODERATE),
    **verb_route("services.take_down_view", Permission.SERVICES_MODERATE),
    **table_routes(
        "users",
        read=Permission.USERS_READ,
        edit=Permission.USERS_EDIT,
        export=Permission.USERS_EXPORT,
    ),
    **verb_route("users.notes_view", Permission.NOTES_WRITE),
    **verb_route("users.reset_link_view", Permission.RESET_TOKENS_ISSUE),
    **verb_route("users.disclosure_view", Permission.USERS_REVEAL),
    **verb_route("users.subject_export_view", Permission.USERS_EXPORT_SUBJECT),
    **verb_route("users.anonymisation_view", Permission.USERS_ANONYMISE),
    **table_routes("reset-tokens", read=Permission.RESET_TOKENS_READ),
    **verb_route("reset-tokens.revocation_view", Permission.RESET_TOKENS_REVOKE),
    **table_routes(
        "staff",
        read=Permission.STAFF_MANAGE,
        edit=Permission.STAFF_MANAGE,
    ),
    **table_routes("invites", read=Permission.STAFF_MANAGE, create=Permission.STAFF_MANAGE),
    **verb_route("invites.revocation_view", Permission.STAFF_MANAGE),
    "invite.open_link": {"GET": EVERYONE},
    "invite.new_account": {"GET": EVERYONE, "POST": EVERYONE},
    **verb_route("staff.disabling_view", Permission.STAFF_MANAGE),
    **verb_route("staff.second_factor_reset_view", Permission.STAFF_MANAGE),
    **verb_route("staff.sessions_ending_view", Permission.STAFF_MANAGE),
    **verb_route("staff.enabling_view", Permission.STAFF_MANAGE),
    **table_routes("audit", read=Permission.AUDIT_READ),
    # The example is a batch that cancels bookings: each is for who may run its verb.
    **table_routes("batches", read=Permission.BOOKINGS_READ),
    "batches.start_view": {"POST": Permission.BOOKINGS_CANCEL},
    "batches.progress_view": {"GET": Permission.BOOKINGS_READ, "POST": Permission.BOOKINGS_CANCEL},
    "batches.stop_view": {"POST": Permission.BOOKINGS_CANCEL},
    "batches.retry_view": {"POST": Permission.BOOKINGS_CANCEL},
    "batches.undo_view": {"POST": Permission.BOOKINGS_CANCEL},
    "batches.result_view": {"GET": {Permission.BOOKINGS_CANCEL, Permission.BOOKINGS_EXPORT}},
}
"""Endpoint and method to who may use it; of a set, who has one. A new route belongs in here first."""

BULK_VERBS = {
    ("bookings", "confirmation"): Permission.BOOKINGS_CONFIRM,
    ("bookings", "cancellation"): Permission.BOOKINGS_CANCEL,
    ("bookings", "completion"): Permission.BOOKINGS_COMPLETE,
    ("services", "approval"): Permission.SERVICES_MODERATE,
    ("services", "reinstatement"): Permission.SERVICES_MODERATE,
    ("services", "take-down"): Permission.SERVICES_MODERATE,
    ("users", "reset-link"): Permission.RESET_TOKENS_ISSUE,
    ("reset-tokens", "revocation"): Permission.RESET_TOKENS_REVOKE,
}
"""Table and verb, run on selected rows, to the permission."""

DRAFTED_ELSEWHERE = {
    ("bookings", "absence"): Permission.BOOKINGS_CANCEL,
}
"""The same for verbs that no list offers."""

ENDED = {"status": "confirmed", "scheduled_at": coming_monday() - dt.timedelta(days=70)}
"""A booking that can be completed."""

ROLES = {
    "operations": {
        "users:read", "services:read", "bookings:read", "dashboard:read",
        "services:edit", "services:moderate", "notes:write",
    },
    "support": {
        "users:read", "services:read", "bookings:read", "dashboard:read",
        "bookings:create", "bookings:edit", "bookings:confirm", "bookings:cancel", "bookings:complete",
        "bookings:reschedule", "users:edit", "users:reveal",
        "reset-tokens:read", "reset-tokens:issue", "reset-tokens:revoke", "reset-tokens:show",
        "notes:write",
    },
    "manager": {
        "users:read", "services:read", "bookings:read", "dashboard:read",
        "bookings:export", "services:export", "users:export", "audit:read",
    },
    "administrator": {
        "users:read", "services:read", "bookings:read", "dashboard:read",
        "services:edit", "services:moderate",
        "bookings:create", "bookings:edit", "bookings:confirm", "bookings:cancel", "bookings:complete",
        "bookings:reschedule", "users:edit", "users:reveal",
        "reset-tokens:read", "reset-tokens:issue", "reset-tokens:revoke", "reset-tokens:show",
        "notes:write", "bookings:export", "services:export", "users:export", "audit:read",
        "staff:manage", "system:read", "system:maintain", "users:anonymise", "users:export-subject",
    },
}  # fmt: skip
"""The table of the roles as it was agreed on, written out a second time."""

UNKNOWN = "00000000-0000-4000-8000-00000000dead"
"""The id of no row."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
WELCOME = {200, 302, 400, 404, 409, 422}
"""What somebody who may can meet with an empty form or an example address; never 401, 403 or the log-in."""

SMUGGLED = {
    "role": "administrator",
    "status": "confirmed",
    "is_active": "",
    "is_used": "y",
    "password": "smuggled password",
    "password_hash": "smuggled",
    "provider_id": "00000000-0000-4000-8000-000000000001",
    "customer_id": "00000000-0000-4000-8000-000000000001",
    "id": "00000000-0000-4000-8000-000000000002",
    "token": "smuggled",
    "created_at": "2001-01-01T00:00",
    "updated_at": "2001-01-01T00:00",
    "expires_at": "2101-01-01T00:00",
    "profile": "{}",
    "timezone": "Asia/Tokyo",
    "actor_id": "00000000-0000-4000-8000-000000000003",
}
"""Fields that no form has under these names, but for those a test takes out."""


ACCESS.pop("review.record_view")  # The queue has no pages of its own.


def test_every_route_has_a_stated_permission(app):
    stated = {(endpoint, method) for endpoint, methods in ACCESS.items() for method in methods}
    there = {(rule.endpoint, method) for rule in app.url_map.iter_rules() for method in methods_of(rule)}
    assert there == stated


def test_every_bulk_verb_has_a_stated_permission(app):
    views = app.extensions["admin"][0]._views
    for kind, stated in {"bulk_verbs": BULK_VERBS, "other_verbs": DRAFTED_ELSEWHERE}.items():
        there = {(view.endpoint, verb.name): verb.permission for view in views for verb in getattr(view, kind, ())}
        assert there == stated


def test_the_matrix_of_roles_is_the_one_agreed_on():
    assert {role.value: {each.value for each in granted} for role, granted in ROLE_PERMISSIONS.items()} == ROLES


@pytest.mark.parametrize("role", list(Role))
def test_a_role_meets_open_doors_only_where_its_permissions_lead(app, as_role, role):
    browser, wrong, examples = as_role(role), [], Examples()
    for rule, method in walk(app):
        allowed = is_open_to(ACCESS[rule.endpoint].get(as_get(method)), role)
        if rule.endpoint == "staff_login.log_out":
            continue  # It ends the walk: see test_logging_out_is_for_those_who_are_logged_in.
        answer, changed = request(browser, method, examples.url(app, rule))
        if method not in rule.methods:
            right = answer.status_code == 405 and not changed
        elif allowed:
            right = answer.status_code in WELCOME and not is_log_in(answer)
        else:
            right = answer.status_code == 403 and not changed
        if not right:
            wrong.append((method, rule.rule, answer.status, answer.headers.get("Location"), changed))
    assert not wrong


@pytest.mark.parametrize("who", ["a stranger", "somebody disabled"])
def test_nobody_meets_an_open_door_without_an_account(app, as_role, stranger, who):
    browser, wrong, examples = stranger, [], Examples()
    if who == "somebody disabled":
        browser = as_role(Role.ADMINISTRATOR)
        db.session.get(StaffMember, browser.member_id).is_active = False
        db.session.commit()
    for rule, method in walk(app):
        access = ACCESS[rule.endpoint].get(as_get(method))
        answer, changed = request(browser, method, examples.url(app, rule))
        if method not in rule.methods:
            right = answer.status_code == 405
        elif access == EVERYONE:
            right = answer.status_code in WELCOME
        elif method in ("GET", "HEAD"):
            right = is_log_in(answer)
        else:
            right = answer.status_code == 401
        if not right or changed:
            wrong.append((method, rule.rule, answer.status, answer.headers.get("Location"), changed))
    assert not wrong


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("table", "verb"), list(BULK_VERBS))
def test_a_bulk_verb_runs_for_its_permission_only(app, as_role, role, table, verb):
    browser, allowed = as_role(role), is_open_to(BULK_VERBS[table, verb], role)
    row = row_for(table, verb)
    answer, changed = request(browser, "POST", f"/admin/{table}/action/", {"action": verb, "rowid": str(row.id)})
    assert (answer.status_code, changed) == ((302, True) if allowed else (403, False))
    batch = BatchFactory(subject_type=row.__tablename__, verb=verb, state="draft", rows=[row])
    noting = view_of(app, table).bulk_verb(verb).noting
    if noting:
        in_transaction(lambda: note_rows(batch, noting))
    answer, changed = request(browser, "POST", f"/admin/batches/{batch.id}/start", {"reason": "price"})
    assert (answer.status_code in (200, 302), changed) == (allowed, allowed)
    assert (db.session.get(Batch, batch.id).done == 1) == allowed


@pytest.mark.parametrize("role", list(Role))
def test_the_page_of_a_batch_is_for_those_who_may_look_at_its_table(app, as_role, role):
    for table, permission in {"bookings": "bookings:read", "reset-tokens": "reset-tokens:read"}.items():
        batch = BatchFactory(subject_type=rows()[table].__tablename__, verb="revocation")
        status = 200 if permission in ROLES[role] else 403
        for url in (f"/admin/batches/details/?id={batch.id}", f"/admin/batches/{batch.id}/progress"):
            assert as_role(role).get(url).status_code == status


def test_logging_out_is_for_those_who_are_logged_in(app, support, stranger):
    assert request(stranger, "POST", "/logout")[0].status_code == 401
    assert request(stranger, "GET", "/logout")[0].status_code == 405
    assert is_log_in(request(support, "POST", "/logout")[0])
    assert is_log_in(support.get("/admin/bookings/"))


def test_figures_are_for_this_machine_or_for_a_token(app, stranger, monkeypatch):
    there = {"REMOTE_ADDR": "203.0.113.9"}
    assert stranger.get("/metrics").status_code == 200
    assert stranger.get("/metrics", environ_overrides=there).status_code == 403
    changed = app.extensions["settings"].model_copy(update={"metrics_token": SecretStr("f1gures")})
    monkeypatch.setitem(app.extensions, "settings", changed)
    right, wrong = {"Authorization": "Bearer f1gures"}, {"Authorization": "Bearer figures"}
    assert stranger.get("/metrics", environ_overrides=there, headers=right).status_code == 200
    assert stranger.get("/metrics", environ_overrides=there, headers=wrong).status_code == 403
    forged = {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1"}
    assert stranger.get("/metrics", environ_overrides=there, headers=forged).status_code == 403


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "MKCOL", "GETS", "get", "post", "OPTIONS"])
def test_an_odd_method_opens_nothing(app, stranger, method):
    rows()
    for path in ("/admin/", "/admin/bookings/", "/admin/bookings/new/", "/admin/staff/action/"):
        answer, changed = request(stranger, method, path)
        assert not changed
        if method == "OPTIONS":
            assert (answer.status_code, answer.data) == (200, b"")
        elif method == "get":
            assert is_log_in(answer) or answer.status_code == 405
        else:
            assert answer.status_code in (401, 405)


def test_a_header_that_names_another_method_is_not_believed(app, support):
    booking = BookingFactory()
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"):
        before = stored_but_refusals(but=("staff_sessions",))
        path = f"/admin/bookings/{booking.id}/confirmation?_method=POST"
        assert support.get(path, headers={name: "POST"}).status_code == 200
        assert stored_but_refusals(but=("staff_sessions",)) == before


@pytest.mark.parametrize(
    "path",
    [
        "/admin",
        "/admin/bookings",
        "//admin/bookings/",
        "/admin//bookings/",
        "/admin/bookings//",
        "/admin/./bookings/",
        "/admin/../admin/bookings/",
        "/admin/bookings/%2e%2e/staff/",
        "/admin/bookings/..%2fstaff/",
        "/admin/staff/;x=1",
        "/admin/staff/.json",
        "/ADMIN/staff/",
        "/admin/staff%2f",
        "/admin/staff/new",
        "/admin/staff/new//",
        "/admin/model/",
        "/admin/bookings/delete/",
        "/admin/bookings/ajax/update/",
        "/admin/users/{user}/reset-link/",
        "/admin/users/{user}/",
        "//admin//users//{user}//reset-link",
        "/static/../config.py",
        "/static/%2e%2e/config.py",
        "/static/..%2f..%2fconfig.py",
        "/bootstrap/static/..%2f..%2f__init__.py",
        "/admin/static/..%2f..%2f..%2fbase.py",
    ],
)
def test_another_spelling_of_an_address_opens_nothing(app, stranger, operations, path):
    url = path.format(user=rows()["users"].id)
    for browser in (stranger, operations):
        for method in ("GET", "POST"):
            answer, changed = request(browser, method, url, follow=True)
            assert not changed
            assert answer.status_code in (200, 400, 401, 403, 404, 405)
            assert b"SECRET_KEY" not in answer.data
            assert b"import " not in answer.data
            if browser is stranger and answer.status_code == 200:
                assert answer.request.path == "/login"
            if browser is operations and answer.status_code == 200:
                assert answer.request.path in ("/admin/", "/admin/bookings/", "/login")


def test_support_reaches_no_staff_account_by_any_address(app, support):
    other = StaffMemberFactory(role="administrator")
    forms = {"role": "administrator", "name": "Mine", "email": "mine@example.com", "password": "a long password 1"}
    for path in (
        "/admin/staff/",
        "/admin/staff/new/",
        f"/admin/staff/edit/?id={support.member_id}",
        f"/admin/staff/edit/?id={other.id}",
        f"/admin/staff/details/?id={other.id}",
        f"/admin/staff/{other.id}",
        f"/admin/staff/{other.id}/disabling",
        f"/admin/staff/{other.id}/enabling",
        "/admin/staff/export/csv/",
        "/admin/staff/ajax/lookup/?name=staff&query=a",
    ):
        for method in ("GET", "POST"):
            answer, changed = request(support, method, path, {**forms, "reason": "x"})
            assert answer.status_code in (403, 405), (method, path)
            assert not changed, (method, path)


def test_nobody_changes_their_own_role_or_shuts_their_own_account(app, administrator):
    StaffMemberFactory(role="administrator")  # So that it is not for being the last one.
    mine = administrator.member_id
    edit = f"/admin/staff/edit/?id={mine}"
    answer = administrator.post(edit, data={**form_on(administrator, edit), "role": "support"})
    assert answer.status_code == 409
    assert "Nobody changes or disables their own account." in answer.get_data(as_text=True)
    state = f"/admin/staff/{mine}/disabling"
    assert "Nobody changes or disables their own account." in administrator.get(state).get_data(as_text=True)
    assert administrator.submit(state, {"reason": "x"}, page=edit).status_code == 409
    member = db.session.get(StaffMember, mine)
    assert (member.role, member.is_active) == ("administrator", True)


def test_the_last_administrator_stays_one(app, administrator, as_role):
    """Of two who disable each other, the second finds the door shut."""
    other = as_role(Role.ADMINISTRATOR)
    page = other.token("/admin/staff/new/")
    assert administrator.submit(f"/admin/staff/{other.member_id}/disabling", {"reason": "x"}).status_code == 302
    answer = other.post(f"/admin/staff/{administrator.member_id}/disabling", data={"reason": "x", "csrf_token": page})
    assert answer.status_code == 401
    assert db.session.get(StaffMember, administrator.member_id).is_active


def test_a_new_booking_takes_only_the_fields_of_its_form(app, support):
    customer, service = UserFactory(), ServiceFactory()
    fields = {
        "customer": str(customer.id),
        "service": str(service.id),
        "scheduled_at": f"{coming_monday():%Y-%m-%dT%H:%M}",
    }
    assert support.submit("/admin/bookings/new/", {**SMUGGLED, **fields}).status_code == 302
    booking = db.session.scalars(sa.select(Booking)).one()
    assert str(booking.id) != SMUGGLED["id"]
    assert (booking.status, booking.provider_id, booking.customer_id) == ("pending", service.provider_id, customer.id)
    assert booking.created_at.year > 2001


@pytest.mark.parametrize(
    ("role", "make", "table", "fields"),
    [
        ("support", BookingFactory, "bookings", {"notes": "New"}),
        ("support", UserFactory, "users", {"first_name": "New"}),
        ("operations", ServiceFactory, "services", {"title": "New"}),
    ],
)
def test_an_edit_takes_only_the_fields_of_its_form(as_role, role, make, table, fields):
    browser, row = as_role(role), make()
    url, before = f"/admin/{table}/edit/?id={row.id}", columns_of(row)
    form = {**form_on(browser, url), **SMUGGLED, **fields}
    assert browser.post(url, data=form).status_code == 302
    db.session.expire_all()
    changed = {name for name, value in columns_of(row).items() if value != before[name]}
    assert changed - {"updated_at"} == ({"profile"} if make is UserFactory else set(fields))
    if make is UserFactory:
        assert row.profile == before["profile"] | {"firstName": "New"}


def test_a_staff_account_takes_only_the_fields_of_its_form(app, administrator):
    row = StaffMemberFactory(role="support")
    url, before = f"/admin/staff/edit/?id={row.id}", columns_of(row)
    smuggled = {**SMUGGLED, "role": "manager", "email": "else@example.com"}
    assert administrator.post(url, data={**form_on(administrator, url), **smuggled}).status_code == 302
    db.session.expire_all()
    changed = {name for name, value in columns_of(row).items() if value != before[name]}
    assert changed == {"role", "timezone", "updated_at"}, "the form has a zone, too, and takes both at once"


def test_an_invite_takes_only_the_fields_of_its_form(app, administrator):
    fields = {"email": "new@example.com", "name": "New", "role": "manager"}
    smuggled = {**SMUGGLED, "used_at": "2001-01-01T00:00", "invited_by": "x", "token_digest": "x" * 64}
    assert administrator.submit("/admin/staff/invites/new/", {**smuggled, **fields}).status_code == 200
    row = db.session.scalars(sa.select(StaffInvite).options(undefer(StaffInvite.token_digest))).one()
    assert str(row.id) != SMUGGLED["id"]
    assert (row.role, row.used_at, row.token_digest != "x" * 64) == ("manager", None, True)
    assert row.invited_by == db.session.get(StaffMember, administrator.member_id).email


def test_no_form_makes_a_role_that_is_none(app, administrator):
    fields = {"email": "new@example.com", "name": "New", "role": "root"}
    assert administrator.submit("/admin/staff/invites/new/", fields).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StaffInvite)) == 0


def test_a_verb_takes_only_the_fields_of_its_form(app, support):
    row = BookingFactory()
    before = columns_of(row)
    url = f"/admin/bookings/{row.id}/cancellation"
    assert support.submit(url, {**SMUGGLED, "reason": "Asked to."}).status_code == 302
    db.session.expire_all()
    assert columns_of(row) == before | {"status": "cancelled"}


@pytest.mark.parametrize("name", ["bookings", "services", "users"])
def test_a_note_takes_only_the_fields_of_its_form_and_its_author_from_the_session(app, support, name):
    row = rows()[name]
    before = columns_of(row)
    smuggled = {**SMUGGLED, "author_id": SMUGGLED["actor_id"], "written_at": "2001-01-01T00:00", "text": "smuggled"}
    url = f"/admin/{name}/{row.id}/notes"
    page = f"/admin/{name}/details/?id={row.id}"
    assert support.submit(url, {**smuggled, "notes": "She rang."}, page=page).status_code == 302
    note = db.session.scalars(sa.select(Note)).one()
    assert (note.text, note.author_id, note.subject_id) == ("She rang.", support.member_id, row.id)
    assert note.written_at.year > 2001
    assert str(note.id) != SMUGGLED["id"]
    db.session.expire_all()
    assert columns_of(row) == before


def test_one_s_own_account_takes_only_the_fields_of_its_forms(app, support):
    row = db.session.get(StaffMember, support.member_id)
    before = columns_of(row)
    smuggled = {**SMUGGLED, "email": "else@example.com", "name": "Else"}
    url = "/admin/profile/"
    assert support.post(url, data={**form_on(support, url, action=url), **smuggled}).status_code == 302
    db.session.expire_all()
    changed = {name for name, value in columns_of(row).items() if value != before[name]}
    assert changed == {"timezone", "updated_at"}, "the form has a zone"


def test_logging_in_takes_only_the_fields_of_its_form(app, stranger):
    row = StaffMemberFactory(role="support")
    before = columns_of(row)
    assert stranger.submit("/login", {**SMUGGLED, "email": row.email, "password": PASSWORD}).status_code == 302
    db.session.expire_all()
    assert columns_of(row) == before
    assert stranger.get("/admin/staff/").status_code == 403


def test_a_reset_link_changes_the_password_of_its_owner_and_nothing_else(app, stranger):
    owner, other = UserFactory(), UserFactory()
    with transaction():
        token = issue_reset_link(
            owner, reason="They rang.", actor=StaffMemberFactory.build(), storage="digest", valid=DAY
        )
    before, others = columns_of(owner), columns_of(other)
    assert stranger.get(f"/reset/{token}").status_code == 302
    good = {"password": "seventeen otters", "again": "seventeen otters"}
    smuggled = {**SMUGGLED, "email": other.email, "user_id": str(other.id)}
    assert stranger.submit("/reset/new-password", {**smuggled, **good}).status_code == 200
    db.session.expire_all()
    assert columns_of(other) == others
    changed = {name for name, value in columns_of(owner).items() if value != before[name]}
    assert changed == {"password", "updated_at"}


def test_whoever_acts_is_recorded_whatever_the_form_says(app, support):
    row = BookingFactory()
    support.submit(f"/admin/bookings/{row.id}/confirmation", {"actor": "somebody", **SMUGGLED})
    [entry] = entries("booking.confirmed")
    assert (entry.actor_id, entry.actor_kind) == (support.member_id, "staff")


# -- What the tests above are made of ------------------------------------------------------------


def methods_of(rule: Rule) -> set[str]:
    return set(rule.methods or ()) - {"HEAD", "OPTIONS"}


def as_get(method: str) -> str:
    return "GET" if method == "HEAD" else method


def is_open_to(access, role) -> bool:
    if isinstance(access, set):
        return any(is_open_to(each, role) for each in access)
    if isinstance(access, Permission):
        return access.value in ROLES[role]
    return access in (EVERYONE, STAFF)


def walk(app: Flask):
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
    return [(rule, method) for rule in rules for method in METHODS]


def rows():
    """Make one row for each table that has routes, and give them by its name."""
    owner = UserFactory()
    return {
        "users": owner,
        "services": ServiceFactory(),
        "bookings": BookingFactory(),
        "reset-tokens": PasswordResetTokenFactory(email=owner.email),
        "staff": StaffMemberFactory(),
        "invites": StaffInviteFactory(),
        "batches": BatchFactory(),
    }


def row_for(table, verb):
    """Make a row of a table to which `verb` can be done."""
    if verb == "completion":
        return BookingFactory(**ENDED)
    row = rows()[table]
    if verb == "reinstatement":
        with transaction():
            take_down_service(row, reason=ReviewReason.PRICE, words="", actor=StaffMemberFactory.build(id=None))
    return row


class Examples:
    """Addresses of routes that lead to rows nothing has been done to yet."""

    def __init__(self) -> None:
        self.rows = {}
        self.left_at = None

    def url(self, app: Flask, rule: Rule) -> str:
        now = stored_but_refusals(but=("staff_sessions",))
        if now != self.left_at:
            self.rows = {name: str(row.id) for name, row in rows().items()}
            self.left_at = stored_but_refusals(but=("staff_sessions",))
        row_id = self.rows.get(rule.endpoint.partition(".")[0], UNKNOWN)
        examples = {"record_id": row_id, "token": "unknown", "filename": "app.css", "export_type": "csv"}
        with app.test_request_context():
            url = app.url_map.bind("localhost").build(rule.endpoint, {name: examples[name] for name in rule.arguments})
        return f"{url}?id={row_id}"


def request(browser, method, url, form=None, *, follow=False):
    """Send a request with a valid CSRF token; return the answer and whether any row changed."""
    token = csrf_token(browser)
    before = stored_but_refusals(but=("staff_sessions",))
    data = {"csrf_token": token, **(form or {})} if method not in ("GET", "HEAD") else None
    answer = browser.open(url, method=method, data=data)
    for _hop in range(5):
        if not follow or answer.status_code not in (301, 302, 303, 307, 308):
            break
        answer = browser.open(answer.headers["Location"], method=method if answer.status_code in (307, 308) else "GET")
    return answer, stored_but_refusals(but=("staff_sessions",)) != before


def csrf_token(browser) -> str:
    """Return a token that is good as long as the browser's session."""
    if not hasattr(browser, "csrf_token"):
        browser.csrf_token = browser.token("/login" if browser.get("/login").status_code == 200 else "/admin/")
    return browser.csrf_token


def is_log_in(answer) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith("/login")


def form_on(browser, url, action=None):
    """Return the fields of the edit form at `url` as its page has them."""
    return fields_of(browser.get(url).get_data(as_text=True), action)


def columns_of(row):
    return {
        column.key: db.session.scalar(sa.select(getattr(type(row), column.key)).where(type(row).id == row.id))
        for column in sa.inspect(type(row)).columns
    }
