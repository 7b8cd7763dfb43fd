"""What is offered: how long it takes and what it costs, by category and currency."""

import random
from decimal import Decimal
from typing import NamedTuple


class Range(NamedTuple):
    """Prices in US dollars and durations in minutes, none longer than the shortest working day."""

    lowest: int
    highest: int
    durations: tuple[int, ...]


RANGES = {
    "cleaning": Range(40, 160, (120, 180, 240)),
    "repairs": Range(35, 140, (60, 90, 120)),
    "tutoring": Range(20, 60, (60, 90)),
    "music": Range(25, 70, (30, 45, 60)),
    "beauty": Range(20, 90, (30, 45, 60, 90)),
    "fitness": Range(20, 70, (45, 60)),
    "photography": Range(80, 350, (60, 120, 180)),
    "gardening": Range(40, 180, (120, 180, 240)),
    "moving": Range(120, 450, (180, 240)),
    "pets": Range(12, 45, (30, 45, 60)),
    "it-help": Range(30, 120, (60, 90)),
    "childcare": Range(30, 90, (120, 180, 240)),
}


class Money(NamedTuple):
    """What a dollar's worth of service costs there, and the step prices are rounded to.

    The level is about what people pay, not the exchange rate.
    """

    level: Decimal
    step: int


MONEY = {
    code: Money(Decimal(level), step)
    for code, level, step in (
        ("AED", "3", 5),
        ("ARS", "700", 500),
        ("AUD", "1.4", 5),
        ("BRL", "2.8", 5),
        ("CAD", "1.3", 5),
        ("CHF", "1.3", 5),
        ("CNY", "4", 5),
        ("COP", "2400", 1000),
        ("DZD", "60", 50),
        ("EGP", "14", 10),
        ("EUR", "0.9", 1),
        ("GBP", "0.8", 1),
        ("ILS", "3.2", 5),
        ("INR", "25", 10),
        ("JPY", "110", 500),
        ("KES", "60", 50),
        ("KRW", "1000", 1000),
        ("MXN", "10", 10),
        ("NGN", "600", 500),
        ("NZD", "1.4", 5),
        ("PLN", "2.5", 5),
        ("SEK", "9", 10),
        ("THB", "20", 20),
        ("TRY", "18", 25),
        ("TWD", "22", 50),
        ("UAH", "14", 10),
        ("USD", "1", 5),
        ("VND", "12000", 10000),
        ("ZAR", "9", 10),
    )
}

WITH_CENTS = frozenset({"AUD", "CAD", "EUR", "GBP", "NZD", "PLN", "USD"})
"""Where prices such as 24.90 are seen."""


def price(chance: random.Random, category: str, currency: str) -> Decimal:
    """Draw a price; the cheaper half of the range is the more frequent."""
    lowest, highest, _ = RANGES[category]
    dollars = int(lowest + (highest - lowest) * chance.random() ** 1.5)
    amount = rounded(dollars * MONEY[currency].level, currency)
    if currency in WITH_CENTS and chance.random() < 0.3:
        amount -= Decimal(chance.choice(("0.10", "0.50", "0.01")))
    return amount


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Return `amount` to the nearest step of its currency, and never nothing."""
    step = MONEY[currency].step
    return Decimal(max(1, round(amount / step)) * step).quantize(Decimal("0.01"))
