"""The list of a table: search, filters, order, pages; the same rows as a file."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Response, abort, request, stream_with_context
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as BaseResponse

from marketplace.audit import record
from marketplace.backoffice.cells import CellMaker
from marketplace.backoffice.counting import Count, count_each
from marketplace.backoffice.export import FORMATS
from marketplace.backoffice.filters import ChoiceFilter, Filter, FilterState, read_filters
from marketplace.backoffice.finding import search_page
from marketplace.backoffice.guard import ask_for_proof
from marketplace.backoffice.ordering import Order, Position, write_position
from marketplace.backoffice.paging import Direction, Keys, Listed, Page, Place, asked_page, fetch_page
from marketplace.backoffice.rows import table_rows
from marketplace.backoffice.screen import Screen, actor
from marketplace.backoffice.search import Search, masked_term
from marketplace.connections import was_too_slow
from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.permissions import Permission
from marketplace.transaction import in_transaction
from marketplace.web.formats import viewer_zone

PAGE_SIZES = (25, 50, 100)
SEARCH_LENGTH = 200


@dataclass(frozen=True)
class ListState:
    """What the address of a list asks for."""

    search: str
    filters: FilterState
    sort: str
    descending: bool
    size: int
    direction: Direction
    cursor: str | None


@dataclass(frozen=True)
class Listing:
    """What a list shows."""

    page: Page
    count: Count
    tabs: Mapping[str, Count]
    """Value of a tab to how many rows it has."""


class ListScreen(Screen):
    """A screen that lists its table, and exports what it lists."""

    list_template = "admin/model/list.html"
    page_size = PAGE_SIZES[0]
    create_permission: ClassVar[Permission | None] = None
    export_permission: ClassVar[Permission | None] = None
    tabs: ClassVar[str] = ""
    """Name of the choice that stands above the list as tabs, with how many rows each has."""
    list_cells: ClassVar[Mapping[str, CellMaker]] = {}
    """Column to what makes its cell in the list, where that is less than on the page of one row."""
    list_filters: ClassVar[tuple[Filter, ...]] = ()
    only: ClassVar[tuple[Any, ...]] = ()
    """Conditions on the rows that the list is of, where it is not of the whole table."""
    sort_columns: ClassVar[Mapping[str, Any]] = {}
    """Column of the list to the attribute it sorts by, or to an order by several."""
    default_sort: ClassVar[tuple[str, bool]] = ("created_at", True)
    """Column, and whether the greatest comes first."""
    searched: ClassVar[Search]
    search_hint: ClassVar[str] = ""
    empty_hint: ClassVar[str] = ""

    def listed(self, page: sa.FromClause) -> sa.Select[Any]:
        """Return the select of all that the list shows of `page`, which has the columns of the table: plain columns."""
        return sa.select(*page.c)

    def exported(self) -> sa.Select[Any]:
        """Return the select of an export: labelled columns, personal data only where the export is for it."""
        raise NotImplementedError

    @expose("/")
    def index_view(self) -> str | tuple[str, int]:
        state = self.list_state(request.args)
        try:
            listing = self.found(state)
        except OperationalError as failure:
            if not was_too_slow(failure):
                raise
            db.session.rollback()
            listing = None
        page = self.render(
            self.list_template,
            state=state,
            page=listing.page if listing else None,
            count=listing.count if listing else None,
            tabs=listing.tabs if listing else {},
            page_sizes=PAGE_SIZES,
            columns=self._list_columns,
            list_url=self.list_url,
            **(self.list_parts(listing.page) if listing else {}),
        )
        return page if listing else (page, 422)

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> BaseResponse:
        """Give every row that the list's search and filters leave, as a file; who took it out is recorded."""
        if export_type not in FORMATS:
            abort(404)
        if question := ask_for_proof():
            return question
        state = self.list_state(request.args)
        if state.filters.errors:  # A file that holds more than was asked for would go unnoticed.
            abort(400, " ".join(state.filters.errors.values()))
        select = self.narrowed(state, self.exported())
        file = FORMATS[export_type](db.session(), select, self._order(state))
        try:
            in_transaction(lambda: self._record_export(state, export_type, file.rows))
        except BaseException:
            file.close()
            raise
        name = f"{self.endpoint}-{utcnow():%Y%m%d-%H%M}.{export_type}"
        response = Response(
            stream_with_context(file.chunks),
            content_type=file.content_type,
            headers={"Content-Disposition": f"attachment; filename={name}", **file.headers},
        )
        response.call_on_close(file.close)  # The client may have gone away.
        return response

    def list_parts(self, page: Page) -> Mapping[str, Any]:
        """Return what else the template of the list shows."""
        return {"bulk_verbs": (), "table_rows": self.table_rows(page)}

    def table_rows(self, page: Page, *, with_boxes: bool = False) -> Markup:
        cells = [
            (name, self.list_cells[name](name) if name in self.list_cells else self.cell(name))
            for name, _label in self._list_columns
        ]
        return table_rows(page.rows, cells, address=self.get_url(".details_view", id=""), with_boxes=with_boxes)

    def list_state(self, parameters: Mapping[str, Any]) -> ListState:
        """Read the address of a list; whatever is unknown or out of range falls back to the usual."""
        sort, descending = self.default_sort
        if parameters.get("sort") in self.sort_columns:
            sort, descending = parameters["sort"], parameters.get("desc") == "1"
        size = parameters.get("page_size", "")
        direction, cursor = asked_page(parameters)
        if direction == "after" and cursor is None:
            cursor = self._cursor_at(parameters.get("at"), sort, descending=descending)
        return ListState(
            search=str(parameters.get("search", "")).strip()[:SEARCH_LENGTH],
            filters=read_filters(self.list_filters, parameters, viewer_zone()),
            sort=sort,
            descending=descending,
            size=int(size) if size in map(str, PAGE_SIZES) else self.page_size,
            direction=direction,
            cursor=cursor,
        )

    def unknown_names(self, parameters: Mapping[str, Any]) -> list[str]:
        """Return a sentence for each parameter that narrows nothing, so that more would be left than was asked for."""
        known = {"search", "sort", "desc", "page_size", "at", "after", "before", "last"}
        unknown = sorted(set(parameters) - known - {each.name for each in self.list_filters})
        return [_("“%(name)s” is nothing that this list can be narrowed by.", name=name) for name in unknown]

    def narrowed(self, state: ListState, rows: sa.Select[Any]) -> sa.Select[Any]:
        """Narrow `rows` to what the search and the filters of the list leave."""
        select = rows.where(*self.only, *state.filters.conditions)
        return select.where(self.searched.condition(state.search)) if state.search else select

    def found(self, state: ListState) -> Listing:
        """Find the page that `state` asks for, and how many rows there are."""
        session = db.session()
        keys: Keys = sa.select(self._identity).where(*self.only, *state.filters.conditions)
        place = Place.read(self._order(state), size=state.size, direction=state.direction, cursor=state.cursor)
        if state.search:
            return Listing(
                *search_page(
                    session,
                    self.searched,
                    state.search,
                    listed=self._listed,
                    keys=keys,
                    place=place,
                    narrowed_to=state.filters.meaning,
                ),
                tabs={},
            )
        page = fetch_page(session, self._listed, keys, place, narrowed_to=state.filters.meaning)
        whole = (self.endpoint, state.filters.meaning)
        tabs = {(self.endpoint, self.tabs, value): tab for value, tab in self._tab_keys(state).items()}
        counts = count_each(session, {whole: keys, **tabs}, reckoned={whole})
        return Listing(page, counts[whole], {name[-1]: counts[name] for name in tabs})

    @cached_property
    def _listed(self) -> Listed:
        return Listed.of(self.model, self.listed)

    def tab_choices(self) -> Sequence[tuple[str, str]]:
        """Return value and label of each tab."""
        return self._tab_filter.options() if self._tab_filter else ()

    @property
    def _tab_filter(self) -> ChoiceFilter | None:
        return next(
            (each for each in self.list_filters if isinstance(each, ChoiceFilter) and each.name == self.tabs), None
        )

    def _tab_keys(self, state: ListState) -> Mapping[str, Keys]:
        """Return what is behind each tab; nothing where counting would be a search of its own for each."""
        return {} if set(state.filters.values) - {self.tabs} else self._all_tab_keys

    @cached_property
    def _all_tab_keys(self) -> Mapping[str, Keys]:
        tabs = self._tab_filter
        keys: Keys = sa.select(self._identity).where(*self.only)
        return {value: keys.where(tabs.condition(value)) for value, _label in tabs.options()} if tabs else {}

    def chosen_filters(self, state: ListState) -> list[Filter]:
        """Return the filters that narrow the list, the tabs aside: those show by themselves what is chosen."""
        tabs = {self.tabs} - set(state.filters.errors)
        return [each for each in self.list_filters if each.name in state.filters.values and each.name not in tabs]

    def list_url(self, state: ListState, /, **changes: Any) -> str:
        """Return the address of this list with `changes`; None leaves a parameter out, and pages start anew."""
        asked = {name: value for name, value in {**self._parameters(state), **changes}.items() if value is not None}
        # Put together here: a page has two dozen of them, and routing looks at each parameter.
        return self.address + (f"?{urlencode(asked)}" if asked else "")

    def export_url(self, state: ListState, export_type: str) -> str:
        """Return the address of a file with all that this list holds."""
        return self.get_url(".export", export_type=export_type, **self._parameters(state))

    def _parameters(self, state: ListState) -> dict[str, Any]:
        sort, descending = self.default_sort
        parameters: dict[str, Any] = {"search": state.search or None, **state.filters.values}
        if (state.sort, state.descending) != (sort, descending):
            parameters |= {"sort": state.sort, "desc": "1" if state.descending else None}
        if state.size != self.page_size:
            parameters["page_size"] = state.size
        return parameters

    def _order(self, state: ListState) -> Order:
        return self._order_by(state.sort, descending=state.descending)

    def _order_by(self, sort: str, *, descending: bool) -> Order:
        chosen = self.sort_columns[sort]
        order = chosen if isinstance(chosen, Order) else Order(chosen, self._identity)
        return replace(order, descending=descending)

    def is_sorted_by_day(self, state: ListState) -> bool:
        """Whether the list can be opened at a day."""
        return self._order(state).column.type.python_type is dt.datetime

    def _cursor_at(self, day: str | None, sort: str, *, descending: bool) -> str | None:
        """Return the cursor of the page on which a day in the viewer's zone begins, or (newest first) ends."""
        order = self._order_by(sort, descending=descending)
        if not day or order.column.type.python_type is not dt.datetime:
            return None
        try:
            begin = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), viewer_zone())
            edge = begin + dt.timedelta(days=1) if descending else begin - dt.timedelta(microseconds=1)
            return write_position(Position(edge.astimezone(dt.UTC)))
        except (ValueError, OverflowError):
            return None

    def _record_export(self, state: ListState, export_type: str, rows: int | None) -> None:
        """Note who takes out what; of a file that is still being made nobody knows how many rows it will have."""
        asked = {"format": export_type, "rows": rows, "search": masked_term(state.search), **state.filters.values}
        record(
            f"{self.endpoint}.exported",
            current_user.account(),
            actor=actor(),
            label=str(self.name),
            changes={name: (None, value) for name, value in asked.items() if value or value == 0},
        )
