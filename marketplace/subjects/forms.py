"""Forms over all that is held about a person."""

from flask_babel import lazy_gettext as _
from wtforms import EmailField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.backoffice.fields import PageForm, ReasonForm, strip


class SubjectExportForm(PageForm):
    """Nothing to fill in but what shows who asks."""


class AnonymiseForm(ReasonForm):
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
