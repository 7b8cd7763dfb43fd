"""The timeline of a record: what happened to it in one order, for whoever may read it; and the form of a note."""

import datetime as dt
import re
import uuid
from html import unescape

import pytest
import sqlalchemy as sa

from marketplace.accounts.operations import edit_user
from marketplace.audit import Origin, current_origin, record
from marketplace.backoffice.timeline import SHOWN
from marketplace.bookings.operations import cancel_booking, confirm_booking, edit_booking
from marketplace.extensions import db
from marketplace.listings.operations import edit_service
from marketplace.notes import LONGEST, Note, write_note
from marketplace.permissions import Role
from marketplace.transaction import transaction
from tests.audit_log import entries
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, UserFactory

SUBJECTS = {"bookings": BookingFactory, "services": ServiceFactory, "users": UserFactory}


def page_of(browser, row, **parameters):
    response = browser.get(f"/admin/{row.__tablename__}/details/", query_string={"id": row.id, **parameters})
    assert response.status_code == 200
    return unescape(response.text)


def timeline_of(browser, row, **parameters):
    """Return what stands in the timeline, one text each, newest first."""
    page = page_of(browser, row, **parameters)
    items = re.findall(r'<li class="happening[^"]*">(.*?)(?=<li class="happening|</ol>)', page, re.DOTALL)
    texts = [re.sub("<[^>]+>", " ", re.sub("</?(a|b|del|ins|span|time)( [^>]*)?>", "", item)) for item in items]
    return [" ".join(text.split()) for text in texts]


def write(row, text, actor=None):
    with transaction():
        write_note(row, text=text, label="x", actor=actor or StaffMemberFactory())


def post_note(browser, row, text, **fields):
    page = f"/admin/{row.__tablename__}/details/?id={row.id}"
    return browser.submit(f"/admin/{row.__tablename__}/{row.id}/notes", {"notes": text, **fields}, page=page)


def texts():
    db.session.rollback()
    return list(db.session.scalars(sa.select(Note.text).order_by(Note.written_at)))


# -- What it tells -------------------------------------------------------------------------------


def test_acts_and_notes_stand_in_one_order_with_who_and_when(app, support):
    sana = StaffMemberFactory(email="sana@example.com")
    booking = BookingFactory(status="pending", created_at=dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC))
    with transaction():
        confirm_booking(booking, actor=sana)
    write(booking, "She rang.", sana)
    with transaction():
        cancel_booking(booking, reason="The customer has moved.", actor=sana)
    cancelled, note, confirmed, made = timeline_of(support, booking)
    assert cancelled.startswith("The booking was cancelled. sana@example.com, ")
    assert cancelled.endswith("Status confirmed → cancelled Reason The customer has moved.")
    assert note.startswith("Note sana@example.com, ")
    assert note.endswith("She rang.")
    assert confirmed.startswith("The booking was confirmed. sana@example.com, ")
    assert made == "The booking was made in the marketplace. 2 Jan 2026, 03:04"


def test_old_and_new_values_are_written_for_the_reader_s_zone_and_locale(app):
    reader = StaffMemberFactory(role="support", timezone="America/New_York", locale="de_DE")
    browser = app.test_client()
    browser.log_in(reader)
    booking = BookingFactory(status="pending", service=ServiceFactory(currency="EUR"))
    start = dt.datetime(2026, 7, 1, 15, 30, tzinfo=dt.UTC)
    with transaction():
        edit_booking(booking, changes={"total_amount": booking.total_amount * 100, "duration": 90}, actor=reader)
        record_move(booking, start, start + dt.timedelta(days=1), reader)
    moved, edited, _made = timeline_of(browser, booking)
    assert "When 01.07.2026, 11:30 → 02.07.2026, 11:30" in moved
    assert "Amount 40,00 € → 4.000,00 €" in edited.replace("\N{NO-BREAK SPACE}", " ")
    assert "Minutes 60 minutes → 90 minutes" in edited


def test_a_service_tells_its_week_and_a_user_their_name(app, operations):
    service, user, actor = ServiceFactory(is_active=True), UserFactory(), StaffMemberFactory()
    week = {"monday": [{"start": "08:00", "end": "12:00"}], "tuesday": []}
    with transaction():
        edit_service(service, changes={"availability": week, "images": ["https://example.com/a.png"]}, actor=actor)
    with transaction():
        edit_user(user, changes={"firstName": "Grace", "phone": "+1 202 555 0199"}, reason="", actor=actor)
    edited = timeline_of(operations, service)[0]
    assert "Monday 09:00–17:00 Tuesday 09:00–17:00" in edited
    assert "→ Monday 08:00–12:00" in edited
    assert "https://example.com/a.png" in edited
    edited = timeline_of(operations, user)[0]
    assert "First name Ada → Grace" in edited
    assert "0199" not in edited


def test_an_act_without_a_sentence_goes_by_its_name(app, support):
    booking = BookingFactory()
    with transaction():
        record_act(booking, "booking.sent_to_mars", StaffMemberFactory())
    assert timeline_of(support, booking)[0].startswith("booking sent to mars ")


def test_ids_of_other_records_are_left_to_the_audit_log(app, support):
    booking = BookingFactory()
    with transaction():
        record_act(booking, "booking.created", StaffMemberFactory(), {"customer_id": (None, booking.customer_id)})
    [made] = timeline_of(support, booking)
    assert made.startswith("The booking was made. ")
    assert str(booking.customer_id) not in made


def test_an_entry_that_somebody_tampered_with_breaks_no_page(app, support):
    booking = BookingFactory()
    with transaction():
        record_act(
            booking, "booking.edited", StaffMemberFactory(), {"total_amount": ("forty", ["x"]), "status": (7, {})}
        )
    assert "forty" in timeline_of(support, booking)[0]
    for changes in ('{"status": "x", "duration": [1]}', "[1, 2]", '"x"', "null"):
        rewrite_log(f"UPDATE audit_events SET changes = '{changes}' WHERE action = 'booking.edited'")
        assert timeline_of(support, booking)[0].startswith("The booking was edited.")


def test_a_note_that_is_not_as_it_was_written_is_marked(app, support):
    booking = BookingFactory()
    write(booking, "She rang.")
    assert "not as it was written" not in page_of(support, booking)
    rewrite_log("UPDATE notes SET text = 'She wrote.'", table="notes")
    assert "This note is not as it was written. Tell an administrator. She wrote." in timeline_of(support, booking)[0]
    rewrite_log("DELETE FROM notes", table="notes")
    assert "This note is not as it was written." in timeline_of(support, booking)[0]


# -- Who sees what -------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", list(SUBJECTS))
def test_whoever_may_read_a_record_sees_its_notes_and_what_happened(as_role, role, name):
    browser, row = as_role(role), SUBJECTS[name]()
    write(row, "Only for us.")
    happened = timeline_of(browser, row)
    assert "Only for us." in happened[0]
    assert len(happened) == 2


@pytest.mark.parametrize("role", list(Role))
def test_addresses_hashes_and_requests_stay_in_the_audit_log(as_role, role):
    browser, booking = as_role(role), BookingFactory(status="pending")
    current_origin.set(Origin(request_id="request-of-the-act", address="203.0.113.77"))
    with transaction():
        confirm_booking(booking, actor=StaffMemberFactory())
    [entry] = entries("booking.confirmed")
    page = page_of(browser, booking)
    assert "The booking was confirmed." in page
    for secret in (entry.address, entry.request_id, entry.hash, entry.previous_hash):
        assert secret not in page
    reads_log = role in (Role.MANAGER, Role.ADMINISTRATOR)
    assert (f"/admin/audit/details/?id={entry.id}" in page) is reads_log


def test_only_who_may_write_notes_sees_the_form(as_role):
    booking = BookingFactory()
    for role in Role:
        assert ("Write the note" in page_of(as_role(role), booking)) is (role is not Role.MANAGER)


def test_nothing_of_a_note_is_in_a_list_a_search_or_an_export(app, administrator):
    booking = BookingFactory()
    write(booking, "Only for us.")
    for path in ("/admin/bookings/", "/admin/bookings/?search=only", "/admin/audit/", "/admin/audit/?search=only",
                 "/admin/bookings/export/csv/", f"/admin/users/details/?id={booking.customer_id}"):  # fmt: skip
        assert "Only for us." not in administrator.get(path).text, path


# -- Pages of it ---------------------------------------------------------------------------------


def test_older_happenings_are_behind_a_link_and_none_is_left_out(app, support):
    booking, sana = BookingFactory(), StaffMemberFactory()
    with transaction():
        for number in range(SHOWN + 7):
            record_act(booking, f"booking.act_no{number}", sana)
    page = page_of(support, booking)
    assert page.count('<li class="happening') == SHOWN
    older = re.search(r'<a rel="next" href="([^"]+)"', page)[1]
    assert older.endswith("#timeline")
    rest = unescape(support.get(older).text)
    assert rest.count('<li class="happening') == 7 + 1, "the rest, and the beginning"
    assert "Newest" in rest
    for number in range(SHOWN + 7):
        assert (f"act no{number}<" in page) is not (f"act no{number}<" in rest)


def test_notes_alone_are_shown_on_demand_page_by_page(app, support):
    booking, other, sana = BookingFactory(), BookingFactory(), StaffMemberFactory()
    for number in range(SHOWN + 2):
        write(booking, f"Note no. {number}.", sana)
    write(other, "On another booking.")
    with transaction():
        confirm_booking(booking, actor=sana)
    page = page_of(support, booking, show="notes")
    assert page.count('<li class="happening happening-note') == SHOWN
    assert "was confirmed" not in page
    assert "On another booking." not in page
    rest = unescape(support.get(re.search(r'<a rel="next" href="([^"]+)"', page)[1]).text)
    assert re.findall(r"Note no\. (\d+)\.", rest) == ["1", "0"]
    assert 'rel="next"' not in rest


@pytest.mark.parametrize("before", ["", "x", "-1", "0", "9" * 18, "9" * 400, "1e3", "١٢", str(uuid.UUID(int=7))])
@pytest.mark.parametrize("show", ["", "notes", "x"])
def test_a_place_in_the_timeline_that_is_none_breaks_no_page(app, support, before, show):
    booking = BookingFactory()
    write(booking, "She rang.")
    page_of(support, booking, before=before, show=show)


# -- Writing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(SUBJECTS))
def test_a_note_is_written_on_the_page_of_its_record(app, support, name):
    row = SUBJECTS[name]()
    response = post_note(support, row, "She rang.\r\nTwice. ")
    assert (response.status_code, response.location) == (302, f"/admin/{name}/details/?id={row.id}#timeline")
    assert texts() == ["She rang.\nTwice."]
    assert "The note is written." in page_of(support, row)
    [entry] = entries("note.written")
    assert (entry.actor_id, entry.subject_type, entry.subject_id) == (support.member_id, name, str(row.id))


def test_the_audit_log_calls_a_booking_by_the_same_name_whatever_was_done(app, support):
    booking = BookingFactory(status="pending")
    post_note(support, booking, "She rang.")
    support.submit(f"/admin/bookings/{booking.id}/confirmation")
    assert entries("note.written")[0].subject_label == entries("booking.confirmed")[0].subject_label


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "required"), (" \r\n ", "required"), ("x" * (LONGEST + 1), "longer than 5000 characters")],
)
def test_what_is_no_note_is_refused_beside_the_field_and_what_was_typed_is_kept(app, support, text, sentence):
    booking = BookingFactory()
    response = post_note(support, booking, text)
    assert response.status_code == 422
    field = response.text.split('id="notes-errors"')[1].split("</div>")[0]
    assert sentence in field
    assert 'aria-describedby="notes-hint notes-errors"' in response.text
    assert text.strip() in response.text
    assert not texts()
    assert not entries("note.written")


def test_sending_a_note_twice_writes_it_once(app, support):
    booking = BookingFactory()
    form = fields_on(support, booking) | {"notes": "She rang."}
    first, second = (support.post(f"/admin/bookings/{booking.id}/notes", data=form) for _each in range(2))
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert texts() == ["She rang."]


def test_words_changed_after_going_back_are_not_lost(app, support):
    booking = BookingFactory()
    form = fields_on(support, booking)
    for text in ("She rang.", "She rang twice."):
        support.post(f"/admin/bookings/{booking.id}/notes", data=form | {"notes": text})
    assert texts() == ["She rang.", "She rang twice."]


def test_the_address_of_writing_leads_to_the_page_when_it_is_opened(app, support):
    booking = BookingFactory()
    response = support.get(f"/admin/bookings/{booking.id}/notes")
    assert response.location == f"/admin/bookings/details/?id={booking.id}#timeline"
    assert support.get(f"/admin/bookings/{uuid.uuid4()}/notes").status_code == 404


def test_what_was_typed_is_shown_when_the_session_ended_meanwhile(app, support):
    booking = BookingFactory()
    form = fields_on(support, booking) | {"notes": "She moved to Łódź."}
    db.session.connection().exec_driver_sql("UPDATE staff_sessions SET ended_at = created_at")
    db.session.commit()
    response = support.post(f"/admin/bookings/{booking.id}/notes", data=form)
    assert response.status_code == 401
    assert "She moved to Łódź." in unescape(response.text)
    assert form["form_id"] not in response.text
    assert not texts()


def test_a_note_on_nothing_is_not_written(app, support):
    booking = BookingFactory()
    form = fields_on(support, booking) | {"notes": "She rang."}
    assert support.post(f"/admin/bookings/{uuid.uuid4()}/notes", data=form).status_code == 404
    assert support.post(f"/admin/services/{booking.id}/notes", data=form).status_code == 404
    assert not texts()


@pytest.mark.parametrize("form_id", ["", "x", "9" * 400, "{}", str(uuid.UUID(int=0))])
def test_a_page_that_names_itself_badly_still_writes(app, support, form_id):
    booking = BookingFactory()
    assert post_note(support, booking, "She rang.", form_id=form_id).status_code == 302
    assert texts() == ["She rang."]


def test_a_note_is_shown_as_text_whatever_it_holds(app, support):
    booking = BookingFactory()
    post_note(support, booking, "<script>alert(1)</script> {{ 7*7 }} &amp; שלום")
    page = support.get(f"/admin/bookings/details/?id={booking.id}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }} &amp;amp; שלום" in page


# -- What the tests above are made of ------------------------------------------------------------


def fields_on(browser, row):
    page = browser.get(f"/admin/{row.__tablename__}/details/?id={row.id}").text
    form = page.split(f'action="/admin/{row.__tablename__}/{row.id}/notes"')[1].split("</form>")[0]
    found = {}
    for tag in re.findall(r"<input[^>]+>", form):
        found[re.search(r'name="([^"]+)"', tag)[1]] = re.search(r'value="([^"]*)"', tag)[1]
    return found


def record_act(row, action, actor, changes=None):
    record(action, row, actor=actor, label="x", changes=changes)


def record_move(booking, old, new, actor):
    record_act(booking, "booking.rescheduled", actor, {"scheduled_at": (old, new)})


def rewrite_log(statement, table="audit_events"):
    """Change what cannot be changed, as somebody who owns the database could."""
    db.session.rollback()
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            connection.exec_driver_sql(statement)
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            return
        triggers = connection.execute(
            sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"),
            {"table": table},
        ).all()
        for name, _sql in triggers:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(statement)
        for _name, sql in triggers:
            connection.exec_driver_sql(sql)
