"""Finding users."""

import json

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import User
from marketplace.accounts.queries import USER_SEARCH, users
from marketplace.extensions import db
from tests.factories import UserFactory


def found(term):
    return {user.email for user in db.session.scalars(users().where(USER_SEARCH.condition(term)))}


def store_profile(user, text):
    db.session.execute(
        sa.text("UPDATE users SET profile = :text WHERE email = :email").bindparams(text=text, email=user.email)
        if db.engine.dialect.name == "sqlite"
        else sa.text("UPDATE users SET profile = CAST(:text AS json) WHERE email = :email").bindparams(
            text=text, email=user.email
        )
    )
    db.session.commit()


def name(first, last):
    return {"firstName": first, "lastName": last}


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("müller", True),
        ("MÜLLER", True),
        ("jörg m", True),
        ("GG@EXAMPLE", True),
        ("müler", False),
        ("%", False),
        ("_", False),
        ("'", False),
        ('"', False),
        ("\\", False),
    ],
)
def test_names_and_addresses_are_found_whatever_the_case(app, term, expected):
    UserFactory(email="joergg@example.com", profile=name("Jörg", "Müller"))
    assert bool(found(term)) is expected


@pytest.mark.parametrize("first", ["李", "محمد", "Ευ", "😀", "50%", "a_b", "O'Brien", 'say "hi"', "back\\slash"])
def test_every_script_and_sign_is_found(app, first):
    UserFactory(email="one@example.com", profile=name(first, "X"))
    UserFactory(email="two@example.com", profile=name("Plain", "Y"))
    assert found(first) == {"one@example.com"}


@pytest.mark.parametrize(
    "stored",
    [
        '"text"',
        "[1, 2]",
        "null",
        "7",
        '{"firstName": 5}',
        r'{"firstName": "a\u0000b"}',
        r'{"firstName": "\ud800"}',
        r'{"firstName": "\udc00x"}',
    ],
)
def test_a_profile_that_cannot_be_read_breaks_no_search(app, stored):
    odd = UserFactory(email="odd@example.com")
    UserFactory(email="even@example.com", profile=name("Even", "Steven"))
    store_profile(odd, stored)
    assert found("steven") == {"even@example.com"}
    assert found("odd@") == {"odd@example.com"}
    assert isinstance(json.dumps(db.session.scalar(sa.select(User.profile).where(User.email == odd.email))), str)
