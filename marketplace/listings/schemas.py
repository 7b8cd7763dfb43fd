"""The shapes of `services.availability` and `services.images`."""

import datetime as dt
import itertools
import re
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _clock(value: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise ValueError(f"'{value}' is not a time of day such as 09:00" if value else "a time of day is missing")
    return value


def _image_url(value: str) -> str:
    if not _is_url(value):
        raise ValueError(f"'{value}' is not an http or https address")
    return value


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:  # Brackets in which there is no address.
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\s<>\"]", value)


Clock = Annotated[str, AfterValidator(_clock)]


class Slot(BaseModel):
    """From `start` to `end` on one day, "HH:MM"."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    start: Clock
    end: Clock

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"{self.start}-{self.end}: the start has to be before the end")
        return self


def _apart(slots: list[Slot]) -> list[Slot]:
    ordered = sorted(slots, key=lambda slot: slot.start)
    for before, after in itertools.pairwise(ordered):
        if after.start < before.end:
            raise ValueError(f"{before.start}-{before.end} and {after.start}-{after.end} overlap")
    return slots


Day = Annotated[list[Slot], AfterValidator(_apart)]


class Availability(BaseModel):
    """The week in which a service can be booked."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    monday: Day = []
    tuesday: Day = []
    wednesday: Day = []
    thursday: Day = []
    friday: Day = []
    saturday: Day = []
    sunday: Day = []

    def covers(self, start: dt.datetime, end: dt.datetime) -> bool:
        """Whether one slot holds all of `start` to `end` (both in the zone the week is meant in)."""
        if start.date() != end.date():
            return False
        first, last = start.strftime("%H:%M"), end.strftime("%H:%M")
        # Both are looked at from both sides: where clocks are put back, the end can read earlier than the start.
        return any(slot.start <= first < slot.end and slot.start < last <= slot.end for slot in self.on(start.date()))

    def on(self, day: dt.date) -> list[Slot]:
        """Return the slots of the weekday that `day` is."""
        slots: list[Slot] = getattr(self, WEEKDAYS[day.weekday()])
        return slots


Images = TypeAdapter(list[Annotated[str, AfterValidator(_image_url)]])


def validate_availability(value: Any) -> Any:
    """Return `value` as it is to be stored.

    :raises pydantic.ValidationError: (a ValueError) when it is no week of slots.
    """
    Availability.model_validate(value)
    return value


def validate_images(value: Any) -> Any:
    """Return `value` as it is to be stored.

    :raises pydantic.ValidationError: (a ValueError) when it is no list of http(s) addresses.
    """
    Images.validate_python(value, strict=True)
    return value


def availability_problems(stored: Any) -> list[str]:
    """Say in words what is wrong with a stored week; nothing when it fits."""
    return _problems(lambda: validate_availability(stored))


def images_problems(stored: Any) -> list[str]:
    """Say in words what is wrong with a stored list of images; nothing when it fits or is empty."""
    return [] if stored is None else _problems(lambda: validate_images(stored))


def readable_availability(stored: Any) -> Availability | None:
    """Return the stored week, or None where it cannot be understood."""
    try:
        return Availability.model_validate(stored)
    except ValidationError:
        return None


def _problems(check: Any) -> list[str]:
    try:
        check()
    except ValidationError as failure:
        return [_sentence(error) for error in failure.errors()]
    return []


SENTENCES = {
    "missing": "it is missing",
    "string_type": "it is no text",
    "string_unicode": "it holds characters that do not exist",
    "list_type": "it is no list",
    "extra_forbidden": "there is no such entry",
    "model_type": "it is no set of names and values",
    "dict_type": "it is no set of names and values",
}
"""What is wrong by Pydantic's kinds of error; our own checks have sentences of their own."""


def _sentence(error: Any) -> str:
    place = " ".join(part for part in map(str, error["loc"]) if not part.isdigit())
    if error["type"] == "value_error":
        words = str(error["msg"]).removeprefix("Value error, ")
    else:
        words = SENTENCES.get(error["type"], "it cannot be understood")
    return f"{place}: {words}" if place else words
