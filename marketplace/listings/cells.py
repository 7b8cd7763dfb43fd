"""How listings stand in lists and on pages, and what they can be narrowed to."""

from collections.abc import Sequence

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from marketplace.backoffice.cells import Cell, badge_cell, html, mark
from marketplace.extensions import db
from marketplace.listings import queries
from marketplace.listings.models import Decision, Service, SignalKind
from marketplace.listings.schemas import availability_problems, images_problems
from marketplace.web.formats import money_writer

SIGNAL_LABELS = [
    (SignalKind.CONTACT.value, _l("Contact details")),
    (SignalKind.PRICE.value, _l("Price")),
    (SignalKind.DUPLICATE.value, _l("Same text")),
    (SignalKind.SHOUTING.value, _l("Shouting")),
    (SignalKind.AVAILABILITY.value, _l("Availability")),
    (SignalKind.IMAGES.value, _l("No images")),
    (SignalKind.PROVIDER.value, _l("Provider")),
]

DECISION_LABELS = {
    Decision.APPROVED.value: (_l("approved"), "confirmed"),
    Decision.CHANGES_REQUESTED.value: (_l("changes requested"), "pending"),
    Decision.TAKEN_DOWN.value: (_l("taken down"), "malformed"),
    Decision.REINSTATED.value: (_l("reinstated"), "confirmed"),
    Decision.REVERSED.value: (_l("taken back"), "cancelled"),
}
"""Decision to its word and the tone of its badge."""

active_cell = badge_cell(
    lambda row: "active" if row.is_active else "inactive",
    lambda: {"active": (_("active"), "confirmed"), "inactive": (_("inactive"), "cancelled")},
)


def price_cell(_name: str) -> Cell:
    write = money_writer()
    return lambda row: write(row.price, row.currency)


def title_cell(_name: str) -> Cell:
    marked = _("malformed")

    def cell(row: Service) -> Markup:
        problems = availability_problems(row.availability) + images_problems(row.images)
        title = f'<span dir="auto">{escape(row.title)}</span>'
        return html(f"{title} {mark(problems, marked)}" if problems else title)

    return cell


def category_choices() -> Sequence[tuple[str, str]]:
    if "categories" not in g:
        g.categories = [(category, category) for category in queries.categories(db.session())]
    found: Sequence[tuple[str, str]] = g.categories
    return found
