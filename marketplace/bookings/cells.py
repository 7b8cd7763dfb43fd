"""How bookings stand in lists and on pages."""

from decimal import Decimal
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.backoffice.cells import Cell, badge_cell, html, linker, missing
from marketplace.bookings.models import Booking, BookingStatus
from marketplace.permissions import Permission
from marketplace.web.formats import money, money_writer

status_cell = badge_cell(lambda row: row.status, lambda: {status: (_(status), status) for status in BookingStatus})


def service_cell(_name: str) -> Cell:
    link = linker("services.details_view", Permission.SERVICES_READ)

    def cell(row: Booking) -> Markup:
        return missing(row.service_id) if row.service is None else link(row.service.id, row.service.title)

    return cell


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
