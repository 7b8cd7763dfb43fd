"""Times that people type, in their own zone; where the clocks change, the field asks which one is meant."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from wtforms import DateTimeLocalField
from wtforms.utils import unset_value
from wtforms.validators import ValidationError

from marketplace.clocks import gap_around, moments_of, offset_name
from marketplace.web.formats import viewer_zone

YEARS = range(2000, 3000)


@dataclass(frozen=True)
class Turn:
    """One of the two moments at which clocks show the same time."""

    moment: dt.datetime
    offset: str
    """From UTC, such as `UTC+02:00`: what is sent when this one is chosen."""


class MomentField(DateTimeLocalField):
    """A local time as it is typed (`data`, naive) and the `moment` that it means in the viewer's zone, in UTC.

    A time that the clocks skip is refused. For one that they show twice the page asks: `turns` then holds the two, and
    the answer comes back under the name `offset_name`.
    """

    def __init__(self, label: Any, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **options)
        self.moment: Any = None
        self.turns: Sequence[Turn] = ()
        self.chosen_offset = ""

    @property
    def offset_name(self) -> str:
        return f"{self.name}-offset"

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        self.chosen_offset = formdata.get(self.offset_name, "") if formdata else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        if any(text.strip() for text in valuelist):
            super().process_formdata(valuelist)
        else:
            self.data = None

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data is not None:
            self.moment = self.moment_meant(self.data)

    def moment_meant(self, local: dt.datetime) -> dt.datetime:
        """Return the moment that the typed time means.

        :raises ValidationError: when it is none, or two and none of them was chosen.
        """
        if local.year not in YEARS:
            raise ValidationError(_("Write the year with four digits, such as 2026."))
        zone = viewer_zone()
        found = moments_of(local, zone)
        if not found:
            raise ValidationError(_skipped(local))
        if len(found) == 1:
            return found[0]
        self.turns = [Turn(moment, offset_name(moment, zone)) for moment in found]
        chosen = [turn.moment for turn in self.turns if turn.offset == self.chosen_offset]
        if not chosen:
            raise ValidationError(
                _(
                    "The clocks in %(zone)s are put back on %(day)s, so %(time)s comes twice. "
                    "Choose which one is meant.",
                    zone=zone.key,
                    day=_day(local),
                    time=f"{local:%H:%M}",
                )
            )
        return chosen[0]


def _skipped(local: dt.datetime) -> str:
    zone = viewer_zone()
    last, first = gap_around(local, zone)
    return _(
        "There is no %(time)s on %(day)s in %(zone)s: the clocks go from %(last)s straight to %(first)s. "
        "Write a time before or after that.",
        time=f"{local:%H:%M}",
        day=_day(local),
        zone=zone.key,
        last=f"{last:%H:%M}",
        first=f"{first:%H:%M}",
    )


def _day(local: dt.datetime) -> str:
    return str(format_date(local.date(), "d MMM y"))
