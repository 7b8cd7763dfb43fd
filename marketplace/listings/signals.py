"""What speaks against a listing, for a moderator to look at: each signal with its evidence, none that decides."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from marketplace.listings.contacts import clipped, find_contacts
from marketplace.listings.disguises import MOST_READ
from marketplace.listings.duplicates import Duplicate, near_duplicates
from marketplace.listings.look_alikes import visible
from marketplace.listings.models import Service, SignalKind
from marketplace.listings.prices import Ranges, usual_ranges
from marketplace.listings.schemas import availability_problems, images_problems
from marketplace.listings.shouting import find_shouting

MOST_TOLD = 5
"""Duplicates and problems that are told of one listing."""


@dataclass(frozen=True)
class Signal:
    """Something about a listing; `evidence.evidence_of` writes it in the reader's language."""

    kind: SignalKind
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What was found, as any JSON column takes it; see the functions below for the keys of each kind."""


def signals_of(
    session: Session,
    services: Sequence[Service],
    *,
    taken_down: Mapping[uuid.UUID, int],
    ranges: Ranges | None = None,
) -> dict[uuid.UUID, list[Signal]]:
    """Return the signals of each of `services`, in the order of SignalKind.

    For all of them it takes three statements, and one or two for every fifty (duplicates.py).

    Texts are read from the rows as they are in memory; duplicates are looked for in the database.

    :param taken_down: id of a provider to how many of their listings were taken down before.
    :param ranges: what is usual, for whoever asks again and again (`usual_ranges`); by default it is looked up.
    """
    if not services:
        return {}
    if ranges is None:
        ranges = usual_ranges(session, {service.category for service in services})
    duplicates = near_duplicates(session, [service.id for service in services])
    return {
        service.id: [
            *_contact(service),
            *_price(service, ranges),
            *_duplicate(service, duplicates.get(service.id, ())),
            *_shouting(service),
            *_availability(service),
            *_images(service),
            *_provider(service, taken_down),
        ]
        for service in services
    }


def _contact(service: Service) -> Iterator[Signal]:
    """Tell `found`: of each contact detail `kind`, `text` and `means` ("", or a number as dialled from anywhere).

    Where the text is too long to be read, tell how many characters of it were `read`: what follows may hold any.
    """
    text = f"{service.title}\n{service.description}"
    found = find_contacts(text, currency=service.currency)
    _seen, is_all = visible(text, MOST_READ)
    if found or not is_all:
        facts = [{"kind": str(each.kind), "text": each.text, "means": each.means} for each in found]
        yield Signal(SignalKind.CONTACT, {"found": facts, **({} if is_all else {"read": MOST_READ})})


def _price(service: Service, ranges: Ranges) -> Iterator[Signal]:
    """Tell `price`, `currency`, `category`, and of the usual range `lower`, `upper` and how many `listings` make it."""
    currency = (service.currency or "").strip().upper()
    usual = ranges.get((service.category, currency))
    if usual and usual.is_far(service.price):
        yield Signal(
            SignalKind.PRICE,
            {
                "price": str(service.price),
                "currency": currency,
                "category": service.category,
                "lower": str(usual.lower),
                "upper": str(usual.upper),
                "listings": usual.listings,
            },
        )


def _duplicate(service: Service, duplicates: Sequence[Duplicate]) -> Iterator[Signal]:
    """Tell the `count`; of the nearest `listings` `id`, `title`, `provider_id`, `provider`, `is_own` and `percent`."""
    if duplicates:
        listings = [
            {
                "id": str(each.id),
                "title": clipped(each.title),
                "provider_id": str(each.provider_id),
                "provider": each.provider and clipped(each.provider),
                "is_own": each.provider_id == service.provider_id,
                "percent": int(each.similarity * 100),
            }
            for each in duplicates[:MOST_TOLD]
        ]
        yield Signal(SignalKind.DUPLICATE, {"listings": listings, "count": len(duplicates)})


def _shouting(service: Service) -> Iterator[Signal]:
    """Tell which percentage of the letters are capitals, and how many `marks` are in a row.

    `capitals` are those of the title (0: not too many), `capitals_of_text` those of the description.
    """
    if shouting := find_shouting(service.title, service.description):
        facts = {
            "capitals": int((shouting.capitals or 0) * 100),
            "capitals_of_text": int((shouting.capitals_of_text or 0) * 100),
            "marks": shouting.marks,
        }
        yield Signal(SignalKind.SHOUTING, facts)


def _availability(service: Service) -> Iterator[Signal]:
    """Tell `problems`; none where the week is well written but empty."""
    week = service.availability
    problems = availability_problems(week)
    if problems or not any(week.values()):
        yield Signal(SignalKind.AVAILABILITY, {"problems": _told(problems)})


def _images(service: Service) -> Iterator[Signal]:
    """Tell `problems`; none where there is just no image."""
    problems = images_problems(service.images)
    if problems or not service.images:
        yield Signal(SignalKind.IMAGES, {"problems": _told(problems)})


def _provider(service: Service, taken_down: Mapping[uuid.UUID, int]) -> Iterator[Signal]:
    """Tell how many listings of the provider were `taken_down` before."""
    if before := taken_down.get(service.provider_id):
        yield Signal(SignalKind.PROVIDER, {"taken_down": before})


def _told(problems: Sequence[str]) -> list[str]:
    return [clipped(problem, 200) for problem in problems[:MOST_TOLD]]
