"""How many listings wait, as the menu and the figures tell: those that the marketplace wrote are counted unseen."""

import datetime as dt
import re

import pytest

from marketplace.database import utcnow
from marketplace.listings import waiting
from marketplace.permissions import Role
from tests.factories import ServiceFactory
from tests.listings.test_review_screen import QUEUE, decide, edit_behind_our_back, queued


@pytest.fixture(autouse=True)
def counted_with_every_page(monkeypatch):
    monkeypatch.setattr(waiting, "COUNT_KEPT", -1.0)


def in_menu(browser):
    """Return what stands in the menu beside the queue."""
    menu = browser.get("/admin/profile/").text
    [entry] = re.findall(r'<a[^>]*href="/admin/services/review/".*?</a>', menu, re.DOTALL)
    return "".join(re.findall(r">\s*(\d+\+?)\s*<", entry))


def waiting_in_figures(browser):
    page = re.sub(r"\s+", " ", browser.get(f"{QUEUE}figures").text)
    return dict(re.findall(r"<dt>(.*?)</dt> ?<dd>(.*?)</dd>", page))["Waiting"]


def test_a_listing_that_the_marketplace_makes_or_changes_is_counted_before_the_queue_is_opened(app, operations):
    assert in_menu(operations) == ""
    service = ServiceFactory()
    ServiceFactory()
    assert in_menu(operations) == "2"
    assert waiting_in_figures(operations) == "2 (2 new or changed since the queue was opened last)"
    assert len(queued(operations)) == 2
    assert in_menu(operations) == "2"
    assert waiting_in_figures(operations) == "2"
    decide(operations, service, "approval")
    assert in_menu(operations) == "1"
    edit_behind_our_back(service, title="Something else")
    assert in_menu(operations) == "2"


def test_one_that_waits_and_changes_is_counted_once(app, operations):
    service = ServiceFactory()
    assert queued(operations) == [str(service.id)]
    edit_behind_our_back(service, title="Something else")
    assert in_menu(operations) == "1"
    assert waiting_in_figures(operations) == "1"


def test_the_figures_tell_the_age_of_what_nobody_has_looked_at(app, operations):
    page = operations.get(f"{QUEUE}figures").text
    assert " days)" not in page
    ServiceFactory(created_at=utcnow() - dt.timedelta(days=40))
    assert "(40 days)" in operations.get(f"{QUEUE}figures").text


def test_where_listings_are_many_what_changed_is_counted_once_a_minute(app, operations, monkeypatch):
    monkeypatch.setattr(waiting, "FEW_LISTINGS", -1)
    queued(operations)
    ServiceFactory()
    assert in_menu(operations) == "", "it was looked through a moment ago"
    monkeypatch.setattr(waiting, "UNSEEN_KEPT", -1.0)
    assert in_menu(operations) == "1"


def test_who_does_not_review_has_no_count(app, as_role):
    ServiceFactory()
    assert "/admin/services/review/" not in as_role(Role.SUPPORT).get("/admin/profile/").text
