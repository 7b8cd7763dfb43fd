"""Small parts of forms: filters and validators that several forms share."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length, Regexp


def strip(value: Any) -> Any:
    """Drop the space around a text, and write its line breaks as the database holds them."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


EMAIL = Regexp(r"^[^@\s<>\"']{1,64}@[^@\s<>\"']+\.[^@\s<>\"'.]+$", message=_("This is not an e-mail address."))


class PlainForm(FlaskForm):
    """Nothing to fill in but the button."""


class ReasonForm(FlaskForm):
    """Why it is done, for those who read it later."""

    reason = TextAreaField(_("Reason"), [InputRequired(), Length(max=1000)], filters=[strip])
