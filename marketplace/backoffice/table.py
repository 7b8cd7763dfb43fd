"""The base view of every table: list, details, forms; closed until a permission opens each."""

import itertools
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import Response, abort, flash, redirect, render_template, request, stream_with_context, url_for
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from marketplace.audit import record
from marketplace.backoffice.bulk import BulkVerbs
from marketplace.backoffice.editing import EditForm, refuse_conflicts
from marketplace.backoffice.export import FORMATS, exported_rows
from marketplace.backoffice.filters import Filter, FilterState, read_filters
from marketplace.backoffice.guard import ClosedView
from marketplace.backoffice.lookup import Lookup
from marketplace.backoffice.paging import COUNT_CAP, Direction, Order, Page, count_up_to_cap, fetch_page
from marketplace.database import lock, utcnow
from marketplace.errors import DomainError
from marketplace.extensions import db
from marketplace.permissions import Permission
from marketplace.transaction import transaction
from marketplace.web.formats import plain, viewer_zone

PAGE_SIZES = (25, 50, 100)
SEARCH_LENGTH = 200


@dataclass(frozen=True)
class Verb:
    """A button: where it leads, or the sentence that says why it cannot be pressed."""

    label: str
    url: str
    refusal: str | None = None
    style: str = "primary"


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


class TableView(BulkVerbs, ClosedView, ModelView):
    """One table. A subclass names its columns, its selects and the permission for each kind of route."""

    can_create = can_edit = can_delete = can_export = False
    can_view_details = True
    column_display_actions = False
    list_template = "admin/model/list.html"
    details_template = "admin/model/details.html"
    create_template = "admin/model/create.html"
    edit_template = "admin/model/edit.html"
    column_formatters: ClassVar[dict[str, Any]] = {}
    column_sortable_list: ClassVar[tuple[str, ...]] = ()
    page_size = PAGE_SIZES[0]

    # Flask-Admin opens these to whoever may list; nothing is deleted, and edits go through forms.
    delete_view = ajax_update = None

    create_permission: ClassVar[Permission | None] = None
    edit_permission: ClassVar[Permission | None] = None
    export_permission: ClassVar[Permission | None] = None

    list_filters: ClassVar[tuple[Filter, ...]] = ()
    sort_columns: ClassVar[Mapping[str, Any]] = {}
    """Column of the list to the attribute it sorts by."""
    default_sort: ClassVar[tuple[str, bool]] = ("created_at", True)
    search_hint: ClassVar[str] = ""
    empty_hint: ClassVar[str] = ""
    lookups: ClassVar[Mapping[str, Lookup]] = {}
    new_form: ClassVar[type[FlaskForm]] = FlaskForm
    change_form: ClassVar[type[EditForm]] = EditForm
    record_name: ClassVar[str] = ""
    """What one row is called: `booking`."""

    def __init__(self, model: Any, **options: Any) -> None:
        self.can_create = self.create_permission is not None
        self.can_edit = self.edit_permission is not None
        self.can_export = self.export_permission is not None
        super().__init__(model, db, **options)

    # -- What a subclass says --------------------------------------------------------------

    def rows(self) -> sa.Select[Any]:
        """Return the select of the list, with everything its columns show."""
        return sa.select(self.model)

    def row_details(self) -> sa.Select[Any]:
        """Return the select of one row, with everything its page shows."""
        return self.rows()

    def exported(self) -> sa.Select[Any]:
        """Return the select of an export: labelled columns, personal data only where the export is for it."""
        raise NotImplementedError

    def search(self, select: sa.Select[Any], term: str) -> sa.Select[Any]:
        """Narrow `select` to what matches `term`."""
        raise NotImplementedError

    def title_of(self, row: Any) -> str:
        return str(row)

    def verbs(self, _row: Any) -> Sequence[Verb]:
        """Return the buttons on the page of `row`."""
        return ()

    def page_parts(self, _row: Any) -> Mapping[str, Any]:
        """Return what else the template of the details page shows."""
        return {}

    def create_row(self, _form: Any) -> Any:
        """Call the verb that makes a row of what the form holds, and return it."""
        raise NotImplementedError

    def change_row(self, _row: Any, _changes: Mapping[str, Any]) -> None:
        """Call the verb that puts `changes` (field name to new value) into `row`."""
        raise NotImplementedError

    # -- Routes ----------------------------------------------------------------------------

    def permission_for(self, route: str) -> Permission | None:
        standard = {
            "index_view": self.read_permission,
            "details_view": self.read_permission,
            "record_view": self.read_permission,
            "action_view": self.read_permission,
            "create_view": self.create_permission,
            "edit_view": self.edit_permission,
            "export": self.export_permission,
            "ajax_lookup": self.create_permission or self.edit_permission,
        }
        return standard[route] if route in standard else super().permission_for(route)

    @expose("/")
    def index_view(self) -> str:
        state = self.list_state(request.args)
        select = self.narrowed(state)
        page = self.page_of(select, state)
        count = count_up_to_cap(db.session(), select, self._identity)
        return self.render(
            self.list_template,
            state=state,
            page=page,
            count=count,
            count_cap=COUNT_CAP,
            page_sizes=PAGE_SIZES,
            columns=self._list_columns,
            get_value=self.get_list_value,
            list_url=self.list_url,
            bulk_verbs=self.bulk_verbs_open(),
        )

    @expose("/details/")
    def details_view(self) -> str:
        return self.details_page(self.find(request.args.get("id"), self.row_details()))

    @expose("/<uuid:record_id>")
    def record_view(self, record_id: uuid.UUID) -> AnyResponse:
        return redirect(self.url_of(self.find(str(record_id))))

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> str | AnyResponse | tuple[str, int]:
        form = self.new_form(request.form or None)
        row = self.submit(form, lambda: self.create_row(form)) if request.method == "POST" else None
        if row is not None:
            flash(_("Created."), "success")
            return redirect(self.url_of(row))
        return self.render(self.create_template, form=form), self.status_of(form)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> str | AnyResponse | tuple[str, int]:
        row = self.find(request.args.get("id"), self.row_details())
        form = self.change_form(request.form or None, obj=row)
        if request.method == "GET":
            form.remember()
        elif self.submit(form, lambda: self._save(form, row)) is not None:
            flash(_("Saved."), "success")
            return redirect(self.url_of(row))
        shown = self.find(request.args.get("id"), self.row_details())
        return self.render(self.edit_template, form=form, row=shown), self.status_of(form)

    @expose("/ajax/lookup/")
    def ajax_lookup(self) -> list[dict[str, str]]:
        lookup = self.lookups.get(request.args.get("name", ""))
        if lookup is None:
            abort(404)
        return lookup.suggest(db.session(), request.args.get("query", "")[:SEARCH_LENGTH])

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> Response:
        """Give every row that the list's search and filters leave, as a file; who took it out is recorded."""
        if export_type not in FORMATS:
            abort(404)
        state = self.list_state(request.args)
        select = self.narrowed(state, self.exported())
        with transaction():
            self._record_export(state)
        content_type, write = FORMATS[export_type]
        rows = exported_rows(db.session(), select, self._order(state))
        chunks = write(list(select.selected_columns.keys()), rows)
        started = itertools.chain([next(chunks)], chunks)  # What cannot be exported is refused before the file begins.
        name = f"{self.endpoint}-{utcnow():%Y%m%d-%H%M}.{export_type}"
        return Response(
            stream_with_context(started),
            content_type=content_type,
            headers={"Content-Disposition": f"attachment; filename={name}"},
        )

    # -- The list --------------------------------------------------------------------------

    def list_state(self, parameters: Mapping[str, Any]) -> ListState:
        """Read the address of a list; whatever is unknown or out of range falls back to the usual."""
        sort, descending = self.default_sort
        if parameters.get("sort") in self.sort_columns:
            sort, descending = parameters["sort"], parameters.get("desc") == "1"
        size = parameters.get("page_size", "")
        direction: Direction = "after"
        cursor = parameters.get("after")
        if parameters.get("before"):
            direction, cursor = "before", parameters["before"]
        elif parameters.get("last"):
            direction, cursor = "last", None
        return ListState(
            search=str(parameters.get("search", "")).strip()[:SEARCH_LENGTH],
            filters=read_filters(self.list_filters, parameters, viewer_zone()),
            sort=sort,
            descending=descending,
            size=int(size) if size in map(str, PAGE_SIZES) else self.page_size,
            direction=direction,
            cursor=cursor,
        )

    def narrowed(self, state: ListState, rows: sa.Select[Any] | None = None) -> sa.Select[Any]:
        """Narrow the list's select, or `rows`, to what its search and filters leave."""
        select = (self.rows() if rows is None else rows).where(*state.filters.conditions)
        return self.search(select, state.search) if state.search else select

    def page_of(self, select: sa.Select[Any], state: ListState) -> Page:
        order = self._order(state)
        return fetch_page(
            db.session(),
            select,
            order,
            size=state.size,
            direction=state.direction,
            cursor=state.cursor,
        )

    def list_url(self, state: ListState, /, **changes: Any) -> str:
        """Return the address of this list with `changes`; None leaves a parameter out, and pages start anew."""
        return self.get_url(".index_view", **{**self._parameters(state), **changes})

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
        return Order(self.sort_columns[state.sort], self._identity, descending=state.descending)

    def _record_export(self, state: ListState) -> None:
        asked = {"search": state.search, **state.filters.values}
        record(
            f"{self.endpoint}.exported",
            current_user.member,
            actor=actor(),
            label=str(self.name),
            changes={name: (None, value) for name, value in asked.items() if value},
        )

    # -- One row ---------------------------------------------------------------------------

    def find(self, text: str | None, select: sa.Select[Any] | None = None) -> Any:
        """Return the row with this id, or answer 404, be the id unknown or malformed."""
        try:
            identity = self._identity.type.python_type(text)
        except (ValueError, TypeError):
            abort(404)
        if isinstance(identity, int) and not 0 < identity < 2**63:
            abort(404)
        chosen = self.rows() if select is None else select
        return db.session.scalars(chosen.where(self._identity == identity)).unique().one_or_none() or abort(404)

    def url_of(self, row: Any) -> str:
        return self.get_url(".details_view", id=row.id)

    def details_page(self, row: Any) -> str:
        return self.render(
            self.details_template,
            row=row,
            title=self.title_of(row),
            verbs=self.verbs(row),
            columns=self._details_columns,
            get_value=self.get_detail_value,
            **self.page_parts(row),
        )

    def verb_page(
        self,
        row: Any,
        form: FlaskForm,
        act: Callable[[], Any],
        *,
        title: str,
        done: str,
        template: str,
        **parts: Any,
    ) -> AnyResponse | tuple[str, int]:
        """Show the form of a verb, or do it: the one shape every verb on one row has.

        :param act: calls the verb; runs within a transaction, may raise DomainError.
        :param done: the sentence that is shown when it is done.
        """
        if request.method == "POST" and self.submit(form, lambda: act() or True):
            flash(done, "success")
            return redirect(self.url_of(row))
        shown = self.find(str(row.id), self.row_details())
        return self.render(template, row=shown, form=form, title=title, **parts), self.status_of(form)

    # -- Forms -----------------------------------------------------------------------------

    def submit(self, form: FlaskForm, act: Callable[[], Any]) -> Any:
        """Validate `form` and run `act` in a transaction; return what it returned, or None when it was refused.

        A refusal is kept on the form, beside the field it concerns where there is one.
        """
        if not form.validate():
            form.outcome = 422
            return None
        try:
            with transaction():
                result = act()
                return True if result is None else result
        except DomainError as refusal:
            form.outcome = refusal.status
            show_refusal(form, refusal)
            return None

    @staticmethod
    def status_of(form: FlaskForm) -> int:
        return getattr(form, "outcome", 200)

    def _save(self, form: EditForm, row: Any) -> None:
        lock(row)
        current = self.change_form(MultiDict(), obj=row)
        self.change_row(row, refuse_conflicts(form, current))

    # -- What Flask-Admin asks -------------------------------------------------------------

    @property
    def _identity(self) -> Any:
        return self.model.id

    def get_url(self, endpoint: str, **kwargs: Any) -> str:
        return url_for(endpoint, **kwargs)

    def render(self, template: str, **parts: Any) -> str:
        return render_template(template, view=self, admin_view=self, **parts)

    def scaffold_form(self) -> type[FlaskForm]:
        """Scaffold nothing: forms are written out, so that no column gets into one by itself."""
        return FlaskForm

    def get_list_value(self, context: Any, model: Any, name: str) -> Any:
        formatter = self.column_formatters.get(name)
        return formatter(self, context, model, name) if formatter else plain(getattr(model, name))

    get_detail_value = get_list_value


def show_refusal(form: FlaskForm, refusal: DomainError) -> None:
    """Put the sentence of `refusal` beside the fields it concerns, or above the form."""
    named = [form[name] for name in getattr(refusal, "fields", ()) if name in form]
    for field in named:
        field.errors = (*field.errors, str(refusal))
    if not named:
        form.form_errors = [*form.form_errors, str(refusal)]


def actor() -> Any:
    """Return the staff member who acts in this request."""
    return current_user.member
