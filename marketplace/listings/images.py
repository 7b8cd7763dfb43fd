"""Which images of a listing its review shows: the first, and all that came since it was decided on."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

MOST_IMAGES = 8
"""That are shown of those that were there before."""

MOST_NEW = 40
"""That are shown of those that came since."""


@dataclass(frozen=True)
class Shown:
    """Number in the listing to address of the images that are shown, and how many are not."""

    images: dict[int, str]
    left_out: int


def shown_images(stored: Any, known: Collection[str] | None = None) -> Shown:
    """Return the images that the browser may fetch: some of all, every new one among them.

    :param known: those of the decision that stands; None where there is none.
    """
    numbered = {number: each for number, each in enumerate(addresses_of(stored), 1) if is_fetched(each)}
    came = {number: each for number, each in numbered.items() if known is not None and each not in known}
    rest = [number for number in numbered if number not in came]
    chosen = {*list(came)[:MOST_NEW], *rest[:MOST_IMAGES]}
    shown = {number: each for number, each in numbered.items() if number in chosen}
    return Shown(shown, len(numbered) - len(shown))


def addresses_of(stored: Any) -> list[str]:
    """Return the addresses among stored images, which may be anything."""
    return [each for each in stored if isinstance(each, str)] if isinstance(stored, list) else []


def is_fetched(address: str) -> bool:
    """Whether the page lets a browser fetch the image: schemes are the same in capitals."""
    return address[:8].lower() == "https://"
