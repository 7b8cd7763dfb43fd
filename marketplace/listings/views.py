"""The screen of services."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from marketplace.accounts.cells import person_cell
from marketplace.backoffice.cells import badge, mark, raw_value, time_cell
from marketplace.backoffice.filters import ChoiceFilter, RecordFilter
from marketplace.backoffice.screen import actor
from marketplace.backoffice.table import TableView
from marketplace.extensions import db
from marketplace.listings import queries
from marketplace.listings.forms import ServiceForm, images_of, slots_of
from marketplace.listings.models import Service
from marketplace.listings.operations import edit_service
from marketplace.listings.schemas import WEEKDAYS, availability_problems, images_problems
from marketplace.permissions import Permission
from marketplace.web.formats import money


def price_cell(_view: Any, _context: Any, row: Service, _name: str) -> str:
    return money(row.price, row.currency)


def active_cell(_view: Any, _context: Any, row: Service, _name: str) -> Markup:
    return badge("active", "confirmed") if row.is_active else badge("inactive", "cancelled")


def title_cell(_view: Any, _context: Any, row: Service, _name: str) -> Markup:
    problems = availability_problems(row.availability) + images_problems(row.images)
    return Markup('<span dir="auto">{}</span> {}').format(row.title, mark(problems, "malformed") if problems else "")


def availability_cell(_view: Any, _context: Any, row: Service, _name: str) -> Any:
    return raw_value(row.availability, availability_problems(row.availability), shape="week")


def images_cell(_view: Any, _context: Any, row: Service, _name: str) -> Any:
    return raw_value(row.images, images_problems(row.images))


def category_choices() -> Sequence[tuple[str, str]]:
    return [(category, category) for category in queries.categories(db.session())]


ACTIVE = {"yes": Service.is_active.is_(True), "no": Service.is_active.is_not(True)}


class ServiceView(TableView):
    record_name = "service"
    read_permission = Permission.SERVICES_READ
    edit_permission = Permission.SERVICES_EDIT
    export_permission = Permission.SERVICES_EXPORT
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
    }
    column_formatters = {
        "title": title_cell,
        "provider": person_cell("provider"),
        "price": price_cell,
        "is_active": active_cell,
        "created_at": time_cell,
        "availability": availability_cell,
        "images": images_cell,
    }
    sort_columns = {
        "title": Service.title,
        "category": Service.category,
        "price": Service.price,
        "duration": Service.duration,
        "is_active": Service.is_active,
        "created_at": Service.created_at,
    }
    list_filters = (
        ChoiceFilter("category", _l("Category"), category_choices, lambda value: Service.category == value),
        ChoiceFilter("active", _l("Active"), [("yes", _l("Yes")), ("no", _l("No"))], ACTIVE.__getitem__),
        RecordFilter("provider", _l("Provider"), lambda value: Service.provider_id == value),
    )
    search_hint = _l("Title, category, provider or id")

    def rows(self) -> sa.Select[Any]:
        return queries.services()

    def exported(self) -> sa.Select[Any]:
        return queries.exported_services()

    def search(self, select: sa.Select[Any], term: str) -> sa.Select[Any]:
        return queries.search_services(select, term)

    def change_row(self, row: Service, changes: Mapping[str, Any]) -> None:
        new = {name: value for name, value in changes.items() if name not in (*WEEKDAYS, "images")}
        days = {name: slots_of(value) for name, value in changes.items() if name in WEEKDAYS}
        if days:
            readable = row.availability if not availability_problems(row.availability) else {}
            new["availability"] = {name: readable.get(name, []) for name in WEEKDAYS} | days
        if "images" in changes:
            new["images"] = images_of(changes["images"])
        edit_service(row, changes=new, actor=actor())
