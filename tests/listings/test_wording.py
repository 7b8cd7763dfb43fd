"""Two texts, word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.listings.wording import MOST_WORDS, word_changes


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Every window", "Every window, clean", "Every -window+window, clean"),
        ("Every window", "Every window and door", "Every window +and door"),
        ("Every window and door", "Every window", "Every window-and door"),
        ("", "Every window", "+Every window"),
        ("one  two", "one two", "-one  +one two"),
        ("same", "same", "same"),
    ],
)
def test_words_that_went_and_came_are_told_and_no_others(old, new, told):
    signs = {"same": "", "removed": "-", "added": "+"}
    assert "".join(signs[each.kind] + each.text for each in word_changes(old, new)) == told


@given(st.text("ab \n", max_size=40), st.text("ab \n", max_size=40))
def test_what_stayed_and_what_came_is_the_new_text(old, new):
    passages = word_changes(old, new)
    assert "".join(each.text for each in passages if each.kind != "removed") == new
    assert (old == new) == all(each.kind == "same" for each in passages)


def test_very_long_texts_are_told_whole():
    old, new = "word " * (MOST_WORDS + 1), "other " * 3
    assert [(each.kind, each.text) for each in word_changes(old, new)] == [("removed", old), ("added", new)]
