"""The queue of listings that need a review: named selects, and which is the next for whom."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import User
from marketplace.accounts.queries import person
from marketplace.backoffice.referred import Referred
from marketplace.backoffice.search import Search
from marketplace.database import utcnow
from marketplace.listings.claims import claim_service, is_free_for
from marketplace.listings.models import Decision, Service, ServiceReview, ServiceState
from marketplace.listings.queries import SERVICES

WAITING = ServiceState.needs_review.is_(True)

QUEUE_SEARCH = Search(
    ServiceState.service_id,
    through=((ServiceState.service_id, SERVICES),),
    ids=(ServiceState.service_id, ServiceState.provider_id),
)
"""Listings that wait by title, category or id."""

Place = tuple[dt.datetime, uuid.UUID]
"""Where a listing stands in the queue: since when it has waited, and its id."""

MOST_TRIED = 5
"""Listings that are tried in turn where others claim them at the same moment."""


def queued(page: sa.FromClause) -> sa.Select[*tuple[Any, ...]]:
    """Select what the queue shows of a `page` of states."""
    return (
        sa.select(
            page.c.service_id.label("id"),
            *page.c,
            Referred("service", Service.id, Service.title, Service.price, Service.currency),
            person("provider", User),
        )
        .select_from(page)
        .outerjoin(Service, Service.id == page.c.service_id)
        .outerjoin(User, User.id == page.c.provider_id)
    )


def claim_next(
    session: Session,
    *,
    narrowed_to: Sequence[sa.ColumnElement[bool]] = (),
    after: Place | None = None,
    actor: Any,
) -> uuid.UUID | None:
    """Claim the listing that has waited longest and that nobody else has claimed; return its id, or None.

    :param narrowed_to: conditions on ServiceState, as the filters of the queue make them.
    :param after: where the one stands behind which to look.
    """
    place = ServiceState.waiting_since, ServiceState.service_id
    is_there = sa.exists().where(Service.id == ServiceState.service_id)
    free = is_free_for(actor.id, utcnow())
    waiting = sa.select(ServiceState.service_id).where(WAITING, *narrowed_to, free, is_there)
    if after is not None:
        waiting = waiting.where(sa.tuple_(*place) > sa.tuple_(*map(sa.literal, after)))
    for service_id in session.scalars(waiting.order_by(*place).limit(MOST_TRIED)):
        if claim_service(session, service_id, actor=actor):
            return service_id
    return None


def place_of(state: ServiceState | None) -> Place | None:
    """Return where a listing stands in the queue, or stood when it was decided on."""
    return (state.waiting_since, state.service_id) if state else None


def waiting_count(session: Session, most: int) -> int:
    """Return how many listings wait for a review, counted up to `most`."""
    some = sa.select(ServiceState.service_id).where(WAITING).limit(most).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def decisions_of_provider(session: Session, provider_id: uuid.UUID) -> dict[str, int]:
    """Return how many decisions of each kind there were on the listings of a provider."""
    counts = sa.select(ServiceReview.decision, sa.func.count()).where(ServiceReview.provider_id == provider_id)
    return dict(session.execute(counts.group_by(ServiceReview.decision)).all())


def listings_of_provider(session: Session, provider_id: uuid.UUID) -> dict[bool, int]:
    """Return how many listings of a provider are active, and how many are not."""
    is_active = sa.func.coalesce(Service.is_active, sa.false())
    counts = sa.select(is_active, sa.func.count()).where(Service.provider_id == provider_id).group_by(is_active)
    return {bool(active): count for active, count in session.execute(counts)}


def reviews_of(session: Session, service_id: uuid.UUID, most: int = 20) -> Sequence[ServiceReview]:
    """Return the decisions on a listing, the newest first."""
    about = sa.select(ServiceReview).where(ServiceReview.service_id == service_id)
    return session.scalars(about.order_by(ServiceReview.decided_at.desc(), ServiceReview.id.desc()).limit(most)).all()


def waiting_figures(session: Session) -> tuple[int, dt.datetime | None]:
    """Return how many listings wait for a review, and since when the oldest does."""
    figures = sa.select(sa.func.count(), sa.func.min(ServiceState.waiting_since)).where(WAITING)
    count, oldest = session.execute(figures).one()
    return count, oldest


def decisions_since(session: Session, since: dt.datetime) -> Sequence[tuple[dt.datetime, str, str, bool]]:
    """Return when each decision from `since` on was made, by whom, which, and whether it was taken back later."""
    reversal = aliased(ServiceReview)
    decided = (
        sa.select(
            ServiceReview.decided_at,
            ServiceReview.reviewer_label,
            ServiceReview.decision,
            reversal.id.is_not(None).label("is_reversed"),
        )
        .outerjoin(reversal, reversal.reverses_id == ServiceReview.id)
        .where(ServiceReview.decided_at >= since, ServiceReview.decision != Decision.REVERSED)
        .order_by(ServiceReview.decided_at)
    )
    return [(at, who, decision, bool(is_reversed)) for at, who, decision, is_reversed in session.execute(decided)]
