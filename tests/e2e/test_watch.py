"""What watches over every page of these tests notices what it is there for."""

import pytest

from tests.e2e.chromium import Watch

pytestmark = pytest.mark.browser

OFFENCES = {
    "inline script": "document.head.append(Object.assign(document.createElement('script'), {textContent: '1'}))",
    "inline style": "document.body.setAttribute('style', 'color: red')",
    "foreign image": "new Image().src = 'http://127.0.0.1:9/x.png'",
    "missing script": "document.head.append(Object.assign(document.createElement('script'), {src: '/static/none.js'}))",
    "failure": "setTimeout(() => { throw new Error('oh') })",
    "warning": "console.warn('oh')",
}


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
@pytest.mark.parametrize("offence", OFFENCES)
def test_an_offence_is_noticed(site, app, browser, offence):
    with browser.new_context(base_url=site.origin) as context:
        watch = Watch(context, site.origin)
        page = context.new_page()
        page.goto("/login")
        assert watch.complaints == []
        page.evaluate(f"() => {{ {OFFENCES[offence]} }}")
        for _ in range(100):
            page.wait_for_timeout(50)
            if watch.complaints:
                break
        assert watch.complaints
