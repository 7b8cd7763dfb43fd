"""Promise 15: a stale form never overwrites, and one that is saved untouched changes not one byte: every edit form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from marketplace.accounts.forms import COVERED, UserForm
from marketplace.accounts.models import User
from marketplace.backoffice.editing import EditForm
from marketplace.bookings.forms import BookingForm
from marketplace.extensions import db
from marketplace.listings.forms import ServiceForm
from marketplace.staff.forms import ProfileForm, StaffMemberForm
from marketplace.staff.models import StaffMember
from tests.audit_log import entries
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, UserFactory
from tests.pages import fields_of
from tests.raw_rows import stored_rows
from tests.test_architecture import subclasses


@dataclass(frozen=True)
class Edited:
    """A form, where it is, and for each of its fields what two people type into it at once."""

    make: Callable[[], Any]
    """Makes the row."""
    address: str
    values: dict[str, tuple[str, str]]
    role: str = "support"
    """Whose form it is."""


def of_support():
    return StaffMemberFactory(role="support", timezone="Europe/Paris", locale="fr_FR")


HOURS = ("08:00-09:00", "10:00-11:00")

FORMS = {
    BookingForm: Edited(
        lambda: BookingFactory(notes="Old"),
        "/admin/bookings/edit/?id={}",
        {"duration": ("90", "75"), "total_amount": ("55.00", "45.00"), "notes": ("Theirs", "Mine")},
    ),
    UserForm: Edited(
        UserFactory,
        "/admin/users/edit/?id={}",
        {
            "email": ("theirs@example.com", "mine@example.com"),
            "first_name": ("Theirs", "Mine"),
            "last_name": ("Theirs", "Mine"),
            "phone": ("+1 202-555-0198", "+1 202-555-0199"),
            "address": ("2 Street\r\nTown", "3 Street"),
        },
    ),
    ServiceForm: Edited(
        lambda: ServiceFactory(images=["https://example.com/old.png"]),
        "/admin/services/edit/?id={}",
        {
            "title": ("Theirs", "Mine"),
            "description": ("Theirs", "Mine"),
            "category": ("theirs", "mine"),
            "price": ("55.00", "45.00"),
            "currency": ("USD", "GBP"),
            "duration": ("90", "75"),
            **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), HOURS),
            "images": ("https://example.com/theirs.png", "https://example.com/mine.png"),
        },
        "operations",
    ),
    StaffMemberForm: Edited(
        of_support,
        "/admin/staff/edit/?id={}",
        {
            "name": ("Theirs", "Mine"),
            "role": ("manager", "operations"),
            "timezone": ("Europe/Berlin", "Asia/Tokyo"),
        },
        "administrator",
    ),
    ProfileForm: Edited(
        of_support,
        "/admin/profile/",
        {"timezone": ("Europe/Berlin", "Asia/Tokyo"), "locale": ("de_DE", "ja_JP")},
    ),
}

EACH_FORM = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
EACH_FIELD = pytest.mark.parametrize(
    ("form", "field"), [(form, field) for form, edited in FORMS.items() for field in edited.values]
)


def test_every_edit_form_is_looked_at_and_every_field_of_it(app):
    assert set(subclasses(EditForm)) == set(FORMS)
    with app.test_request_context():
        for form, edited in FORMS.items():
            assert set(form(formdata=None).values()) - {"reason"} == set(edited.values)


@EACH_FORM
def test_saving_an_untouched_form_changes_not_one_byte_in_any_table(app, form):
    [ours] = windows(app, form, 1)
    before = stored_rows(but=("staff_sessions",))
    assert ours.save().status_code == 302
    assert stored_rows(but=("staff_sessions",)) == before


@EACH_FORM
def test_saving_a_stale_form_untouched_changes_not_one_byte_in_any_table(app, form):
    ours, theirs = windows(app, form, 2)
    theirs_typed = {field: first for field, (first, _second) in FORMS[form].values.items()}
    assert theirs.save(**theirs_typed).status_code == 302
    before = stored_rows(but=("staff_sessions",))
    assert ours.save().status_code == 302
    assert stored_rows(but=("staff_sessions",)) == before


@EACH_FIELD
def test_a_stale_form_overwrites_no_field(app, form, field):
    ours, theirs = windows(app, form, 2)
    first, second = FORMS[form].values[field]
    assert theirs.save(**{field: first}).status_code == 302
    assert changed_fields() == 1
    before = stored_rows(but=("staff_sessions",))
    answer = ours.save(**{field: second})
    assert answer.status_code == 409
    assert f'name="choice-{field}"' in answer.text, "both values stand there to choose from"
    assert stored_rows(but=("staff_sessions",)) == before


@EACH_FIELD
def test_a_stale_form_saves_what_was_changed_in_it_beside_what_others_changed(app, form, field):
    """Ours changes one field, theirs all the others: in the end every field holds what somebody typed last."""
    ours, theirs = windows(app, form, 2)
    values = FORMS[form].values
    typed = {name: first for name, (first, _second) in values.items() if name != field}
    assert theirs.save(**typed).status_code == 302
    assert ours.save(**{field: values[field][1]}).status_code == 302
    [anew] = windows(app, form, 1, row_id=ours.row_id)
    held = {name: anew.fields[name] for name in values}
    if form is UserForm:  # The form shows of these only that there are any.
        stored = db.session.get(User, ours.row_id).profile
        assert [held[name] for name in COVERED] == ["", ""]
        held |= {name: stored[name].replace("\n", "\r\n") for name in COVERED}
    assert held == {**typed, field: values[field][1]}


# -- What the tests above are made of ------------------------------------------------------------


class Window:
    """A browser on which an edit form is open."""

    def __init__(self, app, form, row_id, email):
        self.row_id = row_id
        self.browser = app.test_client()
        assert self.browser.log_in(db.session.query(StaffMember).filter_by(email=email).one()).status_code == 302
        self.address = FORMS[form].address.format(row_id)
        page = self.browser.get(self.address).text
        self.fields = fields_of(page, self.address if form is ProfileForm else None)

    def save(self, **typed):
        reason = {"reason": "Asked to."} if "email" in typed else {}
        return self.browser.post(self.address, data={**self.fields, **reason, **typed})


def windows(app, form, amount, row_id=None):
    """Open the form in some windows at once: one's own profile as oneself, other forms as other people each."""
    row_id = row_id or FORMS[form].make().id
    if form is ProfileForm:
        emails = [db.session.get(StaffMember, row_id).email] * amount
    else:
        emails = [StaffMemberFactory(role=FORMS[form].role).email for _each in range(amount)]
    return [Window(app, form, row_id, email) for email in emails]


def changed_fields():
    acts = [entry for entry in entries() if entry.action.endswith((".edited", ".role_changed"))]
    return sum(len(entry.changes) for entry in acts)
