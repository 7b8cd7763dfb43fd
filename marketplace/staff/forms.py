"""Forms of the log-in and of staff accounts."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, ValidationError

from marketplace.backoffice.editing import EditForm
from marketplace.backoffice.fields import EMAIL, strip
from marketplace.passwords import STAFF_MINIMUM, password_problem, too_long, too_long_sentence
from marketplace.permissions import Role
from marketplace.staff.proof import ProofForm
from marketplace.web.locales import locale_choices


class LogInForm(FlaskForm):
    email = StringField(_("E-mail"), [InputRequired(), Length(max=255)], filters=[strip])
    password = PasswordField(_("Password"), [InputRequired()])
    next = HiddenField()

    def validate_password(self, field: PasswordField) -> None:
        if too_long(field.data or ""):
            raise ValidationError(too_long_sentence())


class CodeForm(FlaskForm):
    """The second step of the log-in."""

    code = StringField(_("Code"), [InputRequired(), Length(max=60)], filters=[strip])
    next = HiddenField()


class PersonalForm(FlaskForm):
    """A form on which somebody chooses a password."""

    about: Sequence[str] = ()
    """Their e-mail address and name, of which no password is made."""


def good_password(form: PersonalForm, field: PasswordField) -> None:
    problem = password_problem(field.data or "", minimum=STAFF_MINIMUM, about=form.about)
    if problem:
        raise ValidationError(problem)


ZONES = sorted(available_timezones())

ROLES = [(role.value, role.value.capitalize()) for role in Role]
ROLE_CHOICES = [SelectChoice(value, label) for value, label in ROLES]


class InviteForm(ProofForm):
    email = EmailField(_("E-mail"), [InputRequired(), EMAIL, Length(max=255)], filters=[strip])
    name = StringField(_("Name"), [DataRequired(), Length(max=100)], filters=[strip])
    role = SelectField(_("Role"), [InputRequired()], choices=ROLE_CHOICES)
    sealed = HiddenField()


class NewAccountForm(PersonalForm):
    """What somebody who was invited says about themselves."""

    name = StringField(_("Name"), [DataRequired(), Length(max=100)], filters=[strip])
    password = PasswordField(_("Password"), [InputRequired(), good_password])
    again = PasswordField(
        _("The same once more"), [InputRequired(), EqualTo("password", message=_("The two do not match."))]
    )


class StaffMemberForm(ProofForm, EditForm):
    is_always_dangerous = False

    name = StringField(_("Name"), [DataRequired(), Length(max=100)], filters=[strip])
    role = SelectField(_("Role"), [InputRequired()], choices=ROLE_CHOICES)
    timezone = SelectField(
        _("Time zone"),
        choices=[
            SelectChoice("", _("The marketplace’s own")),
            *(SelectChoice(name, name) for name in ZONES),
        ],
        filters=[lambda zone: zone or ""],
        description=_("In which they read and type times."),
    )

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        if self.own_password:
            self.own_password.description = _("Needed to change the role.")

    def is_dangerous(self) -> bool:
        return bool(self.role.data != self.remembered().get("role"))


def zone_meant(typed: str | None) -> str:
    """Return the time zone that is named by what was typed: in full, or by its city alone; else what was typed."""
    text = (typed or "").strip()
    name = text.replace(" ", "_").lower()
    exact = [zone for zone in ZONES if zone.lower() == name]
    found = exact or [zone for zone in ZONES if name and zone.lower().endswith(f"/{name}")]
    return found[0] if len(found) == 1 else text


@lru_cache(1)
def _locales() -> list[SelectChoice]:
    own = SelectChoice("", _("The marketplace’s own"))
    return [own, *(SelectChoice(name, label) for name, label in locale_choices())]


class ProfileForm(EditForm):
    """How times and figures are written for oneself."""

    timezone = StringField(
        _("Time zone"),
        filters=[zone_meant],
        description=_("Type a city, such as Berlin, and choose. Empty: the marketplace’s own."),
        render_kw={"list": "zones", "autocomplete": "off", "spellcheck": "false"},
    )
    locale = SelectField(
        _("Dates, numbers and money"),
        choices=_locales,
        filters=[lambda locale: locale or ""],
        description=_("As they are written there; the language of the texts stays."),
    )

    def validate_timezone(self, field: StringField) -> None:
        if field.data and field.data not in ZONES:
            raise ValidationError(gettext("This is not the name of a time zone, such as Europe/Berlin."))


class RecoveryCodesForm(ProofForm):
    sealed = HiddenField()


class SetUpForm(RecoveryCodesForm):
    code = StringField(
        _("Code that the app shows"),
        [InputRequired(), Length(max=60)],
        filters=[strip],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"},
    )


class OwnPasswordForm(PersonalForm):
    current_password = PasswordField(
        _("Present password"), [InputRequired()], render_kw={"autocomplete": "current-password"}
    )
    password = PasswordField(
        _("New password"),
        [InputRequired(), good_password],
        description=_("At least 12 characters. Several words that only you would put together are easy to remember."),
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _("The same once more"),
        [InputRequired(), EqualTo("password", message=_("The two do not match."))],
        render_kw={"autocomplete": "new-password"},
    )
