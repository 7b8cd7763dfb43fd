"""Forms over users, reset links, and the public page that sets a new password."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, ValidationError

from marketplace.accounts.operations import masked
from marketplace.accounts.schemas import profile_problems
from marketplace.accounts.ways import ways
from marketplace.backoffice.editing import EditForm
from marketplace.backoffice.fields import EMAIL, PageForm, strip
from marketplace.passwords import CUSTOMER_MINIMUM, password_problem
from marketplace.staff.proof import ProofForm

PROFILE_KEYS = {"first_name": "firstName", "last_name": "lastName", "phone": "phone", "address": "address"}
"""Field of the form to key of `users.profile`."""


class UserForm(EditForm):
    email = EmailField(_("E-mail"), [InputRequired(), EMAIL, Length(max=255)], filters=[strip])
    first_name = StringField(_("First name"), [Length(max=100)], filters=[strip])
    last_name = StringField(_("Last name"), [Length(max=100)], filters=[strip])
    phone = TelField(_("Phone"), [Length(max=40)], filters=[strip])
    address = TextAreaField(_("Address"), [Length(max=500)], filters=[strip])
    reason = StringField(
        _("Reason"),
        [Length(max=1000)],
        filters=[strip],
        description=_("Needed to change the e-mail address."),
    )

    def __init__(self, formdata: Any = None, obj: Any = None, **options: Any) -> None:
        stored = obj.profile if obj is not None and isinstance(obj.profile, dict) else {}
        readable = {name: stored[key] for name, key in PROFILE_KEYS.items() if isinstance(stored.get(key), str)}
        super().__init__(formdata, obj=obj, data=readable, **options)
        self.misfits = profile_problems(obj.profile) if obj is not None else []
        """What is wrong about the stored profile, whose unreadable parts the form shows as blank."""

    def was_recorded(self, name: str, value: Any, changes: Mapping[str, Any]) -> bool:
        key = PROFILE_KEYS.get(name, name)
        return super().was_recorded(key, masked(key, value), changes)


class ResetLinkForm(ProofForm, PageForm):
    """Why a link is issued, and how it gets to its owner."""

    reason = TextAreaField(
        _("Reason"),
        [DataRequired(), Length(max=1000)],
        filters=[strip],
        description=_("How you know that it is the owner who asks, for whoever reads it later."),
    )
    show = BooleanField(
        _("Show the link to me instead of mailing it"),
        description=_("For an owner who no longer reads that mail. You then have to bring it to them safely."),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if len(ways()) < 2:  # There is nothing to choose, and nothing that is sent makes a choice of it.
            del self.show

    @property
    def wants_it_shown(self) -> bool:
        return bool(self.show.data) if "show" in self else False


class NewPasswordForm(FlaskForm):
    password = PasswordField(_("New password"), [InputRequired()])
    again = PasswordField(_("The same once more"), [EqualTo("password", _("The two do not match."))])

    def validate_password(self, field: PasswordField) -> None:
        problem = password_problem(field.data or "", minimum=CUSTOMER_MINIMUM)
        if problem:
            raise ValidationError(problem)
