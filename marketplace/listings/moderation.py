"""What moderators do: approve a listing, ask for changes, take it down, put it back, take a decision back."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import Actor, current_batch, record
from marketplace.database import lock, session_of, utcnow
from marketplace.errors import InvalidInput, Stale, refuse
from marketplace.listings.claims import NOBODY, claim_refusal
from marketplace.listings.models import Decision, ReviewReason, Service, ServiceReview, ServiceState
from marketplace.listings.reviews import is_as_decided, reviewed_values, standing_reviews
from marketplace.listings.states import digests_of, forget_others, look_at, note_review, sight_of
from marketplace.words import gettext as _

APPROVING = (Decision.APPROVED, Decision.REINSTATED)


def approve_service(
    service: Service, *, reinstates: bool = True, seen: str | None = None, actor: Actor
) -> ServiceReview:
    """Approve a listing as it is; one that was taken down is reinstated by it.

    :param reinstates: False leaves a listing that was taken down as it is.
    :param seen: what was looked at, as `states.sights` tells it; None: whatever is there.
    :raises NotAllowedNow: as `approve_refusal` says.
    :raises Stale: when the listing, or the decision that stands on it, is no longer what was looked at.
    """
    standing = _lock(service, seen, actor)
    refuse(approve_refusal(service, standing, reinstates=reinstates))
    is_active = True if is_taken_down(service, standing) else service.is_active
    return _decide(service, Decision.APPROVED, is_active=is_active, actor=actor)


def approve_refusal(service: Service, standing: ServiceReview | None, *, reinstates: bool = True) -> str | None:
    """Say why the listing cannot be approved now; None when it can.

    :param standing: the decision that stands on it.
    """
    if not reinstates and is_taken_down(service, standing):
        return _("This listing is taken down: it has to be reinstated.")
    if standing and standing.decision in APPROVING and is_as_decided(service, standing):
        return _("This listing is approved as it is.")
    return None


def request_changes(
    service: Service, *, reason: ReviewReason, words: str, seen: str | None = None, actor: Actor
) -> ServiceReview:
    """Ask the provider for changes; the listing comes back as soon as it is edited.

    :param words: kept with the decision, for colleagues; needed with the reason OTHER.
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
    if is_taken_down(service, standing):
        return _("This listing is taken down: keep it down, and say in words what is to be changed.")
    if standing and standing.decision == Decision.CHANGES_REQUESTED and is_as_decided(service, standing):
        return _("Changes were requested already, and none has been made since.")
    return None


def take_down_service(
    service: Service, *, reason: ReviewReason, words: str, seen: str | None = None, actor: Actor
) -> ServiceReview:
    """Take a listing down, or keep it down once it was edited: nobody can book it. Its bookings stay as they are.

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
    if is_taken_down(service, standing) and is_as_decided(service, standing):
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
    if not is_taken_down(service, standing):
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


# -- What they are made of -----------------------------------------------------------------------


def standing_review(service: Service) -> ServiceReview | None:
    """Return the decision that stands on the listing."""
    return standing_reviews(session_of(service), [service.id]).get(service.id)


def unseen_refusal(seen: str, there: str) -> str | None:
    """Say what was not looked at, given what was and what is there (`states.sights`); None where that is the same."""
    if there == seen:
        return None
    if there.partition(".")[0] == seen.partition(".")[0]:
        return _("Somebody decided on this listing since you looked at it, so nothing was done. Look again.")
    return _("The listing was changed since you looked at it, so nothing was decided. Look again.")


def is_taken_down(service: Service, standing: ServiceReview | None) -> bool:
    """Whether the listing is off because `standing` took it down."""
    return standing is not None and standing.decision == Decision.TAKEN_DOWN and service.is_active is not True


def review_of_batch(session: Session, service_id: uuid.UUID, batch_id: uuid.UUID) -> uuid.UUID | None:
    """Return the id of the decision that a batch made on a listing."""
    made = ServiceReview.service_id == service_id, ServiceReview.batch_id == batch_id
    return session.scalar(sa.select(ServiceReview.id).where(*made))


def _lock(service: Service, seen: str | None, actor: Actor) -> ServiceReview | None:
    """Lock the listing, see that it is what was looked at, and nobody else's; return the decision that stands on it."""
    lock(service)
    session = session_of(service)
    standing = standing_review(service)
    if seen is not None:
        unseen = unseen_refusal(seen, sight_of(_digest_of(service), standing))
        if unseen:
            raise Stale(unseen)
    state = session.get(ServiceState, service.id, with_for_update={"key_share": True}, populate_existing=True)
    refuse(claim_refusal(state, actor=actor) if state else None)
    return standing


def _digest_of(service: Service) -> str:
    return digests_of(session_of(service), [service.id])[service.id]


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
    is_known = state.content_digest == _digest_of(service)
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
    if is_known:
        state.content_digest = _digest_of(service)  # It tells whether the listing is on, too.
    note_review(state, service, standing_review(service) if reverses else review)
    for name, value in NOBODY.items():
        setattr(state, name, value)
    if Decision.TAKEN_DOWN in (decision, reverses.decision if reverses else None):
        forget_others(session, state)  # Against them speaks how many of their provider's were taken down.
    told = {name: pair for name, pair in changes.items() if pair[1] is not None or pair[0] is not None}
    record(f"service.{decision}", service, actor=actor, label=service.title, reason=words or None, changes=told)
    return review
