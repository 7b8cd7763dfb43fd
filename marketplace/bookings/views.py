"""The screen of bookings."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.accounts.cells import person_cell, short_person_cell, user_title
from marketplace.backoffice.cells import brief_time_cell, time_cell
from marketplace.backoffice.fields import PlainForm, ReasonForm
from marketplace.backoffice.filters import ChoiceFilter, DateFilter, RecordFilter
from marketplace.backoffice.guard import requires
from marketplace.backoffice.ordering import Order
from marketplace.backoffice.screen import actor
from marketplace.backoffice.table import Verb
from marketplace.backoffice.timeline import BEGAN
from marketplace.backoffice.timeline_view import TimelineView
from marketplace.bookings import queries
from marketplace.bookings.away_view import ABSENCE, AwayScreen
from marketplace.bookings.cells import (
    amount_cell,
    batch_title,
    service_cell,
    service_title,
    status_cell,
    told_amount,
    when_cell,
)
from marketplace.bookings.forms import CUSTOMERS, PROVIDERS, SERVICES, BookingForm, NewBookingForm, RescheduleForm
from marketplace.bookings.many import BOOKING_VERBS
from marketplace.bookings.models import Booking, BookingStatus
from marketplace.bookings.operations import (
    cancel_booking,
    cancel_refusal,
    complete_booking,
    complete_refusal,
    confirm_booking,
    confirm_refusal,
    create_booking,
    edit_booking,
    reschedule_booking,
    reschedule_refusal,
)
from marketplace.bookings.overlap_view import OverlapScreen
from marketplace.bookings.week import Week, first_day_for, provider_week
from marketplace.database import utcnow
from marketplace.extensions import db, settings
from marketplace.listings.models import Service
from marketplace.listings.queries import get_service
from marketplace.permissions import Permission
from marketplace.web.formats import moment, viewer_zone
from marketplace.words import joined

COMING = [("yes", _l("Pending and confirmed, from now on"))]
STATUSES = [(status.value, _l(status.value.capitalize())) for status in BookingStatus]


class BookingView(AwayScreen, OverlapScreen, TimelineView):
    record_name = "booking"
    read_permission = Permission.BOOKINGS_READ
    create_permission = Permission.BOOKINGS_CREATE
    edit_permission = Permission.BOOKINGS_EDIT
    export_permission = Permission.BOOKINGS_EXPORT
    list_template = "bookings/list.html"
    create_template = "bookings/new_booking.html"
    new_form = NewBookingForm
    change_form = BookingForm
    lookups = {"customer": CUSTOMERS, "provider": PROVIDERS, "service": SERVICES}

    column_list = ("scheduled_at", "status", "customer", "service", "provider", "total_amount", "created_at")
    column_details_list = (
        "status",
        "customer",
        "service",
        "scheduled_at",
        "total_amount",
        "provider",
        "duration",
        "notes",
        "created_at",
    )
    column_labels = {
        "scheduled_at": _l("When"),
        "status": _l("Status"),
        "customer": _l("Customer"),
        "service": _l("Service"),
        "provider": _l("Provider"),
        "total_amount": _l("Amount"),
        "created_at": _l("Booked"),
        "duration": _l("Minutes"),
        "notes": _l("Notes"),
    }
    cells = {
        "scheduled_at": when_cell,
        "created_at": time_cell,
        "status": status_cell,
        "service": service_cell,
        "customer": person_cell,
        "provider": person_cell,
        "total_amount": amount_cell,
    }
    list_cells = {"scheduled_at": brief_time_cell, "created_at": brief_time_cell, "provider": short_person_cell}
    sort_columns = {
        "scheduled_at": Booking.scheduled_at,
        "status": Order(Booking.status, Booking.id, further=(Booking.scheduled_at,)),
        "total_amount": Booking.total_amount,
        "created_at": Booking.created_at,
    }
    list_filters = (
        ChoiceFilter("status", _l("Status"), STATUSES, lambda status: Booking.status == status),
        DateFilter("from", _l("From"), lambda moment: Booking.scheduled_at >= moment),
        DateFilter("to", _l("To"), lambda moment: Booking.scheduled_at < moment, whole_day=True),
        RecordFilter("customer", _l("Customer"), lambda value: Booking.customer_id == value, user_title),
        RecordFilter("provider", _l("Provider"), lambda value: Booking.provider_id == value, user_title),
        RecordFilter("service", _l("Service"), lambda value: Booking.service_id == value, service_title),
        RecordFilter("batch", _l("Services of a batch"), queries.is_of_batch, batch_title),
        ChoiceFilter("coming", _l("Coming"), COMING, lambda _yes: queries.is_coming(utcnow())),
    )
    searched = queries.BOOKING_SEARCH
    tabs = "status"
    made = "booking.created"
    happenings = {
        "booking.created": _l("The booking was made."),
        "booking.confirmed": _l("The booking was confirmed."),
        "booking.cancelled": _l("The booking was cancelled."),
        "booking.completed": _l("The booking was completed."),
        "booking.rescheduled": _l("The booking was rescheduled."),
        "booking.edited": _l("The booking was edited."),
        "booking.restored": _l("A change of many bookings was undone."),
        BEGAN: _l("The booking was made in the marketplace."),
    }
    tellings = {
        "status": lambda value, _booking: _(value),
        "duration": lambda value, _booking: _("%(minutes)s minutes", minutes=value),
        "total_amount": told_amount,
    }
    search_hint = _l("Customer, provider, service or id")
    bulk_verbs = BOOKING_VERBS
    other_verbs = (ABSENCE,)

    def rows(self) -> sa.Select[Any]:
        return queries.bookings()

    def listed(self, page: sa.FromClause) -> sa.Select[Any]:
        return queries.listed_bookings(page)

    def exported(self) -> sa.Select[Any]:
        return queries.exported_bookings()

    def concerns_nobody(self, row: Booking) -> bool:
        return row.customer is not None and row.customer.is_anonymised

    def title_of(self, row: Booking) -> str:
        service, customer = row.service.title if row.service else "?", row.customer.name if row.customer else "?"
        return joined(service, " / ", customer, " · ", moment(row.scheduled_at))

    def label_of(self, row: Booking) -> str:
        return f"{row.service.title if row.service else '?'} / {row.customer.email if row.customer else '?'}"

    def verbs(self, row: Booking) -> Sequence[Verb]:
        verbs = (
            (Permission.BOOKINGS_CONFIRM, _("Confirm"), "confirmation_view", confirm_refusal, "success"),
            (Permission.BOOKINGS_COMPLETE, _("Complete"), "completion_view", complete_refusal, "primary"),
            (Permission.BOOKINGS_RESCHEDULE, _("Reschedule"), "rescheduling_view", reschedule_refusal, "secondary"),
            (Permission.BOOKINGS_CANCEL, _("Cancel booking"), "cancellation_view", cancel_refusal, "danger"),
        )
        return [
            Verb(label, self.get_url(f".{route}", record_id=row.id), refusal(row), style)
            for permission, label, route, refusal, style in verbs
            if current_user.may(permission)
        ]

    def create_row(self, form: NewBookingForm) -> Booking:
        return create_booking(
            db.session(),
            booking_id=form.chosen_id,
            customer=form.customer.row,
            service=form.service.row,
            scheduled_at=form.scheduled_at.moment,
            duration=form.duration.data,
            total_amount=form.total_amount.data,
            notes=form.notes.data,
            reason=form.reason.data or "",
            zone=ZoneInfo(settings().timezone),
            actor=actor(),
        )

    def week_to_book(self, form: NewBookingForm) -> Week | None:
        """Return the week in which a time is looked for, as soon as it is known of which service."""
        service = form.service.row
        return self._week(form, service, duration=form.minutes) if service else None

    def week_to_move_to(self, form: RescheduleForm, row: Booking) -> Week | None:
        """Return the week in which another time is looked for; None where the service does not exist."""
        service = get_service(db.session(), row.service_id)
        return self._week(form, service, duration=row.duration, moving=row) if service else None

    def _week(self, form: Any, service: Service, *, duration: int, moving: Booking | None = None) -> Week:
        now, zone = utcnow(), viewer_zone()
        return provider_week(
            db.session(),
            service,
            first=form.first_day(first_day_for(moving.scheduled_at if moving else now, now=now, viewer_zone=zone)),
            duration=duration,
            moving=moving,
            zone=ZoneInfo(settings().timezone),
            viewer_zone=zone,
            now=now,
        )

    def change_row(self, row: Booking, changes: Mapping[str, Any]) -> None:
        edit_booking(
            row,
            changes={**changes, **({"notes": changes["notes"] or None} if "notes" in changes else {})},
            actor=actor(),
        )

    @requires(Permission.BOOKINGS_CONFIRM)
    @expose("/<uuid:record_id>/confirmation", methods=("GET", "POST"))
    def confirmation_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        booking, form = self.find(str(record_id)), PlainForm()
        return self.verb_page(
            booking,
            form,
            lambda: confirm_booking(booking, actor=actor()),
            title=_("Confirm this booking"),
            done=_("The booking is confirmed."),
            template="bookings/verb.html",
            refusal=confirm_refusal(booking),
        )

    @requires(Permission.BOOKINGS_COMPLETE)
    @expose("/<uuid:record_id>/completion", methods=("GET", "POST"))
    def completion_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        booking, form = self.find(str(record_id)), PlainForm()
        return self.verb_page(
            booking,
            form,
            lambda: complete_booking(booking, actor=actor()),
            title=_("Complete this booking"),
            done=_("The booking is completed."),
            template="bookings/verb.html",
            refusal=complete_refusal(booking),
        )

    @requires(Permission.BOOKINGS_RESCHEDULE)
    @expose("/<uuid:record_id>/rescheduling", methods=("GET", "POST"))
    def rescheduling_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        booking, form = self.find(str(record_id)), RescheduleForm()
        return self.verb_page(
            booking,
            form,
            lambda: reschedule_booking(
                booking,
                was_at=form.known_time,
                scheduled_at=form.scheduled_at.moment,
                reason=form.reason.data or "",
                zone=ZoneInfo(settings().timezone),
                actor=actor(),
            ),
            title=_("Reschedule this booking"),
            done=_("The booking is rescheduled."),
            template="bookings/reschedule.html",
            refusal=reschedule_refusal(booking),
        )

    @requires(Permission.BOOKINGS_CANCEL)
    @expose("/<uuid:record_id>/cancellation", methods=("GET", "POST"))
    def cancellation_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        booking, form = self.find(str(record_id)), ReasonForm()
        return self.verb_page(
            booking,
            form,
            lambda: cancel_booking(booking, reason=form.reason.data, actor=actor()),
            title=_("Cancel this booking"),
            done=_("The booking is cancelled."),
            template="bookings/verb.html",
            refusal=cancel_refusal(booking),
            style="danger",
        )
