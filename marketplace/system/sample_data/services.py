"""The services, each in the words and the money of its provider's city."""

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from marketplace.system.sample_data.catalogue import RANGES, price
from marketplace.system.sample_data.flaws import AVAILABILITY_FLAWS, IMAGES_FLAWS, flaw_of
from marketplace.system.sample_data.places import City
from marketplace.system.sample_data.plan import OPENED, Plan
from marketplace.system.sample_data.rows import ServiceRow, json_text
from marketplace.system.sample_data.sentences import DESCRIPTIONS
from marketplace.system.sample_data.titles import CATEGORIES, titles
from marketplace.system.sample_data.weeks import availability, week_of


class Offer(NamedTuple):
    """What a booking has to know of its service."""

    number: int
    category: str
    price: Decimal
    currency: str
    duration: int
    opened: dt.datetime
    new: bool
    """Opened in the last weeks, so that nobody can have been there in the past."""


def service_rows(plan: Plan) -> Iterator[ServiceRow]:
    for provider, numbers, _ in plan.workshops():
        for offer in offers(plan, provider, numbers):
            yield _service_row(plan, provider, offer)


def offers(plan: Plan, provider: int, numbers: range) -> list[Offer]:
    """Return what a provider offers; the first of it has been there all along."""
    return [_offer(plan, provider, number, new=number % 7 == 6 and number != numbers.start) for number in numbers]


def _offer(plan: Plan, provider: int, number: int, *, new: bool) -> Offer:
    chance = plan.random("offer", number)
    category = CATEGORIES[number % len(CATEGORIES)]
    currency = plan.city(provider).currency
    days = 1 + chance.random() * 30 if new else OPENED * (1 + chance.random())
    return Offer(
        number=number,
        category=category,
        price=price(chance, category, currency),
        currency=currency,
        duration=chance.choice(RANGES[category].durations),
        opened=plan.midnight - dt.timedelta(seconds=int(days * 86400)),
        new=new,
    )


def _service_row(plan: Plan, provider: int, offer: Offer) -> ServiceRow:
    number = offer.number
    chance = plan.random("service", number)
    title, description = _words(chance, plan.city(provider), offer.category)
    return ServiceRow(
        id=plan.id("service", number),
        provider_id=plan.id("user", provider),
        title=title,
        description=description,
        category=offer.category,
        price=offer.price,
        currency=_currency(number, offer.currency),
        duration=offer.duration,
        availability=_availability(plan, provider, number),
        images=_images(plan, chance, offer),
        is_active=None if number % 40 == 23 else chance.random() > 0.08,
        created_at=None if number % 37 == 12 else offer.opened,
    )


def _words(chance: random.Random, city: City, category: str) -> tuple[str, str]:
    """Write in the language of the city, or now and then in English, for those who are new there."""
    language = "en" if chance.random() < 0.1 else city.language
    title = chance.choice(titles(language, category))
    shape = chance.choice(("{title}", "{title}", "{title}", "{title} · {city}", "{city}: {title}"))
    sentences = chance.sample(DESCRIPTIONS[language], k=chance.randint(1, 3))
    return shape.format(title=title, city=city.name), " ".join((f"{title}.", *sentences))


def _currency(number: int, usual: str) -> str | None:
    if number % 40 == 17:
        return None
    return usual.lower() if number % 200 == 61 else usual


def _availability(plan: Plan, provider: int, number: int) -> str:
    week = availability(week_of(plan, provider))
    flaw = flaw_of(number, AVAILABILITY_FLAWS, first=3, step=5)
    return json_text(flaw(week) if flaw else week, any_text=plan.any_text)


def _images(plan: Plan, chance: random.Random, offer: Offer) -> str | None:
    images = [
        f"https://images.example.com/{offer.category}/{chance.randint(1, 400)}.jpg" for _ in range(chance.randint(0, 3))
    ]
    if offer.number % 50 == 29:
        return None
    flaw = flaw_of(offer.number, IMAGES_FLAWS, first=8, step=5)
    return json_text(flaw(images) if flaw else images, any_text=plan.any_text)
