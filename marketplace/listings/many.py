"""The verbs that can be run on many listings, and how it is foreseen to which of them they will be done."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from marketplace.audit import Actor
from marketplace.backoffice.bulk import BulkVerb
from marketplace.backoffice.fields import PlainForm
from marketplace.backoffice.screen import actor as visitor
from marketplace.batches.work import UNDOES, Arguments, Deed, Foresight, Refusals
from marketplace.database import session_of
from marketplace.listings.claims import claim_refusal
from marketplace.listings.forms import ReviewReasonForm
from marketplace.listings.models import ReviewReason, Service, ServiceReview, ServiceState
from marketplace.listings.moderation import (
    approve_refusal,
    approve_service,
    reinstate_refusal,
    reinstate_service,
    reverse_refusal,
    reverse_review,
    review_of_batch,
    take_down_refusal,
    take_down_service,
    unseen_refusal,
)
from marketplace.listings.reviews import standing_reviews
from marketplace.listings.states import digests_of, sight_of, sights
from marketplace.permissions import Permission

Predicate = Callable[[Service, ServiceReview | None], str | None]

SEEN = "seen"
"""Under which name an item tells what there was to be looked at when its batch was drafted."""


def note_sights(session: Session, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Arguments]:
    """Note what each listing is, so that none is decided on that has become another by the time its turn comes."""
    return {service_id: {SEEN: sight} for service_id, sight in sights(session, ids).items()}


def by_standing(refusal: Predicate) -> Callable[[Session], Foresight]:
    """Foresee by what the verb asks: whether a listing is what was noted, is nobody else's, and the predicate."""

    def of(session: Session) -> Foresight:
        def foresee(pairs: Sequence[tuple[Service, Arguments]]) -> Refusals:
            ids = [service.id for service, _arguments in pairs]
            standing, digests, who = standing_reviews(session, ids), digests_of(session, ids), visitor()
            states = session.scalars(sa.select(ServiceState).where(ServiceState.service_id.in_(ids)))
            claims = {state.service_id: claim_refusal(state, actor=who) for state in states}

            def told(service: Service, arguments: Arguments) -> str | None:
                review = standing.get(service.id)
                unseen = unseen_refusal(arguments.get(SEEN, ""), sight_of(digests[service.id], review))
                return unseen or claims.get(service.id) or refusal(service, review)

            return [told(service, arguments) for service, arguments in pairs]

        return foresee

    return of


def foresee_reversing(session: Session) -> Foresight:
    """Foresee taking back the decisions of a batch."""

    def foresee(pairs: Sequence[tuple[Service, Arguments]]) -> Refusals:
        standing = standing_reviews(session, [service.id for service, _arguments in pairs])
        return [
            reverse_refusal(
                service,
                standing.get(service.id),
                review_id=review_of_batch(session, service.id, uuid.UUID(str(arguments[UNDOES]))),
            )
            for service, arguments in pairs
        ]

    return foresee


def approve(service: Service, arguments: Arguments, actor: Actor) -> Any:
    """Approve a listing among many: one that was taken down is put back on purpose only, not along with others."""
    approve_service(service, reinstates=False, seen=arguments.get(SEEN, ""), actor=actor)


def take_down(service: Service, arguments: Arguments, actor: Actor) -> Any:
    reason, words = ReviewReason(arguments["reason"]), arguments.get("words") or ""
    take_down_service(service, reason=reason, words=words, seen=arguments.get(SEEN, ""), actor=actor)


def reinstate(service: Service, arguments: Arguments, actor: Actor) -> Any:
    reinstate_service(service, seen=arguments.get(SEEN, ""), actor=actor)


def reverse(service: Service, arguments: Arguments, actor: Actor) -> Any:
    batch_id = uuid.UUID(str(arguments[UNDOES]))
    reverse_review(service, review_id=review_of_batch(session_of(service), service.id, batch_id), actor=actor)


REVERSING = Deed(reverse, foresee_reversing)

SERVICE_VERBS = (
    BulkVerb(
        "approval",
        _l("Approve"),
        Permission.SERVICES_MODERATE,
        Deed(approve, by_standing(partial(approve_refusal, reinstates=False))),
        PlainForm,
        style="success",
        undoing=REVERSING,
        noting=note_sights,
    ),
    BulkVerb(
        "reinstatement",
        _l("Reinstate"),
        Permission.SERVICES_MODERATE,
        Deed(reinstate, by_standing(reinstate_refusal)),
        PlainForm,
        undoing=REVERSING,
        noting=note_sights,
    ),
    BulkVerb(
        "take-down",
        _l("Take down"),
        Permission.SERVICES_MODERATE,
        Deed(take_down, by_standing(take_down_refusal)),
        ReviewReasonForm,
        style="danger",
        undoing=REVERSING,
        noting=note_sights,
    ),
)
