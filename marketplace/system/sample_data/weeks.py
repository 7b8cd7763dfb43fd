"""When providers work: a week of slots in UTC, the working day of their city within one UTC day."""

from marketplace.listings.schemas import WEEKDAYS
from marketplace.system.sample_data.plan import Plan

Week = tuple[tuple[tuple[int, int], ...], ...]
"""Seven days, Monday first, of (start, end) in minutes since midnight UTC."""

DAY = 24 * 60
LAST_END = DAY - 15
"""24:00 is no time of day in a stored week."""


def week_of(plan: Plan, provider: int) -> Week:
    """Return the week of a provider.

    A day that would run across midnight UTC, as on the Pacific, is cut there: a stored slot cannot.
    """
    chance = plan.random("week", provider)
    city = plan.city(provider)
    opening = chance.choice((8, 9, 10)) * 60 - int(city.utc_offset * 60)
    closing = opening + chance.choice((8, 9, 9)) * 60
    slots: tuple[tuple[int, int], ...] = ((max(0, opening), min(LAST_END, closing)),)
    if closing - opening == 9 * 60 and opening >= 0 and closing <= LAST_END and chance.random() < 0.4:
        slots = ((opening, opening + 240), (opening + 300, closing))
    extra = chance.choice(city.rest) if chance.random() < 0.2 else None
    return tuple(slots if day not in city.rest or day == extra else () for day in range(7))


def availability(week: Week) -> dict[str, list[dict[str, str]]]:
    """Return the week as `services.availability` holds it."""
    return {
        name: [{"start": _clock(start), "end": _clock(end)} for start, end in slots]
        for name, slots in zip(WEEKDAYS, week, strict=True)
    }


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
