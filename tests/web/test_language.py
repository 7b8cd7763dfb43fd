"""A second language: it works as soon as there is a catalogue, on every page and for one request."""

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import render_template_string
from flask_babel import force_locale, get_babel, gettext, lazy_gettext

from marketplace.extensions import babel
from marketplace.web.language import Catalogues

WORDS = {
    "Menu": "Menuo",
    "Bookings": "Rezervoj",
    "Customer": "Kliento",
    "Times in %(zone)s": "Horoj laŭ %(zone)s",
    ("%(num)d row", "%(num)d rows"): ("%(num)d vico", "%(num)d vicoj"),
}


@pytest.fixture
def language(app, tmp_path, monkeypatch):
    """What the app speaks, to be set: `speaks["it"] = "eo"`, a language in which WORDS are known."""
    folder = tmp_path / "eo" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalog = Catalog(locale="eo")
    for text, translation in WORDS.items():
        catalog.add(text, translation)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    spoken = {"it": "en_GB"}
    monkeypatch.setattr(get_babel(app), "translation_directories", [str(tmp_path)])
    monkeypatch.setattr(get_babel(app), "locale_selector", lambda: spoken["it"])
    monkeypatch.setattr(babel, "domain_instance", Catalogues())
    return spoken


def test_templates_names_and_forms_speak_the_language_of_the_request(support, language):
    for spoken, words in (("en_GB", WORDS.keys()), ("eo", WORDS.values()), ("en_GB", WORDS.keys())):
        language["it"] = spoken
        page = support.get("/admin/bookings/new/").text
        menu, bookings, customer, *_rest = words
        assert f"{menu}\n" in page
        assert f"{bookings}</a></li>" in page
        assert f">{customer}<" in page
        assert ("Horoj laŭ" in page) is (spoken == "eo")


def test_the_forms_library_speaks_it_too(support, language):
    """WTForms brings catalogues of its own."""
    language["it"] = "de"
    assert "Keine gültige, ganze Zahl." in support.submit("/admin/bookings/new/", {"duration": "x"}).text
    language["it"] = "en_GB"
    assert "Not a valid integer value." in support.submit("/admin/bookings/new/", {"duration": "x"}).text


def test_the_language_may_change_within_a_request(app, language):
    text = "{{ _('Menu') }} {{ ngettext('%(num)d row', '%(num)d rows', 2) }}"
    name = lazy_gettext("Bookings")
    with app.test_request_context():
        assert (render_template_string(text), gettext("Menu"), str(name)) == ("Menu 2 rows", "Menu", "Bookings")
        with force_locale("eo"):
            assert (render_template_string(text), gettext("Menu"), str(name)) == ("Menuo 2 vicoj", "Menuo", "Rezervoj")
        assert (render_template_string(text), gettext("Menu"), str(name)) == ("Menu 2 rows", "Menu", "Bookings")


def test_what_is_put_into_a_text_is_escaped_on_a_page_and_nowhere_else(app):
    with app.test_request_context():
        assert render_template_string("{{ _('<b>%(name)s</b>', name='<i>') }}") == "<b>&lt;i&gt;</b>"
        assert render_template_string("{{ _('100 %%') }}") == "100 %"
        plain = "{% autoescape false %}{{ _('<b>%(name)s</b>', name='<i>') }}{% endautoescape %}"
        assert render_template_string(plain) == "<b><i></b>"


def test_outside_of_requests_texts_are_as_they_are_written(app):
    assert str(lazy_gettext("Bookings")) == "Bookings"
    assert app.jinja_env.from_string("{{ _('Menu') }}").render() == "Menu"
