"""The part of a form in which the time of a booking is found: a week to look at, a time to choose or to type."""

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.utils import unset_value
from wtforms.validators import ValidationError

from marketplace.backoffice.moments import YEARS, MomentField
from marketplace.bookings.week import week_around
from marketplace.web.formats import moment as written
from marketplace.web.formats import viewer_zone


class TimeField(MomentField):
    """When a booking is to be: the free time that was chosen (`slot`), or the one that was typed."""

    def __init__(self, label: Any, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.slot: dt.datetime | None = None
        self.flags.one_of_two = True  # No browser may insist on a typed time where a free one was chosen.

    @property
    def slot_name(self) -> str:
        return f"{self.name}-slot"

    @property
    def local(self) -> dt.datetime | None:
        """The time in question as the viewer's clocks show it, naive; None before there is any."""
        typed: dt.datetime | None = self.data
        return _local(self.slot) if typed is None and self.slot else typed

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        chosen = read_moment(formdata.get(self.slot_name)) if formdata else None
        self.slot = chosen if chosen and chosen.year in YEARS else None

    def pre_validate(self, form: Any) -> None:
        if self.slot is None:
            super().pre_validate(form)
        elif self.data in (None, _local(self.slot)):
            self.moment = self.slot
        else:
            raise ValidationError(
                _(
                    "You chose %(slot)s but typed another time here. Empty this field, or choose “Another time”.",
                    slot=written(self.slot),
                )
            )
        if self.moment is None and not self.process_errors:
            raise ValidationError(_("Choose a free time or type one."))


class WeekForm(FlaskForm):
    """A form on whose page a week is looked at, before it is sent to do something."""

    asked = HiddenField()
    """Sent by a button: the day from which on a week is to be shown; empty: that of the time in question."""
    week = HiddenField()
    """The first day of the week that the page showed."""

    @property
    def only_looks(self) -> bool:
        return bool(self.asked.raw_data)

    def validate(self, extra_validators: Any = None) -> bool:
        if self.only_looks:
            self.look()
            return False
        return bool(super().validate(extra_validators))

    def look(self) -> None:
        """Read of the form what the week depends on."""

    def first_day(self, default: dt.date) -> dt.date:
        """Return from which day on the page is to show a week."""
        local = self["scheduled_at"].local
        around = week_around(local.date()) if local and local.year in YEARS else None
        return _read_day(self.asked.data) or around or _read_day(self.week.data) or default


def read_moment(text: str | None) -> dt.datetime | None:
    """Return the moment that one of our pages wrote as ISO 8601 with its offset; None for anything else."""
    try:
        found = dt.datetime.fromisoformat(text or "")
        return found.astimezone(dt.UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _read_day(text: str | None) -> dt.date | None:
    try:
        found = dt.date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(viewer_zone()).replace(tzinfo=None, fold=0)
