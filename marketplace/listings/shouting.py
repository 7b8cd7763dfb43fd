"""Shouting in what a listing says: capitals, and exclamation marks in a row."""

import re
from dataclasses import dataclass

from marketplace.listings.disguises import MOST_READ

FEWEST_LETTERS = 10
"""Letters with two cases that a title needs before capitals can be too many: `PC & TV` is no shouting."""

MOST_CAPITALS = 0.7
"""The share of capitals among those letters from which on a title shouts; German, with its nouns, has a quarter."""

MARKS = re.compile(r"[!！¡]{3,}")


@dataclass(frozen=True)
class Shouting:
    capitals: float | None
    """The share of capitals in the title, from 0 to 1; None where they are not too many."""
    marks: int
    """Exclamation marks in the longest row of at least three; else 0."""


def find_shouting(title: str, description: str) -> Shouting | None:
    """Return how a listing shouts, or None; letters of scripts without capitals never do, their marks may.

    Looked at are the whole title and the first MOST_READ characters (disguises.py) of the description.
    """
    capitals = _share_of_capitals(title[:MOST_READ])
    rows = (len(row) for text in (title, description) for row in MARKS.findall(text[:MOST_READ]))
    shouting = Shouting(capitals if capitals is not None and capitals >= MOST_CAPITALS else None, max(rows, default=0))
    return shouting if shouting.capitals is not None or shouting.marks else None


def _share_of_capitals(text: str) -> float | None:
    """Return the share of capitals among letters with two cases; None where those are too few to tell."""
    capitals = sum(letter.isupper() for letter in text)
    small = sum(letter.islower() for letter in text)
    return capitals / (capitals + small) if capitals + small >= FEWEST_LETTERS else None
