"""What moderators do: approve a listing, ask for changes, take it down, put it back, take a decision back; claim it."""

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import Actor, current_batch, record
from marketplace.database import lock, session_of, utcnow
from marketplace.errors import InvalidInput, Stale, refuse
from marketplace.listings.models import Decision, ReviewReason, Service, ServiceReview, ServiceState
from marketplace.listings.reviews import is_as_decided, reviewed_values, standing_reviews
from marketplace.listings.states import DIGEST, look_at, note_review
from marketplace.words import gettext as _
from marketplace.words import moment

CLAIMED_FOR = dt.timedelta(minutes=10)
"""For how long a listing that somebody has opened is theirs."""

APPROVING = (Decision.APPROVED, Decision.REINSTATED)


def approve_service(service: Service, *, seen: str | None = None, actor: Actor) -> ServiceReview:
    """Approve a listing as it is; one that was taken down is reinstated by it.

    :param seen: the digest of what was looked at; None: whatever it is.
    :raises NotAllowedNow: as `approve_refusal` says.
    :raises Stale: when the listing is no longer what was looked at.
    """
    standing = _lock(service, seen, actor)
    refuse(approve_refusal(service, standing))
    is_active = True if _is_taken_down(service, standing) else service.is_active
    return _decide(service, Decision.APPROVED, is_active=is_active, actor=actor)


def approve_refusal(service: Service, standing: ServiceReview | None) -> str | None:
    """Say why the listing cannot be approved now; None when it can.

    :param standing: the decision that stands on it.
    """
    if standing and standing.decision in APPROVING and is_as_decided(service, standing):
        return _("This listing is approved as it is.")
    return None


def request_changes(
    service: Service, *, reason: ReviewReason, words: str, seen: str | None = None, actor: Actor
) -> ServiceReview:
    """Ask the provider for changes; the listing comes back as soon as it is edited.

    :param words: for the provider; needed with the reason OTHER.
    :raises NotAllowedNow: as `change_request_refusal` says.
    :raises InvalidInput: for other reasons without words.
    :raises Stale: as in `approve_service`.
    """
    _refuse_unsaid(reason, words)
    standing = _lock(service, seen, actor)
    refuse(change_request_refusal(service, standing))
    return _decide(
        service, Decision.CHANGES_REQUESTED, is_active=service.is_active, reason=reason, words=words, actor=actor
    )


def change_request_refusal(service: Service, standing: ServiceReview | None) -> str | None:
    """Say why no changes can be requested now; None when they can."""
    if _is_taken_down(service, standing):
        return _("This listing is taken down.")
    if standing and standing.decision == Decision.CHANGES_REQUESTED and is_as_decided(service, standing):
        return _("Changes were requested already, and none has been made since.")
    return None


def take_down_service(
    service: Service, *, reason: ReviewReason, words: str, seen: str | None = None, actor: Actor
) -> ServiceReview:
    """Take a listing down: nobody can book it any more. Its bookings stay as they are.

    :raises NotAllowedNow: as `take_down_refusal` says.
    :raises InvalidInput: for other reasons without words.
    :raises Stale: as in `approve_service`.
    """
    _refuse_unsaid(reason, words)
    standing = _lock(service, seen, actor)
    refuse(take_down_refusal(service, standing))
    return _decide(service, Decision.TAKEN_DOWN, is_active=False, reason=reason, words=words, actor=actor)


def take_down_refusal(service: Service, standing: ServiceReview | None) -> str | None:
    """Say why the listing cannot be taken down now; None when it can."""
    if _is_taken_down(service, standing):
        return _("This listing is taken down already.")
    return None


def reinstate_service(service: Service, *, seen: str | None = None, actor: Actor) -> ServiceReview:
    """Put back a listing that was taken down, as it is now.

    :raises NotAllowedNow: as `reinstate_refusal` says.
    :raises Stale: as in `approve_service`.
    """
    standing = _lock(service, seen, actor)
    refuse(reinstate_refusal(service, standing))
    return _decide(service, Decision.REINSTATED, is_active=True, actor=actor)


def reinstate_refusal(service: Service, standing: ServiceReview | None) -> str | None:
    """Say why the listing cannot be put back now; None when it can."""
    if not _is_taken_down(service, standing):
        return _("This listing was not taken down.")
    return None


def reverse_review(service: Service, *, review_id: uuid.UUID | None, actor: Actor) -> ServiceReview:
    """Take back the decision that stands on a listing; the one before stands again, and it is as active as it was.

    :param review_id: of that decision, as far as who asks knows.
    :raises NotAllowedNow: as `reverse_refusal` says.
    """
    standing = _lock(service, None, actor)
    refuse(reverse_refusal(service, standing, review_id=review_id))
    if standing is None:
        raise RuntimeError("no decision stands")
    is_active = standing.was_active if standing.was_active != standing.is_active else service.is_active
    return _decide(service, Decision.REVERSED, is_active=is_active, reverses=standing, actor=actor)


def reverse_refusal(service: Service, standing: ServiceReview | None, *, review_id: uuid.UUID | None) -> str | None:
    """Say why the decision `review_id` on the listing cannot be taken back now; None when it can."""
    if standing is None or standing.id != review_id:
        return _("Another decision was made since, or this one was taken back.")
    if standing.was_active != standing.is_active and bool(service.is_active) != bool(standing.is_active):
        return _("The listing was switched on or off since.")
    return None


# -- Claims --------------------------------------------------------------------------------------


def claim_service(session: Session, service_id: uuid.UUID, *, actor: Any) -> bool:
    """Let a listing be `actor`'s for ten minutes, unless it is somebody else's; return whether it is theirs now.

    One conditional UPDATE decides, so that no two ever hold it.
    """
    now = utcnow()
    claimed = (
        sa.update(ServiceState)
        .where(ServiceState.service_id == service_id, is_free_for(actor.id, now))
        .values(claimed_by_id=actor.id, claimed_by_label=actor.audit_label, claimed_until=now + CLAIMED_FOR)
        .returning(ServiceState.service_id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(claimed) is not None


def is_free_for(member_id: Any, now: dt.datetime) -> sa.ColumnElement[bool]:
    """Return the condition for listings that nobody else has claimed."""
    lapsed = sa.or_(ServiceState.claimed_until.is_(None), ServiceState.claimed_until <= now)
    return sa.or_(lapsed, ServiceState.claimed_by_id == member_id)


def claim_refusal(state: ServiceState, *, actor: Any) -> str | None:
    """Say who else is looking at a listing just now; None where nobody is."""
    until = state.claimed_until
    if until is None or until <= utcnow() or state.claimed_by_id == actor.audit_id:
        return None
    return _("%(who)s is looking at this listing until %(end)s.", who=state.claimed_by_label, end=moment(until))


def release_service(session: Session, service_id: uuid.UUID, *, actor: Any) -> None:
    """Give back a listing that `actor` has claimed."""
    mine = ServiceState.service_id == service_id, ServiceState.claimed_by_id == actor.id
    session.execute(sa.update(ServiceState).where(*mine).values(**NOBODY).execution_options(synchronize_session=False))


NOBODY: dict[str, Any] = {"claimed_by_id": None, "claimed_by_label": None, "claimed_until": None}


# -- What they are made of -----------------------------------------------------------------------


def standing_review(service: Service) -> ServiceReview | None:
    """Return the decision that stands on the listing."""
    return standing_reviews(session_of(service), [service.id]).get(service.id)


def review_of_batch(session: Session, service_id: uuid.UUID, batch_id: uuid.UUID) -> uuid.UUID | None:
    """Return the id of the decision that a batch made on a listing."""
    made = ServiceReview.service_id == service_id, ServiceReview.batch_id == batch_id
    return session.scalar(sa.select(ServiceReview.id).where(*made))


def _lock(service: Service, seen: str | None, actor: Actor) -> ServiceReview | None:
    """Lock the listing, see that it is what was looked at, by nobody else; return the decision that stands on it."""
    lock(service)
    session = session_of(service)
    if seen is not None and session.scalar(sa.select(DIGEST).where(Service.id == service.id)) != seen:
        raise Stale(_("The listing was changed while you looked at it, so nothing was decided. Look again."))
    if seen is not None:
        state = session.get(ServiceState, service.id, with_for_update={"key_share": True}, populate_existing=True)
        refuse(claim_refusal(state, actor=actor) if state else None)
    return standing_review(service)


def _is_taken_down(service: Service, standing: ServiceReview | None) -> bool:
    return standing is not None and standing.decision == Decision.TAKEN_DOWN and service.is_active is not True


def _refuse_unsaid(reason: ReviewReason, words: str) -> None:
    if reason == ReviewReason.OTHER and not words.strip():
        raise InvalidInput(_("Another reason needs words."), fields=("words",))


def _decide(
    service: Service,
    decision: Decision,
    *,
    is_active: bool | None,
    actor: Actor,
    reason: ReviewReason | None = None,
    words: str = "",
    reverses: ServiceReview | None = None,
) -> ServiceReview:
    session = session_of(service)
    state = session.get(ServiceState, service.id)
    if state is None:
        look_at(session, [service.id])
        state = session.get_one(ServiceState, service.id)
    review = ServiceReview(
        id=uuid.uuid4(),
        service_id=service.id,
        provider_id=service.provider_id,
        decision=decision.value,
        reason_code=reason.value if reason else None,
        words=words or None,
        reviewed=reviewed_values(service),
        was_active=service.is_active,
        is_active=is_active,
        reverses_id=reverses.id if reverses else None,
        batch_id=current_batch.get(),
        reviewer_id=actor.audit_id,
        reviewer_label=actor.audit_label[:255],
        waited_since=state.waiting_since if state.needs_review else None,
        decided_at=utcnow(),
    )
    session.add(review)
    changes: dict[str, tuple[Any, Any]] = {
        "decision": (None, decision.value),
        "reason_code": (None, review.reason_code),
    }
    if is_active != service.is_active:
        changes["is_active"] = (service.is_active, is_active)
        service.is_active = is_active
    session.flush()
    note_review(state, service, standing_review(service) if reverses else review)
    for name, value in NOBODY.items():
        setattr(state, name, value)
    told = {name: pair for name, pair in changes.items() if pair[1] is not None or pair[0] is not None}
    record(f"service.{decision}", service, actor=actor, label=service.title, reason=words or None, changes=told)
    return review
