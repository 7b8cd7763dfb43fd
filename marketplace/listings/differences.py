"""What a field of a listing was when it was decided on, and what it is: texts word by word, images one by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.listings.wording import Passage, Wording, item_changes, word_changes
from marketplace.words import gettext as _

TEXTS = ("title", "description")
"""Fields whose changes are shown word by word."""

Tell = Callable[[str, Any], str]
"""Writes a value of a field for people."""


@dataclass(frozen=True)
class Difference:
    """Of one field: the words that changed, or the items that went and came (`new` says where none is left), or both
    values whole.
    """

    label: str
    wording: Wording | None = None
    items: Sequence[Passage] = ()
    old: str = ""
    new: str = ""


def difference(name: str, label: str, old: Any, new: Any, tell: Tell) -> Difference:
    """Compare the two values of a field."""
    if name in TEXTS:
        return Difference(label, word_changes(str(old or ""), str(new or "")))
    if name == "images" and _are_texts(old or []) and _are_texts(new or []):
        items = [item for item in item_changes(old or [], new or []) if item.kind != "same"]
        return Difference(label, items=items, new="" if new else _("none"))
    nothing = _("none") if name == "images" else "—"
    told = [nothing if value is None or value == [] else tell(name, value) for value in (old, new)]
    return Difference(label, old=told[0], new=told[1])


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
