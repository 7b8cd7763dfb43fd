"""The shortest way from one sequence to another (Myers 1986), looked for in a bounded number of steps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MOST_STEPS = 200_000
"""That a comparison takes, whatever is compared: 0.1 s."""


class TooFar(Exception):
    """The steps are used up before the way was found."""


@dataclass
class Steps:
    """How many steps are left, of all that is compared for one page."""

    left: int = MOST_STEPS

    def take(self, number: int) -> None:
        """:raises TooFar: when none is left."""
        self.left -= number
        if self.left < 0:
            raise TooFar


@dataclass(frozen=True)
class Stretch:
    """What stands in both sequences: from where on in each, and how many items."""

    old: int
    new: int
    length: int


def shared(old: Sequence[str], new: Sequence[str], steps: Steps) -> list[Stretch]:
    """Return what stands in both, in its order: as much as can be; common starts and ends alone when it is too far."""
    start = _same_ahead(old, new)
    end = _same_ahead(old[start:][::-1], new[start:][::-1])
    first = [Stretch(0, 0, start)] if start else []
    last = [Stretch(len(old) - end, len(new) - end, end)] if end else []
    try:
        middle = _shared_within(old, new, start, end, steps)
    except TooFar:
        middle = []
    return [*first, *middle, *last]


def _same_ahead(old: Sequence[str], new: Sequence[str]) -> int:
    length = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        length += 1
    return length


def _shared_within(old: Sequence[str], new: Sequence[str], start: int, end: int, steps: Steps) -> list[Stretch]:
    before, after = (range(start, len(each) - end) for each in (old, new))
    # What only one of them has is on no way that both go.
    in_both = {old[at] for at in before} & {new[at] for at in after}
    kept, came = [at for at in before if old[at] in in_both], [at for at in after if new[at] in in_both]
    pairs = _pairs([old[at] for at in kept], [new[at] for at in came], steps)
    return list(_joined((kept[one], came[other]) for one, other in pairs))


def _joined(pairs: Iterator[tuple[int, int]]) -> Iterator[Stretch]:
    """Join pairs that stand side by side in both."""
    held: Stretch | None = None
    for old, new in pairs:
        if held and (held.old + held.length, held.new + held.length) == (old, new):
            held = Stretch(held.old, held.new, held.length + 1)
            continue
        if held:
            yield held
        held = Stretch(old, new, 1)
    if held:
        yield held


def _pairs(old: Sequence[str], new: Sequence[str], steps: Steps) -> Iterator[tuple[int, int]]:
    """Return where each item that stays is in both, in their order.

    In each round there is one edit more; `reach[k]` is how far in `old` one gets with those before, on diagonal `k`.
    """
    reach: dict[int, int] = {1: 0}
    rounds: list[dict[int, int]] = []
    while True:
        edits = len(rounds)
        rounds.append(reach)
        further: dict[int, int] = {}
        for diagonal in range(-edits, edits + 1, 2):
            down = _comes_down(reach, edits, diagonal)
            at = reach[diagonal + 1] if down else reach[diagonal - 1] + 1
            begin = at
            while at < len(old) and at - diagonal < len(new) and old[at] == new[at - diagonal]:
                at += 1
            further[diagonal] = at
            steps.take(1 + at - begin)
            if at >= len(old) and at - diagonal >= len(new):
                return reversed(list(_way_back(rounds, at, diagonal)))
        reach = further


def _comes_down(reach: Mapping[int, int], edits: int, diagonal: int) -> bool:
    """Whether the furthest way to a diagonal comes by an item of `new`, not by leaving out one of `old`."""
    return diagonal == -edits or (diagonal != edits and reach[diagonal - 1] < reach[diagonal + 1])


def _way_back(rounds: Sequence[Mapping[int, int]], at: int, diagonal: int) -> Iterator[tuple[int, int]]:
    for edits, reach in reversed(list(enumerate(rounds))):
        down = _comes_down(reach, edits, diagonal)
        came_from = diagonal + 1 if down else diagonal - 1
        begin = reach[came_from] if down else reach[came_from] + 1
        while at > begin:
            at -= 1
            yield at, at - diagonal
        at, diagonal = reach[came_from], came_from
