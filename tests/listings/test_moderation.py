"""Decisions on listings: each in each state, taken back, undone; edits behind our back; claims that two never hold."""

import datetime as dt
from functools import partial

import pytest
import sqlalchemy as sa

from marketplace.errors import InvalidInput, NotAllowedNow, Stale
from marketplace.extensions import db
from marketplace.listings.claims import claim_service
from marketplace.listings.models import Decision, ReviewReason, Service, ServiceReview, ServiceState
from marketplace.listings.moderation import (
    approve_service,
    reinstate_service,
    request_changes,
    reverse_review,
    standing_review,
    take_down_service,
)
from marketplace.listings.queue import claim_next, waiting_count
from marketplace.listings.reviews import changes_since
from marketplace.listings.states import look_at_outdated, sights
from marketplace.transaction import transaction
from tests.audit_log import entries, is_whole
from tests.bookings.test_races import race
from tests.factories import ServiceFactory, StaffMemberFactory

MISLEADING = {"reason": ReviewReason.MISLEADING, "words": ""}
VERBS = {
    "approve": (approve_service, {}),
    "request changes": (request_changes, MISLEADING),
    "take down": (take_down_service, MISLEADING),
    "reinstate": (reinstate_service, {}),
}
STATES = {
    "new": (),
    "approved": ("approve",),
    "sent back": ("request changes",),
    "taken down": ("take down",),
    "reinstated": ("take down", "reinstate"),
}
ALLOWED = {
    "new": {"approve": "approved", "request changes": "changes_requested", "take down": "taken_down"},
    "approved": {"request changes": "changes_requested", "take down": "taken_down"},
    "sent back": {"approve": "approved", "take down": "taken_down"},
    "taken down": {"approve": "approved", "reinstate": "reinstated"},
    "reinstated": {"request changes": "changes_requested", "take down": "taken_down"},
}
"""State to verb to the decision that it makes; whatever is not here is refused."""


def act(service, verb, **named):
    function, usual = VERBS[verb]
    with transaction():
        return function(service, actor=StaffMemberFactory.build(id=None), **{**usual, **named}).id


def service_in(state):
    service = ServiceFactory()
    for verb in STATES[state]:
        act(service, verb)
    return service


def state_of(service):
    db.session.rollback()
    with transaction() as session:
        look_at_outdated(session, most=100)
    return db.session.get(ServiceState, service.id)


def sight(service):
    db.session.rollback()
    return sights(db.session(), [service.id])[service.id]


def edit_behind_our_back(service, **values):
    db.session.execute(sa.update(Service).where(Service.id == service.id).values(**values))
    db.session.commit()


@pytest.mark.parametrize("verb", list(VERBS))
@pytest.mark.parametrize("state", list(STATES))
def test_each_decision_in_each_state(app, state, verb):
    service = service_in(state)
    before = service.is_active
    if verb not in ALLOWED[state]:
        with pytest.raises(NotAllowedNow):
            act(service, verb)
        assert db.session.get(Service, service.id).is_active == before
        return
    act(service, verb)
    standing = standing_review(service)
    assert standing.decision == ALLOWED[state][verb]
    assert service.is_active is (verb != "take down")
    known = state_of(service)
    assert (known.needs_review, known.is_edited) == (False, True)
    assert is_whole()


@pytest.mark.parametrize("state", ["approved", "sent back", "taken down", "reinstated"])
def test_an_edit_behind_our_back_returns_to_the_queue_with_just_what_changed(app, state):
    service = service_in(state)
    assert not state_of(service).needs_review
    db.session.execute(sa.update(Service).where(Service.id == service.id).values(title="Cheaper!", price=12))
    db.session.commit()
    known = state_of(service)
    assert (known.needs_review, known.is_edited) == (True, True)
    changes = changes_since(service, standing_review(service))
    assert {name: new for name, (_old, new) in changes.items()} == {"title": "Cheaper!", "price": "12.00"}


def test_what_is_not_reviewed_brings_nothing_back(app):
    service = service_in("approved")
    db.session.execute(sa.update(Service).where(Service.id == service.id).values(availability={"monday": []}))
    db.session.commit()
    assert not state_of(service).needs_review


def test_an_edit_that_is_undone_by_its_author_leaves_the_queue(app):
    service = service_in("approved")
    title = service.title
    for text, waits in (("Other", True), (title, False)):
        db.session.execute(sa.update(Service).where(Service.id == service.id).values(title=text))
        db.session.commit()
        assert state_of(service).needs_review is waits


@pytest.mark.parametrize("state", ["approved", "sent back", "taken down", "reinstated"])
def test_a_decision_is_taken_back_and_the_one_before_stands_again(app, state):
    service = service_in(state)
    standing = standing_review(service)
    with transaction():
        reverse_review(service, review_id=standing.id, actor=StaffMemberFactory.build(id=None))
    db.session.expire_all()
    before = STATES[state][:-1]
    now = standing_review(service)
    assert (now.decision if now else None) == (ALLOWED["new"][before[-1]] if before else None)
    assert service.is_active is (not before)
    assert state_of(service).needs_review is (not before)
    with pytest.raises(NotAllowedNow), transaction():
        reverse_review(service, review_id=standing.id, actor=StaffMemberFactory.build(id=None))
    assert len(entries("service.reversed")) == 1


def test_what_was_not_looked_at_is_not_decided_on(app):
    service = ServiceFactory()
    seen = sight(service)
    db.session.execute(sa.update(Service).where(Service.id == service.id).values(description="Call me."))
    db.session.commit()
    with pytest.raises(Stale):
        act(service, "approve", seen=seen)
    act(service, "approve", seen=sight(service))


def test_what_somebody_decided_meanwhile_is_not_decided_on_unseen(app):
    service = ServiceFactory()
    seen = sight(service)
    act(service, "approve", seen=seen)
    with pytest.raises(Stale, match="Somebody decided on this listing"):
        act(service, "take down", seen=seen)
    assert service.is_active
    act(service, "take down", seen=sight(service))


EDITED = {"approve": "approved", "take down": "taken_down", "reinstate": "reinstated"}
"""What can be done about a listing that was taken down and is edited since: asking for changes is keeping it down."""


@pytest.mark.parametrize("verb", list(VERBS))
def test_a_listing_that_is_edited_while_it_is_down_is_kept_down_or_put_back(app, verb):
    service = service_in("taken down")
    edit_behind_our_back(service, title="Now with fewer miracles")
    if verb not in EDITED:
        with pytest.raises(NotAllowedNow, match="keep it down"):
            act(service, verb)
        return
    act(service, verb)
    assert standing_review(service).decision == EDITED[verb]
    assert service.is_active is (verb != "take down")
    assert not state_of(service).needs_review
    if verb == "take down":  # Taken back, it is down as before, and waits again.
        with transaction():
            reverse_review(service, review_id=standing_review(service).id, actor=StaffMemberFactory.build(id=None))
        assert service.is_active is False
        assert state_of(service).needs_review
        act(service, "approve")
        assert service.is_active


def test_what_was_taken_down_and_is_switched_on_behind_our_back_returns_to_the_queue(app):
    service = service_in("taken down")
    assert not state_of(service).needs_review
    edit_behind_our_back(service, is_active=True)
    assert state_of(service).needs_review
    assert changes_since(service, standing_review(service)) == {"is_active": (False, True)}
    act(service, "take down")
    assert service.is_active is False
    assert not state_of(service).needs_review
    edit_behind_our_back(service, is_active=True)
    edit_behind_our_back(service, is_active=False)
    assert not state_of(service).needs_review


def test_a_provider_switches_an_approved_listing_off_and_on_without_a_review(app):
    service = service_in("approved")
    for is_active in (False, True):
        edit_behind_our_back(service, is_active=is_active)
        assert not state_of(service).needs_review


def test_a_listing_that_is_deleted_leaves_the_queue_and_is_nobody_s_next(app):
    gone, there = ServiceFactory(), ServiceFactory()
    gone_id = gone.id
    member = StaffMemberFactory(role="operations")
    for service in (gone, there):
        assert state_of(service).needs_review
    early = ServiceState.service_id == gone_id
    db.session.execute(
        sa.update(ServiceState).where(early).values(waiting_since=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    )
    db.session.execute(sa.delete(Service).where(Service.id == gone_id))
    db.session.commit()
    with transaction() as session:
        assert claim_next(session, actor=member) == there.id
    assert state_of(there).needs_review
    assert db.session.get(ServiceState, gone_id) is None
    assert waiting_count(db.session(), 10) == 1


def test_another_reason_needs_words(app):
    service = ServiceFactory()
    for verb in ("take down", "request changes"):
        with pytest.raises(InvalidInput):
            act(service, verb, reason=ReviewReason.OTHER, words=" ")
    act(service, "take down", reason=ReviewReason.OTHER, words="It is a joke.")
    assert [entry.reason for entry in entries("service.taken_down")] == ["It is a joke."]


def test_two_moderators_never_hold_one_claim(app):
    members = [StaffMemberFactory(role="operations") for _each in range(2)]
    db.session.rollback()
    for _round in range(25):
        service = ServiceFactory()
        assert state_of(service).needs_review
        service_id, held = service.id, []
        db.session.rollback()

        def claim(member_id, service_id=service_id, held=held):
            member = StaffMemberFactory.build(id=member_id)
            with transaction() as session:
                if claim_service(session, service_id, actor=member):
                    held.append(member_id)

        ids = [member.id for member in members]
        db.session.rollback()
        race(app, *(partial(claim, each) for each in ids))
        assert len(held) == 1


def test_a_claim_lapses_after_ten_minutes_and_is_kept_by_its_owner(app):
    first, second = (StaffMemberFactory(role="operations") for _each in range(2))
    service = ServiceFactory()
    state_of(service)
    for member, theirs in ((first, True), (second, False), (first, True)):
        with transaction() as session:
            assert claim_service(session, service.id, actor=member) is theirs
    late = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    db.session.execute(sa.update(ServiceState).values(claimed_until=late))
    db.session.commit()
    with transaction() as session:
        assert claim_service(session, service.id, actor=second)


def test_the_table_of_reviews_holds_what_was_looked_at(app):
    service = service_in("approved")
    [review] = db.session.scalars(sa.select(ServiceReview))
    assert review.decision == Decision.APPROVED
    assert review.reviewed["title"] == service.title
    assert review.reviewed["price"] == "40.00"
    assert set(review.reviewed) == {"title", "description", "category", "price", "currency", "duration", "images"}
