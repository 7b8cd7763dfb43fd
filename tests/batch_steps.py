"""Batches as a browser runs them: drafted on a list, begun on their preview, gone on with until they are finished."""

import re
import uuid
from html import unescape

from marketplace.batches.models import Batch
from marketplace.extensions import db


def draft(browser, table, verb, ids=(), *, token=None, **fields):
    """Choose rows and a verb, and return the address of the preview."""
    form = {"action": verb, "rowid": [str(each) for each in ids], "back": f"/admin/{table}/", **fields}
    answer = browser.post(
        f"/admin/{table}/action/", data={**form, "csrf_token": token or browser.token("/admin/profile/")}
    )
    assert answer.status_code == 302
    return answer.location


def batch_at(address):
    """Return the batch whose page is at `address`."""
    db.session.rollback()
    return db.session.get(Batch, uuid.UUID(address.partition("id=")[2]))


def press(browser, address, button, *, token=None, **fields):
    """Press `start`, `progress`, `stop`, `retry` or `undo` on the page of a batch."""
    form = {"csrf_token": token or browser.token("/admin/profile/"), **fields}
    return browser.post(f"/admin/batches/{address.partition('id=')[2]}/{button}", data=form)


def begin(browser, address, *, token=None, **fields):
    """Begin a batch and go on with it until it is finished."""
    token = token or browser.token("/admin/profile/")
    answer = press(browser, address, "start", token=token, **{"reason": "A storm.", **fields})
    assert answer.status_code in (200, 302), answer.text
    while batch_at(address).state != "finished":
        assert press(browser, address, "progress", token=token).status_code == 302
    return address


def run(browser, table, verb, ids, *, token=None, **fields):
    """Run a verb on rows and return what the page says of each, in their order."""
    token = token or browser.token("/admin/profile/")
    address = begin(browser, draft(browser, table, verb, ids, token=token), token=token, **fields)
    told = outcomes(browser, address)
    assert [row_id for row_id, _outcome in told] == [str(each) for each in ids]
    return [outcome for _row_id, outcome in told]


def outcomes(browser, address):
    """Return id and outcome of every item, as the pages of a batch tell them."""
    found, page = [], browser.get(address).text
    while True:
        for head, cell in re.findall(r'<th scope="row"[^>]*>(.*?)</th>\s*<td[^>]*>(.*?)</td>', page, re.DOTALL):
            [row_id] = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", head)[:1]
            found.append((row_id, words(cell)))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if not following:
            return found
        page = browser.get(unescape(following[1])).text


def words(markup):
    return unescape(re.sub(r"\s+", " ", re.sub("<[^>]*>", "", markup))).strip()


def preview(browser, address):
    """Return what the preview says: to how many rows it can be done, and reason to how many it cannot."""
    page = browser.get(address).text
    ready = re.search(r"It can be done to ([\d,]+) [a-z]", page)
    refused = re.findall(r"Not to ([\d,]+) [a-z ]+: ([^<]*)</h2>", page)
    groups = {unescape(reason): int(number.replace(",", "")) for number, reason in refused}
    return int(ready[1].replace(",", "")) if ready else 0, groups


def work_as_briefly_as_possible(app, patched):
    """Let each request do the least it can of a batch."""
    changed = app.extensions["settings"].model_copy(update={"batch_seconds": 0.0})
    patched.setitem(app.extensions, "settings", changed)
