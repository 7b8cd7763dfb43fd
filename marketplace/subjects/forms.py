"""The form that anonymises a person."""

from flask_babel import lazy_gettext as _
from wtforms import EmailField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.backoffice.fields import strip
from marketplace.staff.proof import ProvenReasonForm


class AnonymiseForm(ProvenReasonForm):
    """What has to be typed before it is done, for it cannot be undone."""

    reason = TextAreaField(
        _("Reason"),
        [InputRequired(), Length(max=1000)],
        filters=[strip],
        description=_("It stays in the audit log for good: write nothing in it that tells who the person is."),
    )
    email = EmailField(
        _("The e-mail address of the account, once more"), [InputRequired(), Length(max=255)], filters=[strip]
    )
