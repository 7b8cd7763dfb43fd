"""Rows that another program wrote in its own way: shown, marked, and left as they are until somebody changes them."""

import json
import uuid

import pytest
import sqlalchemy as sa

from marketplace.bookings.models import Booking
from marketplace.extensions import db
from marketplace.staff.models import StaffMember
from tests.batch_steps import draft, preview
from tests.factories import (
    BookingFactory,
    PasswordResetTokenFactory,
    ServiceFactory,
    StaffMemberFactory,
    UserFactory,
)
from tests.hostile import LEAKS
from tests.pages import fields_of
from tests.raw_rows import overwrite, stored_rows

NOBODY = uuid.UUID("00000000-0000-4000-8000-00000000dead")
RTL = "\u202egnirts \u2066desrever"
CONTROLS = "".join(map(chr, (*range(1, 9), 11, 12, *range(14, 32), *range(127, 160)))) + "\ufffe\uffff\u2028"
LONG = "All work and no play makes Jack a dull boy.\n" * 2_300

SHAPES = (
    "null", "true", "0", "-1.5e300", '""', '"just text"', "[]", "{}", '["a", 1, null]', "[[[[[[]]]]]]", '{"": ""}',
    '{"firstName": 7, "lastName": ["x"], "phone": {"a": 1}, "address": null}', '{"firstName": null}',
    '{"firstName": "Ada", "nickname": {"deep": [1, {"er": null}]}, "unknown": true}',
    '{"firstName": "a\\u0000b", "lastName": "\\u0000"}', '{"firstName": "a\\ud800b"}', '{"\\udfff": "\\udc00\\ud800"}',
    '{"firstName": "\\ud83c\\udf88"}', '{"firstName": "Ada", "firstName": "Bea"}', '  {"firstName" : "Ada"}  ',
    '{"address": "1 Street\\r\\nTown\\n"}', '{"firstName": "\\n Ada ", "phone": "\\t"}',
    json.dumps({"firstName": "x" * 5000}),
    '{"firstName": "<script>alert(1)</script>", "lastName": "\\u202e"}', '{"lastName": "\\u0001\\u001b[31m\\ufffe"}',
    '{"monday": null}', '{"monday": "09:00-17:00"}', '{"monday": [{"start": "9", "end": "25:00"}]}',
    '{"monday": [{"start": "17:00", "end": "09:00"}]}', '{"monday": [["09:00", "17:00"]], "funday": []}',
    '{"monday": [{"start": "09:00", "end": "12:00"}, {"start": "11:00", "end": "13:00"}]}', '{"Monday": []}',
    '{"monday": [{"start": "09:00", "end": "12:00", "note": "x"}]}', '{"monday": [{}], "tuesday": [null]}',
    '["http://example.com/a.png"]', '["javascript:alert(1)", "ftp://x", ""]', '[{"url": "http://example.com/a.png"}]',
    '"http://example.com/a.png"', '["http://[", "http://example.com:port/"]', '["http://example.com/a b\\nc"]',
    "[" * 200 + "]" * 200, json.dumps({f"key{number}": number for number in range(500)}), "1" + "0" * 400,
)  # fmt: skip
"""JSON that PostgreSQL's `json` takes, too."""

NO_JSON = ("", " ", "no json", "{", '{"a": }', "NaN", "[1,]", "'single'", "\x01", "{'a': 1}", "[" * 100_000, "\ufeff{}")
"""Text that SQLite takes in a JSON column."""

TEXTS = {
    "line breaks of Windows": "one\r\ntwo\r\n",
    "line breaks of old Macs": "one\rtwo\r",
    "a leading line break": "\none",
    "two leading line breaks": "\n\none",
    "trailing space": "one  \t ",
    "leading space": "   one",
    "an entity": "&lt;b&gt; &amp;#10; &#13;",
    "a tag": "</textarea></script><img src=x onerror=alert(1)>",
    "right to left": RTL,
    "control characters": CONTROLS,
    "decomposed letters": "e\u0301 \u212b \ufb01",
    "invisible characters": "a\u200b\u200d\ufeffb\u00a0",
    "a hundred thousand characters": LONG,
    "empty": "",
}
SHORT = {name: text[:50] for name, text in TEXTS.items()}

PATHS = {
    "users": ("/admin/users/", "/admin/users/?search=x", "/admin/users/?search={id}", "/admin/users/?sort=email",
              "/admin/users/details/?id={id}", "/admin/users/edit/?id={id}", "/admin/users/{id}/reset-link",
              "/admin/bookings/ajax/lookup/?name=customer&query=user", "/admin/users/?sort=created_at&last=1",
              "/admin/users/?joined_from=2020-01-01", "/admin/users/export/csv/", "/admin/users/export/xlsx/"),
    "services": ("/admin/services/", "/admin/services/?search=x", "/admin/services/?sort=price&desc=1",
                 "/admin/services/?sort=created_at&last=1", "/admin/services/?active=no", "/admin/services/?active=yes",
                 "/admin/services/details/?id={id}", "/admin/services/edit/?id={id}",
                 "/admin/bookings/ajax/lookup/?name=service&query=a", "/admin/services/export/csv/",
                 "/admin/services/export/xlsx/"),
    "bookings": ("/admin/", "/admin/bookings/", "/admin/bookings/?search=x", "/admin/bookings/?search={id}",
                 "/admin/bookings/?sort=total_amount", "/admin/bookings/?sort=created_at&last=1",
                 "/admin/bookings/details/?id={id}", "/admin/bookings/edit/?id={id}",
                 "/admin/bookings/{id}/confirmation", "/admin/bookings/{id}/cancellation",
                 "/admin/bookings/{id}/completion", "/admin/bookings/{id}/rescheduling",
                 "/admin/bookings/export/csv/", "/admin/bookings/export/xlsx/"),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=range(len(SHAPES)))
def test_json_of_any_shape_is_shown_and_left_alone(app, administrator, shape):
    user, service, booking = three()
    overwrite(user, profile=shape)
    overwrite(service, availability=shape, images=shape)
    assert_shown(administrator, users=user, services=service, bookings=booking)
    assert_untouched(administrator, users=user, services=service, bookings=booking)


@pytest.mark.parametrize("text", NO_JSON, ids=range(len(NO_JSON)))
def test_text_that_is_no_json_is_shown_and_left_alone(app, administrator, text):
    user, service, booking = three()
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        with pytest.raises(Exception, match=r"invalid input syntax for type json|stack depth"):
            overwrite(user, profile=text)
        return
    overwrite(user, profile=text)
    overwrite(service, availability=text, images=text)
    assert_shown(administrator, users=user, services=service, bookings=booking)
    assert_untouched(administrator, users=user, services=service, bookings=booking)


@pytest.mark.parametrize("what", ["profile", "availability", "images"])
def test_what_does_not_fit_is_marked(administrator, what):
    make, table = (UserFactory, "users") if what == "profile" else (ServiceFactory, "services")
    row = make()
    assert "malformed" not in administrator.get(f"/admin/{table}/").get_data(as_text=True)
    overwrite(row, **{what: '"just text"'})
    for path in (f"/admin/{table}/", f"/admin/{table}/details/?id={row.id}"):
        assert "malformed" in administrator.get(path).get_data(as_text=True)
    page = f"/admin/{table}/details/?id={row.id}"
    shown = administrator.get(page)
    if table == "users":  # It may hold what is masked, so it is shown when that is revealed.
        assert "just text" not in shown.text
        shown = administrator.submit(f"/admin/users/{row.id}/disclosure", page=page)
    assert "just text" in shown.text


def test_columns_that_may_be_null_are_shown_and_left_alone(administrator):
    user, service, booking = three()
    token = PasswordResetTokenFactory(email=user.email)
    overwrite(user, created_at=None, updated_at=None)
    overwrite(service, currency=None, images=None, is_active=None, created_at=None)
    overwrite(booking, notes=None, created_at=None)
    overwrite(token, is_used=None, created_at=None)
    for query in ("", "?state=open", "?sort=created_at&last=1"):
        assert "active</span>" in page_of(administrator, f"/admin/reset-tokens/{query}")
    assert "active</span>" in page_of(administrator, f"/admin/reset-tokens/details/?id={token.id}")
    assert administrator.get(f"/admin/reset-tokens/{token.id}/revocation").status_code == 200
    assert_shown(administrator, users=user, services=service, bookings=booking)
    assert_untouched(administrator, users=user, services=service, bookings=booking)
    assert "no currency" in administrator.get("/admin/services/").get_data(as_text=True)
    assert "inactive" in administrator.get("/admin/services/").get_data(as_text=True)


@pytest.mark.parametrize("currency", ["", "   ", "eur", "€€€", "ZZZ", "\x01\x02\x03", "<b>", "\u202eab"])
def test_a_currency_that_is_none_is_shown_and_left_alone(administrator, currency):
    _user, service, booking = three()
    overwrite(service, currency=currency)
    assert_shown(administrator, services=service, bookings=booking)
    assert_untouched(administrator, services=service, bookings=booking)


@pytest.mark.parametrize("gone", ["customer_id", "service_id", "provider_id", "all three"])
def test_a_booking_of_nobody_is_shown_and_can_be_closed(administrator, gone):
    booking = BookingFactory()
    names = ("customer_id", "service_id", "provider_id") if gone == "all three" else (gone,)
    overwrite(booking, **dict.fromkeys(names, NOBODY))
    assert_shown(administrator, bookings=booking)
    assert "missing record" in administrator.get("/admin/bookings/").get_data(as_text=True)
    assert "missing record" in administrator.get(f"/admin/bookings/details/?id={booking.id}").get_data(as_text=True)
    assert_untouched(administrator, bookings=booking)
    # What can be done to it is up to the verbs; that it ends in a page is up to us.
    assert preview(administrator, draft(administrator, "bookings", "cancellation", [booking.id])) == (1, {})
    url = f"/admin/bookings/{booking.id}/cancellation"
    assert administrator.submit(url, {"reason": "Of nobody."}).status_code == 302
    assert db.session.scalar(sa.select(Booking.status).where(Booking.id == booking.id)) == "cancelled"


def test_a_service_of_nobody_is_shown_and_left_alone(administrator):
    _user, service, booking = three()
    overwrite(service, provider_id=NOBODY)
    assert_shown(administrator, services=service, bookings=booking)
    assert_untouched(administrator, services=service, bookings=booking)


@pytest.mark.parametrize("kind", TEXTS)
def test_texts_of_any_kind_are_shown_and_left_alone(administrator, kind):
    text, short = TEXTS[kind], SHORT[kind]
    user, service, booking = three()
    staff = StaffMemberFactory()
    overwrite(user, email=f"{short}@example.com", profile=json.dumps({"firstName": short, "address": short}))
    overwrite(service, title=short, description=text, category=short)
    overwrite(booking, notes=text)
    overwrite(staff, name=short)
    assert_shown(administrator, users=user, services=service, bookings=booking)
    assert administrator.get(f"/admin/staff/details/?id={staff.id}").status_code == 200
    assert_untouched(administrator, users=user, services=service, bookings=booking, staff=staff)


@pytest.mark.parametrize("table", ["users", "services", "bookings", "staff"])
def test_an_ordinary_row_is_left_alone_by_an_untouched_save(administrator, table):
    user, service, booking = three()
    rows = {"bookings": booking, "users": user, "services": service, "staff": StaffMemberFactory()}
    url = f"/admin/{table}/edit/?id={rows[table].id}"
    before = stored_rows(but=("staff_sessions",))
    assert administrator.post(url, data=fields_of(page_of(administrator, url))).status_code == 302
    assert stored_rows(but=("staff_sessions",)) == before


@pytest.mark.parametrize(
    ("moment", "duration"),
    [
        ("0001-01-01 00:00:00", 60),
        ("9999-12-31 23:59:59", 60),
        ("9999-12-31 23:59:59", 2**31 - 1),
        ("2026-01-01 00:00:00", 2**31 - 1),
    ],
)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
def test_a_booking_at_the_edge_of_time_is_shown_and_left_alone(administrator, moment, duration, zone):
    db.session.get(StaffMember, administrator.member_id).timezone = zone
    db.session.commit()
    user, _service, booking = three()
    overwrite(booking, scheduled_at=moment_text(moment), duration=duration)
    overwrite(user, created_at=moment_text(moment), updated_at=moment_text(moment))
    assert_shown(administrator, bookings=booking, users=user)
    assert_untouched(administrator, bookings=booking, users=user)


def test_one_field_of_a_row_that_does_not_fit_can_be_changed(administrator):
    """Whoever lengthens a booking need not first shorten the notes that another program wrote."""
    booking = BookingFactory()
    overwrite(booking, notes=LONG)
    url = f"/admin/bookings/edit/?id={booking.id}"
    answer = administrator.post(url, data={**fields_of(page_of(administrator, url)), "duration": "90"})
    assert answer.status_code == 302
    duration, notes = db.session.execute(
        sa.select(Booking.duration, Booking.notes).where(Booking.id == booking.id),
    ).one()
    assert (duration, notes) == (90, LONG)


# -- What the tests above are made of ------------------------------------------------------------


def three():
    """Make a customer, a service and a booking of both."""
    user, service = UserFactory(), ServiceFactory()
    return user, service, BookingFactory(customer=user, service=service, notes="Ring twice.")


def assert_shown(browser, **rows):
    """Look at every page a row stands on: each is a page, and none is more than that."""
    wrong = []
    for table, row in rows.items():
        for path in PATHS[table]:
            url = path.format(id=row.id)
            answer = browser.get(url)
            if answer.status_code != 200 or LEAKS.search(answer.get_data()):
                wrong.append((url, answer.status))
    assert not wrong


def assert_untouched(browser, **rows):
    """Save every edit form as a browser got it: not one byte of any table may change."""
    for table, row in rows.items():
        url = f"/admin/{table}/edit/?id={row.id}"
        form = fields_of(page_of(browser, url))
        before = stored_rows(but=("staff_sessions",))
        answer = browser.post(url, data=form)
        assert stored_rows(but=("staff_sessions",)) == before, table
        assert answer.status_code == 302, (table, wrong_fields(answer))


def page_of(browser, url) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def wrong_fields(answer):
    return [part.split("</", 1)[0][:200] for part in answer.get_data(as_text=True).split('<li><a href="#')[1:]]


def moment_text(moment):
    return f"{moment}.000000" if db.engine.dialect.name == "sqlite" else f"{moment}+00"
