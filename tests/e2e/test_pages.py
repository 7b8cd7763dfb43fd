"""Every page in a browser: it fits, it can be read, nothing it holds is blocked, nothing comes from elsewhere."""

import json

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from marketplace.accounts.models import PasswordResetToken
from marketplace.accounts.reset_links import issue_reset_link
from marketplace.extensions import db
from marketplace.permissions import Role
from marketplace.transaction import transaction
from tests.accounts.test_reset_links import DAY
from tests.e2e.steps import log_in
from tests.factories import (
    BatchFactory,
    BookingFactory,
    ProviderFactory,
    ServiceFactory,
    StaffInviteFactory,
    StaffMemberFactory,
    UserFactory,
)
from tests.test_pages import PAGES, records  # noqa: F401 - the rows those pages show

pytestmark = pytest.mark.browser

PUBLIC = ("/login", "/reset/nothing", "/nothing")
WIDTHS = (1400, 390)

AXE = """async (only) => {
    // What moves or changes has come to rest two frames later.
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    const found = await axe.run({resultTypes: ["violations"], ...(only.length ? {runOnly: only} : {})});
    return found.violations.map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map(node => node.html).join("; ")}`);
}"""
EVERY_RULE: list[str] = []
RULES_ON_COLOURS = ["color-contrast", "link-in-text-block"]

SIDEWAYS = """async () => {
    // A window that was just made wider or narrower is laid out two frames later.
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    return document.documentElement.scrollWidth > document.documentElement.clientWidth;
}"""
WIDER = """() => [...document.querySelectorAll("main *")]
    .filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(element => element.outerHTML.slice(0, 120)).slice(0, 3)"""


# Which database the rows come from shows on no page, so one is enough. The dark pages are the light ones in other
# colours: there the rules on colours are enough, too.
@pytest.mark.parametrize(("colours", "rules"), [("light", EVERY_RULE), ("dark", RULES_ON_COLOURS)])
@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_every_page_is_accessible_and_fits_wide_and_narrow(site, window, records, colours, rules):  # noqa: F811
    page = log_in(window(color_scheme=colours), StaffMemberFactory(role=Role.ADMINISTRATOR))
    stranger = window(color_scheme=colours)
    flaws = {
        **{path: flaws_of(page, path.format_map(records), rules) for path in PAGES},
        **{path: flaws_of(stranger, path, rules) for path in PUBLIC},
    }
    assert {path: found for path, found in flaws.items() if found} == {}
    expect(page.locator("html")).to_have_attribute("data-bs-theme", colours)


LISTS = (
    "/admin/bookings/",
    "/admin/services/",
    "/admin/users/",
    "/admin/users/details/?id={user}",
    "/admin/reset-tokens/",
    "/admin/reset-tokens/details/?id={token}",
    "/admin/batches/",
    "/admin/staff/",
    "/admin/staff/invites/",
    "/admin/audit/",
)


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_no_list_scrolls_sideways_however_long_a_name_is(site, window):
    rows = long_names()
    page = log_in(window(), StaffMemberFactory(role=Role.ADMINISTRATOR))
    found = []
    for path in LISTS:
        page.goto(path.format_map(rows))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate(SIDEWAYS):
                found.append(f"{path} at {width}: {json.dumps(page.evaluate(WIDER))}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_a_reset_link_and_an_invite_are_shown_on_a_phone_however_long_the_address(site, window):
    user = long_names()["user"]
    page = log_in(window(viewport={"width": 390, "height": 900}), StaffMemberFactory(role=Role.ADMINISTRATOR))
    page.goto(f"/admin/users/{user}/reset-link")
    page.get_by_label("Reason").fill("They rang.")
    page.get_by_role("button", name="Issue the link").click()
    expect(page.get_by_label("Link for")).to_be_visible()
    assert not page.evaluate(SIDEWAYS), page.evaluate(WIDER)
    page.goto("/admin/staff/invites/new/")
    page.get_by_label("E-mail").fill(f"{'n' * 60}@{'b' * 60}.example.com")
    page.get_by_label("Name").fill("Nora New")
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_label("Link for")).to_be_visible()
    assert not page.evaluate(SIDEWAYS), page.evaluate(WIDER)


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_boxes_of_public_pages_have_the_border_of_fields_and_the_menu_the_ground_of_panels(site, window):
    admin = StaffMemberFactory(role=Role.ADMINISTRATOR)
    with transaction():
        token = issue_reset_link(UserFactory(), reason="They rang.", actor=admin, storage="digest", valid=DAY)
    public = window()
    public.goto(f"/reset/{token}")
    assert style_of(public, ".form-check-input", "borderTopColor") == style_of(public, "#again", "borderTopColor")
    page = log_in(window(), admin)
    assert style_of(page, "#navigation", "backgroundColor") == "rgb(255, 255, 255)"
    page.goto("/admin/users/")
    assert style_of(page, ".rows thead th", "verticalAlign") == "middle"


def style_of(page: Page, selector: str, name: str) -> str:
    return str(page.locator(selector).first.evaluate(f"element => getComputedStyle(element).{name}"))


def long_names() -> dict[str, str]:
    """Make a row of each list with the longest names it can hold, each a single word; return the ids of two."""
    email, name = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.example.com", "Wolfeschlegelsteinhausenbergerdorff" * 2
    profile = {"firstName": name, "lastName": name, "phone": "+1 202 555 0100", "address": name}
    provider = ProviderFactory(profile=profile)
    service = ServiceFactory(provider=provider, title=name)
    user = UserFactory(email=email, profile=profile)
    colleague = StaffMemberFactory(email=f"s{email}", name=name)
    BookingFactory(customer=user, service=service)
    StaffInviteFactory(email=f"i{email}", invited_by=colleague.email)
    BatchFactory(author_label=colleague.email, state="running")
    with transaction():
        issue_reset_link(user, reason=name * 3, actor=colleague, storage="digest", valid=DAY)
    token = db.session.scalars(sa.select(PasswordResetToken.id)).one()
    return {"user": str(user.id), "token": str(token)}


def flaws_of(page: Page, path: str, rules: list[str]) -> list[str]:
    """Open `path` and say what is wrong with it at each width."""
    page.goto(path)
    page.evaluate(Axe().axe_script)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width}: {violation[:400]}" for violation in page.evaluate(AXE, rules)]
        if page.evaluate(SIDEWAYS):
            found.append(f"{width}: scrolls sideways: {json.dumps(page.evaluate(WIDER))}")
    return found
