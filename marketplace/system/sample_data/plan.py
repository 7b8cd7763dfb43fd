"""How much of everything there is, and the chance that decides the rest: all of it follows from three numbers."""

import datetime as dt
import hashlib
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, islice

from marketplace.system.sample_data.ids import sample_id
from marketplace.system.sample_data.places import CITIES, City

SERVICES_PER_PROVIDER = (2, 1, 3, 2)
BOOKINGS_PER_PROVIDER = (2, 1, 3, 2, 1, 2, 2)
"""Relative: some are sought after."""

DAYS_BACK = 182
DAYS_AHEAD = 91
OPENED = 260
"""Days ago: who books or is booked in the past has been there since before the first booking was made."""


@dataclass(frozen=True)
class Plan:
    """What one run makes. Rows are numbered and each is computed from its number alone, so none is kept."""

    bookings: int
    seed: int
    today: dt.date
    any_text: bool = False
    """Whether the JSON columns take text that is no JSON, as SQLite's do."""

    @property
    def users(self) -> int:
        return max(60, self.bookings // 10)

    @property
    def services(self) -> int:
        return max(40, self.bookings // 50)

    @property
    def offering(self) -> int:
        """Providers with services: the first users."""
        return self.services // 2

    @property
    def providers(self) -> int:
        """Providers in all: behind those with services come a few who have only just signed up."""
        return self.offering + self.services // 20

    @property
    def customers(self) -> int:
        return self.users - self.providers

    @property
    def tokens(self) -> int:
        return max(12, self.bookings // 200)

    @cached_property
    def midnight(self) -> dt.datetime:
        """The present of the sample: nothing is created after it."""
        return dt.datetime.combine(self.today, dt.time(), dt.UTC)

    @cached_property
    def cities(self) -> Sequence[City]:
        return CITIES[: self.offering]

    def city(self, user: int) -> City:
        position = user if user < self.providers else user - self.providers
        return self.cities[position % len(self.cities)]

    def id(self, kind: str, number: int) -> uuid.UUID:
        return sample_id(f"{self.seed}/{kind}/{number}")

    def random(self, kind: str, number: int = 0) -> random.Random:
        return random.Random(f"{self.seed}/{kind}/{number}")  # noqa: S311 - chance has to repeat itself here

    def noise(self, kind: str, number: int, size: int) -> bytes:
        """Return `size` bytes that are the same every time and the hash of nothing that anyone knows."""
        return hashlib.blake2b(f"{self.seed}/{kind}/{number}".encode(), digest_size=size, person=b"noise").digest()

    def joined(self, user: int) -> dt.datetime:
        """When a user signed up; a quarter of the customers, and the providers without services, did so lately."""
        share = int.from_bytes(self.noise("joined", user, 6)) / 2**48
        days = share * OPENED if self.joined_lately(user) else OPENED + share * 900
        return self.midnight - dt.timedelta(seconds=int(days * 86400))

    def joined_lately(self, user: int) -> bool:
        return user % 4 == 0 if user >= self.providers else user >= self.offering

    def workshops(self) -> Iterator[tuple[int, range, range]]:
        """Yield each offering provider with the numbers of their services and of their bookings."""
        yield from zip(
            range(self.offering),
            shares(self.services, self.offering, SERVICES_PER_PROVIDER),
            shares(self.bookings, self.offering, BOOKINGS_PER_PROVIDER),
            strict=True,
        )


def shares(total: int, parts: int, weights: Sequence[int]) -> Iterator[range]:
    """Cut `range(total)` into `parts` consecutive ranges whose lengths follow `weights`, over and over."""
    whole = sum(islice(cycle(weights), parts))
    before = 0
    for weight in islice(cycle(weights), parts):
        yield range(total * before // whole, total * (before + weight) // whole)
        before += weight
