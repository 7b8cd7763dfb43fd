"""The screen of services."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from marketplace.accounts.cells import person_cell, short_person_cell, user_title
from marketplace.backoffice.cells import brief_time_cell, raw_cell, time_cell
from marketplace.backoffice.filters import ChoiceFilter, RecordFilter
from marketplace.backoffice.ordering import Order
from marketplace.backoffice.screen import actor
from marketplace.backoffice.table import Verb
from marketplace.backoffice.timeline import BEGAN
from marketplace.listings import queries
from marketplace.listings.cells import (
    DECISION_LABELS,
    SIGNAL_LABELS,
    active_cell,
    category_choices,
    price_cell,
    title_cell,
)
from marketplace.listings.forms import REASON_WORDS, ServiceForm, images_of, slots_of
from marketplace.listings.many import SERVICE_VERBS
from marketplace.listings.models import Service
from marketplace.listings.operations import edit_service
from marketplace.listings.queue import waits_with_signal
from marketplace.listings.review_view import ReviewScreen
from marketplace.listings.schemas import WEEKDAYS, availability_problems, images_problems
from marketplace.permissions import Permission
from marketplace.web.formats import money, recorded


def hours_text(availability: Any) -> str:
    """Write a recorded week for people, a line for each day on which it is open."""
    days = {day: ", ".join(f"{slot['start']}–{slot['end']}" for slot in availability[day]) for day in availability}
    return "\n".join(f"{_(day.capitalize())} {hours}" for day, hours in days.items() if hours) or "—"


ACTIVE = {"yes": Service.is_active.is_(True), "no": Service.is_active.is_not(True)}


class ServiceView(ReviewScreen):
    record_name = "service"
    read_permission = Permission.SERVICES_READ
    edit_permission = Permission.SERVICES_EDIT
    export_permission = Permission.SERVICES_EXPORT
    list_template = "listings/list.html"
    details_template = "listings/service.html"
    edit_template = "listings/edit_service.html"
    change_form = ServiceForm

    column_list = ("title", "category", "provider", "price", "duration", "is_active", "created_at")
    column_details_list = (
        "title",
        "provider",
        "category",
        "price",
        "duration",
        "is_active",
        "created_at",
        "description",
        "availability",
        "images",
    )
    column_labels = {
        "title": _l("Title"),
        "category": _l("Category"),
        "provider": _l("Provider"),
        "price": _l("Price"),
        "duration": _l("Minutes"),
        "is_active": _l("State"),
        "created_at": _l("Listed"),
        "description": _l("Description"),
        "availability": _l("Availability"),
        "images": _l("Images"),
        "decision": _l("Decision"),
        "reason_code": _l("Reason"),
    }
    cells = {
        "title": title_cell,
        "provider": person_cell,
        "price": price_cell,
        "is_active": active_cell,
        "created_at": time_cell,
        "availability": raw_cell(availability_problems, shape="week"),
        "images": raw_cell(images_problems),
    }
    list_cells = {"created_at": brief_time_cell, "provider": short_person_cell}
    sort_columns = {
        "title": Service.title,
        "category": Order(Service.category, Service.id, further=(Service.title,)),
        "price": Service.price,
        "duration": Service.duration,
        "created_at": Service.created_at,
    }
    list_filters = (
        ChoiceFilter("category", _l("Category"), category_choices, lambda value: Service.category == value),
        ChoiceFilter("active", _l("Active"), [("yes", _l("Yes")), ("no", _l("No"))], ACTIVE.__getitem__),
        ChoiceFilter("signal", _l("Waits with signal"), SIGNAL_LABELS, waits_with_signal),
        RecordFilter("provider", _l("Provider"), lambda value: Service.provider_id == value, user_title),
    )
    searched = queries.SERVICE_SEARCH
    bulk_verbs = SERVICE_VERBS
    search_hint = _l("Title, category, provider or id")
    made = "service.created"
    happenings = {
        "service.edited": _l("The service was edited."),
        "service.approved": _l("The listing was approved."),
        "service.changes_requested": _l("Changes were requested."),
        "service.taken_down": _l("The listing was taken down."),
        "service.reinstated": _l("The listing was put back."),
        "service.reversed": _l("A decision was taken back."),
        BEGAN: _l("The service was listed in the marketplace."),
    }
    tellings = {
        "price": lambda value, service: money(Decimal(value), service.currency),
        "duration": lambda value, _service: _("%(minutes)s minutes", minutes=value),
        "availability": lambda value, _service: hours_text(value),
        "images": lambda value, _service: ("\n".join(value) or "—") if isinstance(value, list) else recorded(value),
        "is_active": lambda value, _service: _("active") if value else _("inactive"),
        "decision": lambda value, _service: DECISION_LABELS[value][0],
        "reason_code": lambda value, _service: REASON_WORDS[value],
    }

    def rows(self) -> sa.Select[Any]:
        return queries.services()

    def listed(self, page: sa.FromClause) -> sa.Select[Any]:
        return queries.listed_services(page)

    def exported(self) -> sa.Select[Any]:
        return queries.exported_services()

    def concerns_nobody(self, row: Service) -> bool:
        return row.provider is not None and row.provider.is_anonymised

    def verbs(self, row: Service) -> Sequence[Verb]:
        if not current_user.may(Permission.SERVICES_MODERATE):
            return ()
        return (Verb(_("Review"), self.get_url(".review_view", record_id=row.id)),)

    def change_row(self, row: Service, changes: Mapping[str, Any]) -> None:
        new = {name: value for name, value in changes.items() if name not in (*WEEKDAYS, "images")}
        days = {name: slots_of(value) for name, value in changes.items() if name in WEEKDAYS}
        if days:
            readable = row.availability if not availability_problems(row.availability) else {}
            new["availability"] = {name: readable.get(name, []) for name in WEEKDAYS} | days
        if "images" in changes:
            new["images"] = images_of(changes["images"])
        edit_service(row, changes=new, actor=actor())
