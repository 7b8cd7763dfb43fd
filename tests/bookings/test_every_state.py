"""Every verb on a booking in every state, for every role: what the page says and what the server answers."""

import datetime as dt
import re
from html import unescape

import pytest

from marketplace.extensions import db
from marketplace.permissions import Role
from tests.audit_log import entries
from tests.factories import BookingFactory, coming_monday
from tests.pages import fields_of

COMING, ENDED = coming_monday(10), coming_monday(10) - dt.timedelta(days=70)
LATER = f"{coming_monday(14):%Y-%m-%dT%H:%M}"

STATES = {
    "pending": ("pending", COMING),
    "pending, past": ("pending", ENDED),
    "confirmed": ("confirmed", COMING),
    "confirmed, ended": ("confirmed", ENDED),
    "completed": ("completed", ENDED),
    "cancelled": ("cancelled", COMING),
}

VERBS = {
    "confirmation": (
        "Confirm",
        {
            "confirmed": "This booking is already confirmed.",
            "confirmed, ended": "This booking is already confirmed.",
            "completed": "A completed booking cannot be confirmed.",
            "cancelled": "A cancelled booking cannot be confirmed.",
        },
    ),
    "completion": (
        "Complete",
        {
            "pending": "A pending booking cannot be completed.",
            "pending, past": "A pending booking cannot be completed.",
            "confirmed": "It can be completed once it has ended: ",
            "completed": "This booking is already completed.",
            "cancelled": "A cancelled booking cannot be completed.",
        },
    ),
    "rescheduling": (
        "Reschedule",
        {
            "completed": "A completed booking cannot be rescheduled.",
            "cancelled": "A cancelled booking cannot be rescheduled.",
        },
    ),
    "cancellation": (
        "Cancel booking",
        {
            "completed": "A completed booking cannot be cancelled.",
            "cancelled": "This booking is already cancelled.",
        },
    ),
}
"""Noun to the label of its button, and to the sentence in each state in which it is refused."""

BECOMES = {"confirmation": "confirmed", "completion": "completed", "cancellation": "cancelled"}
ROLES_THAT_MAY = {Role.SUPPORT, Role.ADMINISTRATOR}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("noun", list(VERBS))
def test_the_button_says_what_the_server_answers(app, as_role, role, noun):
    browser, (label, refusals) = as_role(role), VERBS[noun]
    token = browser.token("/admin/")
    for state, (status, at) in STATES.items():
        booking = BookingFactory(status=status, scheduled_at=at)
        page = unescape(browser.get(f"/admin/bookings/details/?id={booking.id}").text)
        button, address = button_of(page, label), f"/admin/bookings/{booking.id}/{noun}"
        form = {"csrf_token": token, "reason": "Asked to.", "scheduled_at": LATER, "was_at": at.isoformat()}
        answer = browser.post(address, data=form)
        db.session.expire_all()
        if role not in ROLES_THAT_MAY:
            assert (button, answer.status_code) == ("none", 403), state
        elif state in refusals:
            assert button.startswith(f"{label}: {refusals[state]}"), state
            assert answer.status_code == 409, state
            sentence = button.removeprefix(f"{label}: ")
            assert sentence in unescape(answer.text), state
            assert sentence in unescape(browser.get(address).text), state
        else:
            assert (button, answer.status_code) == ("open", 302), state
            assert booking.status == BECOMES.get(noun, status), state
            assert booking.scheduled_at == (coming_monday(14) if noun == "rescheduling" else at), state
            continue
        assert (booking.status, booking.scheduled_at) == (status, at), state
    done = len(STATES) - len(refusals) if role in ROLES_THAT_MAY else 0
    assert len([entry for entry in entries() if entry.subject_type == "bookings"]) == done


@pytest.mark.parametrize("noun", list(VERBS))
def test_the_page_of_a_refused_verb_has_no_form_to_send(support, noun):
    booking = BookingFactory(status="completed", scheduled_at=ENDED)
    page = support.get(f"/admin/bookings/{booking.id}/{noun}").text
    assert 'aria-disabled="true"' in page
    with pytest.raises(ValueError, match="unpack"):
        fields_of(page)


def button_of(page, label):
    """Return `open`, `none`, or the sentence that the disabled button is described by."""
    if re.search(rf'<a class="btn [^>]*>{label}</a>', page):
        return "open"
    found = re.search(rf'aria-describedby="([^"]+)">{label}</button>', page)
    if not found:
        return "none"
    sentence = page.split(f'id="{found[1]}"', 1)[1].split(">", 1)[1].split("</p>", 1)[0]
    return " ".join(re.sub(r"<[^>]*>", "", sentence).split())
