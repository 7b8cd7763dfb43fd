"""How moments, numbers and money are written in every locale; the texts are in a language of their own."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.dates import format_date, format_time
from babel.localedata import locale_identifiers

from marketplace.web import formats
from marketplace.web.locales import locale_choices, moment_pattern, viewer_locale
from tests.conftest import make_settings
from tests.factories import BookingFactory, ServiceFactory, StaffMemberFactory, coming_monday

MORNING = dt.datetime(2026, 9, 3, 0, 5, tzinfo=dt.UTC)
EVENING = dt.datetime(2026, 12, 24, 19, 30, tzinfo=dt.UTC)


@pytest.fixture
def reads(app):
    """Give a browser of a staff member who reads in a locale."""

    def log_in(locale, **options):
        browser = app.test_client()
        browser.log_in(StaffMemberFactory(role="support", locale=locale, **options))
        return browser

    return log_in


@pytest.mark.parametrize("moment", [MORNING, EVENING])
def test_a_moment_is_written_in_every_locale_as_babel_does(moment):
    for name in locale_identifiers():
        locale = Locale.parse(name)
        glue = str(locale.datetime_formats["medium"]).replace("'", "")
        expected = glue.replace("{0}", format_time(moment, "short", locale=locale)).replace(
            "{1}", format_date(moment, "medium", locale=locale)
        )
        assert " ".join(moment_pattern(locale).parts(moment)) == expected, name


@pytest.mark.parametrize(
    ("locale", "written"),
    [
        ("en_GB", ("24 Dec 2026,", "19:30")),
        ("en_US", ("Dec 24, 2026,", "7:30\N{NARROW NO-BREAK SPACE}PM")),
        ("de_DE", ("24.12.2026,", "19:30")),
        ("ja_JP", ("2026/12/24", "19:30")),
        ("vi", ("24 thg 12, 2026", "19:30")),
    ],
)
def test_a_moment_is_cut_where_a_line_may_be_broken(locale, written):
    first, second = moment_pattern(Locale.parse(locale)).parts(EVENING)
    assert {first, second} == set(written)


def test_every_locale_writes_days_numbers_and_money(app, monkeypatch):
    with app.test_request_context():
        for name in locale_identifiers():
            monkeypatch.setattr(formats, "viewer_locale", lambda name=name: Locale.parse(name))
            for written in (
                formats.day(EVENING), formats.clock(EVENING), formats.number(1234567), formats.moment(EVENING),
                formats.money(Decimal("1234.56"), "EUR"), formats.money(Decimal("1234.56"), "JPY"),
                formats.money(Decimal(5), None),
            ):  # fmt: skip
                assert written.strip(), name
                assert "{" not in written, name


def test_the_locale_changes_figures_and_the_language_of_the_texts_stays(app, reads):
    booking = BookingFactory(
        service=ServiceFactory(currency="EUR"), total_amount=Decimal("1234.50"), scheduled_at=coming_monday(15)
    )
    browser, day = reads("de_DE"), f"{coming_monday():%d.%m.%Y}"
    for path in ("/admin/bookings/", f"/admin/bookings/details/?id={booking.id}", "/admin/"):
        page = browser.get(path).text.replace("\N{NO-BREAK SPACE}", " ")
        assert "1.234,50 €" in page, path
        assert '<html lang="en-GB">' in page
        assert "Bookings" in page
        if path != f"/admin/bookings/details/?id={booking.id}":
            assert day in page, path
    american = reads("en_US").get(f"/admin/bookings/details/?id={booking.id}").text
    assert "€1,234.50" in american
    assert "3:00\N{NARROW NO-BREAK SPACE}PM" in american


def test_a_refusal_names_times_as_its_reader_writes_them(app, reads):
    service = ServiceFactory()
    BookingFactory(service=service, status="confirmed", scheduled_at=coming_monday(15))
    second = BookingFactory(service=service, scheduled_at=coming_monday(15))
    page = reads("de_DE", timezone="Asia/Tokyo").get(f"/admin/bookings/details/?id={second.id}").text
    there = coming_monday(15).astimezone(ZoneInfo("Asia/Tokyo"))
    assert f"from {there:%d.%m.%Y, %H:%M} to " in page


def test_whoever_chose_nothing_reads_as_the_configuration_says(app, reads, monkeypatch):
    browser = reads(None)
    changed = app.extensions["settings"].model_copy(update={"locale": "de_AT", "timezone": "Europe/Vienna"})
    monkeypatch.setitem(app.extensions, "settings", changed)
    BookingFactory(total_amount=Decimal("1234.50"), service=ServiceFactory(currency="EUR"))
    assert "€ 1.234,50" in browser.get("/admin/bookings/").text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_locale_that_is_no_longer_known_is_as_if_none_was_chosen(app, reads):
    BookingFactory(total_amount=Decimal("1234.50"), service=ServiceFactory(currency="EUR"))
    page = reads("xx_GONE").get("/admin/bookings/")
    assert page.status_code == 200
    assert "€1,234.50" in page.text


def test_outside_of_requests_figures_are_as_the_configuration_says(app):
    assert viewer_locale() == Locale("en", "GB")


def test_every_locale_can_be_chosen_by_its_english_name():
    names = dict(locale_choices())
    assert names["de_AT"] == "German (Austria)"
    assert set(names) == set(locale_identifiers())
    assert list(names.values()) == sorted(names.values())


def test_a_locale_may_be_configured_with_a_hyphen():
    assert make_settings("sqlite://", locale="de-AT").locale == "de_AT"
