"""What the texts of the labelled set are made of, and how the two parts of it are written down."""

from typing import NamedTuple


class Words(NamedTuple):
    """The sentences of one language in one part of the set."""

    language: str
    currency: str
    titles: tuple[str, ...]
    plain: tuple[str, ...]
    """Sentences in which there is nothing to find."""
    tricky: tuple[str, ...]
    """As above, with figures, names and words that look like something."""
    contacts: dict[str, tuple[str, ...]]
    """Kind of contact to sentences; `{email}`, `{phone}`, `{domain}` and `{handle}` are filled in."""
    shouted: tuple[str, ...]
    """Titles that shout; none in scripts without capitals, where exclamation marks do it."""


def read(text: str) -> tuple[str, ...]:
    """Read sentences, one a line."""
    return tuple(line.strip() for line in text.strip().splitlines())


def read_contacts(text: str) -> dict[str, tuple[str, ...]]:
    """Read lines such as `email: Write to {email}.`"""
    kinds: dict[str, tuple[str, ...]] = {}
    for line in read(text):
        kind, _colon, sentence = line.partition(": ")
        kinds[kind] = (*kinds.get(kind, ()), sentence)
    return kinds
