"""Contact details in what a listing says: e-mail addresses, phone numbers, links and messengers."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from marketplace.listings.disguises import undisguised
from marketplace.listings.messengers import invitations, messenger_handles
from marketplace.listings.phone_numbers import phone_numbers, regions_of
from marketplace.listings.web_addresses import APP_LINK, DOMAIN, EMAIL, SPACED_DOMAIN, URL, is_domain, spelled_out

MOST_FOUND = 10
"""Contact details that are told of one listing; who has more has enough."""

LONGEST = 100
"""Characters of each that are told."""


class ContactKind(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    LINK = "link"
    MESSENGER = "messenger"


@dataclass(frozen=True)
class Contact:
    kind: ContactKind
    text: str
    """As it is written, but for disguises that were undone."""
    means: str = ""
    """The number as it is dialled from anywhere, where that can be told."""


def find_contacts(text: str, *, currency: str | None = None) -> list[Contact]:
    """Return up to MOST_FOUND contact details in the first MOST_READ characters (disguises.py) of `text`.

    :param currency: of the listing's price, by which the region of a phone number is guessed.
    """
    rest = _Rest(spelled_out(undisguised(text)))
    found = [
        *rest.take(ContactKind.EMAIL, EMAIL.finditer),
        *rest.take(ContactKind.LINK, URL.finditer),
        *rest.take(ContactKind.LINK, APP_LINK.finditer),
        *rest.take(ContactKind.LINK, lambda text: filter(is_domain, DOMAIN.finditer(text))),
        *rest.take(ContactKind.LINK, lambda text: filter(is_domain, SPACED_DOMAIN.finditer(text))),
    ]
    numbers = phone_numbers(rest.text, regions_of(rest.text, currency))
    found += [Contact(ContactKind.PHONE, clipped(written), number) for written, number in numbers]
    found += rest.take(ContactKind.MESSENGER, messenger_handles)
    found += rest.take(ContactKind.MESSENGER, invitations)
    return list({(each.kind, each.means or each.text): each for each in found}.values())[:MOST_FOUND]


@dataclass
class _Rest:
    """What is left of a text after something was found in it, so that nothing is found twice."""

    text: str

    def take(self, kind: ContactKind, find: Callable[[str], Iterable[re.Match[str]]]) -> Iterator[Contact]:
        parts, end = [], 0
        for match in sorted(find(self.text), key=lambda match: match.start()):
            if match.start() >= end:
                yield Contact(kind, clipped(match[0]))
                parts.append(self.text[end : match.start()])
                end = match.end()
        self.text = "\n".join([*parts, self.text[end:]])


def clipped(text: str, longest: int = LONGEST) -> str:
    """Return `text` as one line of up to `longest` characters that any page and any JSON column can hold."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text[: longest * 4]).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
