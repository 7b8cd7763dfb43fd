"""Everything held about one person as one file: what is in it, what is not, and that there is never half of one."""

import datetime as dt
import errno
import json
import stat

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import PasswordResetToken, User
from marketplace.cli import accounts
from marketplace.database import utcnow
from marketplace.extensions import db
from tests.audit_log import entries
from tests.factories import PASSWORD, PASSWORD_HASH, BookingFactory, ServiceFactory, UserFactory
from tests.proofs import let_proof_grow_old
from tests.raw_rows import overwrite
from tests.subjects.people import ADDRESS, EARLIER, EMAIL, PHONE, make_person

KEYS = [
    "format", "version", "exported_at", "user", "bookings_as_customer", "bookings_as_provider", "listings",
    "reset_links", "reset_link_records", "notes", "listing_reviews", "audit_entries",
]  # fmt: skip


def export(app, *arguments):
    return app.test_cli_runner().invoke(args=["accounts", "export", *map(str, arguments)])


def exported(app, person):
    result = export(app, person)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_it_holds_what_is_in_every_table(app):
    person = make_person()
    found = exported(app, person.user.id)
    assert list(found) == KEYS
    assert (found["format"], found["version"]) == ("marketplace-subject", 1)
    assert found["user"]["profile"] == person.user.profile
    assert (found["user"]["email"], found["user"]["role"]) == (EMAIL, "provider")
    [booked], [offered] = found["bookings_as_customer"], found["bookings_as_provider"]
    assert (booked["total_amount"], booked["currency"], booked["notes"]) == ("12.50", "USD", "My door code 4711!")
    assert booked["provider"]["name"] == "Pat Provider"
    assert offered["service"]["title"] == person.service.title
    assert found["listings"][0]["description"] == f"Mail {EMAIL}."
    assert {link["email"] for link in found["reset_links"]} == {EMAIL, EARLIER}
    assert [note["text"] for note in found["notes"]] == ["The Countess rang: Ada Byron-King."] * 3
    assert found["listing_reviews"][0]["words"] == f"She lists {PHONE}."
    actions = [entry["action"] for entry in found["audit_entries"]]
    assert {"user.edited", "reset_link.issued", "reset_link.used", "user.password_reset", "note.written"} <= set(
        actions
    )
    assert (
        next(entry for entry in found["audit_entries"] if entry["action"] == "user.password_reset")["by"]
        == "the person"
    )
    assert ADDRESS in json.dumps(found)


def test_what_is_known_of_links_is_in_it_when_the_links_themselves_are_removed(app):
    person = make_person()
    before = exported(app, person.user.id)
    ids = [link["id"] for link in before["reset_links"]]
    ours = [link for link in before["audit_entries"] if link["about"] == "password_reset_tokens"]
    assert len(ours) >= len(ids) > 0
    assert {record["token_id"] for record in before["reset_link_records"]} == set(ids)
    db.session.execute(sa.update(PasswordResetToken).values(expires_at=utcnow() - dt.timedelta(days=100)))
    db.session.commit()
    assert app.test_cli_runner().invoke(args=["tokens", "purge"]).exit_code == 0
    after = exported(app, person.user.id)
    assert after["reset_links"] == []
    assert after["reset_link_records"] == before["reset_link_records"]
    assert {record["reason"] for record in after["reset_link_records"]} == {"They asked."}
    assert "used" in {record["ended_as"] for record in after["reset_link_records"]}
    assert [each for each in after["audit_entries"] if each["about"] == "password_reset_tokens"] == ours


def test_it_holds_no_secret_and_no_more_of_others_than_the_person_knows(app):
    person = make_person()
    stored = db.session.scalars(sa.select(PasswordResetToken.token)).all()
    text = export(app, EMAIL).stdout
    for secret in (PASSWORD_HASH, person.token, *stored, "$2b$"):
        assert secret not in text
    for others in (
        "Carl",
        "carl@example.com",
        "0177",
        "pat@example.com",
        "agent@example.com",
        "own words",
        "complained",
    ):
        assert others not in text


def test_the_person_is_found_by_id_or_e_mail_case_apart(app):
    user = UserFactory(email="Ada@Example.com")
    for named in (user.id, user.id.hex, "Ada@Example.com", " ada@example.COM "):
        assert exported(app, named)["user"]["id"] == str(user.id)
    twin = UserFactory(email="ADA@example.com")
    assert exported(app, "ADA@example.com")["user"]["id"] == str(twin.id)
    refused = export(app, "ada@example.com")
    assert (refused.exit_code, refused.output) == (
        1,
        "Error: Several accounts have this e-mail address. Name one by its id.\n",
    )
    for unknown in ("nobody@example.com", "00000000-0000-4000-8000-00000000dead", "", "x"):
        refused = export(app, unknown)
        assert (refused.exit_code, refused.output) == (1, "Error: No user has this id or e-mail address.\n")


@pytest.mark.parametrize(
    "profile",
    ['"text"', "[1, 2]", '{"a": 1e999, "b": -1e999}', '{"a": "\\ud800"}', '{"a": "\\u0000"}', "null", '{"a": NaN}'],
)
def test_malformed_rows_are_in_it_as_json(app, profile):
    user = UserFactory()
    if profile in ("null", '{"a": NaN}') and db.engine.dialect.name == "postgresql":
        pytest.skip("PostgreSQL takes no such row")
    overwrite(user, profile=profile)
    service = ServiceFactory(provider=user)
    overwrite(service, availability=profile, currency=None)
    booking = BookingFactory(customer=user)
    text = export(app, user.id).stdout
    found = json.loads(text, parse_constant=pytest.fail)
    assert found["bookings_as_customer"][0]["id"] == str(booking.id)
    assert found["listings"][0]["currency"] is None


def test_it_goes_into_a_file_of_the_owner_alone_and_is_recorded(app, tmp_path):
    user, output = UserFactory(), tmp_path / "subject.json"
    result = export(app, user.email, "--output", output)
    assert result.exit_code == 0
    assert json.loads(output.read_bytes())["user"]["id"] == str(user.id)
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["subject.json"]
    [entry] = entries("user.exported")
    assert (entry.actor_label, entry.subject_id) == ("flask accounts export", str(user.id))


@pytest.mark.parametrize("there_before", [False, True])
def test_what_fails_halfway_leaves_no_half_file_and_ends_with_1(app, tmp_path, monkeypatch, there_before):
    user, output = UserFactory(), tmp_path / "subject.json"
    if there_before:
        output.write_text("of before")

    def fill_the_disk(_session, _user, file):
        file.write(b'{"half": ')
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(accounts, "write_subject", fill_the_disk)
    result = export(app, user.email, "--output", output)
    assert (result.exit_code, result.output) == (1, "Error: The file cannot be written: No space left on device.\n")
    assert [each.read_text() for each in tmp_path.iterdir()] == ["of before"] * there_before
    assert export(app, user.email).stdout == ""
    assert not entries("user.exported")


def test_a_folder_that_is_not_there_is_said_in_one_line(app, tmp_path):
    result = export(app, UserFactory().email, "--output", tmp_path / "nowhere" / "subject.json")
    assert result.exit_code == 1
    assert result.output.startswith("Error: The file cannot be written: No such file")


def test_many_rows_are_written_a_few_at_a_time(app, monkeypatch):
    monkeypatch.setattr("marketplace.subjects.export.AT_ONCE", 3)
    user = UserFactory()
    made = [BookingFactory(customer=user).id for _each in range(10)]
    found = exported(app, user.id)["bookings_as_customer"]
    assert sorted(each["id"] for each in found) == sorted(map(str, made))


def test_an_administrator_gets_the_file_by_a_button_and_that_is_recorded(app, administrator):
    person = make_person()
    page = f"/admin/users/{person.user.id}/subject-export"
    assert page in administrator.get(f"/admin/users/details/?id={person.user.id}").text
    answer = administrator.submit(page)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f"attachment; filename=subject-{person.user.id}.json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(answer.data)["user"]["profile"]["address"] == ADDRESS
    [entry] = entries("user.exported")
    assert entry.actor_id == administrator.member_id
    assert ADDRESS not in str(vars(entry))


def test_it_asks_for_one_s_own_password_where_the_last_proof_is_old(app, administrator):
    user = UserFactory()
    page = f"/admin/users/{user.id}/subject-export"
    let_proof_grow_old(administrator)
    assert 'name="own_password"' in administrator.get(page).text
    for typed in ({}, {"own_password": "wrong"}):
        refused = administrator.submit(page, typed)
        assert refused.status_code == 422
        assert user.email not in refused.headers.get("Content-Disposition", "")
    assert not entries("user.exported")
    answer = administrator.submit(page, {"own_password": PASSWORD})
    assert answer.mimetype == "application/json"
    assert json.loads(answer.data)["user"]["id"] == str(user.id)


@pytest.mark.parametrize("role", ["operations", "support", "manager"])
def test_it_is_for_administrators_alone(app, as_role, role):
    user = db.session.get(User, UserFactory().id)
    browser = as_role(role)
    assert "subject-export" not in browser.get(f"/admin/users/details/?id={user.id}").text
    assert browser.submit(f"/admin/users/{user.id}/subject-export", page="/admin/profile/").status_code == 403
    assert not entries("user.exported")
