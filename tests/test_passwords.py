"""Which passwords can be chosen."""

import pytest

from marketplace.passwords import STAFF_MINIMUM, password_problem

ABOUT = ("sana.support@example.com", "Sana Yılmaz")


@pytest.mark.parametrize(
    "password",
    [
        "sanasupport1!",
        "Example-Support",
        "marketplace2026",
        "BackOffice-2026",
        "back office back office",
        "Password1234!",
        "welcome-sana-1",
        "yılmazyılmaz1",
    ],
)
def test_a_password_that_says_hardly_more_than_whose_or_where_it_is_cannot_be_chosen(password):
    assert "says hardly more than" in (password_problem(password, minimum=STAFF_MINIMUM, about=ABOUT) or "")


@pytest.mark.parametrize(
    "password", ["seventeen blue otters", "sana likes 40 otters", "the marketplace at dawn", "sansupporters"]
)
def test_such_words_may_be_a_part_of_it(password):
    assert password_problem(password, minimum=STAFF_MINIMUM, about=ABOUT) is None
