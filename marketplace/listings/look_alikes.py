"""Characters that nobody sees, and letters that look the same as Latin ones."""

import re

INVISIBLE = re.compile(
    r"[\u0001-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]+"
)
"""Control and format characters, fillers and variation selectors; PostgreSQL takes the same pattern."""

BLANKS = re.compile(r"\s+")

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


def folded(text: str) -> str:
    """Return what is seen of `text`, in small letters, look-alikes as Latin ones, each run of blanks as one."""
    return BLANKS.sub(" ", INVISIBLE.sub("", text)).lower().translate(TO_LATIN)
