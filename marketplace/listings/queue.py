"""The queue of listings that need a review: named selects, and which is the next for whom."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import User
from marketplace.accounts.queries import USERS, person
from marketplace.backoffice.ordering import Order, Position
from marketplace.backoffice.referred import Referred
from marketplace.backoffice.search import Search
from marketplace.database import session_of, utcnow
from marketplace.listings.claims import claim_service, is_free_for
from marketplace.listings.models import Decision, Service, ServiceReview, ServiceState
from marketplace.listings.queries import SERVICES

WAITING = ServiceState.needs_review.is_(True)

SENT_BACK = ServiceState.is_sent_back.is_(True)

QUEUE_SEARCH = Search(
    ServiceState.service_id,
    through=((ServiceState.service_id, SERVICES), (ServiceState.provider_id, USERS)),
    ids=(ServiceState.service_id, ServiceState.provider_id),
)
"""Listings that wait by title, category, provider or id."""

Place = Mapping[str, Any]
"""Where a listing stands in the queue: column of its state to value, of all that the queue is sorted by."""

PLACED_BY = ("waiting_since", "signal_count", "service_id")

OLDEST_FIRST = Order(ServiceState.waiting_since, ServiceState.service_id)

MOST_SIGNALS_FIRST = Order(
    ServiceState.signal_count,
    ServiceState.service_id,
    descending=True,
    further=(ServiceState.waiting_since,),
    opposed=True,
)
"""Of as many, those first that have waited longest."""

MOST_TRIED = 5
"""Listings that are tried in turn where others claim them at the same moment."""


def waits_with_signal(kind: str) -> sa.ColumnElement[bool]:
    """Return the condition for services that the queue shows with a signal of this kind."""
    return Service.id.in_(sa.select(ServiceState.service_id).where(WAITING, ServiceState.has_signal(kind)))


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
    order: Order = OLDEST_FIRST,
    after: Place | None = None,
    actor: Any,
) -> uuid.UUID | None:
    """Claim the first listing that waits and that nobody else has claimed; return its id, or None.

    :param narrowed_to: conditions on ServiceState, as the filters of the queue make them.
    :param after: where the one stands behind which to look.
    """
    is_there = sa.exists().where(Service.id == ServiceState.service_id)
    free = is_free_for(actor.id, utcnow())
    waiting = sa.select(ServiceState.service_id).where(WAITING, *narrowed_to, free, is_there)
    if after is not None:
        value, *rest = (after[column.key] for column in order.columns)
        waiting = waiting.where(order.beyond(Position(value, tuple(rest)), backwards=False))
    for service_id in session.scalars(waiting.order_by(*order.clauses(backwards=False)).limit(MOST_TRIED)):
        if claim_service(session, service_id, actor=actor):
            return service_id
    return None


def place_of(state: ServiceState | None) -> Place | None:
    """Return where a listing stands in the queue, or stood when it was decided on."""
    if state is None:
        return None
    place = {name: getattr(state, name) for name in PLACED_BY}
    decided = session_of(state).get(ServiceReview, state.review_id) if not state.needs_review else None
    return {**place, "waiting_since": decided.waited_since} if decided and decided.waited_since else place


def waiting_count(session: Session, most: int, narrowed_to: Sequence[sa.ColumnElement[bool]] = ()) -> int:
    """Return how many listings wait for a review, counted up to `most`."""
    some = sa.select(ServiceState.service_id).where(WAITING, *narrowed_to).limit(most).subquery()
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
