"""Decisions on listings: what each was about, which one stands, and whether the listing has changed since."""

import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import plain_value
from marketplace.listings.models import Decision, Service, ServiceReview

REVIEWED = ("title", "description", "category", "price", "currency", "duration", "images")
"""Columns of `services` that a decision is about: where one of them changes, the listing needs another."""

STANDS = ServiceReview.id.not_in(
    sa.select(ServiceReview.reverses_id).where(ServiceReview.reverses_id.is_not(None)).scalar_subquery()
)
"""The condition for decisions that nobody has taken back."""


def reviewed_values(service: Service) -> dict[str, Any]:
    """Return what a decision on `service` is about, as JSON holds it."""
    values = {name: plain_value(getattr(service, name)) for name in REVIEWED}
    return {**values, "images": _storable(values["images"])}


def _storable(images: Any) -> Any:
    """Return stored images as any JSON column takes them: another program may have left what is none, such as NaN."""
    is_list = isinstance(images, list) and all(isinstance(each, str) for each in images)
    return images if images is None or is_list else json.dumps(images, sort_keys=True, default=str)


def is_as_decided(service: Service, review: ServiceReview | None) -> bool:
    """Whether the listing is as it was when `review` decided on it, and still off where that took it down."""
    return review is not None and not changes_since(service, review)


def changes_since(service: Service, review: ServiceReview) -> dict[str, tuple[Any, Any]]:
    """Return the fields that differ from what `review` decided on, with both values."""
    then, now = review.reviewed, reviewed_values(service)
    changed = {name: (then.get(name), now[name]) for name in REVIEWED if then.get(name) != now[name]}
    if review.decision == Decision.TAKEN_DOWN and service.is_active:
        changed["is_active"] = (False, True)
    return changed


def standing_reviews(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, ServiceReview]:
    """Return the decision that stands on each of these listings: the last one that nobody took back."""
    standing = (
        sa.select(ServiceReview)
        .where(ServiceReview.service_id.in_(list(ids)), ServiceReview.decision != Decision.REVERSED)
        .where(STANDS)
        .order_by(ServiceReview.decided_at, ServiceReview.id)
    )
    return {review.service_id: review for review in session.scalars(standing)}


def last_approval(session: Session, service_id: uuid.UUID) -> ServiceReview | None:
    """Return the last decision that approved the listing and was not taken back."""
    approving = ServiceReview.decision.in_([Decision.APPROVED.value, Decision.REINSTATED.value])
    approved = sa.select(ServiceReview).where(ServiceReview.service_id == service_id, approving)
    newest_first = ServiceReview.decided_at.desc(), ServiceReview.id.desc()
    return session.scalars(approved.where(STANDS).order_by(*newest_first).limit(1)).first()


def taken_down_counts(session: Session, providers: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """Return of how many listings of each provider it was decided to take them down, decisions taken back aside."""
    counts = (
        sa.select(ServiceReview.provider_id, sa.func.count(ServiceReview.service_id.distinct()))
        .where(ServiceReview.provider_id.in_(list(providers)), ServiceReview.decision == Decision.TAKEN_DOWN)
        .where(STANDS)
        .group_by(ServiceReview.provider_id)
    )
    return dict(session.execute(counts).all())
