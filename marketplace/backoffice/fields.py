"""Small parts of forms: filters and validators that several forms share."""

import uuid
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Regexp, ValidationError

from marketplace.words import EMAIL as EMAIL_PATTERN


def strip(value: Any) -> Any:
    """Drop the space around a text, and write its line breaks as the database holds them."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


EMAIL = Regexp(f"^{EMAIL_PATTERN}$", message=_("This is not an e-mail address."))


class Within(NumberRange):
    """A number from `min` to `max`; of a Decimal, two places. What cannot be compared, such as sNaN, is none."""

    def __call__(self, form: Any, field: Any) -> None:
        number = field.data
        if number is None:
            return  # The field has said already that it is no number.
        finite = not isinstance(number, Decimal) or number.is_finite()
        if not finite or not self.min <= number <= self.max:
            limits = {"min": self.min, "max": self.max}
            raise ValidationError(gettext("Number must be between %(min)s and %(max)s.", **limits))
        if isinstance(number, Decimal) and number != round(number, 2):
            raise ValidationError(gettext("Write at most two digits behind the point."))


def id_of(page: str | None, *typed: object) -> uuid.UUID:
    """Return the id of what was typed on a page: the same however often it is sent, another for anything else.

    :param page: the id that the page was given, as it came back; where it is none, so is nothing sent twice.
    """
    try:
        return uuid.uuid5(uuid.UUID(page or ""), " ".join(map(repr, typed)))
    except ValueError:
        return uuid.uuid4()


class PageForm(FlaskForm):
    """A form whose page has an id, so that sending it twice does it once."""

    form_id = HiddenField(default=lambda: str(uuid.uuid4()))

    @property
    def page_id(self) -> uuid.UUID:
        try:
            return uuid.UUID(self.form_id.data or "")
        except ValueError:
            return uuid.uuid4()


class PlainForm(FlaskForm):
    """Nothing to fill in but the button."""


class ReasonForm(FlaskForm):
    """Why it is done, for those who read it later."""

    reason = TextAreaField(_("Reason"), [DataRequired(), Length(max=1000)], filters=[strip])
