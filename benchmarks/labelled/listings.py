"""The labelled set: listings in nine languages, made of our own sentences by chance that is the same at each run."""

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.labelled import details
from benchmarks.labelled.held_out import HELD_OUT
from benchmarks.labelled.tuned import TUNED
from benchmarks.labelled.tuned_last import TUNED_LAST
from benchmarks.labelled.tuned_later import TUNED_LATER
from benchmarks.labelled.tuned_since import TUNED_SINCE
from benchmarks.labelled.words import Words

SHOUTING = "shouting"
KINDS = ("email", "phone", "link", "messenger", SHOUTING)

ROUNDS = 3
"""How often each sentence with contact details is used, each time with other details."""


class Labelled(NamedTuple):
    title: str
    description: str
    language: str
    currency: str
    label: str
    """One of KINDS, or "" where there is nothing to find."""


def labelled_listings(*, is_held_out: bool) -> list[Labelled]:
    """Return one part of the set; about as many listings with something to find in them as without."""
    chance = random.Random(2026 + is_held_out)  # noqa: S311 - the same set at each run
    listings: list[Labelled] = []
    for words in HELD_OUT if is_held_out else (*TUNED, *TUNED_LATER, *TUNED_LAST, *TUNED_SINCE):
        found = [*_with_contacts(chance, words, is_held_out=is_held_out), *_shouted(chance, words)]
        listings += [*found, *(_clean(chance, words, number) for number in range(len(found)))]
    return listings


def _with_contacts(chance: random.Random, words: Words, *, is_held_out: bool) -> Iterator[Labelled]:
    for kind, sentences in words.contacts.items():
        for sentence in sentences:
            for _round in range(ROUNDS if "{" in sentence else 1):
                told = sentence.format_map(
                    {
                        "email": details.email(chance, is_held_out=is_held_out),
                        "phone": details.phone(chance, words.language, words.currency, is_held_out=is_held_out),
                        "domain": details.domain(chance, is_held_out=is_held_out),
                        "handle": details.handle(chance),
                    }
                )
                yield _labelled(chance, words, chance.choice(words.titles), (told, chance.choice(words.tricky)), kind)


def _shouted(chance: random.Random, words: Words) -> Iterator[Labelled]:
    for title in words.shouted:
        yield _labelled(chance, words, title, (chance.choice(words.tricky),), SHOUTING)


def _clean(chance: random.Random, words: Words, number: int) -> Labelled:
    tricky = words.tricky[number % len(words.tricky)], chance.choice(words.tricky)
    return _labelled(chance, words, chance.choice(words.titles), tricky, "")


def _labelled(chance: random.Random, words: Words, title: str, said: Sequence[str], label: str) -> Labelled:
    sentences = list(dict.fromkeys([*said, chance.choice(words.plain)]))
    chance.shuffle(sentences)
    return Labelled(title, " ".join(sentences), words.language, words.currency, label)
