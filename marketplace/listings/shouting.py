"""Shouting in what a listing says: capitals, and exclamation marks in a row."""

import re
from dataclasses import dataclass

from marketplace.listings.disguises import MOST_READ
from marketplace.listings.look_alikes import visible

FEWEST_LETTERS = 10
"""Letters with two cases that a title needs before capitals can be too many: `PC & TV` is no shouting."""

FEWEST_LETTERS_OF_TEXT = 20
"""The same of a description."""

FEWEST_LETTERS_APART = 6
"""The same of a title in which capitals stand apart: `B E S T CLEAN`."""

MOST_CAPITALS = 0.7
"""The share of capitals among those letters from which on a text shouts; German, with its nouns, has a quarter."""

APART = re.compile(r"(?<!\w)(?:[^\W\d_] ){3,}[^\W\d_](?!\w)")
"""Letters with a blank between each and the next."""

FEWEST_MARKS = 3
ROW = re.compile(r"[!?！？¡¿‼⁉❗❕❓❔]{2,}")
MARKS = {**dict.fromkeys("!！¡⁉❗❕", 1), "‼": 2}
"""Exclamation marks, and as how many each counts."""


@dataclass(frozen=True)
class Shouting:
    capitals: float | None
    """The share of capitals in the title, from 0 to 1; None where they are not too many."""
    capitals_of_text: float | None
    """The same of the description."""
    marks: int
    """Exclamation marks in the row that has most of them, at least three; else 0. Question marks do not end a row."""


def find_shouting(title: str, description: str) -> Shouting | None:
    """Return how a listing shouts, or None; letters of scripts without capitals never do, their marks may.

    Looked at are the first MOST_READ characters (disguises.py) that are seen of the title and of the description.
    """
    title, description = (visible(text, MOST_READ)[0] for text in (title, description))
    capitals = _too_many_capitals(title, FEWEST_LETTERS_APART if APART.search(title) else FEWEST_LETTERS)
    capitals_of_text = _too_many_capitals(description, FEWEST_LETTERS_OF_TEXT)
    marks = max((_marks(row) for text in (title, description) for row in ROW.findall(text)), default=0)
    marks = marks if marks >= FEWEST_MARKS else 0
    return Shouting(capitals, capitals_of_text, marks) if capitals or capitals_of_text or marks else None


def _too_many_capitals(text: str, fewest: int) -> float | None:
    """Return the share of capitals among letters with two cases; None where it or those are too few."""
    capitals = sum(letter.isupper() for letter in text)
    small = sum(letter.islower() for letter in text)
    share = capitals / max(capitals + small, 1)
    return share if capitals + small >= fewest and share >= MOST_CAPITALS else None


def _marks(row: str) -> int:
    return sum(MARKS.get(mark, 0) for mark in row)
