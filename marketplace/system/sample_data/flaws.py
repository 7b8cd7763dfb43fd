"""Rows as other programs leave them behind: JSON of the wrong shape, and text that is no JSON at all."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from marketplace.system.sample_data.rows import NotJSON

Flaw = Callable[[Any], Any]
Kind = TypeVar("Kind")

PROFILE_FLAWS: tuple[Flaw, ...] = (
    lambda profile: {"firstName": profile["firstName"]},
    lambda profile: {**profile, "phone": int(re.sub(r"\D", "", profile["phone"] or "1"))},
    lambda profile: [profile["firstName"], profile["lastName"]],
    lambda profile: f"{profile['firstName']} {profile['lastName']}",
    lambda profile: {**profile, "firstName": None},
    lambda profile: {**profile, "address": {"line1": profile["address"], "verified": True}},
    lambda _: None,
    lambda profile: {**profile, "lastName": profile["lastName"] * 60},
    lambda profile: NotJSON({"firstName": profile["firstName"], "lastName": profile["lastName"]}),
)

AVAILABILITY_FLAWS: tuple[Flaw, ...] = (
    lambda week: {**week, "monday": [{"start": "17:00", "end": "09:00"}]},
    lambda week: {**week, "caturday": [{"start": "10:00", "end": "14:00"}]},
    lambda week: {**week, "tuesday": [{"start": "09:00", "end": "13:00"}, {"start": "12:00", "end": "16:00"}]},
    lambda _: "weekdays nine to five",
    lambda _: [{"day": "monday", "from": 9, "to": 17}],
    lambda week: {**week, "friday": [{"start": "9am", "end": "24:00"}], "wednesday": None},
    lambda _: NotJSON("{monday: 9-17, tuesday: 9-17"),
)

IMAGES_FLAWS: tuple[Flaw, ...] = (
    lambda images: [*images, "ftp://images.example.com/old/1.jpg"],
    lambda _: None,
    lambda _: "https://images.example.com/only-one.jpg",
    lambda _: ["javascript:void(0)", 42, None],
)

EVERY_LATER = 500
"""After the first few rows, which bring each kind once, one row in so many is malformed."""


def flaw_of(number: int, kinds: Sequence[Kind], *, first: int, step: int) -> Kind | None:
    """Return what is wrong with row `number`, if anything: kind k with row `first + k * step`."""
    kind, remainder = divmod(number - first, step)
    if remainder == 0 and 0 <= kind < len(kinds):
        return kinds[kind]
    if number % EVERY_LATER == EVERY_LATER - 1:
        return kinds[number // EVERY_LATER % len(kinds)]
    return None
