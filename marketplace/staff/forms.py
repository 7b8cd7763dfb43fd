"""Forms of the log-in and of staff accounts."""

from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from marketplace.backoffice.editing import EditForm
from marketplace.backoffice.fields import EMAIL, strip
from marketplace.passwords import STAFF_MINIMUM, password_problem, too_long, too_long_sentence
from marketplace.permissions import Role


class LogInForm(FlaskForm):
    email = StringField(_("E-mail"), [InputRequired(), Length(max=255)], filters=[strip])
    password = PasswordField(_("Password"), [InputRequired()])
    next = HiddenField()

    def validate_password(self, field: PasswordField) -> None:
        if too_long(field.data or ""):
            raise ValidationError(too_long_sentence())


def good_password(_form: FlaskForm, field: PasswordField) -> None:
    problem = password_problem(field.data or "", minimum=STAFF_MINIMUM)
    if problem:
        raise ValidationError(problem)


ROLES = [(role.value, role.value.capitalize()) for role in Role]
ROLE_CHOICES = [SelectChoice(value, label) for value, label in ROLES]


class NewStaffMemberForm(FlaskForm):
    email = EmailField(_("E-mail"), [InputRequired(), EMAIL, Length(max=255)], filters=[strip])
    name = StringField(_("Name"), [DataRequired(), Length(max=100)], filters=[strip])
    role = SelectField(_("Role"), [InputRequired()], choices=ROLE_CHOICES)
    password = PasswordField(
        _("First password"),
        [InputRequired(), good_password],
        description=_("At least 12 characters. Hand it over in person; they can then log in with it."),
    )


class StaffMemberForm(EditForm):
    name = StringField(_("Name"), [DataRequired(), Length(max=100)], filters=[strip])
    role = SelectField(_("Role"), [InputRequired()], choices=ROLE_CHOICES)
    timezone = SelectField(
        _("Time zone"),
        choices=[
            SelectChoice("", _("The marketplace’s own")),
            *(SelectChoice(name, name) for name in sorted(available_timezones())),
        ],
        filters=[lambda zone: zone or ""],
        description=_("In which they read and type times."),
    )
