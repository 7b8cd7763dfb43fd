"""A provider is away: their bookings in that time, listed, moved or cancelled as one batch, and put back."""

import datetime as dt
import random
import re
from html import unescape
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from marketplace.batches.models import Batch, BatchItem
from marketplace.bookings import away, away_view
from marketplace.bookings.many import BOOKING_VERBS
from marketplace.bookings.models import Booking
from marketplace.bookings.operations import cancel_booking, confirm_booking, reschedule_booking
from marketplace.extensions import db
from marketplace.permissions import ROLE_PERMISSIONS, Permission
from marketplace.staff.models import StaffMember
from marketplace.transaction import transaction
from marketplace.web.formats import moment_writer
from tests.audit_log import entries, is_whole
from tests.batch_steps import begin, outcomes, press, preview
from tests.factories import (
    OFFICE_WEEK,
    BookingFactory,
    ProviderFactory,
    ServiceFactory,
    StaffMemberFactory,
    UserFactory,
    coming_monday,
)
from tests.hostile import ANYTHING, IDS, MOMENTS, TEXTS, written
from tests.pages import fields_of
from tests.raw_rows import stored_rows
from tests.test_pages import flaws
from tests.test_statements import counted

ADDRESS = "/admin/bookings/provider-away/"
HOUR = dt.timedelta(hours=1)
ILL = "The provider is ill."


@pytest.fixture
def provider(app):
    return ProviderFactory(email="mo@example.com")


@pytest.fixture
def service(provider):
    return ServiceFactory(provider=provider)


def monday(hour=10, minute=0, *, days=0):
    return coming_monday(hour) + dt.timedelta(days=days, minutes=minute)


def url(provider_id, since=None, until=None):
    """Return the address of the page; by default for Monday and Tuesday, in UTC."""
    since, until = since or monday(0), until or monday(0, days=2)
    asked = {"provider": provider_id, "since": f"{since:%Y-%m-%dT%H:%M}", "until": f"{until:%Y-%m-%dT%H:%M}"}
    return f"{ADDRESS}?{urlencode(asked)}"


def open_page(browser, service, **period):
    """Return the address of the page and its fields as they are."""
    address = url(service.provider_id, **period)
    return address, fields_of(browser.get(address).text)


def send(browser, service, choices=None, *, period=None, **more):
    """Fill in the page and send it; `choices` is booking to what is chosen for it."""
    address, fields = open_page(browser, service, **(period or {}))
    chosen = {f"choice-{booking.id}": choice for booking, choice in (choices or {}).items()}
    return browser.post(address, data={**fields, **chosen, **more})


def listed(page):
    return re.findall(r'name="was-([0-9a-f-]{36})"', page)


def offered(page, booking):
    """Return the times offered for a booking."""
    select = page.split(f'id="choice-{booking.id}"', 1)[1].split("</select>", 1)[0]
    return [dt.datetime.fromisoformat(each) for each in re.findall(r'value="(\d{4}-[^"]+)"', select)]


def start(browser, answer):
    """Press the button of the preview that an answer leads to; return the preview and the page of what was done."""
    assert answer.status_code == 302, unescape(re.sub("<[^>]*>", "", answer.text))[-3000:]
    address = answer.headers["Location"]
    preview = browser.get(address).text
    batch_id = db.session.scalar(sa.select(Batch.id).order_by(Batch.created_at.desc()).limit(1))
    action = f"/admin/batches/{batch_id}/start"
    done = browser.post(action, data=fields_of(preview, action))
    assert done.status_code == 302
    db.session.rollback()
    return text_of(preview), text_of(browser.get(done.headers["Location"]).text)


def text_of(page):
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]*>", " ", page)))


def states(*bookings):
    db.session.rollback()
    return [(booking.status, booking.scheduled_at) for booking in bookings]


# -- What is listed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "minutes", "is_listed"),
    [
        (monday(11), 60, False),
        (monday(11), 61, True),
        (monday(12), 60, True),
        (monday(13, 59), 60, True),
        (monday(14), 60, False),
        (monday(10), 300, True),
    ],
)
def test_bookings_that_share_time_with_the_period_are_listed_and_touching_edges_are_not(
    support, service, starts, minutes, is_listed
):
    booking = BookingFactory(service=service, status="confirmed", scheduled_at=starts, duration=minutes)
    page = support.get(url(service.provider_id, monday(12), monday(14))).text
    assert listed(page) == ([str(booking.id)] if is_listed else [])


def test_pending_and_confirmed_bookings_of_that_provider_are_listed_soonest_first(support, provider, service):
    late = BookingFactory(service=service, status="pending", scheduled_at=monday(15))
    soon = BookingFactory(service=service, status="confirmed", scheduled_at=monday(9))
    other = BookingFactory(service=ServiceFactory(provider=provider), scheduled_at=monday(12))
    BookingFactory(status="confirmed", scheduled_at=monday(12))
    for status in ("cancelled", "completed"):
        BookingFactory(service=service, status=status, scheduled_at=monday(12))
    page = support.get(url(service.provider_id)).text
    assert listed(page) == [str(each.id) for each in (soon, other, late)]


def test_what_is_over_is_not_listed_and_what_goes_on_is(support, service):
    now = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0)
    BookingFactory(service=service, status="confirmed", scheduled_at=now - 3 * HOUR)
    going_on = BookingFactory(service=service, status="confirmed", scheduled_at=now - HOUR / 2)
    page = support.get(url(service.provider_id, now - 5 * HOUR, now + HOUR)).text
    assert listed(page) == [str(going_on.id)]


def test_a_provider_without_bookings_in_the_period_is_told_so(support, service):
    BookingFactory(service=service, scheduled_at=monday(days=7))
    page = support.get(url(service.provider_id)).text
    assert "No pending or confirmed booking is in this time" in page
    assert "data-away" not in page


def test_more_bookings_than_a_page_has_room_for_are_spoken_of(support, service, monkeypatch):
    for module in (away, away_view):
        monkeypatch.setattr(module, "MOST_LISTED", 2)
    bookings = [BookingFactory(service=service, scheduled_at=monday(hour)) for hour in (9, 10, 11)]
    page = support.get(url(service.provider_id)).text
    assert listed(page) == [str(each.id) for each in bookings[:2]]
    assert "These are the first 2" in page
    start(support, send(support, service, for_all="cancel", reason=ILL))
    assert [status for status, _when in states(*bookings)] == ["cancelled", "cancelled", "pending"]


def test_times_are_those_of_the_viewer(app, support, service):
    db.session.get(StaffMember, support.member_id).timezone = "Asia/Tokyo"
    db.session.commit()
    booking = BookingFactory(service=service, status="confirmed", scheduled_at=monday(10))
    page = support.get(url(service.provider_id, monday(19), monday(20))).text  # 10 to 11 UTC
    assert listed(page) == [str(booking.id)]
    assert "Asia/Tokyo" in page
    assert re.search(r"19:00 . 20:00", page)
    assert support.get(url(service.provider_id, monday(18), monday(19))).text.count('name="was-') == 0


# -- Which period --------------------------------------------------------------------------------


def test_a_provider_can_be_named_in_the_address_before_a_period_is(support, service):
    answer = support.get(f"{ADDRESS}?provider={service.provider_id}")
    assert answer.status_code == 200
    assert "mo@example.com" in answer.text
    assert f'value="{service.provider_id}"' in answer.text
    assert "data-away" not in answer.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"provider": ""}, "This field is required."),
        ({"provider": "nobody@example.com"}, "Nothing matches “nobody@example.com”."),
        ({"since": ""}, "This field is required."),
        ({"until": ""}, "This field is required."),
        ({"since": "soon"}, "Not a valid datetime value."),
        ({"until": "2001-01-01T10:00", "since": "2001-01-01T09:00"}, "This is over already."),
        ({"until": f"{monday(0):%Y-%m-%dT%H:%M}"}, "This has to be later than when it begins."),
    ],
)
def test_a_period_that_is_none_is_refused_beside_its_field_and_nothing_typed_is_lost(
    support, service, changes, sentence
):
    asked = {
        "provider": "mo@example.com", "since": f"{monday(0):%Y-%m-%dT%H:%M}",
        "until": f"{monday(0, days=2):%Y-%m-%dT%H:%M}", **changes,
    }  # fmt: skip
    answer = support.get(f"{ADDRESS}?{urlencode(asked)}")
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert sentence in page
    for value in asked.values():
        assert f'value="{value}"' in page


def test_a_customer_is_no_provider(support):
    customer = UserFactory(email="ada@example.com")
    for typed in (customer.id, "ada@example.com"):
        answer = support.get(f"{ADDRESS}?provider={typed}")
        assert answer.status_code == 422
        assert "Nothing matches" in answer.text
    found = support.get("/admin/bookings/ajax/lookup/?name=provider&query=ada").get_json()
    assert found == []


def test_providers_are_suggested(support, service):
    found = support.get(f"/admin/bookings/ajax/lookup/?name=provider&query={'mo@example.com'}").get_json()
    assert [each["id"] for each in found] == [str(service.provider_id)]


def test_a_time_that_comes_twice_is_asked_about_and_the_answer_kept_in_the_way_back(app, support, service):
    db.session.get(StaffMember, support.member_id).timezone = "Europe/Berlin"
    db.session.commit()
    before, after = (dt.datetime(2027, 10, 31, hour, 30, tzinfo=dt.UTC) for hour in (0, 1))
    booking = BookingFactory(service=service, status="confirmed", scheduled_at=before, duration=60)
    asked = {"provider": service.provider_id, "since": "2027-10-31T02:30", "until": "2027-10-31T06:00"}
    answer = support.get(f"{ADDRESS}?{urlencode(asked)}")
    assert answer.status_code == 422
    assert "so 02:30 comes twice" in answer.text
    assert after == before + HOUR
    second = support.get(f"{ADDRESS}?{urlencode({**asked, 'since-offset': 'UTC+01:00'})}")
    assert (second.status_code, listed(second.text)) == (200, []), "it ends when the second one begins"
    address = f"{ADDRESS}?{urlencode({**asked, 'since-offset': 'UTC+02:00'})}"
    first = support.get(address)
    assert listed(first.text) == [str(booking.id)]
    support.post(address, data={**fields_of(first.text), "for_all": "cancel", "reason": ILL})
    origin = db.session.scalar(sa.select(Batch.origin))
    assert listed(support.get(origin).text) == [str(booking.id)]


def test_a_free_time_that_comes_twice_names_its_offset(app, support):
    db.session.get(StaffMember, support.member_id).timezone = "America/New_York"
    db.session.commit()
    # In UTC from five to six on the first Sunday in November: twice from one to two in New York.
    service = ServiceFactory(availability={"sunday": [{"start": "05:00", "end": "07:00"}]})
    friday = dt.datetime(2027, 11, 5, 15, tzinfo=dt.UTC)
    booking = BookingFactory(service=service, status="confirmed", scheduled_at=friday, duration=60)
    page = support.get(url(service.provider_id, friday - 8 * HOUR, friday + 24 * HOUR)).text
    assert offered(page, booking)[:3] == [
        dt.datetime(2027, 11, 7, *there, tzinfo=dt.UTC) for there in ((5,), (5, 30), (6,))
    ]
    assert page.count("01:00 (UTC-04:00)") == page.count("01:00 (UTC-05:00)") == 1
    chosen = dt.datetime(2027, 11, 7, 6, tzinfo=dt.UTC)
    period = {"since": friday - 8 * HOUR, "until": friday + 24 * HOUR}
    start(support, send(support, service, {booking: chosen.isoformat()}, period=period))
    assert states(booking) == [("confirmed", chosen)]


# -- What is offered -----------------------------------------------------------------------------


def test_free_times_begin_after_the_period_and_spare_what_is_confirmed(support, service):
    booking = BookingFactory(service=service, status="confirmed", scheduled_at=monday(10))
    BookingFactory(service=service, status="confirmed", scheduled_at=monday(9, days=2))
    BookingFactory(service=service, status="pending", scheduled_at=monday(11, days=2))
    found = offered(support.get(url(service.provider_id)).text, booking)
    assert found == [monday(10, 30 * number, days=2) for number in range(away.TIMES_OFFERED)]


def test_no_time_of_one_booking_is_in_the_way_of_the_first_of_another(support, service):
    bookings = [
        BookingFactory(service=service, status=status, scheduled_at=monday(9, 30 * number), duration=minutes)
        for number, (status, minutes) in enumerate(
            [("confirmed", 60), ("pending", 30), ("confirmed", 90), ("confirmed", 45), ("pending", 240)]
        )
    ]
    page = support.get(url(service.provider_id)).text
    length = {booking: dt.timedelta(minutes=booking.duration) for booking in bookings}
    firsts = {booking: offered(page, booking)[0] for booking in bookings}
    for booking in bookings:
        for time in offered(page, booking):
            for other, first in firsts.items():
                apart = time + length[booking] <= first or first + length[other] <= time
                assert other is booking or apart, (booking.duration, time, other.duration, first)
    start(support, send(support, service, for_all="move"))
    assert [when for _status, when in states(*bookings)] == list(firsts.values())


def test_a_booking_that_lasts_beyond_the_period_is_not_in_its_own_way(support, service):
    booking = BookingFactory(service=service, status="confirmed", scheduled_at=monday(11), duration=120)
    other = BookingFactory(service=service, status="pending", scheduled_at=monday(11, 30), duration=60)
    period = {"since": monday(10), "until": monday(12)}
    page = support.get(url(service.provider_id, **period)).text
    assert offered(page, booking)[0] == monday(12)
    assert offered(page, other)[0] == monday(14), "where the first could go is taken"


@pytest.mark.parametrize("stored", ["'{\"funday\": []}'", "'{}'", "'null'"])
def test_where_nothing_is_free_it_is_said_and_moving_all_leaves_those(app, support, provider, service, stored):
    booking = BookingFactory(service=service, status="confirmed", scheduled_at=monday(10))
    movable = BookingFactory(service=ServiceFactory(provider=provider), status="confirmed", scheduled_at=monday(12))
    db.session.execute(
        sa.text(f"UPDATE services SET availability = {stored} WHERE id = :id").bindparams(
            sa.bindparam("id", service.id, sa.Uuid())
        )
    )
    db.session.commit()
    page = support.get(url(service.provider_id)).text
    assert offered(page, booking) == []
    assert "Nothing is free in the six weeks after that." in page
    answer = send(support, service, for_all="move")
    preview, _done = start(support, answer)
    assert "1 booking is left as it is: nothing is free for it." in preview
    assert states(booking)[0] == ("confirmed", monday(10))
    assert states(movable)[0] == ("confirmed", monday(9, days=2))


# -- What is chosen ------------------------------------------------------------------------------


def test_one_is_moved_one_cancelled_and_one_left_in_one_batch(support, service):
    moved, cancelled, left = (
        BookingFactory(service=service, status=status, scheduled_at=monday(hour))
        for status, hour in (("confirmed", 9), ("pending", 10), ("confirmed", 11))
    )
    answer = send(support, service, {moved: monday(15, days=3).isoformat(), cancelled: "cancel"}, reason=ILL)
    assert states(moved, cancelled) == [("confirmed", monday(9)), ("pending", monday(10))], "only drafted yet"
    preview, done = start(support, answer)
    assert "It can be done to 2 bookings" in preview
    assert f"Move from {told(monday(9))} to {told(monday(15, days=3))}" in preview
    assert "Provider away: 2 bookings" in done
    assert "2 done" in done
    assert f"Move from {told(monday(9))} to {told(monday(15, days=3))}" in done
    assert states(moved, cancelled, left) == [
        ("confirmed", monday(15, days=3)), ("cancelled", monday(10)), ("confirmed", monday(11)),
    ]  # fmt: skip
    [cancelling] = entries("booking.cancelled")
    [moving] = entries("booking.rescheduled")
    assert (cancelling.reason, moving.reason) == (ILL, ILL)
    [batch_id] = db.session.scalars(sa.select(Batch.id))
    assert cancelling.changes["batch_id"] == moving.changes["batch_id"] == [None, str(batch_id)]
    assert is_whole()


def told(moment):
    return moment_writer()(moment)


def test_all_are_moved_to_their_first_free_times_whatever_is_chosen_below(support, service):
    bookings = [BookingFactory(service=service, status="confirmed", scheduled_at=monday(hour)) for hour in (9, 10, 11)]
    preview, _done = start(support, send(support, service, {bookings[0]: "cancel"}, for_all="move"))
    assert "It can be done to 3 bookings" in preview
    assert states(*bookings) == [("confirmed", monday(hour, days=2)) for hour in (9, 10, 11)]
    assert [entry.reason for entry in entries("booking.rescheduled")] == [None] * 3


def test_all_are_cancelled(support, service):
    bookings = [
        BookingFactory(service=service, status=status, scheduled_at=monday()) for status in ("pending", "confirmed")
    ]
    start(support, send(support, service, for_all="cancel", reason=ILL))
    assert [status for status, _when in states(*bookings)] == ["cancelled"] * 2


def test_nothing_chosen_is_nothing_to_do(support, service):
    BookingFactory(service=service, scheduled_at=monday())
    answer = send(support, service)
    assert answer.status_code == 422
    assert "Choose what is to become of at least one booking." in answer.text
    assert not db.session.scalars(sa.select(Batch)).all()


def test_cancelling_needs_a_reason_and_what_was_chosen_is_kept(support, service):
    first, second = (BookingFactory(service=service, scheduled_at=monday(hour)) for hour in (9, 10))
    chosen = monday(15, days=3).isoformat()
    for reason in ("", " \r\n "):
        answer = send(support, service, {first: "cancel", second: chosen}, reason=reason)
        assert answer.status_code == 422
        assert "Cancelling needs a reason." in answer.text
        kept = fields_of(answer.text)
        assert (kept[f"choice-{first.id}"], kept[f"choice-{second.id}"]) == ("cancel", chosen)
    assert not db.session.scalars(sa.select(Batch)).all()


def test_a_refused_choice_for_all_shows_beside_each(support, service):
    booking = BookingFactory(service=service, scheduled_at=monday())
    kept = fields_of(send(support, service, for_all="cancel").text)
    assert (kept["for_all"], kept[f"choice-{booking.id}"]) == ("cancel", "cancel")


def test_a_reason_overrides_what_else_speaks_against_a_time(app, support):
    service = ServiceFactory(is_active=False)
    booking = BookingFactory(service=service, status="confirmed", scheduled_at=monday())
    refused = send(support, service, for_all="move")
    assert refused.status_code == 422
    assert "This service is not active. Give a reason to book it all the same." in refused.text
    start(support, send(support, service, for_all="move", reason=ILL))
    assert states(booking) == [("confirmed", monday(9, days=2))]


def test_a_reason_that_is_needed_cannot_be_emptied_before_it_begins(support, service):
    booking = BookingFactory(service=service, scheduled_at=monday())
    address = send(support, service, for_all="cancel", reason=ILL).headers["Location"]
    [batch_id] = db.session.scalars(sa.select(Batch.id))
    action = f"/admin/batches/{batch_id}/start"
    fields = fields_of(support.get(address).text, action)
    assert fields["reason"] == ILL
    answer = support.post(action, data={**fields, "reason": " "})
    assert answer.status_code == 422
    assert "A reason is needed." in answer.text
    assert support.post(action, data={**fields, "reason": "Flu."}).status_code == 302
    assert states(booking) == [("cancelled", monday())]
    assert [entry.reason for entry in entries("booking.cancelled")] == ["Flu."]


@pytest.mark.parametrize("sent", [{}, {"needs_reason": ""}, {"needs_reason": "", "reason": " "}])
def test_whoever_sends_no_field_at_all_begins_nothing_and_loses_nothing(support, service, sent):
    booking = BookingFactory(service=service, scheduled_at=monday())
    address = send(support, service, for_all="cancel", reason=ILL).headers["Location"]
    answer = press(support, address, "start", **sent)
    assert answer.status_code == 422
    assert states(booking) == [("pending", monday())]
    db.session.rollback()
    [batch] = db.session.scalars(sa.select(Batch))
    assert (batch.state, batch.arguments["reason"]) == ("draft", ILL)


def test_a_refusal_names_the_time_that_is_planned(support, service):
    first, second = (BookingFactory(service=service, status="confirmed", scheduled_at=monday(hour)) for hour in (9, 10))
    there = monday(13, days=2)
    address = send(support, service, {first: there.isoformat(), second: there.isoformat()}, reason=ILL).location
    page = support.get(address).text
    assert preview(support, address) == (1, {"The provider has a confirmed booking then.": 1})
    [sentence] = re.findall(r"The provider has a confirmed booking then: [^<]*", page)
    assert f"{there:%H:%M}" in sentence
    assert f"{monday():%H:%M}" not in sentence


def test_what_a_reason_overrides_is_told_of_each_booking(support):
    service = ServiceFactory(is_active=False)
    BookingFactory(service=service, status="confirmed", scheduled_at=monday())
    address = send(support, service, for_all="move", reason=ILL).location
    assert "although: This service is not active." in support.get(address).text


@pytest.mark.parametrize("minutes", [-59, 0, 24 * 60, 48 * 60 - 1])
def test_no_booking_is_moved_into_the_absence(support, service, minutes):
    booking = BookingFactory(service=service, scheduled_at=monday())
    there = monday(0, minutes)
    answer = send(support, service, {booking: there.isoformat()}, reason=ILL)
    assert answer.status_code == 422
    assert "The provider is away then." in answer.text
    assert fields_of(answer.text)[f"choice-{booking.id}"] == there.isoformat()


def test_what_changed_since_the_page_was_made_is_looked_at_once_more(support, service):
    first, second = (BookingFactory(service=service, status="confirmed", scheduled_at=monday(hour)) for hour in (9, 10))
    address, fields = open_page(support, service)
    filled = {**fields, "for_all": "cancel", "reason": ILL}
    changes = (
        lambda: BookingFactory(service=service, scheduled_at=monday(12)),
        lambda: move(first, monday(13)),
        lambda: move(second, monday(13, days=7)),
    )
    for change in changes:
        change()
        answer = support.post(address, data=filled)
        assert answer.status_code == 409
        assert "have changed, so look at them once more." in answer.text
        filled = fields_of(answer.text)
        assert (filled["for_all"], filled["reason"]) == ("cancel", ILL)
    assert support.post(address, data=filled).status_code == 302
    assert db.session.scalar(sa.select(Batch.size)) == 2


def move(booking, there):
    with transaction():
        reschedule_booking(
            booking,
            was_at=booking.scheduled_at,
            scheduled_at=there,
            reason="She asked for it.",
            zone=dt.UTC,
            actor=StaffMemberFactory.build(),
        )


# -- What is foreseen ----------------------------------------------------------------------------


def test_of_two_moved_to_one_time_the_second_is_refused_as_the_preview_says(support, service):
    first, second, pending = (
        BookingFactory(service=service, status=status, scheduled_at=monday(hour))
        for status, hour in (("confirmed", 9), ("confirmed", 10), ("pending", 11))
    )
    there = monday(12, days=2)
    choices = dict.fromkeys((first, second, pending), there.isoformat())
    preview, done = start(support, send(support, service, choices))
    assert "It can be done to 1 booking" in preview
    assert "Not to 2 bookings: The provider has a confirmed booking then." in preview
    assert "1 done" in done
    assert "2 not done" in done
    assert states(first, second, pending) == [
        ("confirmed", there), ("confirmed", monday(10)), ("pending", monday(11)),
    ]  # fmt: skip


def test_what_is_moved_away_or_cancelled_makes_room_for_what_comes_after(support, service):
    period = {"since": monday(9), "until": monday(12)}
    moved = BookingFactory(service=service, status="confirmed", scheduled_at=monday(9), duration=240)
    cancelled = BookingFactory(service=service, status="confirmed", scheduled_at=monday(10), duration=240)
    into = BookingFactory(service=service, status="confirmed", scheduled_at=monday(11), duration=60)
    into_other = BookingFactory(service=service, status="pending", scheduled_at=monday(11, 30), duration=60)
    choices = {
        moved: monday(9, days=1).isoformat(),
        cancelled: "cancel",
        into: monday(12).isoformat(),
        into_other: monday(13).isoformat(),
    }
    preview, done = start(support, send(support, service, choices, period=period, reason=ILL))
    assert "It can be done to 4 bookings" in preview
    assert "4 done" in done
    assert states(moved, cancelled, into, into_other) == [
        ("confirmed", monday(9, days=1)), ("cancelled", monday(10)), ("confirmed", monday(12)), ("pending", monday(13)),
    ]  # fmt: skip


def test_what_is_in_the_way_until_its_turn_comes_is_foreseen_too(support, service):
    period = {"since": monday(9), "until": monday(12)}
    into = BookingFactory(service=service, status="confirmed", scheduled_at=monday(9), duration=60)
    later = BookingFactory(service=service, status="confirmed", scheduled_at=monday(11), duration=120)
    choices = {into: monday(12).isoformat(), later: "cancel"}
    preview, done = start(support, send(support, service, choices, period=period, reason=ILL))
    assert "It can be done to 1 booking" in preview
    assert "1 done" in done
    assert states(into, later) == [("confirmed", monday(9)), ("cancelled", monday(11))]


def test_what_changes_between_draft_and_start_is_left_and_both_say_so(support, service):
    names = ("moved", "cancelled", "moved elsewhere", "to cancel, moved elsewhere", "confirmed")
    bookings = {
        name: BookingFactory(service=service, status="pending", scheduled_at=monday(9, 60 * number))
        for number, name in enumerate(names)
    }
    there = {name: monday(9, 60 * number, days=3).isoformat() for number, name in enumerate(names)}
    choices = {booking: "cancel" if name.startswith("to cancel") else there[name] for name, booking in bookings.items()}
    answer = send(support, service, choices, reason=ILL)
    move(bookings["moved elsewhere"], monday(9, days=7))
    move(bookings["to cancel, moved elsewhere"], monday(10, days=7))
    with transaction():
        cancel_booking(bookings["cancelled"], reason=ILL, actor=StaffMemberFactory.build())
    with transaction():
        confirm_booking(bookings["confirmed"], actor=StaffMemberFactory.build())
    preview, done = start(support, answer)
    assert "It can be done to 2 bookings" in preview
    assert "Not to 2 bookings: Meanwhile this was moved, so it is left as it is." in preview
    assert "Not to 1 booking: A cancelled booking cannot be rescheduled." in preview
    assert "2 done" in done
    assert "3 not done" in done
    assert states(*bookings.values()) == [
        ("pending", monday(9, days=3)), ("cancelled", monday(10)), ("pending", monday(9, days=7)),
        ("pending", monday(10, days=7)), ("confirmed", monday(13, days=3)),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_chosen_the_preview_tells_the_outcome_and_an_undoing_puts_it_back(support, provider, service, seed):
    chance = random.Random(seed)
    services = [service, ServiceFactory(provider=provider), ServiceFactory(provider=provider, is_active=False)]
    made = [
        BookingFactory(
            service=chance.choice(services),
            status=status,
            scheduled_at=monday(9, 60 * number),
            duration=chance.choice((30, 60) if status == "confirmed" else (30, 90, 600)),
        )
        for number, status in enumerate(chance.choices(("pending", "confirmed"), k=25))
    ]
    period = {"since": monday(9), "until": monday(10, days=1)}
    times = [monday(10, 30 * number, days=1).isoformat() for number in range(20)]
    choices = {booking: chance.choice(("", "cancel", *times, *times)) for booking in made}
    before = states(*made)
    address = send(support, service, choices, period=period, reason=ILL).location
    with transaction():
        cancel_booking(made[0], reason=ILL, actor=StaffMemberFactory.build())
    before[0] = states(made[0])[0]
    ready, refused = preview(support, address)
    begin(support, address, reason=ILL, needs_reason="yes")
    told = [outcome for _id, outcome in outcomes(support, address)]
    assert ready == told.count("Done") > 0
    assert sum(refused.values()) == len(told) - ready
    undo = press(support, address, "undo").location
    assert preview(support, undo) == (ready, {})
    begin(support, undo)
    assert states(*made) == before


# -- Undone --------------------------------------------------------------------------------------


def test_an_undoing_puts_every_booking_back_exactly(support, service):
    odd = dt.timedelta(seconds=7, microseconds=123457)
    bookings = [
        BookingFactory(service=service, status=status, scheduled_at=monday(9 + number) + odd, duration=30)
        for number, status in enumerate(("pending", "confirmed", "pending", "confirmed"))
    ]
    before = states(*bookings)
    choices = {
        bookings[0]: "cancel", bookings[1]: "cancel",
        bookings[2]: monday(9, days=4).isoformat(), bookings[3]: monday(10, days=4).isoformat(),
    }  # fmt: skip
    start(support, send(support, service, choices, reason=ILL))
    assert states(*bookings) != before
    [batch_id] = db.session.scalars(sa.select(Batch.id))
    undo = support.submit(f"/admin/batches/{batch_id}/undo", page=f"/admin/batches/details/?id={batch_id}")
    assert undo.status_code == 302
    preview, done = start(support, undo)
    assert "It can be done to 4 bookings" in preview
    assert "4 done" in done
    assert states(*bookings) == before
    assert is_whole()


# -- Who, how many statements, and what nobody should send ---------------------------------------


@pytest.mark.parametrize("role", ["operations", "manager"])
def test_whoever_may_not_is_shown_no_way_to_it(app, as_role, support, service, role):
    pages = ("/admin/bookings/", f"/admin/users/details/?id={service.provider_id}")
    for page in pages:
        assert "provider-away" not in as_role(role).get(page).text
        assert "provider-away" in support.get(page).text
    customer = UserFactory()
    assert "provider-away" not in support.get(f"/admin/users/details/?id={customer.id}").text


@pytest.mark.parametrize("missing", [Permission.BOOKINGS_CANCEL, Permission.BOOKINGS_RESCHEDULE])
def test_it_takes_both_permissions(support, service, monkeypatch, missing):
    monkeypatch.setitem(ROLE_PERMISSIONS, "support", ROLE_PERMISSIONS["support"] - {missing})
    assert support.get(url(service.provider_id)).status_code == 403
    assert support.post(ADDRESS, data={"csrf_token": support.token("/admin/")}).status_code == 403


@pytest.mark.parametrize(("role", "status"), [("administrator", 302), ("operations", 403), ("manager", 403)])
def test_another_may_begin_what_was_drafted_who_may_do_it(as_role, support, service, role, status):
    booking = BookingFactory(service=service, scheduled_at=monday())
    address = send(support, service, for_all="cancel", reason=ILL).headers["Location"]
    other = as_role(role)
    preview = other.get(address).text
    assert ("You may look at this, but not do it." in preview) == (status == 403)
    form = {"csrf_token": other.token("/admin/profile/"), "reason": ILL}
    answer = other.post(f"/admin/batches/{address.partition('id=')[2]}/start", data=form)
    assert answer.status_code == status
    assert states(booking)[0][0] == ("cancelled" if status == 302 else "pending")


def test_the_list_drafts_no_batch_of_it(support, service):
    """It would not know what is to become of each row."""
    booking = BookingFactory(service=service)
    form = {"action": "absence", "rowid": str(booking.id)}
    assert support.submit("/admin/bookings/action/", form, page="/admin/bookings/").status_code == 400
    assert not db.session.scalars(sa.select(Batch)).all()


def test_whoever_may_cancel_may_reschedule():
    """A batch that was drafted on the page asks for the first alone."""
    for granted in ROLE_PERMISSIONS.values():
        assert (Permission.BOOKINGS_CANCEL in granted) == (Permission.BOOKINGS_RESCHEDULE in granted)
    assert away_view.ABSENCE.permission == Permission.BOOKINGS_CANCEL
    assert away_view.ABSENCE not in BOOKING_VERBS


def test_the_page_takes_as_many_statements_for_many_bookings_as_for_one(app, support, provider, service):
    counts = []
    for _round in range(2):
        with counted() as statements:
            assert support.get(url(service.provider_id)).status_code == 200
        counts.append(len(statements))
        for number in range(12):
            other = service if number % 2 else ServiceFactory(provider=provider)
            BookingFactory(service=other, status="confirmed", scheduled_at=monday(9, 30 * number), duration=30)
    assert counts[1] - counts[0] <= 1, "their services"
    assert counts[1] <= 6


def test_drafting_and_looking_at_it_take_as_many_statements_for_many_bookings_as_for_few(
    app, support, provider, service
):
    counts = []
    for amount in (2, 14):
        for number in range(amount):
            other = service if number % 2 else ServiceFactory(provider=provider)
            BookingFactory(service=other, status="confirmed", scheduled_at=monday(9, number), duration=30)
        address, fields = open_page(support, service)
        with counted() as drafting:
            answer = support.post(address, data={**fields, "for_all": "move"})
        with counted() as looking:
            assert support.get(answer.headers["Location"]).status_code == 200
        counts.append((len(drafting), len(looking)))
    assert counts[0] == counts[1]


def test_what_is_refused_previewed_and_done_are_sound_documents(support, provider, service):
    title = "<script>alert(1)</script> שלום"
    other = BookingFactory(service=ServiceFactory(title=title, provider=provider), scheduled_at=monday(12))
    booking = BookingFactory(service=service, status="confirmed", scheduled_at=monday())
    choices = {booking: "cancel", other: monday(9, days=1).isoformat()}
    assert flaws(send(support, service, choices).text) == []
    address = send(support, service, {booking: "cancel", other: monday(9, days=3).isoformat()}, reason=ILL).location
    assert flaws(support.get(address).text) == []
    press(support, address, "start", reason=ILL)
    assert flaws(support.get(address).text) == []


def test_a_hostile_period_gets_a_clean_page(app, support, service):
    BookingFactory(service=service, scheduled_at=monday())
    good = {"provider": str(service.provider_id), "since": "2026-01-01T00:00", "until": "2999-12-31T23:59"}
    wrong = []
    for name, values in {"provider": (*IDS, *TEXTS), "since": MOMENTS, "until": MOMENTS, "since-offset": TEXTS}.items():
        for zone in ("UTC", "Pacific/Kiritimati") if values is MOMENTS else ("UTC",):
            db.session.get(StaffMember, support.member_id).timezone = zone
            db.session.commit()
            for value in values:
                query = "&".join(f"{key}={written(each)}" for key, each in {**good, name: value}.items())
                answer = support.get(ADDRESS, query_string=query)
                if answer.status_code not in (200, 400, 422):
                    wrong.append((name, value[:50], answer.status))
    assert not wrong


def test_hostile_choices_are_refused_or_sound(app, support, service):
    booking = BookingFactory(service=service, scheduled_at=monday())
    address, fields = open_page(support, service)
    before = stored_rows(but=("staff_sessions", "batches", "batch_items"))
    wrong = []
    for name in (f"choice-{booking.id}", f"was-{booking.id}", "for_all", "reason", "was-", "was-x", "choice-x"):
        for value in ANYTHING:
            sent = {f"choice-{booking.id}": "cancel", "reason": ILL, name: value}
            answer = support.post(address, data={**fields, **sent})
            if answer.status_code == 302:
                answer = support.get(answer.headers["Location"])
                assert answer.status_code == 200
            elif answer.status_code not in (400, 409, 422):
                wrong.append((name, value[:50], answer.status))
    assert not wrong
    assert stored_rows(but=("staff_sessions", "batches", "batch_items")) == before
    for item in db.session.scalars(sa.select(BatchItem)):
        assert item.subject_id == booking.id


def test_rows_that_another_program_spoilt_break_nothing(app, support, service):
    booking = BookingFactory(service=service, status="confirmed", scheduled_at=monday(), duration=2_000_000_000)
    db.session.execute(sa.update(Booking).where(Booking.id == booking.id).values(scheduled_at=monday(9, days=-30)))
    db.session.commit()
    page = support.get(url(service.provider_id))
    assert page.status_code == 200
    assert offered(page.text, booking) == []
    assert OFFICE_WEEK["saturday"] == []
    assert ProviderFactory().role == "provider"
