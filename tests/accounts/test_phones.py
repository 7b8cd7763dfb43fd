"""Telephone numbers: checked, and put into international form."""

import pytest

from marketplace.accounts.phones import international, shown
from tests.factories import UserFactory


@pytest.mark.parametrize(
    ("typed", "region", "stored"),
    [
        ("+1 202 555 0100", "", "+1 202-555-0100"),
        ("0012025550100", "GB", "+1 202-555-0100"),
        ("+442079460123", "", "+44 20 7946 0123"),
        ("020 7946 0123", "GB", "+44 20 7946 0123"),
        ("(020) 7946-0123 ext. 7", "GB", "+44 20 7946 0123 x7"),
        ("030 23125 123", "DE", "+49 30 23125123"),
        ("+٤٤٢٠٧٩٤٦٠١٢٣", "", "+44 20 7946 0123"),
    ],
)
def test_a_number_is_kept_in_international_form(app, typed, region, stored):
    assert international(typed, region=region) == stored
    assert international(stored, region="") == stored


@pytest.mark.parametrize(
    ("typed", "region", "sentence"),
    [
        ("020 7946 0123", "", "Begin with \\+"),
        ("x", "GB", "not a telephone number"),
        ("+999 123", "", "not a telephone number"),
        ("+1 555", "", "No country has"),
        ("+44 20 7946 01234567", "", "No country has"),
        ("1" * 300, "GB", "not a telephone number"),
        ("+" * 40, "", "not a telephone number"),
        ("\u202e+44", "", "not a telephone number"),
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(app, typed, region, sentence):
    with pytest.raises(ValueError, match=sentence):
        international(typed, region=region)


def test_what_is_stored_and_no_number_is_shown_as_it_is(app):
    assert shown("+442079460123", region="") == ("+44 20 7946 0123", None)
    assert shown("ring twice", region="")[0] == "ring twice"
    assert shown("ring twice", region="")[1]


def test_a_phone_that_is_none_is_marked_as_not_valid(app, support):
    user = UserFactory(profile={"firstName": "Ada", "lastName": "L", "phone": "+1 999", "address": ""})
    page = f"/admin/users/{user.id}/disclosure"
    assert ">not a valid number</span>" in support.submit(page, page="/admin/profile/").text
