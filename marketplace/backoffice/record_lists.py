"""Lists of other records on the page of one: each pages and sorts on its own, by parameters of that page."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask import request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from marketplace.backoffice.cells import CellMaker
from marketplace.backoffice.counting import Count, count_each
from marketplace.backoffice.ordering import Order
from marketplace.backoffice.paging import Keys, Listed, Page, Place, asked_page
from marketplace.backoffice.rows import table_rows

SHOWN = 8
"""Rows on a page of such a list."""

OF_A_LIST = re.compile("[a-z]+-(?:show|sort|desc|after|before|last)")
"""A parameter of one of the lists on a page: its name, and what it says."""

LONGEST = 2_000
"""Characters of a parameter that is handed on: a cursor has hardly more than a hundred."""


def page_state(*, but: str = "") -> dict[str, str]:
    """Return what the address of this page asks of the lists on it, that of the name `but` aside."""
    return {
        name: value
        for name, value in request.args.items()
        if OF_A_LIST.fullmatch(name) and not name.startswith(f"{but}-") and len(value) <= LONGEST
    }


@dataclass(frozen=True)
class Choice:
    """One way to narrow a list, with the order it has then."""

    label: Any
    narrowed: Callable[[], Sequence[sa.ColumnElement[bool]]]
    sort: str
    descending: bool = False


@dataclass(frozen=True)
class RecordColumn:
    label: Any
    cell: CellMaker
    order: Order | None = None
    """By which an index gives the rows of one owner; None: they cannot be sorted by it."""


@dataclass(frozen=True)
class RecordList:
    """What a list of records shows on the page of another."""

    name: str
    """One word: it begins the names of its parameters."""
    title: Any
    endpoint: str
    """Of the page of a row."""
    listed: Listed
    columns: Mapping[str, RecordColumn]
    """The first leads to the page of a row."""
    choices: Mapping[str, Choice]
    """The first that has rows is shown where nothing is asked for; the last narrows nothing."""
    empty: Any

    def read(self, session: Session, keys: Keys, *, all_url: str, page: Callable[..., str]) -> "RecordPage":
        """Read the page that the address asks for.

        :param keys: selects the ids of the rows that belong to the record, by an index.
        :param all_url: of the list that holds all of them.
        :param page: returns the address of the record's page with some parameters.
        """
        asked = {name: request.args.get(f"{self.name}-{name}", "")[:LONGEST] for name in PARAMETERS}
        *firsts, last = self.choices
        tried = [asked["show"]] if asked["show"] in self.choices else [*firsts, last]
        for show in tried:
            shown = self._page(session, keys, show, asked)
            if shown.page.rows:
                break
        return replace(shown, all_url=all_url, address_of=page)

    def _page(self, session: Session, keys: Keys, show: str, asked: Mapping[str, str]) -> "RecordPage":
        choice = self.choices[show]
        sort, descending = choice.sort, choice.descending
        if asked["sort"] in self.columns and self.columns[asked["sort"]].order is not None:
            sort, descending = asked["sort"], asked["desc"] == "1"
        order = self.columns[sort].order
        if order is None:
            raise LookupError(f"{self.name} cannot be sorted by {sort}")
        direction, cursor = asked_page(asked)
        place = Place.read(replace(order, descending=descending), size=SHOWN, direction=direction, cursor=cursor)
        narrowed = keys.where(*choice.narrowed())
        found = session.execute(self.listed.page_select(narrowed, place), place.edge).all()
        return RecordPage(self, keys, place.page_of(found), show, sort, descending)


PARAMETERS = ("show", "sort", "desc", "after", "before", "last")


@dataclass(frozen=True)
class RecordPage:
    """One page of such a list, and the way to all others."""

    what: RecordList
    keys: Keys
    page: Page
    show: str
    sort: str
    descending: bool
    all_url: str = ""
    address_of: Callable[..., str] = url_for
    count: Count | None = None

    @property
    def rows(self) -> Markup:
        cells = [(name, column.cell(name)) for name, column in self.what.columns.items()]
        address = url_for(self.what.endpoint, id="")
        return table_rows(self.page.rows, cells, address=address, with_boxes=False, row_id=f"{self.what.name}-row-")

    def url(self, **changes: Any) -> str:
        """Return the address of this page with another page of this list; what other lists show stays.

        Whatever `changes` leaves out of choice and order stays as well, and pages start anew.
        """
        choice = self.what.choices[changes.get("show", self.show)]
        asked: dict[str, Any] = {"show": self.show}
        if "show" not in changes and (self.sort, self.descending) != (choice.sort, choice.descending):
            asked |= {"sort": self.sort, "desc": "1" if self.descending else None}
        asked |= changes
        own = {f"{self.what.name}-{name}": value for name, value in asked.items() if value is not None}
        return self.address_of(**page_state(but=self.what.name), **own, _anchor=self.what.name)


def counted(session: Session, pages: Sequence[RecordPage], owner: Any) -> list[RecordPage]:
    """Return `pages` with how many rows each list has in all, counted in one statement."""
    counts = count_each(session, {(page.what.name, owner): page.keys for page in pages}) if pages else {}
    return [replace(page, count=counts[page.what.name, owner]) for page in pages]
