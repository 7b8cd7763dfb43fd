"""What is decided on the bookings of a provider who is away, how it is carried out, and how that is foreseen."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import Actor
from marketplace.batches.work import Arguments, Foresight, Refusals
from marketplace.bookings.calendars import Calendar, PlannedCalendar, stored_calendar
from marketplace.bookings.models import Booking, BookingStatus, end_of
from marketplace.bookings.operations import (
    cancel_booking,
    cancel_refusal,
    judge_move,
    refuse_if_moved,
    reschedule_booking,
)
from marketplace.bookings.scheduling import scheduling_warnings
from marketplace.database import lock
from marketplace.errors import DomainError, refuse
from marketplace.listings.models import Service
from marketplace.words import gettext as _
from marketplace.words import moment

CANCELLATION, RESCHEDULING = "cancellation", "rescheduling"


@dataclass(frozen=True)
class Decision:
    """What is to become of a booking that is at `was_at`: moved to another time, or cancelled where there is none."""

    was_at: dt.datetime
    scheduled_at: dt.datetime | None

    @classmethod
    def read(cls, arguments: Arguments) -> "Decision":
        """Read what `written` has written."""
        moved = arguments["act"] == RESCHEDULING
        return cls(
            dt.datetime.fromisoformat(arguments["was_at"]),
            dt.datetime.fromisoformat(arguments["scheduled_at"]) if moved else None,
        )

    def written(self, overridden: Sequence[str] = ()) -> Mapping[str, str]:
        """Return it as a batch keeps it.

        :param overridden: the warnings that the reason overrides.
        """
        kept = {"act": CANCELLATION, "was_at": self.was_at.isoformat()}
        if overridden:
            kept["overridden"] = " ".join(overridden)
        if self.scheduled_at:
            kept |= {"act": RESCHEDULING, "scheduled_at": self.scheduled_at.isoformat()}
        return kept

    def told(self, overridden: str = "") -> str:
        """Say it in words, with the warnings that the reason overrides."""
        if self.scheduled_at is None:
            return _("Cancel")
        times = {"old": moment(self.was_at), "new": moment(self.scheduled_at)}
        if overridden:
            return _("Move from %(old)s to %(new)s, although: %(warnings)s", **times, warnings=overridden)
        return _("Move from %(old)s to %(new)s", **times)

    def warnings(self, booking: Booking, zone: ZoneInfo) -> list[str]:
        """Say what a reason has to override."""
        if self.scheduled_at is None:
            return []
        ends_at = end_of(self.scheduled_at, booking.duration)
        return scheduling_warnings(booking.service, starts_at=self.scheduled_at, ends_at=ends_at, zone=zone)

    def judge(self, booking: Booking, *, reason: str, zone: ZoneInfo, calendar: Calendar = stored_calendar) -> None:
        """Let it be done to the booking.

        :raises DomainError: as the verbs do; nor is a booking cancelled that was moved since it was decided on.
        """
        if self.scheduled_at is None:
            refuse(cancel_refusal(booking))
            refuse_if_moved(booking, self.was_at)
        else:
            judge_move(
                booking,
                was_at=self.was_at,
                scheduled_at=self.scheduled_at,
                reason=reason,
                zone=zone,
                calendar=calendar,
            )


def carry_out(booking: Booking, arguments: Arguments, *, zone: ZoneInfo, actor: Actor) -> None:
    """Do to the booking what was decided.

    :param arguments: as `Decision.written` writes them, and a `reason`.
    :param zone: the time zone in which the provider's weekly availability is meant.
    :raises DomainError: as `Decision.judge` does.
    """
    decided, reason = Decision.read(arguments), arguments.get("reason") or ""
    if decided.scheduled_at is None:
        lock(booking)
        decided.judge(booking, reason=reason, zone=zone)
        cancel_booking(booking, reason=reason, actor=actor)
    else:
        reschedule_booking(
            booking,
            was_at=decided.was_at,
            scheduled_at=decided.scheduled_at,
            reason=reason,
            zone=zone,
            actor=actor,
        )


def foresee_absence(session: Session, *, zone: ZoneInfo) -> Foresight:
    """Foresee `carry_out`: what is cancelled or moved makes room, and what is moved takes it from what comes after."""
    calendar = PlannedCalendar()

    def foresee(pairs: Sequence[tuple[Booking, Arguments]]) -> Refusals:
        decided = [(booking, Decision.read(arguments), arguments.get("reason") or "") for booking, arguments in pairs]
        calendar.read(session, [(booking, each.scheduled_at) for booking, each, _why in decided if each.scheduled_at])
        _read_services(session, [booking for booking, _arguments in pairs])
        return [_planned(*each) for each in decided]

    def _planned(booking: Booking, decided: Decision, reason: str) -> str | None:
        try:
            decided.judge(booking, reason=reason, zone=zone, calendar=calendar)
        except DomainError as refused:
            sentence: str = refused.args[0]
            return sentence
        if decided.scheduled_at is None:
            calendar.plan_away(booking)
        elif booking.status == BookingStatus.CONFIRMED:
            calendar.plan(booking, decided.scheduled_at)
        return None

    return foresee


def _read_services(session: Session, bookings: Sequence[Booking]) -> None:
    """Read the services of bookings whole, at once: each would be read by itself when its week is asked for."""
    ids = {booking.service_id for booking in bookings}
    session.scalars(sa.select(Service).where(Service.id.in_(ids))).all()
