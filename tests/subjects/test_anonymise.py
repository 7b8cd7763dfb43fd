"""Anonymising a person: what goes, what stays, and that it is done once."""

import datetime as dt
import json
import re
from html import unescape

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import PasswordResetToken, User
from marketplace.accounts.operations import edit_user
from marketplace.accounts.reset_links import is_live_token, issue_reset_link
from marketplace.bookings.models import Booking
from marketplace.errors import InvalidInput, NotAllowedNow
from marketplace.extensions import db
from marketplace.listings.models import Service
from marketplace.notes import ERASED, Note
from marketplace.passwords import hash_password, password_matches
from marketplace.subjects.anonymisation import anonymise_user, unknown_password, without
from marketplace.transaction import in_transaction, transaction
from tests.audit_log import entries, is_whole
from tests.factories import (
    PASSWORD,
    BookingFactory,
    PasswordResetTokenFactory,
    ProviderFactory,
    ServiceFactory,
    StaffMemberFactory,
    UserFactory,
    coming_monday,
)
from tests.others import at_once
from tests.pages import fields_of
from tests.proofs import let_proof_grow_old
from tests.raw_rows import overwrite, stored_rows
from tests.subjects.people import EMAIL, WORDS, make_person


def anonymise(user, email=None, reason="She asked us to.", actor=None):
    email, who = email or user.email, actor or StaffMemberFactory()
    in_transaction(lambda: anonymise_user(user, email=email, reason=reason, password_hash="x", actor=who))


def figures():
    """Return what of bookings is counted and summed, by currency and by state."""
    db.session.rollback()
    columns = Service.currency, Booking.status
    sums = sa.select(*columns, sa.func.count(), sa.func.sum(Booking.total_amount), sa.func.sum(Booking.duration))
    rows = sums.outerjoin(Service, Service.id == Booking.service_id).group_by(*columns).order_by(*columns)
    each = sa.select(Booking.id, Booking.customer_id, Booking.provider_id, Booking.service_id, Booking.scheduled_at)
    return db.session.execute(rows).all(), db.session.execute(each.order_by(Booking.id)).all()


def test_nothing_outside_of_the_audit_log_tells_of_the_person_any_more(app):
    person = make_person()
    before = str(stored_rows(but=("audit_events",)))
    if db.engine.dialect.name == "postgresql":
        assert [word for word in WORDS if word in before] == list(WORDS), "the test would find them"
    anonymise(person.user)
    after = {name: [decoded(row) for row in rows] for name, rows in stored_rows(but=("audit_events",)).items()}
    for name, rows in after.items():
        for row in rows:
            assert not [word for word in WORDS if word.lower() in row.lower()], (name, row)
    assert is_whole(), "the chain of the audit log holds"


def decoded(row):
    """Return a row as text: SQLite's come as hexadecimal figures."""
    if db.engine.dialect.name == "postgresql":
        return row
    parts = [part.partition(":")[2] for part in row.split(" ")]
    return " ".join(bytes.fromhex(part).decode("utf-8", "replace") for part in parts)


def test_bookings_sums_and_the_words_of_others_stay_as_they_were(app):
    person = make_person()
    other = BookingFactory(notes="Somebody else's")
    before = figures()
    anonymise(person.user)
    assert figures() == before
    db.session.expire_all()
    assert person.booked.notes is None
    assert (person.offered.notes, other.notes) == ("Carl's own words.", "Somebody else's")
    texts = sorted(db.session.scalars(sa.select(Note.text)))
    assert texts == sorted([ERASED] * 3 + ["Carl complained."])
    assert "Lessons by" in person.service.title


def test_the_account_is_nobody_s_and_its_links_are_dead(app):
    person = make_person()
    assert is_live_token(db.session(), person.token, storage="digest")
    unrelated = PasswordResetTokenFactory()
    in_transaction(
        lambda: anonymise_user(
            person.user,
            email=EMAIL.upper(),
            reason="x",
            password_hash="of nobody",
            actor=StaffMemberFactory(),
        )
    )
    db.session.expire_all()
    user = person.user
    assert user.email == f"anonymous-{user.id}@anonymised.invalid"
    assert user.profile == {"firstName": "Anonymised", "lastName": "user", "phone": "", "address": ""}
    assert user.password == "of nobody"
    assert not is_live_token(db.session(), person.token, storage="digest")
    tokens = db.session.scalars(sa.select(PasswordResetToken).where(PasswordResetToken.id != unrelated.id)).all()
    assert {token.email for token in tokens} == {user.email}
    assert all(token.is_used for token in tokens)
    assert unrelated.is_used is False


def test_a_password_that_nobody_knows_is_a_hash_that_every_program_can_read(app):
    known = hash_password(unknown_password(), cost=4)
    assert known.startswith("$2b$04$")
    assert not password_matches(PASSWORD, known)
    assert unknown_password() != unknown_password()


def test_it_is_recorded_with_its_reason_and_without_a_word_about_the_person(app):
    person, agent = make_person(), StaffMemberFactory()
    anonymise(person.user, actor=agent)
    [entry] = entries("user.anonymised")
    assert (entry.actor_id, entry.reason, entry.subject_id) == (agent.id, "She asked us to.", str(person.user.id))
    assert entry.changes == {
        name: [None, number]
        for name, number in {"reset_links": 3, "booking_notes": 1, "notes": 3, "listings": 1, "batches": 1}.items()
    }
    newest = [each for each in entries() if each.id >= entry.id - 4]
    assert not [word for word in WORDS for each in newest if word in str(vars(each))]
    assert len(entries("note.erased")) == 3
    assert len(entries("reset_link.voided")) == 3 - 1


def test_a_second_time_is_refused_and_so_is_an_edit(app):
    user = UserFactory()
    anonymise(user)
    with pytest.raises(NotAllowedNow, match="anonymised already"):
        anonymise(user)
    with pytest.raises(NotAllowedNow, match="nobody's any more"), transaction():
        edit_user(user, changes={"firstName": "Ada"}, reason="", actor=StaffMemberFactory.build())
    assert len(entries("user.anonymised")) == 1


@pytest.mark.parametrize(("email", "reason", "field"), [("x@example.com", "x", "email"), (None, " ", "reason")])
def test_another_address_or_no_reason_does_nothing(app, email, reason, field):
    user = UserFactory()
    before = stored_rows()
    with pytest.raises(InvalidInput) as refused:
        in_transaction(
            lambda: anonymise_user(
                user, email=email or user.email, reason=reason, password_hash="x", actor=StaffMemberFactory.build()
            )
        )
    assert refused.value.fields == (field,)
    assert stored_rows() == before


@pytest.mark.parametrize("status", ["pending", "confirmed"])
@pytest.mark.parametrize("side", ["customer", "provider"])
def test_bookings_to_come_have_to_be_settled_first(app, side, status):
    user = ProviderFactory()
    service = ServiceFactory(provider=user, is_active=False) if side == "provider" else ServiceFactory()
    booking = BookingFactory(customer=user if side == "customer" else UserFactory(), service=service, status=status)
    with pytest.raises(NotAllowedNow, match="1 pending or confirmed bookings to come"):
        anonymise(user)
    booking.status = "cancelled"
    db.session.commit()
    anonymise(user)


def test_active_listings_have_to_be_taken_down_first(app):
    service = ServiceFactory()
    user = db.session.get(User, service.provider_id)
    with pytest.raises(NotAllowedNow, match="1 active listings"):
        anonymise(user)


def test_an_earlier_address_that_is_another_account_s_by_now_keeps_its_links(app):
    person = make_person()
    heir = UserFactory(email="earlier.ada@example.com")
    token = PasswordResetTokenFactory(email=heir.email)
    anonymise(person.user)
    db.session.expire_all()
    assert (token.email, token.is_used) == (heir.email, False)


@pytest.mark.parametrize("profile", ['"Byron-King"', "[]", '{"phone": 7}', '{"firstName": {"x": 1}}'])
def test_a_malformed_profile_is_replaced_as_well(app, profile):
    user = UserFactory()
    overwrite(user, profile=profile)
    anonymise(user)
    assert user.name == "Anonymised user"


def test_the_page_of_the_person_shows_nothing_of_before_and_no_note_as_altered(app, administrator):
    person = make_person()
    anonymise(person.user)
    for address in (
        f"/admin/users/details/?id={person.user.id}",
        f"/admin/users/details/?id={person.user.id}&show=notes",
        f"/admin/services/details/?id={person.service.id}",
        f"/admin/bookings/details/?id={person.booked.id}",
        "/admin/users/?search=Anonymised",
    ):
        page = administrator.get(address).text
        assert not [word for word in WORDS if word in page], address
        assert "not as it was written" not in page
    assert "The account was anonymised." in administrator.get(f"/admin/users/details/?id={person.user.id}").text


def test_a_note_that_somebody_else_emptied_is_still_marked(app, support):
    person = make_person()
    identity = person.user.id
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(sa.update(Note).where(Note.subject_id == identity).values(text=ERASED))
    assert "not as it was written" in support.get(f"/admin/users/details/?id={identity}").text


def test_an_administrator_does_it_on_a_page(app, administrator):
    user = UserFactory()
    page = f"/admin/users/{user.id}/anonymisation"
    shown = administrator.get(page).text
    assert "This cannot be undone" in shown
    wrong = administrator.submit(page, {"email": "x@example.com", "reason": "Asked to."})
    assert wrong.status_code == 422
    assert 'id="email-errors"' in wrong.text
    answer = administrator.submit(page, {"email": user.email, "reason": "Asked to."})
    assert answer.status_code == 302
    db.session.expire_all()
    assert user.is_anonymised
    assert user.password.startswith("$2b$")
    again = administrator.get(page)
    assert "This account is anonymised already." in again.text
    assert administrator.post(page, data={**fields_of(shown), "email": user.email, "reason": "x"}).status_code == 409


def test_it_asks_for_one_s_own_password_where_the_last_proof_is_old(app, administrator):
    user = UserFactory()
    page, typed = f"/admin/users/{user.id}/anonymisation", {"email": user.email, "reason": "Asked to."}
    let_proof_grow_old(administrator)
    assert administrator.submit(page, typed).status_code == 422
    assert administrator.submit(page, {**typed, "own_password": "wrong"}).status_code == 422
    assert not entries("user.anonymised")
    assert administrator.submit(page, {**typed, "own_password": PASSWORD}).status_code == 302


def test_two_at_once_do_it_once(app, as_role):
    user = UserFactory()
    page, email = f"/admin/users/{user.id}/anonymisation", user.email
    sends = []
    for browser in (as_role("administrator"), as_role("administrator")):
        form = {**fields_of(browser.get(page).text), "email": email, "reason": "Asked to."}
        sends.append(lambda browser=browser, form=form: browser.post(page, data=form))
    assert sorted(answer.status_code for answer in at_once(*sends)) == [302, 409]
    assert len(entries("user.anonymised")) == 1


def run(app, *arguments, typed=""):
    return app.test_cli_runner().invoke(args=["accounts", "anonymise", *map(str, arguments)], input=typed)


def test_the_command_asks_to_type_the_address_again(app):
    user = UserFactory()
    refused = run(app, user.email, "--reason", "Asked to.", typed="x@example.com\n")
    assert refused.exit_code == 1
    assert "This is not the e-mail address of the account." in refused.output
    done = run(app, user.email, typed=f"Asked to.\n{user.email}\n")
    assert done.exit_code == 0
    db.session.expire_all()
    assert user.is_anonymised
    [entry] = entries("user.anonymised")
    assert (entry.actor_label, entry.reason) == ("flask accounts anonymise", "Asked to.")


def test_a_script_names_the_address_as_an_option(app):
    user = UserFactory()
    arguments = (user.id, "--reason", "Asked to.", "--yes-with-email")
    assert run(app, *arguments, "x@example.com").exit_code == 1
    assert run(app, *arguments, user.email).exit_code == 0
    again = run(app, *arguments, user.email)
    assert (again.exit_code, again.output) == (1, "Error: This account is anonymised already.\n")


@pytest.mark.parametrize(
    "profile",
    [
        {"phone": 33465716489, "address": {"street": ["99 Secret Lane"]}},
        {"phone": "+33 4 65 71 64 89", "address": "99 Secret Lane"},
        {"phone": ["33465716489"], "address": "99 Secret Lane", "firstName": "A\ud800B"},
        {"phone": "33465716489", "address": "99 Secret Lane", "firstName": "A\0B", "lastName": "C"},
    ],
    ids=range(4),
)
def test_a_phone_and_an_address_are_cut_out_of_titles_however_they_are_stored(app, profile):
    user = ProviderFactory()
    titles = ["Ring 33465716489 now", "Ring +33 4 65 71 64 89 now", "Lessons at 99 SECRET LANE"]
    services = [ServiceFactory(provider=user, title=title, is_active=False) for title in titles]
    overwrite(user, profile=json.dumps(profile))
    anonymise(user)
    db.session.expire_all()
    told = " ".join(service.title for service in services)
    assert "Secret" not in told.title()
    stored = "65 71 64 89" if isinstance(profile["phone"], str) and " " in profile["phone"] else "33465716489"
    assert stored not in told
    assert "65 71 64 89" not in told


def test_words_are_taken_out_of_what_json_holds_case_apart():
    held = {"search": "ADA@example.com", "more": ["x", {"y": "mail ada@EXAMPLE.com!"}], "n": 7, "none": None}
    assert without(["ada@example.com"], held) == {"search": "…", "more": ["x", {"y": "mail …!"}], "n": 7, "none": None}
    assert json.dumps(without([], held)) == json.dumps(held)


def test_a_booking_made_for_the_last_century_blocks_nothing(app):
    user = UserFactory()
    BookingFactory(customer=user, status="confirmed", scheduled_at=coming_monday().replace(year=1999))
    anonymise(user)
    assert user.is_anonymised


def test_a_link_under_an_address_that_another_program_replaced_is_found_by_the_desk_s_record(app):
    user = UserFactory()
    with transaction():
        issue_reset_link(
            user, reason="They rang.", actor=StaffMemberFactory.build(), storage="digest", valid=dt.timedelta(hours=1)
        )
    old, user_id = user.email, user.id
    db.session.execute(sa.update(User).where(User.id == user_id).values(email="moved@example.com"))
    db.session.commit()
    user = db.session.get(User, user_id)
    anonymise(user)
    [token] = db.session.scalars(sa.select(PasswordResetToken))
    assert (token.email == old, token.is_used) == (False, True)


def test_the_page_leads_to_the_bookings_that_are_in_the_way(app, administrator):
    booking, free = BookingFactory(), UserFactory()
    for user, side in ((booking.customer_id, "customer"), (booking.provider_id, "provider")):
        page = administrator.get(f"/admin/users/{user}/anonymisation").text
        assert "Cancel them first" in page
        [address] = re.findall(rf'href="(/admin/bookings/\?{side}={user}&amp;[^"]*)"', page)
        assert str(booking.id) in administrator.get(unescape(address)).text
    assert "/admin/bookings/?" not in administrator.get(f"/admin/users/{free.id}/anonymisation").text
