"""The diary of one provider: where an appointment still fits."""

import random

from marketplace.system.sample_data.plan import DAYS_AHEAD, DAYS_BACK
from marketplace.system.sample_data.weeks import DAY, Week

QUARTER = 15
TRIES = 40
OUTSIDE = 0.02
"""The share of appointments that start in the half hour after work."""


def day_of(chance: random.Random, *, past: bool) -> int:
    """Draw a day relative to today: the past evenly, of what is to come the near more often."""
    return -chance.randint(1, DAYS_BACK) if past else int(DAYS_AHEAD * chance.random() ** 2)


class Diary:
    """Appointments that are held keep their time to themselves; those asked for or called off do not."""

    def __init__(self, week: Week, today: int) -> None:
        self.week = week
        self.today = today
        """The weekday of today, Monday being 0."""
        self._taken: dict[int, list[tuple[int, int]]] = {}

    def find(self, chance: random.Random, duration: int, *, past: bool, held: bool) -> int | None:
        """Return a start in minutes since today's midnight, on a quarter of an hour, and take it if `held`."""
        for _ in range(TRIES):
            day = day_of(chance, past=past)
            minute = self._minute(chance, day, duration)
            if minute is None:
                continue
            start = day * DAY + minute
            if not held:
                return start
            if self._is_free(day, start, start + duration):
                self._taken.setdefault(day, []).append((start, start + duration))
                return start
        return None

    def _minute(self, chance: random.Random, day: int, duration: int) -> int | None:
        slots = [slot for slot in self.week[(self.today + day) % 7] if slot[1] - slot[0] >= duration]
        if not slots:
            return None
        opening, closing = chance.choice(slots)
        if chance.random() < OUTSIDE and slots[-1][1] + 2 * QUARTER + duration <= DAY:
            return slots[-1][1] + chance.choice((1, 2)) * QUARTER
        return opening + QUARTER * chance.randint(0, (closing - opening - duration) // QUARTER)

    def _is_free(self, day: int, start: int, end: int) -> bool:
        return all(end <= other or until <= start for other, until in self._taken.get(day, ()))
