"""The screen of the audit log: narrowed by who, what, to what, when and in which request; it leads to the records."""

import datetime as dt
import re
from html import unescape
from pathlib import Path

import pytest
import time_machine

import marketplace
from marketplace.accounts.models import Ending
from marketplace.accounts.reset_links import Customer
from marketplace.audit import Origin, current_origin, record
from marketplace.backoffice.acts import ACTS
from marketplace.backoffice.cells import breakable
from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.listings.models import Decision
from marketplace.staff.invites import invite_colleague
from marketplace.transaction import transaction
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, UserFactory

CODE = Path(marketplace.__file__).parent
NOON = dt.datetime.combine(utcnow().date(), dt.time(12), dt.UTC)


def act(action, subject, actor, *, days_ago=0, request="request-1", **options):
    """Write an entry; not in the order of time, which the log does not need."""
    token = current_origin.set(Origin(request_id=request, address="192.0.2.7"))
    try:
        with time_machine.travel(NOON - dt.timedelta(days=days_ago), tick=False), transaction():
            record(action, subject, actor=actor, label=str(subject), **options)
    finally:
        current_origin.reset(token)


def text(answer):
    assert answer.status_code == 200
    return unescape(answer.text)


def shown(browser, query):
    """Return what the entries of the list did, by the actions they link to."""
    return re.findall(r'\?action=([\w.-]+)"', text(browser.get(f"/admin/audit/?{query}")))


def follow(page, words):
    """Return where the link with these words leads to in the log."""
    links = re.findall(r'<a[^>]*href="(/admin/audit/[^"]*)"[^>]*>(.*?)</a>', page)
    [address] = {unescape(url) for url, label in links if re.sub("<[^>]+>", "", label).strip() == words}
    return address


def after(address):
    return address.partition("?")[2]


@pytest.fixture
def sana(app):
    sana, otto = StaffMemberFactory(email="sana@example.com"), StaffMemberFactory(email="otto@example.com")
    user = UserFactory()
    act("user.edited", user, sana, days_ago=0)
    act("user.yesterday", user, sana, days_ago=1, request="request-2")
    act("user.lately", user, sana, days_ago=5)
    act("user.before", user, sana, days_ago=9)
    act("user.others", user, otto, days_ago=1)
    return sana


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("actor=otto@example.com", ["user.others"]),
        ("action=user.lately", ["user.lately"]),
        ("request=request-2", ["user.yesterday"]),
        ("request=request-3", []),
        ("actor=sana@example.com&request=request-1&action=user.edited", ["user.edited"]),
    ],
)
def test_it_is_narrowed_by_who_what_and_request(app, administrator, sana, query, found):
    assert shown(administrator, query) == found


def test_a_customer_with_the_address_of_a_colleague_is_told_apart(app, administrator, sana):
    user = UserFactory(email="sana@example.com")
    act("user.password_reset", user, Customer(user.id, user.email))
    page = text(administrator.get("/admin/audit/?action=user.password_reset"))
    assert "<small>The owner of the account</small>" in page
    assert shown(administrator, after(follow(page, "sana@example.com"))) == ["user.password_reset"]
    everything = text(administrator.get("/admin/audit/?action=user.edited"))
    assert "user.password_reset" not in shown(administrator, after(follow(everything, "sana@example.com")))


def test_an_invite_is_linked(app, administrator, manager):
    with transaction():
        invite, _is_new = invite_colleague(
            db.session(), email="n@example.com", name="N", role="support", token="x" * 43, actor=StaffMemberFactory()
        )
    address = f'href="/admin/staff/invites/details/?id={invite.id}"'
    assert address in text(administrator.get("/admin/audit/"))
    assert address not in text(manager.get("/admin/audit/"))


def test_it_is_narrowed_by_the_record(app, administrator):
    user, other = UserFactory(), UserFactory()
    act("user.one", user, StaffMemberFactory())
    act("user.other", other, StaffMemberFactory())
    assert shown(administrator, f"record={user.id}") == ["user.one"]


def test_what_somebody_did_yesterday_is_two_clicks_from_the_list_of_colleagues(app, administrator, sana):
    page = text(administrator.get(f"/admin/staff/details/?id={sana.id}"))
    assert shown(administrator, after(follow(page, "Yesterday"))) == ["user.yesterday"]


def test_what_somebody_did_yesterday_is_two_clicks_from_the_log(app, administrator, sana):
    page = text(administrator.get("/admin/audit/?action=user.edited"))
    theirs = follow(page, "sana@example.com")
    assert theirs == "/admin/audit/?actor=sana%40example.com&kind=staff"
    page = text(administrator.get(theirs))
    for words, found in {
        "Today": ["user.edited"],
        "Yesterday": ["user.yesterday"],
        "Last 7 days": ["user.lately", "user.yesterday", "user.edited"],
    }.items():
        assert shown(administrator, after(follow(page, words))) == found


def test_changes_stand_field_by_field_and_the_record_is_linked(app, administrator):
    booking = BookingFactory()
    act(
        "booking.edited",
        booking,
        StaffMemberFactory(),
        changes={"status": ("pending", "cancelled"), "duration": (60, 90)},
    )
    page = text(administrator.get("/admin/audit/?action=booking.edited"))
    pairs = re.findall(r"<del[^>]*>(.*?)</del>.*?<ins[^>]*>(.*?)</ins>", page)
    assert pairs == [("pending", "cancelled"), ("60", "90")]
    assert f'href="/admin/bookings/details/?id={booking.id}"' in page


def test_a_record_that_the_reader_may_not_open_is_named_without_a_link(app, manager):
    colleague = StaffMemberFactory()
    act("staff.edited", colleague, colleague)
    page = text(manager.get("/admin/audit/?action=staff.edited"))
    assert breakable(colleague.email) in page
    assert f"/admin/staff/details/?id={colleague.id}" not in page


def test_every_act_that_is_recorded_has_words():
    named = re.compile(r'"((?:access|batch|booking|note|reset_links?|service|staff|user)\.(?!\w+_view")[a-z_]+)"')
    files = [path for path in CODE.rglob("*.py") if path.name != "acts.py"]
    found = {act for path in files for act in named.findall(path.read_text(encoding="utf-8"))}
    # The code puts these together.
    found |= {f"service.{decision}" for decision in Decision}
    found |= {f"reset_link.{ending}" for ending in Ending}
    found |= {f"batch.{what}" for what in ("started", "resumed", "stopped")}
    found |= {f"{table}.exported" for table in ("bookings", "services", "users")}
    made_elsewhere = {"user.created", "service.created"}
    assert found - made_elsewhere == set(ACTS)


def test_acts_are_told_in_words_and_one_of_another_version_by_its_name(app, administrator):
    booking, sana = BookingFactory(), StaffMemberFactory()
    act("booking.confirmed", booking, sana)
    act("booking.sent_to_mars", booking, sana)
    page = text(administrator.get("/admin/audit/"))
    assert '<a href="/admin/audit/?action=booking.confirmed">Confirmed a booking</a>' in page
    assert '<a href="/admin/audit/?action=booking.sent_to_mars">booking sent to mars</a>' in page
    assert '<option value="staff.signed_in">Logged in</option>' in page


def test_an_entry_leads_to_all_of_its_request(app, administrator, sana):
    page = text(administrator.get("/admin/audit/?action=user.yesterday"))
    number = re.search(r"/admin/audit/details/\?id=(\d+)", page)[1]
    details = text(administrator.get(f"/admin/audit/details/?id={number}"))
    assert 'href="/admin/audit/?request=request-2"' in details


def entry_page(browser, action):
    """Return the page of the one entry of `action`."""
    page = text(browser.get(f"/admin/audit/?action={action}"))
    return text(browser.get(re.search(r"/admin/audit/details/\?id=\d+", page)[0]))


def told_changes(page):
    return re.findall(
        r'<span class="changed-field"(?: title="\w+")?>(.*?)</span>.*?<ins dir="auto">(.*?)</ins>', page, re.DOTALL
    )


def test_the_list_tells_three_changes_and_leads_to_the_others(app, administrator):
    many = {name: (None, f"new {name}") for name in ("title", "price", "currency", "duration", "category")}
    act("service.edited", ServiceFactory(), StaffMemberFactory(), changes=many)
    page = text(administrator.get("/admin/audit/?action=service.edited"))
    assert [name for name, _new in told_changes(page)] == list(many)[:3]
    number = re.search(r'<a href="/admin/audit/details/\?id=(\d+)">and 2 more</a>', page)[1]
    assert len(told_changes(text(administrator.get(f"/admin/audit/details/?id={number}")))) == 5


def test_three_changes_are_told_without_a_way_to_more(app, administrator):
    three = {"title": (None, "a"), "price": (None, "b"), "description": ("x" * 500, "y" * 500)}
    act("service.edited", ServiceFactory(), StaffMemberFactory(), changes=three)
    page = text(administrator.get("/admin/audit/?action=service.edited"))
    assert len(told_changes(page)) == 3
    assert " more</a>" not in page
    assert "y" * 121 not in page
    assert "y" * 500 in entry_page(administrator, "service.edited")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"decision": (None, "changes_requested")}, ("decision", "changes requested")),
        ({"fields": (None, ["phone", "firstName"])}, ("fields", "phone, first name")),
        ({"is_active": (False, True)}, ("active", "yes")),
        ({"verb": (None, "reset-link")}, ("verb", "reset link")),
        ({"title": ("a_b", "c-d_e")}, ("title", "c-d_e")),
        ({"tokens": (None, 3)}, ("tokens", "3")),
        ({"availability": (None, [1, "x"])}, ("availability", '[\n  1,\n  "x"\n]')),
    ],
)
def test_changes_are_told_in_words(app, administrator, changes, told):
    act("service.edited", ServiceFactory(), StaffMemberFactory(), changes=changes)
    page = text(administrator.get("/admin/audit/?action=service.edited"))
    assert told_changes(page) == [told]


def test_the_recorded_name_of_a_field_stands_behind_its_words(app, administrator):
    act("user.edited", UserFactory(), StaffMemberFactory(), changes={"is_active": (True, False)})
    assert '<span class="changed-field" title="is_active">active</span>' in entry_page(administrator, "user.edited")


def test_an_entry_has_its_number_once_and_says_what_kind_of_person_acted(app, administrator, sana):
    page = entry_page(administrator, "user.lately")
    assert "<dt>Id</dt>" not in page
    assert page.count("<dt>No.</dt>") == 1
    assert "A colleague" in page
    assert re.search(r'<code class="id">[0-9a-f]{64}</code>', page)


def test_no_two_things_of_the_log_are_called_the_same(app, administrator, sana):
    page = text(administrator.get("/admin/audit/"))
    labels = re.findall(r'<label for="filter-\w+">(.*?)</label>', page)
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', page)
    assert labels == ["Action", "Who", "From day", "To day"]
    assert "About" in heads
    assert not {"To", "From"} & {*labels, *heads}


def test_record_and_request_are_reached_by_links_alone_and_shown_as_chips(app, administrator, sana):
    page = text(administrator.get("/admin/audit/?request=request-2&actor=sana@example.com"))
    assert 'id="filter-request"' not in page
    assert re.search(r'<li class="chip"><span>Request: <b dir="auto">request-2</b>', page)
    # Whoever searches on stays there.
    assert '<input type="hidden" name="request" value="request-2">' in page


def test_the_filter_who_offers_the_colleagues(app, administrator, sana):
    page = text(administrator.get("/admin/audit/"))
    offered = page.split('id="filter-actor-suggestions"', 1)[1].split("</datalist>", 1)[0]
    assert '<option value="sana@example.com">Sam Staff</option>' in offered
    assert '<option value="otto@example.com">Sam Staff</option>' in offered
