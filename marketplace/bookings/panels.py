"""The bookings beside a booking and beside listings: the next ones first, a few of each."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_login import current_user

from marketplace.backoffice.cells import badge, breakable, moment_tag
from marketplace.backoffice.panels import Panel, PanelRow
from marketplace.batches.models import Batch
from marketplace.bookings.models import Booking
from marketplace.bookings.queries import (
    COMING,
    EARLIER,
    bookings_of,
    cancelled_share,
    coming_of_services,
    is_of_batch,
)
from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.listings.models import Service
from marketplace.permissions import Permission

OTHER_SIDE = {"customer": "provider", "provider": "customer"}


def bookings_beside(booking: Booking) -> Sequence[Panel]:
    """Return the other bookings of the customer, and those with the provider."""
    people = {"customer": booking.customer_id, "provider": booking.provider_id}
    found = _found(people, {COMING: 3, EARLIER: 2}, but=booking.id)
    customer, provider = (_name(person) for person in (booking.customer, booking.provider))
    return (
        _panel(
            found,
            "customer",
            booking.customer_id,
            title=_("Other bookings of %(name)s", name=customer),
            empty=_("This customer has no other booking."),
            all_label=_("All bookings of this customer"),
        ),
        _panel(
            found,
            "provider",
            booking.provider_id,
            title=_("Other bookings with %(name)s", name=provider),
            empty=_("This provider has no other booking."),
            all_label=_("All bookings with this provider"),
        ),
    )


def bookings_of_service(service: Service) -> Sequence[Panel]:
    """Return the coming bookings of a listing, and how many bookings with its provider were cancelled."""
    cancelled, all_of_them = cancelled_share(db.session(), service.provider_id)
    share = _("%(few)s of %(all)s bookings with this provider were cancelled.", few=cancelled, all=all_of_them)
    return (
        _coming(
            Booking.service_id == service.id,
            {"service": service.id},
            most=5,
            title=_("Coming bookings of this listing: %(number)s"),
            empty=_("Nobody has booked it for a time to come."),
            remark=share if all_of_them else "",
        ),
    )


def bookings_of_batch(batch: Batch) -> Sequence[Panel]:
    """Return the coming bookings of the listings of a batch."""
    return (
        _coming(
            is_of_batch(batch.id),
            {"batch": batch.id},
            most=10,
            title=_("Coming bookings of these listings: %(number)s"),
            empty=_("Nobody has booked them for a time to come."),
        ),
    )


def _coming(
    is_theirs: sa.ColumnElement[bool],
    narrowed: Mapping[str, Any],
    *,
    most: int,
    title: str,
    empty: str,
    remark: str = "",
) -> Panel:
    """Return the next bookings of some listings, with the way to all of them, in the same order.

    :param narrowed: filters of the list of bookings that leave just these listings'.
    """
    coming, total = coming_of_services(db.session(), is_theirs, now=utcnow(), most=most)
    make = _customer_row_maker()
    may_cancel = current_user.may(Permission.BOOKINGS_CANCEL)
    others = "" if may_cancel or not total else _("Support can cancel them.")
    all_of_them: dict[str, Any] = {**narrowed, "coming": "yes", "sort": "scheduled_at"}
    return Panel(
        title=title % {"number": total},
        sections=[(_("Pending and confirmed, soonest first"), [make(row) for row in coming])],
        empty=empty,
        all_label=_("All of them, to be handled together") if may_cancel else _("All coming bookings"),
        all_url=url_for("bookings.index_view", **all_of_them) if total else "",
        remark=" ".join(filter(None, (remark, others))),
    )


def _found(
    people: Mapping[str, uuid.UUID], most: Mapping[str, int], but: uuid.UUID | None = None
) -> Mapping[tuple[str, str], list[Any]]:
    """Return side and part to the bookings in it, in their order."""
    parts: dict[tuple[str, str], list[Any]] = {}
    for row in db.session.execute(bookings_of(people, most=most, now=utcnow(), but=but)):
        parts.setdefault((row.side, row.part), []).append(row)
    for (_side, part), rows in parts.items():
        rows.sort(key=lambda row: (row.scheduled_at, row.id), reverse=part == EARLIER)
    return parts


def _panel(found: Mapping[tuple[str, str], Sequence[Any]], side: str, person_id: uuid.UUID, **words: str) -> Panel:
    make = _row_maker(OTHER_SIDE[side])
    narrowed: dict[str, Any] = {side: person_id}
    headings = ((COMING, _("Coming")), (EARLIER, _("Earlier and cancelled")))
    return Panel(
        sections=[(heading, [make(row) for row in found.get((side, part), ())]) for part, heading in headings],
        all_url=url_for("bookings.index_view", **narrowed),
        **words,
    )


def _row_maker(other_side: str) -> Callable[[Any], PanelRow]:
    write = moment_tag()

    def make(row: Any) -> PanelRow:
        return PanelRow(
            url=url_for("bookings.details_view", id=row.id),
            when=write(row.scheduled_at),
            title=row.service.title if row.service else "—",
            detail=_name(getattr(row, other_side)),
            badge=badge(_(row.status), row.status),
        )

    return make


def _customer_row_maker() -> Callable[[Any], PanelRow]:
    """Return what makes the rows of bookings of one listing, whose title need not be said."""
    make = _row_maker("customer")
    return lambda row: replace((made := make(row)), title=breakable(made.detail), detail="")


def _name(person: Any) -> str:
    return str(person.name if person else _("a missing record"))
