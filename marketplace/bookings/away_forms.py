"""The forms for a provider who is away: in which period, and what is to become of their bookings in it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from marketplace.backoffice.bulk import BatchForm
from marketplace.backoffice.fields import strip
from marketplace.backoffice.lookup import LookupField
from marketplace.backoffice.moments import YEARS, MomentField
from marketplace.bookings.absence import Decision
from marketplace.bookings.forms import PROVIDERS
from marketplace.bookings.models import Booking, end_of
from marketplace.bookings.times import read_moment
from marketplace.bookings.week import Slot, slot_of
from marketplace.database import utcnow
from marketplace.errors import InvalidInput, Stale
from marketplace.web.formats import viewer_zone


class PeriodForm(FlaskForm):
    """Which provider is away, and from when to when. It stands in the address, so that one can come back to it."""

    class Meta(FlaskForm.Meta):
        csrf = False  # It only looks.

    provider = LookupField(_("Provider"), PROVIDERS, [DataRequired()], description=_("E-mail or name."))
    since = MomentField(_("From"), [InputRequired()])
    until = MomentField(_("Until"), [InputRequired()])
    is_asked = False
    """Whether there is more in the address than for whom."""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "PeriodForm":
        """Read the form from an address; before a period is asked for, suggest that it begins now."""
        form: PeriodForm
        if "since" in asked or "until" in asked:
            form = cls(asked)
            form.is_asked = True
            form.validate()
            return form
        now = utcnow().astimezone(viewer_zone()).replace(tzinfo=None, second=0, microsecond=0)
        form = cls(None, data={"provider": asked.get("provider", ""), "since": now})
        if form.provider.data:
            form.provider.validate(form)
        return form

    def validate_until(self, field: Any) -> None:
        if field.moment is None or self.since.moment is None:
            return
        if field.moment <= self.since.moment:
            raise ValidationError(gettext("This has to be later than when it begins."))
        if field.moment <= utcnow():
            raise ValidationError(gettext("This is over already."))

    @property
    def address(self) -> dict[str, str]:
        """Return what the form adds to the address of its page."""
        moments = {
            name: value
            for field in (self.since, self.until)
            for name, value in ((field.name, f"{field.data:%Y-%m-%dT%H:%M}"), (field.offset_name, field.chosen_offset))
        }
        return {name: value for name, value in {"provider": str(self.provider.row.id), **moments}.items() if value}

    def is_away(self, start: dt.datetime, end: dt.datetime) -> bool:
        """Whether the span shares time with the period, touching edges aside."""
        return bool(start < self.until.moment and self.since.moment < end)


LEAVE, CANCEL = "", "cancel"
"""What can be chosen for a booking, besides the moment it is to be moved to, in ISO 8601."""


@dataclass
class Line:
    """A booking on the page, where it could go, and what was chosen for it."""

    booking: Booking
    slots: Sequence[Slot]
    choice: str = LEAVE
    error: str = ""

    @property
    def first(self) -> str:
        """What is chosen for it when all are moved: to leave it, where nothing is free."""
        return self.slots[0].moment.isoformat() if self.slots else LEAVE

    @property
    def moved_to(self) -> dt.datetime | None:
        there = read_moment(self.choice)
        return there if there and there.year in YEARS else None

    @property
    def other(self) -> Slot | None:
        """The time that was chosen, where it is none of those offered by now."""
        there = self.moved_to
        return slot_of(there, viewer_zone()) if there and there not in [slot.moment for slot in self.slots] else None

    @property
    def decision(self) -> Decision:
        return Decision(self.booking.scheduled_at, self.moved_to)

    def look_at(self, period: PeriodForm) -> None:
        """Find out whether what was chosen can be meant."""
        there = self.moved_to
        if there and period.is_away(there, end_of(there, self.booking.duration)):
            self.error = gettext("The provider is away then.")
        elif not there and self.choice not in (LEAVE, CANCEL):
            self.error = gettext("Choose one of these.")


AS_CHOSEN, MOVE_ALL, CANCEL_ALL = "chosen", "move", "cancel"


class AwayForm(FlaskForm):
    """What is to become of the bookings of a provider who is away; what is chosen for each stands beside it."""

    for_all = RadioField(
        _("For all of them"),
        choices=[
            SelectChoice(AS_CHOSEN, _("As chosen for each below")),
            SelectChoice(MOVE_ALL, _("Move each to its first free time")),
            SelectChoice(CANCEL_ALL, _("Cancel them all")),
        ],
        default=AS_CHOSEN,
    )
    reason = TextAreaField(
        _("Reason"),
        [Length(max=1000)],
        filters=[strip],
        description=_("Needed as soon as one is cancelled, or moved to where something else speaks against it."),
    )

    def decided(
        self, lines: Sequence[Line], sent: Mapping[str, str], *, period: PeriodForm, zone: ZoneInfo
    ) -> list[Line]:
        """Return those of `lines` to which something is to be done.

        :param sent: all fields, those of each line among them.
        :param zone: the time zone in which availabilities are meant.
        :raises Stale: when these are no longer the bookings, or the times, that the page showed.
        :raises InvalidInput: when nothing is chosen, something that cannot be, or a reason is missing.
        """
        for line in lines:
            line.choice = self._choice(line, sent)
            line.look_at(period)
        seen = {name: read_moment(sent[name]) for name in sent if name.startswith("was-")}
        if seen != {f"was-{line.booking.id}": line.booking.scheduled_at for line in lines}:
            raise Stale(gettext("Meanwhile the bookings of this provider have changed, so look at them once more."))
        if any(line.error for line in lines):
            raise InvalidInput(gettext("What is chosen for some of the bookings cannot be: see below."))
        decided = [line for line in lines if line.choice != LEAVE]
        if not decided:
            raise InvalidInput(gettext("Choose what is to become of at least one booking."))
        lacking = reason_for(decided, zone)
        if lacking and not self.reason.data:
            raise InvalidInput(lacking, fields=("reason",))
        return decided

    def _choice(self, line: Line, sent: Mapping[str, str]) -> str:
        for_all = {MOVE_ALL: line.first, CANCEL_ALL: CANCEL}
        return for_all.get(self.for_all.data) or sent.get(f"choice-{line.booking.id}", LEAVE)


def reason_for(decided: Sequence[Line], zone: ZoneInfo) -> str:
    """Say why a reason is needed; nothing where none is.

    :param zone: the time zone in which availabilities are meant.
    """
    if any(line.choice == CANCEL for line in decided):
        return gettext("Cancelling needs a reason.")
    warnings = dict.fromkeys(each for line in decided for each in line.decision.warnings(line.booking, zone))
    if warnings:
        return gettext("%(warnings)s Give a reason to book it all the same.", warnings=" ".join(warnings))
    return ""


class AbsenceForm(BatchForm):
    """Why, before it is begun; it cannot be left empty any more where what was drafted needs it."""

    reason = TextAreaField(_("Reason"), [Length(max=1000)], filters=[strip])

    def validate_reason(self, field: Any) -> None:
        if self.drafted_with.get("needs_reason") and not field.data:
            raise ValidationError(gettext("A reason is needed."))
