"""The screen of services."""

from html import unescape

import pytest

from marketplace.extensions import db
from tests.audit_log import entries
from tests.factories import OFFICE_WEEK, ServiceFactory


def text(response):
    return unescape(response.get_data(as_text=True))


def edit(browser, service, **typed):
    address = f"/admin/services/edit/?id={service.id}"
    page = browser.get(address).get_data(as_text=True)
    loaded = unescape(page.split('name="loaded"', 1)[1].split('value="', 1)[1].split('"', 1)[0])
    week = {day: ", ".join(f"{slot['start']}-{slot['end']}" for slot in slots) for day, slots in OFFICE_WEEK.items()}
    fields = {
        "loaded": loaded, "title": service.title, "description": service.description, "category": service.category,
        "price": str(service.price), "currency": service.currency, "duration": str(service.duration), "images": "",
    }  # fmt: skip
    return browser.submit(address, {**fields, **week, **typed})


def test_a_listing_is_edited_field_by_field(app, operations):
    service = ServiceFactory()
    response = edit(operations, service, title="Neue Fenster", monday="08:00-12:00, 13:00-18:00", sunday="")
    assert response.status_code == 302
    db.session.expire_all()
    assert service.title == "Neue Fenster"
    assert service.availability["monday"] == [{"start": "08:00", "end": "12:00"}, {"start": "13:00", "end": "18:00"}]
    assert service.availability["tuesday"] == OFFICE_WEEK["tuesday"]
    assert set(entries("service.edited")[0].changes) == {"title", "availability"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"monday": "17:00-09:00"}, "the start has to be before the end"),
        ({"monday": "09:00-12:00, 11:00-13:00"}, "overlap"),
        ({"monday": "25:00-26:00"}, "is not a time of day"),
        ({"monday": "all day"}, "is not a time of day"),
        ({"images": "ftp://images.example.com/a.jpg"}, "is not an http or https address"),
        ({"images": "javascript:alert(1)"}, "is not an http or https address"),
        ({"currency": "euro"}, "Three capital letters"),
        ({"price": "0"}, "Number must be"),
        ({"price": "1e400"}, "Number must be"),
        ({"title": "x" * 101}, "longer than 100"),
    ],
)
def test_a_mistake_is_named_beside_its_field_and_nothing_typed_is_lost(app, operations, typed, sentence):
    service = ServiceFactory()
    response = edit(operations, service, description="A new description.", **typed)
    assert response.status_code == 422
    assert sentence in text(response)
    assert "A new description." in text(response)
    assert next(iter(typed.values())) in text(response)
    db.session.expire_all()
    assert service.description != "A new description."


def test_a_malformed_listing_is_marked_and_can_be_mended(app, operations):
    service = ServiceFactory()
    db.session.connection().exec_driver_sql("""UPDATE services SET availability = '{"monday": "always"}'""")
    db.session.commit()
    assert "malformed" in text(operations.get("/admin/services/"))
    page = text(operations.get(f"/admin/services/details/?id={service.id}"))
    assert "always" in page
    assert edit(operations, service, monday="10:00-11:00").status_code == 302
    db.session.expire_all()
    assert service.availability["monday"] == [{"start": "10:00", "end": "11:00"}]
