"""Named selects over services."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.models import User
from marketplace.accounts.queries import USERS, full_name_column, person
from marketplace.backoffice.search import Search, Source, best_matches, spaced_text
from marketplace.listings.models import Service

MOST_CATEGORIES = 500
"""Another program may write what it likes into the column; nobody chooses from more."""


def services() -> sa.Select[Service]:
    """Select services with their providers; a service whose provider does not exist is there, too."""
    return sa.select(Service).options(joinedload(Service.provider).load_only(User.email, User.profile))


def listed_services(page: sa.FromClause) -> sa.Select[*tuple[Any, ...]]:
    """Select what the list shows of a `page` of services, with their providers, be those there or not."""
    shown = [column for column in page.c if column.key != "description"]
    return sa.select(*shown, person("provider", User)).outerjoin_from(page, User, User.id == page.c.provider_id)


SERVICES = Source(Service.id, spaced_text(Service.title, Service.category))
"""Services by title and category (migration 0004)."""

SERVICE_SEARCH = Search(
    Service.id,
    through=((Service.id, SERVICES), (Service.provider_id, USERS)),
    ids=(Service.id, Service.provider_id),
)


def find_services(session: Session, term: str, limit: int) -> list[Service]:
    """Return services that match `term`, active ones first; none whose provider is anonymised."""
    found = best_matches(session, services(), SERVICES, term, name=lambda service: service.title, limit=limit)
    found = [service for service in found if not (service.provider and service.provider.is_anonymised)]
    return sorted(found, key=lambda service: not service.is_active)


def get_service(session: Session, identity: uuid.UUID) -> Service | None:
    return session.scalars(services().where(Service.id == identity)).unique().one_or_none()


def title_of_service(session: Session, identity: uuid.UUID) -> str | None:
    """Return the title of a service; None where there is none."""
    return session.scalar(sa.select(Service.title).where(Service.id == identity))


def categories(session: Session) -> list[str]:
    """Return the categories in use, each by one look into the index on them; not more than MOST_CATEGORIES."""
    first = sa.select(sa.func.min(Service.category).label("category"), sa.literal(1).label("number"))
    each = first.cte("each_category", recursive=True)
    following = sa.select(sa.func.min(Service.category)).where(Service.category > each.c.category).scalar_subquery()
    step = sa.select(following, each.c.number + 1)
    each = each.union_all(step.where(each.c.category.is_not(None), each.c.number < MOST_CATEGORIES))
    return list(session.scalars(sa.select(each.c.category).where(each.c.category.is_not(None)).order_by(each.c.number)))


def exported_services() -> sa.Select[*tuple[Any, ...]]:
    """Select one line of text and figures a service; times are UTC."""
    return sa.select(
        Service.id,
        Service.title,
        Service.category,
        Service.price,
        Service.currency,
        Service.duration,
        Service.is_active,
        User.email.label("provider_email"),
        full_name_column().label("provider_name"),
        Service.description,
        Service.created_at,
    ).outerjoin(User, User.id == Service.provider_id)
