"""Step-up: what is dangerous asks for one's own password again, where that was last typed a while ago."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.exceptions import TooManyRequests
from wtforms import PasswordField

from marketplace.backoffice.fields import ReasonForm
from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.passwords import password_matches
from marketplace.staff.cookie import stand_on_for
from marketplace.staff.models import StaffMember
from marketplace.staff.operations import record_failed_proof
from marketplace.staff.sessions import renew_proof
from marketplace.staff.throttle import in_turn, note_failure
from marketplace.transaction import in_transaction


class ProofForm(FlaskForm):
    """The form of a dangerous act, to be mixed in before the form of what is asked for.

    It has the field `own_password` where the last proof is too old. A good one is good for the acts that follow, too.
    """

    own_password = PasswordField(
        _("Your password"),
        description=_("Asked for again before anything dangerous, where you last typed it more than ten minutes ago."),
        render_kw={"autocomplete": "current-password"},
    )

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        # It stands behind the other fields, and where it is not needed it is not there.
        if current_user.is_proved:
            del self.own_password
        else:
            self._fields["own_password"] = self._fields.pop("own_password")
            self.own_password.flags.required = self.is_always_dangerous

    is_always_dangerous = True
    """Whether the field has to be filled in whatever else is typed."""

    def is_dangerous(self) -> bool:
        """Whether what was typed asks for something that needs the proof."""
        return True

    def validate(self, extra_validators: Any = None) -> bool:
        """Judge the other fields, then the password, so that all that is wrong is told at once."""
        is_good: bool = super().validate(extra_validators)
        field = self.own_password
        if field is None or not (field.data or self.is_dangerous()):
            return is_good
        if not field.data:
            field.errors = (gettext("Type your own password, so that nobody else does this at your desk."),)
            return False
        try:
            is_own = prove(field.data)
        except TooManyRequests as refusal:
            self.outcome = refusal.code
            field.errors = (gettext("Too many tries. Wait a few minutes, then try again."),)
            return False
        if is_own:
            del self.own_password  # Whatever else is wrong, this is not asked for again.
            return is_good
        field.errors = (gettext("This is not your password."),)
        return False


class ProvenReasonForm(ProofForm, ReasonForm):
    """Why something dangerous is done."""


class PasswordProofForm(ProofForm):
    """Nothing but the proof."""


def prove(password: str) -> bool:
    """Check the visitor's own password, note in their session when it was shown, and give that session another key.

    It can be tried no more often than at the log-in: whoever found the screen open may try, too.

    :raises TooManyRequests: when no try is left.
    """
    member = current_user.member
    stored = sa.select(StaffMember.password_hash).where(StaffMember.id == member.id)
    may_record = False
    with in_turn(member.email) as tries:
        is_own = password_matches(password, db.session.scalars(stored).one())
        if not is_own:
            may_record = tries.count_failure()
    if may_record:
        note_failure(lambda: record_failed_proof(current_user.account(), actor=member), step="proof")
    if not is_own:
        return False
    key = in_transaction(lambda: renew_proof(db.session(), member.session_id))
    stand_on_for(key)
    current_user.id, current_user.member = key, replace(member, proved_at=utcnow())
    return True
