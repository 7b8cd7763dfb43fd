"""Two texts, word by word: what stayed, what went, what came."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from marketplace.listings.edits import Steps, shared

WORDS = re.compile(r"\S+\s*|\s+")
"""Each with the space behind it, so that no two passages meet in a blank alone."""

Words = Sequence[str]


@dataclass(frozen=True)
class Passage:
    """A stretch of text: `same`, `removed` or `added`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Wording:
    """The passages of two texts, and whether some of them are told whole, as too much differs."""

    passages: Sequence[Passage]
    is_coarse: bool = False


def word_changes(old: str, new: str) -> Wording:
    """Return `new` with what was removed from `old` at its place."""
    before, after = WORDS.findall(old), WORDS.findall(new)
    # A word is the same whatever space is behind it, unless nothing but space has changed.
    bare = [word.strip() or word for word in before], [word.strip() or word for word in after]
    keys = bare if bare[0] != bare[1] else (before, after)
    steps = Steps()
    stretches = list(_stretches(_Side(before, keys[0]), _Side(after, keys[1]), steps))
    return Wording([Passage(kind, text) for kind, text in stretches if text], is_coarse=steps.left < 0)


def item_changes(old: Words, new: Words) -> list[Passage]:
    """Return, of two lists, each item of `new`, with those that were removed from `old` at their places."""
    told = []
    for kind, start, end in _parts(old, new, Steps()):
        told += [Passage(kind, item) for item in (old if kind == "removed" else new)[start:end]]
    return told


class _Side:
    """The words of a text, by lines; `keys` are what two words are compared by."""

    def __init__(self, words: Words, keys: Words) -> None:
        self.words, self.keys = words, keys
        ends = [number for number, word in enumerate(words, 1) if "\n" in word or number == len(words)]
        self.lines = list(zip([0, *ends], ends, strict=False))
        self.line_keys = [" ".join(keys[start:end]) for start, end in self.lines]

    def block(self, first: int, last: int) -> range:
        """Return which words stand in the lines from `first` to before `last`."""
        ends = [0, *(end for _start, end in self.lines)]
        return range(ends[first], ends[last])


def _stretches(old: _Side, new: _Side, steps: Steps) -> Iterator[tuple[str, str]]:
    """Yield kind and text: lines are compared first, then words within the lines between those that are the same."""
    removed = range(0)
    parts = [*_parts(old.line_keys, new.line_keys, steps), ("same", 0, 0)]
    for kind, start, end in parts:
        if kind == "removed":
            removed = old.block(start, end)
            continue
        words = new.block(start, end)
        if kind == "added":
            yield from _within(old, removed, new, words, steps)
        else:
            yield "removed", "".join(old.words[removed.start : removed.stop])
            yield "same", "".join(new.words[words.start : words.stop])
        removed = range(0)


def _within(old: _Side, gone: range, new: _Side, came: range, steps: Steps) -> Iterator[tuple[str, str]]:
    keys = old.keys[gone.start : gone.stop], new.keys[came.start : came.stop]
    for kind, start, end in _parts(*keys, steps):
        words, block = (old.words, gone) if kind == "removed" else (new.words, came)
        yield kind, "".join(words[block.start + start : block.start + end])


def _parts(old: Words, new: Words, steps: Steps) -> Iterator[tuple[str, int, int]]:
    """Yield kind, and from where to where: in `old` what was removed, in `new` what was added or is the same."""
    at_old = at_new = 0
    for stretch in shared(old, new, steps):
        yield from _changed(at_old, stretch.old, at_new, stretch.new)
        at_old, at_new = stretch.old + stretch.length, stretch.new + stretch.length
        yield "same", stretch.new, at_new
    yield from _changed(at_old, len(old), at_new, len(new))


def _changed(start: int, end: int, new_start: int, new_end: int) -> Iterator[tuple[str, int, int]]:
    if start < end:
        yield "removed", start, end
    if new_start < new_end:
        yield "added", new_start, new_end
