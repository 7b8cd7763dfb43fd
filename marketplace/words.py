"""Words and times for the domain, so that verbs can speak without knowing of Flask."""

import datetime as dt
import unicodedata
from typing import Any, Self

import flask_babel
from flask import current_app


def gettext(sentence: str, **values: Any) -> str:
    """Return `sentence` in the reader's language, `%(name)s` replaced by its values."""
    return str(flask_babel.gettext(sentence, **values))


def moment(value: dt.datetime) -> str:
    """Return `value` as date and time of day in the reader's zone, as they are used to it."""
    return str(current_app.extensions["write_moment"](value))


class Refusal(str):
    """A sentence that says why something cannot be done, and in `gist` what it has in common with others like it."""

    __slots__ = ("gist",)

    gist: str

    def __new__(cls, sentence: str, *, gist: str) -> Self:
        refusal = super().__new__(cls, sentence)
        refusal.gist = gist
        return refusal


def gist_of(refusal: str) -> str:
    """Return what the refusals of one kind have in common: by this they are grouped."""
    return refusal.gist if isinstance(refusal, Refusal) else refusal


UNSEEN = (
    r"\u0001-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
"""Control and format characters, fillers and variation selectors, which nobody sees, as part of a class of a regular
expression; PostgreSQL takes the same."""

_NOT = rf"@\s<>\"',;:\\()\[\]\x00\ufff0-\ufffb{UNSEEN}"
_WITHIN, _LABEL = f"[^{_NOT}]", f"(?!-)[^.{_NOT}]{{1,63}}(?<!-)"

EMAIL = rf"{_WITHIN}{{1,64}}@(?:{_LABEL}\.)+{_LABEL}"
"""What an e-mail address looks like, as a regular expression: enough to tell a slip, and that two do not look alike."""

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def joined(*parts: str) -> str:
    """Return `parts` as one text in which none turns another around, be some of them written from right to left."""
    whole = "".join(parts)
    if not any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in whole):
        return whole
    return "".join(part if len(part) <= 3 else f"{FIRST_STRONG_ISOLATE}{part}{POP_ISOLATE}" for part in parts)


def without_isolates(text: str) -> str:
    """Return what `joined` returned as a file holds it."""
    return text.replace(FIRST_STRONG_ISOLATE, "").replace(POP_ISOLATE, "")
