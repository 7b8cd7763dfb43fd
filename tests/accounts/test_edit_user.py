"""Editing a user."""

import json

import pytest

from marketplace.accounts.operations import edit_user
from marketplace.accounts.reset_links import is_live_token, issue_reset_link
from marketplace.errors import InvalidInput
from marketplace.extensions import db
from marketplace.transaction import transaction
from tests.accounts.test_reset_links import DAY
from tests.audit_log import entries
from tests.factories import StaffMemberFactory, UserFactory


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
