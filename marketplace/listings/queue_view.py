"""The screen of the review queue: the listings that wait, oldest first, and the way to the next."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from flask import flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from marketplace.accounts.cells import short_person_cell, user_title
from marketplace.backoffice.addresses import parameters_of
from marketplace.backoffice.cells import Cell, badge, brief_time_cell, html
from marketplace.backoffice.filters import ChoiceFilter, DateFilter, RecordFilter
from marketplace.backoffice.guard import requires
from marketplace.backoffice.listing import ListScreen, ListState
from marketplace.backoffice.paging import Page
from marketplace.backoffice.rows import table_rows
from marketplace.backoffice.screen import actor
from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.listings.cells import SIGNAL_LABELS, category_choices
from marketplace.listings.models import ServiceState
from marketplace.listings.queue import (
    MOST_SIGNALS_FIRST,
    OLDEST_FIRST,
    QUEUE_SEARCH,
    SENT_BACK,
    WAITING,
    Place,
    claim_next,
    decisions_since,
    queued,
    waiting_count,
    waiting_figures,
)
from marketplace.listings.states import unseen_figures
from marketplace.listings.waiting import COUNTED, count_text, forget_count, look_at_changes, waiting_text
from marketplace.permissions import Permission
from marketplace.transaction import in_transaction
from marketplace.web.formats import money_writer, viewer_zone

DAYS_SHOWN = 14
"""Of decisions."""

KINDS = [("new", _l("New")), ("edited", _l("Edited")), ("requested", _l("Changes requested"))]

KIND = {
    "new": sa.and_(WAITING, ServiceState.is_edited.is_(False)),
    "edited": sa.and_(WAITING, ServiceState.is_edited.is_(True)),
    "requested": SENT_BACK,
}


def price_cell(_name: str) -> Cell:
    write = money_writer()
    return lambda row: write(row.service.price, row.service.currency) if row.service else "—"


def signals_cell(_name: str) -> Cell:
    labels = {kind: badge(str(label), "malformed") for kind, label in SIGNAL_LABELS}

    def cell(row: Any) -> Markup:
        if not row.signal_kinds:
            return html("")
        badges = " ".join(labels.get(kind, badge(kind, "malformed")) for kind in row.signal_kinds.split())
        return html(f'<div class="value">{badges}</div>')

    return cell


def kind_cell(_name: str) -> Cell:
    new, edited = badge(_("new"), "customer"), badge(_("edited"), "pending")
    requested = badge(_("changes requested"), "cancelled")

    def cell(row: Any) -> Markup:
        if not row.needs_review:
            return requested
        return edited if row.is_edited else new

    return cell


def claimed_cell(_name: str) -> Cell:
    now = utcnow()

    def cell(row: Any) -> str:
        if not row.claimed_until or row.claimed_until <= now:
            return ""
        who = escape(row.claimed_by_label)
        return html(f'<small title="{who}">{who}</small>')  # Cut where it is longer than the column's head.

    return cell


def waiting_cell(name: str) -> Cell:
    """Make the cell of since when a listing waits, and for how many days."""
    write, now = brief_time_cell(name), utcnow()

    def cell(row: Any) -> Markup:
        days = (now - row.waiting_since).days
        return html(f"{escape(write(row))} <small>{escape(ngettext('%(num)d day', '%(num)d days', days))}</small>")

    return cell


class ReviewQueueView(ListScreen):
    record_name = "listing"
    read_permission = Permission.SERVICES_MODERATE
    list_template = "listings/queue.html"
    empty_hint = _l("Every listing is as it was approved.")
    column_list = ("title", "kind", "signals", "provider", "category", "price", "waiting_since", "claimed")
    column_labels = {
        "title": _l("Title"),
        "kind": _l("Kind"),
        "signals": _l("Signals"),
        "provider": _l("Provider"),
        "category": _l("Category"),
        "price": _l("Price"),
        "waiting_since": _l("Waits since"),
        "claimed": _l("Looked at by"),
    }
    cells = {
        "title": lambda _name: lambda row: row.service.title if row.service else _("missing record"),
        "kind": kind_cell,
        "signals": signals_cell,
        "provider": short_person_cell,
        "price": price_cell,
        "waiting_since": waiting_cell,
        "claimed": claimed_cell,
    }
    sort_columns = {
        "waiting_since": OLDEST_FIRST,
        "signals": MOST_SIGNALS_FIRST,
    }
    default_sort = ("waiting_since", False)
    list_filters = (
        ChoiceFilter("kind", _l("Kind"), KINDS, KIND.__getitem__),
        ChoiceFilter("category", _l("Category"), category_choices, lambda value: ServiceState.category == value),
        ChoiceFilter("signal", _l("Signal"), SIGNAL_LABELS, ServiceState.has_signal),
        RecordFilter("provider", _l("Provider"), lambda value: ServiceState.provider_id == value, user_title),
        DateFilter("waiting_before", _l("Waits since before"), lambda moment: ServiceState.waiting_since < moment),
    )
    tabs = "kind"
    searched = QUEUE_SEARCH
    search_hint = _l("Title, category, provider or id")

    def __init__(self, **options: Any) -> None:
        super().__init__(ServiceState, **options)

    @property
    def _identity(self) -> Any:
        return ServiceState.service_id

    def permission_for(self, route: str) -> Permission | None:
        return self.read_permission if route == "index_view" else super().permission_for(route)

    def list_state(self, parameters: Mapping[str, Any]) -> ListState:
        """Read the address: the list is of what waits, unless it is asked for what waits for its providers."""
        state = super().list_state(parameters)
        if state.filters.values.get("kind") not in KIND or "kind" in state.filters.errors:
            state.filters.conditions.append(WAITING)
        return state

    def listed(self, page: sa.FromClause) -> sa.Select[Any]:
        return queued(page)

    def table_rows(self, page: Page, *, with_boxes: bool = False) -> Markup:
        cells = [(name, self.cell(name)) for name, _label in self._list_columns]
        queue = self.list_url(self.list_state(request.args)).partition("?")[2]
        end = f"/review?queue={quote(queue, safe='')}" if queue else "/review"
        return table_rows(page.rows, cells, address=self.get_url("services.index_view"), with_boxes=False, end=end)

    @requires(Permission.SERVICES_MODERATE)
    @expose("/")
    def index_view(self) -> Any:
        look_at_changes()
        return super().index_view()

    @requires(Permission.SERVICES_MODERATE)
    @expose("/claim", methods=("POST",))
    def claim_view(self) -> Response:
        """Claim the next listing of the queue, as it is narrowed, and open it."""
        look_at_changes()
        return self.next_one(queue_in(request.form))

    @requires(Permission.SERVICES_READ)
    @expose("/figures")
    def figures_view(self) -> str:
        """Show what the team has decided lately, by day and by moderator, and how much of it was taken back."""
        zone = viewer_zone()
        today = dt.datetime.combine(utcnow().astimezone(zone).date(), dt.time(), zone)
        count, oldest = waiting_figures(db.session())
        unseen, unseen_since = unseen_figures(db.session())
        oldest = min(filter(None, (oldest, unseen_since)), default=None)
        decided = decisions_since(db.session(), today - dt.timedelta(days=DAYS_SHOWN - 1))
        days = [(today - dt.timedelta(days=number)).date() for number in range(DAYS_SHOWN)]
        by_day = Counter((who, at.astimezone(zone).date()) for at, who, _decision, _reversed in decided)
        moderators = Counter(who for _at, who, _decision, _reversed in decided)
        return self.render(
            "listings/figures.html",
            waiting=count + unseen,
            unseen=unseen,
            oldest=oldest,
            days=days,
            by_day=by_day,
            moderators=moderators.most_common(),
            total=len(decided),
            by_day_alone=Counter(at.astimezone(zone).date() for at, *_rest in decided),
            age=(utcnow() - oldest).days if oldest else None,
            taken_back=sum(is_reversed for *_rest, is_reversed in decided),
        )

    def next_one(self, queue: str, after: Place | None = None) -> Response:
        """Open the next listing of the queue: what was skipped on the way comes when one begins anew.

        :param queue: the query of the list's address.
        :param after: where the one stands, or stood, behind which to look.
        """
        asked = parameters_of(queue)
        state, unknown = self.list_state(asked), self.unknown_names(asked)
        if unknown or state.filters.errors:  # The next of more than was asked for would open.
            for sentence in unknown:
                flash(sentence, "warning")
            return redirect(self.list_url(state))
        searched = [self.searched.condition(state.search)] if state.search else []
        narrowed = [*state.filters.conditions, *searched]
        who = actor()
        forget_count()
        order = self._order(state)
        opened = in_transaction(
            lambda: claim_next(db.session(), narrowed_to=narrowed, order=order, after=after, actor=who)
        )
        here = self.list_url(state)
        if not opened:
            flash(*self._end_of(narrowed))
            return redirect(here)
        return redirect(self.get_url("services.review_view", record_id=opened, queue=here.partition("?")[2] or None))

    @staticmethod
    def _end_of(narrowed: Sequence[Any]) -> tuple[str, str]:
        """Say what is left at the end of a queue."""
        left = waiting_count(db.session(), COUNTED + 1, narrowed)
        if not left:
            return _("Nothing else waits here."), "success"
        return _(
            "This is the end of the queue. Skipped, or looked at by others: %(number)s.", number=count_text(left)
        ), "info"

    def waiting(self) -> str:
        return waiting_text()


def queue_in(values: Mapping[str, str]) -> str:
    """Return the query of the queue that one comes from, as an address or a form tells it."""
    return values.get("queue", "")
