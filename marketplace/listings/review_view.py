"""The page on which a listing is decided on: the listing, what speaks for and against it, the decisions."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from marketplace.backoffice.guard import requires
from marketplace.backoffice.panels import Beside, Panel
from marketplace.backoffice.screen import actor
from marketplace.backoffice.timeline_view import TimelineView
from marketplace.batches.models import Batch
from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.listings.cells import DECISION_LABELS, SIGNAL_LABELS
from marketplace.listings.claims import claim_refusal, claim_service, release_service
from marketplace.listings.differences import Difference, difference
from marketplace.listings.evidence import evidence_of
from marketplace.listings.forms import REASON_WORDS, REASONS, DecisionForm, ReasonedDecisionForm, ReversalForm
from marketplace.listings.images import addresses_of, shown_images
from marketplace.listings.models import ReviewReason, Service, ServiceReview, ServiceState
from marketplace.listings.moderation import (
    approve_refusal,
    approve_service,
    change_request_refusal,
    is_taken_down,
    reinstate_refusal,
    reinstate_service,
    request_changes,
    reverse_refusal,
    reverse_review,
    standing_review,
    take_down_refusal,
    take_down_service,
)
from marketplace.listings.queue import decisions_of_provider, listings_of_provider, place_of, reviews_of, waiting_count
from marketplace.listings.queue_view import ReviewQueueView, queue_in
from marketplace.listings.reviews import changes_since, last_approval
from marketplace.listings.states import look_at, read_signals, sights
from marketplace.listings.waiting import COUNTED, count_text, look_at_changes
from marketplace.permissions import Permission
from marketplace.transaction import in_transaction
from marketplace.web.formats import clock
from marketplace.web.headers import allow_remote_images

LABELS = dict(SIGNAL_LABELS)


class ReviewScreen(TimelineView):
    """A screen of services with the page of a review and its decisions."""

    def __init__(
        self, model: Any, *, queue: ReviewQueueView, history: Beside, bookings_of_batch: Beside, **options: Any
    ) -> None:
        """Take what a domain above this one knows.

        :param history: makes the panels of a listing and its provider.
        :param bookings_of_batch: makes the panels of the listings of a batch.
        """
        super().__init__(model, **options)
        self.queue, self.history, self.bookings_of_batch = queue, history, bookings_of_batch

    def consequences(self, batch: Batch) -> Sequence[Panel]:
        return self.bookings_of_batch(batch) if batch.verb == "take-down" and batch.undoes_id is None else ()

    @requires(Permission.SERVICES_MODERATE)
    @expose("/<uuid:record_id>/review")
    def review_view(self, record_id: uuid.UUID) -> str:
        look_at_changes()
        return self.review_page(record_id, queue=queue_in(request.args))

    @requires(Permission.SERVICES_MODERATE)
    @expose("/<uuid:record_id>/claim", methods=("POST",))
    def claim_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        """Claim a listing; a script that asks in the background is told in words."""
        service, who = self.find(str(record_id)), actor()
        theirs = in_transaction(lambda: claim_service(db.session(), service.id, actor=who))
        state = db.session.get(ServiceState, service.id)
        refusal = claim_refusal(state, actor=who) if state else None
        told = _yours(state) if theirs else refusal or _("This listing does not wait for a review.")
        if "X-Background" in request.headers:
            return told, 200 if theirs else 409
        if not theirs:
            flash(told, "warning")
        return redirect(self.get_url(".review_view", record_id=service.id, queue=queue_in(request.form) or None))

    @requires(Permission.SERVICES_MODERATE)
    @expose("/<uuid:record_id>/skip", methods=("POST",))
    def skip_view(self, record_id: uuid.UUID) -> Response:
        """Leave the listing to others and open the one behind it."""
        service, who = self._find_there(record_id), actor()
        if service is None:
            return self._gone(record_id)
        title, queue = service.title, queue_in(request.form)
        in_transaction(lambda: release_service(db.session(), service.id, actor=who))
        state = db.session.get(ServiceState, record_id)
        if state and state.needs_review:
            self._tell(_("Skipped: %(title)s", title=title), record_id, queue, "info")
        return self.queue.next_one(queue, after=place_of(state))

    @requires(Permission.SERVICES_MODERATE)
    @expose("/<uuid:record_id>/approval", methods=("GET", "POST"))
    def approval_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        return self._decision(record_id, DecisionForm(), "approval", approve_service, _("Approved: %(title)s"))

    @requires(Permission.SERVICES_MODERATE)
    @expose("/<uuid:record_id>/reinstatement", methods=("GET", "POST"))
    def reinstatement_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        return self._decision(record_id, DecisionForm(), "reinstatement", reinstate_service, _("Reinstated: %(title)s"))

    @requires(Permission.SERVICES_MODERATE)
    @expose("/<uuid:record_id>/change-request", methods=("GET", "POST"))
    def change_request_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        form = ReasonedDecisionForm()
        return self._decision(record_id, form, "change_request", request_changes, _("Changes requested: %(title)s"))

    @requires(Permission.SERVICES_MODERATE)
    @expose("/<uuid:record_id>/take-down", methods=("GET", "POST"))
    def take_down_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        form = ReasonedDecisionForm()
        return self._decision(record_id, form, "take_down", take_down_service, _("Taken down: %(title)s"))

    @requires(Permission.SERVICES_MODERATE)
    @expose("/<uuid:record_id>/reversal", methods=("POST",))
    def reversal_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        """Take back the decision that stands."""
        service, form, who = self._find_there(record_id), ReversalForm(), actor()
        if service is None:
            return self._gone(record_id)
        queue = queue_in(request.form)
        try:
            review_id = uuid.UUID(form.review_id.data or "")
        except ValueError:
            review_id = None
        if self.submit(form, lambda: reverse_review(service, review_id=review_id, actor=who)) is None:
            return self.review_page(record_id, queue=queue, refused=form), self.status_of(form)
        flash(_("The decision is taken back."), "success")
        return redirect(self.get_url(".review_view", record_id=service.id, queue=queue or None))

    def _decision(
        self, record_id: uuid.UUID, form: Any, name: str, decide: Callable[..., ServiceReview], done: str
    ) -> Response | tuple[str, int]:
        """Decide on a listing and open the next; or show what was refused, beside what was typed."""
        if request.method != "POST":
            return redirect(self.get_url(".review_view", record_id=record_id))
        service, who = self._find_there(record_id), actor()
        if service is None:
            return self._gone(record_id)
        title, queue = service.title, queue_in(request.form)

        def act() -> ServiceReview:
            named: dict[str, Any] = {"seen": form.seen.data or "", "actor": who}
            if "reason" in form:
                named |= {"reason": ReviewReason(form.reason.data), "words": form.words.data or ""}
            return decide(service, **named)

        place = place_of(db.session.get(ServiceState, service.id))
        decided = self.submit(form, act)
        if decided is None:
            return self.review_page(record_id, queue=queue, **{name: form}), self.status_of(form)
        self._tell(done % {"title": title}, record_id, queue, "success")
        return self.queue.next_one(queue, after=place)

    def _tell(self, done: str, record_id: uuid.UUID, queue: str, tone: str) -> None:
        """Say what became of a listing, with the way back to it."""
        back = self.get_url(".review_view", record_id=record_id, queue=queue or None)
        look_again = Markup('%s <a href="%s" data-key="u"><kbd>u</kbd> %s</a>')
        flash(look_again % (done, back, _("Look at it again")), tone)

    def _find_there(self, record_id: uuid.UUID) -> Service | None:
        """Return the listing, or None where it was deleted while somebody looked at it; else answer 404."""
        service: Service | None = db.session.scalars(self.rows().where(Service.id == record_id)).unique().one_or_none()
        if service is None and db.session.get(ServiceState, record_id) is None:
            abort(404)
        return service

    def _gone(self, record_id: uuid.UUID) -> Response:
        """Go on to the listing behind one that is gone."""
        flash(_("This listing was deleted meanwhile."), "warning")
        return self.queue.next_one(queue_in(request.form), after=place_of(db.session.get(ServiceState, record_id)))

    # -- The page ----------------------------------------------------------------------------

    def review_page(self, record_id: uuid.UUID, *, queue: str, refused: FlaskForm | None = None, **forms: Any) -> str:
        """Show a listing and what can be decided.

        :param queue: the query of the queue's address.
        :param refused: a form that is none of the page's own, of which the page says why it was refused.
        :param forms: those of the page that were refused, by name.
        """
        allow_remote_images()
        session = db.session()
        seen = _look(session, record_id)  # Before the listing is read: what changes in between is then refused.
        row = self.find(str(record_id), self.row_details())
        state = session.get_one(ServiceState, row.id)
        standing, approved = standing_review(row), last_approval(session, row.id)
        shown = {
            "approval": DecisionForm(formdata=None),
            "reinstatement": DecisionForm(formdata=None),
            "change_request": ReasonedDecisionForm(formdata=None),
            "take_down": ReasonedDecisionForm(formdata=None),
            **forms,
        }
        for name, form in shown.items():
            form.seen.data, form.queue.data = seen, queue
            for field in form:
                field.id = f"{name}-{field.name}"  # Several forms of the page have it.
        against = [review for review in (standing, approved) if review]
        if len(against) == 2 and against[0].reviewed == against[1].reviewed:
            against.pop()  # Both were about the same.
        compared = [(review, self._differences(row, review)) for review in against]
        reviews = reviews_of(session, row.id)
        return render_template(
            "listings/review.html",
            view=self,
            admin_view=self.queue,  # It is the queue's place in the menu.
            row=row,
            shown=shown_images(row.images, addresses_of(against[0].reviewed.get("images")) if against else None),
            state=state,
            queue=queue,
            forms=shown,
            refused=next(iter(forms.values()), refused),
            refusals=self._refusals(row, standing),
            standing=standing,
            can_reverse=standing is not None and not reverse_refusal(row, standing, review_id=standing.id),
            is_taken_down=is_taken_down(row, standing),
            comparisons=[(review, told) for review, told in compared if told or state.needs_review],
            signals=[(LABELS.get(each.kind, each.kind), evidence_of(each)) for each in read_signals(state)],
            reviews=reviews,
            decision_labels=DECISION_LABELS,
            reasons=REASONS,
            reason_words=REASON_WORDS,
            listings=listings_of_provider(session, row.provider_id),
            decisions=decisions_of_provider(session, row.provider_id),
            waiting=waiting_count(session, COUNTED + 1, [ServiceState.provider_id == row.provider_id]),
            count_text=count_text,
            holder=claim_refusal(state, actor=actor()),
            yours=_yours(state) if _is_claimed_by(state, current_user.member_id) else "",
            **{**self.page_parts(row), "panels": self.history(row)},
        )

    @staticmethod
    def _refusals(row: Service, standing: ServiceReview | None) -> Mapping[str, str | None]:
        return {
            "approval": approve_refusal(row, standing),
            "change_request": change_request_refusal(row, standing),
            "take_down": take_down_refusal(row, standing),
            "reinstatement": reinstate_refusal(row, standing),
        }

    def _differences(self, row: Service, compared: ServiceReview) -> list[Difference]:
        """Return each field that differs from what was decided on."""
        return [
            difference(
                name,
                str(self.column_labels.get(name) or name.capitalize()),
                old,
                new,
                lambda name, value: self._told(name, value, row),
            )
            for name, (old, new) in changes_since(row, compared).items()
        ]


def _look(session: Session, record_id: uuid.UUID) -> str:
    """See to it that what is known of a listing is of what it is now; return what there is to be looked at."""
    there, state = sights(session, [record_id]).get(record_id, ""), session.get(ServiceState, record_id)
    if there and (state is None or state.content_digest != there.partition(".")[0]):
        in_transaction(lambda: look_at(session, [record_id]))
    return there


def _is_claimed_by(state: ServiceState, member_id: uuid.UUID) -> bool:
    return state.claimed_by_id == member_id and state.claimed_until is not None and state.claimed_until > utcnow()


def _yours(state: ServiceState | None) -> str:
    """Say until when a listing is the visitor's."""
    return _("Claimed by you until %(end)s", end=clock(state.claimed_until)) if state and state.claimed_until else ""
