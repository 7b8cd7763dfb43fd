"""The verbs that can be run on many listings, and how it is foreseen to which of them they will be done."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from marketplace.audit import Actor
from marketplace.backoffice.bulk import BulkVerb
from marketplace.backoffice.fields import PlainForm
from marketplace.batches.work import UNDOES, Arguments, Deed, Foresight, Refusals
from marketplace.database import session_of
from marketplace.listings.forms import ReviewReasonForm
from marketplace.listings.models import ReviewReason, Service, ServiceReview
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
)
from marketplace.listings.reviews import standing_reviews
from marketplace.permissions import Permission

Predicate = Callable[[Service, ServiceReview | None], str | None]


def by_standing(refusal: Predicate) -> Callable[[Session], Foresight]:
    """Foresee by the predicate that the verb asks, with the decision that stands on each listing."""

    def of(session: Session) -> Foresight:
        def foresee(pairs: Sequence[tuple[Service, Arguments]]) -> Refusals:
            standing = standing_reviews(session, [service.id for service, _arguments in pairs])
            return [refusal(service, standing.get(service.id)) for service, _arguments in pairs]

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


def take_down(service: Service, arguments: Arguments, actor: Actor) -> Any:
    reason, words = ReviewReason(arguments["reason"]), arguments.get("words") or ""
    take_down_service(service, reason=reason, words=words, actor=actor)


def reverse(service: Service, arguments: Arguments, actor: Actor) -> Any:
    batch_id = uuid.UUID(str(arguments[UNDOES]))
    reverse_review(service, review_id=review_of_batch(session_of(service), service.id, batch_id), actor=actor)


REVERSING = Deed(reverse, foresee_reversing)

SERVICE_VERBS = (
    BulkVerb(
        "approval",
        _l("Approve"),
        Permission.SERVICES_MODERATE,
        Deed(lambda service, _arguments, actor: approve_service(service, actor=actor), by_standing(approve_refusal)),
        PlainForm,
        style="success",
        undoing=REVERSING,
    ),
    BulkVerb(
        "reinstatement",
        _l("Reinstate"),
        Permission.SERVICES_MODERATE,
        Deed(
            lambda service, _arguments, actor: reinstate_service(service, actor=actor), by_standing(reinstate_refusal)
        ),
        PlainForm,
        undoing=REVERSING,
    ),
    BulkVerb(
        "take-down",
        _l("Take down"),
        Permission.SERVICES_MODERATE,
        Deed(take_down, by_standing(take_down_refusal)),
        ReviewReasonForm,
        style="danger",
        undoing=REVERSING,
    ),
)
