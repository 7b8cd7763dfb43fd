"""What nobody should send: every answer is a page of ours or a refusal, and nothing leaks or changes."""

import os
import time

import pytest
import sqlalchemy as sa

from marketplace.bookings.models import Booking
from marketplace.extensions import db
from marketplace.permissions import Role
from marketplace.staff.models import StaffMember
from tests.factories import (
    PASSWORD,
    BatchFactory,
    BookingFactory,
    PasswordResetTokenFactory,
    ServiceFactory,
    StaffMemberFactory,
    UserFactory,
    coming_monday,
)
from tests.hostile import BYTES, CURSORS, FORMS, IDS, LEAKS, MOMENTS, NUMBERS, TABLES, TEXTS, hostile_requests, written
from tests.pages import fields_of
from tests.raw_rows import stored_but_refusals

AMOUNT = int(os.environ.get("HOSTILE_REQUESTS", "300"))
"""Random requests to each database; 20,000 were run by hand."""

MULTIPART = "multipart/form-data; boundary=x"

DIGEST = "5eed" * 16
"""What stands in the database for a reset token."""

SORTS = (
    "profile",
    "password",
    "password_hash",
    "availability",
    "images",
    "token",
    "hash",
    "id",
    "-id",
    "1",
    "__class__",
)

VALUES = {name: values[::3] for form in FORMS.values() for name, values in form.items()} | {
    "loaded": (*TEXTS[:10], "1")
}
VALUES |= dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), TEXTS[:6])

FOREIGN = (
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example", "https:evil.example",
    "https://evil.example", "http:/evil.example", "HTTPS://EVIL.EXAMPLE", "//evil.example/%2f..", "/\t/evil.example",
    "/\n/evil.example", "\t//evil.example", " //evil.example", "/ /evil.example", "\x01//evil.example",
    "javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "evil.example", "@evil.example", "/a\r\nX: y",
    "/\x00/evil.example", "//localhost@evil.example", "//evil.example#localhost", "\u2028//evil.example", "/\u2028x",
    "／／evil.example", "/\x85/evil.example",
)  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_a_hostile_address_of_a_list_gets_a_clean_page(app, administrator, table):
    rows()
    filters = {"choice": TEXTS[:20], "date": MOMENTS, "record": IDS, "text": TEXTS}
    queries = [
        *(f"{name}={written(each)}" for name in ("page", "page_size", "limit") for each in NUMBERS),
        *(f"search={written(each)}" for each in (*TEXTS, *BYTES, *IDS)),
        *(f"sort={written(each)}" for each in (*SORTS, *TEXTS)),
        *(f"desc={written(each)}&last={written(each)}" for each in NUMBERS),
        *(f"{each.name}={written(value)}" for each in view_of(app, table).list_filters for value in filters[each.kind]),
        "status=pending&status=confirmed&status=x&search=a&search=b&sort=id&sort=email",
        "status[]=pending&status[0]=x&=&&&==&%3d=%26",
        "&".join(f"p{number}=x" for number in range(900)),
    ]
    wrong = []
    for query in queries:
        answer = administrator.get(f"/admin/{table}/", query_string=query)
        if answer.status_code not in (200, 400) or not clean(answer):
            wrong.append((query[:100], answer.status))
    assert not wrong


@pytest.mark.parametrize("table", TABLES)
def test_cursors_of_every_column_survive_what_others_put_in(app, administrator, table):
    rows()
    wrong = []
    for column in view_of(app, table).sort_columns:
        for number, each in enumerate(CURSORS):
            query = f"sort={column}&{('after', 'before')[number % 2]}={written(each)}"
            if administrator.get(f"/admin/{table}/", query_string=query).status_code != 200:
                wrong.append(query)
    assert not wrong


@pytest.mark.parametrize("table", TABLES)
def test_an_id_that_is_none_is_no_page(administrator, table):
    rows()
    for each in (*IDS, *BYTES):
        for path in ("details/", "edit/"):
            answer = administrator.get(f"/admin/{table}/{path}", query_string=f"id={written(each)}")
            assert answer.status_code in (400, 403, 404), (path, each)
            assert clean(answer)
        answer = administrator.get(f"/admin/{table}/x{written(each)}")
        assert answer.status_code in (400, 404)
        assert clean(answer)
    assert administrator.get(f"/admin/{table}/details/").status_code == 404


def test_a_lookup_gives_ten_rows_at_most_whatever_is_asked(administrator):
    for _each in range(12):
        UserFactory()
    for limit in NUMBERS:
        query = f"name=customer&query=user&limit={written(limit)}&offset={written(limit)}"
        found = administrator.get("/admin/bookings/ajax/lookup/", query_string=query)
        assert found.status_code == 200
        assert len(found.get_json()) == 10
    for text in (*TEXTS, *BYTES, *IDS):
        for name in ("customer", "service", "nobody"):
            query = f"name={name}&query={written(text)}"
            answer = administrator.get("/admin/bookings/ajax/lookup/", query_string=query)
            assert answer.status_code in (200, 400, 404), query
            assert clean(answer), query


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("duration", NUMBERS), ("total_amount", NUMBERS), ("scheduled_at", MOMENTS), ("notes", TEXTS),
        ("reason", TEXTS), ("customer", IDS), ("customer", TEXTS), ("service", IDS), ("service", TEXTS),
    ],
)  # fmt: skip
def test_a_new_booking_with_a_hostile_field_is_refused_or_sound(administrator, name, values):
    good = new_booking()
    token = administrator.token("/admin/bookings/new/")
    wrong = []
    for value in values:
        answer = administrator.post("/admin/bookings/new/", data={"csrf_token": token, **good, name: value})
        if answer.status_code not in (302, 409, 422) or not clean(answer):
            wrong.append((value[:50], answer.status_code))
    assert not wrong
    for booking in db.session.scalars(sa.select(Booking)):
        assert booking.duration > 0
        assert 0 < booking.total_amount < 100_000_000


@pytest.mark.parametrize("value", ["0", "-1", "NaN", "Infinity", "sNaN", "1e400", "100000000", "0.001", "40.005", "x"])
@pytest.mark.parametrize(("table", "name"), [("bookings", "total_amount"), ("services", "price")])
def test_an_amount_that_no_column_holds_is_refused(administrator, table, name, value):
    url = f"/admin/{table}/edit/?id={rows()[table]}"
    before = stored_but_refusals(but=("staff_sessions",))
    answer = administrator.post(url, data={**form_on(administrator, url), name: value})
    assert answer.status_code == 422
    assert stored_but_refusals(but=("staff_sessions",)) == before


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", " \r\n "])
def test_blanks_are_no_answer(app, administrator, blank):
    ids = rows()
    before = stored_but_refusals(but=("staff_sessions",))
    for path, name in (
        (f"/admin/services/edit/?id={ids['services']}", "title"),
        (f"/admin/services/edit/?id={ids['services']}", "description"),
        (f"/admin/services/edit/?id={ids['services']}", "category"),
        (f"/admin/staff/edit/?id={ids['staff']}", "name"),
        (f"/admin/users/edit/?id={ids['users']}", "email"),
        (f"/admin/staff/{ids['staff']}/disabling", "reason"),
        (f"/admin/bookings/{ids['bookings']}/cancellation", "reason"),
    ):
        answer = administrator.post(path, data={**form_on(administrator, path), name: blank})
        assert answer.status_code == 422, (path, name)
    assert stored_but_refusals(but=("staff_sessions",)) == before


@pytest.mark.parametrize(
    "value", ["0000-01-01T00:00", "10000-01-01T00:00", "0001-01-01T00:00", "9999-12-31T23:59", "x", ""]
)
def test_a_moment_that_no_calendar_holds_is_refused(app, administrator, value):
    for zone in ("Pacific/Kiritimati", "Pacific/Niue", "UTC"):
        db.session.get(StaffMember, administrator.member_id).timezone = zone
        db.session.commit()
        answer = administrator.submit("/admin/bookings/new/", {**new_booking(), "scheduled_at": value})
        assert answer.status_code == 422
    assert not db.session.scalars(sa.select(Booking)).all()


@pytest.mark.parametrize("table", ["bookings", "users", "services", "staff"])
def test_an_edit_with_hostile_fields_is_refused_or_sound(app, administrator, table):
    identity = rows()[table]
    url = f"/admin/{table}/edit/?id={identity}"
    form = form_on(administrator, url)
    wrong = []
    for name in set(form) - {"csrf_token"}:
        for value in (
            *NUMBERS,
            *MOMENTS,
            *TEXTS,
            "[" * 100_000,
            '{"email": ["a"], "role": {}}',
            '{"notes": "\\ud800"}',
        ):
            answer = administrator.post(url, data={**form, name: value})
            if answer.status_code not in (200, 302, 409, 422) or not clean(answer):
                wrong.append((name, value[:50], answer.status_code))
    assert not wrong
    assert administrator.get(url).status_code == 200


@pytest.mark.parametrize("table", ["bookings", "users", "reset-tokens", "services", "staff", "audit", "batches"])
def test_a_bulk_action_on_what_is_no_row_changes_nothing(app, administrator, table):
    ids = rows()
    token = administrator.token("/admin/")
    foreign = [identity for name, identity in ids.items() if name != table]
    before = stored_but_refusals(but=("staff_sessions",))
    for verb in ("confirmation", "cancellation", "reset-link", "revocation", "", "x", "__class__", "perform"):
        for rowids in ([], [""], ["", ""], ["x"], list(IDS), foreign, [",".join(foreign)]):
            for everything in ({}, {"everything": "1", "matching": "search=nobody+at+all"}):
                form = {"csrf_token": token, "action": verb, "rowid": rowids, "reason": "x", **everything}
                answer = administrator.post(f"/admin/{table}/action/", data=form)
                assert answer.status_code in (200, 302, 400), (verb, rowids)
                assert clean(answer)
    assert stored_but_refusals(but=("staff_sessions",)) == before


def test_a_bulk_action_on_too_many_rows_is_refused_whole(app, administrator):
    identity = rows()["bookings"]
    unknown = [f"00000000-0000-4000-8000-{number:012d}" for number in range(500)]
    before = stored_but_refusals(but=("staff_sessions",))
    form = {"action": "confirmation", "rowid": [identity, *unknown]}
    assert administrator.submit("/admin/bookings/action/", form, page="/admin/").status_code == 413
    assert stored_but_refusals(but=("staff_sessions",)) == before


def test_random_hostile_requests_all_get_a_clean_answer(app, administrator):
    ids = rows()
    ids["providers"] = str(db.session.scalars(sa.select(Booking.provider_id)).first())
    started, slowest, statuses, wrong = time.perf_counter(), 0.0, {}, []
    token = administrator.token("/admin/")
    for request in hostile_requests(20260131, AMOUNT, ids):
        sent = time.perf_counter()
        answer = request.send(administrator, token)
        took = time.perf_counter() - sent
        slowest = max(slowest, took)
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        if not clean(answer) or took > 5:
            wrong.append((answer.status, round(took, 1), str(request)[:500]))
    print(f"{AMOUNT} in {time.perf_counter() - started:.0f} s, slowest {slowest:.2f} s, {sorted(statuses.items())}")  # noqa: T201
    assert not wrong, wrong[:20]
    assert administrator.get("/admin/").status_code == 200, "the walk was to be an administrator's"


# -- State ---------------------------------------------------------------------------------------


def test_no_page_that_is_only_looked_at_changes_anything(app, administrator):
    ids, token = rows(), administrator.token("/admin/")
    wrong = []
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods:
            continue
        table = rule.endpoint.partition(".")[0]
        examples = {
            "record_id": ids.get(table, ids["users"]), "token": "x", "filename": "app.css", "export_type": "csv",
        }  # fmt: skip
        url = app.url_map.bind("localhost").build(rule.endpoint, {name: examples[name] for name in rule.arguments})
        # An export changes nothing, but that it was taken is written into the audit log.
        is_file = rule.endpoint.endswith((".export", ".result_view"))
        # What is known of listings is brought up to date by looking at them; nobody gains by having it done.
        but = ("staff_sessions", "service_states", *(["audit_events"] if is_file else []))
        before = stored_but_refusals(but=but)
        for query in (
            f"id={ids.get(table, '')}",
            f"id={ids.get(table, '')}&confirmed=1&action=confirmation&rowid={ids['bookings']}&csrf_token={token}",
        ):
            answer = administrator.get(url, query_string=query)
            if answer.status_code >= 500 or stored_but_refusals(but=but) != before:
                wrong.append((rule.rule, query, answer.status))
    assert not wrong


@pytest.mark.parametrize("kind", ["missing", "empty", "made up", "another session's", "in the address", "cut short"])
def test_no_form_is_taken_without_the_token_of_its_own_session(app, administrator, as_role, kind):
    ids = rows()
    others = as_role(Role.ADMINISTRATOR).token("/admin/")
    own = administrator.token("/admin/")
    form = {
        "missing": {}, "empty": {"csrf_token": ""}, "made up": {"csrf_token": "ImZvcmdlZCI.aaaaaa.bbbbbbbbbbbbbbbbbbb"},
        "another session's": {"csrf_token": others}, "in the address": {}, "cut short": {"csrf_token": own[:-1]},
    }[kind]  # fmt: skip
    before = stored_but_refusals(but=("staff_sessions",))
    wrong = []
    for rule in app.url_map.iter_rules():
        if "POST" not in rule.methods:
            continue
        identity = ids.get(rule.endpoint.partition(".")[0], ids["users"])
        url = app.url_map.bind("localhost").build(rule.endpoint, {"record_id": identity} if rule.arguments else {})
        query = f"id={identity}" + (f"&csrf_token={own}" if kind == "in the address" else "")
        answer = administrator.post(
            url, query_string=query, data={**form, "reason": "x", "role": "support", "name": "x"}
        )
        if answer.status_code != 400 or not clean(answer):
            wrong.append((rule.rule, answer.status))
    assert not wrong
    assert stored_but_refusals(but=("staff_sessions",)) == before
    assert administrator.get("/admin/").status_code == 200


def test_nobody_is_logged_in_by_another_sites_form(app, stranger):
    member = StaffMemberFactory()
    stranger.get("/login")
    for token in ({}, {"csrf_token": ""}, {"csrf_token": app.test_client().token()}):
        answer = stranger.post("/login", data={"email": member.email, "password": PASSWORD, **token})
        assert answer.status_code == 400
        assert stranger.get("/admin/").status_code == 302


# -- Size ----------------------------------------------------------------------------------------


def test_more_fields_than_a_form_has_are_refused(app, administrator):
    token = administrator.token("/admin/")
    many = {f"field{number}": "x" for number in range(1500)}
    assert administrator.post("/admin/bookings/new/", data={"csrf_token": token, **many}).status_code == 413
    same = {"csrf_token": token, "rowid": ["x"] * 1500}
    assert administrator.post("/admin/bookings/action/", data=same).status_code == 413
    parts = multipart({"csrf_token": token, **many})
    assert administrator.post("/admin/bookings/new/", data=parts, content_type=MULTIPART).status_code == 413


def test_a_body_larger_than_two_mebibytes_is_refused(administrator):
    token, limit = administrator.token("/admin/"), 2 * 1024 * 1024
    for body, content_type in (
        (f"csrf_token={token}&notes={'x' * limit}".encode(), "application/x-www-form-urlencoded"),
        (multipart({"csrf_token": token, "notes": "x" * limit}), MULTIPART),
        (b"x" * (limit + 1), "text/plain"),
    ):
        answer = administrator.post("/admin/bookings/new/", data=body, content_type=content_type)
        assert answer.status_code == 413, content_type
        assert clean(answer)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "application/json"),
        (b"[" * 10_000, "application/json"),
        (b"<x/>", "application/xml"),
        (b"csrf_token=\xff\xfe&\xed\xa0\x80=1", "application/x-www-form-urlencoded"),
        (b"%ff%fe=%ed%a0%80", "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data"),
        (b"", "multipart/form-data; boundary="),
        (b"x", "text/plain; charset=utf-99"),
        (b"a=b", "application/x-www-form-urlencoded; charset=utf-16"),
        (
            b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\xff\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_a_body_that_is_no_form_is_refused(app, administrator, body, content_type):
    before = stored_but_refusals(but=("staff_sessions",))
    for path in ("/login", "/admin/bookings/new/", "/admin/bookings/action/", "/logout", "/reset/new-password"):
        answer = administrator.post(path, data=body, content_type=content_type)
        assert answer.status_code == 400, path
        assert clean(answer)
    assert stored_but_refusals(but=("staff_sessions",)) == before


def test_a_nul_is_refused_wherever_it_stands(app, administrator):
    token = administrator.token("/admin/")
    assert administrator.get("/admin/users/?search=a%00b").status_code == 400
    assert administrator.get("/admin/users/?a%00b=1").status_code == 400
    assert administrator.get("/reset/a%00b").status_code in (400, 404)
    answer = administrator.post("/admin/bookings/new/", data={"csrf_token": token, "notes": "a\0b"})
    assert answer.status_code == 400
    assert clean(answer)


# -- Where it leads ------------------------------------------------------------------------------


@pytest.mark.parametrize("target", FOREIGN)
def test_nobody_is_sent_elsewhere_after_logging_in(app, stranger, target):
    member = StaffMemberFactory()
    page = stranger.get("/login", query_string={"next": target})
    assert page.status_code in (200, 400)
    answer = stranger.submit("/login", {"email": member.email, "password": PASSWORD, "next": target})
    assert answer.status_code in (302, 400)
    if answer.status_code == 302:
        assert answer.headers["Location"] == "/admin/"
    if page.status_code == 200:
        assert fields_of(page.get_data(as_text=True))["next"] == ""


def test_whoever_was_asked_to_log_in_gets_where_they_wanted(app, stranger):
    member = StaffMemberFactory()
    asked = stranger.get("/admin/bookings/?status=pending&search=a%20b").headers["Location"]
    form = fields_of(stranger.get(asked).get_data(as_text=True))
    answer = stranger.post("/login", data={**form, "email": member.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/admin/bookings/?status=pending&search=a%20b"


@pytest.mark.parametrize(
    "path", ["//evil.example/", "//evil.example/%2e%2e", "/%09/evil.example/", "/admin//evil.example"]
)
def test_an_address_that_looks_like_another_site_leads_to_none(app, stranger, path):
    answer = stranger.get(path)
    assert answer.status_code in (302, 308, 400, 404)
    assert not answer.headers.get("Location", "").startswith(("//", "/\\", "http://evil", "https://evil"))


@pytest.mark.parametrize(
    "path", ["/", "/admin", "/admin/", "/admin/bookings", "//admin//bookings/", "/admin/users/new"]
)
def test_a_forged_host_stands_in_no_answer(app, stranger, administrator, path):
    for browser in (stranger, administrator):
        forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
        answer = browser.get(path, headers=forged)
        assert answer.status_code < 500
        assert "evil.example" not in str(answer.headers)
        assert b"evil.example" not in answer.data


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "", "a b", "x:y:z", "["]
)
def test_only_trusted_hosts_are_served_where_they_are_named(app, stranger, monkeypatch, host):
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["localhost", ".example.org"])
    assert stranger.get("/login").status_code == 200
    assert stranger.get("/login", headers={"Host": "office.example.org"}).status_code == 200
    for path in ("/login", "/admin/", "/healthz", "/reset/x", "/static/app.css", "/nowhere"):
        answer = stranger.get(path, headers={"Host": host})
        assert answer.status_code == 400, path
        assert clean(answer)
        assert b"evil" not in answer.data


@pytest.mark.parametrize("host", ["evil.example", "a b", "[", "x:y:z", "localhost:99999", "\xff", "a,b", "<b>"])
def test_a_malformed_host_breaks_no_page(app, administrator, host):
    for path in ("/login", "/admin/", "/healthz", "/nowhere"):
        assert clean(administrator.get(path, headers={"Host": host})), path


def test_a_reset_link_names_the_configured_origin_whatever_the_host(app, administrator):
    user = UserFactory()
    url = f"/admin/users/{user.id}/reset-link"
    token = administrator.token(url)
    page = administrator.post(
        url,
        data={"csrf_token": token, "reason": "They rang.", "show": "y"},
        headers={"X-Forwarded-Host": "evil.example"},
    )
    assert page.status_code == 200
    assert "https://account.example.com/reset/" in page.get_data(as_text=True)
    assert "evil.example" not in page.get_data(as_text=True)


# -- What the tests above are made of ------------------------------------------------------------


def rows() -> dict[str, str]:
    """Make a row for each table and return their ids."""
    user = UserFactory()
    booking = BookingFactory(customer=user)
    token = PasswordResetTokenFactory(email=user.email, token=DIGEST)
    found = {
        "users": user.id, "bookings": booking.id, "services": booking.service_id, "reset-tokens": token.id,
        "staff": StaffMemberFactory(role="support").id, "audit": 1, "batches": BatchFactory(rows=[booking]).id,
    }  # fmt: skip
    return {name: str(identity) for name, identity in found.items()}


def new_booking() -> dict[str, str]:
    return {
        "customer": str(UserFactory().id),
        "service": str(ServiceFactory().id),
        "scheduled_at": f"{coming_monday():%Y-%m-%dT%H:%M}",
    }


def multipart(fields: dict[str, str]) -> bytes:
    parts = (
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    return ("".join(parts) + "--x--\r\n").encode()


def form_on(browser, url):
    return fields_of(browser.get(url).get_data(as_text=True))


def view_of(app, table):
    return next(view for view in app.extensions["admin"][0]._views if view.endpoint == table)


def clean(answer) -> bool:
    """Whether it is no failure of ours, and tells nothing that is nobody's business."""
    body = answer.get_data()
    return answer.status_code < 500 and not LEAKS.search(body) and DIGEST.encode() not in body
