"""Forms over services."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DecimalField, HiddenField, IntegerField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Regexp, ValidationError

from marketplace.backoffice.editing import EditForm
from marketplace.backoffice.fields import Within, strip
from marketplace.listings.models import ReviewReason
from marketplace.listings.schemas import (
    WEEKDAYS,
    Availability,
    Slot,
    availability_problems,
    images_problems,
    readable_availability,
)

MOST = 99_999_999
"""Of any money column, Numeric(10, 2)."""


class ServiceForm(EditForm):
    title = StringField(_("Title"), [DataRequired(), Length(max=100)], filters=[strip])
    description = TextAreaField(_("Description"), [DataRequired(), Length(max=10_000)], filters=[strip])
    category = StringField(_("Category"), [DataRequired(), Length(max=50)], filters=[strip])
    price = DecimalField(_("Price"), [InputRequired(), Within(min=Decimal("0.01"), max=MOST)], places=2)
    currency = StringField(
        _("Currency"),
        [InputRequired(), Regexp("^[A-Z]{3}$", message=_("Three capital letters, such as EUR."))],
        filters=[strip],
    )
    duration = IntegerField(_("Duration (minutes)"), [InputRequired(), Within(min=1, max=60 * 24 * 31)])
    monday = StringField(_("Monday"), filters=[strip])
    tuesday = StringField(_("Tuesday"), filters=[strip])
    wednesday = StringField(_("Wednesday"), filters=[strip])
    thursday = StringField(_("Thursday"), filters=[strip])
    friday = StringField(_("Friday"), filters=[strip])
    saturday = StringField(_("Saturday"), filters=[strip])
    sunday = StringField(_("Sunday"), filters=[strip])
    images = TextAreaField(_("Images"), filters=[strip], description=_("One http or https address a line."))

    def __init__(self, formdata: Any = None, obj: Any = None, **options: Any) -> None:
        super().__init__(formdata, obj=_Readable(obj) if obj is not None else None, **options)
        self.misfits = _misfits(obj) if obj is not None else {}
        """Field to what is wrong about its stored value, which the form therefore shows as blank."""

    @property
    def week(self) -> list[Any]:
        return [self[name] for name in WEEKDAYS]

    def was_recorded(self, name: str, value: Any, changes: Mapping[str, Any]) -> bool:
        if name in WEEKDAYS:
            week = changes.get("availability", (None, None))[1]
            return isinstance(week, dict) and week.get(name, []) == slots_of(value)
        if name == "images":
            return bool("images" in changes and changes["images"][1] == images_of(value))
        return super().was_recorded(name, value, changes)

    def validate_images(self, field: TextAreaField) -> None:
        problems = images_problems(images_of(field.data))
        if problems:
            raise ValidationError(problems[0])


def _validate_day(_form: ServiceForm, field: StringField) -> None:
    problems = availability_problems({field.name: slots_of(field.data)})
    if problems:
        raise ValidationError(problems[0].split(": ", 1)[-1])


for _weekday in WEEKDAYS:
    setattr(ServiceForm, f"validate_{_weekday}", _validate_day)


class _Readable:
    """A service as its form shows it: the week as text a day, images as lines; what does not fit is left blank."""

    def __init__(self, service: Any) -> None:
        self._service = service
        week = readable_availability(service.availability) or Availability()
        for name in WEEKDAYS:
            slots: list[Slot] = getattr(week, name)
            setattr(self, name, ", ".join(f"{slot.start}-{slot.end}" for slot in slots))
        self.images = "" if images_problems(service.images) else "\n".join(service.images or ())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._service, name)


def _misfits(service: Any) -> dict[str, list[str]]:
    found = {"availability": availability_problems(service.availability), "images": images_problems(service.images)}
    return {name: problems for name, problems in found.items() if problems}


def slots_of(text: str | None) -> list[dict[str, str]]:
    """Read "09:00-12:00, 13:00-17:00" into slots; what cannot be read stays in them for the schema to name."""
    slots = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;]", text or ""))):
        start, _dash, end = re.sub(r"\s*[-–—]\s*", "-", part).partition("-")
        slots.append({"start": _clock(start), "end": _clock(end)})
    return slots


def _clock(text: str) -> str:
    """Write "9" and "9:00" as "09:00"; anything else stays as it was typed."""
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,2}", text):
        return f"{text.zfill(2)}:00"
    return text.zfill(5) if re.fullmatch(r"[0-9]:[0-9]{2}", text) else text


def images_of(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


REASONS = [
    (ReviewReason.PROHIBITED.value, _("Prohibited")),
    (ReviewReason.MISLEADING.value, _("Misleading")),
    (ReviewReason.CONTACT_DETAILS.value, _("Contact details")),
    (ReviewReason.DUPLICATE.value, _("Duplicate")),
    (ReviewReason.WRONG_CATEGORY.value, _("Wrong category")),
    (ReviewReason.PRICE.value, _("Price")),
    (ReviewReason.QUALITY.value, _("Quality")),
    (ReviewReason.OTHER.value, _("Other, in words")),
]
"""The reasons as people read them, in the order of the keys 1 to 8."""

REASON_WORDS = dict(REASONS)


class ReviewReasonForm(FlaskForm):
    """Why a listing is taken down or sent back."""

    reason = SelectField(
        _("Reason"),
        choices=[SelectChoice("", _("Choose a reason")), *(SelectChoice(*each) for each in REASONS)],
        validators=[InputRequired()],
    )
    words = TextAreaField(
        _("In words"), [Length(max=1000)], filters=[strip], description=_("Needed where the reason is another one.")
    )

    def validate_words(self, field: Any) -> None:
        if self.reason.data == ReviewReason.OTHER and not field.data:
            raise ValidationError(gettext("Another reason needs words."))


class SeenForm(FlaskForm):
    """What was looked at, and in which queue."""

    seen = HiddenField()
    queue = HiddenField()


class DecisionForm(SeenForm):
    """A decision that needs no reason."""


class ReasonedDecisionForm(SeenForm, ReviewReasonForm):
    """A decision that needs one."""


class ReversalForm(FlaskForm):
    review_id = HiddenField(validators=[InputRequired()])
    queue = HiddenField()
