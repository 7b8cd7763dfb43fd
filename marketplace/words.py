"""Words and times for the domain, so that verbs can speak without knowing of Flask."""

import datetime as dt
from typing import Any

import flask_babel
from flask import current_app


def gettext(sentence: str, **values: Any) -> str:
    """Return `sentence` in the reader's language, `%(name)s` replaced by its values."""
    return str(flask_babel.gettext(sentence, **values))


def moment(value: dt.datetime) -> str:
    """Return `value` as date and time of day in the reader's zone, as they are used to it."""
    return str(current_app.extensions["write_moment"](value))
