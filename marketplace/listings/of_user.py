"""The listings on the page of the user who offers them."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from flask import url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from marketplace.accounts.models import User, UserRole
from marketplace.backoffice.cells import brief_time_cell, named_cell
from marketplace.backoffice.ordering import Order
from marketplace.backoffice.paging import Listed
from marketplace.backoffice.record_lists import Choice, RecordColumn, RecordList, RecordPage
from marketplace.extensions import db
from marketplace.listings import queries
from marketplace.listings.cells import active_cell, price_cell, title_cell
from marketplace.listings.models import Service
from marketplace.permissions import Permission

LISTINGS = RecordList(
    "listings",
    _l("Listings"),
    "services.details_view",
    Listed.of(Service, queries.listed_services),
    {
        "title": RecordColumn(_l("Title"), title_cell, Order(Service.title, Service.id)),
        "is_active": RecordColumn(_l("State"), active_cell),
        "price": RecordColumn(_l("Price"), price_cell, Order(Service.price, Service.id)),
        "created_at": RecordColumn(
            _l("Listed"), named_cell(_l("Listed"), brief_time_cell), Order(Service.created_at, Service.id)
        ),
    },
    {"all": Choice(_l("All"), lambda: (), sort="title")},
    _l("This user offers nothing."),
)


def listings_of_user(user: User, page: Callable[..., str]) -> Sequence[RecordPage]:
    """Return what `user` offers; of somebody who is no provider only where there is anything.

    :param page: returns the address of the user's page with some parameters.
    """
    if not current_user.may(Permission.SERVICES_READ):
        return ()
    keys = sa.select(Service.id).where(Service.provider_id == user.id)
    found = LISTINGS.read(db.session(), keys, all_url=url_for("services.index_view", provider=user.id), page=page)
    return [found] if user.role == UserRole.PROVIDER or found.page.rows or found.page.previous else ()
