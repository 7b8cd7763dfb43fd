"""Editing a user."""

import json
import re
import uuid
from functools import partial
from html import unescape

import pytest
import sqlalchemy as sa

from marketplace.accounts import operations
from marketplace.accounts.models import User
from marketplace.accounts.operations import edit_user
from marketplace.accounts.reset_links import is_live_token, issue_reset_link
from marketplace.errors import InvalidInput
from marketplace.extensions import db
from marketplace.transaction import transaction
from tests.accounts.test_reset_links import DAY
from tests.audit_log import entries
from tests.factories import StaffMemberFactory, UserFactory
from tests.others import at_once
from tests.pages import fields_of, without_ids
from tests.raw_rows import overwrite


def edit(user, reason="", **changes):
    with transaction():
        edit_user(user, changes=changes, reason=reason, actor=StaffMemberFactory.build())


def test_unknown_keys_of_the_profile_stay(app):
    user = UserFactory(
        profile={"firstName": "Ada", "lastName": "L", "phone": "", "address": "", "nickname": "Countess"}
    )
    edit(user, firstName="Augusta")
    assert user.profile["nickname"] == "Countess"
    assert user.profile["firstName"] == "Augusta"


def test_updated_at_moves_with_a_change_and_only_then(app):
    user = UserFactory()
    before = user.updated_at
    edit(user, firstName=user.profile["firstName"])
    assert user.updated_at == before
    assert not entries()
    edit(user, firstName="Augusta")
    assert user.updated_at > before


def test_a_new_address_needs_a_reason_and_voids_open_links(app):
    user = UserFactory(email="old@example.com")
    with transaction():
        token = issue_reset_link(
            user, reason="They rang.", actor=StaffMemberFactory.build(), storage="digest", valid=DAY
        )
    with pytest.raises(InvalidInput, match="reason"):
        edit(user, email="new@example.com")
    edit(user, reason="She wrote from it.", email="new@example.com")
    assert user.email == "new@example.com"
    assert not is_live_token(db.session(), token, storage="digest")
    assert entries("user.edited")[0].reason == "She wrote from it."


def test_an_address_of_another_account_is_refused_case_apart(app):
    UserFactory(email="Taken@example.com")
    with pytest.raises(InvalidInput, match="Another account"):
        edit(UserFactory(), reason="x", email="taken@EXAMPLE.com")


def test_the_log_holds_no_full_phone_or_address(app):
    user = UserFactory()
    edit(user, phone="+1 202 555 0199", address="99 Secret Lane, Springfield")
    [entry] = entries("user.edited")
    text = str(entry.changes)
    assert "0199" not in text
    assert "0100" not in text
    assert "Secret" not in text
    assert set(entry.changes) == {"phone", "address"}


@pytest.mark.parametrize("stored", ["just text", ["a", "list"], 42, {"firstName": 7}])
def test_a_malformed_profile_can_be_mended(app, stored):
    user = UserFactory()
    db.session.connection().exec_driver_sql(
        "UPDATE users SET profile = ?" if db.engine.dialect.name == "sqlite" else "UPDATE users SET profile = %s",
        (json.dumps(stored),),
    )
    db.session.commit()
    assert user.profile == stored
    edit(user, firstName="Ada", lastName="Lovelace", phone="", address="")
    assert user.name == "Ada Lovelace"


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"email": "nonsense"}, "email", "not an e-mail address"),
        ({"email": "old\u200b@example.com"}, "email", "not an e-mail address"),
        ({"email": "old@exam\u00adple.com"}, "email", "not an e-mail address"),
        ({"email": "\u202eold@example.com"}, "email", "not an e-mail address"),
        ({"email": "old,new@example.com"}, "email", "not an e-mail address"),
        ({"email": "old@example..com"}, "email", "not an e-mail address"),
        ({"email": "old@-.-"}, "email", "not an e-mail address"),
        ({"email": "x" * 300 + "@example.com"}, "email", "longer than 255"),
        ({"phone": "12"}, "phone", r"Begin with \+"),
        ({"phone": "+1 555"}, "phone", "No country has"),
        ({"firstName": "x" * 101}, "firstName", "longer than 100"),
        ({"address": "x" * 501}, "address", "longer than 500"),
        ({"address": 7}, "address", "no text"),
        ({"role": "provider"}, "role", "cannot be changed here"),
    ],
)
def test_what_does_not_fit_is_refused_by_the_verb_itself(app, changes, field, sentence):
    user = UserFactory()
    with pytest.raises(InvalidInput, match=f"(?i){sentence}") as refused:
        edit(user, reason="x", **changes)
    assert refused.value.fields == (field,)
    assert not entries()


def test_a_phone_is_stored_in_international_form(app, support):
    user = UserFactory()
    address = f"/admin/users/edit/?id={user.id}"
    answer = support.post(address, data={**fields_of(support.get(address).text), "phone": "+442079460123"})
    assert answer.status_code == 302
    db.session.expire_all()
    assert user.profile["phone"] == "+44 20 7946 0123"
    assert user.profile["address"] == "1 Example Street"


def test_a_national_number_is_of_the_configured_country(app, support, monkeypatch):
    user = UserFactory()
    address = f"/admin/users/edit/?id={user.id}"
    typed = {**fields_of(support.get(address).text), "phone": "020 7946 0123"}
    refused = support.post(address, data=typed)
    assert refused.status_code == 422
    assert "Begin with + and the code of the country" in unescape(refused.text)
    assert 'id="phone-errors"' in refused.text
    assert "020 7946 0123" in refused.text, "what was typed is still there"
    monkeypatch.setitem(
        app.extensions, "settings", app.extensions["settings"].model_copy(update={"phone_region": "GB"})
    )
    assert support.post(address, data=typed).status_code == 302
    db.session.expire_all()
    assert user.profile["phone"] == "+44 20 7946 0123"


def test_all_that_is_wrong_is_said_at_once_each_beside_its_field(app, support):
    user = UserFactory()
    address = f"/admin/users/edit/?id={user.id}"
    typed = {"phone": "12", "email": "nonsense", "first_name": "x" * 101, "address": "y" * 501}
    page = support.post(address, data={**fields_of(support.get(address).text), **typed})
    assert page.status_code == 422
    assert {"phone-errors", "email-errors", "first_name-errors", "address-errors"} <= set(
        re.findall(r'class="field-errors" id="([^"]+)"', page.text)
    )


def test_phone_and_address_are_removed_by_ticking_a_box_and_kept_by_leaving_the_field_empty(app, support):
    user = UserFactory()
    address = f"/admin/users/edit/?id={user.id}"
    page = support.get(address).text
    assert "0100" not in without_ids(page)
    assert "Example Street" not in page
    form = fields_of(page)
    assert support.post(address, data={**form, "first_name": "Augusta"}).status_code == 302
    db.session.expire_all()
    assert (user.profile["phone"], user.profile["address"]) == ("+1 202 555 0100", "1 Example Street")
    both = support.post(address, data={**form, "phone": "+442079460123", "remove_phone": "y"})
    assert both.status_code == 422
    form = fields_of(support.get(address).text)
    assert support.post(address, data={**form, "remove_phone": "y", "remove_address": "y"}).status_code == 302
    db.session.expire_all()
    assert (user.profile["phone"], user.profile["address"]) == ("", "")


def test_who_changes_a_phone_at_the_same_time_sees_neither_phone_in_full(app, support):
    user, colleague = UserFactory(), StaffMemberFactory(email="colleague@example.com")
    address = f"/admin/users/edit/?id={user.id}"
    form = fields_of(support.get(address).text)
    with transaction():
        edit_user(user, changes={"phone": "+44 20 7946 0123"}, reason="", actor=colleague)
    page = support.post(address, data={**form, "phone": "+1 202 555 0177"})
    assert page.status_code == 409
    assert "Changed by colleague@example.com" in unescape(page.text)
    assert "7946" not in without_ids(page.text)
    assert "0100" not in without_ids(page.text)
    again = support.post(address, data={**fields_of(page.text), "choice-phone": "yours"})
    assert again.status_code == 302
    db.session.expire_all()
    assert user.profile["phone"] == "+1 202-555-0177"


def test_no_form_that_was_sent_by_hand_shows_what_is_stored(app, support):
    user = UserFactory()
    address = f"/admin/users/edit/?id={user.id}"
    for loaded in ("{}", '{"phone": "x"}', '{"phone": "", "address": null}'):
        sent = {
            "loaded": loaded,
            "email": user.email,
            "phone": "+1 202 555 0177",
            "were": '{"phone": "", "address": ""}',
        }
        page = support.submit(address, sent)
        assert page.status_code in (409, 422)
        assert "0100" not in without_ids(page.text)
        assert "Example Street" not in page.text


@pytest.mark.parametrize(
    "stored",
    [
        '{"firstName": "Ada", "lastName": "L", "phone": 7, "address": ["x"], "other": {"a": 1.50}}',
        '{"firstName": "Ada", "lastName": "L", "phone": "ring twice", "address": ""}',
        '{"firstName": "Ada", "phone": "' + "1" * 300 + '", "\\u00e9": "\\u00e9"}',
    ],
)
def test_an_untouched_malformed_phone_blocks_nothing_and_stays_as_it_is(app, support, stored):
    user = UserFactory()
    overwrite(user, profile=stored)
    address = f"/admin/users/edit/?id={user.id}"
    form = fields_of(support.get(address).text)
    assert support.post(address, data={**form, "first_name": "Augusta"}).status_code == 302
    db.session.expire_all()
    assert user.profile == {**json.loads(stored), "firstName": "Augusta"}


def test_a_profile_that_cannot_be_written_back_is_refused_with_a_sentence(app, support):
    user = UserFactory()
    overwrite(user, profile='{"firstName": "Ada", "score": 1e999}')
    address = f"/admin/users/edit/?id={user.id}"
    form = fields_of(support.get(address).text)
    answer = support.post(address, data={**form, "first_name": "Augusta"})
    assert answer.status_code == 422
    assert "no program can write back" in answer.text
    typed = {**form, "email": "new@example.com", "reason": "Asked to."}
    assert support.post(address, data=typed).status_code == 302


def test_two_accounts_cannot_take_one_address_in_two_spellings_at_once(app, as_role):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    browsers = [as_role("support") for _each in range(2)]
    for number in range(8):
        sends = []
        for browser, spelling in zip(browsers, ("Wanted{}@Example.com", "wanted{}@example.com"), strict=True):
            address = f"/admin/users/edit/?id={UserFactory().id}"
            typed = {**fields_of(browser.get(address).text), "email": spelling.format(number), "reason": "Asked to."}
            sends.append(partial(browser.post, address, data=typed))
        assert sorted(answer.status_code for answer in at_once(*sends)) == [302, 422]


def test_an_address_that_the_api_takes_meanwhile_is_refused_with_a_sentence(app, support, monkeypatch):
    """The unique constraint is the last guard: between our look and our write another program has written."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    user = UserFactory()
    address = f"/admin/users/edit/?id={user.id}"
    form = {**fields_of(support.get(address).text), "email": "wanted@example.com", "reason": "Asked to."}
    void, taken = operations.void_links, []

    def take_it_first(*given, **named):
        if not taken:  # It comes between the look for another account and the write.
            taken.append(True)
            with db.engine.begin() as other:
                row = {
                    "id": uuid.uuid4(),
                    "email": "wanted@example.com",
                    "password": "",
                    "role": "customer",
                    "profile": {},
                }
                other.execute(sa.insert(User), row)
        return void(*given, **named)

    monkeypatch.setattr(operations, "void_links", take_it_first)
    answer = support.post(address, data=form)
    assert taken
    assert answer.status_code == 422
    assert "Another account has this e-mail address." in answer.text
