"""Signals: what speaks against a listing, on both databases, whatever its rows and texts hold."""

import json
import re
import uuid
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from benchmarks.signals import measured
from marketplace.extensions import db
from marketplace.listings.contacts import MOST_FOUND, find_contacts
from marketplace.listings.disguises import MOST_READ, undisguised
from marketplace.listings.duplicates import (
    MOST_AT_ONCE,
    MOST_CANDIDATES,
    MOST_COMPARED,
    _letters,
    _text,
    near_duplicates,
    shared,
    trigrams_of,
)
from marketplace.listings.evidence import evidence_of
from marketplace.listings.look_alikes import folded
from marketplace.listings.models import Service, SignalKind
from marketplace.listings.phone_numbers import MOST_LOOKUPS
from marketplace.listings.prices import FEWEST_LISTINGS, UsualRange, usual_ranges
from marketplace.listings.schemas import availability_problems, images_problems
from marketplace.listings.shouting import find_shouting
from marketplace.listings.signals import Signal, signals_of
from tests.conftest import WITHOUT_TRIGRAMS
from tests.factories import ProviderFactory, ServiceFactory
from tests.raw_rows import overwrite
from tests.test_malformed_rows import NO_JSON, SHAPES

everywhere = pytest.mark.parametrize("app", ["sqlite", "postgresql", WITHOUT_TRIGRAMS], indirect=True)
PICTURE = ["https://images.example.com/1.jpg"]


def signals(service: Service, **options) -> dict[SignalKind, Signal]:
    found = signals_of(db.session, [service], **{"taken_down": {}, **options})[service.id]
    json.dumps([dict(signal.facts) for signal in found], allow_nan=False).encode()
    for signal in found:
        assert evidence_of(signal)
    return {signal.kind: signal for signal in found}


def evidence(service: Service, kind: SignalKind, **options) -> str:
    return re.sub(r"\s", " ", evidence_of(signals(service, **options)[kind]))


# -- The labelled set -----------------------------------------------------------------------


@pytest.mark.parametrize("is_held_out", [False, True], ids=["tuned", "held out"])
def test_most_of_the_labelled_listings_are_told_rightly(is_held_out):
    measures = measured(is_held_out=is_held_out)
    assert len(measures.languages) >= 6
    assert measures.listings >= 200
    assert measures.share_found() >= 0.9
    assert measures.share_wrong() <= 0.05


# -- Contacts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "currency", "kind", "found"),
    [
        ("Write to anna@example.com, please.", "EUR", "email", "anna@example.com"),
        ("anna (at) example dot com", "EUR", "email", "anna@example.com"),
        ("anna [at] example.com", "EUR", "email", "anna@example.com"),
        ("ａｎｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "EUR", "email", "anna@example.com"),
        ("a n n a @ e x a m p l e . c o m", "EUR", "email", "anna@example.com"),
        ("an\u200bna@exam\u00adple.com", "EUR", "email", "anna@example.com"),
        ("anna małpa example kropka pl", "PLN", "email", "anna@example.pl"),
        ("Tel. +48 601 234 567", None, "phone", "+48 601 234 567"),
        ("601 234 567 po 18", "PLN", "phone", "601 234 567"),
        ("06.39.98.12.34", "EUR", "phone", "06.39.98.12.34"),
        ("Nummer 0 3 0 2 3 1 2 5 1 2 3", "EUR", "phone", "0 3 0 2 3 1 2 5 1 2 3"),
        ("٠١٠٠١٢٣٤٥٦٧", "EGP", "phone", "01001234567"),
        ("null drei null zwei drei eins zwei fünf eins zwei drei", "EUR", "phone", "null drei null"),
        ("Tel: 555 12 34", "USD", "phone", "555 12 34"),
        ("See https://example.com/me?x=1", "EUR", "link", "https://example.com/me?x=1"),
        ("Preise auf beispiel.de/preise", "EUR", "link", "beispiel.de/preise"),
        ("t.me/anna", "EUR", "link", "t.me/anna"),
        ("Telegram: @anna_88", "EUR", "messenger", "Telegram: @anna_88"),
        ("Schreib mir auf WhatsApp", "EUR", "messenger", "Schreib mir auf WhatsApp"),
        ("напишіть мені у вайбер", "UAH", "messenger", "напишіть мені у вайбер"),
        ("加我微信", "CNY", "messenger", "加我微信"),
        ("anna@gmаil.соm", "EUR", "email", "anna@gmail.com"),
        ("text me on WhаtsApp", "GBP", "messenger", "me on WhatsApp"),
        ("⓿❼❾❶❶❶❷❸❹❺❻", "GBP", "phone", "07911123456"),
        ("Call me on\n07911\n123456", "GBP", "phone", "07911 123456"),
        ("oh seven nine double one one two three four five six", "GBP", "phone", "oh seven nine double one"),
        ("zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit", "EUR", "phone", "zéro six 12 34 56 78"),
        ("zéro six quatre-vingt-dix-huit soixante et onze vingt et un dix", "EUR", "phone", "zéro six 98 71 21 10"),
        ("नौ आठ सात छः पाँच चार तीन दो एक शून्य", "INR", "phone", "नौ आठ"),
        ("восемь девять один шесть один два три четыре пять шесть семь", "RUB", "phone", "восемь девять"),
        ("tre quattro sette uno due tre quattro cinque sei sette", "EUR", "phone", "tre quattro"),
        ("nove um dois três quatro cinco seis sete oito", "EUR", "phone", "nove um"),
        ("幺三八零零一三八零零零", "CNY", "phone", "13800138000"),
        ("加微：anna88，V信同号", "CNY", "messenger", "加微:anna88"),
        ("QQ：123456789", "CNY", "messenger", "QQ:123456789"),
        ("пиши в телегу anna_88", "UAH", "messenger", "в телегу anna_88"),
        ("TikTok: annacleans", "EUR", "messenger", "TikTok: annacleans"),
        ("anna -at- gmail -dot- com", "EUR", "email", "anna@gmail.com"),
        ("a-n-n-a@g-m-a-i-l.c-o-m", "EUR", "email", "anna@gmail.com"),
        ("Visit AnnaCleans.Com", "GBP", "link", "AnnaCleans.Com"),
        ("annacleans.london", "GBP", "link", "annacleans.london"),
        ("mysite•com", "EUR", "link", "mysite.com"),
        ("See anna.me for more", "EUR", "link", "anna.me"),
        ("+ 4 4 7 9 1 1 1 2 3 4 5 6", "EUR", "phone", "+ 4 4 7 9 1 1"),
        ("\u3164".join("07911123456"), "GBP", "phone", "07911123456"),
    ],
)
def test_contact_details_are_found(text, currency, kind, found):
    [contact, *_more] = find_contacts(text, currency=currency)
    assert contact.kind == kind
    assert contact.text.startswith(found)


@pytest.mark.parametrize(
    ("text", "currency", "number"),
    [
        ("Call 07911 123 456 £25 per hour", "GBP", "07911 123 456"),
        ("Tel. 0176 123 456 78 €40/Std", "EUR", "0176 123 456 78"),
        ("Zadzwoń 501 234 567 zł 50 za godzinę", "PLN", "501 234 567"),
        ("501 234 567 zł 50 za godzinę", "PLN", "501 234 567"),
        ("Call me: 07911 123 456 M-F 9 to 5", "GBP", "07911 123 456"),
        ("Firma NIP 123-456-78-90 501 234 567", "PLN", "501 234 567"),
        ("REGON 123456789 501 234 567", "PLN", "501 234 567"),
        ("SIRET 123 456 789 00012 06 12 34 56 78", "EUR", "06 12 34 56 78"),
        ("Appelez le 06 12 34 56 78 € 30", "EUR", "06 12 34 56 78"),
        ("Тел. 067 123 45 67 грн 300", "UAH", "067 123 45 67"),
        ("Llámame 612 345 678 €20", "EUR", "612 345 678"),
        ("€20 612 345 678", "EUR", "612 345 678"),
        ("ISBN 07911 123456", "GBP", "07911 123456"),
        ("07911 123 456 cm", "GBP", "07911 123 456"),
        ("£25 +44 7911 123456 £30", "GBP", "+44 7911 123456"),
        ("Call 555-1234 $20", "USD", "555-1234"),
    ],
)
def test_a_price_a_unit_or_a_registration_beside_a_number_does_not_hide_it(text, currency, number):
    assert [contact.text for contact in find_contacts(text, currency=currency)] == [number]


@pytest.mark.parametrize(
    "text",
    [
        "1 200 zł, 3.450.000 €, $1,200,000.00, ₹12,00,000",
        "8:00-18:00, 9.30-13.00, 12.05.2026, 2026-05-12, 2020-2026",
        "12 x 30 m, 120x60x75 cm, 4000 x 3000, op. 10",
        "00-950, 75011, 28001, 90210, SW1A 1AA",
        "z.B. ASP.NET, St.Gallen, d.h. nichts.Es folgt, 3.5 Std., u.a.",
        "The line is long, the signal clear; we teach WhatsApp.",
        "NIP 525-000-12-34, SIRET 123 456 789 00012",
        "IBAN DE89 3704 0044 0532 0130 00, ISBN 978-3-16-148410-0, PESEL 44051401359, GSTIN 22AAAAA0000A1Z5",
        "1.000-1.500 zł, 1000-1500 €, 40/55/80 €, 140/155/180 zł, 3 500 000 zł, 120 000 km",
        "Sizes 38 40 42 44 46 €20",
        "In my LINE of work; Ich komme zu Ihnen.at home; Je viens chez vous.me contacter; Vegan.is better",
        "Une visite tête-à-tête, a stay-at-home mum, dix, vingt, trente, quarante, cinquante minutes",
        "12 m² und 20 m³, Serviço completo.Com garantia, 5 + 10 + 15 + 20 + 25, пишу про телегу и лошадь",
        "100\n200\n300\n400\n500",
        "1. 50 € 2. 80 € 3. 90 € 4. 100 €",
        "mo 08:00 12:00 di 08:00 12:00",
        "",
    ],
)
@pytest.mark.parametrize("currency", ["EUR", "PLN", "USD", None, "XXX", "€"])
def test_figures_that_are_no_contact_details_are_left_alone(text, currency):
    assert find_contacts(text, currency=currency) == []


def test_a_number_is_told_as_it_is_dialled_from_anywhere_where_that_is_certain(app):
    service = ServiceFactory(description="Call 601 234 567.", currency="PLN")
    assert evidence(service, SignalKind.CONTACT) == "In the text: phone number “601 234 567 (+48601234567)”."


# -- Prices ---------------------------------------------------------------------------------


def usual_listings(number: int = FEWEST_LISTINGS, **options) -> None:
    provider = ProviderFactory()
    for place in range(number):
        ServiceFactory(provider=provider, price=Decimal(40 + 2 * place), **{"category": "cleaning", **options})


@pytest.mark.parametrize(("price", "side"), [("900.00", "above"), ("3.00", "below")])
def test_a_price_far_from_the_usual_range_is_told_with_it(app, price, side):
    usual_listings()
    odd = ServiceFactory(price=Decimal(price), category="cleaning", currency="eur")
    assert f"€{price} is far {side} what is usual in cleaning: half of 21 listings" in evidence(odd, SignalKind.PRICE)


def test_a_price_within_reach_is_no_signal(app):
    usual_listings()
    assert SignalKind.PRICE not in signals(ServiceFactory(price=Decimal(120), category="cleaning"))


def test_both_databases_take_the_same_quartiles(app):
    usual_listings(25)
    usual_listings(25, currency="PLN", is_active=False)
    usual_listings(FEWEST_LISTINGS - 1, category="rare")
    usual_listings(22, category="other", currency=" usd"[-3:])
    assert usual_ranges(db.session) == {
        ("cleaning", "EUR"): UsualRange(Decimal("52.00"), Decimal("76.00"), 25),
        ("other", "USD"): UsualRange(Decimal("50.00"), Decimal("72.00"), 22),
    }
    assert set(usual_ranges(db.session, ["other", "unknown"])) == {("other", "USD")}


def test_where_all_cost_the_same_a_little_more_is_not_far(app):
    usual = UsualRange(Decimal(50), Decimal(50), 20)
    assert [usual.is_far(Decimal(price)) for price in ("27", "49", "50", "90", "NaN")] == [
        True,
        False,
        False,
        False,
        True,
    ]


def test_other_currencies_and_none_have_no_usual_range(app):
    usual_listings()
    assert SignalKind.PRICE not in signals(ServiceFactory(price=Decimal(9000), category="cleaning", currency="PLN"))
    service = ServiceFactory(price=Decimal(9000), category="cleaning")
    overwrite(service, currency=None)
    assert SignalKind.PRICE not in signals(service)


# -- Duplicates -----------------------------------------------------------------------------

TEXT = "I clean every window of your flat, inside and out, frames and sills too, and bring ladder and soap along."


@everywhere
def test_the_same_text_by_another_provider_is_told_with_both(app):
    provider = ProviderFactory(email="first@example.com")
    ServiceFactory(title="Clear windows", description=TEXT, provider=provider)
    copy = ServiceFactory(title="Windows, quick", description=TEXT)
    ServiceFactory(title="Piano lessons", description="Scales, chords and songs for those who begin late in life.")
    told = evidence(copy, SignalKind.DUPLICATE)
    assert re.fullmatch(r"[789]\d % the same as “Clear windows” by first@example.com\.", told)


@everywhere
def test_nearly_the_same_text_by_the_same_provider_is_told(app):
    provider = ProviderFactory()
    ServiceFactory(title="Clear windows", description=TEXT, provider=provider)
    again = ServiceFactory(title="Clear windows!", description=TEXT.replace("soap", "towels"), provider=provider)
    assert "% the same as “Clear windows” by this provider" in evidence(again, SignalKind.DUPLICATE)


@everywhere
def test_an_edited_copy_under_the_same_title_is_found(app):
    ServiceFactory(title="Clear windows", description=TEXT)
    copy = ServiceFactory(title="Clear windows", description=f"Hello! {TEXT}")
    [duplicate] = near_duplicates(db.session, [copy.id])[copy.id]
    assert 0.7 < duplicate.similarity < 1


def test_an_edited_copy_under_a_title_alike_is_found_with_trigrams_only(app):
    ServiceFactory(title="Clear windows in a day", description=TEXT)
    copy = ServiceFactory(title="Clear windows in a day.", description=f"Hello! {TEXT} See you.")
    assert bool(near_duplicates(db.session, [copy.id])) == (db.engine.dialect.name == "postgresql")


LONG = (
    "Our family has cleaned houses and offices in this town for twelve years, and we do so with care. We bring our own "
    "machines and soaps, none of which smells for longer than an hour. You tell us which rooms matter most, and we "
    "begin there. Keys stay in a safe, windows are done each spring, and carpets whenever you would like them "
    "to be fresh."
)
EDITS = {
    "nothing": LONG,
    "a dot": f"{LONG}.",
    "a word at the beginning": LONG.replace("family", "little team"),
    "a word in the middle": LONG.replace("an hour", "ten minutes"),
    "a word at the end": LONG.replace("fresh", "nice"),
    "a blank": LONG.replace("machines", " machines"),
    "lines": LONG.replace(". ", ".\n\n"),
    "capitals": LONG.replace("keys", "KEYS").title(),
    "invisible characters": "\u200b".join(LONG),
    "look-alikes": LONG.translate(str.maketrans("aeopcxy", "аеорсху")),
    "blank lines before": "\n" * 20_000 + LONG,
    "invisible characters before": "\u200b" * 20_000 + LONG,
}
UNDONE_BY_POSTGRESQL_ALONE = {"blank lines before", "invisible characters before"}


@everywhere
@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_copy_by_another_provider_under_another_title_is_found(app, edit):
    first = ServiceFactory(title="House cleaning", description=LONG)
    copy = ServiceFactory(title="Maids for you", description=EDITS[edit])
    near = near_duplicates(db.session, [first.id]), near_duplicates(db.session, [copy.id])
    found = [[each.id for each in duplicates] for both in near for duplicates in both.values()]
    if db.engine.dialect.name == "sqlite" and edit in UNDONE_BY_POSTGRESQL_ALONE:
        assert not found
    else:
        assert found == [[copy.id], [first.id]]


@everywhere
def test_a_text_that_only_begins_as_another_is_no_duplicate(app):
    ServiceFactory(title="House cleaning", description=LONG)
    other = ServiceFactory(
        title="Maids for you", description=f"{LONG[:80]} Now for another matter: piano lessons. " * 4
    )
    assert near_duplicates(db.session, [other.id]) == {}


def test_the_server_folds_texts_as_we_do(app):
    if db.engine.dialect.name != "postgresql":
        assert folded("Аnnа\u200b \n ΒΕSТ\u3164ｘ") == "anna bestｘ"
        return
    for text in (*EDITS.values(), "Аnnа\u200b \n ΒΕSТ\u3164\U000e0041ı", "Ґанок, їжа й ёлка: 2–3 €!", "玻璃清洗。"):
        service = ServiceFactory(title="A", description=text)
        theirs = db.session.execute(sa.select(_text(Service), _letters(Service)).where(Service.id == service.id)).one()
        assert theirs[0] == folded(f"A {text}")[:MOST_COMPARED]
        assert theirs[1] == "".join(letter for letter in folded(text) if letter.isalnum())


@everywhere
def test_short_and_other_texts_are_no_duplicates(app):
    ServiceFactory(title="Clear windows", description="Call me.")
    for title, description in (("Piano lessons", "Call me."), ("Clear windows", TEXT), ("Moving", "With a van.")):
        assert near_duplicates(db.session, [ServiceFactory(title=title, description=description).id]) == {}


@everywhere
def test_a_text_that_hundreds_have_is_compared_with_some_of_them(app):
    provider = ProviderFactory()
    rows = [
        {"id": uuid.uuid4(), "provider_id": provider.id, "title": "Clear windows", "description": TEXT, "category": "c",
         "price": 1, "duration": 1, "availability": {}, "images": []}
        for _each in range(4 * MOST_CANDIDATES)
    ]  # fmt: skip
    db.session.execute(sa.insert(Service), rows)
    db.session.commit()
    service = ServiceFactory(title="Clear windows", description=TEXT)
    found = near_duplicates(db.session, [service.id])[service.id]
    assert MOST_CANDIDATES <= len(found) <= 3 * MOST_CANDIDATES
    signal = signals(service)[SignalKind.DUPLICATE]
    assert len(signal.facts["listings"]) == 5
    assert evidence_of(signal).endswith(f"; {len(found) - 5} more.")


@everywhere
def test_many_listings_take_no_more_statements_than_a_few(app):
    provider = ProviderFactory()
    services = [ServiceFactory(provider=provider, title=f"Offer {number}") for number in range(MOST_AT_ONCE + 1)]
    few, many = statements_for(services[:10]), statements_for(services[:MOST_AT_ONCE])
    assert few == many <= 5
    assert statements_for(services) <= many + 2


def statements_for(services: list[Service]) -> int:
    assert [service.title for service in services]
    counted = []

    def count(*_arguments: object) -> None:
        counted.append(1)

    event.listen(db.engine, "after_cursor_execute", count)
    try:
        signals_of(db.session, services, taken_down={})
    finally:
        event.remove(db.engine, "after_cursor_execute", count)
    return len(counted)


def test_our_trigrams_are_those_of_pg_trgm(app):
    if db.engine.dialect.name != "postgresql":
        assert trigrams_of("Cat-a") == {"  c", " ca", "cat", "at ", "  a", " a "}
        return
    for one, two in (
        (TEXT, TEXT.upper()),
        ("Миття вікон", "Миття вікон 2"),
        ("a-b c_d", "ab cd"),
        ("", "x"),
        ("玻璃清洗", "玻璃"),
    ):
        theirs = db.session.scalar(sa.select(sa.func.similarity(one, two)))
        assert shared(trigrams_of(one), trigrams_of(two)) == pytest.approx(theirs, abs=1e-6)


# -- Shouting, availability, images, the provider ------------------------------------------


@pytest.mark.parametrize(
    ("title", "description", "shouts"),
    [
        ("CHEAPEST CLEANING IN TOWN", "", True),
        ("Cheap CLEANING", "", False),
        ("PC & TV", "", False),
        ("Window Cleaning For Everyone", "", False),
        ("НАЙДЕШЕВШЕ ПРИБИРАННЯ", "", True),
        ("玻璃清洗玻璃清洗玻璃清洗", "", False),
        ("تنظيف النوافذ في المدينة", "", False),
        ("Cleaning", "Now!!!", True),
        ("Cleaning!", "Now!! Really!", False),
        ("玻璃清洗", "快！！！", True),
        ("Cleaning", "THIS IS THE BEST CLEANING SERVICE IN ALL OF LONDON AND YOU WILL NOT REGRET IT BOOK NOW", True),
        ("Cleaning", "I have WLAN, TV and DVD in all rooms. NEW: ironing.", False),
        ("Cleaning", "TV & DVD, WLAN, PC", False),
        ("Cleaning", "wow‼️‼️‼️❗❗❗", True),
        ("Cleaning", "wow!?!?!?!", True),
        ("Cleaning", "Really?!?! Why???", False),
        ("Cleaning", "wow!\u200b!\u200b!", True),
        ("Cleaning", "\u200b" * 20_000 + "\n" * 20_000 + "wow!!!", True),
        ("B E S T CLEAN", "", True),
        ("Plan B for you", "", False),
        ("Learn the A B C D of piano", "", False),
    ],
)
def test_shouting(title, description, shouts):
    assert bool(find_shouting(title, description)) == shouts


def test_shouting_is_told_with_its_share(app):
    service = ServiceFactory(title="CHEAPEST CLEANING in town", description="Now!!!!")
    assert evidence(service, SignalKind.SHOUTING) == (
        "72 % of the title's letters are capitals. 4 exclamation marks in a row."
    )


def test_capitals_of_a_description_are_told_with_their_share(app):
    service = ServiceFactory(title="Cleaning", description="THIS IS THE BEST CLEANING IN TOWN, really")
    assert evidence(service, SignalKind.SHOUTING) == "81 % of the description's letters are capitals."


@pytest.mark.parametrize("before", ["\u200b", "\n", " ", "\u3164", "\ufe0f", "\u00ad \t", "\r\n"])
def test_what_nobody_sees_pushes_nothing_out_of_reach(before):
    [contact] = find_contacts(before * 20_000 + "Call 601 234 567.", currency="PLN")
    assert contact.text == "601 234 567"


@pytest.mark.parametrize("before", ["word ", "\u200b" * 20])
def test_a_text_that_is_not_read_to_its_end_says_so(app, before):
    service = ServiceFactory(description=before * 20_000 + "Call 601 234 567.", currency="PLN")
    assert evidence(service, SignalKind.CONTACT) == "Only the first 20,000 characters were read: the text goes on."
    service = ServiceFactory(description=f"Call 601 234 568. {before * 20_000}", currency="PLN")
    assert evidence(service, SignalKind.CONTACT).startswith(
        "In the text: phone number “601 234 568 (+48601234568)”. On"
    )


def test_a_good_listing_has_no_signals(app):
    assert signals(ServiceFactory(images=PICTURE)) == {}
    assert signals_of(db.session, [], taken_down={}) == {}


@pytest.mark.parametrize("week", [{}, {"monday": []}, {"monday": [], "sunday": []}])
def test_a_week_without_times_is_told(app, week):
    service = ServiceFactory(availability=week)
    assert evidence(service, SignalKind.AVAILABILITY) == "There is no time in the week at which it can be booked."


def test_a_malformed_week_and_missing_images_are_told(app):
    service = ServiceFactory(images=[])
    assert evidence(service, SignalKind.IMAGES) == "There is no image."
    overwrite(service, availability='{"monday": [{"start": "9", "end": "17:00"}]}', images='["ftp://x"]')
    assert evidence(service, SignalKind.AVAILABILITY).startswith("The availability is malformed: monday start: '9'")
    assert evidence(service, SignalKind.IMAGES).startswith("The images are malformed: 'ftp://x' is not")


@pytest.mark.parametrize(
    ("week", "told"),
    [
        ('"text"', "it is no set of names and values"),
        ("[]", "it is no set of names and values"),
        ("7", "it is no set of names and values"),
        ('{"monday": "9-17"}', "monday: it is no list"),
        ('{"monday": ["9-17"]}', "monday: it is no set of names and values"),
        ('{"funday": []}', "funday: there is no such entry"),
        ('{"monday": [{"start": "09:00"}]}', "monday end: it is missing"),
        ('{"monday": [{"start": 9, "end": "17:00"}]}', "monday start: it is no text"),
        ('{"monday": [{"start": "18:00", "end": "17:00"}]}', "monday: 18:00-17:00: the start has to be before the end"),
    ],
)
def test_each_kind_of_malformed_week_is_told_in_a_sentence_of_ours(app, week, told):
    service = ServiceFactory()
    overwrite(service, availability=week)
    assert evidence(service, SignalKind.AVAILABILITY) == f"The availability is malformed: {told}."


@pytest.mark.parametrize(
    ("images", "told"), [('{"a": 1}', "it is no list"), ('"x"', "it is no list"), ("[7]", "it is no text")]
)
def test_each_kind_of_malformed_images_is_told_in_a_sentence_of_ours(app, images, told):
    service = ServiceFactory()
    overwrite(service, images=images)
    assert evidence(service, SignalKind.IMAGES) == f"The images are malformed: {told}."


@pytest.mark.parametrize("shape", SHAPES, ids=range(len(SHAPES)))
def test_no_shape_is_told_in_words_of_the_library(shape):
    try:
        value = json.loads(shape)
    except ValueError:
        return
    for problem in (*availability_problems(value), *images_problems(value)):
        assert not re.search(r"Input|valid|instance|Extra|understood", problem), problem


def test_listings_of_a_provider_that_were_taken_down_before_are_told(app):
    service = ServiceFactory()
    told = evidence(service, SignalKind.PROVIDER, taken_down={service.provider_id: 3, uuid.uuid4(): 9})
    assert told == "Listings of this provider that were taken down before: 3."
    assert SignalKind.PROVIDER not in signals(service, taken_down={service.provider_id: 0})


# -- Rows and texts of any shape ------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES, ids=range(len(SHAPES)))
def test_json_of_any_shape_is_told_and_no_error(app, shape):
    service = ServiceFactory()
    overwrite(service, availability=shape, images=shape)
    assert {SignalKind.AVAILABILITY, SignalKind.IMAGES} & set(signals(service))


def test_what_is_no_json_no_currency_and_no_provider_is_no_error(app):
    service = ServiceFactory()
    overwrite(service, currency=None, provider_id=uuid.uuid4(), images=None)
    assert set(signals(service)) == {SignalKind.IMAGES}
    if db.engine.dialect.name == "sqlite":
        for text in NO_JSON:
            overwrite(service, availability=text, images=text)
            assert {SignalKind.AVAILABILITY, SignalKind.IMAGES} <= set(signals(service))


@pytest.mark.parametrize("currency", ["", " ", "eur", "€€€", "E\u0301x", "123", "%s", "\u202e"])
def test_a_currency_of_any_shape_is_no_error(app, currency):
    usual_listings()
    service = ServiceFactory(price=Decimal(9000), category="cleaning", description="Tel. 0612345678", images=PICTURE)
    overwrite(service, currency=currency)
    wanted = {SignalKind.CONTACT, *([SignalKind.PRICE] if currency == "eur" else [])}
    assert set(signals(service)) == wanted


def test_a_price_that_is_no_number_is_told_and_makes_nothing_usual(app):
    if db.engine.dialect.name == "postgresql":
        usual_listings()
        service = ServiceFactory(category="cleaning")
        overwrite(service, price="NaN")
        assert evidence(service, SignalKind.PRICE).startswith("NaN EUR is far above")
        assert usual_ranges(db.session)["cleaning", "EUR"].listings == FEWEST_LISTINGS


def test_a_copy_by_a_provider_who_does_not_exist_is_told(app):
    first = ServiceFactory(title="Clear windows", description=TEXT)
    overwrite(first, provider_id=uuid.uuid4())
    copy = ServiceFactory(title="Clear windows", description=TEXT)
    assert evidence(copy, SignalKind.DUPLICATE) == "100 % the same as “Clear windows” by an unknown provider."


HOSTILE = {
    "letters": "a",
    "letters apart": "a ",
    "digits": "1",
    "digits apart": "1 ",
    "digits and dashes": "06-12 ",
    "dots": "a.",
    "at signs": "@",
    "addresses": "a@a.",
    "brackets": "(at)",
    "open brackets": " ( at ",
    "blanks": " ",
    "messengers": "whatsapp ",
    "invitations": "me on me on ",
    "numbers": "0612345678 ",
    "words of digits": "eins ",
    "accents": "\u0301\u0327",
    "ligatures": "\ufdfa",
    "exclamation marks": "!",
    "lines": "\n",
    "cues": "tel ",
    "han digits": "一",
    "www": "www.",
    "prices": "25 € 30 ",
    "prices first": "£ 1,2",
    "registrations": "NIP 123-45 ",
    "blocks of an account": "IBAN DE12 ",
    "clocks": "08:00 ",
    "mixed letters": "aа",
    "letters of two scripts": "aaaaaaaaа ",
    "letters and dashes": "a-",
    "letters, dashes and ats": "a-a@a-",
    "dashes around at": "a -at- ",
    "bullets": "com•com",
    "pairs": "quatre-vingt-",
    "repeated digits": "double one ",
    "digits in lines": "1\n",
    "cued digits in lines": "tel 1\n22\n",
    "marks": "!?",
    "sentences": "me.me ",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hundred_thousand_characters_of_anything_take_no_longer_than_what_is_read(app, name, monkeypatch):
    text = (HOSTILE[name] * 100_000)[:100_000]
    service = ServiceFactory(description=text)
    asked = count_lookups(monkeypatch)
    found = signals(service)
    assert len(asked) <= MOST_LOOKUPS
    assert len(found.get(SignalKind.CONTACT, Signal(SignalKind.CONTACT, {"found": []})).facts["found"]) <= MOST_FOUND
    assert find_contacts(text, currency="EUR") == find_contacts(text[:MOST_READ], currency="EUR")


def count_lookups(monkeypatch) -> list[str]:
    asked: list[str] = []
    from marketplace.listings import phone_numbers  # noqa: PLC0415 - its name for the library is what is replaced

    matcher = phone_numbers.PhoneNumberMatcher

    def counting(text: str, *arguments: object, **options: object) -> object:
        asked.append(text)
        assert len(text) < 200
        return matcher(text, *arguments, **options)

    monkeypatch.setattr(phone_numbers, "PhoneNumberMatcher", counting)
    return asked


def test_the_time_taken_does_not_grow_with_the_square_of_the_text():
    import time  # noqa: PLC0415 - only here

    def seconds(text: str) -> float:
        return min(timed(text) for _round in range(3))

    def timed(text: str) -> float:
        began = time.perf_counter()
        find_contacts(text, currency="EUR")
        return time.perf_counter() - began

    for name, part in HOSTILE.items():
        text = (part * MOST_READ)[:MOST_READ]
        quarter, whole = seconds(text[: MOST_READ // 4]), seconds(text)
        # Sixteen times would be the square; what takes next to nothing is not measured by its share.
        assert whole < 9 * quarter + 0.03, name


def test_disguises_are_undone_without_a_trace():
    assert undisguised("a\u200bb\ufe0f\u20e3") == "ab"
    assert undisguised("٣ ३ ３") == "3 3 3"
    assert len(undisguised("x" * 100_000)) == MOST_READ
