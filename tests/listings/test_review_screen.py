"""The review queue and the page of a review, as a browser meets them."""

import datetime as dt
import re
from html import unescape

import pytest
import sqlalchemy as sa

from marketplace.batches.models import Batch
from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.listings.models import Service, ServiceReview, ServiceState
from marketplace.permissions import Role
from tests.audit_log import entries
from tests.batch_steps import begin, draft, outcomes, press, preview
from tests.factories import BookingFactory, ProviderFactory, ServiceFactory, coming_monday
from tests.pages import fields_of
from tests.raw_rows import overwrite

QUEUE = "/admin/services/review/"


def listed(**named):
    """Make a listing that is younger than any before."""
    listed.at += dt.timedelta(minutes=1)
    return ServiceFactory(created_at=listed.at, **named)


listed.at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def page_of(browser, service):
    return browser.get(f"/admin/services/{service.id}/review").text


def decide(browser, service, noun, page=None, **fields):
    url = f"/admin/services/{service.id}/{noun}"
    form = fields_of(page or page_of(browser, service), url)
    return browser.post(url, data={**form, **fields})


def edit_behind_our_back(service, **values):
    db.session.execute(sa.update(Service).where(Service.id == service.id).values(**values))
    db.session.commit()


def queued(browser, query=""):
    table = browser.get(f"{QUEUE}{query}").text.partition("<table")[2]
    return re.findall(r'href="/admin/services/([0-9a-f-]{36})/review[?"]', table)


def test_every_listing_waits_oldest_first_until_it_is_decided_on(app, operations):
    services = [listed() for _each in range(3)]
    assert queued(operations) == [str(service.id) for service in services]
    answer = decide(operations, services[0], "approval")
    assert answer.status_code == 302
    assert f"/admin/services/{services[1].id}/review" in answer.location, "the next one opens by itself"
    assert queued(operations) == [str(service.id) for service in services[1:]]
    assert [entry.subject_id for entry in entries("service.approved")] == [str(services[0].id)]


def test_the_queue_says_for_how_long_a_listing_waits_and_nothing_where_there_is_nothing(app, operations):
    service = ServiceFactory(images=["https://images.example/1.jpg"])
    assert queued(operations) == [str(service.id)]
    waiting_since = utcnow() - dt.timedelta(days=3, hours=1)
    db.session.execute(sa.update(ServiceState).values(waiting_since=waiting_since, signal_kinds=""))
    db.session.commit()
    cells = re.findall(r"<td[^>]*>(.*?)</td>", operations.get(QUEUE).text.partition("<tbody")[2])
    assert "<small>3 days</small>" in cells[5]
    assert (cells[1], cells[6]) == ("", ""), "cards leave out what is empty"


def test_the_last_decision_leads_back_to_the_queue(app, operations):
    answer = decide(operations, ServiceFactory(), "approval")
    assert answer.location == QUEUE
    assert "Nothing else waits here." in operations.get(QUEUE).text


def test_the_queue_is_narrowed_and_stays_narrowed_from_one_to_the_next(app, operations):
    first, _second, third = (listed(category=category) for category in ("music", "cleaning", "music"))
    assert queued(operations, "?category=music") == [str(first.id), str(third.id)]
    page = operations.get(f"/admin/services/{first.id}/review?queue=category%3Dmusic").text
    answer = decide(operations, first, "approval", page)
    assert answer.location.startswith(f"/admin/services/{third.id}/review?queue=category")
    assert queued(operations, f"?provider={first.provider_id}") == []
    assert queued(operations, f"?provider={third.provider_id}") == [str(third.id)]
    assert queued(operations, "?kind=edited") == []
    assert len(queued(operations, "?kind=new&signal=images")) == 2
    assert queued(operations, "?waiting_before=2001-01-01") == []


def test_a_row_of_a_narrowed_queue_leads_to_the_next_one_of_the_same(app, operations):
    first, _second, third = (listed(category=category) for category in ("music", "cleaning", "music"))
    page = operations.get(f"{QUEUE}?category=music&sort=signals&desc=1&search=clean%22%3E").text
    assert "/review" not in page.partition("<table")[2]
    page = operations.get(f"{QUEUE}?category=music").text
    [link] = re.findall(rf'href="(/admin/services/{first.id}/review[^"]*)"', page)
    answer = decide(operations, first, "approval", operations.get(unescape(link)).text)
    assert answer.location == f"/admin/services/{third.id}/review?queue=category%3Dmusic"
    assert f'href="/admin/services/{third.id}/review"' in operations.get(QUEUE).text


def test_an_edit_through_our_form_returns_with_the_words_that_changed(app, operations):
    service = ServiceFactory(description="Every window, inside and out.")
    decide(operations, service, "approval")
    assert queued(operations) == []
    url = f"/admin/services/edit/?id={service.id}"
    form = fields_of(operations.get(url).text)
    assert operations.post(url, data={**form, "description": "Every window, but outside only."}).status_code == 302
    assert queued(operations, "?kind=edited") == [str(service.id)]
    page = page_of(operations, service)
    [changed] = re.findall(r'<section class="panel differences".*?</section>', page, re.DOTALL)
    assert re.findall(r"<dt>(.*?)</dt>", changed) == ["Description"]
    assert "<del>inside and out.</del>" in changed
    assert "<ins>but outside only.</ins>" in changed
    assert "Every window," in changed


def test_taking_down_needs_a_reason_and_keeps_what_was_typed(app, operations):
    service = ServiceFactory()
    refused = decide(operations, service, "take-down", words="It is a joke.")
    assert refused.status_code == 422
    assert "It is a joke." in refused.text
    refused = decide(operations, service, "take-down", reason="other")
    assert refused.status_code == 422
    assert "Another reason needs words." in refused.text
    assert db.session.get(Service, service.id).is_active
    assert decide(operations, service, "take-down", reason="misleading", words="No such windows.").status_code == 302
    db.session.expire_all()
    assert db.session.get(Service, service.id).is_active is False
    [review] = db.session.scalars(sa.select(ServiceReview))
    assert (review.reason_code, review.words, review.reviewer_id) == (
        "misleading",
        "No such windows.",
        operations.member_id,
    )


def test_what_was_changed_meanwhile_is_looked_at_again(app, operations):
    service = ServiceFactory()
    page = page_of(operations, service)
    edit_behind_our_back(service, description="Call 555 0100.")
    answer = decide(operations, service, "approval", page)
    assert answer.status_code == 409
    assert "The listing was changed since you looked at it" in answer.text
    assert "Call 555 0100." in answer.text
    assert not entries("service.approved")


def test_after_a_refusal_the_page_is_of_what_is_there_now_and_can_be_decided_on(app, operations):
    service = ServiceFactory()
    page = page_of(operations, service)
    edit_behind_our_back(service, description="Call 555 0100.")
    refused = decide(operations, service, "take-down", page, reason="quality", words="Not like this.")
    assert refused.status_code == 409
    assert "Not like this." in refused.text
    assert "phone number" in refused.text, "its signals are of what is there, too"
    assert decide(operations, service, "take-down", refused.text, reason="quality").status_code == 302


def test_a_page_on_which_a_colleague_was_faster_decides_nothing(app, operations, as_role):
    service, other = ServiceFactory(), as_role(Role.OPERATIONS)
    page = page_of(other, service)
    assert decide(operations, service, "approval").status_code == 302
    refused = decide(other, service, "take-down", page, reason="quality")
    assert refused.status_code == 409
    assert "Somebody decided on this listing since you looked at it" in refused.text
    db.session.expire_all()
    assert db.session.get(Service, service.id).is_active


def test_a_form_that_does_not_say_what_was_looked_at_decides_nothing(app, operations):
    service = ServiceFactory()
    refused = decide(operations, service, "approval", seen="")
    assert refused.status_code == 409
    assert not entries("service.approved")


def test_a_listing_that_is_edited_while_it_is_down_shows_what_was_asked_and_what_was_done(app, operations):
    service = ServiceFactory(description="Miracles, daily.")
    decide(operations, service, "approval")
    decide(operations, service, "take-down", reason="misleading", words="There are no miracles.")
    edit_behind_our_back(service, description="Windows, daily.")
    page = page_of(operations, service)
    [down] = re.findall(r'<section class="panel differences".*?</section>', page, re.DOTALL)
    assert "What changed since it was taken down" in down, "what was approved was the same"
    assert "Misleading" in down
    assert "There are no miracles." in down
    assert "<del>Miracles, </del>" in down
    assert "<ins>Windows, </ins>" in down
    assert "Keep it down" in page
    assert decide(operations, service, "take-down", reason="quality", words="Still thin.").status_code == 302
    assert queued(operations) == []


def test_what_a_provider_left_undone_about_a_request_is_said(app, operations):
    service = ServiceFactory(title="Windows")
    decide(operations, service, "approval")
    edit_behind_our_back(service, title="WINDOWS")
    decide(operations, service, "change-request", reason="quality")
    edit_behind_our_back(service, title="Windows")
    asked, approved = re.findall(
        r'<section class="panel differences".*?</section>', page_of(operations, service), re.DOTALL
    )
    assert "What changed since changes were requested" in asked
    assert "<ins>Windows</ins>" in asked
    assert "It is as it was then." in approved


def test_stored_words_that_nobody_knows_any_more_are_shown_as_they_are(app, operations):
    service = ServiceFactory()
    decide(operations, service, "take-down", reason="quality")
    db.session.execute(sa.update(ServiceReview).values(reason_code="retired"))
    signals = [["contact", {}], ["price", None], ["duplicate", {"listings": [7], "count": 1}], ["forgotten", {}]]
    db.session.execute(sa.update(ServiceState).values(signals=signals))
    db.session.commit()
    page = page_of(operations, service)
    assert "retired" in page
    assert page.count("was noted in a way that cannot be read any more") == 3


def test_what_changes_were_requested_of_is_found_with_since_when_until_it_is_edited(app, operations):
    late, early, other = (listed(title=f"Listing {word}") for word in ("late", "early", "other"))
    for service in (early, late):
        decide(operations, service, "change-request", reason="quality")
    decide(operations, other, "take-down", reason="quality")
    assert queued(operations) == []
    page = operations.get(f"{QUEUE}?kind=requested").text
    assert queued(operations, "?kind=requested") == [str(early.id), str(late.id)]
    assert "changes requested" in page.partition("<table")[2]
    assert "Review the next" not in page
    assert re.search(r'kind=requested" aria-current="true">Changes requested <span class="tab-count">2<', page)
    state = db.session.get(ServiceState, early.id)
    requested = db.session.scalars(sa.select(ServiceReview).where(ServiceReview.service_id == early.id)).one()
    assert state.waiting_since == requested.decided_at
    edit_behind_our_back(early, description="Every window, as was asked.")
    assert queued(operations) == [str(early.id)]
    assert queued(operations, "?kind=requested") == [str(late.id)]
    assert queued(operations, "?kind=unheard-of") == [str(early.id)]


def test_a_request_that_is_taken_back_waits_for_a_review_again(app, operations):
    service = ServiceFactory()
    decide(operations, service, "change-request", reason="quality")
    url = f"/admin/services/{service.id}/reversal"
    operations.post(url, data=fields_of(page_of(operations, service), url))
    assert queued(operations, "?kind=requested") == []
    assert queued(operations) == [str(service.id)]


def test_a_queue_that_is_asked_for_wrongly_opens_nothing(app, operations):
    first, second = listed(category="music"), listed(category="cleaning")
    token = operations.token("/admin/profile/")
    answer = operations.post(f"{QUEUE}claim", data={"csrf_token": token, "queue": "provider=nobody"})
    assert answer.location == f"{QUEUE}?provider=nobody"
    assert "this is no id" in operations.get(answer.location).text
    answer = operations.post(f"{QUEUE}claim", data={"csrf_token": token, "queue": "providr=1"})
    assert answer.location == QUEUE
    assert "“providr” is nothing that this list can be narrowed by." in operations.get(QUEUE).text
    long = f"search={'x' * 5_000}&category=music"  # Cut off, it would mean more.
    assert operations.post(f"{QUEUE}claim", data={"csrf_token": token, "queue": long}).status_code == 400
    answer = operations.post(f"{QUEUE}claim", data={"csrf_token": token, "queue": long.replace("x" * 4_000, "")})
    assert operations.get(answer.location).status_code == 200
    assert len(answer.location) < 500
    assert {state.claimed_by_id for state in db.session.scalars(sa.select(ServiceState))} == {None}
    assert queued(operations) == [str(first.id), str(second.id)]


def test_a_listing_that_somebody_has_claimed_is_theirs(app, operations, as_role):
    first, second = listed(), listed()
    other = as_role(Role.OPERATIONS)
    before = page_of(other, first)
    token = operations.token("/admin/profile/")
    assert str(first.id) in operations.post(f"{QUEUE}claim", data={"csrf_token": token}).location
    taken = other.post(f"{QUEUE}claim", data={"csrf_token": other.token("/admin/profile/")})
    assert str(second.id) in taken.location, "the first is somebody's"
    page = page_of(other, first)
    [sentence] = re.findall(r'<p id="holder">(.*?)</p>', page)
    assert "is looking at this listing until" in sentence
    row = page.partition('<div class="decisions"')[2].partition('<div class="record')[0]
    held = re.findall(r'<button[^>]*aria-disabled="true" aria-describedby="holder">(.*?)</button>', row)
    assert held == ["Approve", "Request changes", "Take down"]
    assert re.findall(r'<button class="btn btn-primary"[^>]*data-key="(.)"', row) == ["s"]
    assert row.count("<form") == 1, "there is nothing but to skip it"
    refused = decide(other, first, "approval", before)
    assert refused.status_code == 409
    assert "is looking at this listing until" in refused.text
    assert not entries("service.approved")
    assert decide(operations, first, "approval").status_code == 302
    assert db.session.get(ServiceState, first.id).claimed_by_id is None


def test_words_that_are_refused_for_a_claim_are_not_lost(app, operations, as_role):
    service, other = ServiceFactory(), as_role(Role.OPERATIONS)
    before = page_of(other, service)
    token = operations.token("/admin/profile/")
    operations.post(f"/admin/services/{service.id}/claim", data={"csrf_token": token})
    refused = decide(other, service, "take-down", before, reason="quality", words="Thin, and copied.")
    assert refused.status_code == 409
    assert fields_of(refused.text, f"/admin/services/{service.id}/take-down")["words"] == "Thin, and copied."


def test_words_that_are_missing_are_asked_for_where_they_are_typed(app, operations):
    service = ServiceFactory()
    page = decide(operations, service, "take-down", reason="other").text
    [field] = re.findall(r'<textarea[^>]*id="take_down-words"[^>]*>', page)
    for part in ("is-invalid", 'aria-invalid="true"', "autofocus", "take_down-words-hint take_down-words-errors"):
        assert part in field
    [wrong] = re.findall(r'<div class="field-errors" id="take_down-words-errors">(.*?)</div>', page)
    assert "Another reason needs words." in wrong
    assert '<a href="#take_down-words">' in page, "the summary leads there"
    [untouched] = re.findall(r'<textarea[^>]*id="change_request-words"[^>]*>', page)
    assert "aria-invalid" not in untouched
    assert "autofocus" not in untouched


def test_what_is_taken_down_is_put_back_by_one_button_that_says_what_it_does(app, operations):
    service = ServiceFactory()
    decide(operations, service, "take-down", reason="quality")
    page = page_of(operations, service)
    assert re.findall(r'data-key="(.)"', page) == ["u", "r", "n", "z"]
    assert "Reinstating approves the listing as it is now" in page
    edit_behind_our_back(service, title="Another")
    page = page_of(operations, service)
    assert re.findall(r'data-key="(.)"', page) == ["r", "s", "z"]
    assert re.findall(r'data-decision="(.)"', page) == ["t"]
    assert decide(operations, service, "reinstatement", page).status_code == 302
    assert queued(operations) == []


def test_from_a_decision_that_is_looked_at_again_the_way_leads_on(app, operations):
    first, second = listed(), listed()
    decide(operations, first, "approval")
    url = f"/admin/services/{first.id}/skip"
    answer = operations.post(url, data=fields_of(page_of(operations, first), url))
    assert f"/admin/services/{second.id}/review" in answer.location
    assert "Skipped" not in operations.get(answer.location).text, "nothing was"


def test_addresses_of_images_are_offered_where_there_are_some(app, operations):
    without, some = ServiceFactory(images=[]), ServiceFactory(images=["https://images.example/1.jpg"])
    assert ["Addresses of the images" in page_of(operations, each) for each in (without, some)] == [False, True]


def test_a_decision_is_not_taken_back_under_somebody_s_hands(app, operations, as_role):
    service, other = ServiceFactory(), as_role(Role.OPERATIONS)
    decide(operations, service, "approval")
    edit_behind_our_back(service, title="Another")
    page = page_of(other, service)
    claim = f"/admin/services/{service.id}/claim"
    assert operations.post(claim, data={"csrf_token": operations.token("/admin/profile/")}).status_code == 302
    url = f"/admin/services/{service.id}/reversal"
    refused = other.post(url, data=fields_of(page, url))
    assert refused.status_code == 409
    assert "is looking at this listing until" in refused.text
    db.session.rollback()
    assert db.session.get(ServiceState, service.id).claimed_by_id == operations.member_id


def test_a_script_that_claims_is_told_whose_the_listing_is_and_nothing_is_said_elsewhere(app, operations, as_role):
    service, other = ServiceFactory(), as_role(Role.OPERATIONS)
    assert queued(operations) == [str(service.id)]
    url = f"/admin/services/{service.id}/claim"
    answers = [
        browser.post(url, data={"csrf_token": browser.token("/admin/profile/")}, headers={"X-Background": "1"})
        for browser in (operations, other)
    ]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert re.fullmatch(r"Claimed by you until \d\d:\d\d", answers[0].text)
    assert "is looking at this listing until" in answers[1].text
    assert "is looking at this listing" not in other.get("/admin/").text
    assert "Claimed by you until" in page_of(operations, service)


def test_only_what_waits_can_be_claimed(app, operations):
    service = ServiceFactory()
    decide(operations, service, "approval")
    url = f"/admin/services/{service.id}/claim"
    answer = operations.post(url, data={"csrf_token": operations.token("/admin/profile/")})
    assert "This listing does not wait for a review." in operations.get(answer.location).text
    assert db.session.get(ServiceState, service.id).claimed_by_id is None


@pytest.mark.parametrize("noun", ["approval", "take-down", "skip", "reversal"])
def test_a_listing_that_is_deleted_while_one_looks_at_it_leads_on_to_the_next(app, operations, noun):
    first, second = listed(), listed()
    assert len(queued(operations)) == 2
    page, url = page_of(operations, first), f"/admin/services/{first.id}"
    form = {"csrf_token": operations.token("/admin/profile/"), "seen": fields_of(page, f"{url}/approval")["seen"]}
    db.session.execute(sa.delete(Service).where(Service.id == first.id))
    db.session.commit()
    answer = operations.post(f"{url}/{noun}", data={**form, "reason": "quality"})
    assert str(second.id) in answer.location
    assert "This listing was deleted meanwhile." in operations.get(answer.location).text
    assert operations.post(f"{url}/{noun}", data=form).status_code == 404, "it is forgotten by now"


def test_the_next_comes_in_the_order_of_the_queue(app, operations):
    image, week = ["https://images.example/1.jpg"], {"monday": [{"start": "09:00", "end": "17:00"}]}
    quiet = listed(images=image, availability=week, description="Violins for children, at home.")
    loud = listed(images=[], availability={}, description="Help with tax returns of every kind.")
    some = listed(images=[], availability=week, description="Carpets and curtains are cleaned here.")
    token = operations.token("/admin/profile/")
    form = {"csrf_token": token, "queue": "sort=signals&desc=1"}
    answer = operations.post(f"{QUEUE}claim", data=form)
    for service in (loud, some, quiet):
        assert str(service.id) in answer.location
        answer = operations.post(f"/admin/services/{service.id}/skip", data=form)
    assert answer.location == f"{QUEUE}?sort=signals&desc=1"
    assert "This is the end of the queue. Skipped, or looked at by others: 3." in operations.get(answer.location).text


def test_a_provider_s_other_listings_tell_at_once_that_one_was_taken_down(app, operations):
    provider = ProviderFactory()
    first, second = listed(provider=provider), listed(provider=provider)
    assert queued(operations, "?signal=provider") == []
    decide(operations, first, "take-down", reason="prohibited")
    assert queued(operations, "?signal=provider") == [str(second.id)]
    page = page_of(operations, first)
    url = f"/admin/services/{first.id}/reversal"
    assert operations.post(url, data=fields_of(page, url)).status_code == 302
    assert queued(operations, "?signal=provider") == []


def test_a_batch_without_a_reason_is_not_begun(app, operations):
    address = draft(operations, "services", "take-down", [ServiceFactory().id])
    form = fields_of(operations.get(address).text, f"/admin/batches/{address.partition('id=')[2]}/start")
    assert form.get("reason", "") == "", "none is chosen beforehand"
    assert press(operations, address, "start").status_code == 422


def test_what_is_skipped_is_left_to_others_and_the_one_behind_it_opens(app, operations):
    first, second = listed(), listed()
    token = operations.token("/admin/profile/")
    operations.post(f"{QUEUE}claim", data={"csrf_token": token})
    answer = operations.post(f"/admin/services/{first.id}/skip", data={"csrf_token": token})
    assert str(second.id) in answer.location
    told = re.sub(r"\s+", " ", operations.get(answer.location).text)
    assert f'Skipped: {first.title} <a href="/admin/services/{first.id}/review" data-key="u">' in told
    db.session.rollback()
    assert db.session.get(ServiceState, first.id).claimed_by_id is None
    assert db.session.get(ServiceState, first.id).needs_review


def test_a_decision_is_taken_back_once(app, operations):
    service = ServiceFactory()
    decide(operations, service, "take-down", reason="quality")
    page = page_of(operations, service)
    url = f"/admin/services/{service.id}/reversal"
    form = fields_of(page, url)
    assert operations.post(url, data=form).status_code == 302
    db.session.expire_all()
    assert db.session.get(Service, service.id).is_active
    assert queued(operations) == [str(service.id)]
    again = operations.post(url, data=form)
    assert again.status_code == 409
    assert len(entries("service.reversed")) == 1


def test_a_take_down_shows_the_bookings_to_come_and_the_provider_s_history(app, operations):
    service = ServiceFactory()
    for status in ("pending", "confirmed", "cancelled"):
        BookingFactory(service=service, status=status, scheduled_at=coming_monday(10))
    page = page_of(operations, service)
    assert "Coming bookings of this listing: 2" in page
    [panel] = re.findall(r'<section class="panel beside".*?</section>', page, re.DOTALL)
    assert service.title not in panel, "whose bookings they are need not be said in every row"
    assert "beside-more" not in panel
    assert "1 of 3 bookings with this provider were cancelled." in page
    assert f"/admin/bookings/?service={service.id}" in unescape(page)


def test_images_are_linked_and_never_fetched_by_the_server(app, operations):
    service = ServiceFactory(images=["https://images.example/1.jpg", "http://plain.example/2.jpg"])
    answer = operations.get(f"/admin/services/{service.id}/review")
    assert '<img src="https://images.example/1.jpg"' in answer.text
    assert 'referrerpolicy="no-referrer"' in answer.text
    assert 'src="http://plain.example' not in answer.text
    assert "img-src 'self' data: https:;" in answer.headers["Content-Security-Policy"] + ";"
    assert "https:" not in operations.get(QUEUE).headers["Content-Security-Policy"]


def test_the_queue_is_found_by_its_providers_and_from_the_page_of_one(app, operations):
    provider = ProviderFactory(email="grete@example.com", profile={"firstName": "Grete", "lastName": "Grün"})
    theirs = [listed(provider=provider) for _each in range(3)]
    listed()
    found = [str(service.id) for service in theirs]
    assert queued(operations, "?search=grün") == queued(operations, "?search=grete@example.com") == found
    page = unescape(page_of(operations, theirs[0]))
    assert f'<a href="{QUEUE}?provider={provider.id}">3 of this provider wait for a review</a>' in page
    assert queued(operations, f"?provider={provider.id}") == found
    decide(operations, theirs[0], "approval")
    decide(operations, theirs[1], "approval")
    assert "1 of this provider waits for a review" in page_of(operations, theirs[0])


def test_what_the_queue_finds_by_a_signal_is_decided_on_as_a_batch(app, operations):
    waits, approved = listed(images=[]), listed(images=[])
    listed(images=["https://images.example/1.jpg"])
    assert len(queued(operations, "?signal=images")) == 2
    decide(operations, approved, "approval")
    token = operations.token("/admin/profile/")
    form = {"action": "approval", "everything": "1", "matching": "signal=images", "csrf_token": token}
    address = operations.post("/admin/services/action/", data=form).location
    assert preview(operations, address) == (1, {})
    assert str(waits.id) in operations.get(address).text


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.MANAGER])
def test_whoever_reads_services_reads_the_figures_and_finds_back(as_role, role):
    browser = as_role(role)
    assert f'href="{QUEUE}figures"' in browser.get("/admin/services/").text
    figures = browser.get(f"{QUEUE}figures")
    assert figures.status_code == 200
    assert f'href="{QUEUE}"' not in figures.text
    assert '<p class="way-back"><a href="/admin/services/"' in figures.text


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.MANAGER])
def test_the_queue_is_for_moderators(as_role, role):
    service, browser = ServiceFactory(), as_role(role)
    assert browser.get(QUEUE).status_code == 403
    assert browser.get(f"/admin/services/{service.id}/review").status_code == 403
    assert "Review" not in browser.get("/admin/services/").text


# -- Many at once --------------------------------------------------------------------------------


def test_all_of_one_provider_are_approved_and_it_is_undone(app, operations):
    provider = ProviderFactory()
    services = [ServiceFactory(provider=provider) for _each in range(3)]
    ServiceFactory()
    approved = draft(operations, "services", "approval", everything="1", matching=f"provider={provider.id}")
    assert preview(operations, approved) == (3, {})
    begin(operations, approved)
    assert len(queued(operations)) == 1
    again = draft(operations, "services", "approval", [service.id for service in services])
    assert preview(operations, again) == (0, {"This listing is approved as it is.": 3})
    undo = press(operations, approved, "undo").location
    assert preview(operations, undo) == (3, {})
    begin(operations, undo)
    assert len(queued(operations)) == 4


def test_a_batch_decides_on_what_its_preview_was_of_and_leaves_what_is_another_s(app, operations, as_role):
    edited, decided, claimed, quiet = services = [listed() for _each in range(4)]
    address = draft(operations, "services", "approval", [service.id for service in services])
    assert preview(operations, address) == (4, {})
    edit_behind_our_back(edited, description="Call 555 0100.")
    other = as_role(Role.OPERATIONS)
    assert decide(other, decided, "change-request", reason="quality").status_code == 302
    token = other.token("/admin/profile/")
    assert other.post(f"/admin/services/{claimed.id}/claim", data={"csrf_token": token}).status_code == 302
    ready, refused = preview(operations, address)
    assert (ready, sorted(refused.values())) == (1, [1, 1, 1])
    begin(operations, address)
    told = dict(outcomes(operations, address))
    assert "was changed since you looked at it" in told[str(edited.id)]
    assert "Somebody decided on this listing" in told[str(decided.id)]
    assert "is looking at this listing until" in told[str(claimed.id)]
    assert told[str(quiet.id)] == "Done"
    assert [entry.subject_id for entry in entries("service.approved")] == [str(quiet.id)]
    assert decide(other, claimed, "skip").status_code == 302
    retry = press(operations, address, "retry").location
    assert preview(operations, retry)[0] == 3, "it is of what is there by now"
    begin(operations, retry)
    assert len(entries("service.approved")) == 4


def test_what_was_taken_down_is_not_put_back_along_with_others(app, operations):
    provider = ProviderFactory()
    down, new = (ServiceFactory(provider=provider) for _each in range(2))
    decide(operations, down, "take-down", reason="prohibited")
    address = draft(operations, "services", "approval", everything="1", matching=f"provider={provider.id}")
    assert preview(operations, address) == (1, {"This listing is taken down: it has to be reinstated.": 1})
    begin(operations, address)
    db.session.expire_all()
    assert [service.is_active for service in (down, new)] == [False, True]
    assert [entry.subject_id for entry in entries("service.approved")] == [str(new.id)]


@pytest.mark.parametrize("matching", ["provder=1", "provider=nobody", "search=x&role=customer"])
def test_what_narrows_nothing_is_refused_rather_than_meaning_everything(app, operations, matching):
    ServiceFactory()
    form = {"csrf_token": operations.token("/admin/profile/"), "action": "take-down", "everything": "1"}
    answer = operations.post("/admin/services/action/", data={**form, "matching": matching})
    assert answer.status_code == 400
    assert not db.session.scalars(sa.select(Batch)).all()


def test_everything_that_matches_is_taken_down_and_put_back_as_it_was(app, operations):
    services = [ServiceFactory(title="Miracle cure") for _each in range(3)]
    paused = ServiceFactory(title="Miracle pills", is_active=False)
    other = ServiceFactory(title="Lawn mowing")
    address = draft(operations, "services", "take-down", everything="1", matching="search=miracle")
    assert preview(operations, address) == (4, {})
    assert press(operations, address, "start").status_code == 422
    begin(operations, address, reason="prohibited", words="No cure is one.")
    assert "Prohibited: No cure is one." in operations.get(address).text
    db.session.expire_all()
    assert [service.is_active for service in (*services, paused, other)] == [False] * 4 + [True]
    decide(operations, services[0], "reinstatement")
    undo = begin(operations, press(operations, address, "undo").location)
    db.session.expire_all()
    assert [service.is_active for service in (*services, paused, other)] == [True] * 3 + [False, True]
    told = dict(outcomes(operations, undo))
    assert told[str(services[0].id)] == "This was changed since, so it is left as it is."
    assert list(told.values()).count("Done") == 3


def test_an_undo_takes_back_the_decision_of_its_own_batch_only(app, operations):
    service = ServiceFactory()
    address = begin(operations, draft(operations, "services", "approval", [service.id]))
    decide(operations, service, "change-request", reason="quality")
    undo = press(operations, address, "undo").location
    assert preview(operations, undo) == (0, {"Another decision was made since, or this one was taken back.": 1})


def test_the_listings_of_a_provider_are_taken_down_in_one_step_with_their_bookings_in_view(app, operations):
    provider = ProviderFactory()
    services = [ServiceFactory(provider=provider) for _each in range(2)]
    for service, status in zip(services, ("pending", "confirmed"), strict=True):
        BookingFactory(service=service, status=status, scheduled_at=coming_monday(10))
    BookingFactory(status="pending")
    page = page_of(operations, services[0])
    [form] = re.findall(r'<form[^>]*action="/admin/services/action/".*?</form>', page, re.DOTALL)
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
    assert fields["matching"] == f"provider={provider.id}"
    address = operations.post("/admin/services/action/", data={**fields, "action": "take-down"}).location
    page = operations.get(address).text
    assert preview(operations, address) == (2, {})
    assert "Coming bookings of these listings: 2" in page
    batch_id = address.partition("id=")[2]
    assert f"/admin/bookings/?batch={batch_id}&coming=yes&sort=scheduled_at" in unescape(page)
    begin(operations, address, reason="prohibited")
    review = f"/admin/services/{services[0].id}/review"
    assert f'<a href="{review}">' in operations.get(address).text, "from its result the way leads back to the review"
    assert not db.session.scalars(sa.select(Service).where(Service.is_active, Service.provider_id == provider.id)).all()


def test_a_preview_is_not_scrolled_past_what_is_to_be_read_first(app, operations, as_role):
    address = draft(operations, "services", "take-down", [ServiceFactory().id])
    assert "autofocus" not in operations.get(address).text, "coming bookings stand above the form"
    assert "autofocus" in press(operations, address, "start").text, "what is missing has the focus"
    support = as_role(Role.SUPPORT)
    address = draft(support, "bookings", "cancellation", [BookingFactory().id])
    assert "autofocus" in support.get(address).text, "nothing stands above it"


@pytest.mark.parametrize("path", ["/admin/services/{}/review", "/admin/services/details/?id={}"])
def test_a_stored_week_that_cannot_be_read_can_be_scrolled_with_keys(app, operations, path):
    service = ServiceFactory()
    overwrite(service, availability='"text"')
    page = operations.get(path.format(service.id)).text
    [stored] = re.findall(r"<pre[^>]*>", page)
    assert 'tabindex="0" role="region" aria-label="The hours of the week as they are stored"' in stored


def test_the_figures_tell_what_waits_and_what_was_decided_by_whom(app, operations, as_role):
    services = [listed() for _each in range(4)]
    other = as_role(Role.OPERATIONS)
    decide(operations, services[0], "approval")
    decide(operations, services[1], "take-down", reason="quality")
    assert decide(other, services[3], "approval").status_code == 302
    page = page_of(operations, services[1])
    url = f"/admin/services/{services[1].id}/reversal"
    assert operations.post(url, data=fields_of(page, url)).status_code == 302
    page = re.sub(r"\s+", " ", operations.get(f"{QUEUE}figures").text)
    facts = dict(re.findall(r"<dt>(.*?)</dt> ?<dd>(.*?)</dd>", page))
    assert facts["Waiting"] == "2"
    assert facts["Decided in 14 days"] == "3"
    assert facts["Taken back"].startswith("1 (33")
    rows = dict(re.findall(r'<th scope="row">([^<]+)</th>(.*?)</tr>', page))
    assert sorted(re.findall(r">(\d+)<", rows.pop("All of them"))) == ["1", "2", "3"]
    [today] = rows.values()
    assert sorted(re.findall(r">(\d+)<", today)) == ["1", "2", "3"], "days without a decision are left out"


def test_the_queue_is_sorted_by_signals_the_oldest_of_as_many_first(app, operations):
    image = ["https://images.example/1.jpg"]
    quiet, one, other, two = (
        listed(images=images, availability=week, description=f"Nothing like {number} of the others, {word}.")
        for number, (images, week, word) in enumerate(
            [
                (image, {"monday": [{"start": "09:00", "end": "17:00"}]}, "violins"),
                ([], {"monday": [{"start": "09:00", "end": "17:00"}]}, "gardening in the hills"),
                (image, {}, "carpets and curtains of all kinds"),
                ([], {}, "help with tax returns"),
            ]
        )
    )
    expected = [str(service.id) for service in (two, one, other, quiet)]
    assert queued(operations, "?sort=signals&desc=1") == expected


SHAPES = [
    "null",
    "7",
    "[1e400]",
    '"text"',
    "{}",
    '{"0": "https://images.example/1.jpg"}',
    "[null, 7, {}]",
    "[[]]",
    '["\\u0000"]',
]


@pytest.mark.parametrize("shape", SHAPES)
def test_images_of_any_shape_are_looked_at_and_decided_on(app, operations, shape):
    service = ServiceFactory()
    overwrite(service, images=shape, availability=shape)
    assert operations.get(f"/admin/services/{service.id}/review").status_code == 200
    assert decide(operations, service, "take-down", reason="quality").status_code == 302
    assert operations.get(f"/admin/services/{service.id}/review").status_code == 200
    assert queued(operations) == []
    overwrite(service, images='["https://images.example/1.jpg"]')
    page = page_of(operations, service)
    [changed] = re.findall(r'<section class="panel differences".*?</section>', page, re.DOTALL)
    assert "<ins>https://images.example/1.jpg</ins>" in changed
    assert not re.search(r"\w\n\w\n\w", changed), "a text is no list of its letters"
    address = draft(operations, "services", "reinstatement", [service.id])
    assert preview(operations, address) == (1, {})
    assert outcomes(operations, begin(operations, address)) == [(str(service.id), "Done")]
