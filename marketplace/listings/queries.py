"""Named selects over services."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.models import User
from marketplace.accounts.queries import as_uuid, full_name_column, matching_user_ids
from marketplace.listings.models import Service


def services() -> sa.Select[Service]:
    """Select services with their providers; a service whose provider does not exist is there, too."""
    return sa.select(Service).options(joinedload(Service.provider).load_only(User.email, User.profile))


def search_services(select: sa.Select[Any], term: str) -> sa.Select[Any]:
    identity = as_uuid(term)
    if identity:
        return select.where(sa.or_(Service.id == identity, Service.provider_id == identity))
    return select.where(
        sa.or_(
            Service.title.icontains(term, autoescape=True),
            Service.category.icontains(term, autoescape=True),
            Service.provider_id.in_(matching_user_ids(term)),
        )
    )


def matching_service_ids(term: str) -> sa.Select[uuid.UUID]:
    return sa.select(Service.id).where(Service.title.icontains(term, autoescape=True))


def find_services(session: Session, term: str, limit: int) -> list[Service]:
    """Return services that match `term`, active ones first."""
    found = search_services(services(), term).order_by(
        (sa.func.lower(Service.title) == term.lower()).desc(), Service.is_active.is_not(True), Service.title, Service.id
    )
    return list(session.scalars(found.limit(limit)))


def get_service(session: Session, identity: uuid.UUID) -> Service | None:
    return session.scalars(services().where(Service.id == identity)).unique().one_or_none()


def categories(session: Session) -> list[str]:
    """Return the categories in use."""
    return list(session.scalars(sa.select(Service.category).distinct().order_by(Service.category)))


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
