"""The bookings, provider by provider: only one provider's diary is in memory at a time."""

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from marketplace.bookings.models import BookingStatus
from marketplace.system.sample_data.catalogue import rounded
from marketplace.system.sample_data.diary import Diary, day_of
from marketplace.system.sample_data.plan import Plan
from marketplace.system.sample_data.rows import BookingRow
from marketplace.system.sample_data.sentences import AWKWARD_NOTES, NOTES
from marketplace.system.sample_data.services import Offer, offers
from marketplace.system.sample_data.weeks import DAY, week_of

DOUBLE_BOOKED = 500
"""One booking in so many is put on top of another confirmed one of the same provider; no others overlap."""

LONGEST = 240
"""Minutes: what fits into every working day."""

PAST = {
    BookingStatus.COMPLETED: 84,
    BookingStatus.CANCELLED: 11,
    BookingStatus.CONFIRMED: 3,
    BookingStatus.PENDING: 2,
}
COMING = {BookingStatus.CONFIRMED: 55, BookingStatus.PENDING: 33, BookingStatus.CANCELLED: 12}
"""In percent. A past booking that is still open is one that somebody forgot."""
HELD = (BookingStatus.CONFIRMED, BookingStatus.COMPLETED)


class Draft(NamedTuple):
    offer: Offer
    status: BookingStatus
    start: int
    """Minutes since today's midnight, UTC."""
    duration: int


def booking_rows(plan: Plan) -> Iterator[BookingRow]:
    for provider, services, numbers in plan.workshops():
        chance = plan.random("bookings", provider)
        drafts = _drafts(plan, chance, provider, offers(plan, provider, services), numbers)
        for number, draft in zip(numbers, drafts, strict=True):
            yield _booking_row(plan, chance, provider, number, draft)


def double_booked(numbers: range) -> int:
    """Say how many of the bookings with these numbers are put on top of another."""
    return numbers.stop // DOUBLE_BOOKED - numbers.start // DOUBLE_BOOKED


def _drafts(
    plan: Plan,
    chance: random.Random,
    provider: int,
    offered: list[Offer],
    numbers: range,
) -> Iterator[Draft]:
    """Yield as many drafts as there are numbers: those to be doubled first, their doubles last."""
    diary = Diary(week_of(plan, provider), plan.today.weekday())
    doubles = double_booked(numbers)
    bases = [_draft(chance, diary, chance.choice(offered), past=False, sure=True) for _ in range(doubles)]
    yield from bases
    for _ in range(len(numbers) - 2 * doubles):
        offer = chance.choice(offered)
        yield _draft(chance, diary, offer, past=not offer.new and chance.random() < 0.72)
    for base in bases:
        later = 30 if base.duration > 30 else 0
        yield base._replace(start=base.start + later, duration=base.duration - later)


def _draft(chance: random.Random, diary: Diary, offer: Offer, *, past: bool, sure: bool = False) -> Draft:
    shares = PAST if past else COMING
    status = BookingStatus.CONFIRMED if sure else chance.choices(list(shares), list(shares.values()))[0]
    duration = offer.duration
    if chance.random() < 0.05:
        duration = min(LONGEST, duration + chance.choice((15, 30, 60)))
    start = diary.find(chance, duration, past=past, held=status in HELD)
    if start is None:
        return Draft(offer, BookingStatus.CANCELLED, day_of(chance, past=past) * DAY + 12 * 60, duration)
    return Draft(offer, status, start, duration)


def _booking_row(plan: Plan, chance: random.Random, provider: int, number: int, draft: Draft) -> BookingRow:
    offer = draft.offer
    scheduled = plan.midnight + dt.timedelta(minutes=draft.start)
    created = _created(plan, chance, scheduled, offer)
    return BookingRow(
        id=plan.id("booking", number),
        customer_id=plan.id("user", _customer(plan, chance, provider, created)),
        service_id=plan.id("service", offer.number),
        provider_id=plan.id("user", provider),
        status=draft.status.value,
        scheduled_at=scheduled,
        duration=draft.duration,
        total_amount=_amount(chance, draft),
        notes=_notes(plan, chance, provider),
        created_at=None if chance.random() < 0.003 else created,
    )


def _created(plan: Plan, chance: random.Random, scheduled: dt.datetime, offer: Offer) -> dt.datetime:
    """Draw the moment of booking: mostly days before the appointment, 60 at most, and never after midnight."""
    lead = dt.timedelta(minutes=60 + min(86_000, chance.expovariate(1 / 9_000)))
    created = min(scheduled - lead, plan.midnight - dt.timedelta(minutes=min(86_000, chance.expovariate(1 / 9_000))))
    if created < offer.opened:
        created = offer.opened + (plan.midnight - offer.opened) * chance.random()
    return created.replace(microsecond=0)


def _customer(plan: Plan, chance: random.Random, provider: int, created: dt.datetime) -> int:
    """Draw who booked: mostly someone from the same city, some of them often, and already signed up."""
    for _ in range(4):
        number = _somebody(plan, chance, provider)
        if plan.joined(number) <= created:
            return number
    # Only who joined lately gets here, and none of those is followed or preceded by another.
    return number - 1 if number > plan.providers else number + 1


def _somebody(plan: Plan, chance: random.Random, provider: int) -> int:
    if chance.random() < 0.2:
        return chance.randrange(plan.providers, plan.users)
    cities = len(plan.cities)
    neighbours = range(plan.providers + provider % cities, plan.users, cities)
    return neighbours[int(len(neighbours) * chance.random() ** 1.7)]


def _amount(chance: random.Random, draft: Draft) -> Decimal:
    """Return the price of the service, in proportion when the duration was changed, sometimes another one."""
    offer = draft.offer
    if draft.duration != offer.duration:
        return rounded(offer.price * draft.duration / offer.duration, offer.currency)
    if chance.random() < 0.06:
        return rounded(offer.price * chance.choice((Decimal("0.8"), Decimal("0.9"), Decimal("1.25"))), offer.currency)
    return offer.price


def _notes(plan: Plan, chance: random.Random, provider: int) -> str | None:
    draw = chance.random()
    if draw < 0.01:
        return chance.choice(AWKWARD_NOTES)
    return chance.choice(NOTES[plan.city(provider).language]) if draw < 0.25 else None
