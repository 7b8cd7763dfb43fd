"""Characters that nobody sees, and letters that look the same as Latin ones."""

import re

from marketplace.words import UNSEEN

INVISIBLE = re.compile(f"[{UNSEEN}]+")

BLANKS = re.compile(r"\s+")
BLANKS_IN_A_ROW = re.compile(r"\s{2,}")

LATIN = dict(
    zip(
        "авекмнорстухёѕіїјһӏԁАВЕКМНОРСТУХЁЅІЇЈҺӀԀαβεζηικμνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧı",
        "abekmhopctyxesiijhldABEKMHOPCTYXESIIJHIDabezhikmnoptuxABEZHIKMNOPTYXi",
        strict=True,
    )
)
"""Letters of Cyrillic and Greek, and the Latin ones for which they are taken."""

TO_LATIN = {ord(letter): latin for letter, latin in LATIN.items()}
SMALL_TO_LATIN = {letter: latin for letter, latin in LATIN.items() if letter == letter.lower()}


MOST_SEEN = 200_000
"""Characters of a text from which what nobody sees is taken out; whatever follows is not read."""


def visible(text: str, most: int) -> tuple[str, bool]:
    """Return the first `most` characters of what is seen of `text`, and whether that is all of it.

    Of blanks in a row two stay, or one new line where they hold any, so that nothing is pushed out of reach by them.
    """
    seen = INVISIBLE.sub("", text[:MOST_SEEN])
    seen = BLANKS_IN_A_ROW.sub(lambda blanks: "\n" if "\n" in blanks[0] else blanks[0][:2], seen)
    return seen[:most], len(text) <= MOST_SEEN and len(seen.rstrip()) <= most


def folded(text: str) -> str:
    """Return what is seen of `text`, in small letters, look-alikes as Latin ones, each run of blanks as one."""
    return BLANKS.sub(" ", INVISIBLE.sub("", text)).lower().translate(TO_LATIN)
