"""Two texts, word by word: what stayed, what went, what came."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_WORDS = 3_000
"""Of either text; longer ones are shown whole, old against new."""

WORDS = re.compile(r"\S+\s*|\s+")
"""Each with the space behind it, so that no two passages meet in a blank alone."""


@dataclass(frozen=True)
class Passage:
    """A stretch of text: `same`, `removed` or `added`."""

    kind: str
    text: str


def word_changes(old: str, new: str) -> list[Passage]:
    """Return `new` with what was removed from `old` at its place."""
    before, after = WORDS.findall(old), WORDS.findall(new)
    if max(len(before), len(after)) > MOST_WORDS:
        return [Passage("removed", old), Passage("added", new)]
    # A word is the same whatever space is behind it, unless nothing but space has changed.
    passages = list(_passages(before, after, SequenceMatcher(None, bare(before), bare(after), autojunk=False)))
    if old != new and all(passage.kind == "same" for passage in passages):
        passages = list(_passages(before, after, SequenceMatcher(None, before, after, autojunk=False)))
    return passages


def bare(words: list[str]) -> list[str]:
    """Return words without the space behind them."""
    return [word.strip() or word for word in words]


def _passages(before: list[str], after: list[str], matcher: SequenceMatcher[str]) -> Iterator[Passage]:
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            yield Passage("same", "".join(after[new_start:new_end]))
            continue
        if start < end:
            yield Passage("removed", "".join(before[start:end]))
        if new_start < new_end:
            yield Passage("added", "".join(after[new_start:new_end]))
