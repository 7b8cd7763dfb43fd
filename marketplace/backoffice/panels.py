"""What stands beside a record: a few of the records it has to do with, and the way to all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup


@dataclass(frozen=True)
class PanelRow:
    """One record beside another: two lines and what its state is."""

    url: str
    when: Markup
    title: str
    detail: str
    badge: Markup


@dataclass(frozen=True)
class Panel:
    """Some records under headings; a heading without any is left out."""

    title: str
    sections: Sequence[tuple[str, Sequence[PanelRow]]]
    empty: str
    """The sentence that stands there when no section has a row."""
    all_label: str
    all_url: str
    """Empty where there is nothing to go to."""
    remark: str = ""
    """What else is to be known."""


Beside = Callable[[Any], Sequence[Panel]]
"""Makes the panels on the page of a row."""
