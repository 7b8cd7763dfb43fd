"""What people do again and again, with the mouse, in the words that stand on the screen."""

from playwright.sync_api import Locator, Page, expect

from marketplace.extensions import db
from marketplace.staff.models import StaffMember
from tests.factories import PASSWORD


def log_in(page: Page, member: StaffMember) -> Page:
    email = member.email
    db.session.rollback()  # On SQLite whoever still reads an old state cannot write after the server has written.
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    return page


def go_to(page: Page, name: str) -> None:
    """Follow the menu to the list called `name`."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def find(page: Page, words: str) -> None:
    """Search the open list for `words`."""
    page.get_by_role("searchbox", name="Search").fill(words)
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("list", name="The list is narrowed to")).to_contain_text(words)


def rows(page: Page) -> Locator:
    """Return the rows of the open list."""
    return page.locator("table.rows tbody tr")


def fact(page: Page, label: str) -> Locator:
    """Return what the open details page says under `label`."""
    return page.locator("dl.facts > .fact").filter(has=page.locator("dt", has_text=label)).locator("dd")
