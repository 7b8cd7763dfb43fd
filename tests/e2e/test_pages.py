"""Every page in a browser: it fits, it can be read, nothing it holds is blocked, nothing comes from elsewhere."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from marketplace.permissions import Role
from tests.e2e.steps import log_in
from tests.factories import StaffMemberFactory
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

SIDEWAYS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
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
