"""How bookings stand in lists and on pages."""

import uuid
from decimal import Decimal
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.backoffice.cells import Cell, badge_cell, html, linker, missing
from marketplace.batches.models import Batch
from marketplace.bookings.models import Booking, BookingStatus
from marketplace.extensions import db
from marketplace.listings.many import SERVICE_VERBS
from marketplace.listings.queries import title_of_service
from marketplace.permissions import Permission
from marketplace.web.formats import money, money_writer, number

status_cell = badge_cell(lambda row: row.status, lambda: {status: (_(status), status) for status in BookingStatus})


def service_cell(_name: str) -> Cell:
    link = linker("services.details_view", Permission.SERVICES_READ)

    def cell(row: Booking) -> Markup:
        return missing(row.service_id) if row.service is None else link(row.service.id, row.service.title)

    return cell


def service_title(identity: uuid.UUID) -> str | None:
    """Name a service by which the list is narrowed."""
    return title_of_service(db.session(), identity)


def batch_title(identity: uuid.UUID) -> str | None:
    """Name a batch by whose services the list is narrowed."""
    batch = db.session.get(Batch, identity)
    if batch is None:
        return None
    label = next((verb.label for verb in SERVICE_VERBS if verb.name == batch.verb), batch.verb)
    return str(_("%(verb)s: %(number)s", verb=label, number=number(batch.size)))


def amount_cell(_name: str) -> Cell:
    write = money_writer()
    return lambda row: write(row.total_amount, row.service.currency if row.service else None)


def when_cell(_name: str) -> Cell:
    """Make the cell of a booking's time on its page: from, to and where that holds; then the same in UTC."""
    template = current_app.jinja_env.get_template("bookings/when.html")

    def cell(row: Booking) -> Markup:
        utc = f"{row.scheduled_at:%Y-%m-%d %H:%M} – {row.ends_at:%H:%M} UTC"
        return html(template.render(starts_at=row.scheduled_at, ends_at=row.ends_at, utc=utc))

    return cell


def told_amount(value: Any, row: Booking) -> str:
    return money(Decimal(value), row.service.currency if row.service else None)
