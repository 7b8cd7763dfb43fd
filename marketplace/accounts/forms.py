"""Forms over users, reset links, and the public page that sets a new password."""

import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, ValidationError

from marketplace.accounts.disclosure import glimpse
from marketplace.accounts.operations import masked, reason_needed
from marketplace.accounts.schemas import fitting, profile_problems
from marketplace.accounts.stored import is_whole, patchable_profile, profile_refusal
from marketplace.accounts.ways import ways
from marketplace.backoffice.editing import EditForm, is_same, text_of
from marketplace.backoffice.fields import EMAIL, PageForm, strip
from marketplace.extensions import settings
from marketplace.passwords import CUSTOMER_MINIMUM, password_problem
from marketplace.staff.proof import ProofForm

PROFILE_KEYS = {"first_name": "firstName", "last_name": "lastName", "phone": "phone", "address": "address"}
"""Field of the form to key of `users.profile`."""

COVERED = ("phone", "address")
"""Fields that never show what is stored: left blank they keep it."""

OF_COVERED = tuple(f"remove_{name}" for name in COVERED)
"""The boxes that empty them."""

LEAVE = _("Leave it empty to keep what is stored.")
NOTHING_STORED = _("Nothing is stored yet.")
CANNOT_BE_CHANGED = _("It cannot be changed here.")
NUL, ITS_SIGN = "\0", "\N{REPLACEMENT CHARACTER}"


class UserForm(ProofForm, EditForm):
    is_always_dangerous = False

    email = EmailField(_("E-mail"), [InputRequired(), EMAIL, Length(max=255)], filters=[strip])
    first_name = StringField(_("First name"), [Length(max=100)], filters=[strip])
    last_name = StringField(_("Last name"), [Length(max=100)], filters=[strip])
    phone = TelField(_("New phone"), [Length(max=40)], filters=[strip], description=NOTHING_STORED)
    remove_phone = BooleanField(_("Remove the phone"))
    address = TextAreaField(_("New address"), [Length(max=500)], filters=[strip], description=NOTHING_STORED)
    remove_address = BooleanField(_("Remove the address"))
    reason = StringField(
        _("Reason"),
        [Length(max=1000)],
        filters=[strip],
        description=_("Why the e-mail address is to be another, for whoever reads it later."),
    )

    def __init__(self, formdata: Any = None, obj: Any = None, **options: Any) -> None:
        patchable = patchable_profile(obj) if obj is not None else {}
        stored = patchable or {}
        readable = {name: stored[key] for name, key in PROFILE_KEYS.items() if is_whole(stored.get(key))}
        names = {name: value.replace(NUL, ITS_SIGN) for name, value in readable.items() if name not in COVERED}
        super().__init__(formdata, obj=obj, data=names, **options)
        self.is_sent = bool(formdata)
        for field in (self.reason, self.own_password):
            if field is not None:
                field.flags.needed = gettext("needed for a new e-mail")
        self.prints = {name: fingerprint(name, stored.get(PROFILE_KEYS[name])) for name in COVERED}
        """What stands in the page for the values it does not show: enough to tell whether they change meanwhile."""
        for name in COVERED:
            value = stored.get(PROFILE_KEYS[name])
            if value not in ("", None):
                held = gettext("Stored: %(glimpse)s.", glimpse=glimpse(name, value))
                self[name].description = f"{held} {LEAVE}"
        self.misfits = [*profile_problems(stored), *(problem for key in names if (problem := nul_problem(key, stored)))]
        """What is wrong about the stored profile, whose unreadable parts the form shows as blank."""
        self.profile_refusal = profile_refusal() if patchable is None else None
        if patchable is None:
            for name in PROFILE_KEYS:
                self[name].description = CANNOT_BE_CHANGED

    def values(self) -> dict[str, Any]:
        values = {name: value for name, value in super().values().items() if name not in OF_COVERED}
        loaded = self.remembered()
        for name in COVERED:
            if self.is_sent and self[f"remove_{name}"].data:
                values[name] = ""
            elif not self.is_sent:
                values[name] = self.prints[name]
            elif not self[name].data:
                values[name] = loaded.get(name)
        return values

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        for name in COVERED:
            if self[name].data and self[f"remove_{name}"].data:
                self[name].errors = [gettext("Either write a new one or have the old one removed.")]
        loaded = self.remembered()
        if "email" in loaded and self.is_dangerous() and self.choice("email") != "theirs" and not self.reason.data:
            self.reason.errors = [reason_needed()]
        changed = {
            PROFILE_KEYS.get(name, name): value
            for name, value in self.values().items()
            if name != "reason"
            and not self[name].errors
            and self.choice(name) != "theirs"
            and not is_same(self[name], value, loaded.get(name))
        }
        fit, unfit = fitting(changed, region=settings().phone_region)
        for name in ("email", *PROFILE_KEYS):
            key = PROFILE_KEYS.get(name, name)
            if key in unfit:
                self[name].errors = [unfit[key]]
            elif fit.get(key):
                self[name].data = fit[key]
        return not self.errors

    def is_dangerous(self) -> bool:
        """Whether the e-mail address is to be another: whoever reads its mail can take the account."""
        return not is_same(self.email, self.email.data, self.remembered().get("email"))

    def was_recorded(self, name: str, value: Any, changes: Mapping[str, Any]) -> bool:
        if name in COVERED:
            return super().was_recorded(name, self.shown(name, value), changes)
        return super().was_recorded(PROFILE_KEYS.get(name, name), value, changes)

    def is_stored(self, name: str, now: Any, value: Any) -> bool:
        if name in COVERED:
            return bool(now == fingerprint(name, value))
        return super().is_stored(name, now, value)

    def shown(self, name: str, value: Any) -> str:
        """Return of a covered value what the audit log may hold of it as well."""
        return text_of(value).partition(" = ")[0] if name in COVERED else super().shown(name, value)


def nul_problem(name: str, stored: Mapping[str, Any]) -> str | None:
    """Say that the stored value of a field holds a NUL, which no page can show or send; None where it holds none."""
    key = PROFILE_KEYS[name]
    if NUL not in stored[key]:
        return None
    sentence = gettext("this holds a character that no page can show. In its place stands %(sign)s", sign=ITS_SIGN)
    return f"{key}: {sentence}"


def fingerprint(key: str, stored: Any) -> str:
    """Return what tells a stored value from any other, and from which nobody without our key can guess it."""
    if stored in ("", None):
        return ""
    secret = settings().secret_key.get_secret_value().encode()
    text = json.dumps(stored, sort_keys=True).encode()
    return f"{masked(key, stored)} = {hmac.digest(secret, b'profile ' + key.encode() + text, 'sha256').hex()[:32]}"


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
    about: Sequence[str] = ()
    """The e-mail address of whose password it is."""

    password = PasswordField(_("New password"), [InputRequired()])
    again = PasswordField(_("The same once more"), [EqualTo("password", _("The two do not match."))])

    def validate_password(self, field: PasswordField) -> None:
        problem = password_problem(field.data or "", minimum=CUSTOMER_MINIMUM, about=self.about)
        if problem:
            raise ValidationError(problem)
