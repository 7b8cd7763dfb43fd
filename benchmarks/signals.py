"""How much the signals find in the labelled set, and how often they are wrong: `python -m benchmarks.signals`.

Nothing here needs a database: contacts and shouting are read from the texts alone.
"""

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks.labelled.listings import KINDS, SHOUTING, Labelled, labelled_listings
from marketplace.listings.contacts import find_contacts
from marketplace.listings.shouting import find_shouting

CLEAN = ""
"""The label of a listing in which there is nothing to find."""


@dataclass
class Measures:
    """Counts over one part of the set, by kind and language."""

    labelled: Counter[tuple[str, str]] = field(default_factory=Counter)
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Of those labelled, with a signal of that sort (contact details of any kind, or shouting)."""
    wrong: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Of all others, with a signal of this kind."""

    @property
    def languages(self) -> list[str]:
        return list(dict.fromkeys(language for _kind, language in self.labelled))

    @property
    def listings(self) -> int:
        return self.labelled.total()

    def share_found(self, kinds: Iterable[str] = KINDS, languages: Iterable[str] | None = None) -> float:
        """Return the share, 0 to 1, of the listings with something in them that have the signal."""
        keys = [(kind, language) for kind in kinds for language in languages or self.languages]
        return _share(self.found, self.labelled, keys)

    def share_wrong(self, languages: Iterable[str] | None = None) -> float:
        """Return the share, 0 to 1, of the listings with nothing in them that have any signal."""
        return _share(self.wrong, self.labelled, [(CLEAN, language) for language in languages or self.languages])


def measured(*, is_held_out: bool) -> Measures:
    """Read one part of the set and count."""
    measures = Measures()
    for listing in labelled_listings(is_held_out=is_held_out):
        key = listing.label, listing.language
        kinds = _kinds(listing)
        measures.labelled[key] += 1
        if listing.label == CLEAN:
            measures.wrong[key] += bool(kinds)
            measures.wrong.update((kind, listing.language) for kind in kinds)
        else:
            measures.found[key] += SHOUTING in kinds if listing.label == SHOUTING else bool(kinds - {SHOUTING})
    return measures


def section() -> list[str]:
    """Return the figures as lines of Markdown."""
    lines = ["## Signals on the labelled set", ""]
    lines += ["Texts made of our own sentences (`labelled/`), about half with contact details or shouting in them."]
    lines += ["Found: the share of those that have the signal. Wrong: the share of the others that have any.", ""]
    for name, is_held_out in (("The part the rules were tuned by", False), ("The part held out", True)):
        measures = measured(is_held_out=is_held_out)
        lines += [f"### {name}: {measures.listings} listings", "", *_table(measures), ""]
    return lines


def _table(measures: Measures) -> list[str]:
    languages = measures.languages
    lines = ["| | " + " | ".join(["all", *languages]) + " |", "|---|" + "---:|" * (len(languages) + 1)]
    for title, kinds in (("found", KINDS), *((f"found: {kind}", (kind,)) for kind in KINDS)):
        shares = [measures.share_found(kinds), *(measures.share_found(kinds, [each]) for each in languages)]
        lines.append(f"| {title} | " + " | ".join(map(_percent, shares)) + " |")
    shares = [measures.share_wrong(), *(measures.share_wrong([each]) for each in languages)]
    lines.append("| wrong | " + " | ".join(map(_percent, shares)) + " |")
    for kind in KINDS:
        cells = [measures.wrong[kind, each] for each in languages]
        lines.append(f"| wrong: {kind}, listings | " + " | ".join(map(str, [sum(cells), *cells])) + " |")
    return lines


def _kinds(listing: Labelled) -> set[str]:
    contacts = find_contacts(f"{listing.title}\n{listing.description}", currency=listing.currency)
    shouting = find_shouting(listing.title, listing.description)
    return {*(str(contact.kind) for contact in contacts), *([SHOUTING] if shouting else [])}


def _share(part: Counter[tuple[str, str]], whole: Counter[tuple[str, str]], keys: list[tuple[str, str]]) -> float:
    return sum(part[key] for key in keys) / max(sum(whole[key] for key in keys), 1)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


if __name__ == "__main__":
    sys.stdout.write("\n".join(section()))
