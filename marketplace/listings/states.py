"""What is known of each listing: whether it is to be reviewed, its signals; looked at anew where it has changed."""

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.queries import anonymised_among
from marketplace.database import utcnow
from marketplace.listings.models import Decision, Service, ServiceReview, ServiceState, SignalKind
from marketplace.listings.reviews import is_as_decided, standing_reviews, taken_down_counts
from marketplace.listings.signals import Signal, signals_of
from marketplace.sql import content_digest

DIGEST = content_digest(
    Service.title,
    Service.description,
    Service.category,
    Service.price,
    Service.currency,
    Service.duration,
    Service.availability,
    Service.images,
    Service.is_active,
    Service.provider_id,
)
"""Of all that reviews and signals look at."""

AT_ONCE = 200
"""Listings that are looked at together."""


def digests_of(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the digest of each of these listings as it is now."""
    return dict(session.execute(sa.select(Service.id, DIGEST).where(Service.id.in_(ids))).all())


def sights(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return of each of these listings what there is to be looked at before one decides on it, as a text to compare."""
    standing = standing_reviews(session, ids)
    digests = digests_of(session, ids)
    return {service_id: sight_of(digest, standing.get(service_id)) for service_id, digest in digests.items()}


def sight_of(digest: str, standing: ServiceReview | None) -> str:
    """Return what is looked at: the listing, and the decision that stands on it."""
    return f"{digest}.{standing.id if standing else ''}"


def outdated_listings(most: int | None) -> sa.Select[uuid.UUID]:
    """Select the ids of listings that nobody has looked at as they are now, whoever has changed them."""
    known = sa.select(Service.id).outerjoin(ServiceState, ServiceState.service_id == Service.id)
    return known.where(ServiceState.content_digest.is_distinct_from(DIGEST)).limit(most)


def count_outdated(session: Session) -> int:
    """Return how many listings nobody has looked at as they are now."""
    return session.scalar(sa.select(sa.func.count()).select_from(outdated_listings(None).subquery())) or 0


def count_unseen(session: Session, most: int) -> int:
    """Return how many listings have changed that did not wait already, counted up to `most`: it may be they do now."""
    return session.scalar(sa.select(sa.func.count()).select_from(_unseen(most).subquery())) or 0


def unseen_figures(session: Session) -> tuple[int, dt.datetime | None]:
    """Return how many those are, and since when the oldest is listed that nobody has looked at ever."""
    unseen = _unseen(None).subquery()
    new = sa.func.min(Service.created_at).filter(ServiceState.service_id.is_(None))
    figures = sa.select(sa.func.count(), new).select_from(unseen).join(Service, Service.id == unseen.c.id)
    count, oldest = session.execute(figures.outerjoin(ServiceState, ServiceState.service_id == Service.id)).one()
    return count, oldest


def _unseen(most: int | None) -> sa.Select[uuid.UUID]:
    return outdated_listings(most).where(ServiceState.needs_review.is_not(True))


def forget_states(session: Session) -> None:
    """Have every listing looked at anew, as if it had changed."""
    session.execute(sa.update(ServiceState).values(content_digest=""), execution_options={"synchronize_session": False})


def forget_others(session: Session, state: ServiceState) -> None:
    """Have the other listings of a provider that wait looked at anew, but for those that somebody has just in hand."""
    others = sa.select(ServiceState.service_id).where(
        ServiceState.provider_id == state.provider_id,
        ServiceState.service_id != state.service_id,
        ServiceState.needs_review.is_(True),
        ServiceState.content_digest != "",
    )
    free = others.with_for_update(skip_locked=True, key_share=True)
    forgotten = sa.update(ServiceState).where(ServiceState.service_id.in_(free)).values(content_digest="")
    session.execute(forgotten.execution_options(synchronize_session="fetch"))


def look_at_outdated(session: Session, *, most: int) -> int:
    """Look at listings that have changed, at `most` so many; return how many those were. Those that are gone go."""
    known = sa.select(ServiceState.service_id).outerjoin(Service, Service.id == ServiceState.service_id)
    if gone := session.scalars(known.where(Service.id.is_(None)).limit(AT_ONCE)).all():
        forgotten = sa.delete(ServiceState).where(ServiceState.service_id.in_(gone))
        session.execute(forgotten.execution_options(synchronize_session=False))
    ids = session.scalars(outdated_listings(most)).all()
    for start in range(0, len(ids), AT_ONCE):
        look_at(session, ids[start : start + AT_ONCE])
    return len(ids)


def look_at(session: Session, ids: Sequence[uuid.UUID]) -> None:
    """Store what is known of these listings as they are now."""
    found = session.execute(sa.select(Service, DIGEST).where(Service.id.in_(ids))).all()
    services = [service for service, _digest in found]
    known = {
        state.service_id: state
        for state in session.scalars(sa.select(ServiceState).where(ServiceState.service_id.in_(ids)))
    }
    standing = standing_reviews(session, ids)
    taken_down = taken_down_counts(session, {service.provider_id for service in services})
    signals = signals_of(session, services, taken_down=taken_down)
    nobodys = anonymised_among(session, {service.provider_id for service in services})
    for service, digest in found:
        state = known.get(service.id)
        if state is None:
            state = ServiceState(service_id=service.id, needs_review=False, is_edited=False)
            session.add(state)
        state.content_digest = digest
        state.provider_id, state.category = service.provider_id, service.category
        _note_signals(state, signals.get(service.id, ()))
        note_review(state, service, standing.get(service.id), is_nobodys=service.provider_id in nobodys)


def note_review(
    state: ServiceState, service: Service, review: ServiceReview | None, *, is_nobodys: bool = False
) -> None:
    """Store whether the listing needs a review, given the decision that stands on it.

    :param is_nobodys: whether its provider is anonymised: nobody offers it any more.
    """
    now = utcnow()
    needs_review = not is_nobodys and not is_as_decided(service, review)
    if needs_review and not state.needs_review:
        state.waiting_since = now if review else service.created_at or now
    elif review and not needs_review:
        state.waiting_since = review.decided_at
    elif state.waiting_since is None:
        state.waiting_since = now
    state.review_id = review.id if review else None
    state.needs_review, state.is_edited = needs_review, review is not None
    state.is_sent_back = not needs_review and review is not None and review.decision == Decision.CHANGES_REQUESTED
    state.looked_at = now


def _note_signals(state: ServiceState, signals: Sequence[Signal]) -> None:
    state.signals = [[signal.kind.value, dict(signal.facts)] for signal in signals]
    kinds = dict.fromkeys(signal.kind.value for signal in signals)
    state.signal_kinds = f" {' '.join(kinds)} " if kinds else ""
    state.signal_count = len(kinds)


def read_signals(state: ServiceState) -> list[Signal]:
    """Return the signals that were stored; of a kind that is no more, none."""
    return [Signal(SignalKind(kind), facts) for kind, facts in state.signals if kind in set(SignalKind)]
