"""Two texts, word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.listings.edits import MOST_STEPS, Steps, shared
from marketplace.listings.wording import item_changes, word_changes


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Every window", "Every window, clean", "Every -window+window, clean"),
        ("Every window", "Every window and door", "Every window +and door"),
        ("Every window and door", "Every window", "Every window-and door"),
        ("", "Every window", "+Every window"),
        ("one  two", "one two", "-one  +one two"),
        ("same", "same", "same"),
        ("one\ntwo red\nthree", "one\ntwo blue\nthree", "one\ntwo -red\n+blue\nthree"),
        ("Tea\nCake\n", "Tea\n\n  Cake\nJam\n", "Tea\n\n  Cake\n+Jam\n"),
        ("one two\nthree", "one\ntwo three four", "one\ntwo three +four"),
    ],
)
def test_words_that_went_and_came_are_told_and_no_others(old, new, told):
    signs = {"same": "", "removed": "-", "added": "+"}
    assert "".join(signs[each.kind] + each.text for each in word_changes(old, new).passages) == told


@given(st.text("ab \n", max_size=40), st.text("ab \n", max_size=40))
def test_what_stayed_and_what_came_is_the_new_text(old, new):
    passages = word_changes(old, new).passages
    assert "".join(each.text for each in passages if each.kind != "removed") == new
    assert (old == new) == all(each.kind == "same" for each in passages)


@given(st.text("ab", max_size=12), st.text("ab", max_size=12))
def test_as_much_stays_as_can(old, new):
    stretches = shared(old, new, Steps())
    assert all(old[each.old : each.old + each.length] == new[each.new : each.new + each.length] for each in stretches)
    longest = [[0] * (len(new) + 1) for _each in range(len(old) + 1)]
    for row, one in enumerate(old):
        for column, other in enumerate(new):
            longest[row + 1][column + 1] = (
                longest[row][column] + 1 if one == other else max(longest[row][column + 1], longest[row + 1][column])
            )
    assert sum(each.length for each in stretches) == longest[-1][-1]


class Counted(str):
    """A word that counts how often it is compared."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other):
        Counted.compared += 1
        return str(self) == str(other)

    __hash__ = str.__hash__


HOSTILE = [
    ("a " * 1_100, "a x " * 550),
    ("a " * 200_000, "a x " * 100_000),
    ("a b " * 100_000, "b b a " * 70_000),
    ("".join(f"{n % 7} " for n in range(100_000)), "".join(f"{n * n % 7} " for n in range(100_000))),
]


@pytest.mark.parametrize(("old", "new"), HOSTILE)
def test_however_texts_differ_few_words_are_compared(old, new):
    before, after = ([Counted(word) for word in text.split()] for text in (old, new))
    Counted.compared = 0
    shared(before, after, Steps())
    ends = len(before) + len(after)
    assert Counted.compared < 2 * MOST_STEPS + 4 * ends


@pytest.mark.parametrize("space", [" ", "\n"])
@pytest.mark.parametrize(("old", "new"), HOSTILE[1:])
def test_where_too_much_differs_it_is_told_whole(old, new, space):
    """By words as by lines; twice as many would take four times as long without a bound: hours."""
    wording = word_changes(f"Dear {old} end".replace(" ", space), f"Dear {new} end".replace(" ", space))
    assert wording.is_coarse
    kinds = [each.kind for each in wording.passages]
    assert kinds == ["same", "removed", "added", "same"]
    assert wording.passages[0].text.startswith("Dear")
    assert wording.passages[-1].text.endswith("end")


def test_a_list_of_prices_that_all_changed_is_told_price_by_price():
    prices = [
        [f"Mo {n % 24:02}:00 - {n % 24 + 1:02}:00 | {euros + n % 5} EUR" for n in range(240)] for euros in (20, 50)
    ]
    wording = word_changes(*("\n".join(lines) for lines in prices))
    assert not wording.is_coarse
    assert [each.text.strip() for each in wording.passages if each.kind == "added"] == [
        line.split()[-2] for line in prices[1]
    ]


def test_of_lists_each_item_is_told_by_itself():
    changes = item_changes(["one", "two", "three"], ["one", "other", "three", "four"])
    assert [(each.kind, each.text) for each in changes] == [
        ("same", "one"),
        ("removed", "two"),
        ("added", "other"),
        ("same", "three"),
        ("added", "four"),
    ]
